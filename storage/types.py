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

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To UTC and whole seconds, so that both databases hold the same moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: the store takes aware datetimes only")
        moment = value.astimezone(UTC).replace(microsecond=0)
        return moment.strftime(FORMAT) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.strptime(value, FORMAT).replace(tzinfo=UTC)
        moment: datetime = value.astimezone(UTC)
        return moment


class JsonText(TypeDecorator[Any]):
    """JSON as text on both databases: letters as letters, keys in order, so equal values are equal rows."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Value to compact JSON; None stays NULL."""
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - the signature is SQLAlchemy's
        """JSON to value."""
        return None if value is None else json.loads(value)
