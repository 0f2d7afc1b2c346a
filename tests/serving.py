"""The application served as `make run` serves it, on a port of its own, and a visitor over HTTP."""

import http.client
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.processes import children
from webapp.__main__ import SERVER

ROOT = Path(__file__).parents[1]

START_SECONDS = 120
"""How long a server may take to answer on a machine that is busy with other things."""


def held_port() -> socket.socket:
    """A socket on a port that the system gives to nobody else while the socket is open.

    It never listens, so a server that allows for the port's being in use, as gunicorn does, can.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


def port_of(held: socket.socket) -> int:
    """The number of a port."""
    return int(held.getsockname()[1])


def gunicorn_options() -> list[str]:
    """What `make run` gives to gunicorn, so that what is tested is what runs."""
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    said = re.search(r"\$\(BIN\)/python -m webapp(.*)", makefile)[1]
    return [*SERVER[1:], *(word for word in said.split() if "$(" not in word)]


def thread_limits() -> dict[str, str]:
    """The environment that the Makefile gives to numerical libraries."""
    makefile = (ROOT / "Makefile").read_text()
    return dict(re.findall(r"^export (\w+) \?= (\S+)$", makefile, re.MULTILINE))


class Server:
    """Gunicorn with the application, in a session of its own, so that all of it can be killed."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        errors: Path,
        ready: str = "/healthz",
        port: int | None = None,
    ) -> None:
        """Start `command`, which contains {port}; what it says goes into the file `errors`.

        It has started once it answers at the address `ready`.
        """
        self._held = held_port()
        self.port = port or port_of(self._held)
        self.errors = errors
        self.ready = ready
        with errors.open("ab") as file:
            self.process = subprocess.Popen(
                [word.format(port=self.port) for word in command],
                cwd=ROOT,
                env={**os.environ, **thread_limits(), **environment},
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Until it answers; raises `AssertionError` with what it said where it never does."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError, http.client.HTTPException):
                Visitor(self.port).get(self.ready)
                return
            time.sleep(0.02)
        self.kill()
        raise AssertionError(f"The server never answered. {self.said()}")

    def said(self) -> str:
        """What it wrote to its streams."""
        return self.errors.read_text(errors="replace")

    def workers(self) -> list[int]:
        """Process ids of what the master has forked."""
        return children(self.process.pid)

    def stop(self, number: int = signal.SIGTERM, patience: float = 60) -> int:
        """Ask it to stop, and return its exit status; what is then left of it is killed."""
        self.process.send_signal(number)
        try:
            return self.process.wait(patience)
        finally:
            self.kill()

    def kill(self) -> None:
        """Kill all of it at once, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
        self._held.close()


@contextmanager
def serving(instance: Path, **others: Any) -> Iterator[Server]:
    """The application on an instance folder, ready to answer; `others` as `started` takes them."""
    server = started(instance, **others)
    try:
        server.wait()
        yield server
    finally:
        server.kill()


def started(
    instance: Path,
    *,
    workers: int = 2,
    jobs: bool = False,
    prefix: Sequence[str] = (),
    options: Sequence[str] = (),
    port: int | None = None,
    temporary: Path | None = None,
    **settings: object,
) -> Server:
    """The application on an instance folder, `settings` named as in `Settings`; not yet ready.

    Its temporary files go beside the folder, where `leftovers` finds them, and so does what it
    says; or into the folder `temporary`. With `jobs` it has its worker for long recordings.
    """
    module = ["webapp"] if jobs else [SERVER[0], *gunicorn_options()]
    words = [*prefix, sys.executable, "-m", *module]
    words += ["--bind", "127.0.0.1:{port}", "--workers", str(workers), *options]
    near = instance if temporary is None else temporary / instance.name
    beside(near, "tmp").mkdir(parents=True, exist_ok=True)
    environment = {**environment_of(instance, settings), "TMPDIR": str(beside(near, "tmp"))}
    return Server(words, environment, beside(near, "log"), port=port)


def environment_of(instance: Path, settings: Mapping[str, object]) -> dict[str, str]:
    """What the environment says of an instance folder and of settings."""
    named = {f"TONELOG_{name.upper()}": str(value) for name, value in settings.items()}
    return {**named, "TONELOG_INSTANCE": str(instance)}


def beside(instance: Path, end: str) -> Path:
    """A path beside an instance folder."""
    return instance.with_name(f"{instance.name}.{end}")


def leftovers(instance: Path) -> list[str]:
    """Temporary files that a server has left behind."""
    return sorted(path.name for path in beside(instance, "tmp").iterdir())


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, object]:
        """The body as JSON."""
        return dict(json.loads(self.body))

    @property
    def told(self) -> str:
        """The code of the failure that it tells of; empty where it tells of none."""
        with suppress(ValueError, TypeError):
            return str(json.loads(self.body)["error"]["code"])
        return ""


@dataclass
class Visitor:
    """Somebody with a browser: a connection for each request, a cookie, a form's token."""

    port: int
    patience: float = 120
    cookie: str = ""
    token: str = ""
    kind: str = field(default_factory=lambda: f"edge-{secrets.token_hex(8)}")

    def get(self, path: str, accept: str = "text/html") -> Answer:
        """Fetch a page."""
        return self._ask("GET", path, None, {"Accept": accept})

    def press(self, path: str) -> Answer:
        """Post an otherwise empty form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, f"csrf_token={self.form_token('/upload')}".encode(), kind)

    def upload(
        self, data: bytes, page: str = "/upload", accept: str = "application/json"
    ) -> Answer:
        """Post a voice, for the first time after having fetched the form."""
        self.form_token(page)
        headers = {"Content-Type": f"multipart/form-data; boundary={self.kind}", "Accept": accept}
        return self._ask("POST", page, self.form(data), headers)

    def form_token(self, page: str) -> str:
        """The token in the form of a page, fetched once."""
        if not self.token:
            form = self.get(page).body.decode()
            self.token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)[1]
        return self.token

    def half_upload(self, data: bytes) -> tuple[socket.socket, bytes]:
        """Send half of an upload, after a whole one: the open connection, and the other half."""
        self.upload(data)
        body = self.form(data)
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=self.patience)
        head = (
            "POST /upload HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
            f"Content-Type: multipart/form-data; boundary={self.kind}\r\n"
            f"Cookie: {self.cookie}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body[: len(body) // 2])
        return connection, body[len(body) // 2 :]

    def form(self, data: bytes) -> bytes:
        """A voice as the body of a form."""
        edge, name = f"--{self.kind}\r\n", 'Content-Disposition: form-data; name="{}"'.format
        head = f"{edge}{name('csrf_token')}\r\n\r\n{self.token}\r\n"
        head += f'{edge}{name("audio")}; filename="voice.wav"\r\n\r\n'
        return head.encode() + data + f"\r\n--{self.kind}--\r\n".encode()

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        try:
            cookies = {"Cookie": self.cookie} if self.cookie else {}
            connection.request(method, path, body, {**headers, **cookies, "Connection": "close"})
            response = connection.getresponse()
            given = dict(response.getheaders())
            self.cookie = given.get("Set-Cookie", self.cookie).partition(";")[0]
            return Answer(response.status, given, response.read())
        finally:
            connection.close()
