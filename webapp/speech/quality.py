"""Whether there is a voice to hear in a waveform, and what makes it hard to hear."""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from webapp.speech.errors import NoSpeech, TooShort
from webapp.speech.waveform import Waveform

FRAME_SECONDS = 0.02
"""Sound is judged in pieces of this length: a pitch period or more, and shorter than any sound."""

AT_ONCE = 1000
"""Pieces judged together: a long clip takes hardly more memory than a short one."""

SILENCE_DB = -78.0
"""The loudest piece of a clip below this level (dB of full scale) is no voice.

The rounding and dither of 16-bit sound lie at -96 dB. The quietest clip of RAVDESS, made 20 dB
quieter still, reaches -74 dB.
"""

PAUSE_DB = 40.0
"""Pieces this far below the loudest (dB) are pauses, as they are to the ear."""

ROUNDING_DB = -90.0
"""Pieces below this level (dB of full scale) are pauses, too, however quiet the voice is."""

SHORTEST_SECONDS = 0.3
"""Less sound than this is not even a word."""

KNOCK_PIECES = 2
"""A sound that never lasts longer than so many pieces is clicks or knocks, and no syllable."""

SHORT_SECONDS = 1.0
"""Less sound than this is a word or two; every sentence of the corpora is longer."""

QUIET_DB = -48.0
"""A loudest piece below this level (dB of full scale) is quieter than nearly all real clips."""

FULL_SCALE = 0.99
"""Samples from here on are taken to have hit the limit of the recorder."""

CLIPPED_SHARE = 0.0005
"""More of the sound than this at full scale is clipping.

Clips brought to full scale have half of it at most; 3 dB more, and nine of ten exceed it.
"""


class Remark(StrEnum):
    """What makes a clip harder to judge than others."""

    VERY_SHORT = "very_short"
    VERY_QUIET = "very_quiet"
    CLIPPED = "clipped"
    UNLIKE_TRAINING = "unlike_training"
    NEUTRAL_OR_CALM = "neutral_or_calm"

    @property
    def sentence(self) -> str:
        """The remark for people, with what would help."""
        return _SENTENCES[self]


_SENTENCES = {
    Remark.VERY_SHORT: (
        "This recording is very short, with less than a second of voice. "
        "A whole sentence gives a more reliable answer."
    ),
    Remark.VERY_QUIET: (
        "This recording is very quiet. "
        "Moving closer to the microphone gives a more reliable answer."
    ),
    Remark.CLIPPED: (
        "This recording is too loud and distorted. "
        "Moving away from the microphone gives a more reliable answer."
    ),
    Remark.UNLIKE_TRAINING: (
        "This recording is unlike anything the model was trained on, so the figures do not hold "
        "for it. One voice, close to the microphone and in a quiet room, may help; another "
        "language may be the reason, too."
    ),
    Remark.NEUTRAL_OR_CALM: (
        "The answer is split between neutral and calm. They are near twins in RAVDESS, where they "
        "were learned: people who listen to it cannot tell them apart either."
    ),
}


_TOO_SHORT = "The recording is too short. Send at least a second of speech."
_TOO_LITTLE = "There is too little sound in this recording. Send at least a second of speech."
_NO_SPEECH = (
    "There is no speech to hear in this recording. "
    "Check the microphone, or send a recording in which somebody speaks."
)


def inspect(waveform: Waveform, speaks: Callable[[Waveform], bool]) -> tuple[Remark, ...]:
    """What makes a clip hard to judge; raises `TooShort` or `NoSpeech` where nobody is heard.

    `speaks` says whether a sound that is loud and long enough is speech: see `VoiceActivity`.
    """
    if waveform.seconds < SHORTEST_SECONDS:
        raise TooShort(_TOO_SHORT)
    levels = _levels(waveform)
    loudest = levels.max()
    if loudest < SILENCE_DB:
        raise NoSpeech(_NO_SPEECH)
    heard = levels >= max(loudest - PAUSE_DB, ROUNDING_DB)
    seconds = np.count_nonzero(heard) * FRAME_SECONDS
    if seconds < SHORTEST_SECONDS and _longest_run(heard) > KNOCK_PIECES:
        raise TooShort(_TOO_LITTLE)
    if seconds < SHORTEST_SECONDS or not speaks(waveform):
        raise NoSpeech(_NO_SPEECH)
    found = {
        Remark.VERY_SHORT: seconds < SHORT_SECONDS,
        Remark.VERY_QUIET: loudest < QUIET_DB,
        Remark.CLIPPED: _seconds_at_full_scale(waveform) > CLIPPED_SHARE * seconds,
    }
    return tuple(remark for remark, applies in found.items() if applies)


def _levels(waveform: Waveform) -> npt.NDArray[np.float32]:
    """Level of each piece in dB of full scale, without its offset, which is no sound."""
    length = round(waveform.rate * FRAME_SECONDS)
    whole = len(waveform.samples) // length * length
    pieces = waveform.samples[:whole].reshape(-1, length)
    some = (pieces[first : first + AT_ONCE] for first in range(0, len(pieces), AT_ONCE))
    deviations = np.concatenate([few.std(axis=1) for few in some])
    return np.asarray(20 * np.log10(np.maximum(deviations, np.finfo(np.float32).tiny)))


def _longest_run(heard: npt.NDArray[np.bool_]) -> int:
    """The most pieces that were heard one after the other."""
    ends = np.flatnonzero(np.diff(heard, prepend=False, append=False))
    return int((ends[1::2] - ends[::2]).max())


def _seconds_at_full_scale(waveform: Waveform) -> float:
    if waveform.peak < FULL_SCALE:
        return 0.0
    high, low = waveform.samples >= FULL_SCALE, waveform.samples <= -FULL_SCALE
    return (np.count_nonzero(high) + np.count_nonzero(low)) / waveform.rate
