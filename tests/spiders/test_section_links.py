"""Which links of real listing pages are articles: against marks made by eye, page by page."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from config.model import Outlet
from spiders.read_section import anchors, read_section, tree_of
from storage.urls import url_key

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "pages"
MARKS = tomllib.loads(Path(__file__).with_name("section_links.toml").read_text(encoding="utf-8"))["page"]
LEAST_FOUND, MOST_WRONG = 0.95, 0.02

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real pages is not beside the project"),
]


def figures(mark: dict) -> tuple[int, int, int, int, list[str]]:
    """Articles, articles found, other links, others taken, and what was wrong."""
    rows = map(json.loads, (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines())
    url = next(row["url"] for row in rows if row["file"] == mark["file"])
    body = (CORPUS / mark["file"]).read_bytes()
    outlet = Outlet(id="bao", name="Báo", domains=(mark["domain"],), tier="central", sections=(url,))
    origin = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
    articles = {url_key(urljoin(origin, each)) for each in mark["articles"]}
    unclear = {url_key(urljoin(origin, each)) for each in mark.get("unclear", [])}
    tree = tree_of(body, None)
    assert tree is not None
    others = {url_key(target) for _, target in anchors(tree, url)} - articles - unclear
    taken = {url_key(each.url): each.url for each in read_section(body, url=url, outlet=outlet).links}
    wrong = [f"+ {where}" for key, where in taken.items() if key in others]
    wrong += [f"- {each}" for each in mark["articles"] if url_key(urljoin(origin, each)) not in taken]
    return len(articles), len(articles & set(taken)), len(others), len(others & set(taken)), wrong


@pytest.mark.parametrize("mark", MARKS, ids=[mark["file"] for mark in MARKS])
def test_articles_of_a_listing_page(mark: dict) -> None:
    articles, found, others, taken, wrong = figures(mark)
    assert articles >= 10
    assert found >= LEAST_FOUND * articles, wrong
    assert taken <= max(1, MOST_WRONG * others), wrong


@pytest.mark.parametrize("half", [0, 1], ids=["pages the reader was made on", "pages kept aside"])
def test_each_half_of_the_pages(half: int) -> None:
    sums = [sum(column) for column in zip(*(figures(mark)[:4] for mark in MARKS[half::2]), strict=True)]
    articles, found, others, taken = sums
    assert found / articles >= LEAST_FOUND
    assert taken / others <= MOST_WRONG


def test_titles_are_headlines() -> None:
    """Nearly every article link comes with words of its own."""
    mark = next(mark for mark in MARKS if mark["file"] == "html/tuoitre.vn/7.html")
    outlet = Outlet(id="bao", name="Báo", domains=("tuoitre.vn",), tier="central", sections=("https://tuoitre.vn/",))
    page = read_section((CORPUS / mark["file"]).read_bytes(), url="https://tuoitre.vn/thoi-su.htm", outlet=outlet)
    titles = [each.title for each in page.links]
    assert all(title and len(title.split()) >= 3 for title in titles), titles
    assert "Ông nào cũng giống ông nào" in titles
