"""How fast and how small, beside what projects of this kind do: `make bench`.

Prints one table; a goal is told as met or not met, and never asserted. `python -m tests.benchmarks
--help` tells how to have some rows only. All sound is made; only the rows about training may be
given a corpus.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from tests.benchmarks import table
from tests.benchmarks.history import history
from tests.benchmarks.hour import hour
from tests.benchmarks.inside import bytes_to_probabilities, floor, network
from tests.benchmarks.lasting import memory, start
from tests.benchmarks.learning import training
from tests.benchmarks.listeners import listeners
from tests.benchmarks.setting import Setting
from tests.benchmarks.sifting import sifting
from tests.benchmarks.table import Row
from tests.benchmarks.web import post, uploads
from tests.serving import ROOT
from webapp.config import Settings

ROWS: Mapping[str, Callable[[Setting], Iterator[Row]]] = MappingProxyType(
    {
        "clip": bytes_to_probabilities,
        "network": network,
        "floor": floor,
        "post": post,
        "uploads": uploads,
        "listeners": listeners,
        "memory": memory,
        "start": start,
        "hour": hour,
        "history": history,
        "sifting": sifting,
        "training": training,
    }
)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("rows", metavar="ROW", nargs="*", help=f"of {', '.join(ROWS)}; else all")
    parser.add_argument("--quick", action="store_true", help="few runs, to see that it works")
    parser.add_argument("--model", default=Settings.default_model, help="which bundle hears")
    parser.add_argument("--bundles", type=Path, default=ROOT / "webapp" / "bundles")
    parser.add_argument("--corpus", type=corpus, metavar="ravdess=DIR", help="to train on")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="where to write the table")
    given = parser.parse_args()
    if unknown := set(given.rows) - set(ROWS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return given


def corpus(text: str) -> Path:
    """The folder in ravdess=DIR, as training takes it."""
    name, _, folder = text.partition("=")
    if name != "ravdess" or not Path(folder).is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is not ravdess=DIR with a folder that is there")
    return Path(folder).resolve()


def main() -> None:
    """Measure, telling on standard error how far it is, and print the table."""
    given = arguments()
    about, rows = table.machine(), list[Row]()
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(
            Path(folder), given.bundles.resolve(), given.model, given.quick, given.corpus
        )
        for name in given.rows or ROWS:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            rows += ROWS[name](setting)
    print(f"{about}; model `{given.model}`{'; quick: too few runs to say' * given.quick}\n")
    print(table.text(rows))
    if given.markdown is not None:
        given.markdown.write_text(f"{about}; model `{given.model}`.\n\n{table.markdown(rows)}\n")


if __name__ == "__main__":
    main()
