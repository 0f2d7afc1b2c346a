"""A researcher's first look at the data: clips as waveform, mel spectrogram and MFCCs."""

import io
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from tqdm import tqdm

from training.corpora.loader import sound_files
from training.pictures import INK, LEARNED, PAPER, calm
from training.pictures import settings as house
from training.recipe import load_recipe
from training.utterance import CorpusError
from webapp.speech.decode import decode
from webapp.speech.errors import SpeechError
from webapp.speech.features import FLOOR_DB, Features, FeatureSettings, cepstra, levelled, log_mel
from webapp.speech.waveform import Waveform

RECIPE = "cnn_lstm"
"""The features that are shown are those of this recipe, but with the silence left in."""

OVERVIEW = "overview.png"
COLUMNS, ROWS = 6, 8
"""Clips on the overview; of more, these are chosen evenly."""

MAX_SECONDS = 600.0
"""Longer files are no clips."""

HERTZ = (250, 500, 1000, 2000, 4000)
"""Frequencies that are marked."""

COLUMNS_OF_A_WAVE = 1200
DPI = 100


def visualize(source: Path, out: Path) -> list[Path]:
    """Draw a clip, or every sound file below a folder, into `out`; returns the pictures.

    A picture is called as its clip, with .png behind; several clips also get an overview. Damaged
    files are named on standard error and skipped. Raises `CorpusError` where nothing can be heard.
    """
    if not source.exists():
        raise CorpusError(f"{source} is not there. Give a clip, or a folder of clips.")
    clips = sound_files(source) if source.is_dir() else [source]
    root = source if source.is_dir() else source.parent
    settings = untrimmed(load_recipe(RECIPE).features)
    drawn: dict[Path, Path] = {}
    for clip in tqdm(clips, desc="pictures", unit="clip"):
        waveform = heard(clip)
        if waveform is not None:
            drawn[clip] = out / clip.relative_to(root).with_name(f"{clip.name}.png")
            drawn[clip].parent.mkdir(parents=True, exist_ok=True)
            drawn[clip].write_bytes(picture(waveform, settings, str(clip.relative_to(root))))
    if not drawn:
        raise CorpusError(f"{source} holds no sound that can be heard. Give a clip or its folder.")
    if not source.is_dir():
        return list(drawn.values())
    sheet = out / OVERVIEW
    sheet.write_bytes(overview(list(drawn), root, settings))
    return [*drawn.values(), sheet]


def untrimmed(settings: FeatureSettings) -> FeatureSettings:
    """The same features with the silence left in: their first frame is at 0 s of the clip."""
    return msgspec.structs.replace(settings, trim_db=None)


def heard(clip: Path) -> Waveform | None:
    """The sound of a file; None where it is damaged, which is said on standard error."""
    try:
        return decode(clip.read_bytes(), MAX_SECONDS)
    except (OSError, SpeechError) as error:
        tqdm.write(f"{clip} is skipped: {error}", file=sys.stderr)
        return None


def picture(waveform: Waveform, settings: FeatureSettings, title: str) -> bytes:
    """A clip as PNG: waveform, mel spectrogram and MFCCs above each other, in seconds."""
    mels = spectrogram(waveform, settings)
    with house():
        sheet = Figure(figsize=(10, 7), facecolor=PAPER)
        margins = {"left": 0.08, "right": 0.93, "top": 0.93, "bottom": 0.08}
        grid = sheet.add_gridspec(3, 2, width_ratios=(60, 1), wspace=0.03, hspace=0.18, **margins)
        wave, mel, mfcc = panels = [sheet.add_subplot(grid[row, 0]) for row in range(3)]
        sheet.suptitle(title, x=0.08, y=0.97, ha="left", size=11)
        _wave(wave, waveform)
        shades = _mel(mel, mels, settings)
        sheet.colorbar(shades, cax=sheet.add_subplot(grid[1, 1]), label="dB")
        shades = _mfcc(mfcc, cepstra(mels, settings), settings)
        sheet.colorbar(shades, cax=sheet.add_subplot(grid[2, 1]))
        for panel in panels:
            panel.set_xlim(0, waveform.seconds)
            panel.tick_params(labelbottom=panel is mfcc)
        mfcc.set_xlabel("seconds")
        return _png(sheet)


def spectrogram(waveform: Waveform, settings: FeatureSettings) -> Features:
    """Mel spectrogram in dB below its loudest bin; a clip shorter than a frame is lengthened."""
    shortest = math.ceil(settings.n_fft * waveform.rate / settings.sample_rate)
    missing = max(0, shortest - len(waveform.samples))
    lengthened = Waveform(np.pad(waveform.samples, (0, missing)), waveform.rate)
    return levelled(log_mel(lengthened, settings))


def overview(clips: Sequence[Path], root: Path, settings: FeatureSettings) -> bytes:
    """Mel spectrograms of some dozen clips, chosen evenly, as one PNG."""
    chosen = np.unique(np.linspace(0, len(clips) - 1, COLUMNS * ROWS).round().astype(int))
    rows = -(-len(chosen) // COLUMNS)
    with house():
        sheet = Figure(figsize=(2.6 * COLUMNS, 0.6 + 1.5 * rows), facecolor=PAPER)
        sheet.subplots_adjust(0.01, 0.02, 0.99, 1 - 0.6 / (0.6 + 1.5 * rows), 0.05, 0.35)
        sheet.suptitle(f"{root.name}: {len(chosen):,} of {len(clips):,} clips", size=12)
        for place, index in enumerate(chosen, start=1):
            axes = sheet.add_subplot(rows, COLUMNS, place)
            waveform = decode(clips[index].read_bytes(), MAX_SECONDS)
            _mel(axes, spectrogram(waveform, settings), settings)
            axes.set_axis_off()
            axes.set_title(f"{clips[index].stem}  {waveform.seconds:.1f} s", size=7, loc="left")
        return _png(sheet)


def _wave(axes: Axes, waveform: Waveform) -> None:
    """Lowest and highest sample of each stretch of time."""
    columns = min(COLUMNS_OF_A_WAVE, len(waveform.samples))
    edges = np.linspace(0, len(waveform.samples), columns, endpoint=False, dtype=np.intp)
    lows = np.minimum.reduceat(waveform.samples, edges)
    highs = np.maximum.reduceat(waveform.samples, edges)
    axes.fill_between(edges / waveform.rate, lows, highs, color=LEARNED, linewidth=0.5)
    axes.set_facecolor(PAPER)
    axes.set_ylabel("amplitude")
    calm(axes)


def _mel(axes: Axes, mels: Features, settings: FeatureSettings) -> AxesImage:
    """Low frequencies at the bottom, in dB below the loudest."""
    extent = (*_seconds(mels, settings), -0.5, settings.n_mels - 0.5)
    axes.set_facecolor(INK)
    axes.set_yticks([band(hertz, settings) for hertz in HERTZ], [f"{hertz:,}" for hertz in HERTZ])
    axes.set_ylabel("Hz, by mel")
    return axes.imshow(
        mels.T, origin="lower", aspect="auto", cmap="magma", vmin=FLOOR_DB, vmax=0, extent=extent
    )


def _mfcc(axes: Axes, mfccs: Features, settings: FeatureSettings) -> AxesImage:
    """All but the first, which is the level and would outshine the others."""
    shape = mfccs[:, 1:]
    limit = float(np.percentile(np.abs(shape), 97)) or 1.0
    extent = (*_seconds(mfccs, settings), 0.5, shape.shape[1] + 0.5)
    axes.set_ylabel(f"MFCC 1 to {shape.shape[1]}")
    return axes.imshow(
        shape.T, origin="lower", aspect="auto", cmap="PuOr", vmin=-limit, vmax=limit, extent=extent
    )


def _seconds(frames: Features, settings: FeatureSettings) -> tuple[float, float]:
    """Where the first frame begins and the last one ends; the first is centred at 0 s."""
    hop = settings.hop_length / settings.sample_rate
    return -hop / 2, (len(frames) - 0.5) * hop


def band(hertz: float, settings: FeatureSettings) -> float:
    """The mel band, counted from 0, whose centre lies at a frequency."""
    low, high = mel(settings.fmin), mel(settings.fmax)
    return (mel(hertz) - low) / (high - low) * (settings.n_mels + 1) - 1


def mel(hertz: float) -> float:
    """A frequency on the mel scale of Slaney, which is librosa's: even to 1 kHz, then by ratio."""
    return hertz * 3 / 200 if hertz < 1000 else 15 + 27 * math.log(hertz / 1000) / math.log(6.4)


def _png(sheet: Figure) -> bytes:
    file = io.BytesIO()
    FigureCanvasAgg(sheet)
    sheet.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()
