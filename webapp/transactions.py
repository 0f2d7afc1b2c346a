"""How the tables of the log are read and written.

Reads never wait. A write is a transaction of its own that takes the right to write at its start:
SQLite fails at once where a transaction reads first and somebody else writes before it does.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from webapp.locks import locked
from webapp.tables import db

WRITES = "tonelog_writes"
"""Execution option of a connection whose transactions will write: seconds waited for the turn."""


@contextmanager
def reading() -> Iterator[Session]:
    """A session that ends with the block: no page goes on reading while it is sent."""
    with Session(db.engine) as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """A session with the right to write from its start, committed at the end of the block."""
    begun = time.monotonic()
    with _turn(db.engine):
        engine = db.engine.execution_options(**{WRITES: time.monotonic() - begun})
        with Session(engine, expire_on_commit=False) as session, session.begin():
            session.connection()  # begins now, not at the first statement
            yield session


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """A queue of the writers of all processes.

    SQLite lets each ask again after ever longer pauses, while who comes later gets the right to
    write, and of 16 at once one in twenty waited for half a second.
    """
    with ExitStack() as stack:
        if engine.dialect.name == "sqlite":
            with suppress(OSError):  # the log itself will say that its folder is read-only
                stack.enter_context(locked(Path(f"{engine.url.database}.lock")))
        yield
