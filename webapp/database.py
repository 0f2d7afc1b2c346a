"""Opening the log: its connection, SQLite's ways, and bringing its tables up to date."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import Flask
from flask_migrate import Migrate
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from webapp.config import SettingError, Settings
from webapp.prediction_log import audio_names
from webapp.recordings import Recordings
from webapp.sqlite_files import settle, wipe
from webapp.tables import db
from webapp.transactions import WRITES

MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_SECONDS = 15
"""How long a connection to SQLite waits for another one's write."""

CACHE_KIB = 500
"""What a connection to SQLite keeps of the file: the system keeps it, too, and each of a worker's
several connections would fill the 2,000 that SQLite takes by itself."""


def open_log(app: Flask, settings: Settings, recordings: Recordings) -> None:
    """Connect the application with its log, bring the tables up to date and sweep the recordings.

    One process at a time may call it. Raises `SettingError` where the log cannot be opened.
    """
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.log_url
    try:
        db.init_app(app)
        Migrate(app, db, directory=str(MIGRATIONS))
        with app.app_context():
            _prepare(app, db.engine, recordings)
    except (DBAPIError, ArgumentError, ImportError, CommandError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise SettingError(
            f"TONELOG_DATABASE_URL: the log {settings.log_url!r} cannot be opened: {reason}."
        ) from error


def wipe_log() -> bool:
    """Leave nothing of deleted rows in the file of the log; False where that has to wait.

    Databases other than SQLite see to that themselves.
    """
    return _with_file(wipe)


def settle_log() -> bool:
    """Let the write-ahead log of SQLite, with old pages in it, go; False where that has to wait."""
    return _with_file(settle)


def _with_file(act: Callable[[sqlite3.Connection], bool]) -> bool:
    if db.engine.dialect.name != "sqlite":
        return True
    with db.engine.connect() as connection:
        file = connection.connection.driver_connection
        assert isinstance(file, sqlite3.Connection)
        return act(file)


def _prepare(app: Flask, engine: Engine, recordings: Recordings) -> None:
    try:
        if engine.dialect.name == "sqlite":
            _tame_sqlite(engine)
        _migrate(app, engine, recordings)
        recordings.sweep(audio_names)
    finally:
        engine.dispose()  # a connection must not be shared across a fork


def _migrate(app: Flask, engine: Engine, recordings: Recordings) -> None:
    config = app.extensions["migrate"].migrate.get_config()
    newest = set(ScriptDirectory.from_config(config).get_heads())
    with engine.connect() as connection:
        current = set(MigrationContext.configure(connection).get_current_heads())
    if not current and not recordings.empty:
        # Swept after a log that knows none of them, they would all be gone.
        raise SettingError(
            f"TONELOG_DATABASE_URL: the log is new, but {recordings.folder} holds recordings of "
            "another one. Put that log back, or move the folder away."
        )
    if current != newest:
        command.upgrade(config, "head")


def _tame_sqlite(engine: Engine) -> None:
    """SQLAlchemy begins transactions instead of the driver, so that writers can say they write."""

    @event.listens_for(engine, "connect")
    def connected(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {1000 * BUSY_SECONDS}")
        connection.execute("PRAGMA synchronous = FULL")  # a commit outlives a power cut
        connection.execute("PRAGMA secure_delete = ON")  # what goes is overwritten
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")  # negative: in KiB, not in pages

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        waited = connection.get_execution_options().get(WRITES)
        if waited is None:
            connection.exec_driver_sql("BEGIN")
        elif waited < BUSY_SECONDS:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:  # somebody else's program holds the log: those who queue must not wait in turn, too
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {1000 * BUSY_SECONDS}")

    with engine.connect() as connection:  # kept in the file; readers then never wait for a writer
        connection.connection.cursor().execute("PRAGMA journal_mode = WAL")
