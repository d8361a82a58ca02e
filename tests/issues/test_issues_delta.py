from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from config.model import Settings
from gazetteer.mention import Mention
from issues.delta import BaseSheet, DeltaArticle, Volumes, answer_in, at_least, at_most, issue_delta
from issues.heading import head_of, is_correction
from issues.moves import base_sheet, delta_of
from issues.records import Row
from issues.update import update_issues
from storage.records import FateWord, Outcome
from storage.report_records import Report, ReportArticle
from storage.store import Store

END = datetime(2026, 9, 10, 23, 0, tzinfo=UTC)
START = END - timedelta(days=1)
BASE = BaseSheet(
    report_id="daily-2026-09-10", date=date(2026, 9, 10), window_start=START - timedelta(days=1), window_end=START,
    generated_at=START + timedelta(minutes=5), sent=True, note="bản tin đã gửi ngày 10/9/2026",
)  # fmt: skip
VOLUMES = Volumes(output=1000, output_before=1000)


def article(name: str, hours: float, title: str = "Tin", *, told: bool = False, **more: Any) -> DeltaArticle:
    """`hours` before the end of the window."""
    given: dict[str, Any] = {"sapo": "", "outlet_id": f"bao-{name}"} | more
    return DeltaArticle(article_id=name, title=title, at=END - timedelta(hours=hours), told=told, **given)


def named(text: str, surface: str, entity_id: str = "a-so-xay-dung", **more: Any) -> Mention:
    start = text.index(surface)
    given: dict[str, Any] = {"kind": "agency", "field": "title", "rule": "full-name", "confidence": 0.9} | more
    return Mention(entity_id=entity_id, start=start, end=start + len(surface), surface=surface, **given)


def words(*articles: DeltaArticle, volumes: Volumes = VOLUMES, base: BaseSheet | None = BASE) -> tuple[str, ...]:
    return issue_delta("i", articles, start=START, end=END, base=base, volumes=volumes).words


def test_new_is_what_no_earlier_sheet_told() -> None:
    assert words(article("a", 5)) == ("new",)
    assert words(article("a", 5), base=None) == ("new",)
    assert words(article("a", 30, told=True), article("b", 5)) == ()
    assert words(article("old", 24 * 9), article("b", 5)) == ("rising",)


def test_rising_and_cooling_go_by_the_share_of_what_all_outlets_published() -> None:
    before = [article(f"b{n}", 30, told=True) for n in range(4)]
    now = [article(f"n{n}", 5) for n in range(12)]
    assert words(*before, *now) == ("rising",)
    thrice = Volumes(output=3000, output_before=1000)
    assert words(*before, *now, volumes=thrice) == (), "three times as much was published of everything"
    assert words(*[article(f"b{n}", 30, told=True) for n in range(9)], article("n", 5)) == ("cooling",)
    quiet = Volumes(output=100, output_before=1000)
    assert words(*[article(f"b{n}", 30, told=True) for n in range(9)], article("n", 5), volumes=quiet) == ()
    moved = issue_delta("i", [*before, *now], start=START, end=END, base=BASE, volumes=VOLUMES)
    assert (moved.articles, moved.articles_before, moved.share, moved.share_before) == (12, 4, 0.012, 0.004)
    assert "12 bài (1,2 % số bài các báo), bản trước 4 bài (0,4 %)" in moved.moves[0].reason


ASKED = article("q", 30, "Dân kêu đường hỏng", told=True, mentions=(named("Sở Xây dựng", "Sở Xây dựng", field="text"),))


@pytest.mark.parametrize(
    ("title", "answered"),
    [
        ("Sở Xây dựng lên tiếng về đường Bùi Viện", True),
        ("Hải Phòng: Sở Xây dựng trả lời kiến nghị của người dân", True),
        ("Sở Xây dựng thông tin chính thức vụ đường hỏng", True),
        ("Sở Xây dựng chưa trả lời người dân", False),
        ("Thành phố yêu cầu Sở Xây dựng trả lời người dân", False),
        ("Người dân gửi Sở Xây dựng, chờ phản hồi", False),
        ("Sở Xây dựng kiểm tra đường Bùi Viện", False),
    ],
)
def test_an_answer_is_given_by_a_body_that_the_issue_names(title: str, answered: bool) -> None:
    reply = article("r", 3, title, mentions=(named(title, "Sở Xây dựng"),))
    assert ("answered" in words(ASKED, reply)) == answered
    stranger = replace(reply, mentions=(named(title, "Sở Xây dựng", "a-khac"),))
    assert "answered" not in words(ASKED, stranger)


def test_an_answer_tells_whose_and_in_which_words() -> None:
    title = "Sở Xây dựng lên tiếng về đường Bùi Viện"
    reply = article("r", 3, title, mentions=(named(title, "Sở Xây dựng"),))
    assert answer_in(reply, {"a-so-xay-dung"}) == ("a-so-xay-dung", "Sở Xây dựng lên tiếng")
    (moved,) = issue_delta("i", [ASKED, reply], start=START, end=END, base=BASE, volumes=VOLUMES).moves
    assert (moved.word, moved.article_ids) == ("answered", ("r",))
    assert "«Sở Xây dựng lên tiếng» (bao-r)" in moved.reason


def test_corrected_by_a_piece_of_its_own_or_by_another_title() -> None:
    told = article("a", 30, "Cháy chợ, 3 người chết", told=True)
    assert words(told, article("b", 2, "Thông tin cải chính")) == ("corrected",)
    assert words(replace(told, title_before="Cháy chợ, 5 người chết")) == ("corrected",)
    assert words(replace(told, title_before="Cháy chợ: 3 người chết!")) == (), "only its marks changed"


def test_removed_is_what_was_told_and_is_gone() -> None:
    assert words(article("a", 30, told=True, gone=True), article("b", 28, told=True)) == ("removed",)
    assert words(article("a", 30, gone=True), article("b", 28, told=True)) == ()


def test_a_window_or_a_base_without_any_article_moves_nothing() -> None:
    silent = Volumes(output=0, output_before=0)
    told = [article(f"b{n}", 30, told=True) for n in range(4)]
    assert words(*told, volumes=silent) == ()
    assert words(*told, article("n", 5), volumes=Volumes(output=40, output_before=0), base=None) == ()
    nothing = issue_delta("i", [], start=END, end=END, base=None, volumes=silent)
    assert (nothing.words, nothing.articles, nothing.share, nothing.share_before, nothing.hours) == (
        (),
        0,
        0.0,
        0.0,
        (),
    )


def test_hours_tell_the_share_of_each_hour() -> None:
    from issues.delta import hour_of

    hour = hour_of(END - timedelta(hours=2.5))
    volumes = Volumes(output=100, output_before=100, by_hour={hour: 8})
    seen = issue_delta("i", [article("a", 2.5), article("b", 2.4)], start=START, end=END, base=None, volumes=volumes)
    assert [(one.hour, one.articles, one.output, one.share) for one in seen.hours] == [(hour, 2, 8, 0.25)]


def test_chances_of_poisson() -> None:
    assert at_most(0, 2.0) == pytest.approx(0.135335, abs=1e-6)
    assert at_least(3, 2.0) == pytest.approx(0.323324, abs=1e-6)
    assert at_least(0, 2.0) == 1.0
    assert at_most(5, 0.0) == 1.0


@pytest.mark.parametrize("title", ["Thông tin cải chính", "Đính chính bài «Cháy chợ»", "Lời xin lỗi bạn đọc"])
def test_no_issue_is_called_after_a_correction(title: str) -> None:
    assert is_correction(title)

    def row(name: str, heading: str, level: int, *, is_reprint: bool = False) -> Row:
        return Row(
            article_id=name, issue_id="i", title=heading, at=START, level=level, reasons=(), level_score=0.0,
            field_of=1, is_reprint=is_reprint,
        )  # fmt: skip

    correction = row("a", title, 3)
    assert head_of([correction, row("b", "Cháy chợ", 1), row("c", "Cháy", 2, is_reprint=True)]).title == "Cháy chợ"
    assert head_of([correction, row("c", "Cháy", 2, is_reprint=True)]).title == "Cháy"
    assert head_of([correction]).title == title


# asked of the store


def fill(store: Store, some: Any) -> None:
    run = store.begin_run("nightly", date(2026, 9, 12))
    store.commit(run.run_id, [Outcome(url=a.url, outlet_id=a.outlet_id, fate=FateWord.STORED, article=a) for a in some])


def save_sheet(store: Store, day: date, state: Any, told: list[str]) -> None:
    end = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1)
    store.save_report(
        Report(
            report_id=f"daily-{day}",
            date=day,
            kind="daily",
            run_id=None,
            window_start=end - timedelta(days=1),
            window_end=end,
            generated_at=end,
            sha256="",
            path="",
            state=state,
            articles=tuple(ReportArticle(article_id=key, issue_id="gone-over", late=False) for key in told),
        )
    )


def test_the_base_is_the_last_sheet_sent_or_the_working_day_before(store: Store) -> None:
    calendar = Settings().calendar
    assert base_sheet(store, date(2026, 9, 14), calendar) is None
    for day in (10, 11, 12, 13):
        save_sheet(store, date(2026, 9, day), "draft", [])
    monday = base_sheet(store, date(2026, 9, 14), calendar)
    assert monday is not None
    assert (monday.date, monday.sent) == (date(2026, 9, 11), False)
    assert monday.note == "bản tin (chưa gửi) ngày 11/9/2026"
    save_sheet(store, date(2026, 9, 9), "sent", [])
    sent = base_sheet(store, date(2026, 9, 14), calendar)
    assert sent is not None
    assert (sent.date, sent.sent, sent.note) == (date(2026, 9, 9), True, "bản tin đã gửi ngày 9/9/2026")
    assert base_sheet(store, date(2026, 9, 9), calendar) is None


def test_the_delta_of_a_day(store: Store, coverage: Any) -> None:
    articles = [made for _, made in coverage.values()]
    matters = {made.article_id: matter for matter, made in coverage.values()}
    fill(store, articles)
    update_issues(store, Settings(), now=END)
    road = [made for matter, made in coverage.values() if matter == "road"]
    issue_of = {key: row.issue_id for key, row in store.placed_rows((), matters).items()}
    save_sheet(store, date(2026, 9, 5), "sent", [road[0].article_id])
    known = datetime.now(UTC) + timedelta(days=1)
    start = datetime(2026, 9, 4, 23, tzinfo=UTC)
    delta = delta_of(
        store, Settings(), day=date(2026, 9, 6), start=start, end=start + timedelta(days=1), known_at=known
    )  # fmt: skip
    assert delta.base is not None
    assert delta.base.sent
    assert "new" not in delta.issues[issue_of[road[0].article_id]].words, "known by its article, whatever its issue was"
    follow = next(made for matter, made in coverage.values() if matter == "weather-5")
    assert delta.issues[issue_of[follow.article_id]].words == ("new",)
    assert delta.issues[issue_of[road[0].article_id]].articles == 1
