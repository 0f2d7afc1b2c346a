"""Figures: how good a recipe is, and on whom; what a card and a page say of it."""

import statistics
from typing import Annotated

import msgspec

ENOUGH = 30
"""Fewer clips than this say too little of how often an answer is right."""

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the card's parts: immutable, and an unknown key is an error."""


def readable(record: msgspec.Struct) -> bytes:
    """A record as JSON, indented for people."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2)


class Bin(Record, frozen=True, kw_only=True):
    """Clips in whose answer the confidence was about the same."""

    clips: int
    right: int
    confidence: Share
    """Its mean; 0 where there are no clips."""


class Figures(Record, frozen=True, kw_only=True):
    """How good a recipe is under one protocol, over one or more seeds."""

    protocol: str
    """Name of the protocol, e.g. `speaker_5fold`."""
    description: str
    """The protocol in a sentence."""
    command: str
    """The command that gives these figures again."""
    corpora: tuple[str, ...]
    clips: int
    """Clips of the corpora; `confusion` says how many were tested, each once a seed."""
    speakers: int
    strangers: bool = True
    """Whether those who were tested had never been heard in training; else only the clips were new.
    """
    seeds: tuple[int, ...]
    accuracy: Share
    uar: Share
    """Unweighted average recall: the mean of the recalls of the emotions."""
    macro_f1: Share
    uars: tuple[Share, ...]
    """The UAR of each seed."""
    calibration_error: Share
    """Expected calibration error: how far confidence is from accuracy, in 15 bins of confidence."""
    reliability: tuple[Bin, ...]
    """Those 15 bins, of equal width from 0 to 1, over all seeds."""
    surest: Share
    """Accuracy on the 70% of the clips with the highest confidence."""
    named: Share
    """Share of the clips whose confidence is high enough for an emotion to be named."""
    named_right: Share
    """Accuracy where one is named; 0 where none ever is."""
    unlike: Share
    """Share of the clips that are taken for unlike anything in training."""
    confusion: tuple[tuple[int, ...], ...]
    """Clips by true emotion (rows) and heard emotion (columns), both in the order of the labels."""

    def __post_init__(self) -> None:
        if {len(row) for row in self.confusion} != {len(self.confusion)}:
            raise ValueError("`confusion` has not as many columns as rows")
        if not self.seeds or len(self.seeds) != len(self.uars):
            raise ValueError("`uars` does not give one UAR a seed")

    @property
    def tested(self) -> int:
        """Clips heard, over all seeds."""
        return sum(map(sum, self.confusion))

    @property
    def majority(self) -> float:
        """Accuracy of always answering the commonest true emotion."""
        return share(max(map(sum, self.confusion)), self.tested)

    @property
    def spread(self) -> float | None:
        """Sample standard deviation of the seeds' UAR; None for one seed."""
        return statistics.stdev(self.uars) if len(self.uars) > 1 else None

    def right_at(self, confidence: float) -> float | None:
        """Accuracy on the clips with about this confidence; None where they are too few to tell."""
        middle = min(int(confidence * len(self.reliability)), len(self.reliability) - 1)
        near = self.reliability[max(middle - 1, 0) : middle + 2]
        clips = sum(one.clips for one in near)
        return sum(one.right for one in near) / clips if clips >= ENOUGH else None

    def recall(self, row: int) -> float:
        """Share of the clips of one true emotion that were heard as it; 0 where there are none."""
        return share(self.confusion[row][row], sum(self.confusion[row]))

    def precision(self, row: int) -> float:
        """Share of the clips heard as one emotion that truly were it; 0 where there are none."""
        return share(self.confusion[row][row], sum(counts[row] for counts in self.confusion))

    def f1(self, row: int) -> float:
        """Harmonic mean of precision and recall; 0 where both are."""
        precision, recall = self.precision(row), self.recall(row)
        return share(2 * precision * recall, precision + recall)


class Curves(Record, frozen=True, kw_only=True):
    """How training went: one value an epoch, on training and on validation clips."""

    loss: tuple[float, ...]
    validation_loss: tuple[float, ...]
    accuracy: tuple[Share, ...]
    validation_accuracy: tuple[Share, ...]
    chosen: int
    """The epoch whose weights were kept, counted from 1."""

    def __post_init__(self) -> None:
        curves = (self.loss, self.validation_loss, self.accuracy, self.validation_accuracy)
        if {len(curve) for curve in curves} != {len(self.loss)}:
            raise ValueError("the curves are not of the same length")
        if not 1 <= self.chosen <= len(self.loss):
            raise ValueError("`chosen` is not one of the epochs")


class Degradation(Record, frozen=True, kw_only=True):
    """What is left of a recognizer when recordings are worse than those of its corpus."""

    name: str
    """As in `white_10db`."""
    title: str
    """What people call it."""
    uar: Share
    changed: Share
    """Share of the clips whose likeliest emotion becomes another."""


class Robustness(Record, frozen=True, kw_only=True):
    """The same clips of speakers held out, damaged in several ways."""

    command: str
    corpora: tuple[str, ...]
    clips: int
    speakers: int
    seed: int
    """Whose networks heard them, each its own test clips."""
    uar: Share
    """Of the clips as they are."""
    degradations: tuple[Degradation, ...]


class Elsewhere(Record, frozen=True, kw_only=True):
    """The released weights on a corpus that they never heard a clip of."""

    corpus: str
    command: str
    clips: int
    speakers: int
    emotions: tuple[str, ...]
    """Those of its emotions that the model has, too; other clips are left out."""
    uar: Share
    """Over those emotions; an answer that is none of them is wrong."""
    among: Share
    """The same where they alone are there to choose from."""
    chance: Share
    """Of always answering the same one of them."""
    named: Share
    unlike: Share
    """As in `Figures`."""


def share(part: float, whole: float) -> float:
    """One number as a share of another; 0 where there is nothing."""
    return part / whole if whole else 0.0
