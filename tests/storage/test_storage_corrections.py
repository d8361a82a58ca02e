"""An analyst's correction is kept, wins, and survives a new visit, a new tagging and a migration down and up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, select

from gazetteer.corrections import Correction
from storage import migrate, opening
from storage.corrections import Retagging
from storage.errors import StoreError
from storage.schema import articles

A = "https://bao.vn/a.html"
BODY = ("Thân bài ở phường An Biên.",)


def _stored(press: Any, mention: Any, **more: Any) -> str:
    press.announce(A)
    press.visit(A, body=BODY, mentions=(mention("c11371", kind="unit"),), **more)
    return str(press.articles()[0]["article_id"])


def _ids(press: Any, article_id: str) -> list[tuple[str, str]]:
    found = press.store.mentions_of([article_id]).get(article_id, ())
    return [(m.entity_id, m.decided_by) for m in found]


def test_a_moved_mention_stays_moved_when_the_page_changes(press: Any, mention: Any) -> None:
    article_id = _stored(press, mention)
    press.store.correct(article_id, Correction(action="move", entity_id="c11371", to_id="n11407"))
    assert _ids(press, article_id) == [("n11407", "analyst")]
    press.end()
    press.begin(hours=13)
    press.visit(A, title="Tin sửa", body=(*BODY, "Thêm một câu."), mentions=(mention("c11371", kind="unit"),))
    assert _ids(press, article_id) == [("n11407", "analyst")]


def test_what_is_removed_leaves_the_scope_too(press: Any, mention: Any) -> None:
    article_id = _stored(press, mention, about_city=False)
    assert press.articles()[0]["in_scope"]
    press.store.correct(article_id, Correction(action="remove", entity_id="c11371"))
    assert _ids(press, article_id) == []
    assert not press.articles()[0]["in_scope"]


def test_added_words_are_found_where_they_stand(press: Any, mention: Any) -> None:
    article_id = _stored(press, mention)
    press.store.correct(article_id, Correction(action="add", entity_id="n11407", surface="phường An Biên"))
    added = press.store.mentions_of([article_id])[article_id][-1]
    assert (added.entity_id, BODY[0][added.start : added.end]) == ("n11407", "phường An Biên")


def test_tagging_anew_is_written_and_a_changed_article_is_due_for_its_issue(press: Any, mention: Any) -> None:
    article_id = _stored(press, mention)
    [before] = press.store.tagged_articles(press.now - timedelta(days=1))
    assert (before.article_id, before.text) == (article_id, BODY[0])
    new = Retagging(
        article_id=article_id,
        about_city=False,
        about_reasons=("no name of ours",),
        mentions=(),
        gazetteer_version="new",
        changed=True,
    )
    press.store.save_taggings([new])
    assert _ids(press, article_id) == []
    row = press.store.rows(select(articles))[0]
    assert (row["gazetteer_version"], row["about_city"], row["in_scope"]) == ("new", False, False)


def test_corrections_can_be_taken_back_and_need_an_article(press: Any, mention: Any) -> None:
    article_id = _stored(press, mention)
    press.store.correct(article_id, Correction(action="remove", entity_id="c11371"))
    assert press.store.forget_corrections(article_id) == 1
    assert press.store.forget_corrections(article_id) == 0
    with pytest.raises(StoreError, match="no such article"):
        press.store.correct("0" * 16, Correction(action="remove", entity_id="c11371"))


def test_the_table_comes_and_goes_with_its_migration(press: Any, mention: Any) -> None:
    _stored(press, mention)
    engine = press.store.engine
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        migrate.downgrade(connection, "0002")
    assert "corrections" not in inspect(engine).get_table_names()
    opening.prepare(engine)
    assert "corrections" in inspect(engine).get_table_names()
    assert len(press.articles()) == 1
