"""What analysts decided of issues: a log that only grows, and the placements it leads to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from storage.errors import StoreError
from storage.grouping import drop_empty, issue_row, save_aliases
from storage.issue_records import IssueEdit, IssueRecord, Spike
from storage.issue_schema import issue_aliases, issue_edits, spikes
from storage.schema import issue_articles, issues
from storage.sql import in_chunks, insert_new, upsert


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacedRow:
    """Where an article is, where the rules put it, and what brought it there."""

    article_id: str
    issue_id: str
    auto_issue_id: str
    tied_to: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """What the edits come to, to be written in one transaction."""

    moved: Mapping[str, str]
    """article_id -> the issue it is in from now on."""
    records: Sequence[IssueRecord] = ()
    """Of every issue that changes."""
    aliases: Mapping[str, str] | None = None
    """Every issue id that an analyst let go over, with its survivor; None: as they are."""
    new: IssueEdit | None = None
    """To be appended to the log."""
    undo: int | None = None
    """Number of the edit that is taken back."""
    undone_by: str | None = None


def all_edits(connection: Connection) -> list[IssueEdit]:
    """The whole log, undone edits too, in order."""
    rows = connection.execute(select(issue_edits).order_by(issue_edits.c.number)).mappings()
    return [_edit(dict(row)) for row in rows]


def _edit(row: dict[str, Any]) -> IssueEdit:
    return IssueEdit(**{**row, "article_ids": tuple(row["article_ids"]), "kept_ids": tuple(row["kept_ids"])})


def apply(connection: Connection, applied: Applied, now: datetime) -> int:
    """Write an edit (or its undoing) with what it comes to; returns the number of the new or undone edit, or 0.

    StoreError where the edit to be undone is not there or undone already.
    """
    number = applied.undo or 0
    if applied.new is not None:
        number = _append(connection, applied.new, now)
    elif applied.undo is not None:
        _undo(connection, applied.undo, applied.undone_by or "", now)
    left = _move(connection, applied.moved)
    upsert(connection, issues, [issue_row(record) for record in applied.records], key=("issue_id",))
    if applied.aliases is not None:
        connection.execute(issue_aliases.delete().where(issue_aliases.c.decided_by == "analyst"))
        save_aliases(connection, applied.aliases, "analyst")
    touched = left | {record.issue_id for record in applied.records} | set(applied.moved.values())
    drop_empty(connection, touched)
    return number


def _append(connection: Connection, edit: IssueEdit, now: datetime) -> int:
    last = connection.execute(select(func.max(issue_edits.c.number))).scalar() or 0
    row = {
        "number": last + 1,
        "kind": edit.kind,
        "issue_id": edit.issue_id,
        "into_id": edit.into_id,
        "article_ids": list(edit.article_ids),
        "kept_ids": list(edit.kept_ids),
        "title": edit.title,
        "level": edit.level,
        "made_by": edit.made_by,
        "why": edit.why,
        "made_at": now,
    }
    connection.execute(issue_edits.insert().values(**row))
    return int(last) + 1


def _undo(connection: Connection, number: int, by: str, now: datetime) -> None:
    which = issue_edits.update().where(issue_edits.c.number == number, issue_edits.c.undone_at.is_(None))
    if connection.execute(which.values(undone_at=now, undone_by=by)).rowcount != 1:
        raise StoreError(
            "there is no such edit, or it is undone already", str(number), "`diembao issues log` lists them"
        )


def _move(connection: Connection, moved: Mapping[str, str]) -> set[str]:
    """Put articles into other issues; returns the issues they were in."""
    left: set[str] = set()
    for chunk in in_chunks(moved):
        query = select(issue_articles.c.issue_id).where(issue_articles.c.article_id.in_(chunk)).distinct()
        left.update(connection.execute(query).scalars())
    for article_id, issue_id in sorted(moved.items()):
        row = issue_articles.update().where(issue_articles.c.article_id == article_id)
        connection.execute(row.values(issue_id=issue_id))
    return left


def placed_rows(
    connection: Connection, issue_ids: Iterable[str], article_ids: Iterable[str] = ()
) -> dict[str, PlacedRow]:
    """The articles that are in one of these issues, or were put there by the rules, and these articles; by id."""
    p = issue_articles.c
    query = select(p.article_id, p.issue_id, p.auto_issue_id, p.tied_to)
    found: dict[str, PlacedRow] = {}
    some = list(in_chunks(sorted(set(issue_ids))))
    queries = [query.where(column.in_(chunk)) for chunk in some for column in (p.issue_id, p.auto_issue_id)]
    queries += [query.where(p.article_id.in_(chunk)) for chunk in in_chunks(sorted(set(article_ids)))]
    for each in queries:
        for row in connection.execute(each).mappings():
            found[row["article_id"]] = PlacedRow(**{**row, "auto_issue_id": row["auto_issue_id"] or row["issue_id"]})
    return found


def save_spikes(connection: Connection, day: str, found: Sequence[Spike]) -> None:
    """Replace the spikes of `day` (YYYY-MM-DD) by these."""
    connection.execute(spikes.delete().where(spikes.c.day == day))
    insert_new(connection, spikes, [asdict(spike) for spike in found])
