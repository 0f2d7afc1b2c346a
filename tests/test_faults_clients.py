"""Clients that are slow, and those who leave, on a real server."""

import hashlib
import socket
import time
from contextlib import ExitStack, contextmanager
from itertools import islice

from tests.load import distinct, losses, upload_all
from tests.processes import meanwhile
from tests.serving import Visitor, leftovers, serving

SLOW_CLIENTS = 20
"""More than there would be threads if each worker had a few."""


@contextmanager
def dripping(server, clients):
    """So many clients at once, each of which sends a byte a second of a large upload."""
    head = (
        b"POST /upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
    )
    with ExitStack() as stack:
        address = ("127.0.0.1", server.port)
        open_ones = [stack.enter_context(socket.create_connection(address)) for _ in range(clients)]

        def drip():
            for connection in list(open_ones):
                try:
                    connection.sendall(b"x")
                except OSError:  # hung up on
                    open_ones.remove(connection)

        for connection in open_ones:
            connection.sendall(head)
        with meanwhile(drip, every=1):
            yield open_ones


def test_slow_clients_hold_nobody_up(tmp_path, quick_bundles, wav):
    instance = tmp_path / "instance"
    with serving(instance, **quick_bundles) as server, dripping(server, SLOW_CLIENTS) as slow:
        time.sleep(1)
        assert Visitor(server.port).get("/healthz").status == 200
        assert len(slow) == SLOW_CLIENTS  # it was answered while they held on
        account = upload_all(server.port, islice(distinct(wav), 8), 2)
        assert set(account.statuses) == {201}
        for _ in range(300):
            if not slow:
                break
            time.sleep(0.1)
        assert not slow  # their time is up
    assert losses(instance, account) == []


def test_a_client_that_leaves_half_way(tmp_path, quick_bundles, wav):
    instance = tmp_path / "instance"
    with serving(instance, **quick_bundles) as server:
        for _ in range(12):
            connection, _ = Visitor(server.port).half_upload(wav)
            connection.close()
        before = {path.name for path in instance.iterdir()}
        account = upload_all(server.port, islice(distinct(wav), 4), 2)
        assert set(account.statuses) == {201}
        account.unanswered[hashlib.sha256(wav).hexdigest()] += 12
        assert losses(instance, account) == []
        server.stop()
    assert leftovers(instance) == []
    assert {path.name for path in instance.iterdir()} <= before
