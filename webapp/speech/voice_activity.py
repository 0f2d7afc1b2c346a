"""Whether somebody speaks: the Silero voice activity detector, run by NumPy.

The weights are the file that its authors publish in silero-vad 6.2.3 (MIT, see silero/LICENSE):
https://github.com/snakers4/silero-vad. It says of every 32 ms how likely they are speech, from
how the sound moves, and so tells speech from tones, music and noise.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from webapp.speech.spectrogram import frame_power
from webapp.speech.waveform import Samples, Waveform

WEIGHTS = Path(__file__).parent / "silero" / "silero_vad_16k.safetensors"

RATE = 16_000
FRAME = 512
"""The detector judges so many samples at a time,"""

CONTEXT = 64
"""with so many before them in view."""

WINDOW = 256
"""Length and twice the step (samples) of its Fourier transform."""

STRIDES = (1, 2, 2, 1)
"""Steps of its convolutions."""

HALF = np.float32(0.5)

UNITS = 128
"""Size of its memory."""

PEAK = 0.5
"""Clips are brought to this level, so that a quiet one is heard like a loud one."""

SPEEDS = (1.0, 0.7)
"""A clip is speech if it is at one of these speeds.

The detector does not know shouting and crying as high as RAVDESS has it: at full speed it misses
about 1% of its clips. Played slower, they sound like voices that it knows.
"""

SURE_FRAMES = 16
"""The likeliest frames of a clip (half a second of them) decide."""

SPEECH = 0.6
"""Their mean probability from which on somebody speaks.

Chosen on made sounds (tests/not_speech.py: one in a hundred gets so far) and on RAVDESS (two of
1,200 clips, in which an actor screams, reach 0.5; the third lowest 0.74).
"""

BLOCK = RATE // FRAME
"""Frames judged at a time, nearly a second: nothing after those that decide is looked at."""


class VoiceActivity:
    """The detector, loaded. It never changes: threads share it, on both sides of a fork."""

    def __init__(self, weights: Mapping[str, Samples]) -> None:
        # The authors' convolution is the Fourier transform in a window, which its first row holds.
        self._window = weights["stft_conv.weight"][0, 0]
        self._filters = [
            (_flat(weights[f"{name}.weight"]), weights[f"{name}.bias"])
            for name in ("conv1", "conv2", "conv3", "conv4")
        ]
        # The logistic function is a tanh of half of what it is of: so one tanh does for all gates.
        # The three that are logistic come first: enter, keep and leave, then what is new.
        order = np.arange(4 * UNITS).reshape(4, UNITS)[[0, 1, 3, 2]].ravel()
        halves = np.repeat(np.array([0.5, 0.5, 0.5, 1.0], dtype=np.float32), UNITS)
        self._inward = weights["lstm_cell.weight_ih"].T[:, order] * halves
        self._onward = np.ascontiguousarray(weights["lstm_cell.weight_hh"].T[:, order] * halves)
        bias = weights["lstm_cell.bias_ih"] + weights["lstm_cell.bias_hh"]
        self._bias = bias[order] * halves
        self._out = weights["final_conv.weight"][0, :, 0], weights["final_conv.bias"][0]

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> "VoiceActivity":
        """The detector with the weights of its authors."""
        return cls(_read(path))

    def speaks(self, waveform: Waveform) -> bool:
        """Whether somebody speaks in a clip, at whatever level."""
        return any(self._speaks(waveform.played_at(speed)) for speed in SPEEDS)

    def probabilities(self, waveform: Waveform) -> Iterator[Samples]:
        """How likely each 32 ms are speech, from 0 to 1: arrays (frames,), each for a second."""
        ear = self.ear()
        for frames in _frames(waveform):
            yield ear.hear(frames)

    def ear(self) -> "Ear":
        """What hears frames one after the other and remembers them."""
        return Ear(self)

    def judged(self, frames: Samples, state: Samples) -> tuple[Samples, Samples]:
        """How likely frames are speech after what is remembered, and what is remembered then."""
        block = np.concatenate([frames, frames[:, -2 : -CONTEXT - 2 : -1]], axis=1)  # a mirror
        remembered, state = self._remember(self._encode(block), state)
        weights, bias = self._out
        return _sigmoid(np.maximum(remembered, 0) @ weights + bias), state

    def _speaks(self, waveform: Waveform) -> bool:
        likeliest = np.zeros(SURE_FRAMES, dtype=np.float32)
        for found in self.probabilities(waveform):
            likeliest = np.sort(np.concatenate([likeliest, found]))[-SURE_FRAMES:]
            if likeliest.mean() >= SPEECH:
                return True
        return False

    def _encode(self, frames: Samples) -> Samples:
        """Each frame's spectrum, boiled down by convolutions: (frames, samples) to (frames, n)."""
        windows = sliding_window_view(frames, WINDOW, axis=1)[:, :: WINDOW // 2]
        power = frame_power(windows.reshape(-1, WINDOW), self._window)
        found = np.sqrt(power).reshape(*windows.shape[:2], -1)
        for (weights, bias), stride in zip(self._filters, STRIDES, strict=True):
            count, steps, channels = found.shape
            around = np.zeros((count, (steps + 2) * channels), dtype=np.float32)
            around[:, channels:-channels] = found.reshape(count, -1)
            near = sliding_window_view(around, len(weights), axis=1)[:, :: stride * channels]
            summed = near.reshape(-1, len(weights)) @ weights
            summed += bias
            found = np.maximum(summed, 0, out=summed).reshape(*near.shape[:2], -1)
        return found[:, 0]

    def _remember(self, found: Samples, state: Samples) -> tuple[Samples, Samples]:
        """An LSTM over the frames: its outputs (frames, units), and its state after them."""
        output, cell = state.copy()
        outputs = np.empty((len(found), UNITS), dtype=np.float32)
        gates = np.empty(4 * UNITS, dtype=np.float32)
        (enter, keep, leave), new = gates[: 3 * UNITS].reshape(3, UNITS), gates[3 * UNITS :]
        logistic = gates[: 3 * UNITS]
        for inward, following in zip(found @ self._inward + self._bias, outputs, strict=True):
            np.dot(output, self._onward, out=gates)  # all in place: a frame takes microseconds
            gates += inward
            np.tanh(gates, out=gates)
            logistic += 1
            logistic *= HALF
            cell *= keep
            new *= enter
            cell += new
            output = np.multiply(leave, np.tanh(cell, out=new), out=following)
        return outputs, np.stack([output, cell])


class Ear:
    """A detector with a memory: what it says of a frame depends on those before."""

    def __init__(self, activity: VoiceActivity) -> None:
        self._activity = activity
        self._state = np.zeros((2, UNITS), dtype=np.float32)

    def hear(self, frames: Samples) -> Samples:
        """How likely the next frames, (frames, CONTEXT + FRAME), are speech: (frames,)."""
        found, self._state = self._activity.judged(frames, self._state)
        return found


def _frames(waveform: Waveform) -> Iterator[Samples]:
    """What the detector sees of a clip: frames, each with the samples before it, BLOCK at most."""
    samples = waveform.samples
    offset = samples.mean()
    loudest = max(samples.max() - offset, offset - samples.min(), np.finfo(np.float32).tiny)
    ahead = np.zeros(CONTEXT, dtype=np.float32)
    for piece, last in waveform.resampled_pieces(RATE, BLOCK * FRAME / RATE):
        ahead = np.concatenate([ahead, (piece - offset) * (PEAK / loudest)])
        if last:
            ahead = np.pad(ahead, (0, -(len(ahead) - CONTEXT) % FRAME))
        frames, ahead = cut(ahead)
        if len(frames):
            yield frames


def cut(samples: Samples) -> tuple[Samples, Samples]:
    """Whole frames, each with the samples before it, (frames, n), and the samples for the next."""
    count = (len(samples) - CONTEXT) // FRAME
    if not count:
        return np.empty((0, CONTEXT + FRAME), dtype=np.float32), samples
    used = samples[: CONTEXT + count * FRAME]
    return sliding_window_view(used, CONTEXT + FRAME)[::FRAME], samples[count * FRAME :]


def _flat(weights: Samples) -> Samples:
    """Filters (out, in, near) as what a row of everything near is multiplied by: (…, out)."""
    return np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(-1, len(weights)))


def _sigmoid(values: Samples) -> Samples:
    likely = (np.tanh(values / 2) + 1) / 2  # unlike the usual formula it cannot overflow
    return np.asarray(likely, dtype=np.float32)


def _read(path: Path) -> dict[str, Samples]:
    """The arrays of a safetensors file: the length of its index, the index, then the numbers."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    arrays = {}
    for name, entry in json.loads(data[8:start]).items():
        first, last = entry["data_offsets"]
        found = np.frombuffer(data[start + first : start + last], dtype="<f4")
        arrays[name] = found.reshape(entry["shape"])
    return arrays
