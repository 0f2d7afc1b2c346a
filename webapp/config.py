"""Every setting, its default, and its strict reading from the environment."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url

from webapp.contained.limits import DecoderLimits
from webapp.private_files import make_private, write_private
from webapp.setting_readers import (
    OFF,
    SettingError,
    read_choice,
    read_folder,
    read_hosts,
    read_number,
    read_rate,
    read_rate_or_off,
    read_redis,
    read_secret,
    read_switch,
    read_text,
    read_url,
    read_whole,
)
from webapp.speech.decode import MAX_RATE

__all__ = ["OFF", "ROOT", "Limits", "SettingError", "Settings", "kept_secret_key", "read_settings"]

ROOT = Path(__file__).resolve().parents[1]
"""The checkout: where templates, static files and the instance folder are."""

PREFIX = "TONELOG_"

BYTES_IN_A_MEGABYTE = 2**20

INSTANT_MEGABYTES = 25
"""Largest file that is heard while its sender waits, and held in memory."""


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
    keep_days: int | None = None
    """For how many days it is; None is for ever."""
    max_megabytes: float = 2000
    """Largest file that is heard; a megabyte is 2**20 bytes."""
    max_seconds: float = 7200
    """Longest recording that is heard."""
    instant_seconds: float = 60
    """Longest recording that is heard while its sender waits; longer ones become jobs."""
    queue_url: str | None = None
    """URL of a Redis server with the queue of jobs; None is a file in the instance folder."""
    job_processes: int = 1
    """How many jobs are heard at once."""
    batch_files: int = 500
    """How many recordings may be sent together."""
    decoders_ready: int = 2
    """Decoders that each worker keeps ready for the next clips."""
    decoder_megabytes: float | None = None
    """Memory that decoding a recording may take; None is enough for those heard in memory. Longer
    ones need no more."""
    decoder_cpu_seconds: float | None = None
    """Processor time that it may take; None is ample for the longest recording."""
    decoder_seconds: float | None = None
    """Time on the clock that it may take; None is three times the processor time, reckoned for
    those heard while their sender waits from what the longest of them takes."""
    default_model: str = "cnn_lstm"
    """Bundle that hears where nobody chose one."""
    page_size: int = 20
    """Rows on a page of the history."""
    hosts: tuple[str, ...] = ()
    """Names by which this copy may be called, beside those of this machine to itself."""
    proxies: int = 0
    """How many proxies in front of it are believed what they say of a request."""
    upload_rate: str | None = None
    """How many voices may come from one address in a while; `off` for no limit. None is 600 a
    minute, and no limit for this machine itself."""
    guess_rate: str = "5/minute, 30/hour"
    """How many wrong passwords may come from one address."""
    rate_store: str | None = None
    """URL of a Redis server that counts; None is a file in the instance folder."""
    idle_minutes: float = 60
    """A session without a sign of life ends after so long."""
    session_hours: float = 12
    """A session ends after so long in any case."""
    language: str | None = None
    """Language of the pages, `en` or `de`; None is the browser's."""
    request_log: str = "text"
    """Form of the line that each request gets: `text`, `json` or `off`."""

    @property
    def limits(self) -> Limits:
        """How much a clip may be."""
        return Limits(self.max_megabytes, self.max_seconds)

    @property
    def decoder_limits(self) -> DecoderLimits:
        """How much decoding may take: by default, what the longest recording needs and more.

        Memory is that of what is decoded at one go; a recording of hours comes in pieces.
        """
        instant = min(self.max_megabytes, INSTANT_MEGABYTES)
        sound = 4 * MAX_RATE * self.instant_seconds / BYTES_IN_A_MEGABYTE
        megabytes = self.decoder_megabytes or 256 + 4 * instant + 2 * sound
        longest = _cpu_seconds(self.max_megabytes, self.max_seconds)
        cpu_seconds = self.decoder_cpu_seconds or longest
        clip = min(cpu_seconds, _cpu_seconds(instant, self.instant_seconds))
        seconds = self.decoder_seconds or 3 * cpu_seconds
        return DecoderLimits(megabytes, cpu_seconds, seconds, self.decoder_seconds or 3 * clip)

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


def _cpu_seconds(megabytes: float, seconds: float) -> float:
    """Processor time that is ample for a recording of this size and length."""
    return 10 + megabytes / 50 + seconds / 20


def setting_names() -> tuple[str, ...]:
    """The environment variables that Tonelog knows."""
    return tuple(PREFIX + field.name.upper() for field in fields(Settings))


def kept_secret_key(path: Path) -> str:
    """The key in `path`, made on the first call, for its owner alone. One process at a time."""
    if not path.exists() or not path.read_text(encoding="ascii"):
        write_private(path, secrets.token_hex(32))
    make_private(path)
    return path.read_text(encoding="ascii")


def _readers() -> Mapping[str, Callable[[str, str], object]]:
    return {
        "TONELOG_INSTANCE": read_folder,
        "TONELOG_BUNDLES": read_folder,
        "TONELOG_DATABASE_URL": read_url,
        "TONELOG_SECRET_KEY": read_secret,
        "TONELOG_KEEP_AUDIO": read_switch,
        "TONELOG_KEEP_DAYS": lambda name, value: read_whole(name, value, 1, 36_500),
        "TONELOG_MAX_MEGABYTES": lambda name, value: read_number(name, value, 10_000),
        "TONELOG_MAX_SECONDS": lambda name, value: read_number(name, value, 36_000),
        "TONELOG_INSTANT_SECONDS": lambda name, value: read_number(name, value, 300),
        "TONELOG_QUEUE_URL": read_redis,
        "TONELOG_JOB_PROCESSES": lambda name, value: read_whole(name, value, 1, 64),
        "TONELOG_BATCH_FILES": lambda name, value: read_whole(name, value, 1, 5000),
        "TONELOG_DECODERS_READY": lambda name, value: read_whole(name, value, 0, 20),
        "TONELOG_DECODER_MEGABYTES": lambda name, value: read_number(name, value, 100_000, 64),
        "TONELOG_DECODER_CPU_SECONDS": lambda name, value: read_number(name, value, 3600, 1),
        "TONELOG_DECODER_SECONDS": lambda name, value: read_number(name, value, 3600, 1),
        "TONELOG_DEFAULT_MODEL": read_text,
        "TONELOG_PAGE_SIZE": lambda name, value: read_whole(name, value, 1, 500),
        "TONELOG_HOSTS": read_hosts,
        "TONELOG_PROXIES": lambda name, value: read_whole(name, value, 0, 9),
        "TONELOG_UPLOAD_RATE": read_rate_or_off,
        "TONELOG_GUESS_RATE": read_rate,
        "TONELOG_RATE_STORE": read_redis,
        "TONELOG_IDLE_MINUTES": lambda name, value: read_number(name, value, 10_080),
        "TONELOG_SESSION_HOURS": lambda name, value: read_number(name, value, 720),
        "TONELOG_LANGUAGE": lambda name, value: read_choice(name, value, ("en", "de")),
        "TONELOG_REQUEST_LOG": lambda name, value: read_choice(name, value, ("text", "json", OFF)),
    }
