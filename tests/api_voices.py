"""What schemathesis sends as a recording: no schema says what a voice is, and bytes are none.

The command `schemathesis run` finds this by schemathesis.toml, and does not know where it runs.
"""

import sys
from pathlib import Path

import schemathesis
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parents[1]))

from tests.sounds import encode, voice

SHORT, LONG = 0.7, 1.4
"""Seconds; between them is what a server under test hears at once."""

VOICES = st.sampled_from([encode("wav-16", voice(seconds)) for seconds in (SHORT, LONG)])

for kind in ("audio/wav", "application/octet-stream"):
    schemathesis.openapi.media_type(kind, VOICES)
