"""What a batch of outcomes does to the store: decided on plain rows in memory, written in one transaction.

The decision never looks at the order of arrival beyond what is stored already, so a night that was killed and continued
ends in the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from config.model import Settings
from storage import article_rows as rows_of
from storage.corrections import laid_over
from storage.frontier import LASTING_FATES, keys_in_frontier, new_row
from storage.grouping import place_anew
from storage.records import TRANSIENT_FATES, Article, Fate, FateWord, Outcome
from storage.schema import articles, fates, frontier, issue_articles, mentions, report_articles, revisions
from storage.search_index import index_articles, index_facts, unindex_articles
from storage.sql import in_chunks, insert_new, rows_by, upsert
from storage.urls import url_key

Row = dict[str, Any]


@dataclass(kw_only=True, slots=True)
class _Batch:
    """What a batch needs to know, and what it will write."""

    run_id: str
    now: datetime
    settings: Settings
    frontier: dict[str, Row]
    decided: dict[str, Fate]
    stored: dict[str, Row]
    by_canonical: dict[str, str]
    known_keys: set[str]
    visited: dict[str, Row] = field(default_factory=dict)
    ledger: dict[str, Row] = field(default_factory=dict)
    changed: dict[str, Row] = field(default_factory=dict)
    mentions: dict[str, list[Row]] = field(default_factory=dict)
    reindexed: set[str] = field(default_factory=set)
    revisions: list[Row] = field(default_factory=list)
    blanked: set[str] = field(default_factory=set)
    superseded: set[str] = field(default_factory=set)


def commit(
    connection: Connection, run_id: str, outcomes: Sequence[Outcome], now: datetime, settings: Settings
) -> list[Fate]:
    """Save what visits came to; returns the final fate of each, in order. A URL decided in this run stays decided."""
    batch = _load(connection, run_id, outcomes, now, settings)
    fates_in_order = [_settle(batch, outcome) for outcome in outcomes]
    _write(connection, batch)
    return fates_in_order


def _load(
    connection: Connection, run_id: str, outcomes: Sequence[Outcome], now: datetime, settings: Settings
) -> _Batch:
    keys = {url_key(outcome.url) for outcome in outcomes}
    rows = {key: dict(row) for key, row in rows_by(connection, frontier, frontier.c.url_key, keys).items()}
    ids = {row["article_id"] for row in rows.values() if row["article_id"]}
    ids |= {outcome.article.article_id for outcome in outcomes if outcome.article}
    canonical = {url_key(outcome.article.canonical_url) for outcome in outcomes if outcome.article}
    for chunk in in_chunks(canonical):
        query = select(articles.c.article_id).where(articles.c.canonical_key.in_(chunk))
        ids.update(connection.execute(query).scalars())
    stored = {key: dict(row) for key, row in rows_by(connection, articles, articles.c.article_id, ids).items()}
    return _Batch(
        run_id=run_id,
        now=now,
        settings=settings,
        frontier=rows,
        decided=_decided(connection, run_id, keys),
        stored=stored,
        by_canonical={row["canonical_key"]: key for key, row in sorted(stored.items(), reverse=True)},
        known_keys=keys_in_frontier(connection, canonical),
    )


def _decided(connection: Connection, run_id: str, keys: set[str]) -> dict[str, Fate]:
    found: dict[str, Fate] = {}
    for chunk in in_chunks(keys):
        query = select(fates).where(fates.c.run_id == run_id, fates.c.url_key.in_(chunk), fates.c.fate.is_not(None))
        for row in connection.execute(query).mappings():
            found[row["url_key"]] = Fate(
                run_id=run_id,
                url=row["url"],
                outlet_id=row["outlet_id"],
                fate=FateWord(row["fate"]),
                detail=row["detail"],
            )
    return found


def _settle(batch: _Batch, outcome: Outcome) -> Fate:
    """Decide one outcome and note what is to be written for it."""
    key = url_key(outcome.url)
    if key in batch.decided:
        return batch.decided[key]
    row = batch.frontier.get(key)
    if row is None:
        row = new_row(key, outcome.url, outcome.outlet_id, via="topic", via_url="", run_id=batch.run_id, now=batch.now)
        batch.known_keys.add(key)
        batch.frontier[key] = row
    word, detail = _decide(batch, key, row, outcome)
    _visited(batch, row, outcome, word, detail)
    fate = Fate(run_id=batch.run_id, url=row["url"], outlet_id=row["outlet_id"], fate=word, detail=detail)
    batch.decided[key] = fate
    return fate


def _decide(batch: _Batch, key: str, row: Row, outcome: Outcome) -> tuple[FateWord, str | None]:
    article = outcome.article
    if outcome.fate == FateWord.GONE:
        return _decide_gone(batch, row, outcome)
    if article is None:
        return _decide_without_article(row, outcome)
    if article.kind == "full" and outcome.fate in {FateWord.STORED, FateWord.REVISED, FateWord.UNCHANGED}:
        return _decide_full(batch, key, row, article, outcome.detail)
    return _decide_teaser(batch, key, row, article, outcome)


def _decide_without_article(row: Row, outcome: Outcome) -> tuple[FateWord, str | None]:
    if outcome.fate in {FateWord.STORED, FateWord.REVISED}:
        return FateWord.FAILED, "a visit without an article was handed in as stored"
    if outcome.fate == FateWord.UNCHANGED and row["fate"] in LASTING_FATES:
        return FateWord(row["fate"]), row["detail"]  # 304: what was no article then is none now
    return outcome.fate, outcome.detail


def _decide_full(
    batch: _Batch, key: str, row: Row, article: Article, detail: str | None
) -> tuple[FateWord, str | None]:
    canonical_key = url_key(article.canonical_url)
    own = batch.stored.get(row["article_id"]) if row["article_id"] else None
    other = _same_article(batch, article, canonical_key)
    if canonical_key != key and not (own and own["kind"] == "full"):
        stored_elsewhere = other is not None and other["url_key"] != key
        if stored_elsewhere or canonical_key in batch.known_keys:
            _supersede(batch, row, own)
            return FateWord.DUPLICATE, article.canonical_url
    known = own or other
    if known is None:
        _store(batch, row, rows_of.new_article(article, key, canonical_key, batch.now, batch.settings), article)
        return FateWord.STORED, detail
    fresh = rows_of.updated_article(known, article, canonical_key, batch.now, batch.settings)
    if known["kind"] == "teaser":
        word = FateWord.STORED
    elif known["content_hash"] == article.content_hash:
        word = FateWord.UNCHANGED
        fresh["updated_at"] = known["updated_at"]
    else:
        word = FateWord.REVISED
        _revise(batch, known, fresh)
    _store(batch, row, fresh, article, reindex=word != FateWord.UNCHANGED or _text_differs(known, fresh))
    return word, detail


def _decide_teaser(
    batch: _Batch, key: str, row: Row, article: Article, outcome: Outcome
) -> tuple[FateWord, str | None]:
    """Keep the teaser where no full article stands; the fate stays the crawl's word."""
    canonical_key = url_key(article.canonical_url)
    own = batch.stored.get(row["article_id"]) if row["article_id"] else None
    known = own or _same_article(batch, article, canonical_key)
    if known is not None and known["kind"] == "full":
        row["article_id"] = known["article_id"]
        return (FateWord.UNCHANGED if outcome.fate == FateWord.TEASER else outcome.fate), outcome.detail
    if known is None:
        _store(batch, row, rows_of.new_article(article, key, canonical_key, batch.now, batch.settings), article)
        return outcome.fate, outcome.detail
    fresh = rows_of.updated_article(known, article, canonical_key, batch.now, batch.settings)
    if known["content_hash"] == article.content_hash:
        fresh["updated_at"] = known["updated_at"]
    else:
        _revise(batch, known, fresh)
    _store(batch, row, fresh, article, reindex=_text_differs(known, fresh))
    return outcome.fate, outcome.detail


def _decide_gone(batch: _Batch, row: Row, outcome: Outcome) -> tuple[FateWord, str | None]:
    known = batch.stored.get(row["article_id"]) if row["article_id"] else None
    if known is None:
        return FateWord.HTTP_4XX, outcome.detail
    if known["gone_at"] is None:
        gone = rows_of.blanked(known) | {"gone_at": batch.now}
        batch.stored[known["article_id"]] = batch.changed[known["article_id"]] = gone
        batch.blanked.add(known["article_id"])
        batch.reindexed.add(known["article_id"])
    return FateWord.GONE, outcome.detail


def _same_article(batch: _Batch, article: Article, canonical_key: str) -> Row | None:
    """The stored article that this one is, whatever URL it came from."""
    found = batch.stored.get(article.article_id)
    return found or batch.stored.get(batch.by_canonical.get(canonical_key, ""))


def _supersede(batch: _Batch, row: Row, own: Row | None) -> None:
    """A page that turns out to be another URL's article takes the teaser kept for it meanwhile out of the way."""
    if own is not None:
        batch.superseded.add(own["article_id"])
        row["article_id"] = None


def _store(batch: _Batch, row: Row, fresh: Row, article: Article, *, reindex: bool = True) -> None:
    article_id = fresh["article_id"]
    row["article_id"] = article_id
    batch.stored[article_id] = batch.changed[article_id] = fresh
    batch.by_canonical.setdefault(fresh["canonical_key"], article_id)
    batch.mentions[article_id] = rows_of.mention_rows(article_id, article.mentions)
    if reindex:
        batch.reindexed.add(article_id)


def _revise(batch: _Batch, known: Row, fresh: Row) -> None:
    batch.revisions.append(rows_of.revision_row(known, batch.now))
    fresh["revision_count"] = known["revision_count"] + 1


def _text_differs(known: Row, fresh: Row) -> bool:
    """Whether the index must be told: it is kept in order of publication."""
    return any(known[name] != fresh[name] for name in ("title", "sapo", "paragraphs", "published_at"))


def _visited(batch: _Batch, row: Row, outcome: Outcome, word: FateWord, detail: str | None) -> None:
    """Note in the frontier and in the ledger what the visit came to."""
    row |= {"fate": word, "detail": detail, "fated_at": batch.now, "retry_at": outcome.retry_at}
    if word in TRANSIENT_FATES:
        row["attempts"] += 1
    else:
        row |= {"attempts": 0, "checked_at": batch.now, "changed": False, "recheck_at": _next_check(batch, row)}
        if outcome.article is not None or outcome.etag or outcome.last_modified:
            row |= {"etag": outcome.etag, "last_modified": outcome.last_modified}
    batch.visited[row["url_key"]] = row
    batch.ledger[row["url_key"]] = {
        "run_id": batch.run_id,
        "url_key": row["url_key"],
        "url": row["url"],
        "outlet_id": row["outlet_id"],
        "fate": word,
        "detail": detail,
        "article_id": row["article_id"],
        "decided_at": batch.now,
    }


def _next_check(batch: _Batch, row: Row) -> datetime | None:
    """The first of the configured ages that the article has yet to reach; None for teasers and removed ones."""
    article = batch.stored.get(row["article_id"] or "")
    if article is None or article["kind"] != "full" or article["gone_at"] is not None:
        return None
    ages = (article["first_seen_at"] + timedelta(hours=hours) for hours in batch.settings.crawl.recheck_hours)
    return min((at for at in ages if at > batch.now), default=None)


def _write(connection: Connection, batch: _Batch) -> None:
    _drop_superseded(connection, batch)
    spans = laid_over(connection, batch.mentions, batch.changed, batch.settings)
    upsert(connection, articles, list(batch.changed.values()), key=("article_id",))
    insert_new(connection, revisions, batch.revisions)
    for chunk in in_chunks(batch.blanked):
        blank = revisions.update().where(revisions.c.article_id.in_(chunk))
        connection.execute(blank.values(sapo=None, paragraphs=[]))
    for chunk in in_chunks(batch.mentions):
        connection.execute(mentions.delete().where(mentions.c.article_id.in_(chunk)))
    insert_new(connection, mentions, [row for some in spans.values() for row in some])
    index_articles(connection, sorted(batch.reindexed))
    index_facts(connection, sorted(batch.mentions.keys() - batch.reindexed))
    upsert(connection, frontier, list(batch.visited.values()), key=("url_key",))
    upsert(connection, fates, list(batch.ledger.values()), key=("run_id", "url_key"))


def _drop_superseded(connection: Connection, batch: _Batch) -> None:
    """Delete teasers that turned out to be another article; one that a report has printed stays as printed."""
    if not batch.superseded:
        return
    printed = select(report_articles.c.article_id).where(report_articles.c.article_id.in_(batch.superseded))
    doomed = batch.superseded - set(connection.execute(printed).scalars())
    for article_id in doomed:
        batch.changed.pop(article_id, None)
        batch.mentions.pop(article_id, None)
        batch.reindexed.discard(article_id)
    unindex_articles(connection, doomed)
    # What was held to be their reprint is to be placed anew.
    orphans = select(issue_articles.c.article_id).where(issue_articles.c.reprint_of.in_(doomed))
    for article_id in connection.execute(orphans).scalars().all():
        place_anew(connection, article_id)
        if article_id in batch.changed:
            batch.changed[article_id]["grouped_hash"] = ""
    copies = issue_articles.update().where(issue_articles.c.reprint_of.in_(doomed))
    connection.execute(copies.values(reprint_of=None))
    connection.execute(articles.delete().where(articles.c.article_id.in_(doomed)))
