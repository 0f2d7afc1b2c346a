"""Where `limits` keeps its counts unless it is given Redis: a file that all workers share."""

import sqlite3
import time
from collections.abc import Callable

from limits.storage import Storage

from webapp.guard.store import Store

_ADD = """
INSERT INTO counts (key, amount, expires) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET
amount = ?2 + CASE WHEN expires > ?4 THEN amount ELSE 0 END,
expires = CASE WHEN expires > ?4 THEN expires ELSE ?3 END
RETURNING amount
"""
"""One statement, so that two workers never count the same request as one."""


class SharedCounts(Storage):
    """Counts by key, each until it expires."""

    def __init__(self, store: Store, now: Callable[[], float] = time.time) -> None:
        super().__init__(wrap_exceptions=True)
        self._store = store
        self._now = now

    @property
    def base_exceptions(self) -> type[Exception]:
        """What `limits` turns into its `StorageError`."""
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a count, which starts anew where it has expired."""
        now = self._now()
        ((total,),) = self._store.run(_ADD, key, amount, now + expiry, now)
        if total == amount:  # a new window: the time to drop the old ones
            self._store.run("DELETE FROM counts WHERE expires <= ?", now)
        return int(total)

    def get(self, key: str) -> int:
        """The count so far."""
        found = self._store.run(
            "SELECT amount FROM counts WHERE key = ? AND expires > ?", key, self._now()
        )
        return int(found[0][0]) if found else 0

    def get_expiry(self, key: str) -> float:
        """When the count starts anew."""
        found = self._store.run("SELECT expires FROM counts WHERE key = ?", key)
        return float(found[0][0]) if found else self._now()

    def check(self) -> bool:
        """Whether the store answers."""
        self._store.run("SELECT 1 FROM counts LIMIT 1")
        return True

    def reset(self) -> int | None:
        """Forget all counts."""
        return len(self._store.run("DELETE FROM counts RETURNING key"))

    def clear(self, key: str) -> None:
        """Forget one."""
        self._store.run("DELETE FROM counts WHERE key = ?", key)
