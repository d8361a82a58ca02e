"""Every page and feed of the town parses, and the configuration that goes with it fits its markup."""

from __future__ import annotations

import unicodedata
import xml.etree.ElementTree as ET

import feedparser
import lxml.html
import pytest

from config.loader import load
from config.model import Outlet
from demo.load import load_town
from demo.model import NIGHTS, TownArticle
from demo.town import CONFIG, Town

TOWN = Town(day=NIGHTS)
OUTLETS = load([CONFIG]).outlets
FEEDS = [(o.id, f.path, night) for o in load_town().outlets.values() for f in o.feeds for night in (1, 4)]


def flat(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def fetch(url: str, town: Town = TOWN) -> bytes:
    host, _, path = url.removeprefix("http://").partition("/")
    answer = town.answer(host, f"/{path}")
    if answer.status == 429:
        answer = town.answer(host, f"/{path}")
    assert answer.status == 200, url
    assert isinstance(answer.body, bytes)
    return answer.body


def test_configuration_names_the_outlets_and_feeds_of_the_town() -> None:
    town = load_town().outlets
    assert set(OUTLETS) == set(town)
    assert not load([CONFIG]).settings.builtin_outlets
    for outlet in town.values():
        known = OUTLETS[outlet.id]
        assert known.domains == (outlet.host,)
        assert known.name == outlet.name
        assert {*known.feeds, *known.sitemaps} == {f"http://{outlet.host}{f.path}" for f in outlet.feeds}
        assert known.fetch_pages is not outlet.teaser_only
    assert [i for i, o in OUTLETS.items() if not o.rules and o.fetch_pages] == ["cong-tp", "moi-sinh"]


@pytest.mark.parametrize(("outlet_id", "path", "night"), FEEDS)
def test_feeds_are_valid(outlet_id: str, path: str, night: int) -> None:
    town = Town(day=night)
    outlet = town.data.outlets[outlet_id]
    feed = next(f for f in outlet.feeds if f.path == path)
    body = fetch(f"http://{outlet.host}{path}", town)
    wanted = [] if feed.empty else [i.url for i in town.items(outlet, feed)]
    if feed.form == "sitemap":
        got = [e.text for e in ET.fromstring(body).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    else:
        parsed = feedparser.parse(body)
        assert not parsed.bozo, parsed.get("bozo_exception")
        assert all(e.title for e in parsed.entries)
        got = [e.link for e in parsed.entries]
    assert got == wanted


def rule_of(outlet_id: str) -> Outlet:
    return OUTLETS[outlet_id]


def page_of(article: TownArticle) -> lxml.html.HtmlElement:
    town = Town(day=article.first_night)
    return lxml.html.document_fromstring(fetch(article.url, town), parser=lxml.html.HTMLParser(encoding="utf-8"))


@pytest.mark.parametrize("outlet_id", sorted(i for i, o in OUTLETS.items() if o.rules))
def test_the_rules_select_what_the_newsroom_wrote(outlet_id: str) -> None:
    rule = OUTLETS[outlet_id].rules[0]
    articles = [a for a in load_town().articles if a.outlet_id == outlet_id and a.first_night <= NIGHTS]
    assert articles
    for article in articles:
        page = page_of(article)
        assert flat(page.cssselect(rule.title or "")[0].text_content()) == article.title
        assert article.sapo in flat(page.cssselect(rule.sapo or "")[0].text_content())
        body = flat(" ".join(e.text_content() for e in page.cssselect(rule.body)))
        assert [p for p in article.paragraphs if p not in body] == [], article.url
        assert page.cssselect(rule.published or "")
        assert bool(article.caption) == bool(page.cssselect(rule.captions) if rule.captions else article.caption)


def test_every_page_carries_a_planted_byline_and_no_article_text_does() -> None:
    data = load_town()
    for article in data.articles:
        text = " ".join((article.title, article.sapo, *article.paragraphs, article.caption))
        assert [n for n in data.planted if n in text] == [], article.key
        page = unicodedata.normalize("NFC", fetch(article.url, Town(day=article.first_night)).decode())
        assert any(n in page for n in data.outlets[article.outlet_id].bylines), article.key


def test_one_outlet_writes_decomposed_letters_and_one_the_newer_tone_placement() -> None:
    data = load_town()
    styles: dict[str, str] = {}
    for article in data.articles:
        raw = fetch(article.url, Town(day=article.first_night)).decode()
        styles[article.outlet_id] = styles.get(article.outlet_id, "") + raw
    assert not unicodedata.is_normalized("NFC", styles["duyen-hai"])
    assert unicodedata.is_normalized("NFC", styles["tin-mai"])
    assert "Uỷ ban" in styles["dong-thuan"] + styles["moi-sinh"]
    assert "Thủy" in styles["bao-cang"]
