from dataclasses import replace

import pytest

from training.split import Listing, Split, voices
from training.splits import (
    DESCRIPTIONS,
    LEAKING,
    MEASURED,
    PROTOCOLS,
    RAVDESS_FOLDS,
    STRICT,
    all_speakers,
    cross_corpus,
    leave_one_speaker_out,
    merged,
    random_5fold,
    random_split,
    random_split_peeking,
    speaker_5fold,
)
from training.utterance import CorpusError
from webapp.speech.emotions import Emotion


def speakers(part):
    return {u.speaker for u in part}


def test_the_folds_are_the_published_ones():
    assert [len(fold) for fold in RAVDESS_FOLDS] == [5, 5, 5, 5, 4]
    assert set.union(*RAVDESS_FOLDS) == {f"{actor:02d}" for actor in range(1, 25)}


def test_every_clip_is_tested_once_by_a_model_that_never_heard_its_speaker(utterances):
    splits = speaker_5fold(utterances, seed=0)
    assert sorted(u for split in splits for u in split.test) == utterances
    for split in splits:
        heard = speakers(split.training) | speakers(split.validation)
        assert not heard & speakers(split.test)
        assert heard | speakers(split.test) == speakers(utterances)


def test_one_woman_and_one_man_choose_the_epoch(utterances):
    for split in speaker_5fold(utterances, seed=0) + all_speakers(utterances, seed=0):
        assert sorted({u.sex for u in split.validation}) == ["female", "male"]
        assert len(speakers(split.validation)) == 2
        assert not speakers(split.validation) & speakers(split.training)


def test_absent_actors_leave_their_fold_smaller_or_out(utterances):
    everybody = [
        replace(utterances[0], speaker=f"{actor:02d}", sex="male" if actor % 2 else "female")
        for actor in range(1, 25)
    ]
    present = [u for u in everybody if u.speaker not in ("01", "04", "09", "22", "02")]
    splits = speaker_5fold(present, seed=0)
    assert [split.name for split in splits] == ["fold-1", "fold-2", "fold-3", "fold-4"]
    assert [len(speakers(split.test)) for split in splits] == [4, 5, 5, 5]


@pytest.mark.parametrize(
    ("actors", "complaint"),
    [({"02", "03", "06"}, "nobody is left to train on"), ({"02"}, "one speaker is too few")],
)
def test_too_few_speakers_are_explained(utterances, actors, complaint):
    present = [u for u in utterances if u.speaker in actors]
    with pytest.raises(CorpusError, match=complaint):
        all_speakers(present, seed=0) if len(actors) == 1 else speaker_5fold(present, seed=0)


def test_the_seed_draws_the_validation_speakers(utterances):
    first = speaker_5fold(utterances, seed=0)
    assert first == speaker_5fold(utterances, seed=0)
    drawn = {frozenset(speakers(all_speakers(utterances, s)[0].validation)) for s in range(9)}
    assert len(drawn) > 1


def test_a_speaker_on_both_sides_is_refused(utterances):
    with pytest.raises(ValueError, match="a test speaker is in another part"):
        Split("bad", tuple(utterances[:3]), (), tuple(utterances[3:6]))
    with pytest.raises(ValueError, match="a clip is trained on and"):
        Split("bad", tuple(utterances[:3]), (), tuple(utterances[2:6]), leaks=True)


def test_a_listing_says_which_clips_were_where(utterances, tmp_path):
    (split,) = all_speakers(utterances, seed=0)
    split.listing.save(tmp_path / "split.json")
    listing = Listing.load(tmp_path / "split.json")
    assert listing == split.listing
    assert set(voices(listing.training)) == {u.voice for u in split.training}


def corpus(utterances, name, count=None):
    """The same clips as if they were another corpus, of the first so many speakers."""
    known = sorted(speakers(utterances))[:count]
    return [replace(u, corpus=name) for u in utterances if u.speaker in known]


@pytest.fixture
def several(utterances):
    """Three corpora, the last without half of the emotions."""
    few = [u for u in corpus(utterances, "emodb") if u.emotion in list(Emotion)[:4]]
    return sorted([*utterances, *corpus(utterances, "tess", 2), *few])


def test_every_protocol_is_described_and_either_strict_or_leaking():
    assert set(PROTOCOLS) == set(DESCRIPTIONS)
    assert set(STRICT) | set(LEAKING) == set(MEASURED)
    assert not set(STRICT) & set(LEAKING)


@pytest.mark.parametrize("protocol", STRICT)
def test_a_strict_protocol_never_hears_a_test_speaker(protocol, utterances, several):
    present = utterances if protocol == "speaker_5fold" else several
    for split in PROTOCOLS[protocol](present, 0):
        heard = {u.voice for u in (*split.training, *split.validation)}
        assert split.training
        assert split.validation or protocol == "own_speakers", "where nothing is chosen"
        assert not heard & {u.voice for u in split.test}


def twice(utterances):
    """Two takes of every clip: enough of each emotion to be drawn from."""
    return sorted([*utterances, *(replace(u, name=f"{u.name}b") for u in utterances)])


@pytest.mark.parametrize("protocol", [leave_one_speaker_out, merged, random_5fold])
def test_every_clip_is_tested_once(protocol, utterances):
    clips = twice(utterances)
    splits = protocol(clips, 0)
    assert sorted(u for split in splits for u in split.test) == clips
    assert len({split.name for split in splits}) == len(splits)


def test_a_random_split_is_80_to_20_with_like_shares_of_emotions(utterances):
    clips = twice(utterances)
    (split,) = random_split(clips, seed=0)
    assert len(split.test) == 20  # of 96, rounded up
    assert {sum(u.emotion == e for u in split.test) for e in Emotion} <= {2, 3}
    assert split.leaks
    assert random_split(clips, seed=1)[0].test == split.test
    assert random_split(clips, seed=1)[0].validation != split.validation


def test_peeking_chooses_the_epoch_on_the_test_clips_of_the_random_split(utterances):
    clips = twice(utterances)
    (split,) = random_split_peeking(clips, seed=0)
    assert split.validation == split.test == random_split(clips, seed=0)[0].test
    assert not set(split.training) & set(split.test)


def test_of_two_women_one_is_trained_on_and_some_of_her_clips_choose(utterances):
    women = corpus(utterances, "tess", 2)
    two = [replace(u, name=f"{u.name}-{take}") for u in women for take in range(10)]
    splits = leave_one_speaker_out(two, seed=0)
    assert [split.name for split in splits] == ["tess-02", "tess-03"]
    for split in splits:
        assert speakers(split.training) == speakers(split.validation)
        assert len(speakers(split.test)) == 1
        assert len(split.validation) == 8


def test_corpora_meet_on_the_emotions_they_share(several):
    splits = {split.name: split for split in cross_corpus(several, seed=0)}
    assert set(splits) == {"ravdess", "tess", "emodb"}
    for name, split in splits.items():
        assert {u.corpus for u in split.test} == {name}
        assert name not in {u.corpus for u in split.training}
        assert {u.emotion for u in split.test} == {u.emotion for u in split.training}
    assert {u.emotion for u in splits["emodb"].test} == set(list(Emotion)[:4])
    with pytest.raises(CorpusError, match="two corpora or more"):
        cross_corpus([u for u in several if u.corpus == "tess"], seed=0)


def test_who_speaks_half_of_the_clips_does_not_choose_the_epoch(utterances):
    talker = [replace(u, name=f"{u.name}-{n}") for u in utterances[:8] for n in range(20)]
    for seed in range(5):
        (split,) = all_speakers([*utterances[8:], *talker], seed)
        assert utterances[0].voice in {u.voice for u in split.training}


def test_speakers_of_unknown_sex_choose_as_well(utterances):
    nobody_knows = [replace(u, sex=None) for u in utterances]
    (split,) = all_speakers(nobody_knows, seed=0)
    assert len(speakers(split.validation)) == 2


def test_the_published_folds_are_for_ravdess(several):
    with pytest.raises(CorpusError, match="folds of RAVDESS"):
        speaker_5fold(several, seed=0)


def test_too_few_clips_to_draw_from_are_explained(utterances):
    with pytest.raises(CorpusError, match="Too few clips"):
        random_split(utterances[:16], seed=0)
