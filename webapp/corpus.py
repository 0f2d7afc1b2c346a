"""The clips that people corrected, as a corpus of the kind that `python -m training` reads."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import soundfile
from sqlalchemy import select

from webapp import sayings
from webapp.hearing import INSTANT_BYTES
from webapp.sealed import sealed
from webapp.speech.emotions import Emotion
from webapp.speech.errors import SpeechError, TooLong
from webapp.speech.waveform import Waveform
from webapp.submission import Desk
from webapp.tables import Correction, Prediction
from webapp.transactions import reading

LONGEST = 60.0
"""Seconds of the longest clip that training reads."""

UNKNOWN = "unknown"
"""Stands for whoever is not told of: nobody can be held out among them."""

TABLE, CLIPS = "table.csv", "clips"
"""What a corpus consists of."""


class NothingCorrected(SpeechError):
    """There is no clip to write."""

    code = "nothing_corrected"


@dataclass(frozen=True)
class Clip:
    """A clip that was corrected, perhaps more than once."""

    heard: Sequence[Prediction]
    """The predictions of it that were corrected, the last correction first."""
    said: Sequence[Emotion]
    """What it really was, in the same order."""

    @property
    def disputed(self) -> bool:
        """Whether it was said to be now this, now that."""
        return len(set(self.said)) > 1

    def speaker(self) -> str:
        """Who speaks, as a table of clips names people: without a slash."""
        said = sayings.said_of([prediction.id for prediction in self.heard])
        named = next(filter(None, (one.speaker for one in said.values())), UNKNOWN)
        return named.replace("/", "-")


@dataclass
class Report:
    """What was written, and what was not."""

    lines: list[tuple[str, Emotion, str]] = field(default_factory=list)
    """Of the table: path, emotion and speaker."""
    disputed: list[str] = field(default_factory=list)
    """File names of those that were corrected in more than one way."""
    unkept: int = 0
    """Clips whose audio was not kept."""
    long: int = 0
    """Clips that are longer than training reads."""
    broken: list[tuple[str, str]] = field(default_factory=list)
    """File names of those that could not be decoded, and why."""

    @property
    def emotions(self) -> Counter[Emotion]:
        """Clips of each emotion."""
        return Counter(emotion for _, emotion, _ in self.lines)

    @property
    def speakers(self) -> Counter[str]:
        """Clips of each speaker."""
        return Counter(speaker for _, _, speaker in self.lines)


def write(folder: Path, desk: Desk) -> Report:
    """Write every corrected clip whose audio is kept, in the place of what was written before.

    Raises `NothingCorrected`, and what `sealed` raises; then nothing is changed.
    """
    report = Report()
    with sealed(folder) as half:
        (half / CLIPS).mkdir()
        for clip in corrected():
            _write(clip, half, desk, report)
        if not report.lines:
            raise NothingCorrected(_nothing(report))
        with (half / TABLE).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("path", "emotion", "speaker"), *report.lines])
    return report


def corrected() -> Iterator[Clip]:
    """Every clip that was corrected, once: what has the same content is the same clip."""
    newest = Correction.created_at.desc(), Prediction.place.desc()
    with reading() as session:
        rows = session.execute(
            select(Prediction, Correction.emotion)
            .join(Correction, Correction.prediction_id == Prediction.id)
            .order_by(Prediction.content_hash, *newest)
        ).all()
    for _, same in groupby(rows, key=lambda row: row[0].content_hash):
        heard, said = zip(*same, strict=True)
        yield Clip(heard, tuple(map(Emotion, said)))


def _write(clip: Clip, folder: Path, desk: Desk, report: Report) -> None:
    newest = clip.heard[0]
    try:
        sound = _sound(clip, desk)
    except TooLong:
        report.long += 1
    except SpeechError as error:
        report.broken.append((newest.file_name, error.sentence))
    else:
        if sound is None:
            report.unkept += 1
            return
        path = f"{CLIPS}/{newest.content_hash}.flac"
        (folder / path).write_bytes(_flac(sound))
        report.lines.append((path, clip.said[0], clip.speaker()))
        if clip.disputed:
            report.disputed.append(newest.file_name)


def _sound(clip: Clip, desk: Desk) -> Waveform | None:
    """The sound of a clip; None where none is kept. Raises what decoding raises."""
    for prediction in clip.heard:
        path = desk.path(prediction)
        if prediction.seconds > LONGEST or (path and path.stat().st_size > INSTANT_BYTES):
            raise TooLong
        data = desk.audio(prediction)
        if data is not None:
            return desk.decode(data, LONGEST)
    return None


def _flac(sound: Waveform) -> bytes:
    """The sound at its own rate; what goes beyond full scale is brought down, not cut."""
    file = io.BytesIO()
    samples = sound.samples / max(1.0, sound.peak)
    soundfile.write(file, samples, sound.rate, format="FLAC", subtype="PCM_24")
    return file.getvalue()


def _nothing(report: Report) -> str:
    left = report.unkept + report.long + len(report.broken)
    if left:
        return (
            f"Of {left} corrected clips none can be written: without audio {report.unkept}, longer "
            f"than {LONGEST:g} seconds {report.long}, unreadable {len(report.broken)}. "
            "Correct results whose audio is kept, then try again."
        )
    return (
        "Nobody has corrected a result yet. Say on results what they really were, then try again."
    )
