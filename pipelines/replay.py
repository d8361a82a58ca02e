"""Read stored pages again, without network: what would today's rules, reader and gazetteer make of them?

For every article with a page in the archive the page (and its further pages) goes through the same worker processes as
in a night. What differs is told field by field and, unless it is only tried, committed as any visit is: a changed title
or body leaves a revision, corrections of analysts stay laid over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from pipelines.archive import INDEX_SUFFIX, parsed_row, payload_digest, warc_of
from storage.records import FateWord, Outcome, Page, Teaser
from storage.schema import articles, frontier

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from pipelines.pool import AnalysisPool
    from storage.store import Store

BATCH = 100
FIELDS = (
    "title", "sapo", "paragraphs", "captions", "section", "credited_outlet", "published_at", "published_from",
    "modified_at", "extractor",
)  # fmt: skip
"""What is compared. Mentions follow with what is written; `retag` is for the gazetteer alone."""
_SHOWN = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """One stored article read again."""

    article_id: str
    url: str
    changes: Mapping[str, tuple[str, str]]
    """Field to what is stored and what is read now, short enough for a line."""
    outcome: Outcome | None
    """None: its page is no longer in the archive."""
    problem: str | None = None
    """Why it stays as it is: no page, or the page is no article any more."""


def wanted(store: Store, since: datetime, outlet_id: str | None = None) -> list[RowMapping]:
    """Articles first seen since then (aware) that have a page and still have their text, in order of time and id."""
    a, f = articles.c, frontier.c
    teaser = (
        f.title.label("fed_title"),
        f.sapo.label("fed_sapo"),
        f.published_at.label("fed_at"),
        f.published_raw.label("fed_raw"),
    )
    query = (
        select(
            *(a[name] for name in FIELDS),
            a.article_id,
            a.outlet_id,
            a.url,
            a.raw_ref,
            a.fetched_at,
            f.etag,
            f.last_modified,
            *teaser,
        )
        .select_from(articles.outerjoin(frontier, f.url_key == a.url_key))
        .where(a.first_seen_at >= since, a.raw_ref.is_not(None), a.gone_at.is_(None), a.expired_at.is_(None))
        .where(or_(f.changed.is_(None), f.changed.is_(False)))  # the next night asks for it anyway
        .order_by(a.first_seen_at, a.article_id)
    )
    return store.rows(query if outlet_id is None else query.where(a.outlet_id == outlet_id))


class StoredPages:
    """The pages of an archive by their address, each day's indexes read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._day = ""
        self._places: dict[str, tuple[Path, list[dict[str, Any]], int]] = {}

    def pages(self, row: RowMapping) -> tuple[Page, tuple[Page, ...]] | None:
        """The page of an article and its further pages; None when the page is not there or not what it was."""
        day, _, digest = row["raw_ref"].partition("#")
        self._open(day)
        place = self._places.get(digest)
        if place is None:
            return None
        warc, rows, number = place
        first = self._page(warc, rows[number], row)
        if first is None:
            return None
        further = (each for each in rows[number + 1 : number + 9])
        more = []
        for each in further:
            if each.get("of") != row["url"] or each["url"] == rows[number]["url"]:
                break
            page = self._page(warc, each, row)
            more += [] if page is None else [page]
        return first, tuple(more)

    def _open(self, day: str) -> None:
        if day == self._day:
            return
        self._day, self._places = day, {}
        try:
            datetime.strptime(day, "%Y/%m/%d").replace(tzinfo=UTC)
        except ValueError:
            return  # an address out of a store is not to be trusted with dots
        for index in sorted((self._folder / day).glob(f"*{INDEX_SUFFIX}")):
            lines = index.read_bytes().splitlines()
            rows = [found for line in lines if (found := parsed_row(line)) is not None]
            for number, found in enumerate(rows):
                self._places.setdefault(found["digest"], (warc_of(index), rows, number))

    @staticmethod
    def _page(warc: Path, place: dict[str, Any], row: RowMapping) -> Page | None:
        try:
            with warc.open("rb") as file:
                file.seek(place["offset"])
                record = next(iter(ArchiveIterator(file)))
                body = record.content_stream().read()
        except (OSError, StopIteration, ArchiveLoadFailed):
            return None
        if record.rec_type != "response" or payload_digest(body) != place["digest"]:
            return None
        return Page(
            url=place["url"],
            requested_url=row["url"],
            status=int(place["status"]),
            body=body,
            content_type=record.http_headers.get_header("Content-Type"),
            fetched_at=datetime.fromisoformat(record.rec_headers.get_header("WARC-Date")),
            outlet_id=row["outlet_id"],
            etag=row["etag"],
            last_modified=row["last_modified"],
            raw_ref=row["raw_ref"],
        )


def replay(
    rows: Iterable[RowMapping], pages: StoredPages, pool: AnalysisPool, *, distrusted: frozenset[str] = frozenset()
) -> Iterator[Replayed]:
    """Read the pages of stored articles again, in order; `distrusted` are outlets whose rules have drifted."""
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        waiting: list[tuple[RowMapping, Future[Outcome] | None]] = []
        for row in batch:
            found = pages.pages(row)
            future = None
            if found is not None:
                trusted = row["outlet_id"] not in distrusted
                future = pool.submit(found[0], teaser=_teaser(row), trusted=trusted, further=found[1])
            waiting.append((row, future))
        for row, future in waiting:
            yield _compared(row, None if future is None else future.result())


def _teaser(row: RowMapping) -> Teaser | None:
    if row["fed_title"] is None:
        return None
    return Teaser(
        title=row["fed_title"], sapo=row["fed_sapo"], published_at=row["fed_at"], published_raw=row["fed_raw"]
    )


def _compared(row: RowMapping, outcome: Outcome | None) -> Replayed:
    same = {"article_id": row["article_id"], "url": row["url"]}
    if outcome is None:
        return Replayed(**same, changes={}, outcome=None, problem="its page is not in the archive")
    article = outcome.article
    if outcome.fate != FateWord.STORED or article is None:
        return Replayed(
            **same,
            changes={},
            outcome=outcome,
            problem=f"read as no article: {outcome.fate} {outcome.detail or ''}".rstrip(),
        )
    changes = {}
    for name in FIELDS:
        before, now = _plain(row[name]), _plain(getattr(article, name))
        if before != now:
            changes[name] = (_short(before), _short(now))
    # The article keeps the address it is known by, whatever its page says of itself now.
    return Replayed(**same, changes=changes, outcome=replace(outcome, url=row["url"], outlet_id=row["outlet_id"]))


def _plain(value: object) -> object:
    """As the store keeps it."""
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0)
    return value or None


def _short(value: object) -> str:
    if isinstance(value, list):
        return f"{len(value)} of {sum(map(len, value))} characters: {_short(' '.join(value))}"
    if isinstance(value, datetime):
        return value.isoformat()
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def write(store: Store, run_id: str, found: Iterable[Replayed]) -> int:
    """Commit what changed, in batches; returns how many articles."""
    changed = [each.outcome for each in found if each.changes and each.outcome is not None and each.problem is None]
    for start in range(0, len(changed), BATCH):
        store.commit(run_id, changed[start : start + BATCH])
    return len(changed)
