"""How clips of one's own are held out."""

import pytest

from training.own_splits import UNKNOWN, everything, own_clips, own_speakers, usual
from training.utterance import CorpusError, Utterance
from webapp.speech.emotions import Emotion


def clips(*speakers, corpus="own"):
    """Four clips of each of these speakers, of four emotions."""
    return sorted(
        Utterance(corpus, speaker, f"{speaker}{number}", None, emotion, None)
        for speaker in speakers
        for number, emotion in enumerate(list(Emotion)[:4])
    )


def test_by_speaker_nobody_is_heard_who_could_be_the_one_held_out():
    splits = own_speakers(clips("Ana", "Ben", UNKNOWN), 0)
    assert [split.name for split in splits] == ["own-Ana", "own-Ben"]
    for split, (tested, learnt) in zip(splits, [("Ana", "Ben"), ("Ben", "Ana")], strict=True):
        assert {u.speaker for u in split.test} == {tested}
        assert {u.speaker for u in split.training} == {learnt}
        assert not split.validation
        assert not split.leaks


@pytest.mark.parametrize("speakers", [("Ana",), ("Ana", UNKNOWN), (UNKNOWN,)])
def test_by_speaker_two_have_to_be_named(speakers):
    assert usual(clips(*speakers)) == "own_clips"
    with pytest.raises(CorpusError, match=r"speaker:NAME.*--protocol own_clips"):
        own_speakers(clips(*speakers), 0)


def test_the_stricter_one_is_usual_where_two_are_named():
    assert usual(clips("Ana", "Ben", UNKNOWN)) == "own_speakers"


@pytest.mark.parametrize(("given", "parts"), [(clips("Ana", "Ben", UNKNOWN), 5), (clips("A"), 4)])
def test_by_clip_each_is_heard_once_by_who_has_learnt_all_others_of_another_part(given, parts):
    splits = own_clips(given, 0)
    assert len(splits) == parts
    assert sorted(u for split in splits for u in split.test) == given
    for split in splits:
        assert sorted([*split.training, *split.test]) == given
        assert split.leaks
        counts = [sum(u.emotion == emotion for u in split.test) for emotion in Emotion]
        assert max(counts) <= 1, "emotions are spread over the parts"
    assert own_clips(given, 1) == splits


def test_one_clip_cannot_be_held_out():
    with pytest.raises(CorpusError, match="two clips"):
        own_clips(clips("Ana")[:1], 0)


def test_for_a_release_everything_is_learnt():
    given = clips("Ana", UNKNOWN)
    split = everything("all_speakers", given)
    assert (list(split.training), split.validation, split.test) == (given, (), ())
