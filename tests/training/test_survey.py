from xml.etree import ElementTree

import pytest

from tests.training import made_corpora
from tests.training.made_corpora import write_sound
from training.corpora import LOADERS
from training.survey import survey
from training.utterance import CorpusError


def test_counts_are_set_beside_the_official_ones(tmp_path):
    made_corpora.ravdess(tmp_path)
    write_sound(tmp_path / "Actor_03" / "03-01-01-02-01-01-03.wav")  # neutral is never strong
    write_sound(tmp_path / "Actor_03" / "03-02-01-01-01-01-03.wav")
    write_sound(tmp_path / "copy" / "03-01-01-01-02-01-03.wav")
    write_sound(tmp_path / "notes.wav")
    (tmp_path / "Actor_04" / "03-01-01-01-02-01-04.wav").write_bytes(b"")
    text = survey({"ravdess": tmp_path}, None)
    lines = " ".join(text.split())
    assert "ravdess: 16 clips, 2 speakers (1 female, 1 male), 0.00 hours" in lines
    assert "of the 1,440 clips of the official download 17 are here" in lines
    assert "missing speakers: 01, 02, 05, 06, 07" in lines
    assert "by speaker: 03: 9 of 60, 04: 8 of 60" in lines
    assert "calm: 2 of 192" in lines
    assert "missing: 03-01-01-01-01-01-03, 03-01-01-01-01-01-04" in lines
    assert "and 96 more" in lines
    assert "extra, not in the official download: 03-01-01-02-01-01-03" in lines
    assert "second copies, counted once: 1" in lines
    assert "other parts, passed over: 1" in lines
    assert "extra, sound files whose names do not fit: 1: notes.wav" in lines
    assert "damaged files, left out: 1" in lines
    assert "03-01-01-01-02-01-04.wav: The file is empty." in lines
    assert all(len(line) <= 100 for line in text.splitlines() if str(tmp_path) not in line)


def test_a_complete_corpus_is_called_so(tmp_path):
    sound = write_sound(tmp_path / "one.wav").read_bytes()
    for clip in LOADERS["savee"].official.listed:
        (tmp_path / "ALL").mkdir(exist_ok=True)
        (tmp_path / "ALL" / f"{clip.name}.wav").write_bytes(sound)
    (tmp_path / "one.wav").unlink()
    text = survey({"savee": tmp_path}, None)
    assert "complete: all 480 clips of the official download" in text
    assert "missing" not in text


def test_emotions_without_a_place_are_told(tmp_path):
    text = survey({"emodb": made_corpora.emodb(tmp_path)}, None)
    assert "left out: 2 of boredom" in text


def test_the_table_is_aligned_and_added_up(tmp_path):
    folders = {
        "emodb": made_corpora.emodb(tmp_path / "emodb"),
        "savee": made_corpora.savee(tmp_path / "savee"),
    }
    table = survey(folders, None).split("\n\n")[-1].splitlines()
    assert [line.split() for line in table] == [
        ["emotion", "emodb", "savee", "together"],
        ["neutral", "2", "4", "6"],
        ["happy", "2", "4", "6"],
        ["sad", "2", "4", "6"],
        ["angry", "2", "4", "6"],
        ["fearful", "2", "4", "6"],
        ["disgust", "2", "4", "6"],
        ["surprised", "0", "4", "4"],
        ["all", "12", "28", "40"],
    ]
    assert len({len(line) for line in table}) == 1


def test_the_class_balance_is_drawn(tmp_path):
    folders = {"savee": made_corpora.savee(tmp_path / "savee")}
    text = survey(folders, tmp_path / "out" / "pictures")
    picture = tmp_path / "out" / "pictures" / "balance.svg"
    assert str(picture) in text
    assert ElementTree.fromstring(picture.read_text()).tag.endswith("svg")
    first = picture.read_bytes()
    survey(folders, picture.parent)
    assert picture.read_bytes() == first


def test_a_wrong_folder_is_refused(tmp_path):
    with pytest.raises(CorpusError, match="No savee clip"):
        survey({"savee": tmp_path}, None)
