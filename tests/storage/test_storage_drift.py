"""An outlet has drifted when what read its last articles says so, and no longer when a rule fits again."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import msgspec
import pytest

from config.model import Outlet, OutletRule
from storage.doubt import IN_A_ROW, is_checked, judge_drift
from storage.drift import WINDOW, drifted
from storage.records import Article, FateWord, Outcome
from storage.store import Store
from storage.urls import article_id

RULE = "rule:bao-thu/2024"
OUTLET = Outlet(
    id="bao-thu", name="Báo Thử", domains=("bao-thu.example",), tier="local", feeds=("https://bao-thu.example/rss",),
    verified=True, rules=(OutletRule(name="2024", body="div.body"),),
)  # fmt: skip
_numbers = count(1)
CHECKED = (url for n in count(1) if is_checked(url := f"https://bao-thu.example/kiem-{n}.html"))


def read(*extractors: str, checked: bool = True) -> list[tuple[str, str]]:
    """Newest first."""
    return [(next(CHECKED) if checked else "https://bao-thu.example/1.html", extractor) for extractor in extractors]


@pytest.mark.parametrize(
    ("given", "missed", "disagreed"),
    [
        (read(*["blocks"] * 4), 4, 4),
        (read(*["blocks"] * 3), None, None),
        (read("blocks", "blocks", RULE, "blocks", "blocks"), None, None),
        (read(*[RULE + "?"] * 4), 0, 4),
        (read(RULE, *[RULE + "?"] * 6), None, None),
        (read("blocks", RULE + "?", "trafilatura", RULE + "?"), 1, 4),
    ],
)
def test_so_many_in_a_row(given: list[tuple[str, str]], missed: int | None, disagreed: int | None) -> None:
    found = judge_drift("bao-thu", given)
    assert (found and (found.missed, found.disagreed)) == (missed if missed is None else (missed, disagreed))


def test_one_article_in_four_is_checked() -> None:
    share = sum(is_checked(f"https://bao-thu.example/tin-{n}.html") for n in range(4000)) / 4000
    assert 0.22 < share < 0.28


def keep(store: Store, run_id: str, extractor: str) -> None:
    url = f"https://bao-thu.example/bai-{next(_numbers)}.html"
    article = Article(
        article_id=article_id(url), outlet_id="bao-thu", url=url, canonical_url=url, title="Một tiêu đề", sapo=None,
        paragraphs=("Một đoạn.",), extractor=extractor,
    )  # fmt: skip
    store.commit(run_id, [Outcome(url=url, outlet_id="bao-thu", fate=FateWord.STORED, article=article)])


def test_the_store_tells_and_forgets(store: Store) -> None:
    run = store.begin_run("nightly", store.clock().date()).run_id
    now = store.clock()
    for _ in range(IN_A_ROW):
        keep(store, run, "blocks")
    assert drifted(store, [OUTLET], now=now)["bao-thu"].missed == IN_A_ROW
    assert drifted(store, [replace_verified(OUTLET)], now=now) == {}
    assert drifted(store, [OUTLET], now=now + WINDOW + timedelta(days=1)) == {}
    store.clock = lambda: now + timedelta(minutes=1)
    keep(store, run, RULE)
    assert drifted(store, [OUTLET], now=now) == {}


def replace_verified(outlet: Outlet) -> Outlet:
    return msgspec.structs.replace(outlet, verified=False)
