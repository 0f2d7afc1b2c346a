"""Files as they come in: in memory, or on the disk without a name."""

import errno
import io
import os
import stat
import tempfile

import pytest
from flask import request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from tests.sounds import lengthy
from webapp import incoming
from webapp.incoming import IN_MEMORY, Incoming
from webapp.unkept import NotWritten

JSON = {"Accept": "application/json"}


@pytest.mark.parametrize("size", [0, 5, IN_MEMORY, IN_MEMORY + 1])
def test_what_is_written_is_read_and_nothing_is_seen_of_it(tmp_path, size):
    with Incoming(tmp_path) as file:
        for first in range(0, size, 2**20):
            file.write(bytes(min(2**20, size - first)))
        assert not list(tmp_path.iterdir())
        file.seek(0)
        assert file.read() == bytes(size)
        assert file._rolled == (size > IN_MEMORY)


@pytest.mark.parametrize(
    ("number", "cause"), [(errno.ENOSPC, "is full"), (errno.EROFS, "may not write")]
)
def test_a_disk_that_does_not_take_it(tmp_path, monkeypatch, number, cause):
    def fails(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile, "TemporaryFile", fails)
    with Incoming(tmp_path) as file, pytest.raises(NotWritten, match=cause):
        file.write(bytes(IN_MEMORY + 1))


@pytest.fixture
def received(app):
    """What comes of a form with a file: its bytes, and whether they were on the disk."""
    seen = []

    def receive(data):
        edge, body = encode_multipart({"audio": FileStorage(io.BytesIO(data), "voice.wav")})
        sent = {"data": body, "content_type": f"multipart/form-data; boundary={edge}"}
        with app.test_request_context("/upload", method="POST", **sent):
            stream = request.files["audio"].stream
            seen.append((stream.read(), stream._rolled))
            request.close()
        return seen[-1]

    return receive


def test_small_files_stay_in_memory_and_large_ones_do_not(received, settings):
    large = os.urandom(IN_MEMORY + 1)
    assert received(b"voice") == (b"voice", False)
    assert received(large) == (large, True)
    assert not list((settings.instance / "incoming").iterdir())


def test_many_files_take_no_more_memory_than_two(app):
    files = [("audio", FileStorage(io.BytesIO(bytes(3 * 2**20)), "voice.wav")) for _ in range(8)]
    edge, body = encode_multipart(MultiDict(files))
    sent = {"data": body, "content_type": f"multipart/form-data; boundary={edge}"}
    with app.test_request_context("/upload", method="POST", **sent):
        streams = [file.stream for file in request.files.getlist("audio")]
        assert [stream._rolled for stream in streams] == [False, False] + [True] * 6
        assert all(stream.read() == bytes(3 * 2**20) for stream in streams)
        request.close()


def test_the_folder_is_nobody_elses(app, settings):
    assert stat.S_IMODE((settings.instance / "incoming").stat().st_mode) == 0o700


def test_a_full_disk_is_a_sentence(visitor, kept, monkeypatch):
    def fails(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    token = visitor.token()
    visitor.token = lambda page="/upload": token
    monkeypatch.setattr(incoming.SpooledTemporaryFile, "rollover", fails)
    data = lengthy("wav-float", 150.0)
    assert len(data) > IN_MEMORY
    told = visitor.send(data, headers=JSON)
    assert (told.status_code, told.json["error"]["code"]) == (503, "not_written")
    shown = visitor.send(data)
    assert "is full" in shown.text
    assert 'action="/upload"' in shown.text
    assert not kept()
