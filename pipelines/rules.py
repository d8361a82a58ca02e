"""Outlet rules: selectors that know where an outlet keeps what, in dated versions, the newest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from config.model import Outlet, OutletRule
from pipelines.blocks import Block, blocks_of
from pipelines.generic import length_of
from pipelines.locate import boxes
from pipelines.select import select
from pipelines.text import bare

_AGREEMENT = 0.7
_COMPOUND = r"[\w.#\[\]='\":*^$-]+"
_SIMPLE = re.compile(rf"{_COMPOUND}(?:\s*,\s*{_COMPOUND})*")
"""Selectors without a combinator: what they select does not depend on what is outside."""
_LEAST_TEXT = 120
"""Characters under which a rule counts as having missed: the fallback then looks too."""


@dataclass(frozen=True, kw_only=True)
class RuleMatch:
    """What one rule found on a page."""

    rule: OutletRule
    blocks: list[Block]
    container: HtmlElement
    title: HtmlElement | None
    sapo: HtmlElement | None
    published: HtmlElement | None
    section: HtmlElement | None
    captions: tuple[HtmlElement, ...]


def apply_rules(tree: HtmlElement, outlet: Outlet) -> RuleMatch | None:
    """The first rule of `outlet` (newest first) whose body is there, or None."""
    for rule in sorted(outlet.rules, key=_newest, reverse=True):
        match = _apply(tree, rule)
        if match is not None:
            return match
    return None


def agrees(ours: Sequence[Block], others: Sequence[Block]) -> bool:
    """Whether two readings of a page hold mostly the same running text."""
    sizes = [
        {bare(block.text): len(block.text) for block in blocks if block.kind == "text"} for blocks in (ours, others)
    ]
    common = sum(size for form, size in sizes[0].items() if form in sizes[1])
    return all(common >= _AGREEMENT * sum(found.values()) for found in sizes)


def _newest(rule: OutletRule) -> tuple[bool, str]:
    return rule.valid_until is None, str(rule.valid_until or rule.valid_from or rule.name)


def _apply(tree: HtmlElement, rule: OutletRule) -> RuleMatch | None:
    bodies = select(tree, rule.body)
    if not bodies:
        return None
    outer = [body for body in bodies if not any(ancestor in bodies for ancestor in body.iterancestors())]
    blocks = [block for body in outer for block in _blocks(tree, body, rule)]
    if length_of(blocks) < _LEAST_TEXT:
        return None
    return RuleMatch(
        rule=rule, blocks=blocks, container=outer[0], title=_first(tree, rule.title), sapo=_first(tree, rule.sapo),
        published=_first(tree, rule.published), section=_first(tree, rule.section),
        captions=tuple(select(tree, rule.captions)),
    )  # fmt: skip


def _blocks(tree: HtmlElement, body: HtmlElement, rule: OutletRule) -> list[Block]:
    """The blocks of one body element; none when the rule leaves out the element itself."""
    dropped = _dropped(tree, body, rule)
    return [] if body in dropped else blocks_of(body, dropped | boxes(body))


def _dropped(tree: HtmlElement, body: HtmlElement, rule: OutletRule) -> frozenset[HtmlElement]:
    """What the rule leaves out of `body`; simple selectors are looked for only there."""
    inside = rule.drop is not None and _SIMPLE.fullmatch(rule.drop) is not None
    return frozenset(select(body if inside else tree, rule.drop))


def _first(tree: HtmlElement, css: str | None) -> HtmlElement | None:
    """The first element with text; most often the very first."""
    for quick in (True, False):
        found = next((element for element in select(tree, css, first=quick) if element.text_content().strip()), None)
        if found is not None or not css:
            return found
    return None
