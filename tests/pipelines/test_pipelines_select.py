"""Selectors matched by hand find what XPath finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loader import load
from pipelines.parse import parse
from pipelines.select import select, selector

PAGES = Path(__file__).parent / "pages"
KEYS = ("body", "title", "sapo", "published", "captions", "section", "drop")
SELECTORS = sorted(
    {css for outlet in load().outlets.values() for rule in outlet.rules for key in KEYS if (css := getattr(rule, key))}
)
TREES = [parse(path.read_bytes()) for path in sorted(PAGES.glob("*_20*.html"))]


@pytest.mark.parametrize("css", [*SELECTORS, "div > p", "td b", "a[href='/']", "p.x.y, #no", "DIV.a"])
def test_the_same_elements_in_the_same_order(css: str) -> None:
    for tree in TREES:
        wanted = selector(css)(tree)
        assert select(tree, css) == wanted
        assert select(tree, css, first=True)[:1] == wanted[:1]


@pytest.mark.parametrize("css", ["div >", "p..x", "a[", "", None])
def test_what_is_no_selector_selects_nothing(css: str | None) -> None:
    assert select(TREES[0], css) == []
