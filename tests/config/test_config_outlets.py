"""Every outlet we ship, one test id each: the registry writes the tests."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import pytest
from cssselect import HTMLTranslator
from lxml import etree, html

from config.loader import BUILTIN, load
from config.model import Outlet, OutletRule, Tier
from config.outlet_table import TIERS, outlet_table
from config.places import CHECKOUT

PAGES = CHECKOUT.parent / "shared" / "corpus" / "pages" / "html"
SHIPPED = load().outlets
RULES = [(outlet, rule) for outlet in SHIPPED.values() for rule in outlet.rules]
SELECTORS = ("body", "title", "sapo", "published", "captions", "section", "drop")
LEAST_TEXT = 120
"""Characters a body must have: the same as when a page is read."""

needs_pages = pytest.mark.skipif(
    not PAGES.is_dir(), reason="the captured pages (../shared/corpus/pages) are not beside the checkout"
)


def below(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


@cache
def tree_of(page: Path) -> etree._Element:
    return html.document_fromstring(page.read_bytes(), parser=html.HTMLParser(encoding="utf-8", huge_tree=True))


@cache
def captured() -> tuple[Path, ...]:
    return tuple(sorted(PAGES.glob("*/*.html")))


def matches(rule: OutletRule, page: Path) -> bool:
    found = etree.XPath(HTMLTranslator().css_to_xpath(rule.body))(tree_of(page))
    return sum(len("".join(element.itertext()).strip()) for element in found) >= LEAST_TEXT


@pytest.mark.parametrize("outlet", SHIPPED.values(), ids=SHIPPED)
def test_outlet_is_sane(outlet: Outlet) -> None:
    assert (BUILTIN / "outlets" / f"{outlet.id}.toml").is_file(), "a block lies in the file of its id"
    assert outlet.tier in get_args(Tier)
    assert outlet.name.strip() == outlet.name != ""
    assert outlet.permission, "say what is known of robots and permission"
    for domain in outlet.domains:
        assert domain == domain.lower().strip("."), domain
        assert "/" not in domain
        assert not domain.startswith("www."), f"{domain}: subdomains count, so write it without www."
    for url in (*outlet.feeds, *outlet.sitemaps):
        host = urlsplit(url).hostname or ""
        assert any(below(host, domain) for domain in outlet.domains), f"{url} lies on no domain of {outlet.id}"


@pytest.mark.parametrize("outlet", SHIPPED.values(), ids=SHIPPED)
def test_a_page_of_the_outlet_is_the_outlets(outlet: Outlet) -> None:
    config = load()
    for domain in outlet.domains:
        assert config.outlet_of_host(domain) == outlet
        assert config.outlet_of_host(f"www.{domain}") == outlet


def test_there_are_forty_and_local_and_official_ones_among_them() -> None:
    tiers = Counter(outlet.tier for outlet in SHIPPED.values())
    assert len(SHIPPED) >= 40
    assert set(tiers) == set(get_args(Tier)) == set(TIERS)
    assert sum(outlet.active for outlet in SHIPPED.values()) >= 25


def test_forty_blocks_say_who_publishes_and_where_to_ask() -> None:
    """Owner, a permission note, and at least one address that announces articles; the pace may be the settings'."""
    whole = [o for o in SHIPPED.values() if o.owner and o.permission and (o.feeds or o.sitemaps or o.sections)]
    assert len(whole) >= 40


@pytest.mark.parametrize("outlet", [o for o in SHIPPED.values() if o.active], ids=lambda o: o.id)
def test_an_outlet_that_is_visited_announces_articles_somewhere(outlet: Outlet) -> None:
    assert outlet.feeds or outlet.sitemaps or outlet.sections
    for url in (*outlet.sections, *([outlet.search_url] if outlet.search_url else [])):
        host = urlsplit(url).hostname or ""
        assert any(below(host, domain) for domain in outlet.domains), f"{url} lies on no domain of {outlet.id}"


def test_no_domain_and_no_feed_belongs_to_two() -> None:
    for one, other in combinations(SHIPPED.values(), 2):
        shared = [(a, b) for a in one.domains for b in other.domains if below(a, b) or below(b, a)]
        assert shared == [], (one.id, other.id)
    feeds = Counter(url.partition("//")[2] for o in SHIPPED.values() for url in (*o.feeds, *o.sitemaps))
    assert [url for url, times in feeds.items() if times > 1] == []
    names = Counter(outlet.name for outlet in SHIPPED.values())
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize(("outlet", "rule"), RULES, ids=[f"{o.id}-{r.name}" for o, r in RULES])
def test_rule_is_css(outlet: Outlet, rule: OutletRule) -> None:
    for key in SELECTORS:
        css = getattr(rule, key)
        if css is not None:
            etree.XPath(HTMLTranslator().css_to_xpath(css))
    if rule.valid_from and rule.valid_until:
        assert rule.valid_from <= rule.valid_until


@pytest.mark.corpus
@needs_pages
@pytest.mark.parametrize(
    ("outlet", "rule"),
    [(outlet, rule) for outlet, rule in RULES if outlet.verified],
    ids=[f"{o.id}-{r.name}" for o, r in RULES if o.verified],
)
def test_rule_of_a_verified_outlet_finds_a_body(outlet: Outlet, rule: OutletRule) -> None:
    """On a page of its own, or of a site on the same system; a rule not checked says so by its end in the past."""
    if rule.valid_until and rule.name in UNCHECKED.get(outlet.id, ()):
        assert not any(matches(rule, page) for page in captured()), "it matches a page now: take it off the list"
        return
    assert any(matches(rule, page) for page in captured())


UNCHECKED = {"24h": ("2019",), "soha": ("2019",)}
"""Old rules of verified outlets for which no page was captured; they stay for old pages only."""


@pytest.mark.corpus
@needs_pages
@pytest.mark.parametrize("outlet", [o for o in SHIPPED.values() if o.verified], ids=lambda outlet: outlet.id)
def test_verified_outlet_has_a_rule_that_fits_its_own_page(outlet: Outlet) -> None:
    own = [page for page in captured() if any(below(page.parent.name, domain) for domain in outlet.domains)]
    assert any(matches(rule, page) for rule in outlet.rules for page in own)


def test_page_of_outlets_is_fresh() -> None:
    assert (CHECKOUT / "docs" / "outlets.md").read_text(encoding="utf-8") == outlet_table(SHIPPED.values()), (
        "stale: run python -m config.outlet_table > docs/outlets.md"
    )


def test_page_of_outlets_escapes_and_counts() -> None:
    odd = Outlet(id="la", name="A | B", domains=("a.vn",), tier="local", feeds=("https://a.vn/rss?x=1",))
    page = outlet_table([odd])
    assert "A \\| B" in page
    assert "[/rss?x=1](https://a.vn/rss?x=1)" in page
    assert page.startswith("# Outlets")
    assert "1 outlets; 1 are visited" in page
