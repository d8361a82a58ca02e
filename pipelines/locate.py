"""Where on a page the article stands: its headline, its container, the boxes inside that are no part of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from pipelines.blocks import SKIPPED, names_of
from pipelines.metadata import Metadata
from pipelines.names import is_box, is_person
from pipelines.text import bare, clean

_MOST_HEADINGS, _FEW, _ALIKE = 120, 3, 0.95
_SHORT_LINE = 200
_LEAST_TITLE = 8
_MOST_LINKS = 0.5
_BIG_SHARE = 0.45
_FAR = 600
_SMALL_BOX, _SMALL_TEXT, _LINKED_HEADLINE = 6, 600, 18
_TITLE_PARTS = re.compile(r"\s+[-–|»:]{1,2}\s+")


def following(start: HtmlElement, limit: int = _FAR) -> Iterator[HtmlElement]:
    """Elements behind `start` in document order, its own descendants first, at most `limit`."""
    node: HtmlElement | None = start
    for _ in range(limit):
        if node is None:
            return
        child = next(iter(node), None) if node.tag not in SKIPPED else None
        while child is None and node is not None:
            child = node.getnext()
            if child is None:
                node = node.getparent()
        if child is None:
            return
        node = child
        if isinstance(node.tag, str):
            yield node


def preceding(start: HtmlElement, limit: int = 120) -> Iterator[HtmlElement]:
    """Elements before `start` in reverse document order, at most `limit`, within five levels of parents."""
    node, seen = start, 0
    for _ in range(5):
        parent = node.getparent()
        if parent is None or parent.tag == "body":
            return
        for sibling in node.itersiblings(preceding=True):
            for element in (sibling, *sibling.iterdescendants()):
                seen += 1
                if seen > limit:
                    return
                if isinstance(element.tag, str):
                    yield element
        node = parent


def beside_headline(element: HtmlElement, headline: str) -> bool:
    """Whether `element` stands in a small box with a linked headline that is not `headline` (folded)."""
    for node in (element, *islice(element.iterancestors(), 2)):
        if len(node) > _SMALL_BOX or len(node.text_content()) > _SMALL_TEXT:
            return False
        for link in node.iter("a"):
            form = bare(link.text_content())
            if len(form) >= _LINKED_HEADLINE and form not in headline:
                return True
    return False


def text_of(element: HtmlElement) -> str:
    """All text of `element`, clean."""
    return clean(element.text_content())


def find_title(tree: HtmlElement, meta: Metadata) -> HtmlElement | None:
    """The element that shows the headline: the one that says most of what the metadata say, else the first real h1."""
    wanted = [form for title in meta.titles if len(form := bare(title)) >= _LEAST_TITLE]
    best: tuple[float, HtmlElement] | None = None
    first: HtmlElement | None = None
    for element in islice(tree.iter("h1", "h2", "h3"), _MOST_HEADINGS):
        form = bare(element.text_content()[: 2 * _SHORT_LINE])
        if len(form) < _LEAST_TITLE:
            continue
        likeness = max((_likeness(form, title) for title in wanted), default=0.0)
        if likeness >= _ALIKE:
            return element
        if likeness and (best is None or likeness > best[0]):
            best = (likeness, element)
        if first is None and element.tag == "h1":
            first = element
    if best is not None:
        return best[1]
    if first is not None and _reworded(first, meta):
        return first
    titled = _titled(tree, meta)
    return titled if titled is not None else first


def _reworded(element: HtmlElement, meta: Metadata) -> bool:
    """Whether a heading shares half its words with a title that the metadata word otherwise."""
    words = set(element.text_content().lower().split())
    return any(len(words & set(title.lower().split())) >= len(words) / 2 for title in meta.titles)


def _likeness(form: str, title: str) -> float:
    """How much of a metadata title a shown line covers; its beginning counts, its end only half."""
    if form == title:
        return 1.0
    if title.startswith(form):
        return 1.0 if len(form) > 2 * _LEAST_TITLE else len(form) / len(title)
    return 0.5 * len(form) / len(title) if form in title else 0.0


def _titled(tree: HtmlElement, meta: Metadata) -> HtmlElement | None:
    """A headline that is no heading: the first short element that a metadata title, or most of one, begins with."""
    wanted = set()
    for title in meta.titles:
        whole = bare(title)
        parts = (bare(part) for part in _TITLE_PARTS.split(title))
        wanted |= {form for form in (whole, *parts) if len(form) >= max(2 * _LEAST_TITLE, len(whole) / 2)}
    for element in tree.iter("div", "p", "span", "td", "strong", "b", "font", "a"):
        own = element.text_content() if len(element) <= _FEW else ""
        form = bare(own) if _LEAST_TITLE < len(own) < _SHORT_LINE * 2 else ""
        if len(form) >= _LEAST_TITLE * 2 and any(title.startswith(form) for title in wanted):
            return element
    return None


def boxes(container: HtmlElement) -> frozenset[HtmlElement]:
    """Elements inside `container` that are no part of the article: link boxes, tools, bylines."""
    total = max(1, len(container.text_content()))
    found: set[HtmlElement] = set()
    for element in container.iterdescendants("*"):
        if not isinstance(element.tag, str) or (element.tag in {"p", "span", "a", "img"} and not element.get("class")):
            continue
        names = names_of(element)
        if names == " " and element.tag not in _LISTS:
            continue
        if not found.isdisjoint(element.iterancestors()):
            continue
        if _is_box(element, names, total):
            found.add(element)
    return frozenset(found)


_LISTS = frozenset({"ul", "ol", "table", "aside", "footer", "dl"})


def _is_box(element: HtmlElement, names: str, total: int) -> bool:
    text = element.text_content()
    size = len(text)
    if is_person(names) and size <= _SHORT_LINE:
        return True
    if element.tag in {"aside", "footer"} and size < _BIG_SHARE * total:
        return True
    links = sum(len(link.text_content()) for link in element.iter("a"))
    if element.tag in _LISTS and size and links > 0.8 * len(re.sub(r"\s+", "", text)) and size < _BIG_SHARE * total:
        return True
    if not is_box(names):
        return False
    return size < _BIG_SHARE * total or links > _MOST_LINKS * size
