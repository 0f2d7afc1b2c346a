"""Decoding of whatever may come: it ends in sound or in a refusal, and in nothing else."""

from contextlib import suppress

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.damage import DAMAGED
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


@settings(fuzzing, max_examples=400)
@given(DAMAGED)
def test_any_damage(data):
    survives(data)
