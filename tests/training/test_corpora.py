"""Every corpus's convention, in a made tree: right label, right speaker, right counts."""

import logging

import pytest

from tests.sounds import encode, silence
from tests.training import made_corpora
from tests.training.made_corpora import MAKERS, write_sound
from training.corpora import LOADERS, examine, load_corpora
from training.utterance import CorpusError
from webapp.speech.emotions import Emotion

CLIPS = {
    "ravdess": 16,
    "ravdess_song": 12,
    "tess": 28,
    "emodb": 12,
    "crema_d": 18,
    "savee": 28,
    "iesc": 80,
}
SPEAKERS = {
    "ravdess": {"03": "male", "04": "female"},
    "ravdess_song": {"03": "male", "04": "female"},
    "tess": {"OAF": "female", "YAF": "female"},
    "emodb": {"03": "male", "08": "female"},
    "crema_d": {"1001": "male", "1002": "female", "1040": None},
    "savee": dict.fromkeys(("DC", "JE", "JK", "KL"), "male"),
    "iesc": dict.fromkeys("12345678"),
}
ONE = [
    ("ravdess", "03-01-05-01-02-01-03", "03", Emotion.ANGRY),
    ("ravdess_song", "03-02-06-01-02-01-04", "04", Emotion.FEARFUL),
    ("tess", "OAF_back_ps", "OAF", Emotion.SURPRISED),
    ("tess", "OAF_bite_neutral", "OAF", Emotion.NEUTRAL),
    ("tess", "YAF_back_fear", "YAF", Emotion.FEARFUL),
    ("emodb", "03a01Fa", "03", Emotion.HAPPY),
    ("emodb", "08a01Aa", "08", Emotion.FEARFUL),
    ("emodb", "08a01Wa", "08", Emotion.ANGRY),
    ("emodb", "08a01Ta", "08", Emotion.SAD),
    ("emodb", "08a01Ea", "08", Emotion.DISGUST),
    ("crema_d", "1001_ITH_DIS_XX", "1001", Emotion.DISGUST),
    ("crema_d", "1040_ITH_SAD_X", "1040", Emotion.SAD),
    ("savee", "DC_a01", "DC", Emotion.ANGRY),
    ("savee", "KL_sa01", "KL", Emotion.SAD),
    ("savee", "KL_su01", "KL", Emotion.SURPRISED),
    ("iesc", "1_anger_2", "1", Emotion.ANGRY),
    ("iesc", "8_neutral_1", "8", Emotion.NEUTRAL),
]


@pytest.fixture(scope="module", params=[".wav", ".flac"])
def trees(request, tmp_path_factory):
    """All corpora in one suffix: their folders by name."""
    folder = tmp_path_factory.mktemp("corpora")
    return {name: make(folder / name, request.param) for name, make in MAKERS.items()}


@pytest.mark.parametrize("name", MAKERS)
def test_counts_speakers_and_sexes(trees, name):
    clips = load_corpora({name: trees[name]})
    assert len(clips) == CLIPS[name]
    assert {clip.speaker: clip.sex for clip in clips} == SPEAKERS[name]
    assert {clip.corpus for clip in clips} == {name.removesuffix("_song")}
    assert len({clip.name for clip in clips}) == len(clips)
    assert not any("/" in clip.name for clip in clips)


@pytest.mark.parametrize(("corpus", "name", "speaker", "emotion"), ONE)
def test_one_clip_of_each_convention(trees, corpus, name, speaker, emotion):
    clip = next(u for u in load_corpora({corpus: trees[corpus]}) if u.name == name)
    assert (clip.speaker, clip.emotion) == (speaker, emotion)


def test_several_corpora_are_one_sorted_list(trees):
    clips = load_corpora(trees)
    assert len(clips) == sum(CLIPS.values())
    assert clips == sorted(clips)


def test_the_official_counts():
    clips = {name: loader.official.clips for name, loader in LOADERS.items()}
    assert clips == {
        "ravdess": 1440,
        "ravdess_song": 1012,
        "tess": 2800,
        "emodb": 535,
        "crema_d": 7442,
        "savee": 480,
        "iesc": 600,
    }


@pytest.mark.parametrize("name", LOADERS)
def test_what_the_official_counts_say_of_speakers_and_emotions_adds_up(name):
    official = LOADERS[name].official
    for counts in (official.speakers.values(), official.emotions.values()):
        assert None in counts or sum(counts) == official.clips
    assert len(official.listed) in (0, official.clips)
    speakers = {"tess": 2, "emodb": 10, "crema_d": 91, "savee": 4, "iesc": 8, "ravdess_song": 23}
    assert len(official.speakers) == speakers.get(name, 24)


@pytest.mark.parametrize("make", [made_corpora.tess, made_corpora.savee])
def test_all_clips_may_lie_in_one_folder(tmp_path, make):
    make(tmp_path / "folders")
    make(tmp_path / "flat", flat=True)
    found = examine(make.__name__, tmp_path)
    assert len(found.utterances) == found.copies == 28
    assert found.utterances == examine(make.__name__, tmp_path / "flat").utterances


def test_boredom_has_no_place_and_is_counted_apart(tmp_path):
    found = examine("emodb", made_corpora.emodb(tmp_path))
    assert [clip.name for clip in found.clips if not clip.known] == ["03a01La", "08a01La"]
    assert not found.misnamed


def test_the_table_of_crema_d_may_be_absent_lie_beside_or_be_wrong(tmp_path):
    folder = made_corpora.crema_d(tmp_path)
    beside = load_corpora({"crema_d": folder / "AudioWAV"})
    assert {clip.sex for clip in beside} == {"male", "female", None}
    table = folder / "VideoDemographics.csv"
    table.write_text("Actor;Sex\n")
    with pytest.raises(CorpusError, match="no columns ActorID and Sex"):
        load_corpora({"crema_d": folder})
    table.unlink()
    assert {clip.sex for clip in load_corpora({"crema_d": folder})} == {None}


@pytest.mark.parametrize("name", LOADERS)
def test_a_wrong_tree_is_explained(tmp_path, name):
    other = "savee" if name == "tess" else "tess"
    MAKERS[other](tmp_path)
    with pytest.raises(CorpusError) as raised:
        load_corpora({name: tmp_path})
    message = str(raised.value)
    assert message.startswith(f"No {name} clip in {tmp_path}. {LOADERS[name].layout}")
    assert f"{CLIPS[other]} other sound files" in message
    assert message.endswith(f"They look like {other}.")


def test_sound_in_another_form_is_explained(tmp_path):
    (tmp_path / "1001_ITH_ANG_XX.mp3").write_bytes(b"")
    with pytest.raises(CorpusError, match=r"such as 1001_ITH_ANG_XX.mp3. Only .wav and .flac"):
        load_corpora({"crema_d": tmp_path})


def test_damaged_files_are_named_and_skipped(tmp_path, caplog):
    folder = made_corpora.emodb(tmp_path)
    (folder / "wav" / "03a01Wa.wav").write_bytes(b"")
    (folder / "wav" / "03a01Fa.wav").write_text("version https://git-lfs.github.com/spec/v1")
    (folder / "wav" / "08a01Wa.wav").write_bytes(encode("wav-16", silence(0.5)))
    with caplog.at_level(logging.WARNING):
        clips = load_corpora({"emodb": folder})
    assert len(clips) == CLIPS["emodb"] - 3
    for name in ("03a01Wa.wav", "03a01Fa.wav", "08a01Wa.wav", "14 of 535"):
        assert name in caplog.text


def test_of_two_copies_the_one_that_can_be_heard_is_taken(tmp_path):
    made_corpora.emodb(tmp_path / "b")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "03a01Wa.wav").write_bytes(b"RIFF")
    found = examine("emodb", tmp_path)
    assert len(found.utterances) == CLIPS["emodb"]
    assert [damaged.path.parent.name for damaged in found.damaged] == ["a"]


def test_a_corpus_of_nothing_but_damaged_files_is_refused(tmp_path):
    for name in ("1001_DFA_ANG_XX.wav", "1001_DFA_SAD_XX.wav"):
        (tmp_path / name).write_text("version https://git-lfs.github.com/spec/v1")
    with pytest.raises(CorpusError, match=r"None of the 2 crema_d clips .*git lfs pull"):
        load_corpora({"crema_d": tmp_path})
    only_bored = write_sound(tmp_path / "wav" / "03a01La.wav").parent
    with pytest.raises(CorpusError, match="has an emotion that Tonelog knows"):
        load_corpora({"emodb": only_bored})


def test_other_sound_is_extra_unless_it_is_a_clip_in_another_form(tmp_path):
    folder = made_corpora.crema_d(tmp_path)
    for place in ("AudioMP3/1001_ITH_ANG_XX.mp3", "AudioMP3/1001_ITH_ANG_HI.mp3", "noise.flac"):
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_bytes(b"")
    found = examine("crema_d", folder)
    assert [path.name for path in found.misnamed] == ["1001_ITH_ANG_HI.mp3", "noise.flac"]
