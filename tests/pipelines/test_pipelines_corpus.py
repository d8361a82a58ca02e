"""Real pages, read in place: lists are no articles, articles are, and nobody's name comes out."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.loader import load
from pipelines.files import page_of
from pipelines.read import Reading, read_page
from pipelines.text import bare
from storage.records import FateWord

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "pages"
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the real material is not beside the checkout"),
]
CONFIG = load()
ROWS = [json.loads(line) for line in (CORPUS / "manifest.jsonl").read_text().splitlines()] if CORPUS.is_dir() else []


def reading(row: dict[str, str], *, rules: bool) -> Reading:
    outlet = CONFIG.outlet_of_host(urlsplit(row["url"]).hostname or "")
    page = page_of((CORPUS / row["file"]).read_bytes(), url=row["url"], outlet_id=None)
    return read_page(page, outlet=outlet, rules=rules)


@pytest.mark.parametrize("row", [row for row in ROWS if row["kind"] != "article"], ids=lambda row: row["file"])
def test_a_list_is_no_article(row: dict[str, str]) -> None:
    assert reading(row, rules=True).fate is FateWord.NOT_ARTICLE


@pytest.mark.parametrize("rules", [True, False], ids=["rules", "no-rules"])
@pytest.mark.parametrize("row", [row for row in ROWS if row["kind"] == "article"], ids=lambda row: row["file"])
def test_an_article_is_read_without_anybodys_name(row: dict[str, str], rules: bool) -> None:
    parts = Path(row["file"]).with_suffix("").parts
    gold = json.loads((CORPUS / "expected" / f"{parts[-2]}_{parts[-1]}.json").read_text(encoding="utf-8"))
    found = reading(row, rules=rules)
    assert found.fate is None
    assert bare(found.title or "") in {bare(text) for text in (gold["title"], *gold["title_alternates"])}
    lines = {bare(line) for line in (*found.paragraphs, *found.captions, found.sapo or "")}
    assert not lines & {bare(name) for name in (*gold["byline_strings"], *gold["source_strings"])}
