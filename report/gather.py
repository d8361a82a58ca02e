"""From the store to the inputs of a sheet: reads the `v1_` views and nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from config.model import Settings
from issues.moves import delta_of
from report.inputs import (
    Body,
    EarlierSheet,
    OutletName,
    OutletState,
    SheetArticle,
    SheetInputs,
    SheetIssue,
)
from report.movement import Movement, told_before
from report.scores import issue_scores
from report.then import Kept, issues_then
from report.window import Window, window_for
from storage import sheet_queries as ask
from storage.sheet_queries import SheetScope
from storage.store import Store
from storage.views import v1_entities
from vietnamese.words import excerpt

if TYPE_CHECKING:
    from sqlalchemy import Select

MEAN_DAYS = 7
_FORMER = " (cũ)"

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Making:
    """The circumstances in which a sheet is made; kept in its reports row."""

    run_id: str
    generated_at: datetime
    health: tuple[OutletState, ...]


def scope_for(day: date, settings: Settings, generated_at: datetime) -> SheetScope:
    """Which articles the sheet of the morning `day` holds when it is made at `generated_at` (aware)."""
    window = window_for(day, settings.calendar, settings.sheet.day_starts_at)
    return SheetScope(
        date=day.isoformat(),
        start=window.start,
        end=window.end,
        known_at=generated_at,
        late_since=window.start - timedelta(days=settings.sheet.late_days),
        least_confidence=settings.scope.least_confidence,
    )


def gather(
    store: Store,
    settings: Settings,
    day: date,
    making: Making,
    *,
    name_of: Callable[[str], str] = str,
    kept: Kept | None = None,
) -> SheetInputs:
    """Everything the sheet of `day` is made of, except the text of its queries.

    With `kept`, placements and issues are those that the reports row of an older sheet remembers. `name_of` gives the
    printed name of an agency or unit by id (`Gazetteer.name`). Raises StoreError when the store cannot be read.
    """
    scope = scope_for(day, settings, making.generated_at)
    mentions = answer(store, ask.mentions(scope))
    rows = answer(store, ask.articles(scope))
    rows = kept.laid_over(rows) if kept else rows
    issues = kept.issues if kept else issues_then(answer(store, ask.members(scope)))
    moved = kept.movement if kept else _movement(store, settings, scope, rows)
    made = inputs_of(
        store,
        settings,
        day,
        scope,
        making,
        name_of=name_of,
        rows=rows,
        mentions=mentions,
        issues=issues,
        new_since=moved.new_since,
    )
    return replace(made, earlier=earlier_sheets(store, day), marks=moved.marks, told=moved.told)


def inputs_of(
    store: Store,
    settings: Settings,
    day: date,
    scope: SheetScope,
    making: Making,
    *,
    name_of: Callable[[str], str],
    rows: Sequence[Row],
    mentions: Sequence[Row],
    issues: Mapping[str, SheetIssue],
    new_since: datetime | None = None,
) -> SheetInputs:
    """The inputs from what the store answered for any scope, with nothing of earlier sheets in them.

    `rows`, `mentions` and `issues` answer `articles`, `mentions` and `members` of `storage.sheet_queries`; what began
    before `new_since` is not new.
    """
    outlets = _outlets(answer(store, ask.outlets()), rows)
    articles = _articles(rows, mentions, settings.sheet.excerpt_words)
    window = Window(start=scope.start, end=scope.end)
    return SheetInputs(
        day=day,
        window=window,
        run_id=making.run_id,
        generated_at=making.generated_at,
        articles=articles,
        issues=issues,
        scores=issue_scores(articles, issues, outlets, window, new_since),
        bodies=_told_apart(store, _bodies(mentions, name_of, settings.sheet.city, _former(store, day)), name_of),
        outlets=outlets,
        health=making.health,
        city=settings.sheet.city,
        addressees=settings.sheet.addressees,
        top=settings.sheet.top,
        new_since=new_since,
    )


def _movement(store: Store, settings: Settings, scope: SheetScope, rows: Sequence[Row]) -> Movement:
    """How the issues of a fresh sheet have moved, and which of them need not be told again."""
    day = date.fromisoformat(scope.date)
    delta = delta_of(store, settings, day=day, start=scope.start, end=scope.end, known_at=scope.known_at)
    sent = answer(store, ask.sent_before(scope)) if settings.sheet.only_new else []
    held = {row["issue_id"] for row in rows}
    words = {key: found.words for key, found in delta.issues.items() if key in held and found.words}
    return Movement(
        marks=dict(sorted(words.items())) if delta.base else {},
        new_since=delta.base.window_end if delta.base else None,
        told=told_before(rows, [row["article_id"] for row in sent]),
    )


def printed_queries(store: Store, settings: Settings, day: date, making: Making) -> dict[str, str]:
    """`number_queries` of the sheet as text for the store's own database."""
    queries = number_queries(scope_for(day, settings, making.generated_at), making.run_id)
    return {name: ask.sql(query, store.engine) for name, query in queries.items()}


def answer(store: Store, query: Select[Any]) -> list[Row]:
    """What the store answers to a statement of `storage.sheet_queries`, as plain rows; times are aware."""
    return [{str(key): value for key, value in row.items()} for row in store.rows(query)]


def number_queries(scope: SheetScope, run_id: str) -> dict[str, Select[Any]]:
    """The name of every number (or table of numbers) of the sheet and the statement that gives it."""
    first = (date.fromisoformat(scope.date) - timedelta(days=MEAN_DAYS)).isoformat()
    return {
        "counts.articles": ask.count_articles(scope),
        "counts.issues": ask.count_issues(scope),
        "counts.late": ask.count_late(scope),
        "counts.reprints": ask.count_reprints(scope),
        "counts.newsrooms": ask.count_newsrooms(scope),
        "counts.unplaced": ask.count_unplaced(scope),
        "counts.by_level": ask.issues_by_level(scope),
        "counts.by_field": ask.issues_by_field(scope),
        "issues": ask.issue_rows(scope),
        "issues.known": ask.members(scope),
        "issues.articles": ask.articles(scope),
        "bodies": ask.body_rows(scope),
        "outlets.articles": ask.outlet_rows(scope),
        "outlets.fates": ask.run_fates(run_id),
        "compare": ask.earlier_reports(first, scope.date),
    }


def earlier_sheets(store: Store, day: date) -> tuple[EarlierSheet, ...]:
    """The totals of the sheets of the seven mornings before, in order of day."""
    first = day - timedelta(days=MEAN_DAYS)
    rows = answer(store, ask.earlier_reports(first.isoformat(), day.isoformat()))
    return tuple(
        EarlierSheet(
            day=date.fromisoformat(row["date"]),
            articles=row["inputs"]["counts"]["articles"],
            issues=row["inputs"]["counts"]["issues"],
            attention=row["inputs"]["counts"]["attention"],
            days=window_for(date.fromisoformat(row["date"]), store.settings.calendar).days,
        )
        for row in rows
        if "counts" in row["inputs"]
    )


def _articles(rows: Iterable[Row], mentions: Iterable[Row], words: int) -> tuple[SheetArticle, ...]:
    named: defaultdict[str, list[Row]] = defaultdict(list)
    for mention in mentions:
        named[mention["article_id"]].append(mention)
    return tuple(_article(row, named[row["article_id"]], words) for row in rows)


def _article(row: Row, named: Sequence[Row], words: int) -> SheetArticle:
    gone = row["gone_at"] is not None
    short = None if gone or not row["excerpt"] else excerpt(row["excerpt"], words)
    return SheetArticle(
        article_id=row["article_id"],
        outlet_id=row["outlet_id"],
        url=row["url"],
        title=row["title"],
        excerpt=short,
        published_at=row["published_at"],
        first_seen_at=row["first_seen_at"],
        kind=row["kind"],
        level=row["level"],
        level_score=row["level_score"] or 0.0,
        field_of=row["field_of"],
        reprint_of=row["reprint_of"],
        issue_id=row["issue_id"],
        late=bool(row["late"]),
        bodies=tuple(mention["entity_id"] for mention in named),
        head_bodies=tuple(mention["entity_id"] for mention in named if mention["head"]),
        gone=gone,
    )


def _bodies(
    mentions: Iterable[Row], name_of: Callable[[str], str], city: str, former: Collection[str]
) -> dict[str, Body]:
    """Agencies and units by id; one that is no longer in force is printed as such, because papers go on naming it."""
    kinds = {mention["entity_id"]: mention["kind"] for mention in mentions}
    was = {key: _FORMER if key.rpartition("@")[2] in former else "" for key in kinds}
    return {
        key: Body(body_id=key, name=f"{printed_name(name_of(key), city)}{was[key]}", kind=kind)
        for key, kind in kinds.items()
    }


def _told_apart(store: Store, bodies: dict[str, Body], name_of: Callable[[str], str]) -> dict[str, Body]:
    """Bodies that would be printed alike get what they belong to: `Phường Quang Trung, quận Hồng Bàng (cũ)`."""
    names = Counter(body.name for body in bodies.values())
    alike = {key: body for key, body in bodies.items() if names[body.name] > 1}
    if not alike:
        return bodies
    e = v1_entities.c
    units = {key.rpartition("@")[2] for key in alike}
    rows = answer(store, select(e.entity_id, e.parent_id).where(e.entity_id.in_(units), e.parent_id.is_not(None)))
    parents = {row["entity_id"]: name_of(row["parent_id"]) for row in rows}
    for key, body in alike.items():
        parent, name = parents.get(key.rpartition("@")[2]), body.name.removesuffix(_FORMER)
        if parent:
            bodies[key] = replace(body, name=f"{name}, {parent}{body.name[len(name) :]}")
    return bodies


def _former(store: Store, day: date) -> frozenset[str]:
    """Ids of what was no longer in force on `day`, as the store knows the gazetteer."""
    e = v1_entities.c
    rows = answer(store, select(e.entity_id).where(e.valid_until < day.isoformat()))
    return frozenset(row["entity_id"] for row in rows)


def printed_name(name: str, city: str) -> str:
    """A name as the city's own report prints it: first letter large, and its departments without the city's name."""
    short = name.removesuffix(f" {city}") if name.startswith("Sở ") else name
    return short[:1].upper() + short[1:]


def _outlets(known: Iterable[Row], articles: Iterable[Row]) -> dict[str, OutletName]:
    """The store's outlets; one it does not know is printed by its id and counts as no aggregator."""
    named = {
        row["outlet_id"]: OutletName(outlet_id=row["outlet_id"], name=row["name"], tier=row["tier"]) for row in known
    }
    for outlet_id in {row["outlet_id"] for row in articles} - set(named):
        named[outlet_id] = OutletName(outlet_id=outlet_id, name=outlet_id, tier="")
    return named
