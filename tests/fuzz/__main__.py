"""Fuzz a target, led by the branches it takes: `python -m tests.fuzz TARGET FOLDER [OPTION ...]`.

`FOLDER` holds what to start from and takes what is found, the options are libFuzzer's
(`-runs=10000`, `-max_total_time=600`, `-seed=1`). Needs atheris. Ends with a status other than 0,
and the offending bytes in a file, where a target raised what it must not.
"""

import sys

import atheris

with atheris.instrument_imports(include=["webapp.speech", "webapp.contained", "tests.fuzz"]):
    from tests.fuzz.targets import TARGETS, planted


def main() -> None:
    """Fuzz what is named first."""
    program, target, *rest = sys.argv
    known = {**TARGETS, planted.__name__: planted}
    atheris.Setup([program, *rest], known[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
