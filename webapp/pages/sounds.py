"""The sound of a prediction as bytes and pictures.

Pictures of a long recording were made while it was heard: no request decodes hours of sound.
"""

import numpy as np
from flask import abort

from webapp import pictures, trace_log
from webapp.speech.envelope import FULL
from webapp.speech.waveform import Samples, Waveform
from webapp.submission import desk
from webapp.tables import Prediction

DECODED_SECONDS = 300
"""Longest clip that is decoded for a picture."""

COLUMNS = 4000
"""Stretches of time in the outline of a decoded clip."""


def read(prediction: Prediction) -> bytes:
    """The audio as it came; 404 where it was not kept or is gone."""
    return desk().audio(prediction) or abort(404)


def decoded(prediction: Prediction) -> Waveform:
    """The sound of a clip."""
    return desk().decode(read(prediction), prediction.seconds + 1)


def outline(prediction: Prediction) -> Samples:
    """Lowest and highest sample of each stretch of time, shape (n, 2)."""
    kept = _kept(prediction) and trace_log.peaks(prediction.id)
    if kept:
        return np.frombuffer(kept, dtype=np.int8).reshape(-1, 2).astype(np.float32)
    return pictures.outline(_short(prediction), COLUMNS)


def levels(prediction: Prediction) -> list[list[int]]:
    """The lows and the highs of the outline as whole numbers, the loudest one `FULL`."""
    found = outline(prediction)
    scale = FULL / (float(np.abs(found).max(initial=0.0)) or 1.0)
    lows_and_highs: list[list[int]] = np.rint(scale * found).astype(int).T.tolist()
    return lows_and_highs


def spectrogram(prediction: Prediction) -> bytes:
    """The mel spectrogram as PNG."""
    kept = trace_log.spectrogram(prediction.id) if _kept(prediction) else None
    return kept or pictures.spectrogram_png(_short(prediction))


def _kept(prediction: Prediction) -> bool:
    """Whether there is audio; a picture does not outlive it."""
    return desk().has_audio(prediction) or abort(404)


def _short(prediction: Prediction) -> Waveform:
    return decoded(prediction) if prediction.seconds <= DECODED_SECONDS else abort(404)
