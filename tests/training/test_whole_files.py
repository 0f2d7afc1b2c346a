"""Files that are there whole or not at all."""

import os
from pathlib import Path

import pytest

from training.whole_files import whole


def fail_after_half(file: Path) -> None:
    with whole(file) as unfinished:
        unfinished.write_bytes(b"half")
        raise OSError("disk full")


def test_a_file_comes_with_its_folder_once_it_is_written(tmp_path):
    file = tmp_path / "features" / "1.npz"
    with whole(file) as unfinished:
        unfinished.write_bytes(b"all of it")
        assert not file.exists()
    assert [*file.parent.iterdir()] == [file]
    assert file.read_bytes() == b"all of it"


def test_what_fails_leaves_what_was_there_before(tmp_path):
    file = tmp_path / "1.npz"
    file.write_bytes(b"before")
    with pytest.raises(OSError, match="disk full"):
        fail_after_half(file)
    assert [*tmp_path.iterdir()] == [file]
    assert file.read_bytes() == b"before"


def test_two_who_make_the_same_file_at_once_are_not_in_each_others_way(tmp_path, monkeypatch):
    file = tmp_path / "heard.json"
    with whole(file) as mine:
        mine.write_bytes(b"the same")
        with monkeypatch.context() as somebody_else:
            somebody_else.setattr(os, "getpid", lambda: 0)
            with whole(file) as theirs:
                theirs.write_bytes(b"the same")
        assert file.read_bytes() == b"the same"
    assert [*tmp_path.iterdir()] == [file]
