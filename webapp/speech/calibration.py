"""What makes a network's confidence mean something, and when it had better not be believed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from webapp.speech.features import Features
from webapp.speech.figures import Record, Share


class Calibration(Record, frozen=True, kw_only=True):
    """How the answers of a network are read; every number was chosen on validation speakers."""

    temperature: float
    """What log probabilities are divided by (Guo et al. 2017): above 1 makes it less sure."""
    threshold: Share
    """Confidence, calibrated, below which no emotion is named."""
    farthest: float
    """Distance from the training clips beyond which a clip is unlike any of them."""

    def __post_init__(self) -> None:
        if self.temperature <= 0:
            raise ValueError("`temperature` is not above 0")


def calibrated(probabilities: Features, temperature: float) -> Features:
    """Probabilities (..., emotions) at another temperature; the order of emotions stays."""
    logs = np.log(np.maximum(probabilities, np.finfo(np.float32).tiny)) / temperature
    raised = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Familiarity:
    """Where the training clips lie in the last layer of a network.

    `centres`: (emotions, units), their mean for each emotion; `whitening`: (units, units), which
    makes their spread around it the same in all directions. Float32.
    """

    centres: Features
    whitening: Features

    def distance(self, embeddings: Features) -> npt.NDArray[np.float32]:
        """Mahalanobis distance to the nearest centre (Lee et al. 2018): (..., units) to (...)."""
        gaps = (embeddings[..., np.newaxis, :] - self.centres) @ self.whitening
        return np.asarray(np.linalg.norm(gaps, axis=-1).min(axis=-1), dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write as a NumPy archive without pickles."""
        np.savez_compressed(path, centres=self.centres, whitening=self.whitening)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(stored["centres"], stored["whitening"])
