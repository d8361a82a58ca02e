"""Records: the plain data that travels between rooms. No SQL, no Scrapy, no I/O.

Frozen, keyword-only, typed; times are aware datetimes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from gazetteer.mention import Mention


class FateWord(StrEnum):
    """What became of a discovered URL in a run: closed list, exactly one per URL and run."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    REVISED = "revised"
    TEASER = "teaser"
    DUPLICATE = "duplicate"
    NOT_ARTICLE = "not-article"
    OFF_LANGUAGE = "off-language"
    ROBOTS = "robots"
    HTTP_4XX = "http-4xx"
    HTTP_5XX = "http-5xx"
    TIMEOUT = "timeout"
    TOO_BIG = "too-big"
    TOO_SLOW = "too-slow"
    REDIRECT_LOOP = "redirect-loop"
    PRIVATE_ADDRESS = "private-address"
    NO_TEXT = "no-text"
    GONE = "gone"
    DEFERRED = "deferred"
    FAILED = "failed"


TRANSIENT_FATES = frozenset(
    {FateWord.HTTP_5XX, FateWord.TIMEOUT, FateWord.TOO_SLOW, FateWord.DEFERRED, FateWord.FAILED}
)
"""Asked again in every new run; the others are remembered (see `storage.frontier`)."""

PublishedFrom = Literal["json-ld", "meta", "itemprop", "time-tag", "rule", "visible", "feed", "sitemap"]
Via = Literal["feed", "sitemap", "section", "topic", "import", "recheck"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Teaser:
    """What a feed or sitemap says of an article before its page is fetched."""

    title: str
    sapo: str | None = None
    """Plain text, tags and images gone; None where the feed gives none."""
    published_at: datetime | None = None
    published_raw: str | None = None
    """The date exactly as the feed wrote it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Discovered:
    """One URL that an outlet announced."""

    url: str
    """As announced (white space trimmed); the fetch URL is never altered."""
    outlet_id: str
    via: Via
    via_url: str
    """The feed, sitemap or page that announced it."""
    teaser: Teaser | None = None
    lastmod: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedPoll:
    """One answer of a feed or sitemap, kept with what it announced in one transaction."""

    feed_url: str
    outlet_id: str
    polled_at: datetime
    status: int
    """HTTP status; 0 when there was no answer."""
    error: str | None = None
    """Fate-like word (`timeout`, `http-5xx`, `not-a-feed`, `robots` …) or None when it answered."""
    detail: str | None = None
    items: int = 0
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FrontierRow:
    """A URL that is due."""

    url_key: str
    url: str
    outlet_id: str
    via: Via
    teaser: Teaser | None
    attempts: int
    article_id: str | None
    """Set when an article is already stored under this URL (a re-check)."""
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One fetched HTTP response, raw, and all an extractor may know of how it was asked for."""

    url: str
    """Where it came from in the end (after redirects)."""
    requested_url: str
    status: int
    body: bytes
    content_type: str | None
    """The Content-Type header as sent; the charset in it may lie."""
    fetched_at: datetime
    outlet_id: str | None
    etag: str | None = None
    last_modified: str | None = None
    raw_ref: str | None = None
    """Its address in the archive, `YYYY/MM/DD#sha1:…`: `pipelines.archive.raw_page` finds it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """What a page says. No byline, no author, no reader comment: there is no field for one."""

    article_id: str
    """16 hex digits of the SHA-256 of the normalised canonical URL: `storage.urls.article_id`."""
    outlet_id: str
    url: str
    """As it was first fetched."""
    canonical_url: str
    """rel=canonical or og:url when it lies on the outlet's own domains, else `url`."""
    title: str
    sapo: str | None
    paragraphs: tuple[str, ...] = ()
    """The body, subheadings included, in order, NFC; empty for a teaser."""
    captions: tuple[str, ...] = ()
    section: str | None = None
    credited_outlet: str | None = None
    """The institution a source line names («Theo báo X»)."""
    published_at: datetime | None = None
    published_from: PublishedFrom | None = None
    published_raw: str | None = None
    published_precision: Literal["minute", "day"] | None = None
    modified_at: datetime | None = None
    """As the page says, kept apart from `published_at`."""
    kind: Literal["full", "teaser"] = "full"
    extractor: str = ""
    """Which layer won: `rule:vnexpress/2024`, `trafilatura-fast`, `trafilatura`, `teaser`."""
    content_hash: str = ""
    """SHA-256 (16 hex) over folded title and body: another one means a revision."""
    signature: bytes = b""
    """MinHash over syllable shingles, for reprints (`pipelines.fingerprint`)."""
    about_city: bool = False
    about_reasons: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    gazetteer_version: str = ""
    fetched_at: datetime | None = None
    raw_ref: str | None = None

    @property
    def text(self) -> str:
        """The body as one string: what offsets of `text` mentions point into."""
        return "\n".join(self.paragraphs)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The unit of commit: what one visit to one URL came to.

    `fate` is what the crawl proposes. For a page with an article the crawl proposes STORED and the store
    decides by comparing: stored, unchanged, revised or duplicate. A 404 or 410 of a stored article is GONE.
    """

    url: str
    outlet_id: str
    fate: FateWord
    detail: str | None = None
    """Why, for a person: `503 Service Unavailable`, `robots: Disallow /private/` … never page text."""
    article: Article | None = None
    """The full article, or the teaser kept because the page could not be had."""
    etag: str | None = None
    last_modified: str | None = None
    retry_at: datetime | None = None
    """For DEFERRED: not before this moment (Retry-After)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """One row of the ledger of a run."""

    run_id: str
    url: str
    outlet_id: str
    fate: FateWord
    detail: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One execution of the nightly job or a part of it."""

    run_id: str
    """`nightly-20260910` (the morning it works for), `nightly-20260910.2` when run again."""
    kind: str
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str | None = None
    """`done`, `partial`, `failed`, `interrupted` (told to end, to be continued); None while it runs or when killed."""
    counts: dict[str, int] = field(default_factory=dict)
