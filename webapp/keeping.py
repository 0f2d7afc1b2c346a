"""What is kept, and that it goes: by age, and all of it. Rows go before the files they name."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from webapp import jobs, prediction_log, retention_log
from webapp.database import settle_log, wipe_log
from webapp.incoming import incoming_folder
from webapp.submission import Desk


@dataclass(frozen=True)
class Purged:
    """What went, or would."""

    recordings: int
    """Whose results stay."""
    results: int
    room: int
    """Bytes of the recordings that went."""


def purge(
    at: Desk, *, audio_days: int | None = None, result_days: int | None = None, dry: bool = False
) -> Purged:
    """Remove recordings, and whole results, that are older than so many days.

    Nothing of a kind goes for None; recordings that are still to be heard stay.
    """
    before = _before(at, audio_days), _before(at, result_days)
    dropped = retention_log.drop(*before, dry=dry)
    room = _room(path for name in dropped.audio for path in at.recordings.files(name))
    if not dry:
        at.remove_audio(dropped.audio)
    return Purged(dropped.unpaired, dropped.results, room)


def tidy(at: Desk) -> None:
    """What is to be done now and then: recordings go that are too old by the setting."""
    if at.settings.keep_days is not None:
        purge(at, audio_days=at.settings.keep_days)
    settle_log()


def reclaim() -> bool:
    """Give back the room of what was deleted from the log; False where that has to wait."""
    return wipe_log()


def forget_all(at: Desk) -> bool:
    """Delete every voice and all that was heard and said of it.

    False where traces may be left for a while in files that others are just using. Voices that come
    meanwhile are either wholly deleted or wholly kept.
    """
    at.remove_audio(prediction_log.remove_all())
    at.recordings.sweep(prediction_log.audio_names)
    for path in incoming_folder(at.settings.instance).iterdir():
        with suppress(FileNotFoundError):
            path.unlink()
    jobs.sweep(at)
    done = at.queue.clear(), wipe_log()
    return all(done)


def _room(paths: Iterable[Path]) -> int:
    """Bytes that the disk gets back once these files go.

    Some may be one file under several names: there is room once the last of them is gone.
    """
    held: dict[int, tuple[int, int]] = {}
    for path in paths:
        with suppress(FileNotFoundError):
            found = path.stat()
            _, links = held.get(found.st_ino, (0, found.st_nlink))
            held[found.st_ino] = found.st_size, links - 1
    return sum(size for size, links in held.values() if links <= 0)


def _before(at: Desk, days: int | None) -> datetime | None:
    return None if days is None else at.now() - timedelta(days=days)
