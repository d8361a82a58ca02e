"""Column types that mean the same on SQLite and Postgres."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

FORMAT = "%Y-%m-%d %H:%M:%S"
"""How a time stands in SQLite: UTC, whole seconds, sortable as text, understood by SQLite's own date functions."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, whole seconds: SQLite text `YYYY-MM-DD HH:MM:SS` in UTC, Postgres `timestamptz`.

    A naive datetime raises ValueError: a zone is never guessed. Read back always in UTC.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, timestamptz elsewhere."""
        return dialect.type_descriptor(String(19) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | datetime | None:
        """To UTC and whole seconds, so that both databases hold the same moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: the store takes aware datetimes only")
        moment = value.astimezone(UTC).replace(microsecond=0)
        return moment.strftime(FORMAT) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: str | datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Aware, in UTC."""
        if isinstance(value, str):
            # Sheets read tens of thousands: strptime takes ten times as long.
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        return value.astimezone(UTC) if value else None


class SafeText(TypeDecorator[str]):
    """Text from outside: what a database cannot hold (NUL, half a surrogate pair) is replaced, letter for letter.

    So one hostile page cannot make a whole batch fail, and offsets of mentions stay right.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The text as the database gets it."""
        return None if value is None else storable(value)


class JsonText(TypeDecorator[Any]):
    """JSON as text on both databases: letters as letters, keys in order, so equal values are equal rows."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Value to compact JSON; None stays NULL."""
        if value is None:
            return None
        # json escapes NUL by itself, and Postgres takes the escape: the column is text.
        return storable(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:  # noqa: ARG002
        """JSON to value."""
        return None if value is None else json.loads(value)


def storable(text: str) -> str:
    """`text` of the same length, with � for NUL and ? for half a surrogate pair."""
    if "\0" in text:
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text
