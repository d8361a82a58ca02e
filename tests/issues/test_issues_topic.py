from __future__ import annotations

from typing import Any

import pytest

from config.loader import BUILTIN
from gazetteer.load import load
from issues.topic import PARTLY, Candidate, most_of, split
from storage.query import Names, read_query

NAMES = Names(load((BUILTIN,)))


def candidate(name: str, title: str, text: str = "", issue: str | None = None, **more: Any) -> Candidate:
    return Candidate(article_id=name, title=title, sapo="", text=text, issue_id=issue, **more)


def test_what_leads_is_about_it_and_what_mentions_it_is_passing() -> None:
    query = read_query("bão số 6", NAMES)
    lead = candidate("lead", "Bão số 6 suy yếu")
    passing = candidate("passing", "Trận bóng bị hoãn", "Trận đấu hoãn vì bão số 6.")
    assert split(query, [lead, passing]) == (["lead"], ["passing"])


@pytest.mark.parametrize(("others", "kept"), [(1, True), (2, True), (3, False)])
def test_a_matter_brings_its_articles_when_most_of_it_is_about_the_topic(others: int, kept: bool) -> None:
    query = read_query("bão số 6", NAMES)
    rest = [candidate(f"rest{n}", "Tàu thuyền về bến", issue="i", found=False) for n in range(others)]
    about, passing = split(query, [candidate("lead", "Bão số 6", issue="i"), *rest])
    assert about == ["lead", *(each.article_id for each in rest if kept)]
    assert passing == []


def test_half_a_query_vouches_for_half_a_matter_only() -> None:
    query = read_query("cháy xưởng gỗ lớn", NAMES)
    rest = [candidate(f"rest{n}", "Lửa bùng lên trong đêm", issue="i", found=False) for n in range(2)]
    about, _ = split(query, [candidate("lead", "Cháy xưởng may", "Cháy xưởng gỗ lớn.", issue="i"), *rest])
    assert about == ["lead"]


@pytest.mark.parametrize("words", ["nhà ở xã hội", "nha o xa hoi"])
def test_words_of_a_query_must_stand_together_with_and_without_diacritics(words: str) -> None:
    query = read_query(words, NAMES)
    housing = candidate("housing", "Dự án nhà ở xã hội chậm tiến độ")
    school = candidate("school", "Khánh thành trường ở xã Thanh Hà", "Mỗi nhà góp công, hội phụ huynh đến dự.")
    assert split(query, [housing, school])[0] == ["housing"]


def test_where_nothing_holds_the_whole_query_most_of_it_will_do() -> None:
    query = read_query("tai nạn quốc lộ 37", NAMES)
    crash = candidate("crash", "Xe khách va chạm xe tải trên quốc lộ 37")
    road = candidate("road", "Sửa quốc lộ 5")
    assert ("quốc", "lộ", "37") in [tuple(part[0] for part in each.wanted) for each in most_of(query)]
    assert split(query, [crash, road], least=PARTLY)[0] == ["crash"]
    assert most_of(read_query("bãi rác", NAMES)) == [], "half of a query of two words is no topic"


def test_words_of_an_unaccented_query_must_stand_together() -> None:
    query = read_query("song da do", NAMES)
    river = candidate("river", "Dầu thải bên sông Đa Độ")
    scattered = candidate("scattered", "Dân sống giữa đô thị", "Đã ba ngày.")
    assert split(query, [river, scattered]) == (["river"], ["scattered"])


def test_a_mention_in_the_lead_counts_as_the_name() -> None:
    query = read_query("rác Lê Chân", NAMES)
    former = candidate("former", "Rác ở quận cũ", named=True)
    body_only = candidate("body", "Họp giao ban", "Rác ở Lê Chân.")
    assert split(query, [former, body_only]) == (["former"], ["body"])
