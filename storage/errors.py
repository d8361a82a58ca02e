"""The one exception of this room: what failed, where, and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError


class StoreError(Exception):
    """The store could not do what was asked. The message names what, where and a remedy."""

    def __init__(self, what: str, where: str, remedy: str) -> None:
        super().__init__(f"store: {what} ({where}). {remedy}")
        self.what, self.where, self.remedy = what, where, remedy


_KNOWN = (
    ("locked", "another process is writing to it", "Wait for the other run to end, then start again; nothing is lost"),
    ("disk is full", "the disk is full", "Free some space, then start again; nothing is lost"),
    ("no space left", "the disk is full", "Free some space, then start again; nothing is lost"),
    ("file exists", "its folder cannot be made", "Check that the folder exists and may be written to"),
    ("not a directory", "its folder cannot be made", "Check that the folder exists and may be written to"),
    ("permission denied", "it may not be written to", "Check the owner and mode of the file and of its folder"),
    ("readonly", "it may not be written to", "Check the owner and mode of the file and of its folder"),
    ("unable to open", "it cannot be opened", "Check that the folder exists and may be written to"),
    ("not a database", "the file is no SQLite database", "Give another file, or move this one away"),
    ("malformed", "the file is damaged", "Restore the newest backup"),
    ("disk i/o", "the disk gave an error", "Check the disk, then restore the newest backup if it is damaged"),
    ("password", "it refuses the login", "Check user and password in DIEMBAO_DATABASE_URL"),
    ("connection", "the database does not answer", "Start it, or check DIEMBAO_DATABASE_URL"),
    ("server closed", "the database went away", "Start it, then start again; nothing is lost"),
    ("terminating", "the database went away", "Start it, then start again; nothing is lost"),
    ("does not exist", "something is missing in it", "Check DIEMBAO_DATABASE_URL"),
)


@contextmanager
def store_errors(doing: str, where: str) -> Iterator[None]:
    """Turn whatever the database raises while `doing` something into StoreError; the cause stays attached."""
    try:
        yield
    except DBAPIError as error:
        what, remedy = _explain(str(error.orig))
        raise StoreError(f"cannot {doing}: {what}", where, remedy) from error
    except (sqlite3.Error, OSError) as error:
        what, remedy = _explain(str(error))
        raise StoreError(f"cannot {doing}: {what}", where, remedy) from error
    except SQLAlchemyError as error:
        raise StoreError(f"cannot {doing}: {error}", where, "This is a defect: keep the log and report it") from error


def _explain(message: str) -> tuple[str, str]:
    """What the database's own words mean and what to do about it."""
    lowered = message.lower()
    for sign, what, remedy in _KNOWN:
        if sign in lowered:
            return what, remedy
    return message.strip().splitlines()[0] if message.strip() else "no reason given", "Keep the log and report it"
