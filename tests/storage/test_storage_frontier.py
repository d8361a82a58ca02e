from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from storage.errors import StoreError
from storage.records import TRANSIENT_FATES, Discovered, FateWord, FeedPoll, Teaser

A, B, C = (f"https://bao.vn/{name}.html" for name in "abc")


def test_a_new_url_is_due_once(press: Any) -> None:
    assert press.announce(A, B) == 2
    assert press.announce(A, B, feed="https://bao.vn/rss/z.rss") == 0
    assert press.due() == [A, B]
    press.visit(A)
    assert press.due() == [B]


def test_due_in_order_of_discovery_then_url(press: Any) -> None:
    press.announce(C)
    press.now += timedelta(minutes=1)
    press.announce(B, A)
    assert press.due() == [C, A, B]


def test_due_keeps_to_the_outlet(press: Any) -> None:
    press.announce(A)
    press.announce("https://khac.vn/1", outlet_id="khac", feed="https://khac.vn/rss")
    assert press.due() == [A]
    assert [row.url for row in press.store.due(press.run_id, None)] == [A, "https://khac.vn/1"]


def test_twins_of_one_url_are_one_row_and_the_fetch_url_is_as_announced(press: Any) -> None:
    press.announce(A + "?utm_source=rss", A.replace("https://", "http://"))
    assert press.due() == [A + "?utm_source=rss"]


@pytest.mark.parametrize("feeds", [("https://bao.vn/1.rss", "https://bao.vn/2.rss")])
def test_whichever_feed_answers_first_the_same_teaser_is_kept(press: Any, feeds: tuple[str, str]) -> None:
    press.announce(A, feed=feeds[0], title="Một")
    press.announce(A, feed=feeds[1], title="Hai")
    press.announce(B, feed=feeds[1], title="Hai")
    press.announce(B, feed=feeds[0], title="Một")
    assert [row.teaser.title for row in press.store.due(press.run_id, "bao")] == ["Một", "Một"]


def test_a_feed_outranks_a_sitemap_of_the_same_night(press: Any) -> None:
    press.announce(A, feed="https://bao.vn/a-sitemap.xml", via="sitemap", sapo=None)
    press.announce(A, feed="https://bao.vn/z.rss", sapo="Có sapo.")
    (row,) = press.store.due(press.run_id, "bao")
    assert (row.via, row.teaser.sapo) == ("feed", "Có sapo.")


def test_a_stored_article_is_not_due_the_next_night(press: Any) -> None:
    press.announce(A)
    press.visit(A)
    press.end()
    press.begin(hours=23)
    press.announce(A)
    assert press.due() == []
    press.end()
    assert press.fates() == {A: "unchanged"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": "Tin đã sửa"}, [A]),
        ({"sapo": "Khác."}, [A]),
        ({"title": " Tin "}, []),
        ({"title": "Tin đã sửa", "feed": "https://bao.vn/rss/khac.rss"}, []),
    ],
)
def test_only_its_own_feed_can_make_an_article_due_again(
    press: Any, changes: dict[str, Any], expected: list[str]
) -> None:
    press.announce(A)
    press.visit(A)
    press.end()
    press.begin(hours=1)
    press.announce(A, **changes)
    assert press.due() == expected
    press.visit(A)
    assert press.due() == []
    press.end()
    press.begin(hours=1)
    press.announce(A, **changes)
    assert press.due() == []


def test_a_changed_teaser_that_was_not_reached_stays_due(press: Any) -> None:
    press.announce(A)
    press.visit(A)
    press.end()
    press.begin(hours=1)
    press.announce(A, title="Khác")
    press.end()
    assert press.fates() == {A: "deferred"}
    press.begin(hours=1)
    assert press.due() == [A]


def test_a_newer_lastmod_makes_it_due_but_a_lying_one_only_once(press: Any) -> None:
    future = press.now + timedelta(days=365)
    press.announce(A, lastmod=press.now - timedelta(hours=1))
    press.visit(A)
    press.end()
    press.begin(hours=1)
    press.announce(A, lastmod=future)
    assert press.due() == [A]
    press.visit(A)
    press.end()
    press.begin(hours=1)
    press.announce(A, lastmod=future)
    assert press.due() == []


def test_transient_failures_are_due_in_every_new_run_and_once_a_run(press: Any) -> None:
    urls = {f"https://bao.vn/{word}": FateWord(word) for word in sorted(TRANSIENT_FATES)}
    press.announce(*urls)
    for attempts in range(3):
        rows = press.store.due(press.run_id, "bao")
        assert {row.url: row.attempts for row in rows} == dict.fromkeys(urls, attempts)
        for url, word in urls.items():
            assert press.fail(url, word) == word
        assert press.due() == []
        press.end()
        press.begin(hours=1)
    for url in urls:
        press.visit(url)
    assert {row["url"] for row in press.articles()} == set(urls)


def test_a_failure_no_longer_announced_is_given_up_after_the_days_of_memory(press: Any) -> None:
    press.announce(A)
    press.fail(A, FateWord.TIMEOUT)
    press.end()
    press.begin(days=7)
    assert press.due() == [A]
    press.end()
    press.begin(days=1)
    assert press.due() == []


def test_retry_at_is_waited_for(press: Any) -> None:
    press.announce(A)
    press.fail(A, FateWord.DEFERRED, retry_at=press.now + timedelta(hours=2))
    press.end()
    press.begin(hours=1)
    press.announce(A)
    assert press.due() == []
    press.end()
    assert press.fates() == {A: "deferred"}
    press.begin(hours=1)
    assert press.due() == [A]


LASTING = [
    "not-article",
    "off-language",
    "http-4xx",
    "robots",
    "too-big",
    "redirect-loop",
    "private-address",
    "no-text",
]


def test_lasting_failures_are_remembered_and_repeated(press: Any) -> None:
    urls = {f"https://bao.vn/{word}": word for word in LASTING}
    press.announce(*urls)
    for url, word in urls.items():
        press.fail(url, FateWord(word), detail="vì sao")
    press.end()
    press.begin(days=6)
    press.announce(*urls)
    assert press.due() == []
    press.end()
    assert press.fates() == urls
    press.begin(days=2)
    assert press.due() == []
    press.announce(*urls)
    assert set(press.due()) == set(urls)


def test_a_304_of_what_was_no_article_repeats_its_fate(press: Any) -> None:
    press.announce(A)
    press.fail(A, FateWord.NO_TEXT, etag="x")
    press.end()
    press.begin(days=8)
    press.announce(A)
    assert press.fail(A, FateWord.UNCHANGED) == FateWord.NO_TEXT


def test_rechecks_at_each_age_once(press: Any) -> None:
    press.announce(A)
    press.visit(A)
    press.end()
    for hours, expected in [(23, []), (1, [A]), (1, []), (23, [A]), (24, [A]), (24, []), (240, [])]:
        press.begin(hours=hours)
        assert press.due() == expected, hours
        if expected:
            assert press.store.due(press.run_id, "bao")[0].article_id == press.articles()[0]["article_id"]
            assert press.fail(A, FateWord.UNCHANGED) == FateWord.UNCHANGED
        press.end()


def test_a_missed_recheck_is_made_up_for_once(press: Any) -> None:
    press.announce(A)
    press.visit(A)
    press.end()
    press.begin(hours=60)
    assert press.due() == [A]
    press.fail(A, FateWord.UNCHANGED)
    press.end()
    press.begin(hours=1)
    assert press.due() == []


def test_out_of_scope_and_removed_articles_are_not_rechecked(press: Any) -> None:
    press.announce(A, B)
    press.visit(A, about_city=False)
    press.visit(B)
    press.end()
    press.begin(hours=24)
    assert press.due() == [B]
    press.fail(B, FateWord.GONE)
    press.end()
    press.begin(hours=24)
    assert press.due() == []


def test_what_was_never_reached_is_deferred_and_stays_due(press: Any) -> None:
    press.announce(A)
    press.end()
    assert press.fates() == {A: "deferred"}
    press.begin(hours=1)
    assert press.due() == [A]


def test_validators_are_kept_for_the_next_visit(press: Any, outcome: Any) -> None:
    press.announce(A)
    made = outcome(A)
    press.store.commit(
        press.run_id, [type(made)(url=A, outlet_id="bao", fate=made.fate, article=made.article, etag='"1"')]
    )
    press.end()
    press.begin(hours=24)
    assert press.store.due(press.run_id, "bao")[0].etag == '"1"'
    press.fail(A, FateWord.UNCHANGED)
    press.end()
    press.begin(hours=24)
    assert press.store.due(press.run_id, "bao")[0].etag == '"1"'


def test_feed_state_keeps_validators_over_failures_and_304(press: Any) -> None:
    def poll(status: int, error: str | None = None, etag: str | None = None) -> None:
        answer = FeedPoll(feed_url="f", outlet_id="bao", polled_at=press.now, status=status, error=error, etag=etag)
        press.store.discover(press.run_id, answer, [])

    assert press.store.feed_state("f") is None
    assert not press.store.feed_polled(press.run_id, "f")
    poll(200, etag='"1"')
    assert press.store.feed_polled(press.run_id, "f")
    press.now += timedelta(hours=1)
    poll(304)
    poll(503, error="http-5xx")
    poll(0, error="timeout")
    state = press.store.feed_state("f")
    assert (state.etag, state.failures, state.last_error, state.last_status) == ('"1"', 2, "timeout", 0)
    assert state.last_success_at == press.now
    assert state.last_new_at is None
    poll(200)
    assert (press.store.feed_state("f").etag, press.store.feed_state("f").failures) == (None, 0)


def test_discovery_without_a_run_is_refused(store: Any, press: Any) -> None:
    poll = FeedPoll(feed_url="f", outlet_id="bao", polled_at=press.now, status=200)
    with pytest.raises(StoreError, match="no run 'nightly-x'"):
        store.discover("nightly-x", poll, [])


def test_discovery_is_whole_or_not_at_all(press: Any) -> None:
    bad = Discovered(
        url=B,
        outlet_id="bao",
        via="feed",
        via_url="f",
        teaser=Teaser(title="T", published_at=press.now.replace(tzinfo=None)),
    )
    good = Discovered(url=A, outlet_id="bao", via="feed", via_url="f")
    poll = FeedPoll(feed_url="f", outlet_id="bao", polled_at=press.now, status=200)
    with pytest.raises(StoreError, match="naive"):
        press.store.discover(press.run_id, poll, [good, bad])
    assert press.due() == []
    assert not press.store.feed_polled(press.run_id, "f")


def test_runs_are_continued_then_numbered(store: Any, morning: date) -> None:
    first = store.begin_run("nightly", morning)
    assert first.run_id == "nightly-20260910"
    assert store.begin_run("nightly", morning).run_id == first.run_id
    assert store.begin_run("topic", morning).run_id == "topic-20260910"
    assert store.finish_run(first.run_id, "done").outcome == "done"
    assert store.finish_run(first.run_id, "failed").outcome == "done"
    assert store.begin_run("nightly", morning).run_id == "nightly-20260910.2"
    store.finish_run("nightly-20260910.2", "done")
    assert store.begin_run("nightly", morning).run_id == "nightly-20260910.3"
    assert store.begin_run("nightly", morning + timedelta(days=1)).run_id == "nightly-20260911"


def test_the_order_of_urls_is_that_of_their_characters_on_both_databases(press: Any) -> None:
    urls = [f"https://bao.vn/{name}" for name in ("B", "a-b", "a.b", "aB", "ab", "Đ", "z", "á")]
    press.announce(*urls)
    assert press.due() == sorted(urls)


def test_what_a_file_told_of_is_fetched_once_a_feed_announces_it(press: Any, article: Any) -> None:
    press.announce(A, feed="import:tep", via="import")
    press.fail(A, FateWord.TEASER, article(A, body=None))
    press.end()
    press.begin(hours=24)
    press.announce(A, feed="import:tep", via="import")
    assert press.due() == [], "the file again would tell the same"
    press.announce(A)
    assert press.due() == [A]
    press.visit(A)
    assert [row["kind"] for row in press.articles()] == ["full"]
    press.end()
    press.begin(hours=2)
    press.announce(A)
    assert press.due() == []
