"""Listing pages: bytes in, the articles they link to out, and where the list goes on. Pure.

A page of a site that numbers its articles is judged by the numbers alone; on a page with hardly a numbered link, slugs
as long as a headline count too, outside of menus.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from w3lib.encoding import html_to_unicode

from crawler.guard import within
from spiders.article_link import LEAST_NUMBERED, likeness
from spiders.plain import title_text
from spiders.read_feed import MOST_BYTES, MOST_ITEMS, FeedResult, link
from storage.records import Discovered, Teaser
from storage.urls import url_key
from vietnamese.normal import clean, unaccent

if TYPE_CHECKING:
    from datetime import datetime

    from config.model import Outlet

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5"})
_MENUS = frozenset({"nav", "header", "footer"})
_MENU_NAME = re.compile(r"(?:^|[-_ ])(?:nav|menu|breadcrumbs?|footer|header|topbar)(?:$|[-_ ])")
_ONWARD = frozenset(
    {
        "sau",
        "trang sau",
        "tiep",
        "tiep theo",
        "trang tiep",
        "trang ke",
        "xem them",
        "next",
        "older",
        ">",
        ">>",
        "»",
        "›",
    }
)
_LONGEST_TITLE = 200
_TITLE_WORDS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class SectionLink:
    """One link to an article."""

    url: str
    """As linked, without its fragment."""
    title: str | None
    """The best of the link's texts; None for a picture without words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SectionPage:
    """What one listing page says."""

    links: tuple[SectionLink, ...] = ()
    """In the order of the page, one an article."""
    next_page: str | None = None
    """Where the list goes on with older articles."""
    others: int = 0
    """Links that lead elsewhere."""


@dataclass(slots=True)
class _Link:
    url: str
    texts: list[tuple[int, str]]
    """Rank (0 best) and text of each anchor."""
    in_menu: bool


def read_section(
    body: bytes, *, url: str, outlet: Outlet, content_type: str | None = None, page: int = 1
) -> SectionPage:
    """The articles of `outlet` that the listing page at `url` links to, `page` being its number; never raises."""
    tree = tree_of(body, content_type)
    if tree is None:
        return SectionPage()
    found: dict[str, _Link] = {}
    others = 0
    for anchor, target in anchors(tree, url):
        if not within((urlsplit(target).hostname or "").lower(), outlet.domains):
            others += 1
            continue
        entry = found.setdefault(url_key(target), _Link(url=target, texts=[], in_menu=True))
        entry.texts += _texts(anchor)
        entry.in_menu = entry.in_menu and _in_menu(anchor)
    taken = _articles(list(found.values()), url)
    links = tuple(SectionLink(url=each.url, title=_title(each)) for each in taken)[:MOST_ITEMS]
    return SectionPage(links=links, next_page=_next_page(tree, url, page), others=others + len(found) - len(links))


def parse_section(
    body: bytes, *, feed_url: str, now: datetime, outlet: Outlet, content_type: str | None = None, page: int = 1, base_url: str | None = None  # noqa: ARG001, E501 - as parse_feed
) -> FeedResult:  # fmt: skip
    """A listing page as a feed: what it announces, via `section`, as announced by `feed_url`.

    `page` is its number, `base_url` where it came from in the end, when that is not `feed_url`.
    """
    if len(body) > MOST_BYTES:
        return FeedResult(error="too-big", detail=f"{len(body)} bytes")
    read = read_section(body, url=base_url or feed_url, outlet=outlet, content_type=content_type, page=page)
    if not read.links:
        return FeedResult(error="not-a-feed", detail="no links to articles")
    items = tuple(
        Discovered(
            url=each.url,
            outlet_id=outlet.id,
            via="section",
            via_url=feed_url,
            teaser=Teaser(title=each.title) if each.title else None,
        )
        for each in read.links
    )
    return FeedResult(items=items, skipped=read.others, next_page=read.next_page)


def tree_of(body: bytes, content_type: str | None) -> HtmlElement | None:
    """The parsed page; None when there is nothing in it."""
    _, text = html_to_unicode(content_type, body, default_encoding="utf-8")
    try:
        tree = document_fromstring(text.replace("\x00", "").encode(), parser=HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return tree


def anchors(tree: HtmlElement, url: str) -> Iterator[tuple[HtmlElement, str]]:
    """Every link with its web address, resolved against `<base>` or `url`, without fragment."""
    base = next((link(each.get("href") or "", url) for each in tree.iter("base")), None) or url
    for anchor in tree.iter("a"):
        target = link(anchor.get("href") or "", base)
        if target is not None:
            yield anchor, urldefrag(target).url


def _articles(found: list[_Link], url: str) -> list[_Link]:
    page = url_key(url)
    judged = [(each, likeness(each.url, _longest(each))) for each in found if url_key(each.url) != page]
    numbered = [each for each, word in judged if word == "numbered"]
    if len(numbered) >= LEAST_NUMBERED:
        return numbered
    return [each for each, word in judged if word == "numbered" or (word == "worded" and not each.in_menu)]


def _texts(anchor: HtmlElement) -> list[tuple[int, str]]:
    """The words of a link: in a heading, as its title, its own, of its picture."""
    own = title_text(str(anchor.text_content()))
    heading = any(node.tag in _HEADINGS for node in anchor.iterancestors()) or any(
        node.tag in _HEADINGS for node in anchor.iter()
    )
    pictures = " ".join(node.get("alt") or "" for node in anchor.iter("img"))
    ranked = ((0 if heading else 2, own), (1, title_text(anchor.get("title") or "")), (3, title_text(pictures)))
    return [(rank, text) for rank, text in ranked if text]


def _longest(entry: _Link) -> str:
    return max((text for _, text in entry.texts), key=len, default="")


def _title(entry: _Link) -> str | None:
    """The headline among the texts: the best rank with the length of one, else the longest that is no sapo."""
    for _, text in sorted(entry.texts, key=lambda each: each[0]):
        if len(text.split()) >= _TITLE_WORDS and len(text) <= _LONGEST_TITLE:
            return text
    return max((text for _, text in entry.texts if len(text) <= _LONGEST_TITLE), key=len, default=None)


def _in_menu(anchor: HtmlElement) -> bool:
    return any(
        node.tag in _MENUS or _MENU_NAME.search(f"{node.get('class') or ''} {node.get('id') or ''}".lower())
        for node in anchor.iterancestors()
    )


def _next_page(tree: HtmlElement, url: str, page: int) -> str | None:
    """The next older page of the list: by rel=next, by its number, or by a word, on the same host."""
    host, stem = urlsplit(url).hostname, _stem(url)
    worded = None
    for anchor, target in [*_next_links(tree, url), *anchors(tree, url)]:
        if urlsplit(target).hostname != host or target == url:
            continue
        if "next" in (anchor.get("rel") or "").lower().split():
            return target
        text = unaccent(clean(str(anchor.text_content())))
        if text == str(page + 1) and _stem(target).startswith(stem):
            return target
        if worded is None and text in _ONWARD and _stem(target).startswith(stem) and re.search(r"\d", target):
            worded = target
    return worded


def _next_links(tree: HtmlElement, url: str) -> Iterator[tuple[HtmlElement, str]]:
    for node in tree.iter("link"):
        target = link(node.get("href") or "", url)
        if target is not None and "next" in (node.get("rel") or "").lower().split():
            yield node, target


def _stem(url: str) -> str:
    """Path of a list without its page: `/kinh-doanh/trang-2.htm`, `/kinh-doanh-page1` -> `/kinh-doanh`."""
    path = re.sub(r"\.\w{2,5}$", "", urlsplit(url).path)
    return re.sub(r"[-/]?(?:trang|page|p)[-/]?\d+$", "", path).rstrip("/")
