"""Sitemaps: news sitemaps with title and time, plain ones by lastmod, index files one level deep."""

from __future__ import annotations

import zlib
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from lxml import etree

from spiders.article_link import LEAST_NUMBERED, likeness
from spiders.plain import title_text
from spiders.read_feed import MOST_BYTES, MOST_ITEMS, FeedResult, harmless, link
from storage.records import Discovered, Teaser
from vietnamese.dates import parse_time

if TYPE_CHECKING:
    from datetime import datetime

    from config.model import Outlet

FRESH = timedelta(days=3)
"""An entry without news tags counts as news when its lastmod is at most this old."""

MOST_CHILDREN = 5
"""Of a sitemap index, the sitemaps changed last; archives by month are not news."""

_GZIP = b"\x1f\x8b"


def parse_sitemap(
    body: bytes, *, feed_url: str, now: datetime, outlet: Outlet, content_type: str | None = None  # noqa: ARG001 - as parse_feed
) -> FeedResult:  # fmt: skip
    """Read a sitemap (.gz too) of `outlet` fetched at `now`; never raises on what it may contain."""
    unpacked = _unpacked(body)
    if unpacked is None or len(unpacked) > MOST_BYTES:
        return FeedResult(error="too-big", detail=f"more than {MOST_BYTES} bytes unpacked")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(harmless(unpacked), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or _name(root) not in {"urlset", "sitemapindex"}:
        return FeedResult(error="not-a-feed", detail="no sitemap")
    if _name(root) == "sitemapindex":
        return FeedResult(children=_children(root, feed_url, now))
    items: dict[str, Discovered] = {}
    entries = [child for child in root if _name(child) == "url"][:MOST_ITEMS]
    for entry in entries:
        item = _item(entry, feed_url, now, outlet)
        if item is not None:
            items.setdefault(item.url, item)
    kept = _without_lists(tuple(items.values()))
    return FeedResult(items=kept, skipped=len(entries) - len(kept))


def _without_lists(items: tuple[Discovered, ...]) -> tuple[Discovered, ...]:
    """A plain sitemap without its sections and tags, whose lastmod is always today; told apart as in listing pages."""
    words = {item.url: likeness(item.url) for item in items if item.teaser is None}
    if sum(word == "numbered" for word in words.values()) < LEAST_NUMBERED:
        return items
    return tuple(item for item in items if words.get(item.url, "numbered") == "numbered")


def _unpacked(body: bytes) -> bytes | None:
    """The body, out of gzip when it is in it; None when it is larger than allowed. Broken gzip gives what came out."""
    if not body.startswith(_GZIP):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        out = unpacker.decompress(body, MOST_BYTES + 1)
    except zlib.error:
        return b""
    return None if len(out) > MOST_BYTES else out


def _children(root: etree._Element, feed_url: str, now: datetime) -> tuple[str, ...]:
    """The sitemaps changed last, those without lastmod after those with one."""
    found = []
    for place, child in enumerate(node for node in root if _name(node) == "sitemap"):
        url = link(_text(child, "loc") or "", feed_url)
        at = parse_time(_text(child, "lastmod") or "", now=now)
        if url is not None and url != feed_url:
            found.append((-(at.at.timestamp() if at else 0.0), place, url))
    return tuple(dict.fromkeys(url for _, _, url in sorted(found)))[:MOST_CHILDREN]


def _item(entry: etree._Element, feed_url: str, now: datetime, outlet: Outlet) -> Discovered | None:
    url = link(_text(entry, "loc") or "", feed_url)
    lastmod = parse_time(_text(entry, "lastmod") or "", now=now)
    title = title_text(_text(entry, "title") or "")
    if url is None or (not title and (lastmod is None or now - lastmod.at > FRESH)):
        return None
    raw = (_text(entry, "publication_date") or "")[:200] or None
    at = parse_time(raw, now=now) if raw else None
    teaser = Teaser(title=title, published_at=at.at if at else None, published_raw=raw) if title else None
    return Discovered(
        url=url,
        outlet_id=outlet.id,
        via="sitemap",
        via_url=feed_url,
        teaser=teaser,
        lastmod=lastmod.at if lastmod else None,
    )


def _text(node: etree._Element, name: str) -> str | None:
    """Text of the first element called `name` below `node`, images' own titles and locations left out."""
    for below in node.iter():
        if _name(below) == name and _namespace(below.getparent()) != "image":
            with suppress(UnicodeDecodeError):  # half a surrogate pair: libxml2 recovers it, nobody can read it
                return "".join(str(text) for text in below.itertext()).strip() or None
            return None
    return None


def _name(node: etree._Element) -> str:
    """The local name: `title` of `{…sitemap-news/0.9}title`, and of `news:title` where nobody declared the prefix."""
    return _tag(node).rpartition("}")[2].rpartition(":")[2]


def _tag(node: etree._Element | None) -> str:
    """The tag; "" for comments and what cannot be read."""
    with suppress(UnicodeDecodeError):
        if node is not None and isinstance(node.tag, str):
            return node.tag
    return ""


def _namespace(node: etree._Element | None) -> str:
    tag = _tag(node)
    space, closed, _ = tag.rpartition("}")
    images = "sitemap-image" in space or "sitemap-video" in space if closed else tag.startswith(("image:", "video:"))
    return "image" if images else ""
