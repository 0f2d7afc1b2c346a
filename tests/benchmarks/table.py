"""One table: ratios first, absolute figures beside them, and what was to be reached."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

COLUMNS = ("what", "ratio", "Tonelog", "reference", "goal", "")


@dataclass(frozen=True)
class Row:
    """A comparison. Without a goal, or where nothing can be said of it, `met` is None."""

    what: str
    ratio: str
    ours: str
    reference: str = "-"
    goal: str = "-"
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """In the order of COLUMNS."""
        verdict = "" if self.met is None else "met" if self.met else "not met"
        return self.what, self.ratio, self.ours, self.reference, self.goal, verdict


def text(rows: Sequence[Row]) -> str:
    """The table for a terminal: a block of lines a row, which are too long for columns."""
    lines = []
    for row in rows:
        what, ratio, ours, reference, goal, verdict = row.cells
        lines.append(f"{what}: {ratio}" + (f" (goal: {goal}; {verdict})" if verdict else ""))
        lines.append(f"    Tonelog    {ours}")
        if reference != "-":
            lines.append(f"    reference  {reference}")
    return "\n".join(lines)


def markdown(rows: Sequence[Row]) -> str:
    """The table as Markdown."""
    lines = [COLUMNS, ("---",) * len(COLUMNS), *(row.cells for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def machine() -> str:
    """What all of it was measured on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("librosa", "ai-edge-litert", "keras", "tensorflow")
    )
    return (
        f"{len(os.sched_getaffinity(0))} cores of {processor}, {memory:.0f} GB, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"{packages}; load when it began {os.getloadavg()[0]:.1f}"
    )
