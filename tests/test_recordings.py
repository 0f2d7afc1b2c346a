import errno
import io
import multiprocessing
import os
import signal
import tempfile
import time
import tracemalloc

import pytest

from webapp import recordings as module
from webapp.locks import locked
from webapp.recordings import Recordings
from webapp.unkept import NotWritten

# The forked processes only do what gunicorn's workers do after their fork.
pytestmark = pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")


@pytest.fixture
def recordings(tmp_path):
    made = Recordings(tmp_path / "recordings")
    made.sweep(set)
    return made


def names(recordings):
    return {path.name for path in recordings.folder.iterdir()}


def test_kept_as_it_came(recordings):
    with recordings.keeping(b"sound") as name:
        assert recordings.read(name) == b"sound"
    assert recordings.has(name)
    assert names(recordings) == {name}


def test_an_open_file_is_kept_from_its_beginning(recordings):
    file = io.BytesIO(bytes(3 * 2**20) + b"sound")
    file.read(100)
    with recordings.keeping(file) as name:
        pass
    assert recordings.read(name) == file.getvalue()
    assert recordings.path(name).stat().st_size == 3 * 2**20 + 5


def test_an_open_file_is_not_held_whole(recordings):
    with tempfile.TemporaryFile() as file:
        file.truncate(200 * 2**20)
        tracemalloc.start()
        try:
            with recordings.keeping(file) as name:
                pass
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert recordings.path(name).stat().st_size == 200 * 2**20
    assert peak < 5 * 2**20


def test_paths(recordings):
    with recordings.keeping(b"sound") as name:
        assert recordings.path(name).read_bytes() == b"sound"
    recordings.remove(name)
    assert recordings.path(name) is None


def test_names_are_generated(recordings):
    made = set()
    for _ in range(3):
        with recordings.keeping(b"sound") as name:
            made.add(name)
    assert len(made) == 3
    assert all(
        len(name) == 22 and name.replace("-", "").replace("_", "").isalnum() for name in made
    )


def test_gone_if_the_row_fails(recordings):
    with pytest.raises(KeyboardInterrupt), recordings.keeping(b"sound"):
        raise KeyboardInterrupt
    assert names(recordings) == set()


@pytest.mark.parametrize(
    ("number", "cause"),
    [(errno.ENOSPC, "is full"), (errno.EROFS, "may not write"), (errno.EIO, "Input/output error")],
)
def test_gone_if_writing_fails(recordings, monkeypatch, number, cause):
    def fails(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(module.os, "fsync", fails)
    with pytest.raises(NotWritten, match=cause) as told, recordings.keeping(b"sound"):
        pytest.fail("nothing was kept")
    assert "nothing was saved" in told.value.sentence
    assert names(recordings) == set()


def test_a_folder_that_may_not_be_written(recordings, monkeypatch):
    """Neither the lock nor the file can be made, nor what was begun removed."""

    def refused(*_, **__):
        raise PermissionError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(module, "locked", refused)
    monkeypatch.setattr(Recordings, "remove", refused)
    with pytest.raises(NotWritten, match="may not write"), recordings.keeping(b"sound"):
        pytest.fail("nothing was kept")


def test_a_failure_of_the_row_is_passed_on(recordings):
    with pytest.raises(OSError, match="the row"), recordings.keeping(b"sound"):
        raise OSError("the row")
    assert names(recordings) == set()


def test_empty_or_not(tmp_path, recordings):
    assert Recordings(tmp_path / "nowhere").empty
    assert recordings.empty
    with recordings.keeping(b"sound"):
        assert not recordings.empty


def test_removed_twice_is_removed(recordings):
    with recordings.keeping(b"sound") as name:
        pass
    recordings.remove(name)
    recordings.remove(name)
    assert recordings.read(name) is None
    assert not recordings.has(name)


def test_sweep_takes_what_no_row_names(recordings):
    with recordings.keeping(b"sound") as known, recordings.keeping(b"sound") as orphan:
        pass
    assert recordings.sweep(lambda: {known, "gone"}) == 1
    assert names(recordings) == {known}
    assert not recordings.has(orphan)


def fails_half_way(file):
    file.write(b"half")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_copy_is_whole_or_not_there(recordings):
    copies = recordings.folder.with_name("playable")
    with recordings.keeping(b"sound") as name:
        pass
    with pytest.raises(NotWritten, match="is full"):
        recordings.copy(name, fails_half_way)
    assert not list(copies.iterdir())
    assert recordings.copy(name, lambda file: file.write(b"copy")).read_bytes() == b"copy"
    assert recordings.copy(name, fails_half_way).read_bytes() == b"copy"


def test_sweep_takes_copies_of_what_is_gone(recordings):
    copies = recordings.folder.with_name("playable")
    with recordings.keeping(b"sound") as known, recordings.keeping(b"sound") as orphan:
        pass
    for name in (known, orphan):
        recordings.copy(name, lambda file: file.write(b"copy"))
    (copies / f"{known}.half").touch()  # of a process that was killed
    recordings.sweep(lambda: {known})
    assert [path.name for path in copies.iterdir()] == [known]


def in_flight(recordings, written, committed, rows):
    """A submission in another process: audio written, row not yet committed."""
    with recordings.keeping(b"sound") as name:
        written.set()
        committed.wait(30)
        rows.append(name)
    os._exit(0)


def test_sweep_waits_for_submissions_in_flight(recordings):
    context = multiprocessing.get_context("fork")
    with multiprocessing.Manager() as manager:
        rows = manager.list()
        written, committed = context.Event(), context.Event()
        other = context.Process(target=in_flight, args=(recordings, written, committed, rows))
        other.start()
        assert written.wait(30)

        def named():
            assert len(rows) == 1, "asked before the other process had committed"
            return set(rows)

        sweeper = context.Process(target=recordings.sweep, args=(named,))
        sweeper.start()
        time.sleep(0.2)
        assert sweeper.is_alive()
        committed.set()
        other.join(30)
        sweeper.join(30)
        assert (other.exitcode, sweeper.exitcode) == (0, 0)
        assert names(recordings) == set(rows)


def test_sweep_gives_up_on_a_submission_that_hangs(recordings, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    with recordings.keeping(b"sound") as name:
        assert recordings.sweep(lambda: pytest.fail("must not ask")) == 0
    assert names(recordings) == {name}


def killed_while_keeping(recordings):
    with recordings.keeping(b"sound"):
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_process_leaves_no_lock_and_its_orphan_is_swept(recordings):
    other = multiprocessing.get_context("fork").Process(
        target=killed_while_keeping, args=(recordings,)
    )
    other.start()
    other.join(30)
    assert other.exitcode == -signal.SIGKILL
    assert len(names(recordings)) == 1
    assert recordings.sweep(set) == 1
    assert names(recordings) == set()


def test_submissions_do_not_wait_for_each_other(recordings):
    with recordings.keeping(b"one"), recordings.keeping(b"other"):
        assert len(names(recordings)) == 2


def test_a_lock_is_had_alone(tmp_path):
    with locked(tmp_path / "lock") as first, locked(tmp_path / "lock", patience=0) as second:
        assert (first, second) == (True, False)
    with locked(tmp_path / "lock", patience=0) as again:
        assert again


def test_what_is_kept_already_shares_its_place_on_the_disk(recordings, monkeypatch):
    with recordings.keeping(b"voice") as first, recordings.path(first).open("rb") as file:
        with recordings.keeping(file) as second:
            assert recordings.path(second).samefile(recordings.path(first))
        recordings.remove(first)
        assert recordings.read(second) == b"voice"


def test_where_a_disk_cannot_share_it_is_copied(recordings, monkeypatch):
    def never(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("pathlib.Path.hardlink_to", never)
    with recordings.keeping(b"voice") as first:
        kept = recordings.path(first)
        with kept.open("rb") as file, recordings.keeping(file) as second:
            assert not recordings.path(second).samefile(kept)
            assert recordings.read(second) == b"voice"
