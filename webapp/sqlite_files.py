"""Files of SQLite in which nothing of deleted rows can be found."""

import logging
import sqlite3


def wipe(connection: sqlite3.Connection) -> bool:
    """Write a file anew, without what was deleted; False where that has to wait.

    Old pages stand in the write-ahead log as well, so that is emptied, too.
    """
    try:
        connection.execute("VACUUM")
    except sqlite3.OperationalError:  # somebody writes and writes, or the disk is full
        logging.getLogger(__name__).exception("A file of the log could not be written anew.")
        return False
    return settle(connection)


def settle(connection: sqlite3.Connection) -> bool:
    """Empty the write-ahead log into its file; False where somebody still reads in it."""
    (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
