"""gunicorn's configuration: what it says, and that it refuses to open the door."""

import runpy
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from webapp.config import ROOT

FILE = ROOT / "webapp" / "gunicorn.py"


@pytest.fixture
def loaded(monkeypatch):
    """The configuration as gunicorn sees it in an environment."""

    def load(**environment):
        for name in ("HOST", "PORT", "WORKERS"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        config = Config()
        for name, value in runpy.run_path(str(FILE)).items():
            if name in config.settings:
                config.set(name, value)
        config.validate()
        return config

    return load


def test_it_listens_to_this_machine_alone(loaded):
    config = loaded()
    assert config.address == [("127.0.0.1", 8000)]
    assert config.workers == 2


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", ("0.0.0.0", 9000)),
        ("::1", ("::1", 9000)),
        ("[::1]", ("::1", 9000)),
        ("", ("127.0.0.1", 9000)),
    ],
)
def test_the_environment_says_where(loaded, host, address):
    config = loaded(HOST=host, PORT="9000", WORKERS="3")
    assert config.address == [address]
    assert config.workers == 3


def test_what_matters(loaded):
    config = loaded()
    assert config.preload_app
    assert config.max_requests > config.max_requests_jitter > 0
    assert 0 < config.graceful_timeout <= config.timeout
    assert config.worker_class.__mro__[1].__name__ == "ThreadWorker"
    assert config.forwarded_allow_ips == []
    assert config.control_socket_disable
    assert config.accesslog is None
    assert not config.reload


@pytest.fixture
def start(monkeypatch, tmp_path):
    monkeypatch.setenv("TONELOG_INSTANCE", str(tmp_path))

    def starting(*addresses):
        server = SimpleNamespace(cfg=SimpleNamespace(address=list(addresses)))
        runpy.run_path(str(FILE))["on_starting"](server)

    return starting


def test_an_open_door_is_refused(start):
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        with pytest.raises(SystemExit, match=r"Tonelog cannot start\..*flask set-password"):
            start(("127.0.0.1", 8000), (host, 8000))


def test_behind_a_password_it_may_be_open(start, tmp_path):
    (tmp_path / "password").write_text("a hash")
    start(("0.0.0.0", 8000))


def test_this_machine_and_socket_files_need_none(start):
    start(("127.0.0.1", 8000), ("::1", 8000), "/run/tonelog.sock")


@pytest.fixture
def log(loaded, caplog):
    config = loaded()
    made = config.logger_class(config)
    made.error_log.propagate = True
    return made


def test_gunicorns_own_log_quotes_no_request(log, caplog):
    log.warning(
        "Invalid request from ip=192.0.2.7: Invalid HTTP request line: 'GET /predictions/x'"
    )
    try:
        raise OSError("gone")
    except OSError:
        log.exception("Error handling request %s %s", "GET", "/predictions/x")
    log.warning("Worker with pid %s was terminated", 7)
    assert "192.0.2.7" not in caplog.text
    assert "/predictions" not in caplog.text
    for told in ("Invalid request.", "Error handling a request.", "OSError: gone", "pid 7 was"):
        assert told in caplog.text


@pytest.fixture
def small(tmp_path):
    """A folder with one bundle, so that a start takes no longer than it must."""
    shutil.copytree(ROOT / "webapp" / "bundles" / "ann", tmp_path / "bundles" / "ann")
    return {
        "TONELOG_INSTANCE": str(tmp_path / "instance"),
        "TONELOG_BUNDLES": str(tmp_path / "bundles"),
        "TONELOG_DEFAULT_MODEL": "ann",
        "PATH": "/usr/bin:/bin",
    }


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "gunicorn", "-c", "webapp/gunicorn.py"],
        ["-m", "gunicorn", "-c", "webapp/gunicorn.py", "--bind", "0.0.0.0:0"],
        ["-m", "flask", "run", "--host", "0.0.0.0", "--port", "0"],
    ],
)
def test_no_way_of_starting_opens_the_door(small, tmp_path, command):
    host = {"HOST": "0.0.0.0", "PORT": "0"} if command[-1].endswith(".py") else {}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**small, **host},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 1
    assert "Tonelog cannot start. Others can get to 0.0.0.0" in done.stderr
    assert "flask set-password" in done.stderr
    assert "Traceback" not in done.stderr
    assert str(tmp_path) not in done.stderr
