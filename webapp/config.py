"""Every setting, its default, and its strict reading from the environment."""

import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parents[1]
"""The checkout: where templates, static files and the instance folder are."""

PREFIX = "TONELOG_"

BYTES_IN_A_MEGABYTE = 2**20


class SettingError(Exception):
    """A setting that cannot be used; the message names it and says what is allowed."""


@dataclass(frozen=True)
class Limits:
    """How much a clip may be."""

    megabytes: float
    seconds: float

    @property
    def bytes(self) -> int:
        """The size limit in bytes."""
        return int(self.megabytes * BYTES_IN_A_MEGABYTE)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a running copy behaves. Each field is the environment variable TONELOG_ + its name."""

    instance: Path = ROOT / "instance"
    """Folder for everything that a running copy writes."""
    bundles: Path = ROOT / "webapp" / "bundles"
    """Folder with one bundle a sub-folder."""
    database_url: str | None = None
    """SQLAlchemy URL of the log; None is `tonelog.sqlite` in the instance folder."""
    secret_key: str | None = None
    """Signs the session cookie; None is a key made once and kept in the instance folder."""
    keep_audio: bool = True
    """Whether the audio is kept beside its prediction."""
    max_megabytes: float = 25
    """Largest file that is heard; a megabyte is 2**20 bytes."""
    max_seconds: float = 300
    """Longest clip that is heard."""
    default_model: str = "cnn_lstm"
    """Bundle that hears where nobody chose one."""
    page_size: int = 20
    """Rows on a page of the history."""

    @property
    def limits(self) -> Limits:
        """How much a clip may be."""
        return Limits(self.max_megabytes, self.max_seconds)

    @property
    def log_url(self) -> URL:
        """Where the log is."""
        if self.database_url is not None:
            return make_url(self.database_url)
        return URL.create("sqlite", database=str(self.instance / "tonelog.sqlite"))


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings that the environment gives.

    Raises `SettingError` for a value that is not allowed and for an unknown TONELOG_ name.
    """
    values = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    unknown = sorted(values.keys() - set(setting_names()))
    if unknown:
        raise SettingError(
            f"{unknown[0]} is not a setting of Tonelog. Known are {', '.join(setting_names())}."
        )
    changes: dict[str, Any] = {
        name.removeprefix(PREFIX).lower(): _readers()[name](name, value)
        for name, value in values.items()
    }
    return replace(Settings(), **changes)


def setting_names() -> tuple[str, ...]:
    """The environment variables that Tonelog knows."""
    return tuple(PREFIX + field.name.upper() for field in fields(Settings))


def kept_secret_key(path: Path) -> str:
    """The key in `path`, made on the first call. One process at a time may call it."""
    if not path.exists() or not path.read_text(encoding="ascii"):
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii")


def _readers() -> Mapping[str, Callable[[str, str], object]]:
    return {
        "TONELOG_INSTANCE": _folder,
        "TONELOG_BUNDLES": _folder,
        "TONELOG_DATABASE_URL": _url,
        "TONELOG_SECRET_KEY": _secret,
        "TONELOG_KEEP_AUDIO": _switch,
        "TONELOG_MAX_MEGABYTES": lambda name, value: _number(name, value, 1000),
        "TONELOG_MAX_SECONDS": lambda name, value: _number(name, value, 3600),
        "TONELOG_DEFAULT_MODEL": _text,
        "TONELOG_PAGE_SIZE": _page_size,
    }


def _text(name: str, value: str) -> str:
    if not value.strip():
        raise SettingError(f"{name} is empty. Give it a value, or leave it unset for its default.")
    return value.strip()


def _folder(name: str, value: str) -> Path:
    return Path(_text(name, value)).expanduser().absolute()


def _url(name: str, value: str) -> str:
    try:
        url = make_url(_text(name, value))
    except ArgumentError:
        raise SettingError(f"{name} must be a URL such as sqlite:////srv/tonelog.sqlite.") from None
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise SettingError(f"{name} must name a file: a log in memory would be lost.")
    return value.strip()


def _secret(name: str, value: str) -> str:
    if len(value) < 16:
        raise SettingError(f"{name} must have at least 16 characters that nobody can guess.")
    return value


def _switch(name: str, value: str) -> bool:
    match value.strip().lower():
        case "true" | "1" | "yes":
            return True
        case "false" | "0" | "no":
            return False
    raise SettingError(f"{name} must be true or false (or 1, 0, yes, no), not {value!r}.")


def _number(name: str, value: str, most: int) -> float:
    problem = SettingError(f"{name} must be a number above 0 and up to {most}, not {value!r}.")
    try:
        number = float(value)
    except ValueError:
        raise problem from None
    if not math.isfinite(number) or not 0 < number <= most:
        raise problem
    return number


def _page_size(name: str, value: str) -> int:
    if not (value.strip().isdecimal() and 1 <= int(value) <= 500):
        raise SettingError(f"{name} must be a whole number from 1 to 500, not {value!r}.")
    return int(value)
