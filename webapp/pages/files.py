"""Answers that are no pages: pictures, sounds, and files to take away."""

from collections.abc import Iterator

from flask import Response, abort, current_app, make_response, send_file

from webapp.guard.headers import SANDBOX
from webapp.playable import playable
from webapp.submission import desk
from webapp.tables import Prediction

ENDINGS = {"audio/mpeg": "mp3", "audio/mp4": "m4a"}
"""Of files whose type is not called like them."""

SVG = "image/svg+xml"


def picture(drawn: str | bytes, kind: str, styles: str | None = None) -> Response:
    """A picture of a media type, which can load and run nothing.

    `styles`: the source of those that are in it, for the policy.
    """
    response = make_response(drawn)
    response.content_type = kind
    policy = SANDBOX if styles is None else f"{SANDBOX}; style-src {styles}"
    response.headers["Content-Security-Policy"] = policy
    return response


def sound(prediction: Prediction) -> Response:
    """The audio as it came where browsers play it, as WAV where they do not."""
    played, kind = playable(desk(), prediction) or abort(404)
    name = f"tonelog-{prediction.id}.{ENDINGS.get(kind, kind.partition('/')[2])}"
    response = send_file(
        played, mimetype=kind, conditional=True, as_attachment=True, download_name=name
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def attached(response: Response, name: str) -> Response:
    """An answer that browsers keep as a file of that name."""
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def streamed(text: Iterator[str], kind: str, name: str) -> Response:
    """A file to take away that is written while it is sent, and never whole in memory."""
    in_app = current_app.app_context

    def each() -> Iterator[str]:
        while True:
            with in_app():
                piece = next(text, None)
            if piece is None:
                return
            yield piece

    return attached(Response(each(), mimetype=kind), name)
