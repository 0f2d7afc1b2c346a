"""Faults of processes and of disks, on a real server; `make soak` takes longer."""

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import ExitStack, closing
from itertools import islice

import numpy as np
import pytest

from tests.load import distinct, losses, upload_all, uploading
from tests.memory import family
from tests.processes import wait_until
from tests.serving import Visitor, serving, started

CLIENTS, UPLOADS, KILLS = 8, 48, 3
READ_ONLY = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""For whoever runs the tests as root, whom a folder's permissions would not hold off."""


def test_writers_and_readers_at_once_while_a_read_is_held_open(tmp_path, quick_bundles, wav):
    instance = tmp_path / "instance"
    with serving(instance, **quick_bundles) as server:
        upload_all(server.port, [wav], 1)
        with closing(sqlite3.connect(instance / "tonelog.sqlite")) as log:
            log.execute("BEGIN")
            assert log.execute("SELECT count(*) FROM prediction").fetchone() == (1,)
            with uploading(server.port, islice(distinct(wav), UPLOADS), CLIENTS) as account:
                visitor = Visitor(server.port)
                pages = [visitor.get("/history").status for _ in range(20)]
            assert log.execute("SELECT count(*) FROM prediction").fetchone() == (1,)
    assert set(pages) == {200}
    assert set(account.statuses) == {201}
    assert "locked" not in server.said()


def kill_a_worker(server, generator):
    """Another takes its place."""
    workers = server.workers()
    os.kill(workers[int(generator.integers(len(workers)))], signal.SIGKILL)


def nothing_lost(instance, bundles, account):
    """Some uploads were acknowledged, none was refused by mistake, and all are there once more."""
    with serving(instance, **bundles):
        assert losses(instance, account) == []
    assert account.acknowledged
    assert not account.server_failures


def test_workers_killed_under_load(tmp_path, quick_bundles, wav):
    """At moments drawn at random; what was acknowledged is there after the next start."""
    instance, generator = tmp_path / "instance", np.random.default_rng(0)
    with serving(instance, **quick_bundles) as server:
        with uploading(server.port, distinct(wav), CLIENTS) as account:
            wait_until(lambda: account.acknowledged)
            for _ in range(KILLS):
                time.sleep(generator.uniform(0.3, 1.0))
                kill_a_worker(server, generator)
            time.sleep(0.3)
        assert server.process.poll() is None
    nothing_lost(instance, quick_bundles, account)


def test_the_server_killed_under_load(tmp_path, quick_bundles, wav):
    """As by a power cut, in the middle of many uploads."""
    instance = tmp_path / "instance"
    with ExitStack() as stack:
        server = stack.enter_context(serving(instance, **quick_bundles))
        account = stack.enter_context(uploading(server.port, distinct(wav), CLIENTS))
        wait_until(lambda: account.acknowledged)
        time.sleep(0.5)
        server.kill()
    nothing_lost(instance, quick_bundles, account)


def test_asked_to_stop_under_load(tmp_path, quick_bundles, wav):
    instance = tmp_path / "instance"
    with ExitStack() as stack:
        server = stack.enter_context(serving(instance, **quick_bundles))
        with uploading(server.port, distinct(wav), 3) as account:
            halves = [Visitor(server.port).half_upload(wav) for _ in range(3)]
            time.sleep(0.5)  # until a thread has each in hand
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            answers = []
            for connection, rest in halves:
                stack.enter_context(connection)
                connection.sendall(rest)
                answers.append(connection.recv(65_536))
            assert server.process.wait(60) == 0
    assert [answer.split()[1] for answer in answers] == [b"201"] * 3
    account.unanswered[hashlib.sha256(wav).hexdigest()] += 6  # theirs
    assert losses(instance, account) == []
    assert "Traceback" not in server.said()
    assert family(server.process.pid) == [server.process.pid]


def as_nobody_special():
    """What makes permissions count for whoever runs the tests."""
    if os.geteuid() != 0:
        return ()
    if subprocess.run([*READ_ONLY, "true"], capture_output=True).returncode:
        pytest.skip("root cannot give up its right to write anywhere: there is no setpriv")
    return READ_ONLY


def writable(instance, *, may):
    """Let the owner write to a folder and all in it, or not."""
    for path in (instance, *instance.rglob("*")):
        path.chmod((0o755 if may else 0o555) if path.is_dir() else (0o644 if may else 0o444))


def test_a_read_only_folder(tmp_path, quick_bundles, wav):
    """While it runs nothing more is kept, and all is readable; then it does not start."""
    instance, prefix = tmp_path / "instance", as_nobody_special()
    with serving(instance, prefix=prefix, **quick_bundles) as server:
        account = upload_all(server.port, islice(distinct(wav), 3), 1)
        writable(instance, may=False)
        visitor = Visitor(server.port)
        told = visitor.upload(wav)
        assert (told.status, told.told) == (503, "not_written")
        assert b"may not write" in told.body
        assert visitor.get("/history").status == 200
        for id in account.acknowledged:
            assert visitor.get(f"/predictions/{id}/audio").status == 200
    with ExitStack() as stack:
        refused = started(instance, prefix=prefix, **quick_bundles)
        stack.callback(refused.kill)
        assert refused.process.wait(60) != 0
    assert "Tonelog cannot start. TONELOG_INSTANCE: " in refused.said()
    writable(instance, may=True)
    with serving(instance, prefix=prefix, **quick_bundles) as server:
        account.add(upload_all(server.port, [wav], 1))
    assert losses(instance, account) == []


def on_a_small_disk(folder, megabytes):
    """What gives a command, and nobody else, a disk of its own in a folder."""
    mount = f'mount -t tmpfs -o size={megabytes}m tmpfs "{folder}" && exec "$@"'
    prefix = ("unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh")
    if subprocess.run([*prefix, "true"], capture_output=True).returncode:
        pytest.skip("this system lets nobody mount a disk for a process of their own")
    return prefix


def test_a_full_disk(tmp_path, quick_bundles, wav):
    disk = tmp_path / "disk"
    disk.mkdir()
    instance = disk / "instance"
    with ExitStack() as stack:
        server = started(
            instance, prefix=on_a_small_disk(disk, 2), temporary=tmp_path, **quick_bundles
        )
        stack.callback(server.kill)
        server.wait()
        account = upload_all(server.port, islice(distinct(wav), 60), 2)
        assert set(account.statuses) == {201, 503}
        assert set(account.told) <= {(503, "not_written"), (503, "log_unavailable")}
        assert "is full" in Visitor(server.port).upload(wav).body.decode()
        visitor = Visitor(server.port)
        assert visitor.get("/history").status == 200
        for id in account.acknowledged:
            assert visitor.get(f"/predictions/{id}/audio").status == 200
        found = tmp_path / "found"
        shutil.copytree(f"/proc/{server.process.pid}/root{instance}", found)
    assert losses(found, account) == []
