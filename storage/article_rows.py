"""Articles as rows: plain dictionaries, no SQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from config.model import Settings
from gazetteer.mention import Mention
from storage.records import Article
from vietnamese.dateline import without_dateline
from vietnamese.words import breaks_off, excerpt, sentences, syllables

EXCERPT_WORDS = 60
"""The most that views and sheets show of a text."""

_ENOUGH = 900
"""Characters that surely hold EXCERPT_WORDS words; the rest of a long body need not be cut into sentences."""

_WHOLE = re.compile(r"(?<!\.)[.!?][\"'”’»)\]]*$")
"""Ends a whole sentence; a heading ends without a stop, a feed's cut teaser in dots."""

_NUMBER = re.compile(
    r"(?<![\d.,])(?:\+84|0)[ .]?[1-9](?:[ .-]?\d){8}(?!\d)"  # a telephone
    r"|(?<!\d)\d{12}(?!\d)|\b(?:CCCD|CMND|CMTND)\b"  # papers
    r"|(?<![\d.,])\d\d ?[A-ZĐ]{1,2}\d? ?[-–.] ?\d{3}\.?\d{1,2}(?!\d)"  # a vehicle's plate
)
"""Somebody's number: of no use to an office, and the sentence can be read where it was written."""

Row = dict[str, Any]


def new_article(article: Article, key: str, canonical_key: str, now: datetime, settings: Settings) -> Row:
    """The row of an article that is stored for the first time; `key` is that of the URL it was fetched from."""
    return _said(article, canonical_key, settings) | {
        "article_id": article.article_id,
        "outlet_id": article.outlet_id,
        "url": article.url,
        "url_key": key,
        "revision_count": 0,
        "grouped_hash": "",
        "first_seen_at": now.replace(microsecond=0),
        "updated_at": now.replace(microsecond=0),
        "search_key": None,
    }


def updated_article(known: Row, article: Article, canonical_key: str, now: datetime, settings: Settings) -> Row:
    """`known` saying what `article` says now; id, URL, first sight and revision count stay."""
    return known | _said(article, canonical_key, settings) | {"updated_at": now.replace(microsecond=0)}


def _said(article: Article, canonical_key: str, settings: Settings) -> Row:
    return {
        "canonical_url": article.canonical_url,
        "canonical_key": canonical_key,
        "title": article.title,
        "sapo": article.sapo,
        "paragraphs": list(article.paragraphs),
        "captions": list(article.captions),
        "section": article.section,
        "credited_outlet": article.credited_outlet,
        "published_at": article.published_at,
        "published_from": article.published_from,
        "published_raw": article.published_raw,
        "published_precision": article.published_precision,
        "modified_at": article.modified_at,
        "kind": article.kind,
        "excerpt": short(article.sapo, article.text),
        "extractor": article.extractor,
        "content_hash": article.content_hash,
        "signature": article.signature,
        "about_city": article.about_city,
        "about_reasons": list(article.about_reasons),
        "in_scope": in_scope(settings, article.mentions, about_city=article.about_city),
        "gazetteer_version": article.gazetteer_version,
        "fetched_at": article.fetched_at,
        "raw_ref": article.raw_ref,
        "gone_at": None,
        "expired_at": None,
    }


def short(sapo: str | None, text: str) -> str:
    """At most EXCERPT_WORDS words of an article's own sentences: the sapo, completed from the body, behind datelines.

    Sentences are whole and follow each other as the article has them; one of the body that the sapo said already is
    left out. A sapo that ends without a stop, or in `…`, is not completed: what followed would read as part of it.
    Behind the first sentence it ends before one that somebody's number stands in, or that breaks off at `TP.`.
    """
    body = sentences(without_dateline(text[:_ENOUGH]))
    lead = sentences(without_dateline((sapo or "")[:_ENOUGH]))
    private = next((at for at, sentence in enumerate(lead) if at and _NUMBER.search(sentence)), None)
    if not lead or private is not None:
        return excerpt(lead[:private] or body, EXCERPT_WORDS)
    if not _WHOLE.search(lead[-1]):
        return excerpt(lead, EXCERPT_WORDS)
    said = {tuple(syllables(sentence)) for sentence in lead}
    words = sum(map(len, said))
    for sentence in body:
        told = tuple(syllables(sentence))
        if words > EXCERPT_WORDS or (told not in said and not _quotable(sentence)):
            break
        if told not in said:
            lead.append(sentence)
            words += len(told)
    return excerpt(lead, EXCERPT_WORDS)


def _quotable(sentence: str) -> bool:
    """Whether a sentence of the body may complete a sapo: whole, and without somebody's number."""
    return bool(_WHOLE.search(sentence)) and not breaks_off(sentence) and not _NUMBER.search(sentence)


def kept_sapo(sapo: str | None, short_text: str) -> str | None:
    """What stays of a sapo when the text goes: all of one that is within the excerpt, else the excerpt."""
    return sapo if sapo is None or len(sapo) <= len(short_text) else short_text


def in_scope(settings: Settings, mentions: Sequence[Mention], *, about_city: bool) -> bool:
    """Whether issues and sheets take an article with these mentions: `[scope]` of the settings."""
    scope = settings.scope
    if scope.about_city and about_city:
        return True
    return scope.mentions and any(mention.confidence >= scope.least_confidence for mention in mentions)


def blanked(known: Row) -> Row:
    """`known` without its text: title, link, excerpt and hash stay."""
    return known | {"paragraphs": [], "captions": [], "sapo": kept_sapo(known["sapo"], known["excerpt"])}


def revision_row(known: Row, now: datetime) -> Row:
    """What the article said until now."""
    return {
        "article_id": known["article_id"],
        "number": known["revision_count"],
        "title": known["title"],
        "sapo": known["sapo"],
        "paragraphs": known["paragraphs"],
        "published_at": known["published_at"],
        "content_hash": known["content_hash"],
        "seen_at": known["updated_at"],
        "replaced_at": now,
        "raw_ref": known["raw_ref"],
    }


def mention_rows(article_id: str, mentions: Sequence[Mention]) -> list[Row]:
    """One row a mention; `unit_id` says which unit a unit or a body of a unit is."""
    return [
        {
            "article_id": article_id,
            "field": mention.field,
            "start": mention.start,
            "end": mention.end,
            "entity_id": mention.entity_id,
            "unit_id": _unit_of(mention),
            "kind": mention.kind,
            "surface": mention.surface,
            "rule": mention.rule,
            "confidence": mention.confidence,
            "decided_by": mention.decided_by,
            "salience": mention.salience,
        }
        for mention in mentions
    ]


def _unit_of(mention: Mention) -> str | None:
    if mention.kind == "unit":
        return mention.entity_id
    return mention.entity_id.partition("@")[2] or None


def as_mention(row: Row) -> Mention:
    """The mention that a row of `mentions` holds."""
    return Mention(
        entity_id=row["entity_id"],
        kind=row["kind"],
        field=row["field"],
        start=row["start"],
        end=row["end"],
        surface=row["surface"],
        rule=row["rule"],
        confidence=row["confidence"],
        decided_by=row["decided_by"],
        salience=row["salience"],
    )
