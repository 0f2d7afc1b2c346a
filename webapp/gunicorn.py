"""How gunicorn runs Tonelog: `gunicorn -c webapp/gunicorn.py`. HOST, PORT and WORKERS say where.

Any option can still be given on the command line or in GUNICORN_CMD_ARGS, such as a certificate.
"""

import os
import sys
from pathlib import Path
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from webapp.config import SettingError, read_settings
from webapp.contained.kernel import die_with
from webapp.guard.listening import kept_password, refuse_open_door
from webapp.heap import keep_little, share_objects

wsgi_app = "wsgi:app"

_host = os.environ.get("HOST") or "127.0.0.1"
_host = f"[{_host}]" if ":" in _host and not _host.startswith(("[", "unix:")) else _host
bind = f"{_host}:{os.environ.get('PORT') or '8000'}"

workers = int(os.environ.get("WORKERS") or "2")
worker_class = "webapp.hurry.HurriedWorker"
threads = 64
"""A sender that dawdles holds a thread and not a worker, and not for long. Made as needed."""

preload_app = True
"""Bundles are loaded and checked once, and the workers share their memory."""

timeout = 60
"""A worker that gives no sign of life for so long is replaced. The longest clip takes seconds."""

graceful_timeout = 30
"""So long may requests in hand go on after SIGTERM."""

SWITCH_SECONDS = 0.001
"""A thread that reckons gives way after so long. Python's own 5 ms add up for who has the right to
write to the log: it takes a few turns to give that on."""

keepalive = 5
"""A page and what belongs to it come over one connection."""

max_requests = 10_000
max_requests_jitter = 1_000
"""Workers are replaced before C libraries can pile up memory, and never all at once."""

sendfile = False
"""What is sent goes through `webapp.hurry`, which leaves those who do not listen."""

worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - no names are ours
"""Signs of life go to memory: a slow or full disk must not look like a dead worker."""

limit_request_line = 8190  # a search of the API, each letter of it escaped, fits
limit_request_fields = 50
limit_request_field_size = 8190
"""Our addresses and forms are short; our only cookie is small."""

forwarded_allow_ips = ""
"""What proxies say is believed by TONELOG_PROXIES alone."""

control_socket_disable = True
"""Nothing to command this process with but signals."""

accesslog = None
"""The application has a request log of its own, without addresses and ids."""


class DiscreetLogger(Logger):  # type: ignore[misc] # has no types
    """gunicorn's log without what gunicorn quotes of requests: addresses of people, and paths."""

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Of requests that are no HTTP, only that there was one."""
        if msg.startswith("Invalid request from"):
            msg = "Invalid request."
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Of requests that failed outside the application, how, but not which."""
        if msg.startswith("Error handling request"):
            msg, args = "Error handling a request.", ()
        super().exception(msg, *args, **kwargs)


logger_class = DiscreetLogger


def on_starting(server: Arbiter) -> None:
    """Refuse to start where others could get in and no password is set."""
    hosts = [address[0] for address in server.cfg.address if isinstance(address, tuple)]
    try:
        refuse_open_door(hosts, kept_password(read_settings(os.environ).instance))
    except SettingError as error:
        raise SystemExit(f"Tonelog cannot start. {error}") from error


def when_ready(_server: Arbiter) -> None:
    """Share what is loaded with the workers to come, which keep little memory besides.

    And let who started this know that it answers, if he gave a pipe for it (`webapp.__main__`).
    """
    keep_little()
    share_objects()
    told = os.environ.pop("TELL_READY", None)
    if told is not None:
        os.close(int(told))


def post_fork(_server: Arbiter, worker: Any) -> None:
    """No worker outlives its master, and holds the port."""
    die_with(worker.ppid)


def post_worker_init(worker: Any) -> None:
    """Have decoders made before the worker's first clip comes."""
    worker.wsgi.extensions["tonelog"].decoders.warm_up()
    sys.setswitchinterval(SWITCH_SECONDS)
