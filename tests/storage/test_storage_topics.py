from __future__ import annotations

from typing import Any

from sqlalchemy import inspect, select

from storage import database
from storage.views import v1_articles

NEW = {"topics", "topic_articles", "query_log"}
A = "https://bao.vn/a.html"


def test_topics_come_and_go_with_their_migration_and_leave_the_articles(press: Any) -> None:
    store = press.store
    press.announce(A)
    press.visit(A)
    assert set(inspect(store.engine).get_table_names()) >= NEW
    with store.engine.connect().execution_options(writes=True) as connection, connection.begin():
        database.downgrade(connection, "0001")
    assert not set(inspect(store.engine).get_table_names()) & NEW
    database.prepare(store.engine)
    assert set(inspect(store.engine).get_table_names()) >= NEW
    assert [row["url"] for row in store.rows(select(v1_articles))] == [A]
