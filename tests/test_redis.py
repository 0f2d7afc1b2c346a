"""A real Redis server as the queue of jobs and as the store of counts, by port and by socket."""

import json
import shutil
import subprocess
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes import Visitor
from tests.processes import wait_until
from tests.serving import Visitor as Stranger
from tests.serving import held_port, port_of, serving
from tests.sounds import encode, voice
from webapp.guard.rates import GUESSES, Rates, open_counts
from webapp.guard.refusals import CountsAway
from webapp.queue import Queue

PATIENCE = 120

redis = pytest.importorskip("redis")


class Server:
    """A Redis server that keeps nothing on disk, on a port and on a socket."""

    def __init__(self, program, folder):
        self._held = held_port()
        self._command = [program, "--port", str(port_of(self._held)), "--save", ""]
        self._command += ["--bind", "127.0.0.1", "--unixsocket", str(folder / "socket")]
        self.by_port = f"redis://127.0.0.1:{port_of(self._held)}/1"
        self.by_socket = f"redis+unix://{folder / 'socket'}?db=1"
        self.start()

    def start(self):
        """Until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_until(self._answers)

    def stop(self):
        self._process.kill()
        self._process.wait()

    def close(self):
        self.stop()
        self._held.close()

    def held(self):
        """The names of all that is in it."""
        with closing(redis.Redis.from_url(self.by_port)) as client:
            return {name.decode() for name in client.keys()}  # noqa: SIM118 - no mapping

    def _answers(self):
        with closing(redis.Redis.from_url(self.by_port)) as client:
            try:
                return client.ping()
            except redis.ConnectionError:
                return False


@pytest.fixture
def server():
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    # The name of a socket must be shorter than those of pytest's folders.
    with tempfile.TemporaryDirectory() as folder, closing(Server(program, Path(folder))) as started:
        yield started


@pytest.fixture(params=["by_port", "by_socket"])
def url(server, request):
    return getattr(server, request.param)


def test_workers_count_together(make_app, settings, wav, url):
    asked = replace(settings, rate_store=url, upload_rate="3/day")
    apps = [make_app(asked), make_app(asked)]
    statuses = [Visitor(app.test_client()).send(wav).status_code for app in apps * 2]
    assert statuses == [303, 303, 303, 429]


@pytest.mark.parametrize("act", ["spend", "forgive"])
def test_counts_that_are_away_are_told(settings, store, server, act):
    asked = replace(settings, rate_store=server.by_port)
    rates = Rates(asked, open_counts(asked, store))
    rates.spend(GUESSES, "192.0.2.1")
    server.stop()
    with pytest.raises(CountsAway):
        getattr(rates, act)(GUESSES, "192.0.2.1")


def test_what_one_process_sends_another_hears_in_order(settings, url):
    heard = []
    sender = Queue(replace(settings, queue_url=url))
    sender.prepare()
    for name in "abc":
        sender.put(name)
    assert sender.pending() == {"a", "b", "c"}
    worker = Queue(replace(settings, queue_url=url), heard.append)
    for _ in range(3):
        worker.huey.execute(worker.huey.dequeue())
    assert worker.pending() == set()
    for queue in (sender, worker):
        queue.huey.storage.close()
    assert heard == ["a", "b", "c"]


def test_messages_are_json_and_all_of_them_are_forgotten(settings, server, url):
    queue = Queue(replace(settings, queue_url=url))
    queue.put("an id")
    (message,) = queue.huey.storage.enqueued_items()
    assert [part for part in json.loads(message) if part][2:] == [["an id"]]
    assert queue.clear()
    assert server.held() == set()
    queue.huey.storage.close()


def test_a_recording_is_heard_though_redis_is_away_for_a_while(tmp_path, quick_bundles, server):
    """It holds the queue and the counts; it comes back without either."""
    settings = {**quick_bundles, "instant_seconds": 1, "upload_rate": "100/day"}
    settings |= {"queue_url": server.by_socket, "rate_store": server.by_port}
    clip = encode("wav-16", voice(3.0))
    with serving(tmp_path / "instance", workers=1, jobs=True, **settings) as served:
        first = _job(served.port, clip)
        wait_until(lambda: _state(served.port, first) == "done", PATIENCE)
        server.stop()
        refused = Stranger(served.port).upload(clip)
        assert (refused.status, refused.told) == (503, "counts_unavailable")
        server.start()
        second = _job(served.port, clip)
        wait_until(lambda: _state(served.port, second) == "done", PATIENCE)
        assert served.stop() == 0


def _job(port, clip):
    sent = Stranger(port).upload(clip)
    assert sent.status == 202, sent.body
    return str(sent.document["location"])


def _state(port, job):
    return Stranger(port).get(job, accept="application/json").document["state"]
