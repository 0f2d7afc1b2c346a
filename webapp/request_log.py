"""One line a request on standard output: what was asked for, how it went, how long each part took.

No line holds anything of a person: no address, no file name, and instead of the path, which may
hold the id that opens a result, the pattern of its route.
"""

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

from flask import Flask, Response, g, request

from webapp.config import Settings
from webapp.speech.stopwatch import Stopwatch

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})

UNKNOWN = "-"
"""Instead of a path that is none of ours, or a method that nobody knows."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


class DiscreetFlask(Flask):
    """Flask, but its account of a failure names the route and not the address."""

    def log_exception(self, exc_info: ExcInfo) -> None:
        """Note a failure that nobody foresaw."""
        self.logger.error("%s %s failed.", _method(), _route(), exc_info=exc_info)


class StandardOutput(logging.StreamHandler[TextIO]):
    """Writes to what standard output is at that moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override] # as logging's own handler of last resort
        """Where to write."""
        return sys.stdout


def register(app: Flask, settings: Settings, now: Callable[[], datetime] | None = None) -> None:
    """Time every request; write its line unless the settings say `off`."""
    clock = now or (lambda: datetime.now(UTC))
    write = {"text": _text, "json": _json}.get(settings.request_log)
    log = logging.Logger("tonelog.requests")  # of this application alone, in no tree of loggers
    log.addHandler(StandardOutput())

    @app.before_request
    def begin() -> None:
        g.stopwatch = Stopwatch()

    @app.after_request
    def end(response: Response) -> Response:
        watch = stopwatch()
        response.headers["Server-Timing"] = ", ".join(
            f"{name};dur={spent:.1f}" for name, spent in _spent(watch)
        )
        if write is not None:
            log.info(write(clock(), response.status_code, watch))
        return response


def stopwatch() -> Stopwatch:
    """The stopwatch of the current request."""
    watch: Stopwatch = g.get("stopwatch") or Stopwatch()
    return watch


def _spent(watch: Stopwatch) -> list[tuple[str, float]]:
    return [*watch.stages.items(), ("total", watch.milliseconds)]


def _method() -> str:
    return request.method if request.method in METHODS else UNKNOWN


def _route() -> str:
    return request.url_rule.rule if request.url_rule is not None else UNKNOWN


def _text(now: datetime, status: int, watch: Stopwatch) -> str:
    spent = " ".join(f"{name}={milliseconds:.1f}" for name, milliseconds in _spent(watch))
    return f"{_moment(now)} {_method()} {_route()} {status} {spent}"


def _json(now: datetime, status: int, watch: Stopwatch) -> str:
    return json.dumps(
        {
            "time": _moment(now),
            "method": _method(),
            "route": _route(),
            "status": status,
            "milliseconds": {name: round(spent, 1) for name, spent in _spent(watch)},
        }
    )


def _moment(now: datetime) -> str:
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
