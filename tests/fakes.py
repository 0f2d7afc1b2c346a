"""Stand-ins for what the application is given: recognizers without bundles, and a visitor."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.speech_settings import SETTINGS
from webapp.speech.bundle import Card, Curves, Figures, Origin
from webapp.speech.emotions import Emotion
from webapp.speech.errors import MissingExtra
from webapp.speech.recognizer import Recognition
from webapp.speech.waveform import Waveform

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
        confusion=confusion,
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
        figures=figures("speaker_5fold", 0.6),
        random=figures("random_split", 0.75),
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

    @property
    def name(self) -> str:
        return self.card.name

    def recognize(self, waveform: Waveform) -> Recognition:
        if self.missing is not None:
            raise MissingExtra(self.missing)
        self.asked += 1
        return Recognition(self.probabilities)


def fake_recognizers() -> dict[str, Any]:
    """The two models that every copy has."""
    named = {"ann": "Dense layers", "cnn_lstm": "Convolutions and LSTM"}
    return {name: FakeRecognizer(card(name, title)) for name, title in named.items()}


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
