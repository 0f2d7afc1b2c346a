"""Pictures of a recording in numbers, made while it comes: its outline and its spectrogram.

Neither grows with the recording: where there are too many columns, each two become one, and from
then on each column stands for twice the time.
"""

import numpy as np
import numpy.typing as npt
import soxr
from numpy.lib.stride_tricks import sliding_window_view

from webapp.speech.spectrogram import Mel, Spectra, frame_power, hann, mel_bands
from webapp.speech.waveform import Blocks, Samples, Waveform

OUTLINE_COLUMNS = 16_000
"""Most columns of an outline,"""

OUTLINE_SECONDS = 0.001
"""which begin as short as this."""

FULL = 127
"""What the loudest sample of an outline becomes."""

SPECTROGRAM_COLUMNS = 4_000
"""Most columns of a spectrogram,"""

HOP = 256
"""which begin as short as this (samples at RATE)."""

RATE, N_FFT, N_MELS = 16_000, 1024, 100
"""Hz, samples in a Fourier transform, and mel bands of a spectrogram."""

HALF_OVERLAP = N_FFT // 2 // HOP
"""Where a column is a mean of frames, one in so many is enough (Welch 1967): they share halves."""

MEL = Mel(RATE, N_FFT, N_MELS, 50.0, RATE / 2)

BLOCK_SECONDS = 2
"""Sound is looked at in blocks of this length."""


class Envelope:
    """The outline and the spectrogram of a recording that comes piece by piece.

    The pieces may be cut anywhere and have one rate. It takes about 3 MB, whatever the length. Once
    one of the two was asked for, no more pieces can come.
    """

    def __init__(self) -> None:
        self._rate = 0
        self._blocks = Blocks(1)
        self._outline = _Columns(OUTLINE_COLUMNS, 2, np.maximum)
        self._spectrogram = _Spectrogram()

    def take(self, piece: Waveform) -> None:
        """The next piece."""
        if not self._rate:
            self._rate = piece.rate
            self._blocks = Blocks(BLOCK_SECONDS * piece.rate)
            self._spectrogram.begin(piece.rate)
        if piece.rate != self._rate:
            raise ValueError("the pieces of a recording have one rate")
        for block in self._blocks.take(piece.samples):
            self._look(block)

    def peaks(self) -> bytes:
        """Lowest and highest sample of each stretch of time, int8 in turn; the loudest is 127.

        At most 16,000 pairs, evenly spaced from the beginning to the end of the recording.
        """
        self._look(self._blocks.rest())
        outline = self._outline.columns * np.array([-1, 1], dtype=np.float32)
        loudest = float(np.abs(outline).max(initial=0.0)) or 1.0
        scaled: bytes = np.rint(outline * (FULL / loudest)).astype(np.int8).tobytes()
        return scaled

    def spectrogram_levels(self) -> Spectra:
        """Log mel power (dB) of each stretch of time, low pitches first: (columns, bands).

        At most 4,000 columns, evenly spaced from the beginning to the end of the recording.
        """
        self._look(self._blocks.rest())
        return self._spectrogram.levels() if self._rate else np.empty((0, N_MELS), np.float32)

    def _look(self, block: Samples) -> None:
        if len(block):
            edges = np.arange(0, len(block), max(round(self._rate * OUTLINE_SECONDS), 1))
            lows, highs = (extreme.reduceat(block, edges) for extreme in (np.minimum, np.maximum))
            self._outline.add(np.stack([-lows, highs], axis=1))
            self._spectrogram.take(block)


class _Spectrogram:
    """Mel power over time: the frames of librosa.stft, and the mean of those in a column."""

    def __init__(self) -> None:
        self._columns = _Columns(SPECTROGRAM_COLUMNS, N_MELS, np.add)
        self._ahead = np.zeros(N_FFT // 2, dtype=np.float32)
        self._resampler: soxr.ResampleStream | None = None
        self._levels: Spectra | None = None

    def begin(self, rate: int) -> None:
        if rate != RATE:
            self._resampler = soxr.ResampleStream(rate, RATE, 1, dtype="float32")

    def take(self, block: Samples) -> None:
        sound = block if self._resampler is None else self._resampler.resample_chunk(block)
        self._transform(sound)

    def levels(self) -> Spectra:
        if self._levels is None:
            if self._resampler is not None:
                nothing = np.zeros(0, dtype=np.float32)
                self._transform(self._resampler.resample_chunk(nothing, last=True))
            self._transform(np.zeros(N_FFT // 2, dtype=np.float32))
            found = self._columns.means
            faintest = max(float(found.max(initial=0.0)) * 1e-10, float(np.finfo(np.float32).tiny))
            self._levels = np.asarray(10 * np.log10(np.maximum(found, faintest)), dtype=np.float32)
        return self._levels

    def _transform(self, sound: Samples) -> None:
        self._ahead = np.concatenate([self._ahead, sound])
        if len(self._ahead) < N_FFT:
            return
        frames = sliding_window_view(self._ahead, N_FFT)[::HOP]
        step = min(self._columns.width, HALF_OVERLAP)
        seen = frame_power(frames[::step], hann(N_FFT, N_FFT)) @ mel_bands(MEL)
        self._columns.add(np.repeat(seen, step, axis=0)[: len(frames)])
        self._ahead = self._ahead[len(frames) * HOP :]


class _Columns:
    """Rows of numbers, of which each two become one whenever there are too many."""

    def __init__(self, most: int, numbers: int, together: np.ufunc) -> None:
        self._made = np.zeros((most, numbers), dtype=np.float32)
        self._together = together
        """What makes one of two."""
        self._rows = 0
        self.width = 1
        """Rows in a column; the last may have fewer."""

    @property
    def columns(self) -> npt.NDArray[np.float32]:
        """What has come, (columns, numbers)."""
        return self._made[: -(-self._rows // self.width)]

    @property
    def means(self) -> npt.NDArray[np.float32]:
        """Each column over the rows in it."""
        widths = np.full(len(self.columns), self.width)
        widths[-1:] = (self._rows - 1) % self.width + 1
        return np.asarray(self.columns / widths[:, np.newaxis], dtype=np.float32)

    def add(self, rows: npt.NDArray[np.float32]) -> None:
        """The next rows, in the order of time."""
        while len(rows):
            if self._rows == len(self._made) * self.width:
                self._halve()
            room = len(self._made) * self.width - self._rows
            self._put(rows[:room])
            rows = rows[room:]

    def _put(self, rows: npt.NDArray[np.float32]) -> None:
        first, begun = divmod(self._rows, self.width)
        edges = np.arange(-begun, len(rows), self.width).clip(0)
        found = self._together.reduceat(rows, edges)
        if begun:
            found[0] = self._together(found[0], self._made[first])
        self._made[first : first + len(found)] = found
        self._rows += len(rows)

    def _halve(self) -> None:
        half = len(self._made) // 2
        self._made[:half] = self._together(self._made[0::2], self._made[1::2])
        self.width *= 2
