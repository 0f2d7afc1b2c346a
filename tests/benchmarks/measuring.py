"""Honest times: what is compared takes turns, and medians and 95th percentiles are told."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WARM_UP = 3
"""Runs of each that are not counted."""


@dataclass(frozen=True)
class Times:
    """How long the runs of something took."""

    milliseconds: Sequence[float]

    @property
    def median(self) -> float:
        """Half of the runs took no longer."""
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        """95 of a hundred took no longer."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]

    def __str__(self) -> str:
        return f"{amount(self.median)} ms, 95% within {amount(self.p95)}"


def amount(value: float) -> str:
    """A number with as many digits as mean something: 0.43, 4.3, 43, 430."""
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def alternately(acts: Sequence[Callable[[], float]], runs: int) -> list[Times]:
    """Times of some acts that each say how many milliseconds they took, run in turn: A B A B.

    So what else the machine does meanwhile slows all of them alike.
    """
    for _ in range(WARM_UP):
        for act in acts:
            act()
    found = [[act() for act in acts] for _ in range(runs)]
    return [Times(column) for column in zip(*found, strict=True)]


def milliseconds(act: Callable[[], object]) -> float:
    """How long an act takes."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000
