"""The processes behind decoders: who is there, who goes with whom, and what is left behind."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.decoding import BAD, LIMITS, template_of
from tests.processes import children, state, wait_until
from webapp.decoders import Decoders, NotDecoded

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells")


@pytest.fixture
def own():
    """Decoders of one test."""
    made = Decoders(LIMITS, decoder=BAD)
    yield made
    made.close()


class TestProcesses:
    def test_a_template_that_dies_is_started_again(self, own, wav):
        own.decode(wav, 30.0)
        first = template_of(own)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: state(first) in (None, "Z"))
        assert own.decode(wav, 30.0).seconds == 1.5
        assert template_of(own) != first
        assert state(first) is None

    def test_decoders_go_with_their_template(self, own, wav):
        own.decode(wav, 30.0)
        template = template_of(own)
        with ThreadPoolExecutor(1) as threads:
            busy = threads.submit(own.decode, b"loop", 30.0)
            wait_until(lambda: len(children(template)) == 3)
            family = children(template)
            os.kill(template, signal.SIGKILL)
            wait_until(lambda: all(state(one) in (None, "Z") for one in family))
            assert isinstance(busy.exception(), NotDecoded)  # tried again, and ended by its limit

    def test_a_ready_decoder_that_dies_costs_nobody_anything(self, own, wav):
        own.decode(wav, 30.0)
        wait_until(lambda: len(children(template_of(own))) == 2)
        for ready in children(template_of(own)):
            os.kill(ready, signal.SIGKILL)
        assert own.decode(wav, 30.0).seconds == 1.5

    def test_signals_to_the_group_are_for_the_worker(self, own, wav):
        own.decode(wav, 30.0)
        template = template_of(own)
        assert os.getpgid(template) != os.getpgid(0)
        for kind in (signal.SIGINT, signal.SIGTERM):
            os.kill(template, kind)
        own.decode(wav, 30.0)
        assert template_of(own) == template

    def test_200_clips_leave_nothing_behind(self, own, wav):
        own.decode(wav, 30.0)
        template, before = template_of(own), len(list(Path("/proc/self/fd").iterdir()))
        with ThreadPoolExecutor(4) as threads:
            for heard in threads.map(own.decode, [wav] * 200, [30.0] * 200):
                assert heard.seconds == 1.5
        assert len(list(Path("/proc/self/fd").iterdir())) == before
        wait_until(lambda: list(map(state, children(template))) == ["S", "S"])
        assert len(list(Path(f"/proc/{template}/fd").iterdir())) == 4

    def test_closing_ends_all(self, wav):
        made = Decoders(LIMITS)
        made.decode(wav, 30.0)
        everybody = [template_of(made), *children(template_of(made))]
        made.close()
        made.close()
        wait_until(lambda: not any(map(state, everybody)))
        assert made.decode(wav, 30.0).seconds == 1.5  # it can be used again
        made.close()

    def test_none_need_be_ready(self, wav):
        made = Decoders(LIMITS, ready=0)
        assert made.decode(wav, 30.0).seconds == 1.5
        assert not [child for child in children(template_of(made)) if state(child) == "S"]
        made.close()


WORKER = """
import sys, threading, time
from tests.processes import children
from webapp.contained.limits import DecoderLimits
from webapp.decoders import Decoders
made = Decoders(DecoderLimits(200, 300, 300), decoder="tests.bad_decoders")
made.decode(sys.stdin.buffer.read(), 30.0)
threading.Thread(target=made.decode, args=(b"loop", 30.0), daemon=True).start()
template = made._template._process.pid
while len(children(template)) < 3:
    time.sleep(0.01)
print(template, *children(template), flush=True)
"""

FORKED = """
import os, sys
from webapp.contained.limits import DecoderLimits
from webapp.decoders import Decoders
data = sys.stdin.buffer.read()
made = Decoders(DecoderLimits(200, 30, 120))
used = sys.argv[1] == "used"
if used:
    made.decode(data, 30.0)
child = os.fork()
assert made.decode(data, 30.0).seconds == 1.5
first = made._template._process.pid
if child:
    assert os.waitpid(child, 0)[1] == 0
    assert made.decode(data, 30.0).seconds == 1.5
    assert made._template._process.pid == first
else:
    assert os.getppid() != first
    made.close()
    os._exit(0)
"""


def worker(program, *arguments):
    """Another process that decodes."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


class TestWorkers:
    @pytest.mark.parametrize("end", ["time.sleep(300)", "raise SystemExit"])
    def test_however_a_worker_ends_all_go_with_it(self, wav, end):
        with worker(WORKER + end) as process:
            process.stdin.write(wav)
            process.stdin.close()
            everybody = [int(pid) for pid in process.stdout.readline().split()]
            assert len(everybody) == 4
            if "sleep" in end:
                process.kill()
        wait_until(lambda: all(state(pid) in (None, "Z") for pid in everybody))

    @pytest.mark.parametrize("before", ["new", "used"])
    def test_a_forked_worker_has_a_template_of_its_own(self, wav, before):
        with worker(FORKED, before) as process:
            process.communicate(wav)
        assert process.returncode == 0
