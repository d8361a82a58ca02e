"""Selectors matched by hand find what XPath finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html

from config.loader import load
from config.model import Outlet, OutletRule
from pipelines.parse import parse
from pipelines.rules import apply_rules
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


@pytest.mark.parametrize("body", ["div.bai", "div.bai p"])
@pytest.mark.parametrize("drop", ["p.hop", "p.hop, figure"])
def test_a_rule_leaves_out_a_block_that_its_body_selects_itself(body: str, drop: str) -> None:
    text = "Một câu văn dài đủ để được tính là một đoạn văn trong bài viết này. " * 3
    box = f'<p class="hop">Hộp tin. {text}</p>'
    tree = html.fromstring(f'<body><div class="bai"><p>{text}</p><p>{text}</p>{box}</div></body>')
    rules = (OutletRule(name="1", body=body, drop=drop),)
    outlet = Outlet(id="bao", name="Báo", domains=("bao.vn",), tier="local", rules=rules)
    match = apply_rules(tree, outlet)
    assert match is not None
    assert [block.text.startswith("Một câu") for block in match.blocks] == [True, True]
