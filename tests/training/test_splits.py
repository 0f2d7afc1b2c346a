import pytest

from training.splits import RAVDESS_FOLDS, Listing, Split, all_speakers, speaker_5fold, voices


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
    present = [u for u in utterances if u.speaker not in ("01", "09", "02")]
    assert [split.name for split in speaker_5fold(present, seed=0)] == [
        "fold-2",
        "fold-3",
        "fold-4",
    ]


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
