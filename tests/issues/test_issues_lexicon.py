from __future__ import annotations

from collections.abc import Iterable

import pytest

from issues.evidence import PART_OF_PAIR, Weights
from issues.lexicon import COUNTED_DAYS, MOST_LATE, OPEN_DAYS, Lexicon

DAY = 20_000
COMPLETE = range(DAY - OPEN_DAYS - COUNTED_DAYS, DAY - OPEN_DAYS)


def lexicon(days: Iterable[int]) -> Lexicon:
    """Two articles a day, of which one names the storm."""
    made = Lexicon({"đường": 0.1})
    for day in days:
        made.add(f"storm-{day}", {"bão": 2, "đường": 1}, day)
        made.add(f"road-{day}", {"đường": 1, f"phố{day}": 1}, day)
    return made


def test_what_comes_from_open_days_changes_no_weight_of_a_day() -> None:
    made = lexicon(COMPLETE)
    before = {term: made.weights(DAY)[term] for term in ("bão", "đường", "lụt")}
    for day in range(DAY - OPEN_DAYS, DAY + 5):
        made.add(f"late-{day}", {"bão": 1, "lụt": 1}, day)
    made.add("undated", {"bão": 1})
    assert {term: made.weights(DAY)[term] for term in before} == before
    assert lexicon(reversed(COMPLETE)).weights(DAY)["bão"] == before["bão"]
    assert before["lụt"] > before["bão"] > before["đường"]


def test_a_straggler_is_counted_at_once_and_forgotten_without_a_trace() -> None:
    made = lexicon(COMPLETE)
    before = made.weights(DAY)["bão"]
    made.add("straggler", {"bão": 1}, COMPLETE[-1])
    assert made.weights(DAY)["bão"] < before
    made.remove("straggler", {"bão": 1}, COMPLETE[-1])
    assert made.weights(DAY)["bão"] == before
    for day in COMPLETE:
        made.remove(f"storm-{day}", {"bão": 2, "đường": 1}, day)
        made.remove(f"road-{day}", {"đường": 1, f"phố{day}": 1}, day)
    assert made.weights(DAY)["bão"] == Lexicon({"đường": 0.1}).weights(DAY)["bão"]


def test_undated_articles_are_compared_under_all_there_are() -> None:
    made = lexicon(COMPLETE)
    before = made.weights(None)["bão"]
    assert before == made.weight("bão")
    made.add("now", {"bão": 1}, DAY)
    assert made.weights(None)["bão"] < before
    assert made.weights(None)["bão"] == made.weight("bão")


def test_weights_are_kept_for_a_few_days_only() -> None:
    made = lexicon(COMPLETE)
    kept = [made.weights(day) for day in range(DAY - 9, DAY + 1)]
    assert made.weights(DAY) is kept[-1]
    assert made.weights(DAY - MOST_LATE) is kept[-1 - MOST_LATE]
    assert made.weights(DAY - 9) is not kept[0]


def test_candidates_share_rare_terms_and_the_likest_comes_first() -> None:
    made = lexicon(COMPLETE)
    made.add("other", {"bão": 1, f"phố{COMPLETE[0]}": 1}, DAY)
    found = made.candidates({"bão": 1, f"phố{COMPLETE[0]}": 1}, 3, made.weights(DAY))
    assert found[0] == "other"
    assert len(found) == 3
    assert made.candidates({"lụt": 1}, 3, made.weights(DAY)) == []


def test_a_pair_of_syllables_weighs_what_it_says_beyond_them() -> None:
    rarity = {"bí": 5.0, "thư": 3.0, "bí thư": 5.0, "chợ": 2.0, "cháy": 3.0, "cháy chợ": 7.0}
    weights = Weights(rarity.__getitem__)
    assert weights["bí thư"] ** 2 == pytest.approx(25 - PART_OF_PAIR * 25)
    assert weights["cháy chợ"] ** 2 == pytest.approx(49 - PART_OF_PAIR * 9)
    assert weights.squares["cháy chợ"] == weights["cháy chợ"] ** 2
    assert weights["bí"] == 5.0
