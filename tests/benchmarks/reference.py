"""What projects of this kind do: librosa.load, librosa.feature.mfcc, model.predict, a plain route.

The weights are those of the bundle, in Keras's format; so are the settings of the features. One
window of the clip is heard, at one speed, and nobody asks whether there is a voice in it.
"""

import io
import os
import secrets
from pathlib import Path

import keras
import librosa
import numpy as np
from flask import Flask, render_template_string, request

from tests.benchmarks.names import BUNDLE, UPLOADS
from webapp.speech.bundle import KERAS, read_card
from webapp.speech.features import Features

PAGE = """<!doctype html><title>Result</title><h1>{{ emotion }}</h1>
<ul>{% for name, share in shares %}<li>{{ name }}: {{ share }}</li>{% endfor %}</ul>"""


class Reference:
    """A Keras model that hears."""

    def __init__(self, bundle: Path) -> None:
        card = read_card(bundle)
        self.settings, self.labels = card.features, [str(label) for label in card.labels]
        self.model = keras.models.load_model(bundle / KERAS, compile=False)

    def hear(self, file: io.BytesIO | Path) -> list[float]:
        """The probabilities of a clip."""
        samples, rate = librosa.load(file, sr=self.settings.sample_rate)
        return self.predict(self.inputs(samples, rate))

    def inputs(self, samples: Features, rate: float) -> Features:
        """MFCCs of the beginning of a clip, padded to the length that the network wants."""
        settings = self.settings
        mfcc = librosa.feature.mfcc(
            y=samples,
            sr=rate,
            n_mfcc=settings.n_mfcc,
            n_fft=settings.n_fft,
            win_length=settings.win_length,
            hop_length=settings.hop_length,
            n_mels=settings.n_mels,
            fmin=settings.fmin,
            fmax=settings.fmax,
        ).T
        if settings.pooling != "none":
            mean = mfcc.mean(axis=0)
            row = mean if settings.pooling == "mean" else np.append(mean, mfcc.std(axis=0))
            return row[np.newaxis].astype(np.float32)
        mfcc = mfcc[: settings.window_frames]
        missing = settings.window_frames - len(mfcc)
        return np.pad(mfcc, ((0, missing), (0, 0)))[np.newaxis].astype(np.float32)

    def long(self, path: Path) -> list[float]:
        """The probabilities of a long clip: the mean over its windows, predicted together."""
        samples, rate = librosa.load(path, sr=self.settings.sample_rate)
        size = self.settings.window_frames * self.settings.hop_length
        cuts = [samples[start : start + size] for start in range(0, len(samples) - size + 1, size)]
        inputs = np.concatenate([self.inputs(cut, rate) for cut in cuts])
        return self.model.predict(inputs, verbose=0).mean(axis=0).tolist()

    def predict(self, inputs: Features) -> list[float]:
        """What the network says of one window."""
        return self.model.predict(inputs, verbose=0)[0].tolist()


def create_app() -> Flask:
    """One route: a clip is posted, its emotion is shown. What was uploaded stays in a folder."""
    reference, folder = Reference(Path(os.environ[BUNDLE])), Path(os.environ[UPLOADS])
    app = Flask(__name__)

    @app.route("/", methods=["GET", "POST"])
    def predict() -> str:
        if request.method == "GET":
            return "<!doctype html><form method=post><input type=file name=audio></form>"
        path = folder / f"{secrets.token_hex(8)}.wav"
        request.files["audio"].save(path)
        hear = reference.long if "long" in request.args else reference.hear
        shares = dict(zip(reference.labels, hear(path), strict=True))
        likeliest = max(shares, key=shares.__getitem__)
        return render_template_string(PAGE, emotion=likeliest, shares=shares.items())

    return app
