from __future__ import annotations

from dataclasses import replace
from typing import Any

from issues.group import Grouper
from issues.profile import Profile
from issues.reprint import overlap, reprint
from issues.weights import grouping_weights


def by_title(profiles: list[Profile], start: str) -> Profile:
    return next(p for p in profiles if p.title_key.startswith(start))


def test_a_shortened_copy_is_found_with_its_original(profiles: list[Profile]) -> None:
    original, copy = by_title(profiles, "cháy lớn ở chợ"), by_title(profiles, "35 gian hàng")
    found = reprint(copy, original)
    assert found is not None
    assert (found.original, found.copy, found.kind) == (original.article_id, copy.article_id, "trimmed")
    assert found.overlap is not None
    assert found.overlap.contained == 1.0
    assert found.overlap.shared == overlap(copy.shingles, original.shingles).shared


def test_a_follow_up_of_the_same_matter_is_no_reprint(profiles: list[Profile]) -> None:
    assert reprint(by_title(profiles, "vụ cháy chợ"), by_title(profiles, "cháy lớn ở chợ")) is None


def test_who_was_first_decides_and_a_credit_line_outdoes_it(profiles: list[Profile]) -> None:
    original, copy = by_title(profiles, "cháy lớn ở chợ"), by_title(profiles, "35 gian hàng")
    plain = replace(copy, credited="", at=(original.at or 0) - 1)
    found = reprint(plain, original)
    assert found is not None
    assert (found.original, found.why) == (plain.article_id, "time")
    credited = replace(copy, at=(original.at or 0) - 1)
    found = reprint(credited, original)
    assert found is not None
    assert (found.original, found.why) == (original.article_id, "credit")


def test_kinds(profiles: list[Profile]) -> None:
    original = by_title(profiles, "cháy lớn ở chợ")
    same = replace(original, article_id="x", outlet_id="bao-x", at=(original.at or 0) + 0.1)
    found = reprint(same, original)
    assert found is not None
    assert found.kind == "verbatim"
    longer = by_title(profiles, "35 gian hàng")
    found = reprint(replace(original, at=(longer.at or 0) + 1), replace(longer, credited=""))
    assert found is not None
    assert found.kind == "extended"


def test_teasers_with_one_title_are_one_family(profiles: list[Profile]) -> None:
    teaser = replace(by_title(profiles, "cháy lớn ở chợ"), shingles=overlap_free())
    other = replace(teaser, article_id="other", outlet_id="bao-x", at=(teaser.at or 0) + 0.1)
    found = reprint(other, teaser)
    assert found is not None
    assert (found.kind, found.original) == ("title-only", teaser.article_id)


def test_a_daily_title_is_not_yesterdays(profiles: list[Profile]) -> None:
    today = replace(by_title(profiles, "thời tiết hôm nay 4"), shingles=overlap_free())
    tomorrow = replace(today, article_id="other", at=(today.at or 0) + 1)
    assert reprint(tomorrow, today) is None


def test_an_earlier_article_found_later_turns_the_direction(profiles: list[Profile]) -> None:
    original = by_title(profiles, "cháy lớn ở chợ")
    copy = replace(by_title(profiles, "35 gian hàng"), credited="")
    grouper = Grouper(grouping_weights())
    first = grouper.add(copy)
    second = grouper.add(original)
    assert second.issue_id == first.issue_id
    assert second.reprint is None
    assert second.turned is not None
    assert second.turned.copy == copy.article_id


def overlap_free() -> Any:
    from issues.profile import shingle_hashes

    return shingle_hashes("")
