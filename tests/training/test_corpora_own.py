"""A corpus of one's own from a table."""

import pytest

from tests.training.made_corpora import own, write_sound
from training.corpora import load_corpora
from training.utterance import CorpusError, data_checksum
from webapp.speech.emotions import Emotion


@pytest.fixture
def folder(tmp_path):
    for name in ("a/1.wav", "a/2.flac", "b/1.wav"):
        write_sound(tmp_path / name)
    return tmp_path


def refused(table, name="mine"):
    with pytest.raises(CorpusError) as raised:
        load_corpora({name: table})
    return str(raised.value)


def test_clips_come_from_the_table(folder):
    table = own(folder, "a/1.wav,angry,Ann,female", "a/2.flac, Sad ,Ann,female", "b/1.wav,calm,Bo,")
    clips = load_corpora({"mine": table})
    assert [(c.voice, c.name, c.emotion, c.sex) for c in clips] == [
        ("mine/Ann", "a:1.wav", Emotion.ANGRY, "female"),
        ("mine/Ann", "a:2.flac", Emotion.SAD, "female"),
        ("mine/Bo", "b:1.wav", Emotion.CALM, None),
    ]


def test_the_sex_may_be_left_out(folder):
    table = own(folder, "Ann,a/1.wav,angry", columns="speaker,path,emotion")
    (clip,) = load_corpora({"mine": table})
    assert (clip.speaker, clip.sex) == ("Ann", None)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a/9.wav,angry,Ann,", "line 3: there is no file a/9.wav"),
        ("/a/1.wav,angry,Ann,", "line 3: '/a/1.wav' is no path relative to the table"),
        (",angry,Ann,", "line 3: '' is no path"),
        ("a/1.wav,cross,Ann,", "line 3: 'cross' is none of the emotions neutral, calm"),
        ("a/1.wav,angry,,", "line 3: '' is no name of a speaker"),
        ("a/1.wav,angry,A/B,", "line 3: 'A/B' is no name of a speaker"),
        ("a/1.wav,angry,Ann,f", "line 3: 'f' is neither female nor male"),
        ("a/1.wav,angry,Ann,,", "line 3: there are more values than columns"),
        ("a/1.wav", "line 3: '' is none of the emotions"),
        ("b/1.wav,angry,Ann,", "line 3: b/1.wav stands in the table twice"),
        ("a/1.wav,angry,Bo,female", "line 3: speaker Bo has another sex further up"),
    ],
)
def test_a_wrong_line_is_told_by_its_number(folder, line, message):
    assert message in refused(own(folder, "b/1.wav,calm,Bo,male", line))


def test_many_wrong_lines_are_not_all_told(folder):
    message = refused(own(folder, *(f"{n}.wav,angry,Ann," for n in range(7))))
    assert "line 6:" in message
    assert "line 7:" not in message
    assert message.endswith("and 2 more.")


def test_a_wrong_table_is_explained(folder):
    assert "path,emotion,speaker" in refused(own(folder, columns="path;emotion;speaker"))
    assert "path,emotion,speaker" in refused(own(folder, columns="path,emotion,speaker,gender"))
    assert "names no clip" in refused(own(folder))
    table = folder / "voices.csv"
    table.write_bytes("path,emotion,speaker\na/1.wav,angry,Jürgen\n".encode("latin-1"))
    assert "UTF-8" in refused(table)
    assert "There is no table" in refused(folder / "nowhere.csv")
    assert "cannot be called 'ravdess'" in refused(table, "ravdess")
    assert "cannot be called 'a/b'" in refused(table, "a/b")


def test_a_damaged_file_is_skipped(folder):
    (folder / "a" / "1.wav").write_bytes(b"nothing")
    table = own(folder, "a/1.wav,angry,Ann,", "b/1.wav,calm,Bo,")
    assert [clip.speaker for clip in load_corpora({"mine": table})] == ["Bo"]


def test_a_table_that_tells_another_emotion_or_speaker_is_other_data(folder):
    lines = ("a/1.wav,angry,Ann,", "a/1.wav,sad,Ann,", "a/1.wav,angry,Bo,", "a/1.wav,angry,Ann,")
    sums = [data_checksum(load_corpora({"mine": own(folder, line)})) for line in lines]
    assert len(set(sums)) == 3
    assert sums[0] == sums[3]
