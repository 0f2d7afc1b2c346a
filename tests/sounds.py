"""Sounds for tests: a synthetic voice, and every container it can come in. No recordings needed."""

import io
from collections.abc import Callable, Mapping
from functools import cache, partial
from types import MappingProxyType

import av
import numpy as np
import numpy.typing as npt
import soundfile

from webapp.speech.waveform import Samples, Waveform

AH = ((730, 90, 1.0), (1090, 110, 0.6), (2440, 160, 0.35), (3400, 250, 0.15))
EE = ((270, 60, 1.0), (2290, 150, 0.5), (3010, 200, 0.4), (3700, 250, 0.2))
"""Frequency, bandwidth (Hz) and strength of the resonances of an open and of a close vowel."""

VOICE_RATE = 16_000
"""The voice is made at this rate (Hz), and has nothing above 4 kHz, as on the telephone."""


def voice(
    seconds: float = 2.0, rate: int = 16_000, pitch: float = 140.0, peak: float = 0.5
) -> Waveform:
    """A voice-like sound: pulses of a moving pitch in syllables, by a mouth that opens and closes.

    A mouth that stays as it is makes an organ pipe, and the detector of speech knows.
    """
    time = np.arange(round(seconds * VOICE_RATE)) / VOICE_RATE
    contour = pitch * (
        1 + 0.15 * np.sin(2 * np.pi * 0.7 * time) + 0.02 * np.sin(2 * np.pi * 5.5 * time)
    )
    phase = 2 * np.pi * np.cumsum(contour) / VOICE_RATE + 0.1
    harmonics = int(3_800 / (1.17 * pitch))
    pulses = np.sin((harmonics + 0.5) * phase) / np.sin(phase / 2) - 1  # the sum of all harmonics
    breath = np.random.default_rng(1).standard_normal(len(time))
    source = pulses + 0.02 * breath
    opening = 0.5 + 0.5 * np.sin(2 * np.pi * 4.4 * time)
    sound = opening * _in_a_mouth(source, AH) + (1 - opening) * _in_a_mouth(source, EE)
    sound *= 0.05 + np.abs(np.sin(np.pi * 2.2 * time + 0.3))
    made = Waveform(sound.astype(np.float32), VOICE_RATE).resampled(rate)
    loudest = np.max(np.abs(made.samples), initial=1e-9)
    return Waveform(made.samples / loudest * np.float32(peak), rate)


def _in_a_mouth(
    source: npt.NDArray[np.float64], resonating: tuple[tuple[int, int, float], ...]
) -> npt.NDArray[np.float64]:
    size = len(source) + VOICE_RATE // 10
    frequencies = np.fft.rfftfreq(size, 1 / VOICE_RATE)
    resonances = [
        strength / (1 + ((frequencies - centre) / width) ** 2)
        for centre, width, strength in resonating
    ]
    return np.fft.irfft(np.fft.rfft(source, size) * np.sum(resonances, axis=0), size)[: len(source)]


def silence(seconds: float = 2.0, rate: int = 16_000) -> Waveform:
    """Digital silence."""
    return Waveform(np.zeros(round(seconds * rate), dtype=np.float32), rate)


def joined(*waveforms: Waveform) -> Waveform:
    """Waveforms of one rate, one after the other."""
    samples = np.concatenate([waveform.samples for waveform in waveforms])
    return Waveform(samples, waveforms[0].rate)


def by_soundfile(waveform: Waveform, channels: int = 1, *, form: str, subtype: str | None) -> bytes:
    """Encoded by libsndfile."""
    file = io.BytesIO()
    soundfile.write(file, spread(waveform, channels).T, waveform.rate, format=form, subtype=subtype)
    return file.getvalue()


def by_ffmpeg(
    waveform: Waveform,
    channels: int = 1,
    *,
    form: str,
    codec: str,
    options: Mapping[str, str] = MappingProxyType({}),
    bit_rate: int | None = None,
    picture: bool = False,
) -> bytes:
    """Encoded by FFmpeg, with a few video frames before the sound where `picture` is asked for."""
    file = io.BytesIO()
    layout = LAYOUTS[channels]
    with av.open(file, "w", format=form, options=dict(options)) as container:
        video = _video(container) if picture else None
        stream = container.add_stream(codec, rate=waveform.rate, layout=layout)
        if bit_rate is not None:
            stream.bit_rate = bit_rate
        if video is not None:
            _film(container, video, waveform.seconds)
        if len(waveform.samples):
            container.mux(stream.encode(_frame(waveform, channels)))
        container.mux(stream.encode(None))
    return file.getvalue()


def silent_video(seconds: float = 1.0) -> bytes:
    """An MP4 video without sound."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        _film(container, _video(container), seconds)
    return file.getvalue()


LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 6: "5.1", 8: "7.1"}


def spread(waveform: Waveform, channels: int) -> Samples:
    """The waveform on so many channels of different loudness that average to it: (channels, n)."""
    gains = np.linspace(0.5, 1.5, channels) if channels > 1 else np.ones(1)
    return np.outer(gains, waveform.samples).astype(np.float32)


def _frame(waveform: Waveform, channels: int) -> av.AudioFrame:
    samples = spread(waveform, channels).T.reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(samples, format="flt", layout=LAYOUTS[channels])
    frame.sample_rate = waveform.rate
    return frame


def _video(container: av.container.OutputContainer) -> av.VideoStream:
    stream = container.add_stream("mpeg4", rate=10)
    stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
    return stream


def _film(container: av.container.OutputContainer, stream: av.VideoStream, seconds: float) -> None:
    for number in range(round(seconds * 10)):
        picture = np.full((48, 64, 3), number % 256, dtype=np.uint8)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
    container.mux(stream.encode(None))


_FRAGMENTED = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "500000"}

_ENCODERS: Mapping[str, Callable[..., bytes]] = {
    "wav-8": partial(by_soundfile, form="WAV", subtype="PCM_U8"),
    "wav-16": partial(by_soundfile, form="WAV", subtype="PCM_16"),
    "wav-24": partial(by_soundfile, form="WAV", subtype="PCM_24"),
    "wav-32": partial(by_soundfile, form="WAV", subtype="PCM_32"),
    "wav-float": partial(by_soundfile, form="WAV", subtype="FLOAT"),
    "wav-double": partial(by_soundfile, form="WAV", subtype="DOUBLE"),
    "wav-extensible": partial(by_soundfile, form="WAVEX", subtype="PCM_24"),
    "wav-rf64": partial(by_soundfile, form="RF64", subtype="PCM_16"),
    "flac": partial(by_soundfile, form="FLAC", subtype="PCM_16"),
    "aiff": partial(by_soundfile, form="AIFF", subtype="PCM_16"),
    "aiff-float": partial(by_soundfile, form="AIFF", subtype="FLOAT"),
    "mp3": partial(by_soundfile, form="MP3", subtype=None),
    "ogg-vorbis": partial(by_soundfile, form="OGG", subtype="VORBIS"),
    "ogg-opus": partial(by_soundfile, form="OGG", subtype="OPUS"),
    "wav-mulaw": partial(by_ffmpeg, form="wav", codec="pcm_mulaw"),
    "wav-ima-adpcm": partial(by_ffmpeg, form="wav", codec="adpcm_ima_wav"),
    "wav-ms-adpcm": partial(by_ffmpeg, form="wav", codec="adpcm_ms"),
    "w64": partial(by_ffmpeg, form="w64", codec="pcm_s16le"),
    "au": partial(by_ffmpeg, form="au", codec="pcm_s16be"),
    "caf-alac": partial(by_ffmpeg, form="caf", codec="alac"),
    "webm-opus": partial(by_ffmpeg, form="webm", codec="libopus"),
    "webm-live": partial(by_ffmpeg, form="webm", codec="libopus", options={"live": "1"}),
    "mkv-opus": partial(by_ffmpeg, form="matroska", codec="libopus"),
    "m4a-aac": partial(by_ffmpeg, form="ipod", codec="aac"),
    "m4a-alac": partial(by_ffmpeg, form="ipod", codec="alac"),
    "mp4-fragmented": partial(by_ffmpeg, form="mp4", codec="aac", options=_FRAGMENTED),
    "mp4-opus": partial(by_ffmpeg, form="mp4", codec="libopus", options=_FRAGMENTED),
    "mov-pcm": partial(by_ffmpeg, form="mov", codec="pcm_s16le"),
    "aac-adts": partial(by_ffmpeg, form="adts", codec="aac"),
    "amr": partial(by_ffmpeg, form="amr", codec="libopencore_amrnb", bit_rate=12_200),
    "3gp-amr": partial(by_ffmpeg, form="3gp", codec="libopencore_amrnb", bit_rate=12_200),
    "wma": partial(by_ffmpeg, form="asf", codec="wmav2", bit_rate=64_000),
    "mp2": partial(by_ffmpeg, form="mp2", codec="mp2"),
    "mp4-video": partial(by_ffmpeg, form="mp4", codec="aac", picture=True),
    "avi-video": partial(by_ffmpeg, form="avi", codec="libmp3lame", picture=True),
    "ts-video": partial(by_ffmpeg, form="mpegts", codec="aac", picture=True),
}

CONTAINERS = tuple(_ENCODERS)
"""Every container that `encode` can make."""

_OPUS_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)
_RATES = {
    "opus": _OPUS_RATES,
    "live": _OPUS_RATES,
    "amr": (8_000,),
    "mp2": (16_000, 44_100, 48_000),
}
"""The only rates of some encoders, by the end of their names."""


def encode(name: str, waveform: Waveform, channels: int = 1) -> bytes:
    """A file of the container `name`, resampled and mono where its codec insists."""
    allowed = next((rates for end, rates in _RATES.items() if name.endswith(end)), ())
    rate = min((rate for rate in allowed if rate >= waveform.rate), default=max(allowed, default=0))
    mono_only = name.endswith("amr")
    return _ENCODERS[name](waveform.resampled(rate or waveform.rate), 1 if mono_only else channels)


@cache
def recorded(name: str, seconds: float = 1.5, rate: int = 16_000, channels: int = 1) -> bytes:
    """A voice as a file of the container `name`, made once."""
    return encode(name, voice(seconds, rate), channels)


@cache
def lengthy(name: str, seconds: float, rate: int = 16_000) -> bytes:
    """A voice that says the same again and again, which is made quickly, as `recorded`."""
    samples = np.resize(voice(2.0, rate).samples, round(seconds * rate))
    return encode(name, Waveform(samples, rate))
