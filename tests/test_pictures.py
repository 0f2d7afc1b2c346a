import io
import time
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from tests.drawing import waveform_svg
from tests.sounds import joined, silence, voice
from webapp.pictures import levels_png, outline, outline_svg, spectrogram_png
from webapp.speech.envelope import Envelope
from webapp.speech.waveform import Waveform

SVG = "{http://www.w3.org/2000/svg}"


def tone(hertz, seconds=1.0, rate=16_000):
    time = np.arange(int(seconds * rate)) / rate
    return Waveform(np.sin(2 * np.pi * hertz * time).astype(np.float32), rate)


def strokes(svg):
    """Top and bottom of each column of a waveform."""
    path = ET.fromstring(svg).find(f"{SVG}path").get("d")
    return [tuple(map(float, part.split(" ")[1].split("V"))) for part in path.split("M")[1:]]


def brightness(png):
    picture = Image.open(io.BytesIO(png)).convert("L")
    return np.asarray(picture, dtype=float)


def test_waveform_is_one_path_with_a_title():
    tree = ET.fromstring(waveform_svg(voice(1.5)))
    assert "1.5 seconds" in tree.find(f"{SVG}title").text
    assert len(tree.findall(f"{SVG}path")) == 1
    assert tree.find(f".//{SVG}script") is None


def test_waveform_shows_where_it_is_loud():
    heights = [low - high for high, low in strokes(waveform_svg(joined(silence(1), tone(200))))]
    assert len(heights) == 240
    assert max(heights[:119]) < 0.1
    assert min(heights[122:]) > 40


def test_waveform_fits_whatever_the_level():
    for gain in (0.001, 1, 30):
        loud = Waveform(tone(200).samples * np.float32(gain), 16_000)
        tops, bottoms = zip(*strokes(waveform_svg(loud)), strict=True)
        assert min(tops) == pytest.approx(0.5, abs=0.1)
        assert max(bottoms) == pytest.approx(44.5, abs=0.2)


@pytest.mark.parametrize("count", [1, 100, 241])
def test_clips_shorter_than_the_picture(count):
    sound = Waveform(np.full(count, 0.5, dtype=np.float32), 16_000)
    assert 1 <= len(strokes(waveform_svg(sound))) <= 240
    assert spectrogram_png(sound).startswith(b"\x89PNG")


def test_a_waveform_can_be_drawn_from_its_outline():
    sound = joined(silence(1), tone(200))
    fine = outline(sound, 16_000)
    assert fine.shape == (16_000, 2)
    drawn = strokes(outline_svg(fine * 100, sound.seconds))
    np.testing.assert_allclose(drawn, strokes(waveform_svg(sound)), atol=0.2)


def test_silence_is_drawn_too():
    assert "nan" not in waveform_svg(silence(1))
    assert spectrogram_png(silence(1)).startswith(b"\x89PNG")


def test_spectrogram_has_one_size():
    for seconds in (0.3, 4):
        assert Image.open(io.BytesIO(spectrogram_png(voice(seconds)))).size == (800, 300)


def test_spectrogram_has_low_pitches_at_the_bottom():
    rows = [brightness(spectrogram_png(tone(hertz))).mean(axis=1) for hertz in (300, 4000)]
    low, high = (int(np.argmax(row)) for row in rows)
    assert low > 200
    assert high < 100


def test_spectrogram_runs_from_left_to_right():
    columns = brightness(spectrogram_png(joined(silence(1), tone(1000)))).mean(axis=0)
    assert columns[:380].max() < columns[420:].mean()


def test_a_long_clip_is_drawn_fast():
    long = Waveform(np.tile(voice(2, rate=48_000).samples, 150), 48_000)
    started = time.process_time()
    spectrogram_png(long)
    waveform_svg(long)
    assert time.process_time() - started < 5


def test_a_spectrogram_made_while_the_sound_came_looks_the_same():
    sound = joined(voice(3), silence(1), voice(2))
    found = Envelope()
    found.take(sound)
    shown = brightness(levels_png(found.spectrogram_levels()))
    expected = brightness(spectrogram_png(sound))
    assert shown.shape == expected.shape == (300, 800)
    assert np.corrcoef(shown.ravel(), expected.ravel())[0, 1] > 0.97


def test_a_wide_spectrogram_is_as_wide_as_it_has_columns():
    levels = np.random.default_rng(1).uniform(-60, 0, (3000, 100)).astype(np.float32)
    assert Image.open(io.BytesIO(levels_png(levels))).size == (3000, 300)
