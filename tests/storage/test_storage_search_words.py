"""What narrows a search stands in the index: it is true whatever happened to an article, and narrows like a sieve."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from sqlalchemy import Connection, text

from gazetteer.corrections import Correction
from storage import migrate, views
from storage.candidates import Filters, candidates
from storage.corrections import Retagging
from storage.issue_records import Placement
from storage.query import padded, read_query
from storage.records import FateWord, Outcome
from storage.search_index import IN_SCOPE, Entry, body_word, index_articles, index_words, part_words, unindex_articles
from storage.urls import article_id
from storage.views import v1_articles

WORDS = ["rác", "đường", "dương", "cháy", "cầu", "cảng", "hải", "hai", "phòng", "phong"]
QUERIES = ["rác", "duong", '"hải phòng"', '"hai phong"', '"cháy cầu cảng"', '"chay cau cang"', 'cảng -"hải phòng rác"']
QUERIES += ["cầu -đường", 'duong -"hai phong"', 'đường -"cầu cảng"', '"dương" cháy']


@pytest.fixture
def shelf(press: Any, article: Any, mention: Any) -> list[dict[str, Any]]:
    """Articles of three outlets, every second in scope, two in three placed, at four levels."""
    chance = random.Random(5)
    made, outcomes = [], []
    for number in range(120):
        each: dict[str, Any] = {
            "url": f"https://bao.vn/{number}", "outlet_id": f"bao-{number % 3}", "body_of": f"a-{number % 5}",
            "level": (number * 7) % 4 if number % 3 else None, "in_scope": number % 2 == 0,
            "title": " ".join(chance.choices(WORDS, k=2)), "body": (" ".join(chance.choices(WORDS, k=14)),),
        }  # fmt: skip
        made.append(each)
        told = {name: each[name] for name in ("url", "outlet_id", "title", "body")} | {"sapo": None}
        weak = 0.9 if each["in_scope"] else 0.4
        told |= {"about_city": False, "mentions": (mention(each["body_of"], confidence=weak),)}
        outcomes.append(Outcome(url=each["url"], outlet_id="x", fate=FateWord.STORED, article=article(**told)))
        each["body_of"] = each["body_of"] if each["in_scope"] else None
    press.hand_in(*outcomes)
    place(press, made)
    return made


def place(press: Any, made: list[dict[str, Any]]) -> None:
    placed = [each for each in made if each["level"] is not None]
    ids = [article_id(each["url"]) for each in placed]
    some = zip(ids, placed, strict=True)
    press.store.save_placements([Placement(article_id=i, issue_id="i", level=each["level"]) for i, each in some])


def passes(each: dict[str, Any], filters: Filters) -> bool:
    return (
        (not filters.outlets or each["outlet_id"] in filters.outlets)
        and (filters.least_level is None or (each["level"] is not None and each["level"] >= filters.least_level))
        and (filters.in_scope is None or each["in_scope"] is filters.in_scope)
        and (not filters.bodies or each["body_of"] in filters.bodies)
    )


def test_a_narrowed_search_is_the_whole_one_sieved(press: Any, shelf: list[dict[str, Any]]) -> None:
    for each in shelf[::4]:
        each["level"] = 3 - (each["level"] or 0)  # placed anew, at another level
    place(press, shelf)
    of = {article_id(each["url"]): each for each in shelf}
    outlets: list[tuple[str, ...]] = [(), ("bao-1",), ("bao-0", "bao-2")]
    bodies: list[tuple[str, ...]] = [(), ("a-2", "a-3")]
    with press.store.engine.connect() as connection:
        for words in QUERIES:
            query = read_query(words)
            whole = candidates(connection, query, [], Filters(), 999)
            assert whole == by_reading(connection, words, of), words
            for o, b, level, scope in itertools.product(outlets, bodies, (None, 0, 2), (None, True, False)):
                narrowed = Filters(outlets=o, bodies=b, least_level=level, in_scope=scope)
                found = candidates(connection, query, [], narrowed, 999)
                assert found == [each for each in whole if passes(of[each], narrowed)], (words, narrowed)


def by_reading(connection: Connection, words: str, of: dict[str, dict[str, Any]]) -> list[str]:
    """The ids of the texts that hold a query, highest key first, read one by one."""
    query = read_query(words)
    keys = {row[0]: row[1] for row in connection.execute(text("SELECT article_id, search_key FROM articles"))}
    found = []
    for article, each in of.items():
        said = padded(f"{each['title']} {each['body'][0]}", query)
        held = all(f" {' '.join(part)} " in said for part in query.wanted)
        if held and not any(f" {' '.join(part)} " in said for part in query.unwanted):
            found.append(article)
    return sorted(found, key=lambda each: -keys[each])


def test_whatever_happened_the_index_is_as_if_made_anew(press: Any, mention: Any) -> None:
    """Stored, placed, revised, dated anew, corrected, tagged anew, removed, expired: word by word."""
    urls = [f"https://bao.vn/{number}" for number in range(6)]
    press.announce(*urls)
    for number, url in enumerate(urls):
        press.visit(url, f"Rác cháy {number}", body=("Cầu cảng Hải Phòng.",), mentions=(mention("a-1"),))
    place(press, [{"url": url, "level": number % 4} for number, url in enumerate(urls)])
    press.end()
    press.begin(hours=24)
    press.announce(*urls, title="Khác")
    press.visit(urls[0], "Rác chưa cháy", body=("Cầu cảng.",), mentions=(mention("a-2"),))
    press.visit(urls[1], "Rác cháy 1", body=("Cầu cảng Hải Phòng.",), published_at=press.now, mentions=())
    press.visit(urls[2], "Rác cháy 2", body=("Cầu cảng Hải Phòng.",), mentions=(mention("a-3"), mention("n1", start=9)))
    press.fail(urls[3], FateWord.GONE)
    press.store.correct(article_id(urls[4]), Correction(action="move", entity_id="a-1", to_id="a-9", surface=None))
    tagging = Retagging(
        article_id=article_id(urls[5]), about_city=False, about_reasons=(), mentions=(), gazetteer_version="2",
        changed=True,
    )  # fmt: skip
    press.store.save_taggings([tagging])
    place(press, [{"url": url, "level": 3} for url in urls[::2]])
    left = index_of(press)
    ids = [row["article_id"] for row in press.store.rows(v1_articles.select())]
    with press.store.engine.connect().execution_options(writes=True) as connection, connection.begin():
        unindex_articles(connection, ids)
    assert index_of(press) == {}
    with press.store.engine.connect().execution_options(writes=True) as connection, connection.begin():
        index_articles(connection, ids)
    assert index_of(press) == left
    press.store.purge(press.now.replace(year=2027))
    assert not any(word for word in index_of(press) if not word.startswith("@"))


def index_of(press: Any) -> dict[str, int]:
    """In how many articles each word of the index stands; FTS5 also says whether it is sound."""
    with press.store.engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "sqlite":
            connection.execute(text("INSERT INTO article_search (article_search) VALUES ('integrity-check')"))
            connection.execute(text("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, article_search, row)"))
            found = connection.execute(text("SELECT term, doc FROM temp.vocabulary")).all()
            connection.execute(text("DROP TABLE temp.vocabulary"))
        else:
            counted = "SELECT word, ndoc FROM ts_stat('SELECT words FROM article_search')"
            found = connection.execute(text(counted)).all()
    return {row[0]: row[1] for row in found}


def test_diacritics_and_long_phrases_are_looked_up_in_the_text(press: Any) -> None:
    texts = {"a": "Hải Phòng họp", "b": "Hai phòng họp", "c": "phòng hải họp phòng", "d": "họp hải phòng khu hải họp"}
    for name, said in texts.items():
        press.visit(f"https://bao.vn/{name}", said, body=("Tin.",), sapo=None)
    press.visit("https://bao.vn/e", "y" * 59 + " " + "x" * 70, body=("Tin.",), sapo=None)
    found = lambda words: sorted(hit.url[-1] for hit in press.store.search(words))  # noqa: E731
    assert found('"hải phòng"') == ["a", "d"]
    assert found('"hai phòng"') == ["b"]
    assert found('"hai phong"') == ["a", "b", "d"]
    assert found('"hải phòng họp"') == ["a"]
    assert found('"hai phong hop"') == ["a", "b"]
    assert found('"hop hai phong hop"') == []
    assert found('phòng -"hải phòng"') == ["b", "c"]
    assert found('phong -"hai phong hop"') == ["c", "d"]
    assert found("x" * 70) == ["e"]
    assert found("x" * 69) == []
    assert found(f'"{"y" * 59} {"x" * 70}"') == ["e"]


def test_the_words_of_a_text() -> None:
    entry = Entry(article_id="00", key=1, accented="đường rác", facts=IN_SCOPE)
    assert index_words(entry.accented, entry.facts) == {"đường", "rác", "_duong", "_rac", "duong_rac", "@s1"}
    assert part_words(("rác",), accented=True) == (["rác"], True)
    assert part_words(("rac",), accented=False) == (["_rac"], True)
    assert part_words(("duong", "rac"), accented=False) == (["duong_rac"], True)
    assert part_words(("đường", "rác"), accented=True) == (["duong_rac", "đường", "rác"], False)
    assert part_words(("a", "b", "c"), accented=False) == (["a_b", "b_c"], False)


def test_the_index_goes_back_and_forth(press: Any, mention: Any) -> None:
    url = "https://bao.vn/a"
    press.visit(url, "Rác ở Lê Chân", body=("Cháy.",), mentions=(mention("a-1"),))
    place(press, [{"url": url, "level": 2}])
    left = index_of(press)
    with press.store.engine.connect().execution_options(writes=True) as connection, connection.begin():
        migrate.downgrade(connection, "0009")
        if connection.dialect.name == "sqlite":
            asked = f'folded : "le chan" AND bodies : "{body_word("a-1")}"'
            old = text("SELECT count(*) FROM article_search WHERE article_search MATCH :asked")
        else:
            asked = f"'@ple_chan' & 'rac' & '{body_word('a-1')}'"
            old = text("SELECT count(*) FROM article_search WHERE folded @@ CAST(:asked AS tsquery)")
        assert connection.execute(old, {"asked": asked}).scalar_one() == 1
        migrate.upgrade(connection)
        views.create(connection)
    assert index_of(press) == left
    assert [hit.url for hit in press.store.search('"lê chân"', 20, Filters(bodies=("a-1",), least_level=2))] == [url]
