"""Issues and agencies whose coverage of a day jumps against their own usual.

Usual is what the 7 and the 30 days before let expect: medians, so that an earlier spike does not hide this one; scaled
by what all outlets published, so that a Sunday, Tết or a night on which the crawl stood still is no base for a jump.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from issues.delta import at_least
from issues.moves import in_range
from storage.issue_records import Spike
from storage.views import v1_articles, v1_mentions
from vietnamese.clock import to_local

if TYPE_CHECKING:
    from storage.store import Store

BASE_DAYS = 30
WEEK = 7
LEAST_ARTICLES = 5
"""Fewer in a day are no jump, whatever was before."""
LEAST_OUTLETS = 2
"""One outlet alone makes no jump: a series is not an event."""
LEAST_DAYS = 5
"""Days of a usable base: a store younger than that knows nothing usual."""
QUIET = 0.25
"""A day with less than this share of the median output is no base: the press, or the crawl, stood still."""
SPREADS = 4.0
"""Spreads above the median."""
UNLIKELY = 0.001
"""Chance under usual coverage."""
_MAD_TO_SPREAD = 1.4826
"""Median absolute deviation to standard deviation, for a normal distribution."""
_LEAST_SPREAD = 0.5
_LEAST_USUAL = 0.1
"""Articles: below these a subject that was never covered would make any number a jump."""
LEAST_CONFIDENCE = 0.5
"""A weaker mention counts for no agency."""

Kind = Literal["issue", "agency"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Usual:
    """What a subject's own past lets expect of one window."""

    usual_7: float
    usual_30: float
    spread: float
    chance: float
    days: int
    share: float
    """Of the outlets' output over the base."""


def jump(count: int, output: int, days: Sequence[tuple[int, int]]) -> Usual | None:
    """What is usual, where `count` articles of `output` are a jump against `days`; None where they are none.

    `days`: (articles, output of all outlets) of the days before, the latest first.
    """
    usable = usable_days(days)
    if count < LEAST_ARTICLES or len(usable) < LEAST_DAYS or not output:
        return None
    scaled = [articles * output / all_articles for articles, all_articles in usable]
    usual_30, usual_7 = median(scaled), median(scaled[:WEEK])
    spread = _MAD_TO_SPREAD * median(abs(one - usual_30) for one in scaled)
    share = sum(articles for articles, _ in usable) / sum(all_articles for _, all_articles in usable)
    usual = max(usual_30, usual_7)
    chance = at_least(count, max(usual, share * output, _LEAST_USUAL))
    if count <= usual + SPREADS * max(spread, usual**0.5, _LEAST_SPREAD) or chance >= UNLIKELY:
        return None
    return Usual(usual_7=usual_7, usual_30=usual_30, spread=spread, chance=chance, days=len(usable), share=share)


def usable_days(days: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The days on which press and crawl went on as usual."""
    outputs = [output for _, output in days if output]
    least = QUIET * median(outputs) if outputs else 0.0
    return [(articles, output) for articles, output in days if output and output >= least]


def spikes_of(store: Store, *, end: datetime) -> list[Spike]:
    """The spikes of the 24 hours before `end` (aware): issues first, the most articles first."""
    start = end - timedelta(days=1)
    first = end - timedelta(days=BASE_DAYS + 1)
    output, outlets, counts = _counted(store, first, end)
    spikes = []
    for (kind, subject_id), days in counts.items():
        before = [(days[back], output[back]) for back in range(1, BASE_DAYS + 1)]
        usual = jump(days[0], output[0], before)
        sources = len(outlets[kind, subject_id])
        if usual and sources >= LEAST_OUTLETS:
            spikes.append(_spike(kind, subject_id, (start, end), days[0], sources, output[0], usual))
    return sorted(spikes, key=lambda one: (one.kind != "issue", -one.articles, one.subject_id))


_Days = Counter[int]
"""Articles by day, 0 = the window, 1 = the day before it …"""


def _counted(
    store: Store, first: datetime, end: datetime
) -> tuple[_Days, dict[tuple[Kind, str], set[str]], dict[tuple[Kind, str], _Days]]:
    """Output of all outlets by day; outlets of the window, and articles by day, of every subject of the window."""
    a = v1_articles.c
    query = select(a.article_id, a.outlet_id, a.published_at, a.first_seen_at, a.issue_id).where(in_range(first, end))
    rows = {row["article_id"]: row for row in store.rows(query)}
    back = {key: (end - (row["published_at"] or row["first_seen_at"])).days for key, row in rows.items()}
    subjects = [(("issue", row["issue_id"]), key) for key, row in rows.items() if row["issue_id"]]
    subjects += [(("agency", entity_id), key) for entity_id, key in _agencies(store, first, end) if key in rows]
    counts: defaultdict[tuple[Kind, str], _Days] = defaultdict(Counter)
    outlets: defaultdict[tuple[Kind, str], set[str]] = defaultdict(set)
    for (kind, subject_id), key in subjects:
        subject: tuple[Kind, str] = ("issue" if kind == "issue" else "agency", subject_id)
        counts[subject][back[key]] += 1
        if back[key] == 0:
            outlets[subject].add(rows[key]["outlet_id"])
    return Counter(back.values()), outlets, {subject: counts[subject] for subject in sorted(outlets)}


def _agencies(store: Store, first: datetime, end: datetime) -> list[tuple[str, str]]:
    """(agency, article) for every article in scope that names it."""
    a, m = v1_articles.c, v1_mentions.c
    query = (
        select(m.entity_id, m.article_id)
        .select_from(v1_mentions.join(v1_articles, a.article_id == m.article_id))
        .where(in_range(first, end), a.in_scope.is_(True), m.kind != "unit", m.confidence >= LEAST_CONFIDENCE)
        .distinct()
    )
    return [(row["entity_id"], row["article_id"]) for row in store.rows(query)]


def _spike(
    kind: Kind, subject_id: str, window: tuple[datetime, datetime], count: int, outlets: int, output: int, usual: Usual
) -> Spike:
    reason = (
        f"{count} bài của {outlets} báo trong 24 giờ; thường {_told(usual.usual_7)} bài/ngày (7 ngày), "
        f"{_told(usual.usual_30)} bài/ngày ({usual.days} ngày); chiếm {_told(100 * count / output)} % số bài, "
        f"thường {_told(100 * usual.share)} %"
    )
    return Spike(
        day=to_local(window[1]).date().isoformat(),
        kind=kind,
        subject_id=subject_id,
        window_start=window[0],
        window_end=window[1],
        articles=count,
        outlets=outlets,
        usual_7=round(usual.usual_7, 3),
        usual_30=round(usual.usual_30, 3),
        spread=round(usual.spread, 3),
        chance=round(usual.chance, 9),
        days=usual.days,
        share=round(count / output, 6),
        usual_share=round(usual.share, 6),
        reason=reason,
    )


def _told(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")


def mark_spikes(store: Store, *, now: datetime) -> list[Spike]:
    """Find the spikes of the 24 hours that end with the hour of `now`, and store them in place of those of the day."""
    end = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    found = spikes_of(store, end=end)
    store.save_spikes(to_local(end).date().isoformat(), found)
    return found
