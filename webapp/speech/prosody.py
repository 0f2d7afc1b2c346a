"""Prosody: the pitch, energy, formants and steadiness of a voice, one number each for a clip.

Measured by Praat, the phoneticians' own tool, through Parselmouth:

- Boersma & Weenink, Praat: doing phonetics by computer, https://www.praat.org
- Jadoul, Thompson & de Boer (2018), Introducing Parselmouth: a Python interface to Praat, Journal
  of Phonetics 71:1-15, https://doi.org/10.1016/j.wocn.2018.07.001

Parselmouth is an optional extra (webapp/requirements-prosody.txt): it is loaded at the first clip.
"""

import importlib.util
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from webapp.speech.errors import MissingExtra
from webapp.speech.waveform import Waveform
from webapp.speech.words import N_

Array = npt.NDArray[np.float64]

NEUTRAL: Mapping[str, float] = MappingProxyType(
    {
        "pitch_mean": 170.0,  # Hz, of the voiced frames
        "pitch_deviation": 3.0,  # semitones
        "pitch_low": 140.0,  # Hz, lowest decile
        "pitch_high": 210.0,  # Hz, highest decile
        "pitch_slope": 0.0,  # semitones a second, of the straight line through the clip
        "voiced_share": 0.0,  # of the frames
        "energy_mean": -15.0,  # dB below the loudest frame
        "energy_deviation": 10.0,  # dB
        "energy_range": 20.0,  # dB from the lowest decile to the highest
        "formant_1_mean": 500.0,  # Hz, of the voiced frames
        "formant_2_mean": 1500.0,
        "formant_3_mean": 2500.0,
        "formant_1_deviation": 200.0,  # Hz
        "formant_2_deviation": 400.0,
        "formant_3_deviation": 400.0,
        "jitter": 0.02,  # local: mean difference of neighbouring periods, as a share of their mean
        "shimmer": 0.1,  # local: the same of their amplitudes
        "harmonicity": 10.0,  # dB, harmonics to noise, of the voiced frames
        "voiced_segments": 0.0,  # a second: a stand-in for the speaking rate
    }
)
"""The measures in order, each with what it reads where a clip has nothing to measure.

A pitch between men's and women's, the resonances of a tube as long as a mouth and throat, and the
round figures of common speech; nothing is voiced. A value near the middle misleads a network least.
No corpus was measured for them.
"""

MEASURES: tuple[str, ...] = tuple(NEUTRAL)
"""Names of the measures, in the order of what `prosody` returns."""

SAMPLE_RATE = 16_000
"""Clips are measured at this rate (Hz).

At rates with few samples a period (1100 Hz and a pitch of 550 Hz) Praat's search for the next one
stands still for ever; here the shortest period has 26.
"""

SHORTEST_SECONDS = 0.1
"""Less than this is not measured: the slowest pitch needs three periods, and there are frames."""

STEP_SECONDS, FRAME_SECONDS = 0.01, 0.025
"""From one frame to the next, and the length of one."""

PITCH_FLOOR, PITCH_CEILING = 75.0, 600.0
"""Pitch is looked for in this range (Hz), wide enough for men and for screaming women."""

FORMANTS, FORMANT_CEILING = 5, 5500.0
"""So many formants are looked for below this frequency (Hz): who speaks is not known."""

QUIETEST_DB = -60.0
"""Frames further below the loudest than this count as silence (dB)."""

ROUNDING = 1e-6
"""What is left of a clip without its offset is no sound below this share of its peak."""

_PERIODS = (0.0, 0.0, 1e-4, 0.02, 1.3)
"""Praat's own defaults: the whole clip, shortest and longest period (s), largest ratio of two."""

MISSING = N_(
    "This model measures the voice with Praat, which is not installed. Install it with: "
    ".venv/bin/pip install -r webapp/requirements-prosody.txt, then start again."
)


def available() -> bool:
    """Whether Parselmouth is installed."""
    return importlib.util.find_spec("parselmouth") is not None


def prosody(waveform: Waveform) -> npt.NDArray[np.float32]:
    """The `MEASURES` of a clip, none of which depends on its level; raises `MissingExtra`.

    Silence, and clips under `SHORTEST_SECONDS`, read `NEUTRAL` throughout; so does each measure
    that is undefined, such as the pitch of a whisper. All numbers are finite.
    """
    if not available():
        raise MissingExtra(MISSING)
    found: dict[str, float] = {}
    samples = _levelled(waveform)
    if waveform.seconds >= SHORTEST_SECONDS and samples.any():
        found = _energy(samples) | _voice(samples)
    numbers = [found.get(name, neutral) for name, neutral in NEUTRAL.items()]
    return np.array(numbers, dtype=np.float32)


def _levelled(waveform: Waveform) -> Array:
    """Samples at `SAMPLE_RATE`, without offset, at full scale; all zero where there is no sound."""
    samples = waveform.samples.astype(np.float64)
    centred = samples - samples.mean() if len(samples) else samples
    peak = np.max(np.abs(centred), initial=0.0)
    if peak <= ROUNDING * waveform.peak:
        return np.zeros_like(samples)
    scaled = Waveform(np.asarray(centred / peak, dtype=np.float32), waveform.rate)
    return scaled.resampled(SAMPLE_RATE).samples.astype(np.float64)


def _energy(samples: Array) -> dict[str, float]:
    length, step = round(SAMPLE_RATE * FRAME_SECONDS), round(SAMPLE_RATE * STEP_SECONDS)
    frames = np.lib.stride_tricks.sliding_window_view(samples, length)[::step]
    squares = np.einsum("ij,ij->i", frames, frames) / length  # without a copy of all frames
    power = np.maximum(squares - frames.mean(axis=1) ** 2, 0.0)  # an offset is no sound
    if not power.any():  # all sound lies in the last piece, shorter than a frame
        return {}
    floor = 10 ** (QUIETEST_DB / 10)
    levels = 10 * np.log10(np.maximum(power / power.max(), floor))
    return {
        "energy_mean": float(levels.mean()),
        "energy_deviation": float(levels.std()),
        "energy_range": _span(levels),
    }


def _voice(samples: Array) -> dict[str, float]:
    """All that is measured by Praat."""
    import parselmouth

    sound = parselmouth.Sound(samples, SAMPLE_RATE)
    pitch = sound.to_pitch(STEP_SECONDS, PITCH_FLOOR, PITCH_CEILING)
    hertz = pitch.selected_array["frequency"]
    voiced = hertz > 0
    begun = np.count_nonzero(np.diff(voiced, prepend=False) & voiced)
    found = {
        "voiced_share": float(voiced.mean()),
        "voiced_segments": begun * SAMPLE_RATE / len(samples),
    }
    if voiced.any():
        times = pitch.xs()[voiced]
        found |= _pitch(times, hertz[voiced])
        found |= _formants(sound, times)
        found |= _steadiness(sound, pitch, pitch.selected_array["strength"][voiced])
    return {name: number for name, number in found.items() if np.isfinite(number)}


def _pitch(times: Array, hertz: Array) -> dict[str, float]:
    semitones = 12 * np.log2(hertz / PITCH_FLOOR)
    slope = np.polyfit(times, semitones, 1)[0] if len(times) > 2 else np.nan
    return {
        "pitch_mean": float(hertz.mean()),
        "pitch_deviation": float(semitones.std()),
        "pitch_low": float(np.percentile(hertz, 10)),
        "pitch_high": float(np.percentile(hertz, 90)),
        "pitch_slope": float(slope),
    }


def _formants(sound: Any, times: Array) -> dict[str, float]:
    formants = sound.to_formant_burg(STEP_SECONDS, FORMANTS, FORMANT_CEILING, FRAME_SECONDS)
    found = {}
    for number in (1, 2, 3):
        heard = np.array([formants.get_value_at_time(number, time) for time in times])
        heard = heard[np.isfinite(heard)]
        if len(heard):
            found[f"formant_{number}_mean"] = float(heard.mean())
            found[f"formant_{number}_deviation"] = float(heard.std())
    return found


def _steadiness(sound: Any, pitch: Any, strengths: Array) -> dict[str, float]:
    """Jitter, shimmer, and the harmonicity that Praat's voice report takes from the pitch."""
    from parselmouth.praat import call

    pulses = call([sound, pitch], "To PointProcess (cc)")
    periodic = np.clip(strengths, 1e-6, 1 - 1e-6)
    return {
        "jitter": float(call(pulses, "Get jitter (local)", *_PERIODS)),
        "shimmer": float(call([sound, pulses], "Get shimmer (local)", *_PERIODS, 1.6)),
        "harmonicity": float(np.mean(10 * np.log10(periodic / (1 - periodic)))),
    }


def _span(levels: Array) -> float:
    low, high = np.percentile(levels, [10, 90])
    return float(high - low)
