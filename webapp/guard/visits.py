"""Sessions of those who gave the password, kept here so that they can be ended here.

A cookie holds only a token, and the store only a digest of it: neither a stolen copy of the store
nor a cookie from before a log-out opens anything.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from webapp.guard.store import Store

STEP = 60.0
"""Seconds within which a visitor need not be noted as seen again: a write less for most pages."""


@dataclass(frozen=True)
class Visits:
    """Who is in, for how long at most, and for how long without a sign of life. In seconds."""

    store: Store
    idle: float
    longest: float
    now: Callable[[], float] = time.time

    def begin(self) -> str:
        """Let somebody in; returns the token that shows it. Visits that are over are dropped."""
        now, token = self.now(), secrets.token_urlsafe(32)
        self.store.run(
            "DELETE FROM visits WHERE began <= ? OR seen <= ?", now - self.longest, now - self.idle
        )
        self.store.run("INSERT INTO visits VALUES (?, ?, ?)", _digest(token), now, now)
        return token

    def goes_on(self, token: str) -> bool:
        """Whether a visit is not over; whoever asks is seen."""
        found = self.store.run("SELECT began, seen FROM visits WHERE token = ?", _digest(token))
        if not found:
            return False
        (began, seen), now = found[0], self.now()
        # A clock that was set back neither ends a visit nor keeps it for ever.
        if abs(now - began) >= self.longest or abs(now - seen) >= self.idle:
            self.end(token)
            return False
        if abs(now - seen) >= min(STEP, self.idle / 4):
            self.store.run("UPDATE visits SET seen = ? WHERE token = ?", now, _digest(token))
        return True

    def end(self, token: str) -> None:
        """See somebody out."""
        self.store.run("DELETE FROM visits WHERE token = ?", _digest(token))

    def end_all(self) -> None:
        """See everybody out."""
        self.store.run("DELETE FROM visits")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
