from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from issues.rank import Member, score

END = datetime(2026, 9, 9, 23, 0, tzinfo=UTC)
START = END - timedelta(days=1)


def member(outlet: str = "bao", hours: float = 12, **more: object) -> Member:
    given: dict[str, object] = {"tier": "central", "is_reprint": False, "level_score": 1.5, "bodies": ()}
    return Member(outlet_id=outlet, at=END - timedelta(hours=hours), **(given | more))  # type: ignore[arg-type]


members = st.lists(
    st.builds(
        member,
        st.sampled_from(["a", "b", "c"]),
        st.floats(0, 48),
        tier=st.sampled_from(["central", "local", "aggregator", None]),
        is_reprint=st.booleans(),
        level_score=st.floats(-3, 20).map(lambda x: round(x, 2)),
        bodies=st.lists(st.sampled_from(["d1", "a-x", "p31"])).map(tuple),
    ),
    min_size=1,
)


@given(members, st.integers(0, 3))
def test_the_parts_add_up_to_the_last_digit(some: list[Member], level: int) -> None:
    rank = score(some, level=level, first_at=START, start=START, end=END)
    assert sum(rank.parts.values(), Decimal(0)) == rank.total
    assert all(part == part.quantize(Decimal("0.01")) and part >= 0 for part in rank.parts.values())


def test_newsrooms_that_only_copied_count_as_reprints() -> None:
    own = score([member("a"), member("b")], level=1, first_at=START, start=START, end=END)
    copied = score([member("a"), member("b", is_reprint=True)], level=1, first_at=START, start=START, end=END)
    assert own.parts["newsrooms"] > copied.parts["newsrooms"]
    assert copied.parts["reprints"] > own.parts["reprints"] == 0
    assert own.total > copied.total


def test_growth_looks_at_the_last_hours_and_novelty_at_the_first_article() -> None:
    late = score([member(hours=1)], level=0, first_at=START, start=START, end=END)
    early = score([member(hours=20)], level=0, first_at=START - timedelta(hours=1), start=START, end=END)
    assert late.parts["growth"] > early.parts["growth"] == 0
    assert late.parts["novelty"] > early.parts["novelty"] == 0


def test_growth_is_what_goes_beyond_the_pace_before() -> None:
    steady = [member(hours=hour + 0.5) for hour in range(24)]
    assert score(steady, level=0, first_at=START, start=START, end=END).parts["growth"] == 0
    jump = [member(hours=20), *[member(hours=1)] * 4]
    assert score(jump, level=0, first_at=START, start=START, end=END).parts["growth"] == Decimal("1.83")


def test_bodies_that_a_title_names_count_more() -> None:
    passing = score([member(bodies=("a-x",))], level=0, first_at=START, start=START, end=END)
    named = score([member(bodies=("a-x",), head_bodies=("a-x", "p31"))], level=0, first_at=START, start=START, end=END)
    assert named.total - passing.total == named.parts["salience"] == 1


def test_new_is_what_the_last_sheet_sent_could_not_hold() -> None:
    first = START - timedelta(hours=1)
    assert score([member()], level=0, first_at=first, start=START, end=END).parts["novelty"] == 0
    sent = START - timedelta(days=2)
    assert score([member()], level=0, first_at=first, start=START, end=END, new_since=sent).parts["novelty"] > 0


def test_the_city_itself_is_no_body() -> None:
    assert score([member(bodies=("p31",))], level=0, first_at=START, start=START, end=END).parts["bodies"] == 0
