"""How issues have moved since the last sheet that was sent: new, rising, cooling, answered, corrected, removed.

Every word comes with its reason and the articles that bear it out. Pure; `issues.moves` asks the store.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from gazetteer.mention import Mention
from issues.heading import delta_patterns, is_correction
from vietnamese.clock import to_local
from vietnamese.normal import fold_tones, nfc, unaccent

DeltaWord = Literal["new", "rising", "cooling", "answered", "corrected", "removed"]

DELTA_WORDS: Mapping[DeltaWord, str] = {
    "new": "mới",
    "rising": "tăng",
    "cooling": "giảm",
    "answered": "đã có trả lời",
    "corrected": "đã cải chính, sửa tin",
    "removed": "đã gỡ bài",
}
"""As the sheet prints them."""

LEAST_MOVED = 3
"""Articles below which a matter is too small to rise or to cool."""
UNLIKELY = 0.05
"""Chance, were coverage as before, below which it has risen or cooled."""
REACH = 70
"""Characters between a body's name and the word that says it answered."""
BEFORE = 24
"""Characters before a body's name that may turn it into the one who is asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BaseSheet:
    """The sheet that a delta compares with."""

    report_id: str
    date: date
    window_start: datetime
    window_end: datetime
    generated_at: datetime
    sent: bool
    """False: no sheet was sent yet, and the last one of the working day before serves."""
    note: str
    """Vietnamese: which sheet it is, and why this one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HourVolume:
    """An issue's articles of one hour beside what all outlets published in it."""

    hour: datetime
    """Its beginning; aware, clock of Hải Phòng."""
    articles: int
    output: int
    """Articles of all outlets in the store, in scope or not."""

    @property
    def share(self) -> float:
        """Of the outlets' output, 0 to 1."""
        return self.articles / self.output if self.output else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """One word for an issue, with what bears it out."""

    word: DeltaWord
    reason: str
    """Vietnamese."""
    article_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueDelta:
    """How one issue has moved."""

    issue_id: str
    moves: tuple[Moved, ...]
    """In the order of `DELTA_WORDS`; empty when it goes on as before."""
    articles: int
    """In this window."""
    articles_before: int
    """In the window of the base."""
    share: float
    """Of the outlets' output in this window, 0 to 1."""
    share_before: float
    hours: tuple[HourVolume, ...] = ()
    """The hours of this window that have an article of it."""

    @property
    def words(self) -> tuple[DeltaWord, ...]:
        """Its words alone."""
        return tuple(moved.word for moved in self.moves)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delta:
    """How all issues of a window, and those of the sheet before, have moved."""

    base: BaseSheet | None
    """None: there is no earlier sheet; every issue is new."""
    issues: Mapping[str, IssueDelta]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeltaArticle:
    """One article of an issue, as the delta sees it."""

    article_id: str
    outlet_id: str
    title: str
    sapo: str
    at: datetime
    """Published, or first seen."""
    told: bool
    """In the base sheet."""
    gone: bool = False
    """Removed by its outlet since the base sheet was made."""
    title_before: str | None = None
    """What its title was in the base sheet, where it has changed since."""
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Volumes:
    """What all outlets published in the two windows."""

    output: int
    output_before: int
    by_hour: Mapping[datetime, int] = field(default_factory=dict)


def issue_delta(
    issue_id: str,
    articles: Sequence[DeltaArticle],
    *,
    start: datetime,
    end: datetime,
    base: BaseSheet | None,
    volumes: Volumes,
    folders: tuple[Path, ...] = (),
    name_of: Mapping[str, str] | None = None,
) -> IssueDelta:
    """How an issue with all its `articles` has moved in [`start`, `end`) against `base`.

    `name_of`: printed names of bodies by id. Times aware.
    """
    now = [one for one in articles if start <= one.at < end]
    before = [one for one in articles if base and base.window_start <= one.at < base.window_end]
    moves = [
        *_new(articles, now, base),
        *_volume(len(now), len(before), volumes, told=any(one.told for one in articles)),
        *_answered(articles, now, folders, name_of or {}),
        *_corrected(articles, now),
        *_removed(articles),
    ]
    return IssueDelta(
        issue_id=issue_id,
        moves=tuple(moves),
        articles=len(now),
        articles_before=len(before),
        share=_share(len(now), volumes.output),
        share_before=_share(len(before), volumes.output_before),
        hours=hours_of((one.at for one in now), volumes.by_hour),
    )


def hours_of(ats: Iterable[datetime], output: Mapping[datetime, int]) -> tuple[HourVolume, ...]:
    """The hours that have one of these moments, with the output of each."""
    counts: dict[datetime, int] = {}
    for at in ats:
        counts[hour_of(at)] = counts.get(hour_of(at), 0) + 1
    return tuple(
        HourVolume(hour=hour, articles=count, output=max(count, output.get(hour, 0)))
        for hour, count in sorted(counts.items())
    )


def hour_of(at: datetime) -> datetime:
    """The beginning of the hour of `at` (aware), on the clock of Hải Phòng."""
    return to_local(at).replace(minute=0, second=0, microsecond=0)


def _new(articles: Sequence[DeltaArticle], now: Sequence[DeltaArticle], base: BaseSheet | None) -> list[Moved]:
    if not now or any(one.told for one in articles):
        return []
    ids = tuple(one.article_id for one in now)
    if base is None:
        return [Moved(word="new", reason="chưa có bản tin nào trước đó", article_ids=ids)]
    first = min(one.at for one in articles)
    if first >= base.window_start:
        return [Moved(word="new", reason=f"chưa có trong {base.note}", article_ids=ids)]
    days = (min(one.at for one in now) - first).days
    return [Moved(word="rising", reason=f"trở lại sau {days} ngày, không có trong {base.note}", article_ids=ids)]


def _volume(now: int, before: int, volumes: Volumes, *, told: bool) -> list[Moved]:
    """Rising or cooling: what was published against what the share of the base would let expect."""
    if not told:
        return []
    # Half an article more, of one more: a matter the base had nothing of is expected to be rare, not impossible.
    expected = (before + 0.5) / (volumes.output_before + 1) * volumes.output
    numbers = (
        f"{now} bài ({_percent(now, volumes.output)} số bài các báo), "
        f"bản trước {before} bài ({_percent(before, volumes.output_before)})"
    )
    if now >= LEAST_MOVED and now > expected and at_least(now, expected) < UNLIKELY:
        return [Moved(word="rising", reason=numbers)]
    if before >= LEAST_MOVED and now < expected and at_most(now, expected) < UNLIKELY:
        return [Moved(word="cooling", reason=numbers)]
    return []


def _answered(
    articles: Sequence[DeltaArticle], now: Sequence[DeltaArticle], folders: tuple[Path, ...], name_of: Mapping[str, str]
) -> list[Moved]:
    found: list[tuple[DeltaArticle, str, str]] = []
    for one in now:
        if one.told:
            continue
        elsewhere = {m.entity_id for other in articles if other.article_id != one.article_id for m in other.mentions}
        answer = answer_in(one, elsewhere, folders)
        if answer:
            found.append((one, *answer))
    if not found:
        return []
    first, body, words = min(found, key=lambda each: (each[0].at, each[0].article_id))
    reason = f"{name_of.get(body, body)}: «{words}» ({first.outlet_id})"
    return [Moved(word="answered", reason=reason, article_ids=tuple(each[0].article_id for each in found))]


def answer_in(
    article: DeltaArticle, named_elsewhere: set[str], folders: tuple[Path, ...] = ()
) -> tuple[str, str] | None:
    """(body, words) where title or sapo say that a body which the issue names elsewhere too has answered; else None."""
    answers, unanswered = delta_patterns("answers", folders), delta_patterns("unanswered", folders)
    for name, text in (("title", article.title), ("sapo", article.sapo)):
        lower = fold_tones(text).lower()
        for mention in article.mentions:
            if mention.field != name or mention.kind == "unit" or mention.entity_id not in named_elsewhere:
                continue
            clause = lower[mention.end : mention.end + REACH].split(". ")[0]
            said = answers.search(clause)
            asked = lower[max(0, mention.start - BEFORE) : mention.start]
            if said and not unanswered.search(clause[: said.start()]) and not unanswered.search(asked):
                return mention.entity_id, text[mention.start : mention.end + said.end()]
    return None


def _corrected(articles: Sequence[DeltaArticle], now: Sequence[DeltaArticle]) -> list[Moved]:
    pieces = [one for one in now if not one.told and is_correction(one.title)]
    changed = [one for one in articles if one.told and not one.gone and _retitled(one)]
    if not pieces and not changed:
        return []
    reasons = [f"{one.outlet_id}: «{one.title}»" for one in pieces]
    reasons += [f"{one.outlet_id} sửa tít «{one.title_before}» thành «{one.title}»" for one in changed]
    return [
        Moved(word="corrected", reason="; ".join(reasons), article_ids=tuple(o.article_id for o in [*pieces, *changed]))
    ]


def _retitled(one: DeltaArticle) -> bool:
    """Whether the words of the title changed, not only its marks."""
    return one.title_before is not None and _plain(one.title_before) != _plain(one.title)


def _plain(title: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in unaccent(nfc(title)).lower()).split()


def _removed(articles: Sequence[DeltaArticle]) -> list[Moved]:
    gone = [one for one in articles if one.told and one.gone]
    if not gone:
        return []
    outlets = ", ".join(sorted({one.outlet_id for one in gone}))
    reason = f"{len(gone)} bài đã bị gỡ ({outlets})"
    return [Moved(word="removed", reason=reason, article_ids=tuple(one.article_id for one in gone))]


def at_least(count: int, expected: float) -> float:
    """Poisson probability of `count` or more where `expected` are usual."""
    return max(0.0, 1.0 - at_most(count - 1, expected)) if count > 0 else 1.0


def at_most(count: int, expected: float) -> float:
    """Poisson probability of `count` or fewer where `expected` are usual."""
    if expected <= 0:
        return 1.0
    logs = (i * math.log(expected) - expected - math.lgamma(i + 1) for i in range(count + 1))
    return min(1.0, math.fsum(math.exp(each) for each in logs))


def _share(articles: int, output: int) -> float:
    return round(articles / output, 6) if output else 0.0


def _percent(articles: int, output: int) -> str:
    return f"{100 * articles / output:.1f}".replace(".", ",") + " %" if output else "không rõ"
