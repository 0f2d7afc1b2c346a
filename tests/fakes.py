"""Stand-ins for what the application is given: recognizers without bundles, and a visitor."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.speech_settings import SETTINGS
from webapp.speech.bundle import Card, Origin
from webapp.speech.calibration import Calibration
from webapp.speech.emotions import Emotion
from webapp.speech.errors import MissingExtra
from webapp.speech.features import Features
from webapp.speech.figures import Bin, Curves, Degradation, Elsewhere, Figures, Robustness
from webapp.speech.recognizer import Recognition
from webapp.speech.stopwatch import Stopwatch
from webapp.speech.waveform import Waveform


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.time = 1_000_000.0

    def __call__(self) -> float:
        """What time it is."""
        return self.time


PROBABILITIES = {
    Emotion.NEUTRAL: 0.02,
    Emotion.CALM: 0.2,
    Emotion.HAPPY: 0.61,
    Emotion.SAD: 0.06,
    Emotion.ANGRY: 0.05,
    Emotion.FEARFUL: 0.03,
    Emotion.DISGUST: 0.02,
    Emotion.SURPRISED: 0.01,
}
"""What a fake recognizer hears in everything."""

UNCLEAR = dict(zip(Emotion, (0.1, 0.05, 0.34, 0.06, 0.12, 0.03, 0.05, 0.25), strict=True))
"""No emotion reaches the threshold."""

TWINS = dict(zip(Emotion, (0.31, 0.28, 0.05, 0.21, 0.04, 0.06, 0.03, 0.02), strict=True))
"""Neutral and calm reach it together."""

RIGHT = (0, 0, 2, 3, 5, 5, 6, 8, 12, 14, 15, 16, 17, 18, 20)
"""Of 20 clips in each bin of confidence, so many are heard right."""


def reliability() -> tuple[Bin, ...]:
    """Bins of a model that is about as often right as it is sure, and never sure of nothing."""
    return tuple(
        Bin(clips=20 if right else 0, right=right, confidence=(n + 0.5) / 15 if right else 0.0)
        for n, right in enumerate(RIGHT)
    )


def figures(protocol: str, uar: float) -> Figures:
    """How good a model that does not exist is under a protocol."""
    confusion = tuple(tuple(6 if row == column else 1 for column in range(8)) for row in range(8))
    return Figures(
        protocol=protocol,
        description=f"Made up for tests of {protocol}.",
        command=f"python -m training evaluate fake --protocol {protocol}",
        corpora=("ravdess",),
        clips=104,
        speakers=24,
        seeds=(0,),
        accuracy=0.625,
        uar=uar,
        macro_f1=0.59,
        uars=(uar,),
        calibration_error=0.043,
        reliability=reliability(),
        surest=0.76,
        named=0.7,
        named_right=0.77,
        unlike=0.05,
        confusion=confusion,
    )


def robustness() -> Robustness:
    """What is left of a model that does not exist when recordings are bad."""
    rows = [("quieter_20db", "20 dB quieter", 0.6, 0.01), ("white_10db", "Hiss", 0.46, 0.38)]
    return Robustness(
        command="python -m training robustness fake --corpus ravdess=DIR",
        corpora=("ravdess",),
        clips=104,
        speakers=24,
        seed=0,
        uar=0.61,
        degradations=tuple(
            Degradation(name=name, title=title, uar=uar, changed=changed)
            for name, title, uar, changed in rows
        ),
    )


def elsewhere() -> Elsewhere:
    """How that model does on a corpus that it never heard."""
    return Elsewhere(
        corpus="emodb",
        command="python -m training robustness fake --corpus emodb=DIR",
        clips=454,
        speakers=10,
        emotions=(Emotion.NEUTRAL, Emotion.HAPPY, Emotion.SAD, Emotion.ANGRY),
        uar=0.42,
        among=0.47,
        chance=0.25,
        named=0.55,
        unlike=0.31,
    )


def card(name: str = "cnn_lstm", title: str = "Convolutions and LSTM") -> Card:
    """The card of a model that does not exist."""
    return Card(
        name=name,
        title=title,
        summary="A fake for tests.",
        version="1.0.0",
        labels=tuple(Emotion),
        features=SETTINGS,
        recipe={},
        origin=Origin(
            corpora=("ravdess",),
            clips=1,
            speakers=("ravdess-01",),
            validation_speakers=(),
            seed=0,
            data_checksum="0" * 64,
            packages={},
        ),
        calibration=Calibration(temperature=1.2, threshold=0.5, farthest=9.0),
        figures=figures("speaker_5fold", 0.6),
        random=figures("random_split", 0.75),
        robustness=robustness(),
        elsewhere=(elsewhere(),),
        curves=Curves(
            loss=(2.1, 1.4, 0.9),
            validation_loss=(2.0, 1.6, 1.7),
            accuracy=(0.15, 0.5, 0.7),
            validation_accuracy=(0.2, 0.45, 0.44),
            chosen=2,
        ),
        milliseconds=12.3,
        seconds_an_epoch=4.5,
        licence="none",
        credit="nobody",
        checksums={},
    )


@dataclass
class FakeRecognizer:
    """Hears the same in everything, and remembers how often it was asked."""

    card: Card = field(default_factory=card)
    probabilities: Mapping[Emotion, float] = field(default_factory=lambda: PROBABILITIES)
    asked: int = 0
    missing: str | None = None
    unlike: bool = False

    @property
    def name(self) -> str:
        return self.card.name

    def check(self) -> None:
        if self.missing is not None:
            raise MissingExtra(self.missing)

    def hear_window(self, window: Features) -> Features:
        """Nothing in the window matters."""
        return np.array(list(self.probabilities.values()), dtype=np.float32)

    def over_windows(self, heard: Features) -> Features:
        return np.asarray(heard.mean(axis=0))

    def recognize(self, waveform: Waveform, stopwatch: Stopwatch | None = None) -> Recognition:
        self.check()
        self.asked += 1
        named = max(self.probabilities.values()) >= self.card.calibration.threshold
        return Recognition(self.probabilities, named=named, unlike=self.unlike)


def fake_recognizers() -> dict[str, Any]:
    """The two models that every copy has."""
    named = {"ann": "Dense layers", "cnn_lstm": "Convolutions and LSTM"}
    return {name: FakeRecognizer(card(name, title)) for name, title in named.items()}


class TidyClient(FlaskClient):
    """Takes each answer in whole, as a browser does, so that the file behind it is closed."""

    def open(self, *arguments: Any, buffered: bool = True, **more: Any) -> TestResponse:
        return super().open(*arguments, buffered=buffered, **more)


@dataclass
class Visitor:
    """Somebody with a browser: fetches a form, then posts it with its token."""

    client: FlaskClient

    def token(self, page: str = "/upload") -> str:
        """The CSRF token in the form of a page."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get(page).text)
        assert found, f"{page} has no token"
        return found[1]

    def send(
        self,
        data: bytes | None,
        file_name: str = "voice.wav",
        page: str = "/upload",
        model: str | None = None,
        **more: Any,
    ) -> TestResponse:
        """Post a voice to a page; None sends the form without a file."""
        form: dict[str, Any] = {"csrf_token": self.token(page)}
        if data is not None:
            form["audio"] = FileStorage(io.BytesIO(data), file_name)
        if model is not None:
            form["model"] = model
        boundary, body = encode_multipart(form)  # the client itself would leave files open
        kind = f"multipart/form-data; boundary={boundary}"
        return self.client.post(page, data=body, content_type=kind, **more)

    def sent(self, data: bytes, file_name: str = "voice.wav", **more: Any) -> str:
        """Post a voice that is heard and return the address of its result."""
        response = self.send(data, file_name, **more)
        assert response.status_code == 303, response.text
        return str(response.location)

    def post(self, address: str, **more: Any) -> TestResponse:
        """Post an otherwise empty form."""
        return self.client.post(address, data={"csrf_token": self.token()}, **more)
