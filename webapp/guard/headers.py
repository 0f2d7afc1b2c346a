"""Headers and cookies: what a browser is told to do with our answers, and what not."""

import hashlib
import secrets
from collections.abc import Mapping

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface

OWN_STYLES = "style-src 'self'"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        OWN_STYLES,
        "img-src 'self'",
        "media-src 'self' blob:",  # a recording is heard before it is sent
        "connect-src 'self'",
        "form-action 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

SANDBOX = "default-src 'none'; sandbox; base-uri 'none'; frame-ancestors 'none'"
"""For sounds and pictures: opened by themselves, they can load, run and reach nothing."""

REFUSED = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen"),
    *("geolocation", "gyroscope", "magnetometer", "midi", "payment", "picture-in-picture"),
    *("publickey-credentials-get", "screen-wake-lock", "usb", "xr-spatial-tracking"),
)
"""Powers of a page that no page of ours needs."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(("microphone=(self)", *(f"{name}=()" for name in REFUSED))),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

PRIVATE_PAGES = frozenset(
    {"result", "closer", "history", "login", "live", "jobs", "batches", "api"}
)
"""Blueprints whose answers stay in no cache: they tell of voices, or of who is in."""

YEAR = 365 * 24 * 3600


class Cookies(SecureCookieSessionInterface):
    """The session cookie; over TLS it is bound to this very host and never sent without TLS."""

    digest_method = staticmethod(hashlib.sha256)

    def get_cookie_name(self, _: Flask) -> str:
        """Browsers hold cookies of this prefix to Secure, to the whole path and to one host."""
        return "__Host-tonelog" if request.is_secure else "tonelog"

    def get_cookie_secure(self, _: Flask) -> bool:
        """Over TLS only."""
        return request.is_secure


def register(app: Flask) -> None:
    """Put the headers on every answer of the application."""
    app.session_interface = Cookies()
    app.after_request(_finish)


def style_nonce() -> str:
    """A word for this one answer, by which a script of its page may make styles of its own."""
    if "style_nonce" not in g:
        g.style_nonce = secrets.token_urlsafe(16)
    word: str = g.style_nonce
    return word


def _finish(response: Response) -> Response:
    if "style_nonce" in g:
        styles = f"{OWN_STYLES} 'nonce-{g.style_nonce}'"
        policy = POLICY.replace(OWN_STYLES, styles)
        response.headers.setdefault("Content-Security-Policy", policy)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR}"
    if request.blueprint in PRIVATE_PAGES:
        response.headers["Cache-Control"] = "no-store"
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
    return response
