"""The feeds and news sitemaps of the town, written as bytes: RSS 2.0, Atom, RDF (RSS 1.0), news sitemap."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from demo.model import Feed, Lie, TownOutlet

CONTENT_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "rdf": "application/rdf+xml; charset=utf-8",
    "sitemap": "application/xml; charset=utf-8",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One entry of a feed."""

    url: str
    title: str
    sapo: str
    published: datetime


def write(feed: Feed, outlet: TownOutlet, items: Sequence[Item], now: datetime) -> bytes:
    """The whole document; `now` is the night's moment, so that every night's document differs from the last."""
    text = _FORMS[feed.form](outlet, [] if feed.empty else items, now, feed.lie)
    return unicodedata.normalize("NFD" if outlet.nfd else "NFC", text).encode()


def _dated(published: datetime, lie: Lie) -> str:
    """The date as the feed writes it: RFC 822, or a lie."""
    match lie:
        case "late":  # the local clock with a wrong zone: seven hours late
            return format_datetime(published.replace(tzinfo=UTC), usegmt=True)
        case "future":
            return format_datetime(published + timedelta(days=400))
        case "garbage":
            return "Hôm nay, vừa xong"
        case _:
            return format_datetime(published)


def _rss(outlet: TownOutlet, items: Sequence[Item], now: datetime, lie: Lie) -> str:
    rows = "\n".join(
        f"<item>\n<title>{escape(i.title)}</title>\n<link>{escape(i.url)}</link>\n"
        f'<guid isPermaLink="true">{escape(i.url)}</guid>\n<pubDate>{_dated(i.published, lie)}</pubDate>\n'
        f"<description><![CDATA[{_picture(i, outlet)}{escape(i.sapo)}]]></description>\n</item>"
        for i in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0">\n<channel>\n'
        f"<title>{escape(outlet.name)}</title>\n<link>http://{outlet.host}/</link>\n"
        f"<description>Tin mới của {escape(outlet.name)}</description>\n"
        f"<lastBuildDate>{format_datetime(now)}</lastBuildDate>\n{rows}\n</channel>\n</rss>\n"
    )


def _picture(item: Item, outlet: TownOutlet) -> str:
    return f'<a href="{escape(item.url)}"><img src="http://{outlet.host}/thumb.jpg"></a></br>'


def _atom(outlet: TownOutlet, items: Sequence[Item], now: datetime, _lie: Lie) -> str:
    rows = "\n".join(
        f'<entry>\n<title type="html">{escape(i.title)}</title>\n<link rel="alternate" href="{escape(i.url)}"/>\n'
        f"<id>{escape(i.url)}</id>\n<published>{i.published.isoformat()}</published>\n"
        f'<updated>{i.published.isoformat()}</updated>\n<summary type="html">{escape(i.sapo)}</summary>\n</entry>'
        for i in items
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{escape(outlet.name)}</title>\n<id>http://{outlet.host}/</id>\n"
        f'<link rel="self" href="http://{outlet.host}/atom.xml"/>\n<updated>{now.isoformat()}</updated>\n{rows}\n</feed>\n'
    )


def _rdf(outlet: TownOutlet, items: Sequence[Item], now: datetime, _lie: Lie) -> str:
    listed = "".join(f'<rdf:li rdf:resource="{escape(i.url)}"/>' for i in items)
    rows = "\n".join(
        f'<item rdf:about="{escape(i.url)}">\n<title>{escape(i.title)}</title>\n<link>{escape(i.url)}</link>\n'
        f"<description>{escape(i.sapo)}</description>\n<dc:date>{i.published.isoformat()}</dc:date>\n</item>"
        for i in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF xmlns="http://purl.org/rss/1.0/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<channel rdf:about="http://{outlet.host}/">\n<title>{escape(outlet.name)}</title>\n'
        f"<link>http://{outlet.host}/</link>\n<description>Tin mới</description>\n"
        f"<dc:date>{now.isoformat()}</dc:date>\n"
        f"<items><rdf:Seq>{listed}</rdf:Seq></items>\n</channel>\n{rows}\n</rdf:RDF>\n"
    )


def _sitemap(outlet: TownOutlet, items: Sequence[Item], now: datetime, _lie: Lie) -> str:
    rows = "\n".join(
        f"<url>\n<loc>{escape(i.url)}</loc>\n<news:news>\n<news:publication><news:name>{escape(outlet.name)}</news:name>"
        f"<news:language>vi</news:language></news:publication>\n"
        f"<news:publication_date>{i.published.isoformat()}</news:publication_date>\n"
        f"<news:title>{escape(i.title)}</news:title>\n</news:news>\n</url>"
        for i in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n'
        f"<!-- {now.isoformat()} -->\n{rows}\n</urlset>\n"
    )


_FORMS: dict[str, Callable[[TownOutlet, Sequence[Item], datetime, Lie], str]] = {
    "rss": _rss,
    "atom": _atom,
    "rdf": _rdf,
    "sitemap": _sitemap,
}
