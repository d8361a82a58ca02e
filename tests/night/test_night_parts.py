"""The night's own parts: the lock, the morning it works for, the state of outlets."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, timedelta

import pytest

from config.places import CHECKOUT
from night.health import FeedAnswer, OutletFacts, judge_outlet
from night.lock import NightIsRunningError, night_lock
from night.morning import morning_of
from storage.records import FateWord
from vietnamese.clock import LOCAL

NOW = datetime(2026, 9, 10, 5, 30, tzinfo=LOCAL)


def answer(error: str | None = None, status: int = 200) -> FeedAnswer:
    return FeedAnswer(feed_url="https://a.example/rss", status=status, error=error, detail=None)


def state(**facts) -> str:
    return judge_outlet(OutletFacts(outlet_id="a", name="Báo A", **facts), NOW).state


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"answers": (answer(),), "fates": {FateWord.STORED: 2}}, "healthy"),
        ({"answers": (answer(), answer("timeout", 0)), "fates": {FateWord.STORED: 2}}, "healthy"),
        ({"answers": (answer(),), "fates": {FateWord.UNCHANGED: 9}, "last_new_at": NOW - timedelta(days=1)}, "quiet"),
        ({"answers": (answer(),), "fates": {}, "last_new_at": NOW - timedelta(days=4)}, "silent"),
        ({"answers": (answer("unreachable", 0),)}, "broken"),
        ({"answers": (answer("http-5xx", 500),)}, "broken"),
        ({"answers": (answer("http-4xx", 403),)}, "blocked"),
        ({"answers": (answer("robots", 0),)}, "forbidden"),
        ({"answers": (answer(),), "fates": {FateWord.STORED: 2, FateWord.HTTP_5XX: 3}}, "broken"),
        ({"answers": (answer(),), "fates": {FateWord.STORED: 1, FateWord.HTTP_5XX: 1}}, "healthy"),
    ],
)
def test_state_of_an_outlet(facts, expected) -> None:
    assert state(**facts) == expected


def test_one_failing_page_is_counted_but_a_known_page_is_not_a_failure() -> None:
    facts = OutletFacts(outlet_id="a", name="A", answers=(answer(),), fates={FateWord.HTTP_5XX: 1, FateWord.STORED: 5})
    assert (judge_outlet(facts, NOW).failed, judge_outlet(facts, NOW).stored) == (1, 5)


def test_a_second_night_is_told_who_holds_the_lock(tmp_path) -> None:
    code = (
        "import sys; from pathlib import Path; from night.lock import night_lock\n"
        "with night_lock(Path(sys.argv[1]), what='the test'): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=CHECKOUT, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(NightIsRunningError, match=f"process {holder.pid}: the test"),
            night_lock(tmp_path, what="x"),
        ):
            pass
        holder.kill()
        holder.wait()
        with night_lock(tmp_path, what="after the kill"):
            pass
    finally:
        holder.kill()
        holder.communicate()


@pytest.mark.parametrize(("hour", "expected"), [(0, 10), (5, 10), (9, 10), (17, 10), (18, 11), (23, 11)])
def test_morning_of(hour, expected) -> None:
    assert morning_of(datetime(2026, 9, 10, hour, 30, tzinfo=LOCAL)) == date(2026, 9, expected)
