"""Who is counted where, in which order."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.forms.phrases import health_line, outlet_phrase, troubles
from report.inputs import OutletName
from report.sheet import build_sheet
from storage.doubt import NOT_ASKED, NOT_ASKED_VI


def test_totals(sheet):
    counts = sheet.counts
    assert (counts.articles, counts.issues, counts.late, counts.reprints, counts.newsrooms) == (12, 6, 1, 3, 4)
    assert counts.by_level == {0: 3, 1: 1, 2: 1, 3: 1}
    assert {field: found for field, found in counts.by_field.items() if found} == {3: 1, 6: 1, 7: 1, 8: 1, 9: 1, 12: 1}
    assert (counts.attention, counts.unplaced) == (2, 0)


def test_every_issue_is_counted_once_by_level_and_once_by_field(sheet):
    assert sum(sheet.counts.by_level.values()) == sum(sheet.counts.by_field.values()) == sheet.counts.issues


def test_an_issue_without_a_field_goes_to_the_last_one(sheet):
    assert next(issue.field_of for issue in sheet.issues if issue.issue_id == "i6") == 12


def test_reprints_and_aggregators_are_no_independent_voice(sheet):
    voices = {issue.issue_id: (issue.newsrooms, issue.independent_newsrooms) for issue in sheet.issues}
    assert voices["i1"] == (4, 2)
    assert voices["i2"] == (2, 2)
    assert voices["i6"] == (2, 1)


def test_issues_stand_by_level_then_score_then_id(sheet, inputs):
    assert [issue.issue_id for issue in sheet.issues] == ["i1", "i2", "i3", "i4", "i5", "i6"]
    higher = {**inputs.scores, "i6": replace(inputs.scores["i6"], total=Decimal(9))}
    assert [issue.issue_id for issue in build_sheet(replace(inputs, scores=higher)).issues][3:] == ["i6", "i4", "i5"]


def test_the_lead_is_the_first_own_article_and_no_late_one(sheet):
    leads = {issue.issue_id: issue.lead.article_id for issue in sheet.issues}
    assert leads["i1"] == f"{1:016x}"
    assert leads["i4"] == f"{8:016x}", "article 9 was published earlier, but came late"


def test_a_piece_that_takes_something_back_does_not_speak_for_its_issue(inputs):
    first, *others = inputs.articles
    sheet = build_sheet(replace(inputs, articles=(replace(first, title="Thông tin cải chính, xin lỗi"), *others)))
    told = next(issue for issue in sheet.issues if issue.issue_id == "i1").articles
    assert (told[0].article_id, told[-1].article_id) == (f"{2:016x}", first.article_id)


def test_bodies_are_counted_over_articles_and_issues_in_alphabetical_order(sheet):
    rows = [(row.body.name, row.articles, row.issues, row.attention) for row in sheet.bodies]
    assert rows == [
        ("Phường An Biên", 3, 1, 1),
        ("Phường Đồ Sơn", 1, 1, 1),
        ("Sở Xây dựng", 2, 1, 1),
        ("Sở Y tế", 1, 1, 0),
        ("Ủy ban nhân dân phường An Biên", 1, 1, 1),
    ]


def test_outlets_with_their_articles_and_how_many_gave_all(sheet):
    assert [(row.state.id, row.articles) for row in sheet.outlets] == [
        ("ban-mai", 4), ("song-cam", 4), ("gop-tin", 2), ("hai-cang", 2),
    ]  # fmt: skip
    assert (sheet.full, sheet.reached, sheet.crawl_failed) == (3, 3, False)


def test_yesterday_and_the_mean_come_from_earlier_sheets(sheet, inputs):
    assert sheet.yesterday.articles == 10
    assert (sheet.mean.sheets, sheet.mean.articles, sheet.mean.issues) == (2, Decimal("9.5"), Decimal("6.5"))
    alone = build_sheet(replace(inputs, earlier=()))
    assert alone.yesterday is None
    assert alone.mean is None
    assert build_sheet(replace(inputs, earlier=inputs.earlier[:1])).yesterday is None


@pytest.mark.parametrize(
    ("name", "tier", "phrase"),
    [
        ("Tuổi Trẻ", "central", "báo Tuổi Trẻ"),
        ("Báo Hải Phòng", "local", "Báo Hải Phòng"),
        ("Thời báo Tài chính", "ministry", "Thời báo Tài chính"),
        ("Cửa Biển", "magazine", "tạp chí Cửa Biển"),
        ("Tạp chí Cửa Biển", "magazine", "Tạp chí Cửa Biển"),
        ("Góp Tin", "aggregator", "trang Góp Tin"),
        ("Cổng thông tin thành phố", "official", "Cổng thông tin thành phố"),
        ("không rõ", "", "không rõ"),
        ("", "central", "báo"),
    ],
)
def test_an_outlet_is_called_what_it_is(name, tier, phrase):
    assert outlet_phrase(OutletName(outlet_id="x", name=name, tier=tier)) == phrase


def test_a_silent_outlet_was_reached_but_did_not_give_all(inputs, state):
    sheet = build_sheet(replace(inputs, health=(state(id="a", name="A", state="silent"),)))
    assert (sheet.full, sheet.reached, sheet.crawl_failed) == (0, 1, False)


def test_no_outlet_reached_is_a_failed_crawl(inputs, state):
    broken = tuple(state(id=name, name=name, state=name) for name in ("broken", "blocked", "forbidden"))
    assert build_sheet(replace(inputs, health=broken)).crawl_failed
    assert build_sheet(replace(inputs, health=())).crawl_failed


def test_an_article_without_an_issue_is_counted_and_said(inputs, make_article):
    lonely = make_article(20, None, bodies=("a-so-yt",))
    sheet = build_sheet(replace(inputs, articles=(*inputs.articles, lonely)))
    assert (sheet.counts.articles, sheet.counts.issues, sheet.counts.unplaced) == (13, 6, 1)
    assert next((row.articles, row.issues) for row in sheet.bodies if row.body.body_id == "a-so-yt") == (2, 1)


def test_an_undated_article_stands_where_it_was_first_seen(sheet, inputs):
    undated = next(article for article in inputs.articles if article.published_at is None)
    assert sheet.articles[-1] == undated
    assert undated.first_seen_at == inputs.window.end - timedelta(minutes=20)


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_inputs_changes_nothing(inputs, random: Random):
    shuffled = random.sample(inputs.articles, len(inputs.articles))
    again = build_sheet(replace(inputs, articles=tuple(shuffled), health=tuple(reversed(inputs.health))))
    sheet = build_sheet(inputs)
    assert (again.counts, again.issues, again.articles, again.bodies, again.outlets) == (
        sheet.counts, sheet.issues, sheet.articles, sheet.bodies, sheet.outlets,
    )  # fmt: skip


def test_an_outlet_that_nobody_asked_gave_nothing_and_is_told(inputs, state, style):
    def unasked(name):
        return state(id=name, name=name, state="quiet", reason=NOT_ASKED, reason_vi=NOT_ASKED_VI, last_success_at=None)

    some = build_sheet(replace(inputs, health=(state(id="a", name="A"), unasked("b"), unasked("c"))))
    assert (some.full, some.reached, some.crawl_failed) == (1, 1, False)
    assert health_line(some) == "1/3 nguồn đủ tin"
    assert troubles(some, style) == (f"02 nguồn {NOT_ASKED_VI}",)
    nobody = build_sheet(replace(inputs, health=(unasked("b"),)))
    assert (nobody.full, nobody.reached, nobody.crawl_failed) == (0, 0, False)
    failed = state(id="d", name="D", state="broken", reason="every feed failed")
    assert build_sheet(replace(inputs, health=(unasked("b"), failed))).crawl_failed
