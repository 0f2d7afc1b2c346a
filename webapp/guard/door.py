"""The door: where a password is set, whoever has not given it gets no further than to the login."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    request,
    session,
    url_for,
)
from werkzeug.datastructures import WWWAuthenticate

from webapp.config import Settings
from webapp.errors import answer, for_programs, wants_json
from webapp.guard import tokens
from webapp.guard.listening import kept_password
from webapp.guard.password import LONGEST, Password
from webapp.guard.rates import AWAY, GUESSES, TOKENS, Rates
from webapp.guard.refusals import CountsAway, LoginNeeded, TokenNeeded, WrongPassword, WrongToken
from webapp.guard.store import Store
from webapp.guard.visits import Visits
from webapp.incoming import hear_out
from webapp.language import CHOSEN
from webapp.speech.errors import SpeechError
from webapp.speech.words import N_
from webapp.submission import desk

PUBLIC = frozenset({"static", "health.alive", "health.ready"})
"""Endpoints that tell nothing of any voice."""

DESCRIBED = "api.openapi"
"""Endpoint of what programs can do; who is logged in may read it, too."""

LOGIN = frozenset({"login.form", "login.enter", "languages.choose"})
"""Endpoints for those who are still outside."""

VISIT, BACK = "visit", "back"
"""What the session holds: the token of a visit, and where to go after logging in."""

LONGEST_WAY_BACK = 500


@dataclass(frozen=True)
class Door:
    """Lets in who knows the password, and knows who is in."""

    password: Password
    visits: Visits
    rates: Rates

    @property
    def is_inside(self) -> bool:
        """Whether whoever sent this request has given the password, in a visit that goes on."""
        return self.visits.goes_on(session.get(VISIT, ""))

    def let_in(self, guess: str, address: str) -> str:
        """Begin a visit in a new session; returns where to go.

        Raises `WrongPassword`, and `TooOften` after too many guesses.
        """
        self.rates.spend(GUESSES, address)
        if len(guess) > LONGEST or not self.password.matches(guess):
            raise WrongPassword(N_("That is not the password. Try again."))
        self.rates.forgive(GUESSES, address)
        back = session.get(BACK) or url_for("home.show")
        self.visits.end(session.get(VISIT, ""))
        _forget_all_but_language()
        session[VISIT] = self.visits.begin()
        return str(back)

    def admit(self, token: str | None, address: str) -> None:
        """Let in a program; raises `TokenNeeded`, `WrongToken`, and `TooOften` after too many.

        Who has a token is never slowed: nobody can guess one.
        """
        if not token:
            raise TokenNeeded
        if tokens.holder(token, desk().now()) is None:
            self.rates.spend(TOKENS, address)
            raise WrongToken

    def see_out(self) -> None:
        """End the visit, here and in the cookie."""
        self.visits.end(session.get(VISIT, ""))
        _forget_all_but_language()


def open_door(settings: Settings, store: Store, rates: Rates) -> Door:
    """The door of a copy with these settings."""
    idle, longest = settings.idle_minutes * 60, settings.session_hours * 3600
    return Door(kept_password(settings.instance), Visits(store, idle, longest), rates)


def register(app: Flask, opened: Door) -> None:
    """Check every request, and tell the pages who is in."""
    app.extensions["tonelog_door"] = opened

    @app.before_request
    def check() -> Response | None:
        if request.endpoint in PUBLIC:
            return None
        g.guarded = opened.password.is_set
        if for_programs():
            if g.guarded:
                _check_program(opened)
            return None
        g.inside = g.guarded and opened.is_inside
        open_to_all = not g.guarded or request.endpoint in LOGIN
        return None if g.inside or open_to_all else _to_the_login()

    @app.context_processor
    def who() -> dict[str, Any]:
        return {"guarded": g.get("guarded", False), "inside": g.get("inside", False)}

    @app.errorhandler(sqlite3.Error)
    def away(error: sqlite3.Error) -> Response:
        """The store of visits does not answer: nobody gets in."""
        app.logger.error("The store of visits does not answer.", exc_info=error)
        return answer(CountsAway(AWAY))


def door() -> Door:
    """The door of the current application."""
    found: Door = current_app.extensions["tonelog_door"]
    return found


def _check_program(opened: Door) -> None:
    """Let in who shows a token; a session lets read what programs can do, and nothing else."""
    if request.endpoint == DESCRIBED and opened.is_inside:
        return
    shown = request.authorization
    token = shown.token if shown is not None and shown.type == "bearer" else None
    try:
        opened.admit(token, request.remote_addr or "")
    except SpeechError:
        hear_out()
        raise


def _to_the_login() -> Response:
    if request.method == "POST":
        hear_out()
    if wants_json():
        needed = LoginNeeded(
            N_("This needs the password, or your session has ended. Log in, then send it again.")
        )
        response = answer(needed)
        response.www_authenticate = WWWAuthenticate("Session", {"realm": "Tonelog"})
        return response
    is_page = "text/html" in request.headers.get("Accept", "")  # pictures ask for other things
    if request.method == "GET" and request.endpoint and is_page:
        session[BACK] = _way_back()
    return make_response(redirect(url_for("login.form"), 303))


def _forget_all_but_language() -> None:
    kept = {name: value for name, value in session.items() if name == CHOSEN}
    session.clear()
    session.update(kept)


def _way_back() -> str:
    """Where the visitor wanted to go: a path on this site, never a host, however it is spelt."""
    way = "/" + request.full_path.lstrip("/\\").rstrip("?")
    return way if len(way) <= LONGEST_WAY_BACK else url_for("home.show")
