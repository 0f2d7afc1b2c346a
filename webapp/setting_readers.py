"""Strict readers of settings: each takes name and value, and refuses what is not allowed."""

import math
import re
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

OFF = "off"
"""Of a rate: not limited. Of the request log: not written."""


class SettingError(Exception):
    """A setting that cannot be used; the message names it and says what is allowed."""


def read_text(name: str, value: str) -> str:
    """Any text but none."""
    if not value.strip():
        raise SettingError(f"{name} is empty. Give it a value, or leave it unset for its default.")
    return value.strip()


def read_folder(name: str, value: str) -> Path:
    """A path, made absolute."""
    return Path(read_text(name, value)).expanduser().absolute()


def read_url(name: str, value: str) -> str:
    """An SQLAlchemy URL of a database that lasts."""
    try:
        url = make_url(read_text(name, value))
    except ArgumentError:
        raise SettingError(f"{name} must be a URL such as sqlite:////srv/tonelog.sqlite.") from None
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise SettingError(f"{name} must name a file: a log in memory would be lost.")
    return value.strip()


def read_secret(name: str, value: str) -> str:
    """Text that is too long to guess. It is not repeated."""
    if len(value) < 16:
        raise SettingError(f"{name} must have at least 16 characters that nobody can guess.")
    return value


def read_switch(name: str, value: str) -> bool:
    """Yes or no."""
    match value.strip().lower():
        case "true" | "1" | "yes" | "on":
            return True
        case "false" | "0" | "no" | "off":
            return False
    raise SettingError(f"{name} must be true or false (or 1, 0, yes, no), not {value!r}.")


def read_number(name: str, value: str, most: int, least: int = 0) -> float:
    """A number within bounds."""
    above = f"from {least}" if least else "above 0 and"
    problem = SettingError(f"{name} must be a number {above} up to {most}, not {value!r}.")
    try:
        number = float(value)
    except ValueError:
        raise problem from None
    if not math.isfinite(number) or not 0 < number <= most or number < least:
        raise problem
    return number


def read_whole(name: str, value: str, least: int, most: int) -> int:
    """A whole number within bounds."""
    if not (value.strip().isdecimal() and least <= int(value) <= most):
        raise SettingError(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def read_rate(name: str, value: str) -> str:
    """So many in a while, perhaps in several such limits: `5/minute, 30/hour`."""
    rate = read_text(name, value).lower()
    one = r"[1-9]\d{0,8}/(second|minute|hour|day)"
    if re.fullmatch(rf"{one}(\s*,\s*{one})*", rate) is None:
        raise SettingError(
            f"{name} must be such as 600/minute or 5/minute, 30/hour, not {value!r}."
        )
    return rate


def read_rate_or_off(name: str, value: str) -> str:
    """A rate, or `off` for no limit."""
    return OFF if value.strip().lower() == OFF else read_rate(name, value)


def read_choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    """One of some words."""
    if value.strip().lower() not in choices:
        raise SettingError(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value.strip().lower()


def read_hosts(name: str, value: str) -> tuple[str, ...]:
    """Names without scheme and port, separated by commas; `.example.org` stands for a family."""
    hosts = tuple(host.strip().lower() for host in read_text(name, value).split(","))
    for host in hosts:
        if re.fullmatch(r"\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:]*:[0-9a-f:.]+", host) is None:
            raise SettingError(
                f"{name} must be names such as voices.example.org, separated by commas, "
                f"not {value!r}."
            )
    return hosts


def read_redis(name: str, value: str) -> str:
    """The address of a Redis server. It may hold a password, so it is not repeated."""
    try:
        port = urlsplit(value.strip()).port
    except ValueError:
        port = 0
    if port == 0 or re.fullmatch(r"(redis|rediss|redis\+unix)://\S+", value.strip()) is None:
        raise SettingError(f"{name} must be a URL such as redis://localhost:6379/0.")
    return value.strip()
