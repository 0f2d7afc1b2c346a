"""Corrected clips, and what training makes of them."""

import csv
import json
from datetime import timedelta

import numpy as np
import pytest

from tests.sounds import encode, voice
from tests.test_prediction_log import NOON
from training.corpora import examine, loader
from webapp import corpus, prediction_log, sayings
from webapp.corpus import NothingCorrected
from webapp.sealed import NotEmpty
from webapp.speech.decode import decode
from webapp.speech.errors import SpeechError
from webapp.submission import desk
from webapp.tables import Source


@pytest.fixture
def inside(app):
    with app.app_context():
        yield


@pytest.fixture
def corrected(inside):
    """Hears a voice, keeps it, and corrects it; returns the id."""

    def make(sound, emotion="sad", *tags, minutes=0, name="voice.wav"):
        heard = desk().submit(sound, source=Source.UPLOAD, file_name=name)
        sayings.set_tags(heard.id, tags)
        sayings.correct(heard.id, emotion, NOON + timedelta(minutes=minutes))
        return heard.id

    return make


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "of our own"


@pytest.fixture
def write(folder):
    """Writes the corpus and reads its table."""

    def write():
        report = corpus.write(folder, desk())
        with (folder / "table.csv").open(newline="") as file:
            rows = list(csv.reader(file))
        assert rows[0] == ["path", "emotion", "speaker"]
        return report, rows[1:]

    return write


def lost(id):
    """As where audio is not kept."""
    desk().recordings.remove(prediction_log.get(id).audio_name)


def sound(seconds=1.0, **more):
    return encode("wav-16", voice(seconds, **more))


def test_training_reads_what_is_written(corrected, write, folder):
    data = encode("mp3", voice(1.5))
    corrected(sound(), "angry", "work", "speaker: Ana/Maria")
    corrected(data, "calm", name="Rede.mp3")
    _, rows = write()
    assert sorted(row[1:] for row in rows) == [["angry", "Ana-Maria"], ["calm", "unknown"]]
    found = examine("ours", folder / "table.csv")
    assert len(found.utterances) == 2
    assert not found.damaged
    [path] = [folder / row[0] for row in rows if row[1] == "calm"]
    written, heard = loader.sound(path), decode(data, 60)
    assert written.rate == heard.rate
    assert np.abs(written.samples - heard.samples / max(1, heard.peak)).max() < 2**-22
    assert loader.MAX_SECONDS == corpus.LONGEST


def test_one_clip_is_written_once_as_it_was_said_last(corrected, write):
    same, other = sound(1.0), sound(1.2)
    corrected(same, "happy", "speaker:Ana", minutes=1)
    corrected(same, "fearful", minutes=2)
    corrected(same, "sad", minutes=0)
    for minutes in (0, 1):
        corrected(other, "calm", minutes=minutes, name="other.wav")
    report, rows = write()
    assert sorted(row[1:] for row in rows) == [["calm", "unknown"], ["fearful", "Ana"]]
    assert report.disputed == ["voice.wav"]


def test_audio_of_any_of_its_results_will_do(corrected, write):
    same = sound()
    corrected(same, "happy", minutes=0)
    lost(corrected(same, "sad", minutes=1))
    assert [row[1] for row in write()[1]] == ["sad"]


def test_what_cannot_be_written_is_counted(corrected, write, monkeypatch):
    corrected(sound(1.0))
    lost(corrected(sound(1.2)))
    corrected(sound(2.0))
    with monkeypatch.context() as patched:
        patched.setattr(corpus, "LONGEST", 1.5)
        report, rows = write()
    assert (len(rows), report.unkept, report.long, report.broken) == (1, 1, 1, [])
    damaged = corrected(sound(1.4), name="damaged.wav")
    desk().path(prediction_log.get(damaged)).write_bytes(b"no sound")
    report, rows = write()
    assert [name for name, _ in report.broken] == ["damaged.wav"]
    assert (len(rows), report.long) == (2, 0)


def test_an_earlier_one_is_replaced_as_a_whole(corrected, write, folder):
    first = corrected(sound(1.0), "happy")
    write()
    desk().forget(first)
    corrected(sound(1.2), "sad")
    _, [row] = write()
    assert row[1] == "sad"
    assert {path.name for path in folder.iterdir()} == {"table.csv", "clips", "tonelog.json"}
    assert len(list((folder / "clips").iterdir())) == 1
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


def test_an_empty_folder_is_taken(corrected, write, folder):
    folder.mkdir()
    corrected(sound())
    assert write()[1]


@pytest.mark.parametrize("changed", ["notes.txt", "table.csv", "clips/more.flac", "tonelog.json"])
def test_what_is_not_its_own_is_never_overwritten(corrected, write, folder, changed):
    corrected(sound())
    write()
    (folder / changed).write_text("{}" if changed == "tonelog.json" else "mine")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(NotEmpty, match="not written by this command"):
        write()
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_without_a_clip_the_earlier_one_stays(corrected, write, folder):
    with pytest.raises(NothingCorrected, match="Nobody has corrected"):
        write()
    assert not folder.exists()
    only = corrected(sound())
    write()
    lost(only)
    with pytest.raises(NothingCorrected, match="Of 1 corrected clips none"):
        write()
    assert (folder / "table.csv").is_file()


def test_where_it_cannot_be_written(corrected, tmp_path):
    corrected(sound())
    (tmp_path / "file").write_text("")
    with pytest.raises(SpeechError, match="cannot be written") as raised:
        corpus.write(tmp_path / "file" / "below", desk())
    assert raised.value.code == "folder_not_written"
    with pytest.raises(SpeechError, match="cannot be written"):
        corpus.write(tmp_path / "file", desk())


def test_a_seal_that_is_none_is_told(corrected, write, folder):
    corrected(sound())
    write()
    (folder / "tonelog.json").write_text("[not json")
    with pytest.raises(NotEmpty):
        write()


def test_the_command_tells_what_it_wrote(app, corrected, folder):
    corrected(sound(1.0), "sad", "speaker:Ana")
    corrected(sound(1.2), "happy")
    lost(corrected(sound(1.4), "happy"))
    ran = app.test_cli_runner().invoke(args=["export-corpus", str(folder)])
    assert ran.exit_code == 0, ran.output
    assert ran.stdout.splitlines() == [
        f"clips: 2, named in {folder / 'table.csv'}",
        "emotions: happy 1, sad 1",
        "speakers: Ana 1",
        "without a tag speaker:NAME: 1, written as of one speaker, unknown; they can be learnt "
        "from, but not be held out",
        "left out, as their audio was not kept: 1",
    ]
    assert json.loads((folder / "tonelog.json").read_text())


def test_the_command_fails_with_a_sentence(app, corrected, folder):
    folder.mkdir()
    (folder / "mine").touch()
    ran = app.test_cli_runner().invoke(args=["export-corpus", str(folder)])
    assert ran.exit_code == 1
    assert "Error: " in ran.output
    assert "mine was not written by this command" in ran.output
