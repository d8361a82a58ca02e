"""RSS, Atom and RDF: bytes in, what they announce out. feedparser reads the structure, our own parser the dates."""

# feedparser has no types:
# ruff: noqa: ANN401

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from spiders.plain import sapo_text, title_text
from storage.records import Discovered, Teaser
from vietnamese.dates import parse_time

if TYPE_CHECKING:
    from datetime import datetime

    from config.model import Outlet

MOST_BYTES = 10_000_000
MOST_ITEMS = 2_000
"""No feed of news announces more; what comes after is not read."""

LONGEST_URL = 2_000

_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]{0,1000}(\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
_BREAKS = re.compile(r"[\t\r\n\x0b\x0c]+ *")


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedResult:
    """What one feed or sitemap announced."""

    items: tuple[Discovered, ...] = ()
    """In the order of the document, one a URL."""
    children: tuple[str, ...] = ()
    """Sitemaps that a sitemap index names."""
    next_page: str | None = None
    """Where a listing page goes on with older articles."""
    error: str | None = None
    """`not-a-feed`, `too-big`; None when it could be read."""
    detail: str | None = None
    skipped: int = 0
    """Entries without a usable link or title."""


def parse_feed(
    body: bytes, *, feed_url: str, now: datetime, outlet: Outlet, content_type: str | None = None
) -> FeedResult:
    """Read a feed of `outlet` fetched at `now` (aware); never raises on what a feed may contain.

    Names of authors are not read. A date in the future or unreadable leaves `published_at` empty; `published_raw`
    keeps what was written.
    """
    if len(body) > MOST_BYTES:
        return FeedResult(error="too-big", detail=f"{len(body)} bytes")
    if not body.strip():
        return FeedResult(error="not-a-feed", detail="empty answer")
    found = _parsed(harmless(body), feed_url, content_type)
    if not found.get("version") and not found.get("entries"):
        return FeedResult(error="not-a-feed", detail="no RSS, Atom or RDF")
    entries = found["entries"][:MOST_ITEMS]
    items: dict[str, Discovered] = {}
    for entry in entries:
        item = _item(entry, feed_url, now, outlet)
        if item is not None:
            items.setdefault(item.url, item)
    return FeedResult(items=tuple(items.values()), skipped=len(entries) - len(items))


def harmless(body: bytes) -> bytes:
    """`body` without its DOCTYPE, so that no entity it declares exists: bombs and file readers become plain text."""
    if body.startswith(_WIDE):
        encoding = (
            "utf-16"
            if body.startswith((b"\xff\xfe", b"\xfe\xff"))
            else "utf-16-le"
            if body[1:2] == b"\x00"
            else "utf-16-be"
        )
        text = body.decode(encoding, "replace").lstrip("\ufeff")
        body = re.sub(r"""(<\?xml[^>]*?encoding=["'])[^"']*""", r"\1utf-8", text, count=1).encode("utf-8")
    return _DOCTYPE.sub(b"", body) if b"<!" in body[:100_000] or b"<!ENTITY" in body else body


def _parsed(body: bytes, feed_url: str, content_type: str | None) -> Any:
    import feedparser

    headers = {"content-location": feed_url}
    if content_type:
        headers["content-type"] = content_type
    try:
        return feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # noqa: BLE001 - whatever hostile bytes do to the parser, they are no feed
        return {"entries": [], "bozo_exception": error}


def _item(entry: Any, feed_url: str, now: datetime, outlet: Outlet) -> Discovered | None:
    url = link(entry.get("feedburner_origlink") or entry.get("link") or "", feed_url)
    title = title_text(entry.get("title") or "")
    if url is None or not title:
        return None
    # dict.get, for feedparser's own `get` gives one date for another and warns of it
    dates = (dict.get(entry, name) for name in ("published", "updated", "created"))
    raw = next((date.strip()[:200] for date in dates if date), None) or None
    at = parse_time(raw, now=now, order=outlet.date_order) if raw else None
    teaser = Teaser(
        title=title,
        sapo=sapo_text(entry.get("summary") or ""),
        published_at=at.at if at else None,
        published_raw=raw,
    )
    return Discovered(url=url, outlet_id=outlet.id, via="feed", via_url=feed_url, teaser=teaser)


def link(raw: str, base: str) -> str | None:
    """The web address of a link as a feed writes it (broken over lines, relative), or None when there is none."""
    text = _BREAKS.sub("", raw).strip()
    if not text or len(text) > LONGEST_URL:
        return None
    try:
        url = urljoin(base, text)
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    return url if usable else None
