"""The town's texts are its own: natural in length, each distinct, and taken from nowhere."""

from __future__ import annotations

import json
import lzma
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pytest

from demo.load import load_town
from demo.truth import build_ledger

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
SHINGLE = 12
WORD = re.compile(r"[^\W_]+")


def shingles(text: str) -> set[tuple[str, ...]]:
    words = WORD.findall(text.lower())
    return {tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}


def test_the_town_is_as_large_as_promised() -> None:
    town, ledger = load_town(), build_ledger()
    assert len(town.outlets) >= 8
    assert len(ledger.articles) >= 150
    assert len({a.matter for a in ledger.articles if a.in_scope}) >= 40
    assert sum(1 for a in ledger.articles if a.means is not None) >= 60
    assert {a.night for a in ledger.articles} == {1, 2, 3, 4, 5, 6}
    assert len(ledger.revisions) >= 4
    assert len(ledger.removals) == 2
    stories = Counter(a.story for a in ledger.articles)
    assert stories["reprint"] >= 40
    assert stories["follow-up"] >= 15
    assert stories["independent"] >= 10
    assert stories["correction"] == 1


def test_originals_have_a_newspaper_length() -> None:
    for article in load_town().articles:
        words = len(" ".join((article.title, article.sapo, *article.paragraphs)).split())
        low, high = (100, 380) if article.kind == "reprint" else (140, 350)
        assert low <= words <= high, (article.key, words)


def test_articles_that_are_no_reprints_share_no_long_run_of_words() -> None:
    owner: dict[tuple[str, ...], str] = {}
    for article in load_town().articles:
        if article.kind == "reprint":
            continue
        for shingle in shingles(" ".join(article.paragraphs)):
            assert owner.setdefault(shingle, article.key) == article.key, (article.key, " ".join(shingle))


def lines_of(file: Path) -> Iterator[str]:
    opened = lzma.open(file, "rt", encoding="utf-8") if file.suffix == ".xz" else file.open(encoding="utf-8")  # noqa: SIM115
    with opened as lines:
        yield from lines


def corpus_texts() -> Iterator[str]:
    files = [f for room in ("tagging", "grouping") for f in sorted((CORPUS / room).iterdir()) if ".jsonl" in f.name]
    for line in (line for file in files for line in lines_of(file)):
        row = json.loads(line)
        yield " ".join(str(row.get(k) or "") for k in ("title", "sapo", "text"))
    for page in sorted((CORPUS / "pages" / "html").rglob("*.html")):
        yield lxml.html.document_fromstring(page.read_bytes()).text_content()


@pytest.mark.corpus
def test_no_text_of_the_corpus_stands_in_the_town() -> None:
    if not CORPUS.is_dir():
        pytest.skip("needs ../shared/corpus beside the checkout")
    ours: dict[tuple[str, ...], str] = {}
    for article in load_town().articles:
        for shingle in shingles(" ".join((article.title, article.sapo, *article.paragraphs))):
            ours[shingle] = article.key
    starts = {s[:3] for s in ours}
    read = 0
    for text in corpus_texts():
        read += 1
        words = WORD.findall(text.lower())
        for i in range(len(words) - SHINGLE + 1):
            if tuple(words[i : i + 3]) in starts:
                found = ours.get(tuple(words[i : i + SHINGLE]))
                assert found is None, (found, " ".join(words[i : i + SHINGLE]))
    assert read > 1_000
