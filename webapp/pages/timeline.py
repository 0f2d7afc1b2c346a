"""The timeline of a recording as a page shows it: bands over time, their names, rows of a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from webapp.speech.emotions import Emotion
from webapp.speech.twins import together
from webapp.verdict import headline
from webapp.written import word

WIDE, TALL = 100_000, 100
"""Size of each drawing in units of its own; the page stretches it."""

ROOM = 280
"""Pixels that the narrowest screen has for the whole recording, before a script enlarges it."""

FACE, LETTER = 26, 8
"""Pixels that a face takes, and a letter."""

NEAR = 1e-3
"""Probabilities that differ by less are the same; the log rounds them."""


@dataclass(frozen=True)
class Row:
    """A segment: a row of the table, and a stretch of the drawing."""

    start: float
    end: float
    tone: str
    """Whose colours it wears: those of an emotion, of twins, of none, or silence."""
    emotions: tuple[Emotion, ...] = ()
    """Those that are named."""
    share: float | None = None
    """Their probability."""
    likeliest: tuple[Emotion, float] | None = None
    """What it may be where none is named."""
    unlike: bool = False
    probabilities: Mapping[Emotion, float] | None = None
    """None without speech."""

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start

    @property
    def name(self) -> str:
        """What it is called."""
        if self.probabilities is None:
            return _("no speech")
        return _(" or ").join(map(word, self.emotions)) or _("no clear emotion")

    @property
    def faces(self) -> str:
        """The faces of the emotions."""
        return "".join(emotion.emoji for emotion in self.emotions)


@dataclass(frozen=True)
class Timeline:
    """Segments one after the other, and drawings of them."""

    rows: Sequence[Row]
    seconds: float

    @cached_property
    def spoken(self) -> Sequence[Row]:
        """Segments with speech."""
        return [row for row in self.rows if row.probabilities is not None]

    @property
    def speech_seconds(self) -> float:
        """How long somebody speaks."""
        return sum(row.seconds for row in self.spoken)

    @property
    def speech(self) -> str:
        """Where somebody speaks, as a path."""
        return self._blocks(self.spoken)

    @property
    def strips(self) -> Iterator[tuple[str, str]]:
        """Each tone with the path of its segments."""
        for tone in dict.fromkeys(row.tone for row in self.spoken):
            yield tone, self._blocks(row for row in self.spoken if row.tone == tone)

    @cached_property
    def bands(self) -> Sequence[tuple[Emotion, str]]:
        """Each emotion with the path of its probability over time, in the order of the model."""
        labels = self.spoken[0].probabilities if self.spoken else None
        return [(emotion, self._steps(emotion)) for emotion in labels or ()]

    @property
    def names(self) -> Iterator[tuple[float, str, str]]:
        """Segments with room for a name: where their middle is, in percent, their faces and names.

        Where there is room for a face alone, the name is empty.
        """
        for row in self.rows:
            room = ROOM * row.seconds / self.seconds
            whole = room >= FACE + LETTER * len(row.name)
            if whole or (row.emotions and room >= FACE * len(row.emotions)):
                place = 50 * (row.start + row.end) / self.seconds
                yield place, row.faces, row.name if whole else ""

    def is_mean(self, probabilities: Mapping[str, float]) -> bool:
        """Whether these are the mean of several segments of speech, weighted by their seconds."""
        return len(self.spoken) > 1 and all(
            abs(share - self._mean(Emotion(name))) < NEAR for name, share in probabilities.items()
        )

    def _mean(self, emotion: Emotion) -> float:
        shares = (row.seconds * _share(row, emotion) for row in self.spoken)
        return sum(shares) / self.speech_seconds

    def _blocks(self, rows: Iterable[Row]) -> str:
        """A rectangle of full height for each."""
        edges = ((self._at(row.start), self._at(row.end)) for row in rows)
        return "".join(f"M{start} 0H{end}V{TALL}H{start}Z" for start, end in edges)

    def _steps(self, emotion: Emotion) -> str:
        """A line that steps from segment to segment; without speech it lies at the bottom."""
        path, level = [f"M0 {TALL}"], TALL
        for row in self.rows:
            height = round(TALL * (1 - _share(row, emotion)))
            if height != level:
                path.append(f"H{self._at(row.start)}V{height}")
                level = height
        return "".join((*path, f"H{WIDE}V{TALL}Z"))

    def _at(self, time: float) -> int:
        return round(WIDE * min(time / self.seconds, 1.0))


def timeline(
    segments: Iterable[Mapping[str, Any]], seconds: float, threshold: float | None
) -> Timeline:
    """The timeline of logged segments.

    From `threshold` neutral and calm are named together; None where it is not known.
    """
    return Timeline([_row(segment, threshold) for segment in segments], seconds)


def _row(segment: Mapping[str, Any], threshold: float | None) -> Row:
    start, end = float(segment["start"]), float(segment["end"])
    if not segment["speech"]:
        return Row(start, end, "silence")
    shares = {Emotion(name): float(share) for name, share in segment["probabilities"].items()}
    unlike = bool(segment["unlike"])
    emotion, confidence = Emotion(segment["emotion"]), float(segment["confidence"])
    both = None if threshold is None else together(shares, threshold)
    heard = headline(emotion, confidence, bool(segment["named"]), both)
    likeliest = None if heard.emotions else (emotion, confidence)
    return Row(start, end, heard.tone, heard.emotions, heard.share, likeliest, unlike, shares)


def _share(row: Row, emotion: Emotion) -> float:
    return (row.probabilities or {}).get(emotion, 0.0)
