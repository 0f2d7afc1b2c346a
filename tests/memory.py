"""How much memory running processes take (Linux)."""

from contextlib import suppress
from pathlib import Path

from tests.processes import children


def family(process: int) -> list[int]:
    """A process and all that came from it, as far as it is still there."""
    with suppress(OSError):
        return [process, *(one for child in children(process) for one in family(child))]
    return [process]


def resident(process: int) -> float:
    """Memory of a process in MB, with what it shares with others; 0 where it is gone."""
    return _figure(Path(f"/proc/{process}/smaps_rollup"), "Rss:")


def proportional(process: int) -> float:
    """The same, with its share only of what it shares with others."""
    return _figure(Path(f"/proc/{process}/smaps_rollup"), "Pss:")


def _figure(path: Path, name: str) -> float:
    with suppress(OSError):
        for line in path.read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) / 1024
    return 0.0
