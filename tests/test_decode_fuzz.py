"""Decoding of whatever may come: it ends in sound or in a refusal, and in nothing else."""

from contextlib import suppress

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sounds import CONTAINERS, recorded
from webapp.speech.decode import decode, playable_type
from webapp.speech.errors import SpeechError

SIGNATURES = [recorded(name, 0.5)[:64] for name in CONTAINERS]
fuzzing = settings(deadline=None, derandomize=True, database=None)


def survives(data):
    """Decoding ends in a sane waveform or in a refusal that people understand."""
    playable_type(data)
    with suppress(SpeechError):
        heard = decode(data, 5.0)
        assert len(heard.samples)
        assert 4_000 <= heard.rate <= 48_000
        assert np.isfinite(heard.samples).all()


@settings(fuzzing, max_examples=150)
@given(st.sampled_from([b"", *SIGNATURES]), st.binary(max_size=600))
def test_any_bytes(beginning, rest):
    survives(beginning + rest)


edits = st.tuples(
    st.floats(0, 1) | st.floats(0, 0.05),
    st.sampled_from([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff"])
    | st.binary(max_size=9),
    st.sampled_from([0, 1, 4, 9, 200]),
)


@settings(fuzzing, max_examples=400)
@given(st.sampled_from(CONTAINERS), st.lists(edits, max_size=6), st.floats(0, 1) | st.just(1.0))
def test_any_damage(name, changes, kept):
    data = bytearray(recorded(name, 0.5))
    for where, what, replaced in changes:
        at = int(where * len(data))
        data[at : at + replaced] = what
    survives(bytes(data[: int(kept * len(data))]))
