"""Whether there is a voice to hear in a waveform, and what makes it hard to hear."""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from webapp.speech.errors import NoSpeech, TooShort
from webapp.speech.waveform import Blocks, Samples, Waveform
from webapp.speech.words import N_

Levels = npt.NDArray[np.float32]

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

    @property
    def words(self) -> str:
        """The same in a word or two."""
        return _WORDS[self]


_WORDS = {
    Remark.VERY_SHORT: N_("very short"),
    Remark.VERY_QUIET: N_("very quiet"),
    Remark.CLIPPED: N_("clipped"),
    Remark.UNLIKE_TRAINING: N_("unlike training"),
    Remark.NEUTRAL_OR_CALM: N_("neutral or calm"),
}

_SENTENCES = {
    Remark.VERY_SHORT: N_(
        "This recording is very short, with less than a second of voice. "
        "A whole sentence gives a more reliable answer."
    ),
    Remark.VERY_QUIET: N_(
        "This recording is very quiet. "
        "Moving closer to the microphone gives a more reliable answer."
    ),
    Remark.CLIPPED: N_(
        "This recording is too loud and distorted. "
        "Moving away from the microphone gives a more reliable answer."
    ),
    Remark.UNLIKE_TRAINING: N_(
        "This recording is unlike anything the model was trained on, so the figures do not hold "
        "for it. One voice, close to the microphone and in a quiet room, may help; another "
        "language may be the reason, too."
    ),
    Remark.NEUTRAL_OR_CALM: N_(
        "The answer is split between neutral and calm. They are near twins in RAVDESS, where they "
        "were learned: people who listen to it cannot tell them apart either."
    ),
}


_STEPS = np.linspace(-120, 20, 1401)
"""Levels (dB of full scale) between which pieces are counted."""

_TOO_SHORT = N_("The recording is too short. Send at least a second of speech.")
_TOO_LITTLE = N_("There is too little sound in this recording. Send at least a second of speech.")
_NO_SPEECH = N_(
    "There is no speech to hear in this recording. "
    "Check the microphone, or send a recording in which somebody speaks."
)


def inspect(waveform: Waveform, speaks: Callable[[Waveform], bool]) -> tuple[Remark, ...]:
    """What makes a clip hard to judge; raises `TooShort` or `NoSpeech` where nobody is heard.

    `speaks` says whether a sound that is loud and long enough is speech: see `VoiceActivity`.
    """
    loudness = Loudness(waveform.rate)
    loudness.take(waveform.samples)
    loudness.check()
    if not speaks(waveform):
        raise no_speech()
    return loudness.remarks()


def no_speech() -> NoSpeech:
    """The failure of a sound in which nobody speaks."""
    return NoSpeech(_NO_SPEECH)


def too_short() -> TooShort:
    """The failure of a sound that is too short to hold speech."""
    return TooShort(_TOO_SHORT)


class Loudness:
    """How loud a sound is that comes piece by piece; it may be cut anywhere."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._length = round(rate * FRAME_SECONDS)
        self._blocks = Blocks(self._length * AT_ONCE)
        self._last: Levels = np.full(KNOCK_PIECES, -np.inf, dtype=np.float32)
        self._pieces = np.zeros(len(_STEPS) + 1, dtype=np.int64)
        """How many pieces lie between two steps of level."""
        self._loudest = self._lasting = -np.inf
        """Level of the loudest piece, and the highest that a syllable keeps up."""
        self._samples = self._full = 0

    def take(self, samples: Samples) -> None:
        """The next samples."""
        self._samples += len(samples)
        if Waveform(samples, self._rate).peak >= FULL_SCALE:
            high, low = samples >= FULL_SCALE, samples <= -FULL_SCALE
            self._full += int(np.count_nonzero(high) + np.count_nonzero(low))
        for block in self._blocks.take(samples):
            self._weigh(block)

    def check(self) -> None:
        """All has come; raises `TooShort` or `NoSpeech` where there is too little to hear."""
        if self._samples < SHORTEST_SECONDS * self._rate:
            raise too_short()
        self._weigh(self._blocks.rest())
        if self._loudest < SILENCE_DB:
            raise no_speech()
        if self._seconds < SHORTEST_SECONDS:
            raise TooShort(_TOO_LITTLE) if self._lasting >= self._pause else no_speech()

    def remarks(self) -> tuple[Remark, ...]:
        """What makes it hard to judge, once it was checked."""
        found = {
            Remark.VERY_SHORT: self._seconds < SHORT_SECONDS,
            Remark.VERY_QUIET: self._loudest < QUIET_DB,
            Remark.CLIPPED: self._full > CLIPPED_SHARE * self._seconds * self._rate,
        }
        return tuple(remark for remark, applies in found.items() if applies)

    @property
    def _pause(self) -> float:
        return max(self._loudest - PAUSE_DB, ROUNDING_DB)

    @property
    def _seconds(self) -> float:
        """Of all that is no pause."""
        return float(self._pieces[np.searchsorted(_STEPS, self._pause) :].sum() * FRAME_SECONDS)

    def _weigh(self, block: Samples) -> None:
        """Level of each piece in dB of full scale, without its offset, which is no sound."""
        whole = len(block) // self._length * self._length
        deviations = block[:whole].reshape(-1, self._length).std(axis=1)
        levels = 20 * np.log10(np.maximum(deviations, np.finfo(np.float32).tiny))
        if not len(levels):
            return
        near = np.concatenate([self._last, levels])
        lasting = sliding_window_view(near, KNOCK_PIECES + 1).min(axis=1)
        self._last = near[-KNOCK_PIECES:]
        self._pieces += np.bincount(np.searchsorted(_STEPS, levels), minlength=len(_STEPS) + 1)
        self._loudest = max(self._loudest, float(levels.max()))
        self._lasting = max(self._lasting, float(lasting.max()))
