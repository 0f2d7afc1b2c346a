"""By which names this copy may be called, from where, and by whose pages.

A page of somebody else can let its own name point to this machine (DNS rebinding) and would then
read what its visitor may read: its requests still carry that name, and are refused. So are
requests from other machines while there is no password, however the server was started, and what
browsers say was sent by a page of somebody else.
"""

import re
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request

from webapp.config import Settings
from webapp.errors import answer, for_programs
from webapp.guard.listening import hosts_of_flask_run, is_loopback, kept_password, refuse_open_door
from webapp.guard.refusals import Foreign, Stranger, WrongHost
from webapp.speech.errors import SpeechError
from webapp.speech.words import N_

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not listened on
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
OWN_SITES = (None, "same-origin", "none")

_WRONG_HOST = WrongHost(
    N_("Tonelog does not answer to this name. Whoever runs it can add the name to TONELOG_HOSTS.")
)
_FOREIGN = Foreign(
    N_("This came from a page that is not Tonelog's. Send it from a page of Tonelog.")
)
_STRANGER = Stranger(
    N_(
        "No password is set here, so only the machine itself gets in. "
        "Whoever runs Tonelog can set one with `.venv/bin/flask set-password`."
    )
)


def register(app: Flask, settings: Settings) -> None:
    """Check every request; raises `SettingError` where the start itself opens the door."""
    password = kept_password(settings.instance)
    refuse_open_door(hosts_of_flask_run(), password)

    @app.before_request
    def check() -> Response | None:
        server = _as_received(request.environ)
        if not _called_rightly(request.environ.get("HTTP_HOST"), server, settings.hosts):
            return _turn_away(_WRONG_HOST)
        peer = server.get("REMOTE_ADDR")  # none on a socket file, which is of this machine
        if peer and not is_loopback(peer) and not password.is_set:
            return _turn_away(_STRANGER)
        # Browsers say who made a request; this stops what others made before any of it is read.
        if request.method not in SAFE and _is_foreign():
            return _turn_away(_FOREIGN)
        return None


def _is_foreign() -> bool:
    """Whether a browser says that a page of somebody else sent this.

    Old browsers name the page's origin only. That counts where no form's token proves the contrary.
    """
    if request.headers.get("Sec-Fetch-Site") not in OWN_SITES:
        return True
    origin = request.headers.get("Origin")
    return for_programs() and origin is not None and urlsplit(origin).netloc != request.host


def _as_received(environ: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the server itself said of a request, before a proxy's word was taken for it."""
    original: Mapping[str, Any] = environ.get("werkzeug.proxy_fix.orig", environ)
    return original


def _called_rightly(host: str | None, server: Mapping[str, Any], more: Collection[str]) -> bool:
    """Whether `host` is a name of this copy. No name at all comes from no browser."""
    if host is None:
        return True
    name, own = _name(host), {*LOOPBACK, *more}
    if server.get("REMOTE_ADDR"):  # on a socket file, servers make their name up from the request
        own.add(str(server.get("SERVER_NAME", "")).strip("[]").lower())
    if own & EVERYWHERE and _is_number(name):
        return True
    families = tuple(one for one in own if one.startswith("."))
    return bool(name) and (name in own or f".{name}".endswith(families))


def _name(host: str) -> str:
    """The host without its port, in small letters; empty where it is none."""
    found = re.fullmatch(r"(?:\[([0-9a-f:.]+)\]|([0-9a-z._-]+))(?::\d{1,5})?", host.lower())
    return "" if found is None else found[1] or found[2]


def _is_number(name: str) -> bool:
    """Whether a name is an address in numbers, which no stranger can let point to here."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _turn_away(refusal: SpeechError) -> Response:
    """A bare answer: no page of ours for whom it is not meant."""
    response = answer(refusal, lambda told: f"{told.sentence}\n")
    if not response.is_json:
        response.mimetype = "text/plain"
    return response
