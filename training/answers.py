"""What a network answered to test clips, and every figure that follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, recall_score

from webapp.speech.features import Features
from webapp.speech.figures import Bin, share

ANSWERS = "calibrated.npz"
"""Name of the file with the answers of one split."""

BINS = 15

SUREST = 0.7
"""The share of the clips, those with the highest confidence, whose accuracy is given apart."""

Labels = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Answers:
    """What networks made of test clips.

    `truth` (clips,); `probabilities` (clips, emotions), calibrated; `named` and `unlike` (clips,):
    whether an emotion is named, and whether the clip is taken for unlike anything in training.
    """

    truth: Labels
    probabilities: Features
    named: Marks
    unlike: Marks

    @property
    def heard(self) -> Labels:
        """The likeliest emotion of each clip, (clips,)."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def accuracy(self) -> float:
        """Share of the clips heard right."""
        return float(accuracy_score(self.truth, self.heard))

    @property
    def uar(self) -> float:
        """Unweighted average recall over the emotions that occur."""
        return float(recall_score(self.truth, self.heard, labels=self._present, average="macro"))

    @property
    def macro_f1(self) -> float:
        """Unweighted mean of the emotions' F1."""
        return float(f1_score(self.truth, self.heard, labels=self._present, average="macro"))

    @property
    def confusion(self) -> tuple[tuple[int, ...], ...]:
        """Clips by true (rows) and heard emotion (columns)."""
        counts = confusion_matrix(self.truth, self.heard, labels=range(self.probabilities.shape[1]))
        return tuple(tuple(int(count) for count in row) for row in counts)

    @property
    def reliability(self) -> tuple[Bin, ...]:
        """15 bins of confidence, of equal width from 0 to 1."""
        bins = np.minimum((self._confidence * BINS).astype(int), BINS - 1)
        return tuple(self._bin(bins == one) for one in range(BINS))

    def _bin(self, inside: Marks) -> Bin:
        confidence = self._confidence[inside]
        return Bin(
            clips=len(confidence),
            right=int(self._right[inside].sum()),
            confidence=float(confidence.mean()) if len(confidence) else 0.0,
        )

    @property
    def calibration_error(self) -> float:
        """Expected calibration error (Naeini et al. 2015) in 15 bins of confidence, by clips."""
        gaps = [abs(one.right - one.clips * one.confidence) for one in self.reliability]
        return float(sum(gaps) / len(self.truth))

    @property
    def surest(self) -> float:
        """Accuracy on the 70% of the clips with the highest confidence."""
        by_confidence = np.argsort(-self._confidence, kind="stable")
        return float(self._right[by_confidence[: round(SUREST * len(self.truth))]].mean())

    @property
    def named_right(self) -> float:
        """Accuracy where an emotion is named; 0 where none ever is."""
        return share(int(self._right[self.named].sum()), int(self.named.sum()))

    @property
    def _confidence(self) -> Features:
        return np.asarray(self.probabilities.max(axis=1))

    @property
    def _right(self) -> Marks:
        return np.asarray(self.truth == self.heard)

    @property
    def _present(self) -> Labels:
        return np.unique(self.truth)

    def save(self, path: Path) -> None:
        """Write as a NumPy archive, whole or not at all: it marks its split as finished."""
        unfinished = path.with_suffix(".part.npz")
        np.savez(unfinished, **vars(self))
        unfinished.rename(path)

    @classmethod
    def load(cls, path: Path) -> "Answers":
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(**{field.name: stored[field.name] for field in fields(cls)})

    @classmethod
    def joined(cls, parts: Sequence["Answers"]) -> "Answers":
        """The answers of several splits as one."""
        every = [field.name for field in fields(cls)]
        return cls(**{n: np.concatenate([getattr(part, n) for part in parts]) for n in every})
