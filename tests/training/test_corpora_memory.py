"""What was heard of a corpus is not heard again until it changes."""

import contextlib
import os

import pytest

from tests.training.made_corpora import emodb, write_sound
from training.corpora import load_corpora, seconds_of
from training.corpora.memory import Memory


@pytest.fixture
def heard(monkeypatch):
    """The names of the files that were decoded since they were last looked at."""
    asked = []

    def listen(path):
        asked.append(path.name)
        return seconds_of(path)

    monkeypatch.setattr("training.corpora.seconds_of", listen)

    def since():
        found = sorted(asked)
        asked.clear()
        return found

    return since


def test_a_corpus_is_heard_once_and_then_what_has_changed(tmp_path, heard):
    folder, kept = emodb(tmp_path / "emodb"), tmp_path / "features" / "heard.json"
    first = load_corpora({"emodb": folder}, kept)
    assert len(heard()) == len(first) == 12
    assert load_corpora({"emodb": folder}, kept) == first
    assert heard() == []
    changed, damaged = folder / "wav" / "03a01Wa.wav", folder / "wav" / "03a01Fa.wav"
    os.utime(changed, ns=(1, 1))
    damaged.write_bytes(b"nothing")
    assert len(load_corpora({"emodb": folder}, kept)) == 11
    assert heard() == ["03a01Fa.wav", "03a01Wa.wav"]
    load_corpora({"emodb": folder}, kept)
    assert heard() == ["03a01Fa.wav"], "what is damaged is heard, and told, every time"


def test_what_was_heard_before_an_interruption_is_kept(tmp_path):
    clip, kept = write_sound(tmp_path / "1.wav"), tmp_path / "heard.json"
    with contextlib.suppress(KeyboardInterrupt), Memory(kept, lambda _: 2.5) as listen:
        listen(clip)
        raise KeyboardInterrupt
    assert Memory(kept, pytest.fail)(clip) == 2.5


def test_without_a_memory_nothing_is_written(tmp_path):
    folder = emodb(tmp_path / "emodb")
    load_corpora({"emodb": folder})
    assert not list(tmp_path.rglob("*.json"))
