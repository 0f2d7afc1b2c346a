"""Files that nobody but their owner may read: keys, passwords, counts of who came."""

import os
import tempfile
from pathlib import Path

PRIVATE = 0o600


def write_private(path: Path, text: str) -> None:
    """Put `text` into a file, whole or not at all, whatever the umask says.

    Readers see what was there before or what is there now, never a part.
    """
    descriptor, made = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)  # for us alone
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(made).replace(path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise


def make_private(path: Path) -> None:
    """Make sure that a file is there and is nobody else's to read."""
    path.touch(mode=PRIVATE)
    path.chmod(PRIVATE)
