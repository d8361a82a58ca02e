"""The health of outlets: a quiet press and a broken crawl must never look alike.

A pure judgement over facts that the store counts. States, from best to worst:
healthy (new articles came), quiet (it answered and had nothing new), silent (it answers, but nothing new for
longer than `SILENT_AFTER`), broken (feeds or most pages fail), blocked (it refuses us: 401, 403,
429), forbidden (robots.txt).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage.doubt import Drift
from storage.records import FateWord
from vietnamese.clock import to_local

SILENT_AFTER = timedelta(days=3)
"""An outlet on our list publishes daily: three days without a new article is a fault until shown otherwise."""

LEAST_PAGES = 4
"""Below this many pages asked for, failures say nothing about the outlet."""

UNREACHABLE = "unreachable"
"""The error of a feed whose host could not be connected to at all."""

_BLOCKED = {"http-401", "http-403", "http-429"}
_FAILED = frozenset(
    {FateWord.HTTP_5XX, FateWord.TIMEOUT, FateWord.TOO_BIG, FateWord.TOO_SLOW, FateWord.NO_TEXT, FateWord.FAILED}
)
_READ = frozenset({"healthy", "quiet", "silent"})
"""States in which a changed markup is worth telling: in the others nothing is read anyway."""
_GOOD = frozenset({FateWord.STORED, FateWord.REVISED, FateWord.UNCHANGED, FateWord.TEASER, FateWord.DUPLICATE})


@dataclass(frozen=True, kw_only=True)
class FeedAnswer:
    """How a feed or sitemap answered in the run."""

    feed_url: str
    status: int
    error: str | None
    detail: str | None


@dataclass(frozen=True, kw_only=True)
class OutletFacts:
    """What a run saw of one outlet, and what is known of it from before."""

    outlet_id: str
    name: str
    answers: tuple[FeedAnswer, ...] = ()
    fates: Mapping[str, int] = field(default_factory=dict)
    """Fates of the run, counted."""
    last_success_at: datetime | None = None
    """When a feed of it last answered."""
    last_new_at: datetime | None = None
    """When an article of it was last stored for the first time."""
    first_polled_at: datetime | None = None
    drift: Drift | None = None
    """Its markup has changed: the rules no longer fit."""


@dataclass(frozen=True, kw_only=True)
class OutletHealth:
    """The state of one outlet with its reason and evidence."""

    id: str
    name: str
    state: str
    reason: str
    """English, for the operator."""
    reason_vi: str
    """Vietnamese, for the sheet."""
    last_success_at: datetime | None
    last_new_at: datetime | None
    stored: int
    failed: int


def judge_outlet(facts: OutletFacts, now: datetime) -> OutletHealth:
    """The state of one outlet after a run that ended at `now` (aware)."""
    state, reason, reason_vi = _state(facts, now)
    if facts.drift is not None and state in _READ:
        reason, reason_vi = f"{facts.drift.reason}; {reason}", f"{facts.drift.reason_vi}; {reason_vi}"
    return OutletHealth(
        id=facts.outlet_id,
        name=facts.name,
        state=state,
        reason=reason,
        reason_vi=reason_vi,
        last_success_at=facts.last_success_at,
        last_new_at=facts.last_new_at,
        stored=facts.fates.get(FateWord.STORED, 0) + facts.fates.get(FateWord.TEASER, 0),
        failed=sum(facts.fates.get(word, 0) for word in _FAILED),
    )


def _state(facts: OutletFacts, now: datetime) -> tuple[str, str, str]:
    errors = [answer for answer in facts.answers if answer.error]
    if facts.answers and len(errors) == len(facts.answers):
        return _feeds_failed(facts, errors)
    failed = sum(facts.fates.get(word, 0) for word in _FAILED)
    asked = failed + sum(facts.fates.get(word, 0) for word in _GOOD - {FateWord.UNCHANGED})
    if asked >= LEAST_PAGES and failed * 2 > asked:
        return "broken", f"{failed} of {asked} pages failed", f"{failed}/{asked} trang lỗi"
    if facts.fates.get(FateWord.STORED, 0) + facts.fates.get(FateWord.TEASER, 0):
        return _healthy(facts, errors)
    since = facts.last_new_at or facts.first_polled_at
    if since is not None and now - since > SILENT_AFTER:
        return (
            "silent",
            f"nothing new since {to_local(since):%Y-%m-%d %H:%M}",
            f"0 tin từ {to_local(since):%H:%M %d/%m}",
        )
    if not facts.answers and not facts.fates:
        return "quiet", "not asked in this run", "chưa được hỏi trong đêm"
    return "quiet", "answered, nothing new", "có trả lời, không có tin mới"


def _healthy(facts: OutletFacts, errors: list[FeedAnswer]) -> tuple[str, str, str]:
    if not errors:
        return "healthy", "new articles", "đủ tin"
    part = f"{len(errors)} of {len(facts.answers)} feeds failed ({_words(errors)})"
    return "healthy", f"new articles; {part}", f"có tin; {len(errors)}/{len(facts.answers)} nguồn cấp lỗi"


def _feeds_failed(facts: OutletFacts, errors: list[FeedAnswer]) -> tuple[str, str, str]:
    kinds = {answer.error or "" for answer in errors}
    words = _words(errors)
    if kinds <= {"robots"}:
        return "forbidden", "robots.txt forbids the feeds", "robots.txt không cho phép"
    if kinds & _BLOCKED or any(answer.status in {401, 403, 429} for answer in errors):
        return "blocked", f"refused: {words}", f"bị từ chối ({words})"
    if UNREACHABLE in kinds:
        details = dict.fromkeys(answer.detail for answer in errors if answer.detail)
        return "broken", f"{UNREACHABLE}: {', '.join(details) or 'no connection'}", "không kết nối được"
    known = "" if facts.last_success_at is None else f"; last answer {to_local(facts.last_success_at):%Y-%m-%d %H:%M}"
    return "broken", f"every feed failed: {words}{known}", f"nguồn cấp lỗi ({words})"


def _words(errors: list[FeedAnswer]) -> str:
    """The distinct errors, each with its detail, short."""
    seen = dict.fromkeys(f"{answer.error}" + (f" {answer.detail}" if answer.detail else "") for answer in errors)
    return ", ".join(list(seen)[:2])
