"""What was told to whom in a digest, so that a matter is told once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select

from storage.schema import alerts


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertRow:
    """One matter in one digest to one channel."""

    channel: str
    """As the settings name it; never an address."""
    kind: str
    """issue, agency, outlet."""
    subject_id: str
    at: datetime
    """Of the digest."""
    state: str = "sending"
    """sending: begun, and perhaps arrived; sent."""
    over_at: datetime | None = None
    """When the matter was over."""


def told(connection: Connection, channel: str) -> list[AlertRow]:
    """Every matter that was told to a channel, in order; those that are over too."""
    c = alerts.c
    query = select(alerts).where(c.channel == channel).order_by(c.at, c.kind, c.subject_id)
    return [AlertRow(**row) for row in connection.execute(query).mappings()]


def claim(connection: Connection, rows: Sequence[AlertRow]) -> bool:
    """Note the matters of one digest, unless one of them is told already and not over."""
    c = alerts.c
    for row in rows:
        open_one = and_(c.channel == row.channel, c.kind == row.kind, c.subject_id == row.subject_id)
        if connection.execute(select(c.at).where(open_one, c.over_at.is_(None))).first() is not None:
            return False
    connection.execute(
        alerts.insert(),
        [{name: getattr(row, name) for name in AlertRow.__dataclass_fields__} for row in rows],
    )
    return True


def settle(connection: Connection, rows: Sequence[AlertRow], *, sent: bool) -> None:
    """Mark the matters as sent, or take them away, so that the next digest has them."""
    for row in rows:
        this = _this(row)
        connection.execute(alerts.update().where(this).values(state="sent") if sent else alerts.delete().where(this))


def end(connection: Connection, kind: str, subject_ids: Sequence[str], at: datetime) -> None:
    """Mark matters as over."""
    c = alerts.c
    where = and_(c.kind == kind, c.subject_id.in_(list(subject_ids)), c.over_at.is_(None))
    connection.execute(alerts.update().where(where).values(over_at=at))


def _this(row: AlertRow) -> ColumnElement[bool]:
    c = alerts.c
    return and_(c.channel == row.channel, c.kind == row.kind, c.subject_id == row.subject_id, c.at == row.at)
