"""A clip as pictures: its waveform as SVG, its mel spectrogram as PNG."""

import base64
import hashlib
import io
import re

import numpy as np
import numpy.typing as npt
from PIL import Image

from webapp.speech.envelope import MEL, N_FFT, RATE
from webapp.speech.features import FLOOR_DB, FeatureSettings, log_mel
from webapp.speech.spectrogram import Spectra
from webapp.speech.waveform import Samples, Waveform

WIDTH, HEIGHT = 800, 300
"""Size of the spectrogram in pixels."""

COLUMNS = 240
"""Columns of the waveform."""

MAGMA = "000004 180f3d 440f76 721f81 9e2f7f cd4071 f1605d fd9668 feca8d fcfdbf"
"""Colours from silent to loud, of even perceived steps: readable without colour sight."""

_SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {columns} 45" \
preserveAspectRatio="none" role="img">
<title>Waveform of {seconds:.1f} seconds of sound</title>
<style>{style}</style>
<path d="{path}"/>
</svg>
"""

_STYLE = """path { fill: none; stroke: #675c6d; stroke-width: 0.7; stroke-linecap: round }
@media (prefers-color-scheme: dark) { path { stroke: #b9adbc } }"""


def outline(waveform: Waveform, columns: int) -> Samples:
    """Lowest and highest sample of each of at most so many stretches of time, shape (n, 2)."""
    samples = waveform.samples
    return _fewer(np.broadcast_to(samples[:, None], (len(samples), 2)), columns)


def outline_svg(outline: Samples, seconds: float) -> str:
    """The picture of an `outline`; the loudest sample fills the height."""
    drawn = _fewer(outline, COLUMNS)
    scale = 22 / (float(np.abs(drawn).max()) or 1.0)
    path = "".join(
        f"M{column + 0.5:g} {22.5 - scale * high:.2f}V{22.55 - scale * low:.2f}"
        for column, (low, high) in enumerate(drawn.tolist())
    )
    return _SVG.format(columns=len(drawn), seconds=seconds, style=_STYLE, path=path)


def _fewer(outline: Samples, columns: int) -> Samples:
    """The same in at most so many stretches of time."""
    columns = min(columns, len(outline))
    edges = np.linspace(0, len(outline), columns, endpoint=False, dtype=np.intp)
    lows = np.minimum.reduceat(outline[:, 0], edges)
    return np.stack([lows, np.maximum.reduceat(outline[:, 1], edges)], axis=1)


def waveform_style() -> str:
    """The source of the waveform's style in a Content-Security-Policy: this text and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"


def without_styles(drawing: str) -> str:
    """A drawing by matplotlib with attributes instead of styles, which no policy has to let in."""
    everywhere = re.search(r"<style[^>]*>\*\{([^}]*)\}</style>", drawing)
    if everywhere is not None:
        drawing = drawing.replace(everywhere[0], "").replace(
            "<svg ", f"<svg{_attributes(everywhere[1])} ", 1
        )
    return re.sub(r' style="([^"]*)"', lambda found: _attributes(found[1]), drawing)


def _attributes(declarations: str) -> str:
    """`fill: none; stroke: red` as attributes of an element, each after a space."""
    pairs = (one.partition(":") for one in declarations.split(";") if one.strip())
    return "".join(f' {name.strip()}="{value.strip()}"' for name, _, value in pairs)


def spectrogram_png(waveform: Waveform) -> bytes:
    """Strength of each pitch over time: low pitches at the bottom, bright where it is strong."""
    return _drawn(log_mel(_at_least_a_frame(waveform), _settings(waveform.seconds)), WIDTH)


def levels_png(decibels: Spectra) -> bytes:
    """The same of a log mel spectrogram (dB), (columns, bands), such as `Envelope` makes.

    As wide as there are columns, but no narrower than other pictures.
    """
    return _drawn(decibels, max(WIDTH, len(decibels)))


def _drawn(decibels: Spectra, width: int) -> bytes:
    shares = np.clip(decibels - decibels.max(), FLOOR_DB, 0) / -FLOOR_DB + 1
    upright = np.round(shares.T[::-1] * 255).astype(np.uint8)
    picture = Image.fromarray(upright).resize((width, HEIGHT), Image.Resampling.BILINEAR)
    picture.putpalette(_palette().tobytes())
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _settings(seconds: float) -> FeatureSettings:
    """The hop grows with the clip, so that a long one makes no more columns than are shown."""
    return FeatureSettings(
        sample_rate=RATE,
        n_fft=N_FFT,
        win_length=N_FFT,
        hop_length=max(64, round(seconds * RATE / WIDTH)),
        n_mels=MEL.bands,
        fmin=MEL.lowest,
        fmax=MEL.highest,
        n_mfcc=1,
        trim_db=None,
        window_frames=1,
        window_hop_frames=1,
        pooling="none",
        speeds=(1.0,),
    )


def _at_least_a_frame(waveform: Waveform) -> Waveform:
    sound = waveform.resampled(RATE)
    missing = max(0, N_FFT - len(sound.samples))
    return Waveform(np.pad(sound.samples, (0, missing)), RATE)


def _palette() -> npt.NDArray[np.uint8]:
    """256 colours, shape (256, 3), between those of MAGMA."""
    stops = np.array([list(bytes.fromhex(colour)) for colour in MAGMA.split()])
    at = np.linspace(0, len(stops) - 1, 256)
    channels = [np.interp(at, np.arange(len(stops)), channel) for channel in stops.T]
    return np.stack(channels, axis=1).round().astype(np.uint8)
