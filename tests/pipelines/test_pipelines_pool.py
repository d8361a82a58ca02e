"""The pool: pages that hang or kill their worker cost one fate, never the run."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from config.loader import load
from pipelines.files import ManifestError, PageFile, analyse_files, page_of, read_manifest
from pipelines.pool import AnalysisPool
from storage.records import FateWord, Page

PAGES = Path(__file__).parent / "pages"
GOOD = "vietnamnet_2022"


def good_page() -> Page:
    url = json.loads((PAGES / f"{GOOD}.json").read_text(encoding="utf-8"))["url"]
    return page_of((PAGES / f"{GOOD}.html").read_bytes(), url=url, outlet_id="vietnamnet")


def slow_page() -> Page:
    """80,000 attributes on one element keep the parser busy for many seconds."""
    attributes = b" ".join(b"a%d=1" % number for number in range(80_000))
    return page_of(
        b"<html><body><p " + attributes + b">x</p></body></html>", url="https://x.example/cham-1.html", outlet_id="x"
    )


@pytest.fixture(scope="module")
def pool() -> Iterator[AnalysisPool]:
    made = AnalysisPool(workers=1, page_seconds=1.0, tagging=False)
    made.warm()
    yield made
    made.stop()


def test_an_article_comes_back_whole(pool: AnalysisPool) -> None:
    outcome = pool.submit(good_page()).result()
    assert outcome.fate is FateWord.STORED
    assert outcome.article is not None
    assert outcome.article.extractor == "rule:vietnamnet/2022"
    assert len(outcome.article.signature) == 512
    assert outcome.article.content_hash


def test_a_page_that_hangs_is_killed_twice_and_the_next_one_is_read(pool: AnalysisPool) -> None:
    began = time.monotonic()
    slow, after = pool.submit(slow_page()), pool.submit(good_page())
    assert slow.result().fate is FateWord.TOO_SLOW
    assert time.monotonic() - began < 12
    assert after.result().fate is FateWord.STORED


def test_a_worker_that_raises_gives_a_fate_with_an_error_id(
    pool: AnalysisPool, caplog: pytest.LogCaptureFixture
) -> None:
    broken = replace(good_page(), fetched_at=datetime(2026, 3, 7))  # noqa: DTZ001 - a naive time is refused deep inside
    with caplog.at_level(logging.ERROR):
        outcome = pool.submit(broken).result()
    assert outcome.fate is FateWord.FAILED
    assert outcome.detail is not None
    assert outcome.detail.removeprefix("error id ") in caplog.text


def test_it_serves_a_coroutine(pool: AnalysisPool) -> None:
    async def ask() -> FateWord:
        return (await asyncio.wrap_future(pool.submit(good_page()))).fate

    assert asyncio.run(ask()) is FateWord.STORED


def test_map_keeps_the_order(pool: AnalysisPool) -> None:
    empty = page_of(b" ", url="https://x.example/trong-1.html", outlet_id="x")
    fates = [outcome.fate for outcome, _ in pool.map([(good_page(), None, True), (empty, None, True)] * 6, ahead=3)]
    assert fates == [FateWord.STORED, FateWord.NOT_ARTICLE] * 6


def test_files_are_analysed_by_manifest(tmp_path: Path) -> None:
    url = good_page().url
    manifest = tmp_path / "m.jsonl"
    rows = [
        {"file": f"{GOOD}.html", "kind": "article", "url": url, "outlet": "vietnamnet.vn"},
        {"file": "list_section.html", "kind": "listing", "url": url, "outlet": "vietnamnet.vn"},
        {"file": "missing.html", "kind": "article", "url": url, "outlet": "nobody"},
    ]
    manifest.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    seen: list[tuple[int, int]] = []
    found = list(
        analyse_files(
            PAGES,
            read_manifest(manifest),
            config=load(),
            rules=False,
            tagging=False,
            progress=lambda *at: seen.append(at),
        )
    )
    assert [(row["file"], row["fate"]) for row in found] == [(f"{GOOD}.html", "stored"), ("missing.html", "failed")]
    assert found[0]["extractor"] == "blocks"
    assert found[0]["published_at"].startswith("2026-03-07T08:52")
    assert set(found[0]) == {
        "file", "title", "sapo", "body", "captions", "published_at", "published_from", "published_raw", "canonical_url",
        "section", "extractor", "fate", "mentions",
    }  # fmt: skip
    assert seen == [(1, 2), (2, 2)]


def test_a_broken_manifest_names_its_line(tmp_path: Path) -> None:
    manifest = tmp_path / "m.jsonl"
    manifest.write_text('{"file": "a.html", "kind": "article", "url": "https://x.example/"}\n{"kind": "article"}\n')
    with pytest.raises(ManifestError, match="line 2"):
        read_manifest(manifest)
    assert PageFile(file="a", url="b").outlet is None


def test_a_page_that_is_to_be_tried_again_while_the_pool_ends_gets_its_fate(monkeypatch: pytest.MonkeyPatch) -> None:
    ending = AnalysisPool(workers=1, tagging=False)
    ending.stop()
    monkeypatch.setattr(ending._workers, "ended", False)  # as a page sees it that looks just before
    monkeypatch.setattr(ending._workers, "_living", lambda: ending._workers._pool)
    died: Future[Any] = Future()
    died.set_exception(TimeoutError())
    result: Future[Any] = Future()
    ending._settle((good_page(), None, True, True, ()), result, died, 1)
    assert result.result(timeout=1)[0].fate is FateWord.TOO_SLOW
