"""Recordings with a timeline, put into the log as if they had been heard."""

import io
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from flask import Flask
from PIL import Image

from tests.fakes import PROBABILITIES, TWINS, UNCLEAR
from webapp import prediction_log
from webapp.speech.emotions import Emotion
from webapp.submission import desk
from webapp.tables import Prediction, Trace

Segments = Sequence[Mapping[str, Any]]


def spoken(
    start: float, end: float, shares: Mapping[Emotion, float], *, unlike: bool = False
) -> dict[str, Any]:
    """A segment with speech, named from a half on."""
    emotion = max(shares, key=shares.__getitem__)
    return {
        "start": start,
        "end": end,
        "speech": True,
        "emotion": str(emotion),
        "confidence": shares[emotion],
        "named": shares[emotion] >= 0.5,
        "unlike": unlike,
        "probabilities": {str(one): share for one, share in shares.items()},
    }


def silent(start: float, end: float) -> dict[str, Any]:
    """A segment without speech."""
    return {"start": start, "end": end, "speech": False}


SIX_SECONDS = (
    spoken(0.0, 2.0, PROBABILITIES),
    silent(2.0, 2.5),
    spoken(2.5, 4.0, UNCLEAR, unlike=True),
    spoken(4.0, 6.0, TWINS),
)
"""Happy; a pause; nothing clear, unlike training; neutral or calm."""


def many(count: int, seconds: float) -> Segments:
    """So many segments of changing length and emotion, every seventh without speech."""
    draws = np.random.default_rng(1)
    edges = np.concatenate([[0], np.cumsum(draws.uniform(0.4, 2.0, count))])
    edges = (edges * seconds / edges[-1]).round(3).tolist()
    mood = draws.dirichlet(np.full(len(Emotion), 0.4), size=count)
    mood = 0.7 * mood + 0.3 * np.roll(mood, 1, axis=0)
    return list(_made(edges, mood.round(4).tolist()))


def _made(edges: Sequence[float], moods: Sequence[Sequence[float]]) -> Iterator[dict[str, Any]]:
    for place, shares in enumerate(moods):
        start, end = edges[place], edges[place + 1]
        if place % 7 == 6:
            yield silent(start, end)
        else:
            yield spoken(start, end, dict(zip(Emotion, shares, strict=True)))


def mean(segments: Segments) -> dict[str, float]:
    """The probabilities of the segments with speech, weighted by their seconds."""
    heard = [segment for segment in segments if segment["speech"]]
    weights = [segment["end"] - segment["start"] for segment in heard]
    return {
        str(emotion): sum(
            weight * segment["probabilities"][emotion]
            for weight, segment in zip(weights, heard, strict=True)
        )
        / sum(weights)
        for emotion in Emotion
    }


def logged(
    app: Flask,
    segments: Segments,
    sound: bytes | None,
    *,
    shares: Mapping[str, float] | None = None,
    pictures: bool = True,
) -> str:
    """Log a recording of these segments, with `sound` as its audio; returns its address."""
    probabilities = dict(shares or mean(segments))
    emotion = max(probabilities, key=probabilities.__getitem__)
    prediction = Prediction(
        id=secrets.token_urlsafe(16),
        created_at=datetime.now(UTC),
        source="upload",
        file_name="interview.wav",
        content_hash="0" * 64,
        seconds=segments[-1]["end"],
        model="cnn_lstm",
        model_version="1.0.0",
        probabilities=probabilities,
        emotion=emotion,
        confidence=probabilities[emotion],
        named=probabilities[emotion] >= 0.5,
        remarks=[],
        milliseconds=95_000.0,
        audio_name=None,
    )
    kept = pictures and sound is not None
    trace = Trace(
        segments=list(segments),
        peaks=peaks() if kept else None,
        spectrogram=spectrogram() if kept else None,
    )
    with app.app_context():
        if sound is None:
            prediction_log.add(prediction, trace)
        else:
            with desk().recordings.keeping(sound) as prediction.audio_name:
                prediction_log.add(prediction, trace)
    return f"/predictions/{prediction.id}"


def peaks(columns: int = 16_000) -> bytes:
    """An outline that swells from left to right."""
    highs = np.linspace(0, 120, columns) * np.abs(np.sin(np.arange(columns) / 9))
    return np.stack([-highs, highs], axis=1).astype(np.int8).tobytes()


def spectrogram() -> bytes:
    """A picture that is brighter to the right."""
    shades = np.tile(np.linspace(0, 255, 800).astype(np.uint8), (300, 1))
    file = io.BytesIO()
    Image.fromarray(shades).save(file, "PNG")
    return file.getvalue()
