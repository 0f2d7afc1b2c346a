"""What a recognizer heard in a clip: which moments and which pitches moved its answer.

The weight of a patch of the log mel spectrogram is what a probability loses where the patch is
toned down (`webapp.speech.occlusion`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import librosa
import numpy as np

from webapp.speech.emotions import Emotion
from webapp.speech.features import FeatureSettings
from webapp.speech.occlusion import Array, Hearing, OccludedClip, Patch
from webapp.speech.waveform import Waveform
from webapp.speech.words import N_

METHOD = N_("occlusion (Zeiler & Fergus 2014)")

CELL_SECONDS, MOST_CELLS = 0.25, 32
"""How fine the map is in time; the cells of a long clip are longer."""

BANDS = 6
"""How fine it is in pitch: so many bands, as wide as each other on the mel scale."""

NOTABLE = 0.1
"""Weight below which nothing is made of it: the probability changes by a tenth of itself."""


@dataclass(frozen=True)
class Finding:
    """Where a clip speaks most for an emotion, or most against it."""

    patch: Patch
    """The moment, and the pitches that count most in it."""
    share: float
    """The emotion's probability where the whole moment is toned down."""


@dataclass(frozen=True, eq=False)
class Heard:
    """What moved the probability of one emotion.

    Weights are what its logarithm loses where a place is toned down: above 0 that speaks for the
    emotion, below 0 against it.
    """

    emotion: Emotion
    share: float
    """Its probability in the whole clip."""
    moments: Array
    """Weight of each cell of time with all its pitches, (cells,)."""
    weights: Array
    """Weight of each place of the map, (bands, cells), low pitches first."""
    most_for: Finding | None
    """None where nothing notable speaks for it."""
    most_against: Finding | None


@dataclass(frozen=True, eq=False)
class Evidence:
    """What moved the answer to a clip."""

    times: Array
    """Where the cells of the map begin, and the last one ends: seconds, (cells + 1,)."""
    pitches: Array
    """The same for its bands, in Hz, (bands + 1,)."""
    heard: Sequence[Heard]
    """Each emotion in the order of the labels."""

    def strongest(self, emotion: Emotion, seconds: float = 1.0) -> float:
        """When the stretch of so many seconds begins that speaks most for an emotion."""
        (moments,) = (one.moments for one in self.heard if one.emotion == emotion)
        so_far = np.append(0.0, np.cumsum(moments))
        last = max(self.times[-1] - seconds, self.times[0])
        starts = np.append(np.arange(self.times[0], last, 0.05), last)
        sums = np.interp(starts + seconds, self.times, so_far) - np.interp(
            starts, self.times, so_far
        )
        return float(starts[sums.argmax()])


def what_was_heard(recognizer: Hearing, waveform: Waveform) -> Evidence:
    """What moved the answer to a clip; raises `MissingExtra`."""
    recognizer.check()
    settings, labels = recognizer.card.features, recognizer.card.labels
    clip = OccludedClip(recognizer, waveform)
    cells = int(np.clip(round((clip.end - clip.start) / CELL_SECONDS), 1, MOST_CELLS))
    times, pitches = np.linspace(clip.start, clip.end, cells + 1), _pitches(settings)
    moments = _weights(clip, times, pitches[[0, -1]])[:, 0]
    weights = _weights(clip, times, pitches)
    heard = []
    for place, emotion in enumerate(labels):
        weighed = moments[place], weights[place]
        patches = (_most(sign * weighed[0], sign * weighed[1], times, pitches) for sign in (1, -1))
        share = float(clip.probabilities[place])
        heard.append(
            Heard(
                emotion, share, *weighed, *(_finding(clip, one, pitches, place) for one in patches)
            )
        )
    return Evidence(times, pitches, heard)


def _pitches(settings: FeatureSettings) -> Array:
    """Edges of the map's bands, as wide as each other on the mel scale (Hz)."""
    edges = librosa.mel_frequencies(BANDS + 1, fmin=settings.fmin, fmax=settings.fmax)
    return np.asarray(edges, dtype=np.float64)


def _weights(clip: OccludedClip, times: Array, pitches: Array) -> Array:
    """Weight of each place, (labels, bands, cells): the mean of the patches that cover it.

    Patches are two cells long and two bands high, and lie at every place.
    """
    bands, cells = len(pitches) - 1, len(times) - 1
    sums = np.zeros((len(clip.probabilities), bands, cells))
    covered = np.zeros((bands, cells))
    for low, high in _pairs(bands):
        for first, last in _pairs(cells):
            patch = Patch(times[first], times[last], pitches[low], pitches[high])
            sums[:, low:high, first:last] += clip.weight(patch)[:, np.newaxis, np.newaxis]
            covered[low:high, first:last] += 1
    return sums / covered


def _pairs(count: int) -> list[tuple[int, int]]:
    """Neighbours among so many, and each end alone."""
    return list(dict.fromkeys((max(n, 0), min(n + 2, count)) for n in range(-1, count)))


def _most(moments: Array, weights: Array, times: Array, pitches: Array) -> Patch | None:
    """The moment of the greatest weight, with the pitches that count most in it."""
    if moments.max() < NOTABLE:
        return None
    first, last = _around_peak(moments)
    low, high = _around_peak(weights[:, first:last].mean(axis=1))
    return Patch(float(times[first]), float(times[last]), float(pitches[low]), float(pitches[high]))


def _around_peak(weights: Array) -> tuple[int, int]:
    """The first and one past the last of the neighbours of the peak with at least half of it."""
    first = int(weights.argmax())
    last, least = first + 1, weights[first] / 2
    while first > 0 and weights[first - 1] >= least:
        first -= 1
    while last < len(weights) and weights[last] >= least:
        last += 1
    return first, last


def _finding(clip: OccludedClip, patch: Patch | None, pitches: Array, place: int) -> Finding | None:
    if patch is None:
        return None
    moment = Patch(patch.start, patch.end, float(pitches[0]), float(pitches[-1]))
    return Finding(patch, float(clip.without(moment)[place]))
