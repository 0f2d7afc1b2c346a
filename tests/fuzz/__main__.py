"""Fuzz a target, led by the branches it takes: `python -m tests.fuzz TARGET FOLDER [OPTION ...]`.

`FOLDER` holds what to start from and takes what is found, the options are libFuzzer's
(`-runs=10000`, `-max_total_time=600`, `-seed=1`). Needs atheris. Ends with a status other than 0,
and the offending bytes in a file, where a target raised what it must not.
"""

import resource
import sys

import atheris

with atheris.instrument_imports(include=["webapp.speech", "webapp.contained", "tests.fuzz"]):
    from tests.fuzz.targets import PLANTED, TARGETS

MEMORY = 2**31
"""Bytes of address space: a target that asks for more gets a `MemoryError`, which is found."""


def main() -> None:
    """Fuzz what is named first."""
    program, target, *rest = sys.argv
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # libFuzzer's own limit looks at the peak of the process, which on Linux begins with that of
    # whoever started it: a test process that has trained networks is above the limit already.
    atheris.Setup([program, "-rss_limit_mb=0", *rest], {**TARGETS, **PLANTED}[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
