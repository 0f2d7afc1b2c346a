"""Live: a voice that is speaking now. The browser keeps its sound; nothing of it is kept here."""

import numpy as np
from flask import Response, current_app, jsonify, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from webapp.guard.turns import Turns
from webapp.incoming import hear_out
from webapp.pages.sending import sending_page
from webapp.request_log import stopwatch
from webapp.speech.emotions import Emotion
from webapp.speech.errors import NotAudio, TooLong, TooShort
from webapp.speech.lately import Lately, lately
from webapp.speech.quality import SHORTEST_SECONDS
from webapp.speech.recognizer import Recognition
from webapp.speech.waveform import Waveform
from webapp.speech.words import N_
from webapp.submission import desk
from webapp.tables import Source
from webapp.verdict import verdict_on

RATE = 16_000
LONGEST_SECONDS = 5
BYTES = 2
"""What is heard at once: 16-bit samples of one channel, little end first, so many a second (Hz)."""

KINDS = frozenset({"application/octet-stream", "audio/l16"})

AT_ONCE, WAITING = 1, 15
"""Of each worker: hearing takes one core, and 15 before it take well under a second."""

blueprint = sending_page("live", Source.LIVE)


@blueprint.record_once
def _furnish(state: BlueprintSetupState) -> None:
    state.app.extensions["tonelog_live"] = Turns(AT_ONCE, WAITING)


@blueprint.context_processor
def _lanes() -> dict[str, object]:
    return {"emotions": tuple(Emotion)}


@blueprint.post("/live/heard")
def heard() -> ResponseReturnValue:
    """What the last seconds sound like: `?model=NAME`, and the samples as the whole body."""
    recognizer = desk().recognizer(request.args.get("model"))
    sound = _sound()
    turns: Turns = current_app.extensions["tonelog_live"]
    with turns.turn():
        found = lately(sound, recognizer, desk().activity, stopwatch())
    return _document(found, recognizer.card.calibration.threshold)


def _sound() -> Waveform:
    """The samples that came; raises the kinds of `SpeechError`."""
    data = _body()
    if request.mimetype not in KINDS or len(data) % BYTES:
        raise NotAudio(
            N_(
                "Live speech comes as plain 16-bit samples of one channel at %(rate)s Hz, "
                "and this is something else."
            )
            % {"rate": f"{RATE:,}"}
        )
    samples = np.frombuffer(data, dtype="<i2").astype(np.float32) / np.float32(32_768)
    sound = Waveform(samples, RATE)
    if sound.seconds < SHORTEST_SECONDS:
        raise TooShort(N_("These are too few samples to hear anything. Send the last few seconds."))
    return sound


def _body() -> bytes:
    """All that came, which is never much; raises `TooLong`."""
    most = LONGEST_SECONDS * RATE * BYTES
    request.max_content_length = most  # of which a multiple is thrown away
    if (request.content_length or 0) > most:
        hear_out()
    else:
        data = request.stream.read(most + 1)
        if len(data) <= most:
            return data
    raise TooLong(N_("At most %(most)s seconds are heard at once.") % {"most": LONGEST_SECONDS})


def _document(found: Lately, threshold: float) -> Response:
    stretch = found.stretch
    if stretch is None:
        return jsonify(speech=False, needed=found.needed, stretch=None)
    told = {} if stretch.heard is None else _told(stretch.heard, threshold)
    told |= {"began": stretch.began, "ended": stretch.ended, "goes_on": stretch.goes_on}
    return jsonify(speech=stretch.ended == 0, needed=found.needed, stretch=told)


def _told(heard: Recognition, threshold: float) -> dict[str, object]:
    told = verdict_on(heard, threshold)
    shares = {str(emotion): share for emotion, share in heard.probabilities.items()}
    return {
        "emotion": str(heard.emotion),
        "confidence": heard.confidence,
        "named": heard.named,
        "unlike": heard.unlike,
        "probabilities": shares,
        "emotions": [str(emotion) for emotion in told.emotions],
        "share": told.share or 0,
    }
