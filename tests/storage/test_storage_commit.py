from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage.records import FateWord
from storage.report_records import Report, ReportArticle
from storage.schema import articles, revisions
from storage.urls import article_id
from storage.views import v1_mentions, v1_revisions

A, B, C = (f"https://bao.vn/{name}.html" for name in "abc")


def revisions_of(press: Any) -> list[Any]:
    return press.store.rows(select(revisions).order_by(revisions.c.article_id, revisions.c.number))


def test_stored_then_unchanged_then_revised(press: Any) -> None:
    press.announce(A)
    assert press.visit(A, "Cũ", body=("Một.",)) == FateWord.STORED
    press.end()
    first = press.now
    press.begin(hours=24)
    assert press.visit(A, "Cũ", body=("Một.",), section="Xã hội") == FateWord.UNCHANGED
    (row,) = press.articles()
    assert (row["section"], row["updated_at"], row["revision_count"]) == ("Xã hội", first, 0)
    press.end()
    press.begin(hours=24)
    assert press.visit(A, "Mới", body=("Hai.",), sapo="Sapo mới.") == FateWord.REVISED
    (row,) = press.articles()
    assert (row["title"], row["excerpt"], row["revision_count"]) == ("Mới", "Sapo mới. Hai.", 1)
    assert (row["first_seen_at"], row["updated_at"]) == (first, press.now)
    (old,) = revisions_of(press)
    assert (old["number"], old["title"], old["sapo"], old["paragraphs"]) == (0, "Cũ", "Sapo.", ["Một."])
    assert (old["seen_at"], old["replaced_at"]) == (first, press.now)
    assert press.text_of(A) == "Hai."


def test_every_change_is_a_revision_of_its_own(press: Any) -> None:
    for title in ("Một", "Hai", "Ba"):
        press.visit(A, title)
        press.end()
        press.begin(hours=1)
    kept = press.store.rows(select(v1_revisions).order_by(v1_revisions.c.number))
    assert [(row["number"], row["title"]) for row in kept] == [(0, "Một"), (1, "Hai")]


def test_a_url_decided_in_this_run_stays_decided(press: Any) -> None:
    assert press.visit(A, "Một") == FateWord.STORED
    assert press.visit(A, "Hai") == FateWord.STORED
    assert press.fail(A, FateWord.TIMEOUT) == FateWord.STORED
    assert press.articles()[0]["title"] == "Một"
    assert revisions_of(press) == []


def test_the_same_url_twice_in_one_batch_counts_once(press: Any, outcome: Any) -> None:
    fates = press.store.commit(press.run_id, [outcome(A, title="Một"), outcome(A + "?utm_source=x", title="Hai")])
    assert [(fate.fate, fate.url) for fate in fates] == [(FateWord.STORED, A), (FateWord.STORED, A)]
    assert press.fates() == {A: "stored"}


def test_mentions_follow_the_text(press: Any, mention: Any) -> None:
    press.visit(A, mentions=(mention(), mention("ubnd@n11383", kind="body", field="title")))
    rows = press.store.rows(select(v1_mentions).order_by(v1_mentions.c.entity_id))
    assert [(m["entity_id"], m["unit_id"]) for m in rows] == [("a-so-xay-dung", None), ("ubnd@n11383", "n11383")]
    press.end()
    press.begin(hours=24)
    press.visit(A, mentions=(mention("n11383", kind="unit"),))
    rows = press.store.rows(select(v1_mentions))
    assert [(m["entity_id"], m["unit_id"]) for m in rows] == [("n11383", "n11383")]


@pytest.mark.parametrize(
    ("about_city", "confidence", "expected"), [(True, 0.0, True), (False, 0.9, True), (False, 0.4, False)]
)
def test_scope(press: Any, mention: Any, about_city: bool, confidence: float, expected: bool) -> None:
    press.visit(A, about_city=about_city, mentions=(mention(confidence=confidence),))
    assert press.articles()[0]["in_scope"] is expected


# teasers


@pytest.mark.parametrize("word", [FateWord.ROBOTS, FateWord.HTTP_5XX, FateWord.NO_TEXT, FateWord.TEASER])
def test_a_teaser_is_kept_and_the_fate_stays(press: Any, article: Any, word: FateWord) -> None:
    press.announce(A)
    assert press.fail(A, word, article(A, body=None)) == word
    (row,) = press.articles()
    assert (row["kind"], row["title"]) == ("teaser", "Tin")


def test_a_teaser_is_upgraded_in_place(press: Any, article: Any) -> None:
    press.announce(A)
    press.fail(A, FateWord.HTTP_5XX, article(A, body=None))
    first = press.now
    press.end()
    press.begin(hours=24)
    assert press.visit(A) == FateWord.STORED
    (row,) = press.articles()
    assert (row["kind"], row["first_seen_at"], row["revision_count"]) == ("full", first, 0)
    assert revisions_of(press) == []


def test_a_teaser_under_another_address_is_upgraded_in_place_without_a_double(press: Any, article: Any) -> None:
    press.announce(A)
    press.fail(A, FateWord.TIMEOUT, article(A, body=None))
    press.end()
    press.begin(hours=24)
    assert press.visit(A, canonical_url=C) == FateWord.STORED
    (row,) = press.articles()
    assert (row["article_id"], row["canonical_url"], row["kind"]) == (article_id(A), C, "full")
    press.end()
    press.begin(hours=1)
    assert press.visit(A, canonical_url=C) == FateWord.UNCHANGED
    press.announce(B)
    assert press.visit(B, canonical_url=C) == FateWord.DUPLICATE
    press.announce(C)
    assert press.visit(C) == FateWord.UNCHANGED
    assert len(press.articles()) == 1


def test_a_teaser_never_overwrites_a_full_article(press: Any, article: Any) -> None:
    press.visit(A, body=("Thân.",))
    press.end()
    press.begin(hours=24)
    assert press.fail(A, FateWord.HTTP_5XX, article(A, "Khác", body=None)) == FateWord.HTTP_5XX
    (row,) = press.articles()
    assert (row["kind"], row["title"]) == ("full", "Tin")
    assert press.text_of(A) == "Thân."


def test_a_changed_teaser_keeps_the_earlier_one(press: Any, article: Any) -> None:
    press.announce(A)
    press.fail(A, FateWord.TEASER, article(A, "Một", body=None))
    press.end()
    press.begin(hours=24)
    press.announce(A)
    press.end()
    assert press.fates() == {A: "unchanged"}
    press.begin(hours=24)
    press.announce(A, title="Hai")
    assert press.due() == [A]
    assert press.fail(A, FateWord.TEASER, article(A, "Hai", body=None)) == FateWord.TEASER
    assert press.articles()[0]["title"] == "Hai"
    assert [row["title"] for row in revisions_of(press)] == ["Một"]


# duplicates


@pytest.mark.parametrize("order", [(A, C), (C, A)])
def test_two_addresses_of_one_article_whatever_the_order(press: Any, order: tuple[str, str]) -> None:
    press.announce(A, C)
    for url in order:
        press.visit(url, canonical_url=C)
    press.end()
    assert press.fates() == {A: "duplicate", C: "stored"}
    (row,) = press.articles()
    assert (row["url"], row["article_id"]) == (C, article_id(C))
    press.begin(hours=1)
    press.announce(A, C)
    assert press.due() == []
    press.end()
    assert press.fates() == {A: "duplicate", C: "unchanged"}


def test_two_addresses_in_one_batch(press: Any, outcome: Any) -> None:
    press.announce(A, C)
    made = [outcome(A, canonical_url=C), outcome(C)]
    assert [fate.fate for fate in press.store.commit(press.run_id, made)] == ["duplicate", "stored"]


def test_a_canonical_nobody_announced_is_stored_once(press: Any) -> None:
    press.announce(A, B)
    assert press.visit(A, canonical_url=C) == FateWord.STORED
    assert press.visit(B, canonical_url=C) == FateWord.DUPLICATE
    (row,) = press.articles()
    assert (row["article_id"], row["url"], row["canonical_url"]) == (article_id(C), A, C)
    press.end()
    press.begin(hours=24)
    assert press.visit(A, "Sửa", canonical_url=C) == FateWord.REVISED


def test_the_detail_of_a_duplicate_is_its_canonical(press: Any, outcome: Any) -> None:
    press.announce(A, C)
    (fate,) = press.store.commit(press.run_id, [outcome(A, canonical_url=C)])
    assert fate.detail == C


def test_the_teaser_of_a_duplicate_goes(press: Any, article: Any) -> None:
    press.announce(A, C)
    press.fail(A, FateWord.TIMEOUT, article(A, body=None))
    press.visit(C)
    press.end()
    press.begin(hours=1)
    assert press.visit(A, canonical_url=C) == FateWord.DUPLICATE
    assert [row["url"] for row in press.articles()] == [C]
    assert [hit.url for hit in press.store.search("tin")] == [C]


def test_the_teaser_of_a_duplicate_stays_when_a_report_printed_it(press: Any, article: Any) -> None:
    press.announce(A, C)
    press.fail(A, FateWord.TIMEOUT, article(A, body=None))
    printed = ReportArticle(article_id=article_id(A), issue_id=None, late=False)
    press.store.save_report(
        Report(
            report_id="daily-2026-09-10",
            date=(press.now + timedelta(hours=7)).date(),
            kind="daily",
            run_id=press.run_id,
            window_start=press.now,
            window_end=press.now,
            generated_at=press.now,
            sha256="",
            path="",
            articles=(printed,),
        )
    )
    press.end()
    press.begin(hours=1)
    assert press.visit(A, canonical_url=C) == FateWord.DUPLICATE
    assert [row["url"] for row in press.articles()] == [A]


# removal and failure


def test_gone_blanks_the_text_everywhere_and_keeps_title_link_and_hash(press: Any) -> None:
    long = " ".join(f"từ{n}" for n in range(100)) + "."
    press.visit(A, "Một", body=("bímậtmột",), sapo=long)
    press.end()
    press.begin(hours=24)
    press.visit(A, "Hai", body=("bímậthai",), sapo=long)
    (before,) = press.articles()
    press.end()
    press.begin(hours=24)
    assert press.fail(A, FateWord.GONE, detail="410 Gone") == FateWord.GONE
    (row,) = press.articles()
    assert {name for name in row if row[name] != before[name]} == {"gone_at"}
    assert row["gone_at"] == press.now
    (full,) = press.store.rows(select(articles))
    assert (full["paragraphs"], full["sapo"]) == ([], row["excerpt"])
    assert len(row["excerpt"].split()) == 60
    (old,) = revisions_of(press)
    assert (old["title"], old["sapo"], old["paragraphs"]) == ("Một", None, [])
    assert press.store.search("bímậthai") == press.store.search("hai") == []
    press.end()
    press.begin(hours=1)
    press.announce(A)
    press.end()
    assert press.fates() == {A: "gone"}


def test_what_was_never_stored_cannot_be_gone(press: Any) -> None:
    press.announce(A)
    assert press.fail(A, FateWord.GONE) == FateWord.HTTP_4XX


def test_a_removed_article_may_come_back(press: Any) -> None:
    press.visit(A, body=("Thân.",))
    press.end()
    press.begin(hours=24)
    press.fail(A, FateWord.GONE)
    press.end()
    press.begin(days=8)
    press.announce(A)
    assert press.due() == [A]
    assert press.visit(A, body=("Thân.",)) == FateWord.UNCHANGED
    assert press.articles()[0]["gone_at"] is None
    assert press.text_of(A) == "Thân."
    assert len(press.store.search("thân")) == 1


def test_a_failed_recheck_keeps_everything_and_is_repeated(press: Any) -> None:
    press.visit(A, body=("Thân.",))
    (before,) = press.articles()
    press.end()
    press.begin(hours=24)
    press.fail(A, FateWord.HTTP_5XX)
    assert press.articles() == [before]
    press.end()
    press.begin(hours=1)
    assert press.due() == [A]


def test_a_visit_without_an_article_is_ours_to_explain(press: Any) -> None:
    press.announce(A)
    assert press.fail(A, FateWord.STORED) == FateWord.FAILED


def test_counts_of_a_run_are_its_fates(press: Any, article: Any) -> None:
    press.announce(A, B, C)
    press.visit(A)
    press.fail(B, FateWord.ROBOTS, article(B, body=None))
    assert press.store.close_fates(press.run_id) == {"deferred": 1}
    assert press.store.close_fates(press.run_id) == {}
    assert press.store.finish_run(press.run_id, "partial").counts == {"stored": 1, "robots": 1, "deferred": 1}


@pytest.mark.parametrize("bad", ["một\0hai", "một\ud800hai"])
def test_characters_no_database_takes_do_no_harm(press: Any, bad: str) -> None:
    assert press.visit(A, bad, body=(bad,), sapo=bad) == FateWord.STORED
    (row,) = press.articles()
    assert len(row["title"]) == len(bad)
    assert row["title"].startswith("một")


def test_naive_times_are_refused_and_nothing_is_written(press: Any) -> None:
    with pytest.raises(Exception, match="naive datetime"):
        press.visit(A, published_at=press.now.replace(tzinfo=None))
    assert press.articles() == []
    assert press.fates() == {}
