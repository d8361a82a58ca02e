"""Page to article: read, tag, fingerprint. What a worker runs, and what a test or `replay` runs without one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from config.model import Outlet
from pipelines.fingerprint import content_hash, signature
from pipelines.read import Reading, read_page
from storage.records import Article, FateWord, Outcome, Page, Teaser
from storage.urls import article_id

if TYPE_CHECKING:
    from gazetteer.records import Gazetteer

_KEEPS_TEASER = frozenset({FateWord.TOO_SLOW, FateWord.FAILED})
"""There was an article and we could not read it; a page without text has none, and its teaser is no article."""


def analyse(
    page: Page,
    *,
    outlet: Outlet | None,
    teaser: Teaser | None = None,
    gazetteer: Gazetteer | None = None,
    rules: bool = True,
    press: frozenset[str] = frozenset(),
) -> Outcome:
    """What one page comes to: an article with mentions and fingerprint, or a fate.

    `outlet` None reads it as a page of nobody; `gazetteer` None leaves it untagged; `press` are the names of
    outlets that a source line may credit. The fate of a page with an article is STORED: the store decides what it
    becomes.
    """
    reading = read_page(page, outlet=outlet, rules=rules, press=press)
    return outcome_of(page, reading, outlet=outlet, teaser=teaser, gazetteer=gazetteer)


def outcome_of(
    page: Page,
    reading: Reading,
    *,
    outlet: Outlet | None,
    teaser: Teaser | None = None,
    gazetteer: Gazetteer | None = None,
) -> Outcome:
    """The second half of `analyse`: what a page that was read comes to."""
    outlet_id = page.outlet_id or (outlet.id if outlet else "")
    if reading.fate is not None:
        kept = kept_teaser(
            reading.fate, page.requested_url, teaser, outlet=outlet, gazetteer=gazetteer, seen_at=page.fetched_at
        )
        return _outcome(page, outlet_id, reading.fate, reading.detail, kept)
    article = _article(page, outlet_id, reading, teaser)
    return _outcome(page, outlet_id, FateWord.STORED, None, tagged(article, outlet=outlet, gazetteer=gazetteer))


def teaser_article(
    url: str, teaser: Teaser, *, outlet: Outlet, gazetteer: Gazetteer | None = None, seen_at: datetime | None = None
) -> Article:
    """The article that a feed item alone makes: title and sapo, no body; upgraded in place when the page is read."""
    article = Article(
        article_id=article_id(url),
        outlet_id=outlet.id,
        url=url,
        canonical_url=url,
        title=teaser.title,
        sapo=teaser.sapo,
        published_at=teaser.published_at,
        published_from="feed" if teaser.published_at else None,
        published_raw=teaser.published_raw,
        published_precision="minute" if teaser.published_at else None,
        kind="teaser",
        extractor="teaser",
        content_hash=content_hash(teaser.title, teaser.sapo or ""),
        signature=signature(f"{teaser.title}\n{teaser.sapo or ''}"),
        fetched_at=seen_at,
    )
    return tagged(article, outlet=outlet, gazetteer=gazetteer)


def kept_teaser(
    fate: FateWord,
    url: str,
    teaser: Teaser | None,
    *,
    outlet: Outlet | None,
    gazetteer: Gazetteer | None = None,
    seen_at: datetime | None = None,
) -> Article | None:
    """The teaser as an article where `fate` says that there was an article we could not read; else None."""
    if teaser is None or outlet is None or fate not in _KEEPS_TEASER:
        return None
    return teaser_article(url, teaser, outlet=outlet, gazetteer=gazetteer, seen_at=seen_at)


def _article(page: Page, outlet_id: str, reading: Reading, teaser: Teaser | None) -> Article:
    canonical = reading.canonical_url or page.url
    text = "\n".join(reading.paragraphs)
    title = reading.title or ""
    article = Article(
        article_id=article_id(canonical),
        outlet_id=outlet_id,
        url=page.requested_url,
        canonical_url=canonical,
        title=title,
        sapo=reading.sapo,
        paragraphs=reading.paragraphs,
        captions=reading.captions,
        section=reading.section,
        credited_outlet=reading.credited_outlet,
        published_at=reading.published_at,
        published_from=reading.published_from,
        published_raw=reading.published_raw,
        published_precision=reading.published_precision,
        modified_at=reading.modified_at,
        extractor=reading.extractor,
        content_hash=content_hash(title, text),
        signature=signature(text or f"{title}\n{reading.sapo or ''}"),
        fetched_at=page.fetched_at,
        raw_ref=page.raw_ref,
    )
    return _dated_by(teaser, article)


def _dated_by(teaser: Teaser | None, article: Article) -> Article:
    """The feed's time where the page gives none, or only the day."""
    if teaser is None or teaser.published_at is None or article.published_precision == "minute":
        return article
    if article.published_at is not None and abs(article.published_at - teaser.published_at).days >= 1:
        return article
    return replace(
        article,
        published_at=teaser.published_at,
        published_from="feed",
        published_raw=teaser.published_raw,
        published_precision="minute",
    )


def tagged(article: Article, *, outlet: Outlet | None, gazetteer: Gazetteer | None) -> Article:
    """`article` with what the gazetteer says of it; as it is where there is no gazetteer."""
    if gazetteer is None:
        return article
    from gazetteer.tag import OutletHint, tag

    found = tag(
        gazetteer,
        title=article.title,
        sapo=article.sapo,
        text=article.text,
        published_at=article.published_at,
        outlet=OutletHint(id=outlet.id, city_default=outlet.city_default) if outlet else None,
        url=article.canonical_url,
        section=article.section,
    )
    return replace(
        article,
        about_city=found.about_city,
        about_reasons=found.about_reasons,
        mentions=found.mentions,
        gazetteer_version=found.gazetteer_version,
    )


def _outcome(page: Page, outlet_id: str, fate: FateWord, detail: str | None, article: Article | None) -> Outcome:
    return Outcome(
        url=page.requested_url,
        outlet_id=outlet_id,
        fate=fate,
        detail=detail,
        article=article,
        etag=page.etag,
        last_modified=page.last_modified,
    )
