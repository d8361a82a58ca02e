"""The health of outlets: a quiet press and a broken crawl must never look alike.

A pure judgement over facts that the store counts. States, from best to worst:
healthy (new articles came), quiet (it answered and had nothing new), silent (it answers, but far more is missing than
its own history explains: `night/expected.py`; without a history, nothing new for `SILENT_AFTER`), broken (feeds or most
pages fail, or pages no longer yield a body or a time), blocked (it refuses us: 401, 403, 429), forbidden (robots.txt).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from night.expected import Volume
from report.inputs import OutletState
from storage.activity import Coverage
from storage.doubt import EMPTY_VI, NOT_ASKED, NOT_ASKED_VI, Drift
from storage.records import FateWord
from vietnamese.clock import to_local
from vietnamese.numbers import short_date

SILENT_AFTER = timedelta(days=3)
"""An outlet on our list publishes daily: three days without a new article is a fault until shown otherwise."""

LEAST_PAGES = 4
"""Below this many pages asked for, failures say nothing about the outlet."""

LEAST_ARTICLES = 8
"""Below this many articles a missing field says nothing."""

LOST = 0.4
"""A field is lost when it came with less than this part of the usual share."""

_FIELDS = (("body", "a body", "nội dung"), ("dated", "a time", "thời gian"))

UNREACHABLE = "unreachable"
"""The error of a feed whose host could not be connected to at all."""

_ANSWERED = {200, 304}
"""A feed that answered; a 304 says that what its last whole answer listed is still all there is."""

_BLOCKED = {"http-401", "http-403", "http-429"}
_FAILED = frozenset(
    {FateWord.HTTP_5XX, FateWord.TIMEOUT, FateWord.TOO_BIG, FateWord.TOO_SLOW, FateWord.NO_TEXT, FateWord.FAILED}
)
TROUBLED = frozenset({"silent", "broken", "blocked", "forbidden"})
"""States in which a person has to look at the outlet."""
_READ = frozenset({"healthy", "quiet", "silent"})
"""States in which a changed markup is worth telling: in the others nothing is read anyway."""
_GOOD = frozenset({FateWord.STORED, FateWord.REVISED, FateWord.UNCHANGED, FateWord.TEASER, FateWord.DUPLICATE})


NOTHING = Coverage()


@dataclass(frozen=True, kw_only=True)
class FeedAnswer:
    """How a feed or sitemap answered in the run."""

    feed_url: str
    status: int
    error: str | None
    detail: str | None
    items: int | None = None
    """What it listed, or what it had listed when it last said more than «not modified»; None when not known."""


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
    volume: Volume | None = None
    """Its history of publication."""
    last_published_at: datetime | None = None
    """When the newest article of its history was published."""
    coverage: Coverage = NOTHING
    """What the articles of the last day came with."""
    usual_coverage: Coverage = NOTHING
    """What those of the weeks before came with."""
    failed_nights: int = 0
    """Nights running on which every feed failed, this one included."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OutletHealth(OutletState):
    """The state of one outlet with its reason and evidence."""

    evidence: Mapping[str, float | str] = field(default_factory=dict)
    """The numbers behind the state, by name (docs/health.md)."""


def judge_outlet(facts: OutletFacts, now: datetime) -> OutletHealth:
    """The state of one outlet after a run that ended at `now` (aware)."""
    state, reason, reason_vi = _state(facts, now)
    if facts.drift is not None and state in _READ:
        reason = f"{facts.drift.reason}; {reason}"
        reason_vi = (
            f"{reason_vi} ({facts.drift.count_vi})" if state == "silent" else f"{facts.drift.reason_vi}; {reason_vi}"
        )
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
        evidence=_evidence(facts, now),
    )


def _evidence(facts: OutletFacts, now: datetime) -> dict[str, float | str]:
    """The numbers behind the state."""
    seen: dict[str, float | str] = {}
    for name, coverage in (("", facts.coverage), ("usual_", facts.usual_coverage)):
        if coverage.articles:
            seen[f"{name}articles"] = coverage.articles
            for what in ("body", "dated", "sapo"):
                seen[f"{name}{what}_share"] = round(getattr(coverage, what) / coverage.articles, 3)
    if facts.volume is not None and facts.volume.known:
        usual = facts.volume.usual(to_local(now).date())
        seen |= {"usual_a_day": usual.median, "usual_spread": round(usual.spread, 1)}
        if facts.last_published_at is not None:
            seen["missing"] = round(facts.volume.missing(facts.last_published_at), 1)
    if facts.failed_nights:
        seen["failed_nights"] = facts.failed_nights
    for answer in facts.answers:
        if answer.error:
            seen[answer.feed_url] = f"{answer.error} {answer.detail or ''}".strip()
    return seen


def _state(facts: OutletFacts, now: datetime) -> tuple[str, str, str]:
    errors = [answer for answer in facts.answers if answer.error]
    if facts.answers and len(errors) == len(facts.answers):
        return _feeds_failed(facts, errors)
    failed = sum(facts.fates.get(word, 0) for word in _FAILED)
    asked = failed + sum(facts.fates.get(word, 0) for word in _GOOD - {FateWord.UNCHANGED})
    if asked >= LEAST_PAGES and failed * 2 > asked:
        return "broken", f"{failed} of {asked} pages failed", f"{failed}/{asked} trang lỗi"
    fault = _lost_field(facts) or _silent(facts, now)
    if fault is not None:
        return fault
    if facts.fates.get(FateWord.STORED, 0) + facts.fates.get(FateWord.TEASER, 0):
        return _healthy(facts, errors)
    return _quiet(facts)


def _quiet(facts: OutletFacts) -> tuple[str, str, str]:
    if not facts.answers and not facts.fates:
        return "quiet", NOT_ASKED, NOT_ASKED_VI
    if facts.answers and all(answer.status in _ANSWERED and answer.items == 0 for answer in facts.answers):
        return "quiet", "answered, but nothing stands in its feeds", f"{EMPTY_VI}, không có tin mới"
    return "quiet", "answered, nothing new", "có trả lời, không có tin mới"


def _lost_field(facts: OutletFacts) -> tuple[str, str, str] | None:
    """Broken, when most articles of the last day lack a body or a time that they used to have."""
    now, usual = facts.coverage, facts.usual_coverage
    if now.articles < LEAST_ARTICLES or usual.articles < LEAST_ARTICLES:
        return None
    for what, english, vietnamese in _FIELDS:
        share, before = getattr(now, what) / now.articles, getattr(usual, what) / usual.articles
        if share < LOST * before and before > LOST:
            return (
                "broken",
                f"{getattr(now, what)} of {now.articles} articles came with {english}, {before:.0%} is usual",
                f"chỉ {getattr(now, what)}/{now.articles} bài có {vietnamese} (thường {before:.0%})",
            )
    return None


def _silent(facts: OutletFacts, now: datetime) -> tuple[str, str, str] | None:
    """Silent, when nothing was published for longer than the outlet's history, or else three days, explains."""
    if facts.volume is not None and facts.volume.known and facts.last_published_at is not None:
        since = facts.last_published_at
        if not facts.volume.is_silent(since):
            return None
        few = f"; about {facts.volume.missing(since):.0f} were to be expected"
    else:
        if facts.fates.get(FateWord.STORED, 0) + facts.fates.get(FateWord.TEASER, 0):
            return None
        first = facts.last_new_at or facts.first_polled_at
        if first is None or now - first <= SILENT_AFTER:
            return None
        since, few = first, ""
    local = to_local(since)
    return (
        "silent",
        f"nothing new since {local:%Y-%m-%d %H:%M}{few}",
        f"0 tin từ {local:%H:%M} {short_date(local.date())[:-5]}",
    )


def _healthy(facts: OutletFacts, errors: list[FeedAnswer]) -> tuple[str, str, str]:
    usual = None if facts.volume is None or not facts.volume.known else facts.volume.meagre(facts.volume.yesterday())
    if usual is not None and facts.volume is not None:
        few, most = facts.volume.yesterday(), f"{usual.median:.0f}"
        return "healthy", f"new articles, but {few} yesterday, {most} are usual", f"ít tin: {few} (thường {most})"
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
    nights = f", {facts.failed_nights} nights running" if facts.failed_nights > 1 else ""
    nights_vi = f", {facts.failed_nights} đêm liền" if facts.failed_nights > 1 else ""
    return "broken", f"every feed failed: {words}{nights}{known}", f"nguồn cấp lỗi ({words}{nights_vi})"


def _words(errors: list[FeedAnswer]) -> str:
    """The distinct errors, each with its detail, short."""
    seen = dict.fromkeys(f"{answer.error}" + (f" {answer.detail}" if answer.detail else "") for answer in errors)
    return ", ".join(list(seen)[:2])
