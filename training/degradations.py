"""What devices, lines, files and surroundings do to a recording, done to its sound.

Loads neither Keras nor TensorFlow, so that processes of its own are cheap.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import av
import numpy as np
from scipy.signal import butter, sosfilt

from training.corpora.loader import MAX_SECONDS, sound
from webapp.speech.decode import decode
from webapp.speech.features import Features, FeatureSettings, network_inputs
from webapp.speech.waveform import Samples, Waveform

TELEPHONE_RATE, TELEPHONE_BAND, TELEPHONE_ORDER = 8_000, (300, 3_400), 4

QUIETEST = 1e-9
"""Less than this is nothing, and is not made louder."""


@dataclass(frozen=True)
class Scene:
    """A recording, recordings of other people who may be heard beside it, and chance."""

    waveform: Waveform
    others: Sequence[Path]
    generator: np.random.Generator


@dataclass(frozen=True)
class Codec:
    """A lossy codec as FFmpeg calls it, the file it comes in, and the rates (Hz) it takes."""

    name: str
    form: str
    rates: tuple[int, ...]


def level(scene: Scene, gain_db: float) -> Waveform:
    """Louder or quieter; nothing is clipped, and nothing drowns in the noise of 16 bits."""
    gain = np.float32(10 ** (gain_db / 20))
    return Waveform(scene.waveform.samples * gain, scene.waveform.rate)


def silence(scene: Scene, seconds: float) -> Waveform:
    """Digital silence, and then the recording."""
    rate = scene.waveform.rate
    nothing = np.zeros(round(seconds * rate), dtype=np.float32)
    return Waveform(np.concatenate([nothing, scene.waveform.samples]), rate)


def resampled(scene: Scene, rate: int) -> Waveform:
    """Recorded at another rate (Hz)."""
    return scene.waveform.resampled(rate)


def telephone(scene: Scene) -> Waveform:
    """At 8 kHz, and of that 300 to 3,400 Hz (Butterworth, 24 dB an octave)."""
    band = butter(TELEPHONE_ORDER, TELEPHONE_BAND, "bandpass", fs=TELEPHONE_RATE, output="sos")
    heard = sosfilt(band, scene.waveform.resampled(TELEPHONE_RATE).samples)
    return Waveform(np.asarray(heard, dtype=np.float32), TELEPHONE_RATE)


def coded(scene: Scene, codec: Codec, bit_rate: int) -> Waveform:
    """Through a lossy file and back, at the codec's lowest rate that keeps all frequencies."""
    fitting = [rate for rate in codec.rates if rate >= scene.waveform.rate]
    sound = scene.waveform.resampled(min(fitting, default=max(codec.rates)))
    file = io.BytesIO()
    with av.open(file, "w", format=codec.form) as container:
        stream = container.add_stream(codec.name, rate=sound.rate, layout="mono")
        assert isinstance(stream, av.AudioStream)  # the codecs are those of sound
        stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(sound.samples[np.newaxis], format="flt", layout="mono")
        frame.sample_rate = sound.rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return decode(file.getvalue(), MAX_SECONDS)


def white(scene: Scene, snr_db: float) -> Waveform:
    """White noise up to half the recording's rate."""
    noise = scene.generator.standard_normal(len(scene.waveform.samples), dtype=np.float32)
    return with_noise(scene.waveform, noise, snr_db)


def babble(scene: Scene, snr_db: float) -> Waveform:
    """The others, equally loud, each over and over from somewhere in their recording on."""
    own, noise = scene.waveform, np.zeros(len(scene.waveform.samples), dtype=np.float32)
    for other in scene.others:
        samples = sound(other).resampled(own.rate).samples
        begun = np.roll(samples, scene.generator.integers(len(samples)))
        noise += np.resize(begun, len(noise)) / max(loudness(samples), QUIETEST)
    return with_noise(own, noise, snr_db)


def with_noise(waveform: Waveform, noise: Samples, snr_db: float) -> Waveform:
    """With noise all through; the ratio is that of mean powers of the whole clip with its pauses.

    A clip that is half silence so has its voice 3 dB further above the noise.
    """
    wanted = loudness(waveform.samples) * 10 ** (-snr_db / 20)
    scaled = noise * np.float32(wanted / max(loudness(noise), QUIETEST))
    return Waveform(waveform.samples + scaled, waveform.rate)


def loudness(samples: Samples) -> float:
    """Root of the mean power."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


@dataclass(frozen=True)
class Damage:
    """One kind of damage: its name in the card, what people call it, and how it is done."""

    name: str
    title: str
    done: Callable[[Scene], Waveform]


OPUS = Codec("libopus", "ogg", (8_000, 12_000, 16_000, 24_000, 48_000))
MP3 = Codec("libmp3lame", "mp3", (16_000, 22_050, 24_000, 44_100, 48_000))

DAMAGES = (
    Damage("louder_20db", "20 dB louder", partial(level, gain_db=20.0)),
    Damage("quieter_20db", "20 dB quieter", partial(level, gain_db=-20.0)),
    Damage("silence_1s", "a second of silence in front", partial(silence, seconds=1.0)),
    Damage("rate_44100", "recorded at 44.1 kHz", partial(resampled, rate=44_100)),
    Damage("rate_16000", "recorded at 16 kHz", partial(resampled, rate=16_000)),
    Damage("telephone", "telephone, 300 to 3,400 Hz", telephone),
    Damage("opus_24k", "Opus at 24 kbit/s", partial(coded, codec=OPUS, bit_rate=24_000)),
    Damage("mp3_64k", "MP3 at 64 kbit/s", partial(coded, codec=MP3, bit_rate=64_000)),
    Damage("white_20db", "white noise 20 dB below", partial(white, snr_db=20.0)),
    Damage("white_10db", "white noise 10 dB below", partial(white, snr_db=10.0)),
    Damage("babble_20db", "other voices 20 dB below", partial(babble, snr_db=20.0)),
    Damage("babble_10db", "other voices 10 dB below", partial(babble, snr_db=10.0)),
)


@dataclass(frozen=True)
class Task:
    """A clip to be damaged and heard: files and numbers only, for another process."""

    clip: Path
    others: tuple[Path, ...]
    seed: int
    settings: FeatureSettings
    damage: str | None
    """None leaves it as it is."""


def inputs(task: Task) -> Features:
    """What the network hears of a damaged clip, on the application's own way from there."""
    waveform = sound(task.clip)
    if task.damage is not None:
        done = {damage.name: damage.done for damage in DAMAGES}[task.damage]
        waveform = done(Scene(waveform, task.others, np.random.default_rng(task.seed)))
    return network_inputs(waveform, task.settings)
