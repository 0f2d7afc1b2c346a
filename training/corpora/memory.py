"""What was heard of clips before: decoding a whole corpus, to find what is damaged, takes time."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Self

from training.whole_files import whole

Listen = Callable[[Path], float]
"""The seconds of a clip; raises `SpeechError` or `OSError` where it cannot be heard."""


class Memory:
    """Seconds of the files that could be heard, for as long as they stay what they were.

    A file of another size or time of change is heard anew; a damaged one always is, since it may be
    mended and its reason is to be told.
    """

    def __init__(self, file: Path, listen: Listen) -> None:
        self._file, self._listen, self._new = file, listen, False
        self._known: dict[str, list[float]] = {}
        if file.is_file():
            self._known = json.loads(file.read_text(encoding="utf-8"))

    def __call__(self, path: Path) -> float:
        """The seconds of a clip."""
        state = path.stat()
        now = [state.st_size, state.st_mtime_ns]
        *then, seconds = self._known.get(str(path.resolve()), [0.0])
        if then != now:
            seconds = self._listen(path)
            self._known[str(path.resolve())] = [*now, seconds]
            self._new = True
        return seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Keep what is new, also where loading was broken off."""
        if self._new:
            with whole(self._file) as unfinished:
                unfinished.write_text(json.dumps(self._known), encoding="utf-8")
