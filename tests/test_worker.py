"""The real thing: `python -m webapp` and the worker alone, killed in the middle of a long job."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.processes import children, state, wait_until
from tests.serving import ROOT, Visitor, environment_of, serving
from tests.sounds import encode, voice
from webapp.speech.waveform import Waveform

PATIENCE = 300


@pytest.fixture(scope="module")
def long():
    """Ten minutes of a voice, which take a while even where nothing else is to be done."""
    said = voice(4.0, rate=8_000)
    once = np.concatenate([said.samples, np.zeros(4_000, dtype=np.float32)])
    return encode("wav-16", Waveform(np.tile(once, 133), said.rate))


@pytest.fixture
def instance(tmp_path):
    return tmp_path / "instance"


class Talk:
    """A long recording that was sent, and what the log and the page say of it."""

    def __init__(self, instance, port, data):
        self.instance, self.port = instance, port
        sent = Visitor(port).upload(data)
        assert sent.status == 202
        self.page = str(sent.document["location"])

    def ask(self):
        return Visitor(self.port).get(self.page, accept="application/json").document

    def log(self):
        """State, attempts, share heard; and how many predictions there are, whole or not."""
        with sqlite3.connect(self.instance / "tonelog.sqlite") as log:
            (job,) = log.execute("select state, attempts, share from job").fetchall()
            (heard,) = log.execute("select count(*) from prediction").fetchone()
        log.close()
        return (*job, heard)

    def wait_for(self, wanted, attempts=None, share=0.0):
        def there():
            told, tried, heard, _ = self.log()
            return told == wanted and attempts in (None, tried) and heard >= share

        wait_until(there, PATIENCE)
        assert self.log()[3] == (wanted == "done")

    def wait_for_middle(self, attempts):
        self.wait_for("running", attempts, share=0.001)


def gone(pids):
    return all(state(pid) in (None, "Z") for pid in pids)


def family(pid):
    """A process and all that comes from it."""
    return [pid, *(each for child in children(pid) for each in family(child))]


def parts(server):
    """The master of gunicorn, and the worker."""
    found = {}
    for pid in children(server.process.pid):
        words = Path(f"/proc/{pid}/cmdline").read_text()
        found["worker" if "webapp.worker" in words else "server"] = pid
    return found


def running(server):
    """The worker's process that hears: the one that has a decoder."""
    wait_until(lambda: "worker" in parts(server), PATIENCE)
    worker = parts(server)["worker"]
    wait_until(lambda: any(map(children, children(worker))), PATIENCE)
    return next(child for child in children(worker) if children(child))


@contextmanager
def worker_alone(instance, settings):
    """The worker as a service of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp.worker"],
        cwd=ROOT,
        env={**os.environ, **environment_of(instance, settings)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_what_was_lost_is_heard_again_and_after_the_second_time_on_demand(
    instance, quick_bundles, long
):
    with serving(instance, workers=1, jobs=True, **quick_bundles) as server:
        talk = Talk(instance, server.port, long)
        talk.wait_for_middle(1)
        os.kill(running(server), signal.SIGKILL)
        talk.wait_for_middle(2)
        worker = parts(server)["worker"]
        os.kill(worker, signal.SIGKILL)
        talk.wait_for("interrupted")  # by the worker that took its place
        assert parts(server)["worker"] != worker
        page = Visitor(server.port).get(talk.page).body.decode()
        assert "Run it again" in page
        assert Visitor(server.port).press(f"{talk.page}/again").status == 303
        talk.wait_for("done", 1)
        there = Visitor(server.port).get(talk.page)
        assert (there.status, there.headers["Location"]) == (303, talk.ask()["location"])
        assert Visitor(server.port).get(there.headers["Location"]).status == 200
        assert "Traceback" not in server.said()


def test_after_a_power_cut_nothing_half_is_shown_and_a_worker_alone_goes_on(
    instance, quick_bundles, long
):
    with serving(instance, workers=1, jobs=True, **quick_bundles) as server:
        talk = Talk(instance, server.port, long)
        talk.wait_for_middle(1)
        server.kill()
    assert talk.log()[3] == 0
    with serving(instance, workers=1, **quick_bundles) as server:  # and no worker
        talk.port = server.port
        told = talk.ask()
        assert (told["state"], told["worker"]) == ("running", False)
        page = Visitor(server.port).get(talk.page).body.decode()
        assert "It was interrupted at" in page
        result = Visitor(server.port).get(talk.page.replace("jobs", "predictions"))
        assert (result.status, result.headers["Location"]) == (303, talk.page)
        ready = Visitor(server.port).get("/readyz")
        assert (ready.status, ready.document["worker"]) == (200, "not running")
        with worker_alone(instance, quick_bundles):
            talk.wait_for("done", 2)


def test_nothing_outlives_what_was_killed(instance, quick_bundles, long):
    with serving(instance, workers=2, jobs=True, **quick_bundles) as server:
        talk = Talk(instance, server.port, long)
        talk.wait_for_middle(1)
        everybody = family(server.process.pid)
        assert len(everybody) >= 7
        server.process.kill()
        server.process.wait()
        wait_until(lambda: gone(everybody))
        with socket.socket() as other, pytest.raises(ConnectionRefusedError):
            other.connect(("127.0.0.1", server.port))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopped_in_good_order_it_puts_its_job_back(instance, quick_bundles, long, number):
    with serving(instance, workers=1, jobs=True, **quick_bundles) as server:
        talk = Talk(instance, server.port, long)
        talk.wait_for_middle(1)
        everybody = family(server.process.pid)
        assert server.stop(number) == 0, server.said()
        wait_until(lambda: gone(everybody))
    assert talk.log() == ("waiting", 0, 0.0, 0)


def test_a_job_that_runs_is_called_off(instance, quick_bundles, long):
    with serving(instance, workers=1, jobs=True, **quick_bundles) as server:
        talk = Talk(instance, server.port, long)
        talk.wait_for_middle(1)
        hears = running(server)
        assert Visitor(server.port).press(f"{talk.page}/cancel").status == 303
        recordings = instance / "recordings"
        assert not list(recordings.iterdir())
        other = Talk.__new__(Talk)  # the next one comes at once, in the same process
        other.__dict__ |= talk.__dict__
        sent = Visitor(server.port).upload(long)
        other.page = str(sent.document["location"])
        wait_until(lambda: other.ask()["state"] == "running", PATIENCE)
        assert talk.ask()["state"] == "cancelled"
        assert state(hears) not in (None, "Z")


def test_there_is_one_worker_and_the_next_waits_for_its_end(instance, quick_bundles):
    with worker_alone(instance, quick_bundles) as first:
        wait_until(lambda: len(children(first.pid)) == 2, PATIENCE)
        with worker_alone(instance, quick_bundles) as second:
            said = "Another worker runs on this instance folder"
            assert any(said in line for line in second.stderr)
            assert not children(second.pid)
            first.kill()
            first.wait()
            wait_until(lambda: len(children(second.pid)) == 2, PATIENCE)


def test_the_exit_status_is_gunicorns_and_the_reason_is_said_once(instance, quick_bundles):
    done = subprocess.run(
        [sys.executable, "-m", "webapp", "--bind", "0.0.0.0:0"],
        cwd=ROOT,
        env={**os.environ, **environment_of(instance, quick_bundles)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    assert done.stderr.count("Tonelog cannot start.") == 1
    assert "worker" not in done.stderr
