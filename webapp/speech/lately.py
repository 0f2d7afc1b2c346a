"""What a voice sounds like just now: the last stretch of speech in the last seconds of a sound."""

import math
from dataclasses import dataclass

import numpy as np

from webapp.speech.following import FRAME_SECONDS, Frames
from webapp.speech.recognizer import Recognition, Recognizer
from webapp.speech.stopwatch import Stopwatch
from webapp.speech.stretches import Cutting, Stretches
from webapp.speech.voice_activity import SPEEDS, VoiceActivity
from webapp.speech.waveform import Samples, Waveform

CUTTING = Cutting(pause=0.7)
"""Sentences have pauses, and what belongs together is heard together."""

LOUDEST = (4e-4, 0.05)
"""Where no sample reaches this, nobody speaks; a scream, for which the second speed is, is loud.

At -68 dB there is only the hiss of the recorder. The second is at -26 dB.
"""

ENOUGH = 0.8
"""Seconds of speech that goes on; the first syllables of a sentence tell nothing yet."""

DOUBT = 1.0
"""Seconds at the end of silence in which speech may have begun that is not known as such yet."""


@dataclass(frozen=True)
class Stretch:
    """Speech, by seconds before the end of the sound."""

    began: float
    ended: float
    """0 where somebody still speaks."""
    goes_on: bool
    """Whether it may: the pause after it, if there is any, is no longer than in a sentence."""
    heard: Recognition | None
    """What it sounds like; None where there is too little to tell yet."""


@dataclass(frozen=True)
class Lately:
    """What the last seconds of a sound hold."""

    needed: float
    """With so many of these seconds the next ones have to begin; what was before is settled."""
    stretch: Stretch | None
    """The last stretch of speech; None where nobody speaks."""


def lately(
    waveform: Waveform, recognizer: Recognizer, activity: VoiceActivity, watch: Stopwatch
) -> Lately:
    """What the last seconds of a sound hold; raises what the recognizer raises."""
    with watch.stage("voice"):
        found = _last_stretch(waveform, activity)
    if found is None:
        return Lately(min(DOUBT, waveform.seconds), None)
    start, end, goes_on = found
    first, last = (round(moment * waveform.rate) for moment in (start, end))
    heard = None
    if not goes_on or end - start >= ENOUGH:
        sound = Waveform(waveform.samples[first:last], waveform.rate)
        heard = recognizer.recognize(sound, watch)
    silent = waveform.seconds - end
    ended = silent + CUTTING.padding if silent else 0.0
    needed = waveform.seconds if goes_on else silent
    return Lately(needed, Stretch(waveform.seconds - start, ended, goes_on, heard))


def _last_stretch(waveform: Waveform, activity: VoiceActivity) -> tuple[float, float, bool] | None:
    """Where it starts and ends (seconds), and whether it may go on; None where nobody speaks."""
    for speed, loudest in zip(SPEEDS, LOUDEST, strict=True):
        if waveform.peak >= loudest:
            stretches = Stretches(CUTTING)
            likely = _likely(waveform, speed, activity)
            over = list(stretches.take(Frames(likely, np.zeros_like(likely))))
            found = [*over, *stretches.finish()]
            if found:
                start, end = (min(frame * FRAME_SECONDS, waveform.seconds) for frame in found[-1])
                return start, end, len(found) > len(over)
    return None


def _likely(waveform: Waveform, speed: float, activity: VoiceActivity) -> Samples:
    """How likely each frame at full speed is speech, judged at another one."""
    found = np.concatenate(list(activity.probabilities(waveform.played_at(speed))))
    middles = np.arange(math.ceil(waveform.seconds / FRAME_SECONDS)) + 0.5
    return found[np.minimum((middles / speed).astype(np.intp), len(found) - 1)]
