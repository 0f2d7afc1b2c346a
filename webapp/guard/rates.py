"""How often somebody may do what costs much: sending voices and guessing the password.

Counted by address, across all workers: in a file they share, or in Redis.
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from ipaddress import ip_address, ip_network

from flask import Flask, request
from limits import RateLimitItem, parse_many
from limits.errors import ConfigurationError, StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from webapp.config import OFF, SettingError, Settings
from webapp.guard.counts import SharedCounts
from webapp.guard.listening import is_loopback
from webapp.guard.refusals import CountsAway, TooOften
from webapp.guard.store import Store
from webapp.incoming import hear_out
from webapp.speech.words import N_

VOICES, GUESSES, TOKENS = "voices", "guesses", "tokens"

USUAL = "600/minute"
"""Voices from another machine, where no setting says otherwise."""

COSTLY = frozenset(
    {
        *("upload.send", "record.send", "live.send", "result.again", "jobs.again"),
        "history.again",
        *("batches.receive", "batches.again", "batches.all_again"),
        *("api.recognise", "api.create_batch"),
    }
)
"""Endpoints that let a model hear."""

_TOO_MANY: Mapping[str, str] = {
    VOICES: N_("Too many voices came from here in a short time. Try again in %(while)s."),
    GUESSES: N_("Too many passwords were tried from here. Try again in %(while)s."),
    TOKENS: "Too many wrong tokens were shown from here. Try again in %(while)s.",
}
AWAY = N_(
    "Tonelog keeps count of who comes and cannot do so just now, so nothing was done. "
    "Try again in a moment."
)
_NEIGHBOURS = 64
"""Bits that addresses of one household share in IPv6, where each machine has many."""


class Rates:
    """Counts what each address does, and says when it is too much."""

    def __init__(self, settings: Settings, storage: Storage) -> None:
        self._limiter = FixedWindowRateLimiter(storage)
        self._spares_this_machine = settings.upload_rate is None
        self._items = {
            VOICES: _items(settings.upload_rate or USUAL),
            GUESSES: _items(settings.guess_rate),
            TOKENS: _items(settings.guess_rate),
        }

    def spend(self, kind: str, address: str) -> None:
        """Count one; raises `TooOften`, and `CountsAway` where the store does not answer."""
        key = household(address)
        with _answering():
            for item in self._items[kind]:
                if not self._limiter.hit(item, kind, key):
                    again = self._limiter.get_window_stats(item, kind, key).reset_time
                    raise TooOften(_TOO_MANY[kind], max(1, math.ceil(again - time.time())))

    def spend_voice(self, address: str) -> None:
        """Count a voice; raises what `spend` raises."""
        if not (self._spares_this_machine and is_loopback(address)):
            self.spend(VOICES, address)

    def forgive(self, kind: str, address: str) -> None:
        """Forget what an address did; raises `CountsAway` where the store does not answer."""
        with _answering():
            for item in self._items[kind]:
                self._limiter.clear(item, kind, household(address))


def open_counts(settings: Settings, store: Store) -> Storage:
    """Where the settings want the counts; raises `SettingError`."""
    if settings.rate_store is None:
        return SharedCounts(store)
    try:
        opened = storage_from_string(settings.rate_store, wrap_exceptions=True)
    except ConfigurationError as error:
        raise SettingError(
            "TONELOG_RATE_STORE cannot be used. Redis needs a package: "
            f"`.venv/bin/pip install -r webapp/requirements-redis.txt`. ({error})"
        ) from error
    assert isinstance(opened, Storage)
    return opened


def register(app: Flask, rates: Rates) -> None:
    """Count what is costly, before anything of it is read."""

    @app.before_request
    def check() -> None:
        if request.method != "POST" or request.endpoint not in COSTLY:
            return
        try:
            rates.spend_voice(request.remote_addr or "")
        except TooOften:
            hear_out()
            raise


def household(address: str) -> str:
    """The address, or in IPv6 the network it shares with its neighbours."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    bits = known.max_prefixlen if known.version == 4 else _NEIGHBOURS
    return str(ip_network((known, bits), strict=False))


@contextmanager
def _answering() -> Iterator[None]:
    """Raises `CountsAway` where the store does not answer within the block."""
    try:
        yield
    except StorageError as error:
        raise CountsAway(AWAY) from error


def _items(rate: str) -> Sequence[RateLimitItem]:
    return [] if rate == OFF else parse_many(rate)
