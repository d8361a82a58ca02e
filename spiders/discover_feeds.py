"""Where a site says its news are announced: links in pages, Sitemap lines in robots.txt, usual places. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from spiders.read_feed import link
from spiders.read_section import anchors, tree_of

USUAL_LISTS = ("/rss", "/rss.htm", "/rss.html", "/rss.chn")
"""Where Vietnamese newsrooms list their feeds (some of these are a feed themselves)."""

USUAL_FEEDS = ("/rss/home.rss", "/rss/tin-moi-nhat.rss", "/rss/trang-chu.rss", "/feed", "/rss.xml", "/atom.xml")
USUAL_SITEMAPS = ("/sitemap-news.xml", "/news-sitemap.xml", "/google-news-sitemap.xml", "/sitemap.xml")

MOST_FEEDS = 200
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"})
_FEED = re.compile(r"\.(?:rss|rdf|atom)$|/(?:rss|feeds?|rdf|atom)/[^/]+|/(?:rss|atom|feed)[\w-]*\.xml$|/feed/?$")
_FEED_LIST = re.compile(r"/(?:kenh-)?rss[\w-]*(?:\.(?:s?html?|chn|aspx?|php))?/?$")
_COMMENTS = re.compile(r"comment|binh-luan")
_SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_FRESH = ("tin-moi", "moi-nhat", "home", "trang-chu", "index", "thoi-su", "tin-tuc")
_LOCAL = ("hai-phong", "haiphong", "xa-hoi", "phap-luat", "kinh-te", "kinh-doanh")


@dataclass(frozen=True, kw_only=True, slots=True)
class Announced:
    """What one page says of feeds."""

    feeds: tuple[str, ...] = ()
    """Addresses that look like feeds: those of the head first, then by how much news they promise."""
    lists: tuple[str, ...] = ()
    """Pages that list feeds."""


def discover_feeds(body: bytes, *, url: str, content_type: str | None = None) -> Announced:
    """The feeds that the page at `url` names in its head and links to; never raises."""
    tree = tree_of(body, content_type)
    if tree is None:
        return Announced()
    head = []
    for node in tree.iter("link"):
        target = link(node.get("href") or "", url)
        named = "alternate" in (node.get("rel") or "").lower().split()
        if target is not None and named and (node.get("type") or "").lower().strip() in _FEED_TYPES:
            head.append(target)
    linked, lists = [], []
    for _, target in anchors(tree, url):
        path = urlsplit(target).path.lower()
        if _FEED.search(path):
            linked.append(target)
        elif _FEED_LIST.search(path):
            lists.append(target)
    feeds = [*head, *sorted(linked, key=promise)]
    kept = [each for each in dict.fromkeys(feeds) if not _COMMENTS.search(each.lower())]
    return Announced(feeds=tuple(kept[:MOST_FEEDS]), lists=tuple(dict.fromkeys(lists)))


def robots_sitemaps(text: str, origin: str) -> tuple[str, ...]:
    """The Sitemap lines of a robots.txt, news sitemaps first."""
    found = (link(urljoin(origin, each), origin) for each in _SITEMAP_LINE.findall(text))
    named = dict.fromkeys(each for each in found if each is not None)
    return tuple(sorted(named, key=lambda each: "news" not in each.lower()))


def promise(feed_url: str) -> int:
    """How much a feed's address promises for a review of a city: 0 newest of all, 1 local and hard news, 2 others."""
    name = urlsplit(feed_url).path.lower()
    if any(word in name for word in _FRESH):
        return 0
    return 1 if any(word in name for word in _LOCAL) else 2


def origin_of(url: str) -> str:
    """`https://bao.vn` of any address there."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
