from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, select

from storage import migrate, opening
from storage.errors import StoreError
from storage.schema import query_log, runs
from storage.topics import Topic
from storage.views import v1_articles

NIGHT = datetime(2026, 9, 9, 20, 0, tzinfo=UTC)

NEW = {"topics", "topic_articles", "query_log"}
A = "https://bao.vn/a.html"


def test_topics_come_and_go_with_their_migration_and_leave_the_articles(press: Any) -> None:
    store = press.store
    press.announce(A)
    press.visit(A)
    assert set(inspect(store.engine).get_table_names()) >= NEW
    with store.engine.connect().execution_options(writes=True) as connection, connection.begin():
        migrate.downgrade(connection, "0001")
    assert not set(inspect(store.engine).get_table_names()) & NEW
    opening.prepare(store.engine)
    assert set(inspect(store.engine).get_table_names()) >= NEW
    assert [row["url"] for row in store.rows(select(v1_articles))] == [A]


def topic(name: str = "rac", query: str = "rác An Biên", **more: Any) -> Topic:
    return Topic(name=name, query=query, saved_at=NIGHT, saved_by="lan", **more)


def test_a_topic_is_saved_closed_and_opened_again(store: Any) -> None:
    store.save_topic(topic(outlets=("bao", "dai"), since_hours=72))
    store.save_topic(topic("cang", "cảng Đình Vũ"))
    assert [each.name for each in store.topics()] == ["cang", "rac"]
    assert store.topics()[1] == topic(outlets=("bao", "dai"), since_hours=72)
    store.close_topic("cang", "minh")
    assert [each.name for each in store.topics()] == ["rac"]
    (closed, _) = store.topics(closed=True)
    assert (closed.name, closed.closed_by, closed.closed_at) == ("cang", "minh", NIGHT)
    with pytest.raises(StoreError, match="no open topic 'cang'"):
        store.close_topic("cang", "minh")
    store.save_topic(topic("cang", "cảng Đình Vũ"))
    assert [each.closed_at for each in store.topics()] == [None, None]


def test_articles_are_marked_once_and_forgotten_when_the_query_changes(press: Any) -> None:
    store = press.store
    press.visit(A)
    (row,) = press.articles()
    store.save_topic(topic())
    found = [(row["article_id"], "title: rác")]
    assert store.mark_articles("rac", found, press.run_id) == [row["article_id"]]
    assert store.mark_articles("rac", found, press.run_id) == []
    store.save_topic(topic())
    assert store.topics()[0].articles == 1
    store.save_topic(topic(query="rác Hải An"))
    assert store.topics()[0].articles == 0


def test_searches_are_logged_with_who_and_when(store: Any) -> None:
    store.log_query("search", "bãi rác", filters={"days": 3}, found=7, who="lan")
    store.log_query("topic", "bãi rác", filters={}, found=0, who="minh")
    rows = sorted(store.rows(select(query_log)), key=lambda row: row["command"])
    told = [
        (row["asked_at"], row["asked_by"], row["command"], row["query"], row["filters"], row["found"]) for row in rows
    ]
    assert told == [
        (NIGHT, "lan", "search", "bãi rác", {"days": 3}, 7),
        (NIGHT, "minh", "topic", "bãi rác", {}, 0),
    ]


def test_two_topics_at_once_have_a_run_each_and_what_was_killed_is_closed(store: Any) -> None:
    day = date(2026, 9, 10)
    killed = store.begin_own_run("topic", day)
    other = store.begin_own_run("topic", day)
    assert (killed.run_id, other.run_id) == ("topic-20260910", "topic-20260910.2")
    store.finish_run(other.run_id, "done")
    third = store.begin_own_run("topic", date(2026, 9, 11))
    rows = {row["run_id"]: row["outcome"] for row in store.rows(select(runs))}
    assert rows == {killed.run_id: "partial", other.run_id: "done", third.run_id: None}


def test_the_log_of_searches_expires_with_the_text(store: Any) -> None:
    store.log_query("search", "rác", filters={}, found=3, who="lan")
    asked_at = store.rows(select(query_log))[0]["asked_at"]
    store.purge(asked_at)
    assert len(store.rows(select(query_log))) == 1
    store.purge(asked_at + timedelta(seconds=1))
    assert store.rows(select(query_log)) == []
