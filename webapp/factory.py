"""The application factory: settings, extensions and blueprints come together here."""

import os
import sqlite3
from collections.abc import Mapping

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import commands, errors, language, request_log, scripts
from webapp.api import routes
from webapp.config import ROOT, SettingError, Settings, kept_secret_key, read_settings
from webapp.database import open_log
from webapp.decoders import Decoders
from webapp.guard import command, door, headers, hosts, rates, token_command
from webapp.guard.store import Store
from webapp.incoming import VoiceRequest, incoming_folder
from webapp.locks import locked
from webapp.pages import (
    batches,
    evidence,
    filters,
    health,
    history,
    home,
    jobs,
    kept,
    languages,
    live,
    login,
    models,
    programs,
    record,
    result,
    upload,
)
from webapp.queue import Queue
from webapp.recordings import Recordings
from webapp.request_log import DiscreetFlask
from webapp.speech.recognizer import Recognizer, load_recognizers
from webapp.speech.voice_activity import VoiceActivity
from webapp.submission import Desk

FORM_BYTES = 100_000
"""Room for the rest of a form beside its audio."""

LISTED_BYTES = 1_500
"""Room for a file in the list of those that are going to come."""


def create_app(
    config: Settings | None = None,
    recognizers: Mapping[str, Recognizer] | None = None,
    decoders: Decoders | None = None,
) -> Flask:
    """The application, ready to serve, and to be forked.

    Raises `SettingError` or `DamagedBundle`, naming setting or file, where it must not start.
    """
    settings = config or read_settings(os.environ)
    decoders = decoders or Decoders(settings.decoder_limits, settings.decoders_ready)
    heard = _recognizers(settings) if recognizers is None else recognizers
    desk = _desk(settings, heard, decoders)
    app = DiscreetFlask(
        "webapp",
        instance_path=str(settings.instance),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.request_class = VoiceRequest
    app.extensions["tonelog"] = desk
    _configure(app, settings)
    language.register(app, settings)
    _guard(app, settings, _open_instance(app, desk))
    for page in (
        home,
        upload,
        record,
        live,
        jobs,
        batches,
        result,
        evidence,
        history,
        kept,
        models,
        login,
        languages,
        health,
        programs,
        routes,
    ):
        app.register_blueprint(page.blueprint)
    for part in (errors, filters, scripts, commands, command, token_command):
        part.register(app)
    return app


def create_bare_app() -> Flask:
    """An application without models or a log: its commands ask a server."""
    app = Flask("webapp")
    commands.register(app)
    return app


def _guard(app: Flask, settings: Settings, store: Store) -> None:
    """What each request passes, in this order, before a page is asked for anything."""
    counted = rates.Rates(settings, rates.open_counts(settings, store))
    request_log.register(app, settings)
    headers.register(app)
    hosts.register(app, settings)
    door.register(app, door.open_door(settings, store, counted))
    rates.register(app, counted)
    CSRFProtect(app).exempt(routes.blueprint)  # programs have no form; `hosts` and `door` hold
    if settings.proxies:
        hops = settings.proxies
        behind = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
        app.wsgi_app = behind  # type: ignore[method-assign]


def _desk(settings: Settings, recognizers: Mapping[str, Recognizer], decoders: Decoders) -> Desk:
    if settings.default_model not in recognizers:
        raise SettingError(
            f"TONELOG_DEFAULT_MODEL is {settings.default_model!r}, which is not among the bundles: "
            f"{', '.join(recognizers) or 'none'}."
        )
    recordings = Recordings(settings.instance / "recordings")
    activity, queue = VoiceActivity.load(), Queue(settings)
    return Desk(settings, recognizers, recordings, activity, decoders, queue)


def _recognizers(settings: Settings) -> Mapping[str, Recognizer]:
    if not settings.bundles.is_dir():
        raise SettingError(f"TONELOG_BUNDLES: there is no folder {settings.bundles}.")
    return load_recognizers(settings.bundles)


def _configure(app: Flask, settings: Settings) -> None:
    app.config.from_mapping(
        MAX_CONTENT_LENGTH=settings.limits.bytes + FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES + settings.batch_files * LISTED_BYTES,
        MAX_FORM_PARTS=20 + settings.batch_files,
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True},  # names and ids, in what is noted down
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a page may stay open for hours
    )
    assert isinstance(app.json, DefaultJSONProvider)
    app.json.sort_keys = False  # probabilities stay in the order of the labels


def _open_instance(app: Flask, desk: Desk) -> Store:
    """Make and bring up to date all that is on disk; processes that start at once take turns."""
    settings = desk.settings
    store = Store(settings.instance / "guard.sqlite")
    try:
        settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        desk.recordings.folder.mkdir(mode=0o700, exist_ok=True)
        incoming_folder(settings.instance).mkdir(mode=0o700, exist_ok=True)
        with locked(settings.instance / "start.lock"):
            key_file = settings.instance / "secret_key"
            app.secret_key = settings.secret_key or kept_secret_key(key_file)
            if settings.database_url is None:
                (settings.instance / "tonelog.sqlite").touch(mode=0o600)  # nobody else's, if new
            open_log(app, settings, desk.recordings)
            store.prepare()
            desk.queue.prepare()
    except (OSError, sqlite3.Error) as error:
        raise SettingError(
            f"TONELOG_INSTANCE: {settings.instance} cannot be written to: {error}."
        ) from error
    return store
