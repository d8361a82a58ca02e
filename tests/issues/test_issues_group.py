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
            found |= {p.article_id: joined.issue_id} | dict.fromkeys(joined.moved, joined.issue_id)
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
        assert j.evidence["like"] in {p.article_id for p in profiles}
        assert j.evidence["score"] >= 0


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
    assert dict(tie.moved) == {"b": second.issue_id}
    assert grouper.add(parts[1]).issue_id == first.issue_id


def test_two_accidents_in_different_places_stay_apart() -> None:
    parts = [
        story("a", 0, "Xe tải lật trên quốc lộ ở Quảng Ninh, tài xế tử vong", "Xe tải lật sáng 4/9.", "bao-mot"),
        story("b", 9, "Xe tải lật trên quốc lộ ở Hải Dương, tài xế tử vong", "Xe tải lật chiều 4/9.", "bao-hai"),
    ]
    assert len(set(grouped(parts).values())) == 2
