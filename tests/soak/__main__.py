"""The long runs under load and faults: `make soak`, or `python -m tests.soak [PART ...]`.

Ends with status 1 where anything did not hold.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from tests.soak.many import batch
from tests.soak.parts import PARTS, Amounts, Outcome

ALL = {**PARTS, "batch": batch}

QUICK = Amounts(seconds=10, uploads=100, kills=4, mutations=300, fuzzing=2_000)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("parts", metavar="PART", nargs="*", help=f"of {', '.join(ALL)}")
    parser.add_argument("--seconds", type=float, help="of random uploads; an hour by default")
    parser.add_argument("--seed", type=int, default=0, help="of all that is random")
    parser.add_argument("--quick", action="store_true", help="a minute, to see that it works")
    parser.add_argument("--model", help="TONELOG_DEFAULT_MODEL")
    parser.add_argument("--bundles", type=Path, help="TONELOG_BUNDLES")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(ALL):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return given


def amounts(given: argparse.Namespace) -> Amounts:
    """How long the runs are to be."""
    usual = QUICK if given.quick else Amounts()
    seconds = usual.seconds if given.seconds is None else given.seconds
    return replace(usual, seconds=seconds)


def tell(name: str, outcome: Outcome, seconds: float) -> None:
    """Print how a part went; of many failures, the first ones."""
    verdict = "NOT held" if outcome.failures else "held"
    print(f"{name}: {verdict}, {seconds:.0f} s; {outcome.counted}", flush=True)
    for failure in outcome.failures[:20]:
        print(f"  {failure}")
    if len(outcome.failures) > 20:
        print(f"  and {len(outcome.failures) - 20} more")


def main() -> None:
    """Run the parts asked for, or all."""
    given = arguments()
    asked = {"default_model": given.model, "bundles": given.bundles}
    settings = {name: value for name, value in asked.items() if value is not None}
    failed = False
    for name in given.parts or ALL:
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            outcome = ALL[name](Path(folder) / "instance", amounts(given), given.seed, settings)
            tell(name, outcome, time.perf_counter() - start)
            failed = failed or bool(outcome.failures)
    if failed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
