"""Where on a page the article stands: its headline, its container, the boxes inside that are no part of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from pipelines.blocks import BLOCKS, HEADINGS, SKIPPED, names_of
from pipelines.metadata import Metadata
from pipelines.names import BODY_NAMES, FRAME_NAMES, bare, is_box, is_person
from vietnamese.normal import clean

_LONG_TEXTS = etree.XPath("//body//text()[string-length(normalize-space(.)) > 30]")
_MOST_HEADINGS, _FEW, _ALIKE = 120, 3, 0.95
_DIRECT, _CLOSE = 12, 4
_SHORT_LINE = 200
_LEAST_TITLE = 8
_MOST_LINKS = 0.5
_BIG_SHARE = 0.45
_FAR = 600


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
    titled = _titled(tree, wanted)
    return titled if titled is not None else first


def _likeness(form: str, title: str) -> float:
    """How much of a metadata title a shown line covers; its beginning counts, its end only half."""
    if title.startswith(form):
        return 1.0 if len(form) > 2 * _LEAST_TITLE else len(form) / len(title)
    return 0.5 * len(form) / len(title) if form in title else 0.0


def _titled(tree: HtmlElement, wanted: list[str]) -> HtmlElement | None:
    """A headline that is no heading element: the first short element that a metadata title begins with."""
    for element in tree.iter("div", "p", "span", "td", "strong", "b", "font", "a"):
        own = element.text_content() if len(element) <= _FEW else ""
        form = bare(own) if _LEAST_TITLE < len(own) < _SHORT_LINE * 2 else ""
        if len(form) >= _LEAST_TITLE * 2 and any(title.startswith(form) for title in wanted):
            return element
    return None


def find_container(tree: HtmlElement, title: HtmlElement | None = None) -> HtmlElement | None:
    """The element that holds the running text, by the weight of its paragraphs; None on a page without any.

    What stands behind the headline within a few levels of it counts more.
    """
    scores: dict[HtmlElement, float] = defaultdict(float)
    own: dict[HtmlElement, float] = defaultdict(float)
    for block, weight in _paragraphs(tree):
        own[block] += weight
    for block, weight in own.items():
        if weight > _DIRECT and block.tag not in {"p", "span"}:
            scores[block] += weight
        parent = block.getparent()
        for share in (1.0, 0.5, 0.25):
            if parent is None or parent.tag in {"html", "body"}:
                break
            scores[parent] += weight * share
            parent = parent.getparent()
    if not scores:
        return None
    near = {node: level for level, node in enumerate([title, *title.iterancestors()][:8])} if title is not None else {}
    rated = {element: score * _liking(element) * _nearness(element, near) for element, score in scores.items()}
    best = max(rated, key=lambda element: rated[element])
    return _widened(best, scores)


def _paragraphs(tree: HtmlElement) -> Iterator[tuple[HtmlElement, float]]:
    """Blocks with running text and what each text node in them weighs."""
    texts = _LONG_TEXTS(tree)
    if not isinstance(texts, list):
        return
    for text in texts:
        node = text.getparent()  # type: ignore[union-attr]
        if node is not None and text.is_tail:  # type: ignore[union-attr]
            node = node.getparent()
        linked = False
        while node is not None and node.tag not in BLOCKS:
            if node.tag in SKIPPED:
                node = None
                break
            linked = linked or node.tag == "a"
            node = node.getparent()
        if node is None or linked or node.tag in HEADINGS:
            continue
        plain = str(text)
        yield node, 1 + min(plain.count(",") + plain.count(". "), 8) + min(len(plain) / 100, 3)


def _liking(element: HtmlElement) -> float:
    names = names_of(element)
    factor = 1.0
    if element.get("itemprop") == "articleBody" or element.get("data-role") == "content":
        factor *= 1.6
    elif BODY_NAMES.search(names) or element.tag == "article":
        factor *= 1.3
    for level, node in enumerate((element, *islice(element.iterancestors(), 4))):
        around = names_of(node)
        if node.tag in {"footer", "aside", "nav"} or FRAME_NAMES.search(around):
            return factor * 0.2
        if level < _FEW and is_box(around) and not BODY_NAMES.search(around):
            return factor * 0.3
    return factor


def _nearness(element: HtmlElement, near: dict[HtmlElement, int]) -> float:
    """1 far from the headline, up to 1.5 beside or around it."""
    for node in (element, *islice(element.iterancestors(), 4)):
        if node in near:
            return 1.5 if near[node] <= _CLOSE else 1.25
    return 1.0


def _widened(best: HtmlElement, scores: dict[HtmlElement, float]) -> HtmlElement:
    """The parent, while it holds as much again beside `best` in elements that are no boxes."""
    for _ in range(3):
        parent = best.getparent()
        if parent is None or parent.tag in {"body", "html"}:
            break
        beside = sum(
            scores.get(child, 0.0)
            for child in parent
            if child is not best
            and isinstance(child.tag, str)
            and not is_box(names_of(child))
            and child.tag not in {"aside", "footer", "nav"}
        )
        if beside < 0.5 * scores[best]:
            break
        best = parent
    return best


def _framed(names: str) -> bool:
    return is_box(names) or FRAME_NAMES.search(names) is not None


def boxes(container: HtmlElement) -> frozenset[HtmlElement]:
    """Elements inside `container` that are no part of the article: link boxes, tools, bylines with a name of their own."""
    total = max(1, len(container.text_content()))
    found: set[HtmlElement] = set()
    for element in container.iterfind(".//*"):
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
