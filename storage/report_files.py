"""The files of reports that the store remembers, what was done with a report, and how it was delivered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from storage.report_records import Delivery, FileRole, ReportAct, ReportFile
from storage.schema import report_acts, report_deliveries, report_files, reports
from storage.sql import insert_new, upsert

_NEW_STATE = {"approved": "approved", "sent": "sent"}


def save_files(connection: Connection, report_id: str, files: Sequence[ReportFile]) -> None:
    """Remember files; one that is known already keeps its moment."""
    rows = [
        {
            "report_id": report_id,
            "role": file.role,
            "name": file.name,
            "sha256": file.sha256,
            "made_at": file.made_at,
            "content": file.content,
        }
        for file in files
    ]
    insert_new(connection, report_files, rows)


def load_files(connection: Connection, report_id: str, roles: Sequence[FileRole]) -> list[ReportFile]:
    """The files of a report in these roles, in order of the moment they were made, then of name."""
    c = report_files.c
    query = select(c.role, c.name, c.sha256, c.made_at, c.content).where(c.report_id == report_id, c.role.in_(roles))
    return [ReportFile(**row) for row in connection.execute(query.order_by(c.made_at, c.name, c.sha256)).mappings()]


def forget_snapshots(connection: Connection, before: datetime) -> None:
    """Let the snapshots go that were made before then."""
    c = report_files.c
    connection.execute(report_files.delete().where(c.role == "snapshot", c.made_at < before))


def act_on(connection: Connection, report_id: str, act: ReportAct, files: Sequence[ReportFile]) -> None:
    """Note an act, give the report the state it brings, and put `files` in place of those approved before.

    Without `files` those approved before stay.
    """
    if files:
        c = report_files.c
        connection.execute(report_files.delete().where(c.report_id == report_id, c.role == "approved"))
        save_files(connection, report_id, files)
    if act.act in _NEW_STATE:
        changed = reports.update().where(reports.c.report_id == report_id)
        connection.execute(changed.values(state=_NEW_STATE[act.act]))
    last = select(func.coalesce(func.max(report_acts.c.number), 0)).where(report_acts.c.report_id == report_id)
    row = {
        "report_id": report_id,
        "number": connection.execute(last).scalar_one() + 1,
        "at": act.at,
        "act": act.act,
        "who": act.who,
        "detail": act.detail,
    }
    connection.execute(report_acts.insert(), [row])


def acts(connection: Connection, report_id: str) -> list[ReportAct]:
    """What was done with a report, in order."""
    c = report_acts.c
    query = select(c.act, c.who, c.at, c.detail).where(c.report_id == report_id).order_by(c.number)
    return [ReportAct(**row) for row in connection.execute(query).mappings()]


def save_delivery(connection: Connection, report_id: str, delivery: Delivery) -> None:
    """Note how a delivery went, in place of what was noted of the same channel and bytes."""
    row = {
        "report_id": report_id,
        "channel": delivery.channel,
        "sha256": delivery.sha256,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "last_at": delivery.last_at,
        "detail": delivery.detail,
    }
    upsert(connection, report_deliveries, [row], key=("report_id", "channel", "sha256"))


def claim_delivery(connection: Connection, report_id: str, delivery: Delivery, *, again: bool) -> Delivery | None:
    """Note that a delivery begins, unless the same bytes went to the channel or are on their way: then that one.

    In one write transaction, so that of two at once only one begins. `again`: a person wants it all the same.
    """
    known = [row for row in deliveries(connection, report_id) if row.channel == delivery.channel]
    before = next((row for row in known if row.sha256 == delivery.sha256 and row.state != "failed"), None)
    if before is not None and not again:
        return before
    save_delivery(connection, report_id, delivery)
    return None


def deliveries(connection: Connection, report_id: str) -> list[Delivery]:
    """How a report was delivered, in order of channel."""
    c = report_deliveries.c
    query = select(c.channel, c.sha256, c.state, c.attempts, c.last_at, c.detail).where(c.report_id == report_id)
    return [Delivery(**row) for row in connection.execute(query.order_by(c.channel, c.sha256)).mappings()]
