"""Runs and their ledger: one word for every URL that a run has seen."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from config.model import Settings
from storage.frontier import LASTING_FATES
from storage.records import FateWord, Run
from storage.schema import articles, fates, frontier, runs
from storage.sql import insert_new, upsert
from vietnamese.clock import to_local

INTERRUPTED = "interrupted"
"""Outcome of a run that was told to end before it was through: not finished, so the next start continues it."""


def begin_run(connection: Connection, kind: str, morning: date, now: datetime) -> Run:
    """The unfinished run of that kind and morning, or a new one: `kind-YYYYMMDD`, then `.2`, `.3`."""
    same = select(runs.c.run_id).where(runs.c.kind == kind, runs.c.morning == morning.isoformat())
    found = connection.execute(same.where(runs.c.finished_at.is_(None)).order_by(runs.c.run_id)).scalars().first()
    if found is not None:
        connection.execute(runs.update().where(runs.c.run_id == found).values(outcome=None, counts={}))
        return _read(connection, found)
    return _new_run(connection, kind, morning, now)


def _new_run(connection: Connection, kind: str, morning: date, now: datetime) -> Run:
    same = select(runs.c.run_id).where(runs.c.kind == kind, runs.c.morning == morning.isoformat())
    taken = set(connection.execute(same).scalars())
    plain = f"{kind}-{morning:%Y%m%d}"
    # Looked for, not counted: one may have been adopted under a higher number than there were runs.
    numbered = (f"{plain}.{number}" for number in count(len(taken) + 1))
    run_id = next(name for name in numbered if name not in taken) if taken else plain
    row = {"run_id": run_id, "kind": kind, "morning": morning.isoformat(), "started_at": now, "counts": {}}
    connection.execute(runs.insert().values(**row))
    return Run(run_id=run_id, kind=kind, started_at=now.replace(microsecond=0))


def begin_own_run(connection: Connection, kind: str, morning: date, now: datetime, settings: Settings) -> Run:
    """A new run under an id of its own, whatever else of that kind is going on: two analysts, two topics.

    What an earlier day left unfinished was killed: it is closed as `partial`.
    """
    _close_earlier(connection, kind, morning.isoformat(), "partial", now, settings)
    return _new_run(connection, kind, morning, now)


def _close_earlier(
    connection: Connection, kind: str, morning: str, outcome: str, now: datetime, settings: Settings
) -> None:
    """Close the runs of that kind and of earlier mornings that nobody has continued."""
    left = select(runs.c.run_id).where(runs.c.kind == kind, runs.c.finished_at.is_(None), runs.c.morning < morning)
    for run_id in connection.execute(left).scalars().all():
        close_fates(connection, run_id, now, settings)
        _write_end(connection, run_id, outcome, now)


def adopt(connection: Connection, run_id: str, now: datetime) -> None:
    """Note a run that the store does not know under its id, unfinished; `nightly-20260910.2` tells kind and morning."""
    kind, _, rest = run_id.rpartition("-")
    day = rest.partition(".")[0]
    told = len(day) == len("20260910") and day.isdigit()
    morning = f"{day[:4]}-{day[4:6]}-{day[6:]}" if told else f"{to_local(now):%Y-%m-%d}"
    row = {"run_id": run_id, "kind": kind or run_id, "morning": morning, "started_at": now, "counts": {}}
    insert_new(connection, runs, [row])


def finish_run(connection: Connection, run_id: str, outcome: str, now: datetime, settings: Settings) -> Run:
    """Write the outcome and the count of each fate; the very last act of a run. A finished run stays as it is.

    A run that was `INTERRUPTED` is counted, but not finished. With a night, the nights of earlier mornings that nobody
    continued are closed as interrupted: now, since its crawl has written what waited in the spool for them.
    """
    _write_end(connection, run_id, outcome, None if outcome == INTERRUPTED else now)
    run = _read(connection, run_id)
    if run.kind == "nightly" and outcome != INTERRUPTED:
        morning = connection.execute(select(runs.c.morning).where(runs.c.run_id == run_id)).scalar_one()
        _close_earlier(connection, run.kind, morning, INTERRUPTED, now, settings)
    return run


def _write_end(connection: Connection, run_id: str, outcome: str, finished_at: datetime | None) -> None:
    counts = select(fates.c.fate, func.count()).where(fates.c.run_id == run_id, fates.c.fate.is_not(None))
    by_word = {row[0]: row[1] for row in connection.execute(counts.group_by(fates.c.fate))}
    values = {"finished_at": finished_at, "outcome": outcome, "counts": by_word}
    connection.execute(runs.update().where(runs.c.run_id == run_id, runs.c.finished_at.is_(None)).values(**values))


def _read(connection: Connection, run_id: str) -> Run:
    return _as_record(connection.execute(select(runs).where(runs.c.run_id == run_id)).mappings().one())


def _as_record(row: RowMapping) -> Run:
    return Run(
        run_id=row["run_id"],
        kind=row["kind"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        outcome=row["outcome"],
        counts=row["counts"],
    )


def close_fates(connection: Connection, run_id: str, now: datetime, settings: Settings) -> dict[str, int]:
    """Give every URL that the run saw and did not decide its word; returns how many got which."""
    query = (
        select(
            fates.c.url_key,
            frontier.c.url,
            frontier.c.outlet_id,
            frontier.c.fate,
            frontier.c.detail,
            frontier.c.fated_at,
            frontier.c.changed,
            frontier.c.article_id,
            articles.c.kind,
        )
        .join(frontier, frontier.c.url_key == fates.c.url_key)
        .outerjoin(articles, articles.c.article_id == frontier.c.article_id)
        .where(fates.c.run_id == run_id, fates.c.fate.is_(None))
    )
    remembered = now - timedelta(days=settings.crawl.remember_days)
    closed = [_closed(row, run_id, now, remembered) for row in connection.execute(query).mappings()]
    upsert(connection, fates, closed, key=("run_id", "url_key"))
    counts: dict[str, int] = {}
    for row in closed:
        counts[row["fate"]] = counts.get(row["fate"], 0) + 1
    return counts


def _closed(row: RowMapping, run_id: str, now: datetime, remembered: datetime) -> dict[str, Any]:
    word, detail = _closing_word(row, remembered)
    return {
        "run_id": run_id,
        "url_key": row["url_key"],
        "url": row["url"],
        "outlet_id": row["outlet_id"],
        "fate": word,
        "detail": detail,
        "article_id": row["article_id"],
        "decided_at": now,
    }


def _closing_word(row: RowMapping, remembered: datetime) -> tuple[FateWord, str | None]:
    if row["fate"] is None or row["changed"]:
        return FateWord.DEFERRED, "not reached in this run"
    if row["fate"] in LASTING_FATES and row["kind"] != "full" and row["fated_at"] >= remembered:
        return FateWord(row["fate"]), row["detail"]
    if row["fate"] == FateWord.GONE and row["fated_at"] >= remembered:
        return FateWord.GONE, row["detail"]
    if row["kind"] == "full" or row["fate"] == FateWord.TEASER:
        return FateWord.UNCHANGED, None
    return FateWord.DEFERRED, "not reached in this run"
