"""A server that hears instead of this machine: `flask recognize --server URL`."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from http import HTTPMethod
from http.client import HTTPException
from pathlib import Path
from typing import Any, BinaryIO
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import click
import msgspec

from webapp.api import shapes
from webapp.speech.errors import SpeechError
from webapp.tables import OPEN, Prediction

PATIENCE = 600
"""Seconds that a server may say nothing while it hears."""

WORKERLESS = 60
"""Seconds that a job is followed where no worker runs; one that is started again needs fewer."""

AT_ONCE = 4
"""Files that are sent side by side; who sends is not who hears."""

BYTES = "application/octet-stream"

_NOBODY_HEARS = (
    "The server has the recording, but no worker runs there to hear it. Once one is started, the "
    "result will be in the history of the server."
)


class Unreachable(SpeechError):
    """No Tonelog answers at that address."""

    code = "server_unreachable"


class Ended(SpeechError):
    """The server did not hear a recording to its end."""

    code = "not_heard"


class _NoWayRound(HTTPRedirectHandler):
    """Follows nobody elsewhere: a token is meant for one server."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Nowhere."""


@dataclass(frozen=True)
class Server:
    """Where the API is, and what lets this machine in."""

    address: str
    token: str | None = None
    wait: Callable[[float], None] = time.sleep

    def hear(self, path: Path, model: str | None) -> Prediction:
        """What the server hears in a file, however long; raises what it refuses."""
        asked = {"file": path.name} | ({} if model is None else {"model": model})
        with path.open("rb") as file:
            size = path.stat().st_size
            status, told = self._ask(f"/recognitions?{urlencode(asked)}", file, size)
        return _prediction(told if status == 201 else self._followed(told))

    def models(self) -> Sequence[shapes.Model]:
        """The models of the server."""
        try:
            return msgspec.convert(self._ask("/models")[1], shapes.Models).items
        except msgspec.ValidationError as error:
            raise self._strange() from error

    def _followed(self, job: dict[str, Any]) -> dict[str, Any]:
        """What becomes of a job, once it is at its end."""
        address, alone = f"/jobs/{job['id']}", 0
        while job["state"] in OPEN:
            alone = 0 if job["worker"] else alone + 1
            if alone > WORKERLESS:
                raise Ended(_NOBODY_HEARS)
            self.wait(1)
            _, job = self._ask(address)
        if job["error"] is not None:
            raise _refused(job["error"]["code"], job["error"]["sentence"])
        if job["prediction"] is None:
            raise Ended(f"The server has {job['state']} it. Look at its page, or send it again.")
        prediction: dict[str, Any] = self._ask(f"/predictions/{job['id']}")[1]
        return prediction

    def _ask(self, path: str, file: BinaryIO | None = None, size: int = 0) -> tuple[int, Any]:
        """Status and document of an answer; raises what the server refuses, and `Unreachable`."""
        headers = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        if file is not None:
            headers |= {"Content-Type": BYTES, "Content-Length": str(size)}
        method = HTTPMethod.GET if file is None else HTTPMethod.POST
        request = Request(f"{self.address}/api/v1{path}", file, headers, method=method)  # noqa: S310 - as `_server` says
        try:
            with build_opener(_NoWayRound).open(request, timeout=PATIENCE) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                raise self._refusal(error) from error
        except (OSError, HTTPException, ValueError) as error:
            raise self._strange() from error

    def _refusal(self, error: HTTPError) -> SpeechError:
        """What a server says that refuses."""
        try:
            told = msgspec.json.decode(error.read(), type=shapes.Problem)
        except msgspec.DecodeError:
            return self._strange()
        return _refused(told.code, told.detail)

    def _strange(self) -> SpeechError:
        return Unreachable(
            f"No Tonelog answers at {self.address}. Check the address, and whether it runs there."
        )


def may_ask_a_server(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command options that name a server, and the server as `elsewhere`."""

    @click.option("--server", "address", help="URL of a Tonelog that is asked instead.")
    @click.option("--token-file", type=_FILE, help="File with a token for that server.")
    @wraps(command)
    def asking(address: str | None, token_file: Path | None, **more: Any) -> None:
        command(elsewhere=_server(address, token_file), **more)

    return asking


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _server(address: str | None, token_file: Path | None) -> Server | None:
    """The server that the options name, if they name one."""
    if address is None:
        if token_file is not None:
            raise click.UsageError("--token-file goes with --server.")
        return None
    if not address.startswith(("http://", "https://")):
        raise click.BadParameter("It begins with http:// or https://.", param_hint="--server")
    token = None if token_file is None else token_file.read_text(encoding="utf-8").strip()
    return Server(address.rstrip("/"), token)


def is_asked(arguments: Sequence[str]) -> bool:
    """Whether a command line is about a server, so that nothing need be loaded here."""
    return any(one == "--server" or one.startswith("--server=") for one in arguments)


def _prediction(told: dict[str, Any]) -> Prediction:
    """As much of a prediction as its line tells."""
    names = ("seconds", "model", "probabilities", "emotion", "confidence", "named", "remarks")
    return Prediction(**{name: told[name] for name in names})


def _refused(code: str, sentence: str) -> SpeechError:
    """A failure of the server, with its own code."""
    kind = type("Refused", (SpeechError,), {"code": code, "__doc__": "What a server refuses."})
    refused: SpeechError = kind(sentence)
    return refused
