"""The element that holds the running text of an article, on a page of which nothing is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from pipelines.blocks import BLOCKS, HEADINGS, SKIPPED, names_of
from pipelines.names import BODY_NAMES, FOOT_NAMES, FRAME_NAMES, IMPRINT, is_box

_LONG_TEXTS = etree.XPath("//body//text()[string-length(normalize-space(.)) > 30]")
_DIRECT = 12
"""Weight from which a block that is no paragraph counts as a container of its own: text parted by `<br>` only."""
_CLOSE, _FEW = 4, 3
"""Levels: above the headline that still count as close to it, and above an element that may make it a box."""
_LEVELS_UP = 5
"""How far up an article in several containers is looked for."""
_MOST_ALIKE = 0.7
"""Share of the added text that must be of the same kind where the parent more than doubles it."""
_GAIN = 0.15
"""The parent is taken when it adds this share of running text: an article in several containers."""
_TEASER_CHILDREN, _TEASER_TEXT = 6, 600
"""Children and characters that the box of a teaser has at most."""
_HEADLINE, _SENTENCE = 20, 60
"""Characters from which a link is a headline, a line a sentence."""

Weights = Mapping[HtmlElement, float]


def find_container(tree: HtmlElement, title: HtmlElement | None = None) -> HtmlElement | None:
    """The element with the weightiest paragraphs; None on a page without any.

    What stands behind the headline within a few levels of it counts more; teasers of other articles count nothing.
    """
    weights: dict[HtmlElement, float] = defaultdict(float)
    for block, weight in _paragraphs(tree):
        weights[block] += weight
    own = {block: weight for block, weight in weights.items() if not (_in_frame(block) or _is_teaser(block, title))}
    scores = _scores(own)
    if not scores:
        return None
    near = {node: level for level, node in enumerate([title, *title.iterancestors()][:8])} if title is not None else {}
    rated = {element: score * _liking(element) * _nearness(element, near) for element, score in scores.items()}
    return _widened(max(rated, key=lambda element: rated[element]), own, title)


def _scores(weights: Weights) -> dict[HtmlElement, float]:
    """Weight of the paragraphs under each element: whole for the parent, less the further up."""
    scores: dict[HtmlElement, float] = defaultdict(float)
    for block, weight in weights.items():
        if weight > _DIRECT and block.tag not in {"p", "span"}:
            scores[block] += weight
        for share, parent in zip((1.0, 0.5, 0.25), block.iterancestors(), strict=False):
            if parent.tag in {"html", "body"}:
                if share == 1.0 and block.tag in {"p", "span"}:
                    scores[parent] += weight
                break
            if parent.tag != "tr":  # columns of a table stand side by side: one of them holds the article
                scores[parent] += weight * share
    return scores


def _paragraphs(tree: HtmlElement) -> Iterator[tuple[HtmlElement, float]]:
    """Blocks with running text and what each text node in them weighs; text in links weighs nothing."""
    texts = _LONG_TEXTS(tree)
    for text in texts if isinstance(texts, list) else []:
        node = text.getparent()  # type: ignore[union-attr]
        if node is not None and text.is_tail:  # type: ignore[union-attr]
            node = node.getparent()
        block = _block_of(node)
        if block is not None and block.tag not in HEADINGS:
            plain = str(text)
            if IMPRINT.match(plain):
                continue
            yield block, 1 + min(plain.count(",") + plain.count(". "), 8) + min(len(plain) / 100, 3)


def _block_of(node: HtmlElement | None) -> HtmlElement | None:
    """The block element around a text node; None inside a link or something that is not shown."""
    while node is not None and node.tag not in BLOCKS:
        if node.tag in SKIPPED or node.tag == "a":
            return None
        node = node.getparent()
    return node


def _in_frame(block: HtmlElement) -> bool:
    """Whether the text stands in the frame of the page: imprint, menu."""
    return any(
        node.tag in {"footer", "nav"} or FOOT_NAMES.search(names_of(node)) for node in islice(block.iterancestors(), 4)
    )


def _is_teaser(block: HtmlElement, title: HtmlElement | None) -> bool:
    """Whether the text stands beside a linked headline in a small box: it is about another article.

    A box with more paragraphs than linked headlines is a short article with a link in it.
    """
    for node in islice(block.iterancestors(), 2):
        if len(node) > _TEASER_CHILDREN or (title is not None and title in node.iterdescendants(title.tag)):
            return False
        if len(node.text_content()) > _TEASER_TEXT:
            return False
        heads = sum(
            len(link.text_content().strip()) >= _HEADLINE and block not in link.iterancestors()
            for link in node.iter("a")
        )
        if heads:
            return sum(len((child.text or "").strip()) > _SENTENCE for child in node) <= heads
    return False


def _liking(element: HtmlElement) -> float:
    """How much name, tag and surroundings of an element speak for it."""
    factor = 1.0
    if element.get("itemprop") == "articleBody" or element.get("data-role") == "content":
        factor = 1.6
    elif BODY_NAMES.search(names_of(element)) or element.tag == "article":
        factor = 1.3
    for level, node in enumerate((element, *islice(element.iterancestors(), 4))):
        around = names_of(node)
        if node.tag in {"footer", "aside", "nav"} or FRAME_NAMES.search(around):
            return factor * 0.2
        if level < _FEW and is_box(around) and not BODY_NAMES.search(around):
            return factor * 0.3
    return factor


def _nearness(element: HtmlElement, near: Mapping[HtmlElement, int]) -> float:
    """1 far from the headline, up to 1.5 beside or around it."""
    for node in (element, *islice(element.iterancestors(), 4)):
        if node in near:
            return 1.5 if near[node] <= _CLOSE else 1.25
    return 1.0


def _widened(best: HtmlElement, weights: Weights, title: HtmlElement | None) -> HtmlElement:
    """The ancestor that holds a good deal more of the running text, boxes and frames left out; else `best`.

    A column of a table that holds the headline is not widened to the column beside it.
    """
    around = frozenset(best.iterancestors())
    counted = {block: weight for block, weight in weights.items() if not _boxed(block, best, around)}
    for ancestor in islice(best.iterancestors(), _LEVELS_UP):
        if ancestor.tag in {"body", "html"}:
            break
        if ancestor.tag == "tr" and title is not None and best in title.iterancestors("td"):
            break
        inside, added = _inside(counted, best), _inside(counted, ancestor)
        gain = sum(added.values()) - sum(inside.values())
        if gain >= _GAIN * sum(inside.values()) and (gain <= sum(inside.values()) or _same_kind(inside, added)):
            best = ancestor
    return best


def _inside(weights: Weights, element: HtmlElement) -> dict[HtmlElement, float]:
    return {block: weight for block, weight in weights.items() if block is element or element in block.iterancestors()}


def _same_kind(inside: Weights, added: Weights) -> bool:
    """Whether most of what is added stands as deep, in the same element, as what is there."""
    kinds = {(block.tag, _depth(block) + step) for block in inside for step in (-1, 0, 1)}
    extra = {block: weight for block, weight in added.items() if block not in inside}
    alike = sum(weight for block, weight in extra.items() if (block.tag, _depth(block)) in kinds)
    return alike >= _MOST_ALIKE * sum(extra.values())


def _depth(element: HtmlElement) -> int:
    return sum(1 for _ in element.iterancestors())


def _boxed(block: HtmlElement, best: HtmlElement, around: frozenset[HtmlElement]) -> bool:
    return any(_framed(node) for node in islice(block.iterancestors(), 6) if node is not best and node not in around)


def _framed(node: HtmlElement) -> bool:
    names = names_of(node)
    return node.tag in {"aside", "footer", "nav"} or is_box(names) or FRAME_NAMES.search(names) is not None
