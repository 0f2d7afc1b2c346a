"""Pictures of clips: right names, right seconds, damaged files skipped."""

import io

import numpy as np
import pytest
import soundfile
from PIL import Image

from training import visualize as module
from training.recipe import load_recipe
from training.utterance import CorpusError
from training.visualize import COLUMNS, ROWS, band, picture, visualize
from webapp.speech.waveform import Waveform

RATE = 16_000


@pytest.fixture
def settings():
    return load_recipe(module.RECIPE).features


def tone(seconds=0.5, hertz=440.0):
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)


@pytest.fixture
def corpus_of_three(tmp_path):
    """Two clips that can be heard and one that cannot."""
    folder = tmp_path / "corpus"
    for name in ("A/one.wav", "B/two.flac"):
        (folder / name).parent.mkdir(parents=True)
        soundfile.write(folder / name, tone(), RATE)
    (folder / "B" / "broken.wav").write_bytes(b"RIFF\0\0\0\0WAVEfmt ")
    (folder / "B" / "list.txt").write_text("no sound")
    return folder


def test_a_folder_keeps_its_names_and_gets_an_overview(corpus_of_three, tmp_path, capfd):
    made = visualize(corpus_of_three, tmp_path / "out")
    names = [path.relative_to(tmp_path / "out").as_posix() for path in made]
    assert names == ["A/one.wav.png", "B/two.flac.png", "overview.png"]
    for path in made:
        assert path.read_bytes().startswith(b"\x89PNG")
    told = capfd.readouterr().err
    assert "broken.wav is skipped" in told
    assert "pictures" in told  # the progress


def test_one_clip_needs_no_overview(corpus_of_three, tmp_path):
    made = visualize(corpus_of_three / "A" / "one.wav", tmp_path / "out")
    assert made == [tmp_path / "out" / "one.wav.png"]


def test_where_nothing_can_be_heard_it_says_so(corpus_of_three, tmp_path):
    with pytest.raises(CorpusError, match="not there"):
        visualize(tmp_path / "nowhere", tmp_path)
    with pytest.raises(CorpusError, match="no sound that can be heard"):
        visualize(corpus_of_three / "B" / "broken.wav", tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match="no sound that can be heard"):
        visualize(tmp_path / "empty", tmp_path)


def test_the_panels_share_the_clips_own_seconds(settings, monkeypatch):
    seen = []
    monkeypatch.setattr(module, "_png", lambda sheet: seen.append(sheet) or b"")
    silent_start = np.concatenate([np.zeros(RATE), tone(1.0)]).astype(np.float32)
    untrimmed = module.untrimmed(settings)
    picture(Waveform(silent_start, RATE), untrimmed, "clip")
    wave, mel, mfcc = (axes for axes in seen[0].axes if axes.get_ylabel() not in ("dB", ""))
    assert {axes.get_xlim() for axes in (wave, mel, mfcc)} == {(0.0, 2.0)}
    for axes in (mel, mfcc):
        left, right, *_ = axes.images[0].get_extent()
        assert left == pytest.approx(0, abs=0.02)
        assert right == pytest.approx(2, abs=0.02)


def test_silence_and_very_short_clips_are_drawn(settings):
    for samples in (np.zeros(RATE), np.zeros(1), tone(0.01)):
        assert picture(Waveform(samples.astype(np.float32), RATE), module.untrimmed(settings), "x")


def test_frequencies_lie_where_their_mel_bands_are(settings, monkeypatch):
    seen = []
    monkeypatch.setattr(module, "_png", lambda sheet: seen.append(sheet) or b"")
    for hertz in (500.0, 2000.0, 4000.0):
        sound = Waveform(tone(1.0, hertz).astype(np.float32), RATE)
        picture(sound, module.untrimmed(settings), "tone")
        mel = next(axes for axes in seen.pop().axes if axes.get_ylabel().startswith("Hz"))
        loudest = mel.images[0].get_array().mean(axis=1).argmax()
        assert band(hertz, settings) == pytest.approx(loudest, abs=1)


def test_many_clips_are_chosen_evenly(tmp_path, settings):
    paths = [tmp_path / f"{number:03}.wav" for number in range(COLUMNS * ROWS + 20)]
    for path in paths:
        soundfile.write(path, tone(0.05), RATE)
    sheet = Image.open(io.BytesIO(module.overview(paths, tmp_path, settings)))
    assert sheet.width == pytest.approx(260 * COLUMNS, abs=2)
    assert sheet.height == pytest.approx(60 + 150 * ROWS, abs=2)
