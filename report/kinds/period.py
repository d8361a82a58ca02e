"""A week or a month of coverage: what the store says of it, counted by the rules of the daily sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal

from gazetteer.records import WHOLE_CITY
from report.gather import Making, answer, inputs_of
from report.inputs import SheetInputs
from report.sheet import REACHED_STATES, BodyRow, IssueRow, Sheet, build_sheet, shown_at
from report.then import Kept, Row, issues_then
from report.window import Window
from storage import sheet_queries as ask
from storage.sheet_queries import SheetScope
from vietnamese.alphabet import sort_key
from vietnamese.clock import LOCAL, to_local

if TYPE_CHECKING:
    from sqlalchemy import Select

    from config.model import Settings
    from storage.store import Store

Kind = Literal["weekly", "monthly"]
_DAY = timedelta(days=1)
_DECEMBER = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Nights:
    """The daily sheets of the period: a week with half its nights missing is no quiet week."""

    made: tuple[date, ...]
    missing: tuple[date, ...]
    failed: tuple[date, ...]
    """Nights in which no outlet answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """The weekly or monthly sheet, ready to be written."""

    kind: Kind
    day: date
    """The day a week ends, or the last one of a month."""
    sheet: Sheet
    """The period counted as if it were one day's sheet."""
    days: Mapping[date, int]
    """Articles by stretch of 24 hours, named after the day it begins."""
    previous: Mapping[str, int]
    """`articles` and `issues` of the period before, as they are known now."""
    nights: Nights
    outlets: tuple[tuple[str, str, int], ...]
    """Id, printed name, articles: most first."""
    bodies: tuple[BodyRow, ...]
    """Most articles first; the city itself left out."""
    issues: tuple[IssueRow, ...]
    """Most covered first: by outlets with an article of their own, then by articles."""
    queries: Mapping[str, str]

    @property
    def over(self) -> bool:
        """Whether it was over when it was made."""
        return self.sheet.inputs.generated_at >= self.sheet.window.end


def period_window(kind: Kind, day: date, settings: Settings) -> Window:
    """A week: the seven days that end on `day`. A month: the one `day` lies in. Whole days, Asia/Ho_Chi_Minh.

    Raises ValueError where the settings name a day that not every month has.
    """
    rules = settings.period
    if kind == "weekly":
        hour = rules.week_ends_at or time.fromisoformat(settings.sheet.day_starts_at)
        end = datetime.combine(day, hour, LOCAL)
        return Window(start=end - 7 * _DAY, end=end)
    if not 0 <= rules.month_ends_on <= 28:  # noqa: PLR2004 (every month has so many days)
        raise ValueError(f"period.month_ends_on is {rules.month_ends_on}; write 0 (whole months) or 1 to 28")
    first = day.replace(day=1)
    if rules.month_ends_on == 0:
        return _midnights(first, _next_month(first))
    ends = first if day.day <= rules.month_ends_on else _next_month(first)
    after = ends.replace(day=rules.month_ends_on) + _DAY
    return _midnights((ends - _DAY).replace(day=rules.month_ends_on) + _DAY, after)


def _next_month(first: date) -> date:
    return date(first.year + first.month // _DECEMBER, first.month % _DECEMBER + 1, 1)


def _midnights(start: date, end: date) -> Window:
    return Window(start=datetime.combine(start, time(), LOCAL), end=datetime.combine(end, time(), LOCAL))


def day_of(kind: Kind, day: date, settings: Settings) -> date:
    """The day a period is known by: of a month its last, so that every day of the month names the same."""
    return day if kind == "weekly" else (period_window(kind, day, settings).end - _DAY).date()


def scope_of(window: Window, settings: Settings, known_at: datetime) -> SheetScope:
    """Which articles a period holds: those of its own days, known at `known_at`; nothing counts as late."""
    return SheetScope(
        date=to_local(window.end).date().isoformat(),
        start=window.start,
        end=window.end,
        known_at=known_at,
        late_since=window.start,
        least_confidence=settings.scope.least_confidence,
    )


def before(kind: Kind, window: Window, settings: Settings) -> Window:
    """The period before: seven days, or the month before."""
    if kind == "weekly":
        return Window(start=window.start - 7 * _DAY, end=window.start)
    return period_window(kind, to_local(window.start - _DAY).date(), settings)


def stretches(window: Window) -> list[Window]:
    """The period in stretches of 24 hours."""
    return [Window(start=window.start + n * _DAY, end=window.start + (n + 1) * _DAY) for n in range(window.days)]


def period_queries(kind: Kind, day: date, settings: Settings, known_at: datetime) -> dict[str, Select[Any]]:
    """The name of every number (or table of numbers) and the statement that gives it."""
    window = period_window(kind, day, settings)
    scope = scope_of(window, settings, known_at)
    earlier = scope_of(before(kind, window, settings), settings, known_at)
    per_day = {
        f"days.{to_local(part.start).date()}": ask.count_articles(scope_of(part, settings, known_at))
        for part in stretches(window)
    }
    return {
        "counts.articles": ask.count_articles(scope),
        "counts.issues": ask.count_issues(scope),
        "counts.reprints": ask.count_reprints(scope),
        "counts.newsrooms": ask.count_newsrooms(scope),
        "counts.unplaced": ask.count_unplaced(scope),
        "counts.by_level": ask.issues_by_level(scope),
        "counts.by_field": ask.issues_by_field(scope),
        "issues": ask.issue_rows(scope),
        "bodies": ask.body_rows(scope),
        "outlets": ask.outlet_rows(scope),
        "nights": ask.earlier_reports(*_nights_between(window)),
        "previous.articles": ask.count_articles(earlier),
        "previous.issues": ask.count_issues(earlier),
        **per_day,
    }


def period_inputs(
    store: Store, settings: Settings, kind: Kind, day: date, making: Making, *,
    name_of: Callable[[str], str], kept: Kept | None = None,
) -> SheetInputs:  # fmt: skip
    """Everything of the period from the store; with `kept`, placements and issues as they were remembered."""
    scope = scope_of(period_window(kind, day, settings), settings, making.generated_at)
    mentions = answer(store, ask.mentions(scope))
    rows: Sequence[Row] = answer(store, ask.articles(scope))
    rows = kept.laid_over(rows) if kept else rows
    issues = kept.issues if kept else issues_then(answer(store, ask.members(scope)))
    return inputs_of(
        store, settings, day, scope, making, name_of=name_of, rows=rows, mentions=mentions, issues=issues
    )  # fmt: skip


def build_period(
    store: Store, settings: Settings, kind: Kind, inputs: SheetInputs, known: Mapping[str, Any] | None = None
) -> Period:
    """The period from its inputs; `known` are those of the reports row of a period that was made before.

    Raises StoreError when the store cannot be read.
    """
    queries = period_queries(kind, inputs.day, settings, inputs.generated_at)
    sheet = build_sheet(inputs)
    nights, previous = remembered(known) if known else (None, None)
    return Period(
        kind=kind,
        day=inputs.day,
        sheet=sheet,
        days=_per_day(inputs),
        previous=previous or {name: _one(store, queries[f"previous.{name}"]) for name in ("articles", "issues")},
        nights=nights or nights_of(answer(store, queries["nights"]), inputs.window, inputs.generated_at),
        outlets=_outlets(sheet),
        bodies=_bodies(sheet),
        issues=tuple(sorted(sheet.issues, key=_by_coverage)),
        queries={name: ask.sql(query, store.engine) for name, query in queries.items()},
    )


def to_remember(period: Period) -> dict[str, Any]:
    """What later nights may change and the counts of `report.then` do not hold, as JSON values for the reports row."""
    return {"previous": dict(period.previous), "nights": nights_data(period.nights)}


def remembered(known: Mapping[str, Any]) -> tuple[Nights, dict[str, int]]:
    """The other way round."""
    days = {name: tuple(map(date.fromisoformat, told)) for name, told in known["nights"].items()}
    return Nights(made=days["made"], missing=days["missing"], failed=days["failed"]), dict(known["previous"])


def nights_data(nights: Nights) -> dict[str, list[str]]:
    """As JSON values."""
    return {name: [day.isoformat() for day in getattr(nights, name)] for name in ("made", "missing", "failed")}


def _one(store: Store, query: Select[Any]) -> int:
    return int(next(iter(store.rows(query)[0].values())))


def _per_day(inputs: SheetInputs) -> dict[date, int]:
    held = Counter((shown_at(article) - inputs.window.start) // _DAY for article in inputs.articles)
    return {to_local(part.start).date(): held[n] for n, part in enumerate(stretches(inputs.window))}


def _nights_between(window: Window) -> tuple[str, str]:
    """The mornings whose sheets tell of the period: from the second day's to the one on which it ends."""
    first = to_local(window.start).date() + _DAY
    return first.isoformat(), (to_local(window.start).date() + (window.days + 1) * _DAY).isoformat()


def nights_of(rows: Sequence[Row], window: Window, known_at: datetime) -> Nights:
    """What the rows of daily reports say of the nights up to `known_at`: what is to come is not missing."""
    healths = {date.fromisoformat(row["date"]): row["inputs"].get("health", []) for row in rows}
    first = to_local(window.start).date() + _DAY
    wanted = [day for n in range(window.days) if (day := first + n * _DAY) <= to_local(known_at).date()]
    return Nights(
        made=tuple(day for day in wanted if day in healths),
        missing=tuple(day for day in wanted if day not in healths),
        failed=tuple(
            day
            for day in wanted
            if healths.get(day) and not any(state["state"] in REACHED_STATES for state in healths[day])
        ),
    )


def _outlets(sheet: Sheet) -> tuple[tuple[str, str, int], ...]:
    held = Counter(article.outlet_id for article in sheet.articles)
    named = [(key, sheet.inputs.outlets[key].name, found) for key, found in held.items()]
    return tuple(sorted(named, key=lambda row: (-row[2], sort_key(row[1]), row[0])))


def _bodies(sheet: Sheet) -> tuple[BodyRow, ...]:
    rows = [row for row in sheet.bodies if row.body.body_id not in WHOLE_CITY]
    return tuple(sorted(rows, key=lambda row: (-row.articles, sort_key(row.body.name), row.body.body_id)))


def _by_coverage(issue: IssueRow) -> tuple[int, int, int, str]:
    return -issue.independent_newsrooms, -len(issue.articles), -issue.level, issue.issue_id
