from __future__ import annotations

import random
import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.loader import ConfigError
from issues.cues import grouping_cues
from issues.group import Grouper, issue_id_of
from issues.profile import Profile, profile
from issues.weights import grouping_weights


def grouped(profiles: list[Profile]) -> dict[str, str]:
    grouper = Grouper(grouping_weights())
    return {p.article_id: grouper.add(p).issue_id for p in profiles}


def test_every_matter_is_one_issue_and_no_issue_holds_two(coverage: Any, profiles: list[Profile]) -> None:
    matters: dict[str, set[str]] = defaultdict(set)
    issues: dict[str, set[str]] = defaultdict(set)
    for key, issue in grouped(profiles).items():
        matters[coverage[key][0]].add(issue)
        issues[issue].add(coverage[key][0])
    assert {m: len(some) for m, some in matters.items() if len(some) > 1} == {}
    assert [some for some in issues.values() if len(some) > 1] == []


def test_an_issue_is_named_after_the_article_that_founded_it(profiles: list[Profile]) -> None:
    founder = profiles[0]
    issue = grouped(profiles)[founder.article_id]
    assert re.fullmatch("i[0-9a-f]{12}", issue)
    assert issue == issue_id_of(founder.article_id)


def test_a_state_rebuilt_at_any_point_goes_on_as_the_one_in_memory(profiles: list[Profile]) -> None:
    grouper = Grouper(grouping_weights())
    whole = {p.article_id: grouper.add(p) for p in profiles}
    links = {key: joined.links for key, joined in whole.items()}
    for cut in range(1, len(profiles)):
        before = [(p, whole[p.article_id].issue_id) for p in profiles[:cut]]
        random.Random(cut).shuffle(before)
        again = Grouper(grouping_weights())
        again.restore(before, {p.article_id: links[p.article_id] for p, _ in before})
        assert {p.article_id: again.add(p) for p in profiles[cut:]} == {
            p.article_id: whole[p.article_id] for p in profiles[cut:]
        }


def test_articles_restored_without_links_stay_together(profiles: list[Profile]) -> None:
    whole = grouped(profiles)
    again = Grouper(grouping_weights())
    again.restore([(p, whole[p.article_id]) for p in profiles[:-1]])
    assert again.add(profiles[-1]).moved == {}


def test_the_order_of_arrival_decides_nothing(coverage: Any, profiles: list[Profile]) -> None:
    def matters(order: list[Profile]) -> set[frozenset[str]]:
        grouper, found = Grouper(grouping_weights()), {}
        for p in order:
            joined = grouper.add(p)
            found |= {p.article_id: joined.issue_id} | dict(joined.moved)
        return {frozenset(k for k in found if found[k] == issue) for issue in set(found.values())}

    for seed in range(10):
        assert matters(random.Random(seed).sample(profiles, len(profiles))) == matters(profiles)


def test_an_article_placed_again_keeps_its_issue(profiles: list[Profile]) -> None:
    grouper = Grouper(grouping_weights())
    first = [grouper.add(p).issue_id for p in profiles]
    assert [grouper.add(p).issue_id for p in profiles[-5:]] == first[-5:]


def test_the_window_bounds_what_is_remembered(profiles: list[Profile]) -> None:
    grouper = Grouper(grouping_weights())
    for day in range(60):
        for p in profiles:
            moved = {f: getattr(p, f) for f in Profile.__dataclass_fields__}
            grouper.add(Profile(**moved | {"article_id": f"{p.article_id}-{day}", "at": (p.at or 0) + day}))
    days = max(p.at or 0 for p in profiles) - min(p.at or 0 for p in profiles)
    assert len(grouper) <= len(profiles) * (grouping_weights().window_days + days + 1)


def test_joining_tells_what_tied_it(profiles: list[Profile]) -> None:
    grouper = Grouper(grouping_weights())
    told = [grouper.add(p) for p in profiles]
    joined = [j for j in told if j.evidence]
    assert joined
    for j in joined:
        assert j.evidence["like"] in j.links
        assert j.evidence["score"] == j.links[j.evidence["like"]]
        assert j.evidence["score"] >= j.evidence["least"] == grouping_weights().least


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Điểm tin 18h: Cháy chợ; giá vàng tăng", "roundup"),
        ("Giá vàng hôm nay 12/9: Tăng nhẹ", "daily"),
        ("Kết quả xổ số miền Bắc ngày 3/9", "daily"),
        ("Hải Phòng thắng Bình Định 2-1 ở vòng 3 V-League", "sport"),
        ("Cháy lớn ở chợ Đầm Sen", "news"),
        ("Bão số 7 hướng vào Hải Phòng", "news"),
    ],
)
def test_kinds_are_told_by_the_title(title: str, kind: str) -> None:
    assert grouping_cues().kind_of(title.lower(), "") == kind


def test_a_wrong_pattern_is_reported_with_its_file(tmp_path: Any) -> None:
    (tmp_path / "grouping.toml").write_text('roundups = ["("]', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"grouping\.toml: roundups"):
        grouping_cues([tmp_path])


def story(key: str, hours: float, title: str, sapo: str, outlet: str) -> Profile:
    return profile(
        article_id=key, outlet_id=outlet, title=title, sapo=sapo, text="", cues=grouping_cues(),
        at=datetime(2026, 9, 4, tzinfo=UTC) + timedelta(hours=hours),
    )  # fmt: skip


def test_a_preview_and_a_report_of_one_match_are_one_and_two_matches_of_a_day_are_not() -> None:
    parts = [
        story("a", 0, "Hải Âu FC tiếp Thép Bắc FC ở vòng 5 V-League, Lê Quang Tới đá chính",
              "Chiều nay Hải Âu FC gặp Thép Bắc FC trên sân Cửa Biển, HLV Phan Đình Sáu lo hàng thủ.", "bao-mot"),
        story("b", 8, "Lê Quang Tới ghi bàn, Hải Âu FC thắng Thép Bắc FC",
              "Trên sân Cửa Biển, Hải Âu FC của HLV Phan Đình Sáu lấy trọn ba điểm trước Thép Bắc FC.", "bao-hai"),
        story("c", 9, "Trần Văn Nhị ghi bàn, Sông Lớn FC thắng Núi Đá FC",
              "Trên sân Bến Đò, Sông Lớn FC của HLV Võ Công Tám lấy trọn ba điểm trước Núi Đá FC.", "bao-hai"),
    ]  # fmt: skip
    found = grouped(parts)
    assert found["a"] == found["b"] != found["c"]


def test_an_article_that_ties_two_young_issues_brings_them_together() -> None:
    parts = [
        story("a", 0, "Tàu Sao Biển 08 mất liên lạc ngoài khơi Bạch Long Vĩ",
              "Tàu cá Sao Biển 08 cùng bảy thuyền viên mất liên lạc khi đánh bắt gần đảo Bạch Long Vĩ.", "bao-mot"),
        story("b", 3, "Vùng 1 Hải quân điều máy bay tìm bảy ngư dân",
              "Một máy bay tuần thám cất cánh tìm bảy ngư dân gặp nạn, sóng lớn cản trở việc cứu hộ.", "bao-hai"),
        story("c", 6, "Máy bay Vùng 1 Hải quân tìm bảy ngư dân tàu Sao Biển 08 ngoài khơi Bạch Long Vĩ",
              "Máy bay tuần thám tìm bảy ngư dân tàu cá Sao Biển 08 mất liên lạc gần đảo Bạch Long Vĩ.", "bao-ba"),
    ]  # fmt: skip
    grouper = Grouper(grouping_weights())
    first, second, tie = [grouper.add(part) for part in parts]
    assert first.issue_id != second.issue_id
    assert tie.issue_id == first.issue_id
    assert dict(tie.moved) == {"b": first.issue_id}
    assert dict(tie.gone) == {second.issue_id: first.issue_id}
    assert grouper.add(parts[1]).issue_id == first.issue_id


def test_two_accidents_in_different_places_stay_apart() -> None:
    parts = [
        story("a", 0, "Xe tải lật trên quốc lộ ở Quảng Ninh, tài xế tử vong", "Xe tải lật sáng 4/9.", "bao-mot"),
        story("b", 9, "Xe tải lật trên quốc lộ ở Hải Dương, tài xế tử vong", "Xe tải lật chiều 4/9.", "bao-hai"),
    ]
    assert len(set(grouped(parts).values())) == 2


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Sở Y tế đồng ý với giải pháp mới cập nhật", set()),
        ("Chính quyền gặp anh thợ mỹ nghệ ở Hòa Bình", {"hòa bình"}),
        ("Cầu thủ Trần Minh Đức và Phạm Kiều Anh về nước", set()),
        ("Tàu Nhật Bản cập cảng sau chuyến thăm Mỹ, Pháp", {"nhật bản", "mỹ", "pháp"}),
        ("Tổng thống Nga - Mỹ hội đàm", {"nga", "mỹ"}),
        ("CHÁY CHỢ Ở HÀ NỘI", {"hà nội"}),
    ],
)  # fmt: skip
def test_places_are_read_as_written_and_not_out_of_words_and_names(title: str, named: set[str]) -> None:
    assert story("a", 0, title, "", "bao-mot").places == named


HEADS, RESTS = ("ch", "l", "kh", "tr", "ng", "v"), ("ang", "oi", "uê", "ươn", "at", "inh")
SYLLABLES = [head + rest for head in HEADS for rest in RESTS]


def month() -> list[Profile]:
    """Twenty days, three matters a day, each told by three outlets within a day; the same words come again."""
    found = []
    for number in range(60):
        dice = random.Random(number)
        title, lead = dice.choices(SYLLABLES, k=8), dice.choices(SYLLABLES, k=14)
        for outlet in range(3):
            told = [word if dice.random() < 0.8 else dice.choice(SYLLABLES) for word in lead]
            hours = number * 8 + outlet * 9
            words = " ".join(title[outlet:] + title[:outlet])
            found.append(story(f"{number}-{outlet}", hours, words, " ".join(told), f"bao-{outlet}"))
    return sorted(found, key=lambda p: (p.at or 0.0, p.article_id))


def arrived(order: list[Profile]) -> tuple[set[frozenset[str]], dict[tuple[str, str], float]]:
    """The groups, and the score of every pair that was kept."""
    grouper, issue, scores = Grouper(grouping_weights()), {}, {}
    for p in order:
        joined = grouper.add(p)
        issue |= {p.article_id: joined.issue_id, **joined.moved}
        scores |= {(min(p.article_id, o), max(p.article_id, o)): score for o, score in joined.links.items()}
    return {frozenset(k for k in issue if issue[k] == i) for i in set(issue.values())}, scores


def test_shuffled_within_a_day_the_same_pairs_score_the_same_and_end_in_the_same_issues() -> None:
    articles = month()
    groups, scores = arrived(articles)
    assert len(groups) > 20
    assert max(map(len, groups)) >= 3
    for seed in range(2):
        noise = random.Random(seed)
        late = sorted(articles, key=lambda p: (p.at or 0.0) + noise.uniform(-1, 1))
        again, others = arrived(late)
        assert {pair: others[pair] for pair in scores.keys() & others.keys()} == {
            pair: scores[pair] for pair in scores.keys() & others.keys()
        }
        assert again == groups


def unlike(key: str, hours: float = 0) -> Profile:
    """An article that has no word in common with others."""
    return story(key, hours, f"{key}x {key}y {key}z", f"{key}u {key}v {key}w", f"bao-{key}")


def restored(issues: dict[str, str], links: dict[str, dict[str, float]], held: tuple[str, ...] = ()) -> Grouper:
    grouper = Grouper(grouping_weights(), held)
    grouper.restore([(unlike(key), issue) for key, issue in issues.items()], {key: {} for key in issues} | links)
    return grouper


def grouped_with(grouper: Grouper, key: str, links: dict[str, float]) -> Any:
    """A new article of which only these links are known, as when they waited for it."""
    for other, score in links.items():
        grouper._link(other, {key: score})
    return grouper.add(unlike(key, 1))


def test_an_id_stays_with_most_of_its_articles_when_they_part() -> None:
    ties = {"a": {"b": 5.0, "c": 5.0}, "b": {"c": 5.0}, "d": {"e": 5.0}, "c": {"d": 0.7}}
    joined = grouped_with(restored(dict.fromkeys("abcde", "i1"), ties), "f", {"d": 5.0, "e": 5.0})
    assert joined.issue_id == issue_id_of("d")
    assert dict(joined.moved) == dict.fromkeys("de", issue_id_of("d"))
    assert joined.gone == {}


def test_of_two_issues_that_become_one_the_larger_keeps_its_id_but_first_what_an_analyst_holds() -> None:
    issues = {"a": "i1", "b": "i2", "c": "i2"}
    tied = {"a": 5.0, "b": 5.0, "c": 5.0}
    joined = grouped_with(restored(issues, {"b": {"c": 5.0}}), "d", tied)
    assert (joined.issue_id, dict(joined.moved), dict(joined.gone)) == ("i2", {"a": "i2"}, {"i1": "i2"})
    joined = grouped_with(restored(issues, {"b": {"c": 5.0}}, held=("i1",)), "d", tied)
    assert (joined.issue_id, dict(joined.moved), dict(joined.gone)) == ("i1", {"b": "i1", "c": "i1"}, {"i2": "i1"})


def test_a_new_article_joins_the_issue_of_one_whose_other_ties_are_forgotten() -> None:
    joined = grouped_with(restored(dict.fromkeys("abcd", "i1"), {}), "e", {"d": 5.0})
    assert (joined.issue_id, dict(joined.moved)) == ("i1", {})


def test_no_two_groups_ever_get_one_id() -> None:
    founder = {"a": issue_id_of("b"), "b": issue_id_of("a")}
    joined = grouped_with(restored(founder | {"c": "i3"}, {}), "d", {})
    assert joined.issue_id == issue_id_of("d")
    grouper = restored({"a": issue_id_of("d")}, {})
    assert grouped_with(grouper, "d", {}).issue_id == issue_id_of("d+")


def test_where_too_much_hangs_together_issues_stay_and_the_new_article_joins_the_likest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("issues.group.MOST_GROUPED_ANEW", 4)
    issues = dict.fromkeys("abc", "i1") | dict.fromkeys("de", "i2")
    chain = {"a": {"b": 2.0, "c": 2.0}, "c": {"d": 0.7}, "d": {"e": 2.0}}
    joined = grouped_with(restored(issues, chain), "f", {"d": 3.0, "e": 3.0, "c": 1.0})
    assert (joined.issue_id, dict(joined.moved)) == ("i2", {})
    assert grouped_with(restored(issues, chain), "g", {"c": 0.7}).issue_id == issue_id_of("g")
