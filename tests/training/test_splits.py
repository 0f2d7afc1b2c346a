from dataclasses import replace

import pytest

from training.splits import RAVDESS_FOLDS, Listing, Split, all_speakers, speaker_5fold, voices
from training.utterance import CorpusError


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
    [({"02", "03", "05"}, "no female speaker"), ({"02", "03", "06"}, "nobody is left to train on")],
)
def test_too_few_speakers_are_explained(utterances, actors, complaint):
    present = [u for u in utterances if u.speaker in actors]
    with pytest.raises(CorpusError, match=complaint):
        speaker_5fold(present, seed=0)


def test_the_seed_draws_the_validation_speakers(utterances):
    first = speaker_5fold(utterances, seed=0)
    assert first == speaker_5fold(utterances, seed=0)
    drawn = {frozenset(speakers(all_speakers(utterances, s)[0].validation)) for s in range(9)}
    assert len(drawn) > 1


def test_a_speaker_on_both_sides_is_refused(utterances):
    with pytest.raises(ValueError, match="a speaker is in two parts"):
        Split("bad", tuple(utterances[:3]), (), tuple(utterances[3:6]))


def test_a_listing_says_which_clips_were_where(utterances, tmp_path):
    (split,) = all_speakers(utterances, seed=0)
    split.listing.save(tmp_path / "split.json")
    listing = Listing.load(tmp_path / "split.json")
    assert listing == split.listing
    assert set(voices(listing.training)) == {u.voice for u in split.training}
