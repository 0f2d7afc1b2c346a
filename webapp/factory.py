"""The application factory: settings, extensions and blueprints come together here."""

import os
from collections.abc import Mapping

from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from flask_wtf import CSRFProtect

from webapp import commands, errors, prediction_log
from webapp.config import ROOT, SettingError, Settings, kept_secret_key, read_settings
from webapp.database import open_log
from webapp.forms import VoiceRequest
from webapp.locks import locked
from webapp.pages import filters, health, history, home, models, record, result, upload
from webapp.prediction_log import db
from webapp.recordings import Recordings
from webapp.speech.recognizer import Recognizer, load_recognizers
from webapp.speech.voice_activity import VoiceActivity
from webapp.submission import Desk

FORM_BYTES = 100_000
"""Room for the rest of a form beside its audio."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self)",
}


def create_app(
    config: Settings | None = None, recognizers: Mapping[str, Recognizer] | None = None
) -> Flask:
    """The application, ready to serve, and to be forked.

    Raises `SettingError` or `DamagedBundle`, naming setting or file, where it must not start.
    """
    settings = config or read_settings(os.environ)
    desk = _desk(settings, _recognizers(settings) if recognizers is None else recognizers)
    app = Flask(
        "webapp",
        instance_path=str(settings.instance),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.request_class = VoiceRequest
    app.extensions["tonelog"] = desk
    _configure(app, settings)
    _open_instance(app, desk)
    CSRFProtect(app)
    for page in (home, upload, record, result, history, models, health):
        app.register_blueprint(page.blueprint)
    for part in (errors, filters, commands):
        part.register(app)
    app.after_request(_finish)
    return app


def _desk(settings: Settings, recognizers: Mapping[str, Recognizer]) -> Desk:
    if settings.default_model not in recognizers:
        raise SettingError(
            f"TONELOG_DEFAULT_MODEL is {settings.default_model!r}, which is not among the bundles: "
            f"{', '.join(recognizers) or 'none'}."
        )
    recordings = Recordings(settings.instance / "recordings")
    return Desk(settings, recognizers, recordings, VoiceActivity.load().speaks)


def _recognizers(settings: Settings) -> Mapping[str, Recognizer]:
    if not settings.bundles.is_dir():
        raise SettingError(f"TONELOG_BUNDLES: there is no folder {settings.bundles}.")
    return load_recognizers(settings.bundles)


def _configure(app: Flask, settings: Settings) -> None:
    app.config.from_mapping(
        MAX_CONTENT_LENGTH=settings.limits.bytes + FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        MAX_FORM_PARTS=20,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a page may stay open for hours
    )
    assert isinstance(app.json, DefaultJSONProvider)
    app.json.sort_keys = False  # probabilities stay in the order of the labels


def _open_instance(app: Flask, desk: Desk) -> None:
    """Make and bring up to date all that is on disk; processes that start at once take turns."""
    settings = desk.settings
    try:
        settings.instance.mkdir(parents=True, exist_ok=True)
        with locked(settings.instance / "start.lock"):
            key_file = settings.instance / "secret_key"
            app.secret_key = settings.secret_key or kept_secret_key(key_file)
            open_log(app, settings)
            with app.app_context():
                desk.recordings.sweep(prediction_log.audio_names)
                db.engine.dispose()  # a connection must not be shared across a fork
    except OSError as error:
        raise SettingError(
            f"TONELOG_INSTANCE: {settings.instance} cannot be written to: {error}."
        ) from error


def _finish(response: Response) -> Response:
    """Headers that every answer needs. What is about voices stays in no cache at all."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.blueprint in {"result", "history"}:
        response.headers["Cache-Control"] = "no-store"
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
    return response
