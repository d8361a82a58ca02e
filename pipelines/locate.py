"""Where on a page things stand: what follows and precedes an element, the boxes inside that are no part of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from pipelines.blocks import SKIPPED, names_of
from pipelines.names import is_box, is_person
from pipelines.text import bare, clean

_SHORT_LINE = 200
"""Characters of a line that may be a byline, a date, a tool."""
_MOST_LINKS, _ALL_LINKS = 0.5, 0.8
"""Share of linked characters: of a box that goes however big it is, and of a list that is no part of the text."""
_BIG_SHARE = 0.45
"""Share of the container's text from which an element may be the article itself, whatever it is called."""
_FAR = 600
"""Elements that are followed."""
_SMALL_BOX, _SMALL_TEXT, _LINKED_HEADLINE = 6, 600, 18
"""Children and characters of a small box; characters of a link from which it is a headline."""
_TEASER_SHARE, _TEASER_TIMES = 0.3, 8
"""A teaser has at most this share of the container's text, and at most so many times the length of its headline."""


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
        if len(node) > _SMALL_BOX or len(text := node.text_content()) > _SMALL_TEXT:
            return False
        if headline and headline in bare(text):
            return False
        for link in node.iter("a"):
            form = bare(link.text_content())
            if len(form) >= _LINKED_HEADLINE and form not in headline:
                return True
    return False


def text_of(element: HtmlElement) -> str:
    """All text of `element`, clean."""
    return clean(element.text_content())


def boxes(container: HtmlElement) -> frozenset[HtmlElement]:
    """Elements inside `container` that are no part of the article: link boxes, tools, bylines."""
    total = max(1, len(container.text_content()))
    found = _teasers(container, total)
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


def _teasers(container: HtmlElement, total: int) -> set[HtmlElement]:
    """Small elements about another article: its linked headline, alone in its line, with some words beside it."""
    found: set[HtmlElement] = set()
    for link in container.iter("a"):
        size = len(link.text_content().strip())
        if size < _LINKED_HEADLINE or not _alone(link):
            continue
        best = None
        for node in islice(link.iterancestors(), 4):
            whole = len(node.text_content())
            if node is container or whole > min(_SMALL_TEXT, _TEASER_SHARE * total) or whole > _TEASER_TIMES * size:
                break
            if node.tag in {"div", "table", "section", "article", "aside", "dl", "td", "tr", "li"}:
                best = node
        if best is not None:
            found.add(best)
    return found


def _alone(link: HtmlElement) -> bool:
    """Whether a link fills its line: nothing before it in its parent, nothing or a new block behind it."""
    parent = link.getparent()
    if parent is None or (parent.text or "").strip() or (link.tail or "").strip():
        return False
    before, behind = link.getprevious(), link.getnext()
    if before is not None and before.text_content().strip() and before.tag not in _NEW_LINE:
        return False
    return behind is None or behind.tag in _NEW_LINE or not behind.text_content().strip()


_NEW_LINE = frozenset({"br", "div", "p", "ul", "ol", "h2", "h3", "h4", "h5", "table", "img", "section"})
_LISTS = frozenset({"ul", "ol", "table", "aside", "footer", "dl"})


def _is_box(element: HtmlElement, names: str, total: int) -> bool:
    text = element.text_content()
    size = len(text)
    small = size < _BIG_SHARE * total
    if is_person(names) and size <= _SHORT_LINE:
        return True
    if element.tag in {"aside", "footer"} and small:
        return True
    links = sum(len(link.text_content()) for link in element.iter("a"))
    if element.tag in _LISTS and size and small and links > _ALL_LINKS * len(re.sub(r"\s+", "", text)):
        return True
    if not is_box(names):
        return False
    return small or links > _MOST_LINKS * size
