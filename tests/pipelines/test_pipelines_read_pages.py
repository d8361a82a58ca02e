"""Pages in the markup of real outlets, with text of our own, and what must be read from them.

Every rule of every verified outlet has a page here (`<outlet>_<rule>.html` beside `.json`): the registry writes the
tests. The same pages are read without rules, as pages of unknown outlets.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from config.loader import load
from pipelines.files import page_of, reading_row
from pipelines.read import Reading, read_page
from pipelines.select import selector
from pipelines.text import bare
from storage.doubt import is_checked

PAGES = Path(__file__).parent / "pages"
CONFIG = load()
RULES = [
    (outlet.id, rule.name)
    for outlet in CONFIG.outlets.values()
    for rule in outlet.rules
    if outlet.verified and rule.verified
]
ARTICLES = sorted(
    path.stem for path in PAGES.glob("*.html") if "fate" not in json.loads(path.with_suffix(".json").read_text())
)
FIELDS = ["title", "sapo", "body", "captions", "published_at", "section", "credited_outlet"]


def expected(name: str) -> dict[str, Any]:
    return json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))


def reading(name: str, *, rules: bool = True) -> Reading:
    url = expected(name)["url"]
    page = page_of((PAGES / f"{name}.html").read_bytes(), url=url, outlet_id=None)
    return read_page(page, outlet=CONFIG.outlet_of_host(urlsplit(url).hostname or ""), rules=rules)


@pytest.mark.parametrize(("outlet", "rule"), RULES)
def test_every_rule_of_a_verified_outlet_has_its_page_and_wins_there(outlet: str, rule: str) -> None:
    assert reading(f"{outlet}_{rule}").extractor == f"rule:{outlet}/{rule}"


@pytest.mark.parametrize("name", ARTICLES)
@pytest.mark.parametrize("rules", [True, False], ids=["rules", "no-rules"])
@pytest.mark.parametrize("field", FIELDS)
def test_field(name: str, field: str, rules: bool) -> None:
    wanted = expected(name)
    if field not in wanted or (field == "section" and not rules):
        return
    found = reading(name, rules=rules)
    row = reading_row(name, found) | {"credited_outlet": found.credited_outlet}
    assert found.fate is None
    if field == "published_at":
        assert row[field][:16] == wanted[field][:16]
        assert found.published_precision == "minute"
    elif field in {"captions", "body"}:
        assert [bare(text) for text in row[field]] == [bare(text) for text in wanted[field]]
    else:
        assert bare(row[field] or "") == bare(wanted[field] or "")


@pytest.mark.parametrize("name", ARTICLES)
@pytest.mark.parametrize("rules", [True, False], ids=["rules", "no-rules"])
def test_no_byline_photo_credit_or_foreign_headline_stays(name: str, rules: bool) -> None:
    said = json.dumps(reading_row(name, reading(name, rules=rules)), ensure_ascii=False)
    assert [text for text in expected(name)["absent"] if text in said] == []


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.html") if path.stem not in ARTICLES))
def test_what_is_no_article_gets_its_fate(name: str) -> None:
    found = reading(name)
    assert str(found.fate) == expected(name)["fate"]
    assert found.detail


def test_a_dateline_is_not_glued_to_the_first_word() -> None:
    assert (reading("vnexpress_2021").sapo or "").startswith("Hải Phòng - Từ đầu tuần")


def test_every_selector_of_every_rule_is_css() -> None:
    keys = ("body", "title", "sapo", "published", "captions", "section", "drop")
    for outlet in CONFIG.outlets.values():
        for rule in outlet.rules:
            for css in filter(None, (getattr(rule, key) for key in keys)):
                assert selector(css) is not None


def test_a_rule_that_nobody_verified_gives_way_when_it_disagrees() -> None:
    name = "vietnamnet_2022"
    outlet = CONFIG.outlets["vietnamnet"]
    page = page_of((PAGES / f"{name}.html").read_bytes(), url=expected(name)["url"], outlet_id=None)
    stale = msgspec.structs.replace(outlet.rules[0], body="div.bread-crumb-detail, div.footer")
    right = read_page(page, outlet=msgspec.structs.replace(outlet, verified=False))
    wrong = read_page(page, outlet=msgspec.structs.replace(outlet, verified=False, rules=(stale,)))
    assert right.extractor == "rule:vietnamnet/2022"
    assert wrong.extractor == "blocks"
    assert wrong.paragraphs == right.paragraphs


def test_a_verified_rule_that_disagrees_is_doubted_on_checked_pages_only() -> None:
    name = "vietnamnet_2022"
    outlet = CONFIG.outlets["vietnamnet"]
    stale = msgspec.structs.replace(outlet, rules=(msgspec.structs.replace(outlet.rules[0], body="div.footer"),))
    other = '<div class="footer">' + "<p>Chợ xa. </p>" * 20
    body = (PAGES / f"{name}.html").read_bytes().replace(b"</body>", other.encode())
    urls = [f"https://vietnamnet.vn/bai-{n}.html" for n in range(40)]
    read = {url: read_page(page_of(body, url=url, outlet_id=None), outlet=stale).extractor for url in urls}
    assert {is_checked(url): extractor for url, extractor in read.items()} == {
        True: "rule:vietnamnet/2022?",
        False: "rule:vietnamnet/2022",
    }
