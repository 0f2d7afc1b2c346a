"""Stretches of speech in how likely each moment is speech."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.speech.following import FRAME_SECONDS, Frames
from webapp.speech.stretches import Cutting, Stretches

CUTTING = Cutting()
PAUSE, PADDING = CUTTING.frames(CUTTING.pause), CUTTING.frames(CUTTING.padding)


def cut(speech, power=None, pieces=1, cutting=CUTTING):
    speech = np.asarray(speech, dtype=np.float32)
    power = np.ones_like(speech) if power is None else np.asarray(power, dtype=np.float32)
    stretches, found = Stretches(cutting), []
    for some in np.array_split(np.arange(len(speech)), pieces):
        found += stretches.take(Frames(speech[some], power[some]))
    return [*found, *stretches.finish()]


def frames(*runs):
    """`(count, probability)` after each other."""
    return np.concatenate([np.full(count, likely, np.float32) for count, likely in runs])


def test_silence_holds_none():
    assert cut(frames((500, 0.1))) == []
    assert cut([]) == []


def test_speech_gets_some_of_the_pauses_around_it():
    assert cut(frames((50, 0), (60, 0.9), (50, 0))) == [(50 - PADDING, 110 + PADDING)]


def test_nothing_is_before_the_beginning_or_after_the_end():
    assert cut(frames((60, 0.9))) == [(0, 60)]


def test_a_short_pause_is_part_of_it_and_a_long_one_is_not():
    assert len(cut(frames((40, 0.9), (PAUSE - 1, 0), (40, 0.9)))) == 1
    assert cut(frames((40, 0.9), (PAUSE, 0), (40, 0.9))) == [
        (0, 40 + PADDING),
        (40 + PAUSE - PADDING, 80 + PAUSE),
    ]


def test_it_begins_when_likelier_than_it_goes_on():
    assert cut(frames((100, 0.4))) == []
    assert cut(frames((20, 0.9), (100, 0.4), (50, 0))) == [(0, 120 + PADDING)]


def test_a_knock_is_no_speech():
    assert cut(frames((50, 0), (5, 1.0), (50, 0))) == []
    assert cut(frames((50, 0), (40, 0.55), (50, 0))) == []  # nor is what was never sure


def test_a_long_one_is_cut_at_its_quietest_moment():
    speech = frames((450, 0.9), (50, 0))
    power = np.ones(500)
    power[199:202] = 0.1
    assert cut(speech, power) == [(0, 200), (200, 450 + PADDING)]


def test_of_an_endless_one_no_part_is_too_short_or_too_long():
    power = np.random.default_rng(3).uniform(0.1, 1, 20_000)
    found = cut(frames((20_000, 0.9)), power)
    assert found[0][0] == 0
    assert found[-1][1] == 20_000
    assert all(one[1] == other[0] for one, other in pairwise(found))
    seconds = [(end - start) * FRAME_SECONDS for start, end in found]
    assert min(seconds) >= 0.9
    assert max(seconds) <= 11.1


runs = st.lists(
    st.tuples(st.integers(1, 500), st.sampled_from([0.0, 0.2, 0.4, 0.6, 0.9, 1.0])), max_size=12
)


@given(runs=runs, pieces=st.integers(1, 40), seed=st.integers(0, 99))
def test_they_are_in_order_do_not_overlap_and_pieces_make_no_difference(runs, pieces, seed):
    speech = frames((1, 0), *runs)
    power = np.random.default_rng(seed).uniform(0, 1, len(speech))
    found = cut(speech, power)
    assert found == cut(speech, power, pieces)
    edges = [0, *(edge for stretch in found for edge in stretch), len(speech)]
    assert edges == sorted(edges)
    assert all(end > start for start, end in found)


@given(runs=runs)
def test_what_is_needed_later_is_kept(runs):
    speech = frames((1, 0), *runs)
    stretches, needed = Stretches(CUTTING), 0
    for one in speech:
        found = list(stretches.take(Frames(np.array([one]), np.array([1.0]))))
        assert all(start >= needed for start, _ in found)
        needed = stretches.needed
    assert all(start >= needed for start, _ in stretches.finish())
    assert len(speech) - needed <= CUTTING.frames(CUTTING.longest + CUTTING.rest) + PADDING


@pytest.mark.parametrize("pause", [0.2, 0.7])
def test_others_may_be_cut_otherwise(pause):
    speech = frames((40, 0.9), (round(0.5 / FRAME_SECONDS), 0), (40, 0.9))
    assert len(cut(speech, cutting=Cutting(pause=pause))) == (2 if pause < 0.5 else 1)
