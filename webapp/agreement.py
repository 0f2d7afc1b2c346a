"""How often people agreed with a model: a few chosen answers, and no measurement."""

from collections import Counter
from dataclasses import dataclass
from math import sqrt

from webapp.speech.emotions import Emotion

Confusion = Counter[tuple[Emotion, Emotion]]
"""Counts by what it really was and what was heard, which is the likeliest, named or not."""

Z = 1.96
"""Standard deviations that 95% lie within."""


@dataclass(frozen=True)
class Agreement:
    """How often people agreed with a model, and what they said where they did not."""

    confusion: Confusion

    @property
    def total(self) -> int:
        """How many predictions somebody agreed with or corrected."""
        return sum(self.confusion.values())

    @property
    def agreed(self) -> int:
        """How many somebody agreed with."""
        return sum(count for (said, heard), count in self.confusion.items() if said == heard)

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share would lie in 95 of 100 samples like this one (Wilson 1927)."""
        if not (total := self.total):
            return 0.0, 1.0
        share, weight = self.agreed / total, Z**2 / total
        middle = share + weight / 2
        reach = Z * sqrt(share * (1 - share) / total + weight / (4 * total))
        low, high = (middle - reach) / (1 + weight), (middle + reach) / (1 + weight)
        return max(0.0, low), min(1.0, high)
