"""Real speech, where a copy of RAVDESS is at hand: CORPUS_RAVDESS=DIR, else skipped by name."""

import json
import os
from pathlib import Path

import pytest
import soundfile

from tests.sounds import encode
from training.corpora import load_corpora
from training.corpora.loader import SUFFIXES
from webapp.config import Settings
from webapp.speech.decode import decode
from webapp.speech.emotions import Emotion
from webapp.speech.quality import inspect
from webapp.speech.recognizer import load_recognizers
from webapp.speech.voice_activity import VoiceActivity
from webapp.speech.waveform import Waveform

BUNDLES = Path(__file__).parents[1] / "webapp" / "bundles"
FORMATS = ("flac", "mp3", "ogg-vorbis", "ogg-opus", "webm-opus", "m4a-aac")

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def clips():
    """Every 100th clip."""
    folder = os.environ.get("CORPUS_RAVDESS")
    if not folder:
        pytest.skip("needs RAVDESS: set CORPUS_RAVDESS=DIR")
    return load_corpora({"ravdess": Path(folder)})[::100]


@pytest.fixture(scope="module")
def recognizers():
    return load_recognizers(BUNDLES)


def waveform(clip):
    return decode(clip.path.read_bytes(), max_seconds=60)


def test_no_real_clip_is_refused(clips):
    speaks = VoiceActivity.load().speaks
    for clip in clips:
        inspect(waveform(clip), speaks)


@pytest.mark.parametrize("name", FORMATS)
def test_the_container_does_not_change_the_emotion(clips, recognizers, name):
    """To the default; the models that are there for comparison are as brittle as they are."""
    recognizer = recognizers[Settings().default_model]
    for clip in clips:
        original = waveform(clip)
        wav = decode(encode("wav-16", original), 60)
        coded = decode(encode(name, original), 60)
        one, other = recognizer.recognize(wav), recognizer.recognize(coded)
        furthest = max(abs(one.probabilities[e] - other.probabilities[e]) for e in Emotion)
        assert furthest < 0.15, f"{clip.full_name} as {name}"


def test_training_and_the_shell_hear_the_same(clips, recognizers, make_app, settings, tmp_path):
    """A clip through `flask recognize` gets what the recognizer says of its samples."""
    runner = make_app(settings, recognizers).test_cli_runner()
    for clip in clips[:3]:
        result = runner.invoke(args=["recognize", "--json", "--no-log", str(clip.path)])
        assert clip.path.suffix in SUFFIXES
        samples, rate = soundfile.read(clip.path, dtype="float32", always_2d=True)
        expected = recognizers["cnn_lstm"].recognize(Waveform(samples.mean(axis=1), rate))
        assert json.loads(result.output)["probabilities"] == pytest.approx(
            {str(e): p for e, p in expected.probabilities.items()}, abs=1e-4
        )
