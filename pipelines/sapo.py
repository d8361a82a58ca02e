"""The sapo: what is shown as the lead, never what only a meta tag says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from lxml.html import HtmlElement

from pipelines.blocks import BLOCKS, Block, blocks_of, is_caption, names_of
from pipelines.credit import is_credit
from pipelines.locate import boxes, text_of
from pipelines.names import CALLS, SAPO_NAMES, is_box, is_person
from pipelines.text import bare, clean
from pipelines.times import DATE_LIKE
from vietnamese.dateline import DATELINE

_LEAST, _MOST = 30, 1500
"""Characters of a lead."""
_LINKED = 0.6
"""Share of linked characters from which a line is a link to another article."""
_LEAD_LEAST, _RUNNING = 60, 120
"""Characters: of a lead that nothing names as one, and of a paragraph before which no lead comes any more."""
_PREFIX = 60
"""Characters of a meta description that are compared: many are cut off."""
_STRONG, _NEARLY_ALL = 0.95, 0.75
"""Share of bold characters of a bold block; share of the long paragraphs that one element holds."""
_APART, _SAID = 1, 3
"""Points of a sentence that stands apart, and of one that a meta description says too (`_score` gives 4 for a name)."""
_MOST_PARAGRAPHS, _LOOKED_AT = 3, 8
"""Paragraphs that a lead may have; blocks of the body that are looked at for one."""


def find_sapo(
    zone: Iterable[HtmlElement], container: HtmlElement | None, descriptions: tuple[str, ...]
) -> HtmlElement | None:
    """The element among `zone` (headline to body, in order) that shows the lead, or None."""
    best: tuple[int, HtmlElement] | None = None
    for element in zone:
        if not (element.tag in BLOCKS or _called(element)) or element is container:
            continue
        if container is not None and _holds(element, container):
            continue
        text = text_of(element)
        if not _LEAST <= len(text) <= _MOST or is_credit(text):
            continue
        score = _score(element, text, descriptions)
        if not score and container is not None and _stands_apart(element, text, container):
            score = _APART
        if score <= _SAID and container is not None and _holds(container, element):
            continue  # a plain first paragraph that a meta tag quotes stays in the body
        if score and (best is None or score > best[0]):
            best = (score, element)
    return best[1] if best else None


def _called(element: HtmlElement) -> bool:
    """Whether an element inside a line is named as the lead."""
    return element.tag in {"span", "font", "strong", "b", "em", "label"} and bool(SAPO_NAMES.search(names_of(element)))


def _stands_apart(element: HtmlElement, text: str, container: HtmlElement) -> bool:
    """Whether a whole sentence stands alone between headline and body, in no box: shown as the lead, named or not."""
    if len(text) < _LEAD_LEAST or text[-1] not in '.!?…"”' or _holds(container, element):
        return False
    if element.tag not in {"p", "div", "h2", "h3", "h4", "h5", "blockquote", "td"} or element.find(".//a") is not None:
        return False
    if any(child.tag in BLOCKS for child in element.iterdescendants()):
        return False
    around = (element, *islice(element.iterancestors(), 3))
    return not any(is_box(names_of(node)) or is_person(names_of(node)) or is_caption(node) for node in around)


def _score(element: HtmlElement, text: str, descriptions: tuple[str, ...]) -> int:
    if is_box(names_of(element)) or sum(child.tag == "p" for child in element.iter()) > _MOST_PARAGRAPHS:
        return 0
    said = _SAID if says_the_same(text, descriptions) else 0
    named = (
        4
        if SAPO_NAMES.search(names_of(element))
        or element.get("itemprop") == "description"
        or element.get("data-role") == "sapo"
        else 0
    )
    linked = sum(len(link.text_content()) for link in element.iter("a"))
    heading = 4 if element.tag in {"h2", "h3", "h4"} and len(text) - linked >= max(_LEAD_LEAST, linked) else 0
    return said + named + heading


def says_the_same(text: str, descriptions: tuple[str, ...]) -> bool:
    """Whether a meta description is this text, or its beginning."""
    form = bare(text)
    for description in descriptions:
        other = bare(description)
        if len(other) >= _LEAST and (
            form.startswith(other[:_PREFIX]) or form.endswith(other) or other.endswith(form) or other.startswith(form)
        ):
            return True
        if len(other) > _PREFIX and other[:_PREFIX] in form:
            return True
    return False


def _holds(element: HtmlElement, inner: HtmlElement) -> bool:
    return any(ancestor is element for ancestor in inner.iterancestors())


def sapo_text(element: HtmlElement, authors: tuple[str, ...]) -> str | None:
    """The lead as one line: links and credits that hang on it cut off."""
    found = [block for block in blocks_of(element, boxes(element)) if block.kind != "image"]
    lines = [
        block.text
        for block in found
        if block.links < _LINKED and not is_credit(block.text, authors) and not CALLS.match(block.text)
    ]
    text = trimmed(" ".join(lines))
    return text if len(text) >= _LEAST else None


def trimmed(text: str) -> str:
    """`text` without «>> related headline» glued to its end."""
    return clean(re.split(r"\s*(?:>>|»|►)\s*", text)[0]) if re.search(r"\S{3}.*(?:>>|»|►)", text) else text


def lead_of(blocks: list[Block], descriptions: tuple[str, ...]) -> int | None:
    """The index of a first block that is the lead: named so, wholly bold before plain text, or a long heading."""
    texts = [
        (at, block)
        for at, block in enumerate(blocks)
        if block.kind in {"text", "heading"} and not is_credit(block.text) and not _is_date(block)
    ][:_LOOKED_AT]
    for place, (at, block) in enumerate(texts[:2]):
        if not _LEAST <= len(block.text) <= _MOST or block.links > _LINKED:
            continue
        if _named(block.element):
            return at
        if place and len(texts[0][1].text) >= _RUNNING:
            return None  # what stands before a lead is short: a dateline, a name
        others = [other for _, other in texts[place + 1 :]]
        slanted = place == 0 and block.slanted >= _STRONG and not _beside_image(blocks, at)
        bold = block.strong >= _STRONG or slanted
        if _stands_out(block, others, bold=bold) or (place == 0 and _before_the_rest(block, others)):
            return at
        own = _own_class(block, others)
        if (own and DATELINE.match(block.text)) or ((bold or own) and says_the_same(block.text, descriptions)):
            return at
    return None


def _stands_out(block: Block, others: list[Block], *, bold: bool) -> bool:
    """Whether a long enough block is set off from the plain text behind it."""
    following = others[0] if others else None
    return (
        (bold or block.kind == "heading")
        and len(block.text) >= _LEAD_LEAST
        and following is not None
        and max(following.strong, following.slanted) < _STRONG
        and following.kind == "text"
    )


def _beside_image(blocks: list[Block], at: int) -> bool:
    """Whether an image stands right before or behind a block: what is set in italics there is its caption."""
    return any(0 <= other < len(blocks) and blocks[other].kind == "image" for other in (at - 1, at + 1))


def _before_the_rest(block: Block, others: list[Block]) -> bool:
    """Whether the first paragraph stands before the element that holds nearly all the long ones."""
    long = [other.element.getparent() for other in others if len(other.text) >= _LEAD_LEAST]
    if len(long) < _MOST_PARAGRAPHS or len(block.text) < _LEAD_LEAST:
        return False
    around, count = Counter(long).most_common(1)[0]
    if around is None or count < len(long) * _NEARLY_ALL or around.tag in {"ul", "ol", "dl", "tr"}:
        return False
    own = (block.element, *block.element.iterancestors())
    return around not in own and all(node is not block.element for node in around.iterancestors())


def _is_date(block: Block) -> bool:
    """Whether a short line shows when: it stands between headline and lead."""
    return len(block.text) < _LEAD_LEAST and DATE_LIKE.search(block.text) is not None


def _own_class(block: Block, others: list[Block]) -> bool:
    """Whether a block has a class of its own, and the blocks behind it share another."""
    name = block.element.get("class")
    counted = Counter(other.element.get("class") for other in others)
    return bool(name) and name not in counted and any(count > 1 for kind, count in counted.items() if kind)


def _named(element: HtmlElement) -> bool:
    for node in (element, element.getparent()):
        if (
            node is not None
            and SAPO_NAMES.search(names_of(node))
            and len(node.text_content()) <= _MOST
            and not is_box(names_of(node))
        ):
            return True
    return False
