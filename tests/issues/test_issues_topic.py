from __future__ import annotations

from typing import Any

import pytest

from config.loader import BUILTIN
from gazetteer.load import load
from issues.topic import Candidate, split
from storage.query import Names, read_query

NAMES = Names(load((BUILTIN,)))


def candidate(name: str, title: str, text: str = "", issue: str | None = None, **more: Any) -> Candidate:
    return Candidate(article_id=name, title=title, sapo="", text=text, issue_id=issue, **more)


def test_what_leads_is_about_it_and_what_mentions_it_is_passing() -> None:
    query = read_query("bão số 6", NAMES)
    lead = candidate("lead", "Bão số 6 suy yếu")
    passing = candidate("passing", "Trận bóng bị hoãn", "Trận đấu hoãn vì bão số 6.")
    assert split(query, [lead, passing]) == (["lead"], ["passing"])


@pytest.mark.parametrize(("others", "kept"), [(1, True), (3, False)])
def test_a_matter_brings_its_articles_when_most_of_it_is_about_the_topic(others: int, kept: bool) -> None:
    query = read_query("bão số 6", NAMES)
    rest = [candidate(f"rest{n}", "Tàu thuyền về bến", issue="i", found=False) for n in range(others)]
    about, passing = split(query, [candidate("lead", "Bão số 6", issue="i"), *rest])
    assert about == (["lead", "rest0"] if kept else ["lead"])
    assert passing == []


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
