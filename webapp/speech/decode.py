"""The bytes of any sound file become a waveform, and a waveform becomes a WAV file."""

import io

import av
import numpy as np
import soundfile
import soxr

from webapp.speech.containers import identify, playable_type
from webapp.speech.errors import EmptyFile, NoSound, NotAudio, TooLong
from webapp.speech.readers import DAMAGED, NO_SOUND, Pieces, readers
from webapp.speech.waveform import Samples, Waveform

__all__ = ["decode", "playable_type", "to_wav"]

MAX_RATE = 48_000
"""Faster sound is brought to this rate (Hz) while it is read: no voice needs more."""

PLAUSIBLE_RATES = range(4_000, 768_001)
"""Rates (Hz) from the poorest telephone to the best studio; others come from a damaged header."""

_EMPTY = "The file is empty. Choose one that holds a recording."
_NOT_AUDIO = (
    "This is not a sound file that can be read. "
    "Choose a recording, for example WAV, MP3, M4A, Ogg or FLAC."
)
_TOO_LONG = "The recording is longer than {}. Cut out the part to be heard, and send only that."


def decode(data: bytes, max_seconds: float) -> Waveform:
    """The sound in the bytes of an audio or video file, all channels averaged.

    What a cut-off file still holds is read. Raises `EmptyFile`, `NotAudio`, `NoSound`, or, as soon
    as more than `max_seconds` were heard, `TooLong`.
    """
    if not data:
        raise EmptyFile(_EMPTY)
    recording = identify(data)
    if recording is None:
        raise NotAudio(_NOT_AUDIO)
    sounds = []
    for read in readers(recording):
        sound = _Sound(max_seconds)
        sound.hear(read(recording))
        if sound.intact and sound.length:
            return sound.waveform()
        sounds.append(sound)
    longest = max(sounds, key=lambda sound: sound.length)
    if longest.length:
        return longest.waveform()
    raise NoSound(NO_SOUND) if any(sound.intact for sound in sounds) else NotAudio(DAMAGED)


def to_wav(waveform: Waveform) -> bytes:
    """The waveform as a 16-bit WAV file, which every browser plays; above full scale is cut."""
    file = io.BytesIO()
    soundfile.write(file, waveform.samples, waveform.rate, format="WAV", subtype="PCM_16")
    return file.getvalue()


class _Sound:
    """Mono sound as it comes in: at one rate, in one buffer, and never longer than allowed."""

    def __init__(self, max_seconds: float) -> None:
        self.intact = True
        self._max_seconds = max_seconds
        self._samples = bytearray()
        self._rate = 0
        self._source_rate = 0
        self._resampler: soxr.ResampleStream | None = None

    @property
    def length(self) -> int:
        """Samples heard."""
        return len(self._samples) // 4

    def waveform(self) -> Waveform:
        """What was heard."""
        return Waveform(np.frombuffer(self._samples, dtype=np.float32), self._rate)

    def hear(self, pieces: Pieces) -> None:
        """Take in all pieces; where the reader breaks off, what came before it stays."""
        try:
            for samples, rate in pieces:
                self._take(samples, rate)
        except (soundfile.LibsndfileError, av.FFmpegError):
            self.intact = False
        self._flush()

    def _take(self, samples: Samples, rate: int) -> None:
        if rate != self._source_rate:
            self._change_source(rate)
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(samples)
        self._append(samples)

    def _change_source(self, rate: int) -> None:
        """Most files keep the rate of their first piece; streams strung together may not."""
        if rate not in PLAUSIBLE_RATES:
            raise NotAudio(DAMAGED)
        self._flush()
        self._rate = self._rate or min(rate, MAX_RATE)
        self._source_rate = rate
        if rate != self._rate:
            self._resampler = soxr.ResampleStream(rate, self._rate, 1, dtype="float32")

    def _flush(self) -> None:
        if self._resampler is not None:
            nothing = np.zeros(0, dtype=np.float32)
            self._append(self._resampler.resample_chunk(nothing, last=True))
            self._resampler = None

    def _append(self, samples: Samples) -> None:
        self._samples += np.ascontiguousarray(samples).data
        if self.length > self._max_seconds * self._rate:
            raise TooLong(_TOO_LONG.format(_in_words(self._max_seconds)))


def _in_words(seconds: float) -> str:
    """`5 minutes`, `1 minute and 30 seconds`, `45 seconds`."""
    minutes, rest = divmod(seconds, 60)
    parts = [
        f"{amount:g} {unit}{'' if amount == 1 else 's'}"
        for amount, unit in ((minutes, "minute"), (rest, "second"))
        if amount
    ]
    return " and ".join(parts)
