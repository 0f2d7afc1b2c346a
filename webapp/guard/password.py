"""The password of this copy, as a scrypt hash in a file of its owner."""

from dataclasses import dataclass
from pathlib import Path

from werkzeug.security import check_password_hash, generate_password_hash

from webapp.private_files import write_private

METHOD = "scrypt:32768:8:3"
"""As strong as OWASP asks for, at 32 MB of memory a guess instead of 128."""

SHORTEST, LONGEST = 15, 1000
"""Characters. It is the only proof that is asked for, so it must not be guessed."""


@dataclass(frozen=True)
class Password:
    """The file that holds the hash. Every request looks at it, so a change counts at once."""

    path: Path

    @property
    def is_set(self) -> bool:
        """Whether there is a password at all."""
        return self.path.exists()

    def set(self, password: str) -> None:
        """Set or change the password."""
        write_private(self.path, generate_password_hash(password, METHOD))

    def remove(self) -> bool:
        """Have no password any more; False if there was none."""
        was_set = self.is_set
        self.path.unlink(missing_ok=True)
        return was_set

    def matches(self, guess: str) -> bool:
        """Whether this is the password; how long that takes tells nothing about it."""
        try:
            kept = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return False
        return check_password_hash(kept, guess)
