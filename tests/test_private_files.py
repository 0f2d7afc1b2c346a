import os
import stat

import pytest

from webapp import private_files
from webapp.private_files import make_private, write_private


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_files_are_their_owners_alone(tmp_path, umask):
    before = os.umask(umask)
    try:
        write_private(tmp_path / "written", "secret")
        make_private(tmp_path / "made")
    finally:
        os.umask(before)
    assert mode(tmp_path / "written") == mode(tmp_path / "made") == 0o600


def test_what_was_open_to_all_is_closed(tmp_path):
    path = tmp_path / "open"
    path.write_text("old")
    path.chmod(0o644)
    make_private(path)
    assert mode(path) == 0o600
    assert path.read_text() == "old"
    path.chmod(0o644)
    write_private(path, "new")
    assert mode(path) == 0o600
    assert path.read_text() == "new"


def test_a_write_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "key"
    write_private(path, "old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(private_files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_private(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
