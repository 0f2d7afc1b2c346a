"""How figures are written in the report."""

import statistics
from collections.abc import Callable, Iterable, Sequence

from training.seeds import Seeds
from training.splits import LEAKING
from webapp.speech.figures import Figures

WORDS = {
    *("recipe", "protocol", "description", "command", "emotion"),
    *("claimed elsewhere", "claimed", "as published", "ours, nearest to it"),
    *("speakers never heard", "recording", "bundle", "corpus"),
}
"""Columns that are no figures: those stand to the right."""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    rule = ["---" if name in WORDS else "---:" for name in header]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, rule, *rows)) + "\n"


def percent(share: float) -> str:
    """A share in percent, one decimal."""
    return f"{100 * share:.1f}"


def spread(seeds: Seeds, figure: Callable[[Figures], float]) -> str:
    """A figure's mean over the seeds in percent, and its sample standard deviation."""
    values = [figure(one.figures) for one in seeds.measured]
    mean = percent(statistics.fmean(values))
    return f"{mean}±{percent(statistics.stdev(values))}" if len(values) > 1 else mean


def extent(values: Sequence[float]) -> str:
    """The lowest and the highest of some shares, in percent."""
    lowest, highest = percent(min(values)), percent(max(values))
    return lowest if len(values) == 1 else f"{lowest} to {highest}"


def shown(protocol: str) -> str:
    """A protocol's name; one that leaks is marked wherever it stands."""
    return f"`{protocol}` (leaks)" if protocol in LEAKING else f"`{protocol}`"


class Notes:
    """Reasons that stand below a table, each with its number."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def mark(self, text: str) -> str:
        """What a cell says that is explained below."""
        if text not in self._texts:
            self._texts.append(text)
        return f"– <sup>{1 + self._texts.index(text)}</sup>"

    @property
    def lines(self) -> list[str]:
        """The notes in order."""
        return [f"- <sup>{number}</sup> {text}" for number, text in enumerate(self._texts, 1)]
