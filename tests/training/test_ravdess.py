from collections import Counter

import pytest

from tests.training.conftest import write_clip
from training.corpora import LOADERS, examine, load_corpora
from training.utterance import CorpusError, data_checksum
from webapp.speech.emotions import Emotion


def test_labels_speakers_and_sexes_come_from_the_names(utterances):
    assert len(utterances) == 48
    assert Counter(u.emotion for u in utterances) == dict.fromkeys(Emotion, 6)
    assert {u.speaker: u.sex for u in utterances} == {
        "02": "female",
        "03": "male",
        "05": "male",
        "06": "female",
        "07": "male",
        "14": "female",
    }
    angry = next(u for u in utterances if u.name == "03-01-05-01-01-01-03")
    assert (angry.emotion, angry.speaker, angry.path.suffix) == (Emotion.ANGRY, "03", ".flac")


def test_a_second_copy_of_the_tree_counts_once(tmp_path):
    write_clip(tmp_path, 1, 1)
    write_clip(tmp_path / "audio_speech_actors_01-24", 1, 1)
    write_clip(tmp_path / "audio_speech_actors_01-24", 1, 2, ".flac")
    found = examine("ravdess", tmp_path)
    assert [u.name[6:8] for u in found.utterances] == ["01", "02"]
    assert found.copies == 1


def test_song_video_and_other_files_are_left_out(tmp_path):
    path = write_clip(tmp_path, 1, 1)
    for name in (
        "03-02-01-01-01-01-01.wav",
        "01-01-01-01-01-01-01.mp4",
        "03-01-09-01-01-01-01.wav",
        "._03-01-01-01-01-01-01.wav",
    ):
        path.with_name(name).write_bytes(b"")
    found = examine("ravdess", tmp_path)
    assert len(found.utterances) == 1
    assert [path.name for path in found.misnamed] == ["03-01-09-01-01-01-01.wav"]
    assert found.elsewhere == 1


def test_one_who_speaks_and_sings_is_one_voice(tmp_path):
    spoken = write_clip(tmp_path, 1, 1)
    spoken.with_name("03-02-01-01-01-01-01.wav").write_bytes(spoken.read_bytes())
    clips = load_corpora({"ravdess": tmp_path, "ravdess_song": tmp_path})
    assert [clip.name[:5] for clip in clips] == ["03-01", "03-02"]
    assert {clip.voice for clip in clips} == {"ravdess/01"}


def test_the_official_counts():
    speech, song = LOADERS["ravdess"].official, LOADERS["ravdess_song"].official
    assert (speech.clips, set(speech.speakers.values())) == (1440, {60})
    assert speech.emotions == dict.fromkeys(Emotion, 192) | {Emotion.NEUTRAL: 96}
    assert (song.clips, set(song.speakers.values())) == (1012, {44})
    assert "18" not in song.speakers


def test_the_order_does_not_depend_on_the_disk(utterances):
    assert utterances == sorted(utterances)


def test_a_wrong_folder_is_explained(tmp_path):
    with pytest.raises(CorpusError, match=r"Actor_01 to Actor_24"):
        load_corpora({"ravdess": tmp_path})
    with pytest.raises(CorpusError, match=r"is not a folder"):
        load_corpora({"ravdess": tmp_path / "nowhere"})
    with pytest.raises(CorpusError, match=r"known: ravdess"):
        load_corpora({"librivox": tmp_path})


def test_the_checksum_tells_the_data_apart(corpus):
    clips = load_corpora({"ravdess": corpus})
    assert data_checksum(clips) == data_checksum(load_corpora({"ravdess": corpus}))
    assert data_checksum(clips) != data_checksum(clips[1:])
