"""The pictures say what the figures say, are well-formed, and never change by themselves."""

import xml.etree.ElementTree as ET

import msgspec
import pytest
from matplotlib.colors import to_rgb

from tests import fakes
from tests.training import made_runs
from training import pictures
from training.pictures import Pair
from webapp.speech.emotions import Emotion
from webapp.speech.figures import Curves

LABELS = [str(emotion) for emotion in Emotion]
CURVES = Curves(
    loss=(2.0, 1.0, 0.5),
    validation_loss=(1.9, 1.4, 1.6),
    accuracy=(0.2, 0.6, 0.9),
    validation_accuracy=(0.25, 0.5, 0.45),
    chosen=2,
)


def drawn():
    """Every kind of picture, made anew."""
    return {
        "confusion": pictures.confusion_matrix(made_runs.figures(), LABELS),
        "curves": pictures.training_curves(CURVES),
        "reliability": pictures.reliability(fakes.figures("speaker_5fold", 0.6)),
        "leak": pictures.leak([Pair("ann", 0.5, 0.4), Pair("cnn", 0.6, 0.6)], chance=1 / 8),
        "balance": pictures.class_balance({"ravdess": {"sad": 10, "calm": 0}}),
    }


@pytest.fixture(scope="module")
def first():
    return drawn()


@pytest.fixture
def words(monkeypatch):
    """What is written in pictures drawn from here on: letters are outlines in the SVG."""
    found = []
    plain = pictures._svg

    def read(sheet):
        texts = sheet.findobj(lambda artist: hasattr(artist, "get_text"))
        sheet.canvas.draw_idle()
        image = plain(sheet)
        found.extend(text.get_text() for text in texts)
        found.extend(text.get_text() for axes in sheet.axes for text in axes.get_xticklabels())
        found.extend(text.get_text() for axes in sheet.axes for text in axes.get_yticklabels())
        return image

    monkeypatch.setattr(pictures, "_svg", read)
    return found


def test_the_same_figures_give_the_same_bytes(first):
    assert drawn() == first


def test_pictures_are_svg_on_paper_of_their_own(first):
    for image in first.values():
        assert ET.fromstring(image).tag == "{http://www.w3.org/2000/svg}svg"
        assert pictures.PAPER in image.decode()


def test_pictures_name_neither_date_nor_maker_nor_outside_files(first):
    for image in first.values():
        text = image.decode()
        assert "dc:date" not in text
        assert "Matplotlib" not in text
        assert "<script" not in text
        assert 'xlink:href="http' not in text


def test_a_confusion_matrix_says_each_share_and_recall(words):
    heard = msgspec.structs.replace(made_runs.figures(uar=0.625))
    pictures.confusion_matrix(heard, LABELS)
    assert {"62", "38", "0"} <= set(words)
    assert "calm  (200)" in words
    assert set(LABELS) <= set(words)


def test_clips_are_counted_once_however_many_seeds(words):
    figures = made_runs.figures()
    twice = msgspec.structs.replace(
        figures,
        seeds=(0, 1),
        uars=(0.5, 0.5),
        confusion=tuple(tuple(2 * n for n in row) for row in figures.confusion),
    )
    pictures.confusion_matrix(twice, LABELS)
    assert "calm  (200)" in words


def luminance(colour):
    """Relative luminance, as WCAG 2 defines it."""
    channels = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), channels, strict=True))


@pytest.mark.parametrize("percent", range(101))
def test_every_share_can_be_read_on_its_shade(percent):
    share = percent / 100
    colours = pictures.shades()(share), to_rgb(pictures.letters(share))
    dark, light = sorted(map(luminance, colours))
    assert (light + 0.05) / (dark + 0.05) > 3.8


def test_emotions_that_a_corpus_lacks_have_no_shares(words):
    pictures.confusion_matrix(made_runs.figures(absent=("calm",)), LABELS)
    assert words.count("–") == len(LABELS)


def test_the_curves_say_which_epoch_was_kept(words):
    pictures.training_curves(CURVES)
    assert {"training", "validation", "kept: epoch 2", "loss", "accuracy"} <= set(words)


def test_a_wild_first_epoch_does_not_flatten_the_curves():
    wild = Curves(
        loss=(2.0, *[1.0] * 39),
        validation_loss=(500.0, *[1.2] * 39),
        accuracy=(0.5,) * 40,
        validation_accuracy=(0.5,) * 40,
        chosen=40,
    )
    assert pictures._ceiling(wild) == pytest.approx(2.16)


def test_one_epoch_is_drawn():
    one = Curves(
        loss=(0.0,), validation_loss=(0.0,), accuracy=(1.0,), validation_accuracy=(1.0,), chosen=1
    )
    assert pictures.training_curves(one)


def test_reliability_shows_a_dot_a_bin_that_has_clips(monkeypatch):
    sheets = []
    plain = pictures._svg
    monkeypatch.setattr(pictures, "_svg", lambda sheet: sheets.append(sheet) or plain(sheet))
    figures = fakes.figures("speaker_5fold", 0.6)  # twenty clips in each of its bins
    pictures.reliability(figures)
    above, below = sheets[0].axes
    many, few = (spots.get_offsets().tolist() for spots in above.collections)
    assert many == []
    assert len(few) == sum(1 for one in figures.reliability if one.clips)
    assert few[-1] == pytest.approx([figures.reliability[-1].confidence, 1.0])
    assert len(below.patches) == 15


def test_the_leak_is_written_between_its_marks(words):
    pictures.leak([Pair("ann", 0.5, 0.4), Pair("cnn", 0.59, 0.6)], chance=1 / 8)
    assert {"+10.0", "-1.0", "ann", "cnn"} <= set(words)


def test_the_fake_card_can_be_drawn():
    card = fakes.card()
    assert pictures.confusion_matrix(card.figures, list(card.labels))
