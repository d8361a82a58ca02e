from __future__ import annotations

import random
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from issues.cluster import Rule, clusters

RULE = Rule(least=0.6, best_share=0.5, links=3, missing=-3.0)


def both_ways(*links: tuple[str, str, float]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for a, b, score in links:
        found.setdefault(a, {})[b] = score
        found.setdefault(b, {})[a] = score
    return found


def groups(keys: str, links: dict[str, dict[str, float]], glued: list[list[str]] | None = None) -> set[str]:
    return {"".join(sorted(group)) for group in clusters(keys, links, RULE, glued or ())}


def test_two_articles_become_one_group_from_the_least_score() -> None:
    assert groups("ab", both_ways(("a", "b", 0.6))) == {"ab"}
    assert groups("ab", both_ways(("a", "b", 0.59))) == {"a", "b"}


def test_one_middling_link_joins_no_two_groups() -> None:
    inside = [(a, b, 4.0) for trio in ("abc", "xyz") for a, b in combinations(trio, 2)]
    assert groups("abcxyz", both_ways(*inside, ("a", "x", 2.0))) == {"abc", "xyz"}
    across = [(a, x, 2.0) for a in "abc" for x in "xyz"]
    assert groups("abcxyz", both_ways(*inside, *across)) == {"abcxyz"}


def test_what_is_glued_stays_together_whatever_its_links() -> None:
    assert groups("abc", {}, [["a", "b"]]) == {"ab", "c"}


def test_links_to_others_are_left_aside() -> None:
    assert groups("ab", both_ways(("a", "z", 5.0), ("b", "z", 5.0))) == {"a", "b"}


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"), st.integers(-10, 40))), st.integers()
)
def test_neither_the_order_of_keys_nor_of_links_matters(links: list[tuple[str, str, int]], seed: int) -> None:
    known = {(min(a, b), max(a, b)): score / 10 for a, b, score in links if a != b}
    listed = [(a, b, score) for (a, b), score in known.items()]
    mixed = random.Random(seed).sample(listed, len(listed))
    found = groups("abcdefgh", both_ways(*listed))
    assert groups("hgfedcba", both_ways(*mixed)) == found
    assert sorted("".join(found)) == list("abcdefgh")
