"""A changed markup is said where the operator and the reader look: reason, summary, sheet."""

from __future__ import annotations

from datetime import UTC, datetime

from night.health import OutletFacts, judge_outlet
from night.summary import WORST_FIRST, _rank
from storage.doubt import DRIFTED_VI, Drift
from storage.records import FateWord

NOW = datetime(2026, 9, 9, 22, 30, tzinfo=UTC)
DRIFT = Drift(outlet_id="a", missed=6, disagreed=6)


def health(**facts):
    return judge_outlet(OutletFacts(outlet_id="a", name="Báo A", drift=DRIFT, **facts), NOW)


def test_it_stands_before_the_reason_and_the_state_stays() -> None:
    found = health(fates={FateWord.STORED: 5})
    assert found.state == "healthy"
    assert found.reason.startswith("drifted: no rule matched the last 6 articles")
    assert found.reason.endswith("; new articles")
    assert found.reason_vi == f"{DRIFTED_VI}, tin được đọc bằng cách dự phòng; đủ tin"


def test_an_outlet_that_cannot_be_read_has_worse_to_tell() -> None:
    assert "drift" not in health(fates={FateWord.HTTP_5XX: 9}).reason


def test_the_summary_puts_it_before_the_healthy_ones() -> None:
    assert _rank(health(fates={FateWord.STORED: 5})) == WORST_FIRST.index("silent")


def test_a_silent_outlet_says_since_when_and_how_often_the_rules_did_not_fit() -> None:
    found = health(last_new_at=datetime(2026, 9, 5, 7, 0, tzinfo=UTC))
    assert (found.state, found.reason_vi) == ("silent", "0 tin từ 14:00 05/9 (bộ chọn không khớp 6 lần)")
