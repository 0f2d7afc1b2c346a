"""`python -m webapp` runs the server and its worker, as `make run` does. Options are gunicorn's.

Neither outlives this process, however it ends. Whoever has something better to watch over services
runs the two by themselves: `gunicorn -c webapp/gunicorn.py` and `python -m webapp.worker`.
"""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial

from webapp.contained.kernel import die_with

SERVER = ("gunicorn", "-c", "webapp/gunicorn.py")
WORKER = ("webapp.worker",)

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

TICK_SECONDS = 0.1

PAUSE_SECONDS = 3.0
"""A worker that ended is started again after so long."""

GRACE_SECONDS = 15.0
"""A worker that is asked to stop puts back what it has begun; then it is killed."""


def main(options: Sequence[str]) -> int:
    """Run both until the server ends, or somebody asks this process to; gunicorn's exit status."""
    asked: list[int] = []
    for number in STOPS:
        signal.signal(number, lambda number, _: asked.append(number))
    answers, told = os.pipe()
    server = _started([*SERVER, *options], {"TELL_READY": str(told)}, told)
    os.close(told)
    worker = _Kept()
    while server.poll() is None and not asked:
        if _is_over(answers):  # both at once would take twice as long to start
            worker.keep()
        time.sleep(TICK_SECONDS)
    if asked:
        server.send_signal(signal.SIGINT if asked[0] == signal.SIGINT else signal.SIGTERM)
    worker.ask()
    status = server.wait()
    worker.end()
    return status if status >= 0 else 128 - status


class _Kept:
    """The worker, which is there again soon after it ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._due = 0.0

    def keep(self) -> None:
        """Start it where it does not run, and the last time is long enough ago."""
        now = time.monotonic()
        if self._process is not None and self._process.poll() is None:
            self._due = now + PAUSE_SECONDS
        elif now >= self._due:
            self._process, self._due = _started(WORKER, {}), now + PAUSE_SECONDS

    def ask(self) -> None:
        """Ask it to stop."""
        if self._process is not None:
            self._process.terminate()

    def end(self) -> None:
        """Wait until it has stopped, and not for ever."""
        if self._process is None:
            return
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _started(
    module: Sequence[str], environment: dict[str, str], *passed: int
) -> subprocess.Popen[bytes]:
    """A module as a program of its own, which ends with this one."""
    return subprocess.Popen(  # noqa: S603 - what is run is ours
        [sys.executable, "-m", *module],
        env=os.environ | environment,
        pass_fds=passed,
        preexec_fn=partial(die_with, os.getpid()),
    )


def _is_over(pipe: int) -> bool:
    """Whether nobody holds the other end of a pipe any more."""
    return bool(select.select([pipe], [], [], 0)[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
