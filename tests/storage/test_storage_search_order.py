"""Search gives what a plain reading of every article gives, in the order that is documented, on both databases."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from gazetteer.corrections import Correction
from storage import candidates, search
from storage.candidates import Filters, windows
from storage.corrections import Retagging
from storage.query import read_query
from storage.records import FateWord, Outcome
from storage.search_index import ID_BITS, day_word, search_key, span_word, time_words
from storage.urls import article_id
from vietnamese.normal import unaccent
from vietnamese.words import syllables

WORDS = ["rác", "đường", "dương", "cháy", "cầu", "cảng", "nước", "sông", "biển", "họp", "phí", "chợ"]
ARTICLES = 90
QUERIES = ["rác", "rac", "duong", '"rác cháy"', "cầu cảng -nước", 'bien -"rac chay"', "phí chợ họp", "đường -dương"]


def article_of(number: int, now: datetime) -> dict[str, Any]:
    """Most of the last days, some of the last months, some years ago; every fourth has no date."""
    chance = random.Random(number)
    age = timedelta(minutes=chance.choice([number, number * 600, number * 4_000, number * 30_000]))
    return {
        "url": f"https://bao.vn/{number}",
        "title": " ".join(chance.choices(WORDS, k=3)),
        "body": (" ".join(chance.choices(WORDS, k=12)),),
        "published_at": None if number % 4 == 0 else now - age,
        "outlet_id": f"bao{number % 3}",
    }


@pytest.fixture
def library(press: Any, article: Any, mention: Any) -> list[dict[str, Any]]:
    made = [article_of(number, press.now) for number in range(ARTICLES)]
    outcomes = []
    for number, each in enumerate(made):
        told = each | {"sapo": None, "mentions": (mention(f"a-{number % 7}"),)}
        outcomes.append(Outcome(url=each["url"], outlet_id="x", fate=FateWord.STORED, article=article(**told)))
        each |= {"body_of": f"a-{number % 7}", "at": each["published_at"] or press.now}
    press.hand_in(*outcomes)
    return made


def expected(made: list[dict[str, Any]], words: str, limit: int, filters: Filters) -> list[str]:
    """The documented rule, applied to every article one by one."""
    query = read_query(words)
    fold = str if query.accented else unaccent
    found = []
    for each in made:
        title, whole = (
            " " + fold(" ".join(syllables(t))) + " " for t in (each["title"], f"{each['title']} {each['body'][0]}")
        )
        held = [f" {' '.join(part)} " in whole for part in query.wanted]
        unwanted = [f" {' '.join(part)} " in whole for part in query.unwanted]
        kept = (
            (filters.since is None or each["at"] >= filters.since)
            and (filters.until is None or each["at"] < filters.until)
            and (not filters.outlets or each["outlet_id"] in filters.outlets)
            and (not filters.bodies or each["body_of"] in filters.bodies)
        )
        if all(held) and not any(unwanted) and kept:
            in_title = sum(f" {' '.join(part)} " in title for part in query.wanted)
            found.append((in_title, search_key(article_id(each["url"]), each["at"]), each["url"]))
    newest = sorted(found, key=lambda row: -row[1])[: max(limit, search.CONSIDERED)]
    return [row[2] for row in sorted(newest, key=lambda row: (-row[0], -row[1]))][:limit]


def test_search_is_a_plain_reading(press: Any, library: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "CONSIDERED", 12)
    at = press.now
    narrowed = [
        Filters(),
        Filters(since=at - timedelta(days=9, seconds=7)),
        Filters(since=at - timedelta(days=300), until=at - timedelta(days=1, seconds=30)),
        Filters(until=at - timedelta(days=2)),
        Filters(outlets=("bao1", "bao2")),
        Filters(bodies=("a-2", "a-5")),
        Filters(bodies=("a-3",), outlets=("bao0",), since=at - timedelta(days=40)),
    ]
    for filters in narrowed:
        for words in QUERIES:
            found = [hit.url for hit in press.store.search(words, 8, filters)]
            assert found == expected(library, words, 8, filters), (words, filters)


def test_a_new_date_moves_an_article(press: Any) -> None:
    early, late = "https://bao.vn/a", "https://bao.vn/b"
    press.announce(early, late)
    press.visit(early, "Rác", published_at=press.now - timedelta(days=3))
    press.visit(late, "Rác", published_at=press.now - timedelta(days=2))
    assert [hit.url for hit in press.store.search("rác")] == [late, early]
    press.end()
    press.begin(hours=24)
    press.announce(early, title="Rác mới")
    press.visit(early, "Rác", published_at=press.now - timedelta(hours=1))
    assert [hit.url for hit in press.store.search("rác")] == [early, late]
    recent = Filters(since=press.now - timedelta(days=1))
    assert [hit.url for hit in press.store.search("rác", 20, recent)] == [early]


def test_expired_articles_are_found_by_who_they_mention_only(press: Any, mention: Any) -> None:
    press.visit("https://bao.vn/a", "Rác", mentions=(mention("a-1"),))
    press.store.purge(press.now + timedelta(days=1))
    assert press.store.search("rác", 20, Filters(bodies=("a-1",))) == []
    with press.store.engine.connect() as connection:
        asked = replace(read_query("x"), wanted=())
        found = candidates.candidates(connection, asked, [("a-1",)], Filters(), 5)
        assert len(found) == 1
        sqlite = connection.dialect.name == "sqlite"
        beside = "SELECT accented || facts FROM article_search_texts"
        left = connection.execute(text(beside if sqlite else "SELECT words::text FROM article_search")).scalar_one()
        if sqlite:
            left += str(connection.execute(text("SELECT block FROM article_search_data")).scalars().all())
    assert "rac" not in left
    assert "rác" not in left


def test_the_index_follows_who_is_mentioned(press: Any, mention: Any) -> None:
    """Rechecked, corrected, tagged anew: with the text as it was."""
    url = "https://bao.vn/a"
    press.announce(url)
    found = lambda body: len(press.store.search("rác", 20, Filters(bodies=(body,))))  # noqa: E731
    press.visit(url, "Rác", mentions=(mention("a-1"), mention("a-weak", start=9, end=12, confidence=0.4)))
    assert (found("a-1"), found("a-2"), found("a-weak")) == (1, 0, 0)
    press.end()
    press.begin(hours=24)
    assert press.visit(url, "Rác", mentions=(mention("a-2"),)) == FateWord.UNCHANGED
    assert (found("a-1"), found("a-2")) == (0, 1)
    press.store.correct(article_id(url), Correction(action="move", entity_id="a-2", to_id="a-3", surface=None))
    assert (found("a-2"), found("a-3")) == (0, 1)
    tagging = Retagging(
        article_id=article_id(url), about_city=True, about_reasons=(), mentions=(mention("ubnd@n1", kind="body"),),
        gazetteer_version="2", changed=False,
    )  # fmt: skip
    press.store.save_taggings([tagging])
    assert (found("a-3"), found("ubnd@n1"), found("n1")) == (0, 1, 1)
    press.end()
    press.begin(hours=24)
    assert press.fail(url, FateWord.GONE) == FateWord.GONE
    assert found("n1") == 0
    with press.store.engine.connect() as connection:
        asked = replace(read_query("-rác"), wanted=())
        assert candidates.candidates(connection, asked, [("n1",)], Filters(), 5) == [article_id(url)]


def test_a_phrase_is_what_stands_together(press: Any) -> None:
    press.visit("https://bao.vn/a", "Hải Phòng", body=("Cháy kho vải. Phòng cháy chữa cháy.",), sapo=None)
    long_word = "x" * 5_000
    press.visit("https://bao.vn/b", "Phòng Hải", body=(f"Kho cháy, vải kho {long_word} {long_word}.",), sapo=None)
    found = lambda words: [hit.url[-1] for hit in press.store.search(words)]  # noqa: E731
    assert found('"hải phòng"') == ["a"]
    assert found('"phong hai"') == ["b"]
    assert found('"cháy kho vải"') == ["a"]
    assert found('"kho vải cháy"') == []
    assert found('kho -"hải phòng"') == ["b"]
    assert found('"vải phòng"') == ["a"]


def test_keys_grow_with_the_minute_and_fit_the_databases(press: Any) -> None:
    early = search_key("f" * 16, press.now)
    assert early < search_key("0" * 16, press.now + timedelta(minutes=1))
    assert early == search_key("f" * 16, press.now + timedelta(seconds=59 - press.now.second))
    far = search_key("f" * 16, datetime(9999, 12, 31, tzinfo=press.now.tzinfo))
    assert far == (1 << 63) - 1
    assert search_key("0" * 16, datetime(1950, 1, 1, tzinfo=press.now.tzinfo)) == 0


@pytest.mark.parametrize(("low_days", "high_days"), [(0, 20_000), (19_990, 20_000), (19_800, 20_000), (3, 4)])
def test_windows_cut_a_range_into_pieces_without_gaps(low_days: int, high_days: int) -> None:
    low, high = (days * 1440 << ID_BITS for days in (low_days, high_days))
    pieces = list(windows(low + 5, high - 5))
    assert pieces[0][1] == high - 5
    assert pieces[-1][0] == low + 5
    for newer, older in itertools.pairwise(pieces):
        assert newer[0] == older[1]
    for start, end, words in pieces:
        if words:
            for key in (start, end - 1):
                assert set(time_words(key)) & set(words), "a text in the window carries none of its words"
    assert list(windows(7, 7)) == []
    assert (day_word(1), span_word(2)) == ("@d1", "@t2")
