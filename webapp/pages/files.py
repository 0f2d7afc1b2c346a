"""Answers that are no pages: pictures, and files to take away."""

from flask import Response, make_response

from webapp.guard.headers import SANDBOX

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


def attached(response: Response, name: str) -> Response:
    """An answer that browsers keep as a file of that name."""
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
