"""The two who read sound files: libsndfile for what it reads safely, FFmpeg for the rest."""

from collections.abc import Callable, Iterator
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import soundfile
from av.audio.plane import AudioPlane

from webapp.speech import mp4
from webapp.speech.containers import Container, Recording, libsndfile_reads
from webapp.speech.errors import NoSound, NotAudio
from webapp.speech.waveform import Samples
from webapp.speech.words import N_

MAX_CHANNELS = 64
"""More than recorders write; greater numbers come from a damaged header."""

LOUDEST = 2.0**31
"""Float files may go beyond full scale: at worst they hold the integers of 32-bit sound."""

BLOCK = 16_384
"""Samples of each channel that are dealt with together."""

MAX_PACKETS = 2_000
"""Packets a second of sound; real files have some dozens, and thousands only waste time."""

SAMPLE_TYPES = {"u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8", "flt": "f4", "dbl": "f8"}
"""FFmpeg's sample formats and NumPy's names for them."""

DECODERS = (
    "aac,aac_latm,ac3,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,adpcm_swf,adpcm_yamaha,alac,amrnb,amrwb,"
    "dca,eac3,flac,g722,g723_1,g726,g726le,g729,gsm,gsm_ms,ilbc,libopus,mp1,mp1float,mp2,mp2float,"
    "mp3,mp3float,nellymoser,opus,pcm_alaw,pcm_bluray,pcm_dvd,pcm_f32be,pcm_f32le,pcm_f64be,"
    "pcm_f64le,pcm_mulaw,pcm_s16be,pcm_s16le,pcm_s24be,pcm_s24le,pcm_s32be,pcm_s32le,pcm_s8,pcm_u8,"
    "speex,truespeech,vorbis,wmalossless,wmapro,wmav1,wmav2,wmavoice"
)
"""What FFmpeg may decode: sound that people have. Pictures are never decoded."""

DAMAGED = N_(
    "The sound in this file is damaged. Save it again from where it came, or choose another."
)
UNKNOWN = N_(
    "This kind of sound cannot be read. Save the recording as WAV, MP3 or M4A, and send that."
)
NO_SOUND = N_("There is no sound in this file. Choose one in which somebody speaks.")

Pieces = Iterator[tuple[Samples, int]]
"""Mono sound, bit by bit, each with its rate (Hz)."""

Block = npt.NDArray[Any]
"""Sound as it was decoded: (samples, channels)."""

Blocks = Iterator[tuple[Block, int]]
"""Some of it after the other, each with its rate (Hz)."""

Reader = Callable[[Recording], Pieces]


def readers(recording: Recording) -> Iterator[Reader]:
    """Who reads these bytes, best first."""
    if libsndfile_reads(recording):
        yield _by_libsndfile
    yield _by_ffmpeg


def _by_libsndfile(recording: Recording) -> Pieces:
    with soundfile.SoundFile(recording.data.after(0)) as file:
        if file.channels > MAX_CHANNELS:
            raise NotAudio(DAMAGED)
        # Only the type that the file has is read at one go, instead of a few kilobytes at a time.
        dtype = "int16" if file.subtype == "PCM_16" else "float32"
        while len(block := file.read(BLOCK, dtype=dtype, always_2d=True)):
            yield _mono(_full_scale_at_one(block)), file.samplerate


def _by_ffmpeg(recording: Recording) -> Pieces:
    if recording.container is Container.MP4 and mp4.promises_too_much(recording.data):
        raise NotAudio(DAMAGED)
    with av.open(
        recording.data.after(0),
        mode="r",
        format=recording.container.value,
        container_options={"protocol_whitelist": "none", "codec_whitelist": DECODERS},
        metadata_errors="ignore",
    ) as file:
        if not file.streams.audio:
            raise NoSound(NO_SOUND)
        stream = file.streams.audio[0]
        if stream.codec_context is None or stream.codec_context.name not in DECODERS.split(","):
            raise NotAudio(UNKNOWN)
        for block, rate in _joined(_decoded(file.demux(stream))):
            yield _mono(block), rate


def _joined(small: Blocks) -> Blocks:
    """The many small blocks of a stream as fewer long ones, which are quicker to deal with.

    Where the stream breaks off, what came before that comes first.
    """
    waiting, length, shape, failure = list[Block](), 0, (0, 0), None
    try:
        for block, rate in small:
            if waiting and (length >= BLOCK or shape != (rate, block.shape[1])):
                yield np.concatenate(waiting), shape[0]
                waiting, length = [], 0
            waiting.append(block)
            length, shape = length + len(block), (rate, block.shape[1])
    except av.FFmpegError as error:
        failure = error
    if waiting:
        yield np.concatenate(waiting), shape[0]
    if failure is not None:
        raise failure


def _decoded(packets: Iterator["av.Packet[av.AudioStream]"]) -> Blocks:
    """The sound in a stream's packets; what is broken is left out, and reported after the last."""
    failure, seconds = None, 0.0
    for number, packet in enumerate(packets):
        if number > MAX_PACKETS * (1 + seconds):
            raise NotAudio(DAMAGED)
        try:
            frames = packet.decode()
        except av.FFmpegError as error:
            failure = error
            continue
        for frame in (frame for frame in frames if frame.samples):
            yield _channels(frame), frame.sample_rate
            seconds += frame.samples / frame.sample_rate
    if failure is not None:
        raise failure


def _channels(frame: av.AudioFrame) -> Block:
    """A frame's samples as (samples, channels), integers brought to ±1.

    The planes are fetched one by one, because `frame.planes` and `frame.to_ndarray` run past the
    end of their list, and into a crash, where a planar frame has eight channels or more.
    """
    name, channels = frame.format.name, frame.layout.nb_channels
    dtype = np.dtype(SAMPLE_TYPES[name.removesuffix("p")])
    planes, width = (channels, 1) if frame.format.is_planar else (1, channels)
    count = frame.samples * width
    arrays = [
        np.frombuffer(bytes(AudioPlane(frame, plane)), dtype, count).reshape(-1, width)
        for plane in range(planes)
    ]
    return _full_scale_at_one(arrays[0] if planes == 1 else np.concatenate(arrays, axis=1))


def _full_scale_at_one(block: Block) -> Block:
    """Samples of any type as numbers up to ±1; floats are that already."""
    if block.dtype.kind == "f":
        return block
    full = np.float32(2.0 ** (8 * block.dtype.itemsize - 1))
    made = block.astype(np.float32)
    if block.dtype.kind == "u":
        made -= full
    made /= full
    return made


def _mono(block: Block) -> Samples:
    """All channels averaged."""
    loudest = np.maximum(block.max(initial=0.0), -block.min(initial=0.0))
    if block.shape[1] > MAX_CHANNELS or not loudest <= LOUDEST:  # true of NaN, too
        raise NotAudio(DAMAGED)
    first, *others = block.T
    mono = sum(others, first) / block.shape[1] if others else first
    return np.asarray(mono, dtype=np.float32)
