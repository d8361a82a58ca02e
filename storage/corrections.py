"""Corrections of mentions, and tagging anew: what a person decided wins, whenever an article's mentions are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from config.model import Settings
from gazetteer.corrections import Correction, corrected
from gazetteer.mention import Mention
from storage.article_rows import as_mention, in_scope, mention_rows
from storage.errors import StoreError
from storage.grouping import mentions_of, place_anew
from storage.schema import article_at, articles, corrections, mentions, meta
from storage.search_index import index_facts
from storage.sql import in_chunks, insert_new, upsert

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class TaggedArticle:
    """A stored article with its text and what is said of it now."""

    article_id: str
    at: datetime
    """Published, or first seen where it has no date: what `since` counts by."""
    outlet_id: str
    canonical_url: str
    title: str
    sapo: str | None
    text: str
    section: str | None
    published_at: datetime | None
    about_city: bool
    gazetteer_version: str
    mentions: tuple[Mention, ...]
    corrections: tuple[Correction, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Retagging:
    """What is to be said of an article from now on."""

    article_id: str
    about_city: bool
    about_reasons: tuple[str, ...]
    mentions: tuple[Mention, ...]
    gazetteer_version: str
    changed: bool
    """Whether issues must judge and place the article anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RetagMark:
    """How far a run of `retag` has come: the last article whose tagging is written."""

    since: datetime
    gazetteer_version: str
    at: datetime
    article_id: str


def laid_over(
    connection: Connection, rows: Mapping[str, list[Row]], stored: Mapping[str, Row], settings: Settings
) -> dict[str, list[Row]]:
    """Rows of `mentions` by article with the corrections of each laid over; `stored` rows get their scope anew."""
    found = dict(rows)
    for article_id, some in corrections_of(connection, rows).items():
        if article_id in stored:
            row = stored[article_id]
            now = corrected([as_mention(mention) for mention in rows[article_id]], some, _texts(row))
            found[article_id] = mention_rows(article_id, now)
            row["in_scope"] = in_scope(settings, now, about_city=row["about_city"])
    return found


def corrections_of(
    connection: Connection, article_ids: Iterable[str] | None = None
) -> dict[str, tuple[Correction, ...]]:
    """The corrections of these articles (None: of all), oldest first."""
    order = (corrections.c.article_id, corrections.c.decided_at, corrections.c.entity_id, corrections.c.surface)
    query = select(corrections).order_by(*order)
    chunks = (
        [query]
        if article_ids is None
        else [query.where(corrections.c.article_id.in_(c)) for c in in_chunks(article_ids)]
    )
    found: dict[str, list[Correction]] = {}
    for chunk in chunks:
        for row in connection.execute(chunk).mappings():
            found.setdefault(row["article_id"], []).append(_correction(dict(row)))
    return {article_id: tuple(some) for article_id, some in found.items()}


def _correction(row: Mapping[str, Any]) -> Correction:
    return Correction(
        action=row["action"], entity_id=row["entity_id"], to_id=row["to_id"], surface=row["surface"] or None
    )


def correct(
    connection: Connection, article_id: str, correction: Correction, now: datetime, settings: Settings
) -> tuple[Mention, ...]:
    """Keep a correction and lay it over the article's mentions; returns them. StoreError without the article."""
    stored = _stored(connection, article_id)
    row = {
        "article_id": article_id,
        "entity_id": correction.entity_id,
        "surface": correction.surface or "",
        "action": correction.action,
        "to_id": correction.to_id,
        "decided_at": now,
    }
    upsert(connection, corrections, [row], key=("article_id", "entity_id", "surface"))
    before = mentions_of(connection, [article_id]).get(article_id, ())
    after = corrected(before, [correction], _texts(stored))
    scope = in_scope(settings, after, about_city=stored["about_city"])
    _write(connection, article_id, after, {"in_scope": scope}, changed=after != before)
    return after


def forget(connection: Connection, article_id: str) -> int:
    """Take an article's corrections back; returns how many. The rules decide again when it is tagged next."""
    return connection.execute(corrections.delete().where(corrections.c.article_id == article_id)).rowcount


def _stored(connection: Connection, article_id: str) -> Row:
    found = connection.execute(select(articles).where(articles.c.article_id == article_id)).mappings().first()
    if found is None:
        raise StoreError("there is no such article", article_id, "`diembao search` prints ids")
    return dict(found)


def _texts(row: Mapping[str, Any]) -> dict[Any, str]:
    return {"title": row["title"], "sapo": row["sapo"] or "", "text": "\n".join(row["paragraphs"])}


def _to_tag(since: datetime) -> ColumnElement[bool]:
    return and_(since <= article_at, articles.c.expired_at.is_(None), articles.c.gone_at.is_(None))


def count_to_tag(connection: Connection, since: datetime) -> int:
    """How many articles `tagged_articles` would give in all."""
    return connection.execute(select(func.count()).select_from(articles).where(_to_tag(since))).scalar_one()


def tagged_articles(
    connection: Connection, since: datetime, after: tuple[datetime, str] | None = None, limit: int | None = None
) -> list[TaggedArticle]:
    """Articles published (undated: first seen) since then that still have their text, in that order, then by id.

    `after` is the time and id of the last article of the batch before; at most `limit`.
    """
    query = (
        select(articles, article_at.label("at"))
        .where(_to_tag(since))
        .order_by(article_at, articles.c.article_id)
        .limit(limit)
    )
    if after is not None:
        at, article_id = after
        query = query.where(or_(article_at > at, and_(article_at == at, articles.c.article_id > article_id)))
    rows = list(connection.execute(query).mappings())
    ids = [row["article_id"] for row in rows]
    spans, decided = mentions_of(connection, ids), corrections_of(connection, ids)
    return [_tagged(dict(row), spans.get(row["article_id"], ()), decided.get(row["article_id"], ())) for row in rows]


def _tagged(row: Mapping[str, Any], found: tuple[Mention, ...], decided: tuple[Correction, ...]) -> TaggedArticle:
    return TaggedArticle(
        article_id=row["article_id"],
        at=row["at"],
        outlet_id=row["outlet_id"],
        canonical_url=row["canonical_url"],
        title=row["title"],
        sapo=row["sapo"],
        text="\n".join(row["paragraphs"]),
        section=row["section"],
        published_at=row["published_at"],
        about_city=row["about_city"],
        gazetteer_version=row["gazetteer_version"],
        mentions=found,
        corrections=decided,
    )


_MARK = "retag"


def retag_mark(connection: Connection) -> RetagMark | None:
    """How far a run of `retag` came that did not reach its end."""
    kept = connection.execute(select(meta.c.value).where(meta.c.key == _MARK)).scalar_one_or_none()
    return msgspec.json.decode(kept, type=RetagMark) if kept else None


def set_retag_mark(connection: Connection, mark: RetagMark | None) -> None:
    """Keep how far it came; None when it is done."""
    connection.execute(meta.delete().where(meta.c.key == _MARK))
    if mark is not None:
        connection.execute(meta.insert().values(key=_MARK, value=msgspec.json.encode(mark).decode()))


def save_taggings(connection: Connection, taggings: Sequence[Retagging], settings: Settings) -> None:
    """Write what is said of articles from now on; those that changed are judged and placed anew by the next night."""
    for tagging in taggings:
        values = {
            "about_city": tagging.about_city,
            "about_reasons": list(tagging.about_reasons),
            "gazetteer_version": tagging.gazetteer_version,
            "in_scope": in_scope(settings, tagging.mentions, about_city=tagging.about_city),
        }
        _write(connection, tagging.article_id, tagging.mentions, values, changed=tagging.changed)


def _write(
    connection: Connection, article_id: str, found: Sequence[Mention], values: Mapping[str, Any], *, changed: bool
) -> None:
    connection.execute(articles.update().where(articles.c.article_id == article_id).values(**values))
    connection.execute(mentions.delete().where(mentions.c.article_id == article_id))
    insert_new(connection, mentions, mention_rows(article_id, found))
    index_facts(connection, [article_id])
    if changed:
        place_anew(connection, article_id)
