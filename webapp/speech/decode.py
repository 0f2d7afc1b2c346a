"""The bytes of any sound file become a waveform, and a waveform becomes a WAV file."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import av
import numpy as np
import soundfile
import soxr

from webapp.speech.containers import Recording, identify, playable_type
from webapp.speech.errors import EmptyFile, NoSound, NotAudio, TooLong
from webapp.speech.readers import DAMAGED, NO_SOUND, Pieces, readers
from webapp.speech.waveform import Samples, Waveform
from webapp.speech.words import N_

__all__ = ["decode", "playable_type", "stream", "to_wav", "write_wav"]

MAX_RATE = 48_000
"""Faster sound is brought to this rate (Hz) while it is read: no voice needs more."""

PLAUSIBLE_RATES = range(4_000, 768_001)
"""Rates (Hz) from the poorest telephone to the best studio; others come from a damaged header."""

PIECE_SECONDS = 5
"""What is streamed comes in pieces of this length, but for the last."""

_EMPTY = N_("The file is empty. Choose one that holds a recording.")
_NOT_AUDIO = N_(
    "This is not a sound file that can be read. "
    "Choose a recording, for example WAV, MP3, M4A, Ogg or FLAC."
)
_TOO_LONG = N_(
    "The recording is longer than %(length)s. Cut out the part to be heard, and send only that."
)


def write_wav(file: BinaryIO, pieces: Iterable[Waveform], rate: int) -> None:
    """Write sound that comes in pieces of one rate as a 16-bit WAV file of another."""
    with soundfile.SoundFile(file, "w", rate, 1, format="WAV", subtype="PCM_16") as made:
        resampler = None
        for piece in pieces:
            resampler = resampler or soxr.ResampleStream(piece.rate, rate, 1, dtype="float32")
            made.write(resampler.resample_chunk(piece.samples))
        if resampler is not None:
            nothing = np.zeros(0, dtype=np.float32)
            made.write(resampler.resample_chunk(nothing, last=True))


class _Sound:
    """Mono sound as a reader gives it, brought to one rate, and never longer than allowed.

    `intact`: the reader has not broken off. `length`: samples heard. `rate` (Hz): that of the first
    piece, if none was given.
    """

    def __init__(self, max_seconds: float, rate: int = 0) -> None:
        self.intact = True
        self.length = 0
        self.rate = rate
        self._max_seconds = max_seconds
        self._source_rate = 0
        self._resampler: soxr.ResampleStream | None = None

    @property
    def whole(self) -> bool:
        """Whether the reader heard something, and all that it could."""
        return self.intact and self.length > 0

    def hear(self, pieces: Pieces) -> Iterator[Samples]:
        """Take in all pieces; where the reader breaks off, what came before it stays."""
        try:
            for samples, rate in pieces:
                if rate != self._source_rate:
                    yield from self._flushed()
                    self._change_source(rate)
                yield self._counted(samples)
        except (soundfile.LibsndfileError, av.FFmpegError):
            self.intact = False
        yield from self._flushed()

    def _change_source(self, rate: int) -> None:
        """Most files keep the rate of their first piece; streams strung together may not."""
        if rate not in PLAUSIBLE_RATES:
            raise NotAudio(DAMAGED)
        self.rate = self.rate or min(rate, MAX_RATE)
        self._source_rate = rate
        if rate != self.rate:
            self._resampler = soxr.ResampleStream(rate, self.rate, 1, dtype="float32")

    def _flushed(self) -> Iterator[Samples]:
        """What the resampler still holds."""
        if self._resampler is not None:
            yield self._counted(np.zeros(0, dtype=np.float32), last=True)
            self._resampler = None

    def _counted(self, samples: Samples, last: bool = False) -> Samples:
        """Samples at the rate of the others; raises `TooLong` where they are too many."""
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(samples, last=last)
        self.length += len(samples)
        if self.length > self._max_seconds * self.rate:
            raise TooLong(_TOO_LONG % {"length": _in_words(self._max_seconds)})
        return np.ascontiguousarray(samples)


def decode(data: bytes, max_seconds: float) -> Waveform:
    """The sound in the bytes of an audio or video file, all channels averaged.

    What a cut-off file still holds is read. Raises `EmptyFile`, `NotAudio`, `NoSound`, or, as soon
    as more than `max_seconds` were heard, `TooLong`.
    """
    recording = _recording(io.BytesIO(data))
    sounds, longest, rate = list[_Sound](), bytearray(), 0
    for read in readers(recording):
        sound, heard = _Sound(max_seconds), bytearray()
        sounds.append(sound)
        for samples in sound.hear(read(recording)):
            heard += samples.data
        if sound.whole or len(heard) > len(longest):
            longest, rate = heard, sound.rate
        if sound.whole:
            break
    if not longest:
        raise _nothing(sounds)
    return Waveform(np.frombuffer(longest, dtype=np.float32), rate)


def stream(file: BinaryIO, max_seconds: float) -> Iterator[Waveform]:
    """The same of a file of any length, in memory that does not grow with it.

    All pieces have `PIECE_SECONDS`, but for the last, and one rate. Raises what `decode` raises, as
    soon as it is known; then what was given before is not to be used either.

    What was given cannot be taken back. So where a reader breaks off, the next one goes on: what it
    gives begins where the other ended. `decode` would give the longer of the two, whole; both are
    as long, and differ only where a file is damaged.
    """
    recording = _recording(file)
    waiting, rate = bytearray(), 0
    for samples, rate in _continued(recording, max_seconds):
        waiting += samples.data
        size = 4 * PIECE_SECONDS * rate
        while len(waiting) > size:
            yield Waveform(np.frombuffer(bytes(waiting[:size]), dtype=np.float32), rate)
            del waiting[:size]
    yield Waveform(np.frombuffer(waiting, dtype=np.float32), rate)


def _continued(recording: Recording, max_seconds: float) -> Pieces:
    """The sound by the first reader, and where that breaks off, what the next one has beyond it."""
    sounds, length, rate = list[_Sound](), 0, 0
    for read in readers(recording):
        sound = _Sound(max_seconds, rate)
        sounds.append(sound)
        for samples in sound.hear(read(recording)):
            fresh = sound.length - length
            if fresh > 0:
                length, rate = sound.length, sound.rate
                yield samples[-fresh:], rate
        if sound.whole:
            return
    if not length:
        raise _nothing(sounds)


def _nothing(sounds: Sequence[_Sound]) -> NotAudio | NoSound:
    """What no reader's having given anything means."""
    return NoSound(NO_SOUND) if any(sound.intact for sound in sounds) else NotAudio(DAMAGED)


def _recording(file: BinaryIO) -> Recording:
    """What a file holds, as far as its first bytes say."""
    if not file.seek(0, io.SEEK_END):
        raise EmptyFile(_EMPTY)
    recording = identify(file)
    if recording is None:
        raise NotAudio(_NOT_AUDIO)
    return recording


def to_wav(waveform: Waveform) -> bytes:
    """The waveform as a 16-bit WAV file, which every browser plays; above full scale is cut."""
    file = io.BytesIO()
    soundfile.write(file, waveform.samples, waveform.rate, format="WAV", subtype="PCM_16")
    return file.getvalue()


def _in_words(seconds: float) -> str:
    """`2 h`, `1 h 5 min 10 s`, `45 s`: the same in all languages."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{amount:g} {unit}" for amount, unit in parts if amount)
