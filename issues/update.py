"""Judge and place every article of the store that is not placed yet.

What a run ends with does not depend on how it was cut into batches or where it was killed: the grouper's state is
rebuilt from the store's placements, and a batch is saved with its issues in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from issues.cues import grouping_cues
from issues.fields import OTHER, field_cues
from issues.group import Grouper, Joined
from issues.level import ANSWER, URGENT, Judgement, judge
from issues.levelcues import level_cues
from issues.profile import Profile, profile
from issues.reprint import told
from issues.weights import grouping_weights
from storage.issue_records import IssueInput, IssueRecord, Placement
from storage.views import v1_articles, v1_issue_articles
from vietnamese.clock import to_utc

if TYPE_CHECKING:
    from config.model import Settings
    from gazetteer.mention import Mention
    from storage.store import Store

BATCH = 100
"""Articles placed and saved in one transaction: under half a second of work."""
_CITY = frozenset({"p31", "p31-old", "p30"})
Progress = Callable[[int, int], None]
"""Called with (done, all)."""


@dataclass(kw_only=True)
class Workshop:
    """Cues, weights and the grouper with what it has placed, for one call."""

    folders: Sequence[Path] = ()
    placements: dict[str, Placement] = field(default_factory=dict)
    """Of the window and of this call, by article id: what a later find may turn round."""

    def __post_init__(self) -> None:
        """Read the cues once."""
        self.cues = grouping_cues(self.folders)
        self.levels = level_cues(self.folders)
        self.fields = field_cues(self.folders)
        self.weights = grouping_weights(self.folders)
        self.grouper = Grouper(self.weights)

    def profile(self, item: IssueInput) -> Profile:
        """The profile of an article of the store."""
        return profile(
            article_id=item.article_id,
            outlet_id=item.outlet_id,
            title=item.title,
            sapo=item.sapo,
            text=item.text,
            at=item.at,
            cues=self.cues,
            signature=item.signature if item.text else b"",
            credited=item.credited_outlet,
            units=entities_of(m for m in item.mentions if m.kind == "unit" and m.field != "text"),
            entities=entities_of(item.mentions),
        )

    def judge(self, item: IssueInput) -> Judgement:
        """Level and field of an article of the store."""
        return judge(
            title=item.title,
            sapo=item.sapo,
            text=item.text,
            mentions=item.mentions,
            about_city=item.about_city,
            cues=self.levels,
            fields=self.fields,
        )


def entities_of(mentions: Iterable[Mention]) -> frozenset[str]:
    """Agencies and units that are mentioned, without the city itself."""
    return frozenset(m.entity_id for m in mentions) - _CITY


def update_issues(
    store: Store,
    settings: Settings,
    *,
    now: datetime,
    folders: Sequence[Path] = (),
    on_progress: Progress | None = None,
) -> Mapping[str, int]:
    """Place all pending articles, oldest first; returns counts: placed, issues, joined, reprints, level2, level3.

    `settings` decides the scope (through the store); `now` (aware) is the moment of the run. Idempotent: called again
    it finds nothing pending and changes nothing.
    """
    to_utc(now)
    pending = store.pending_issues(scoped=settings.scope.about_city or settings.scope.mentions)
    shop = Workshop(folders=folders)
    if pending:
        _restore(shop, store, pending[0].at)
    placed: list[Placement] = []
    for start in range(0, len(pending), BATCH):
        batch = pending[start : start + BATCH]
        changed: dict[str, Placement] = {}
        left: set[str] = set()
        for item in batch:
            found, gone = place(shop, item)
            changed |= {p.article_id: p for p in found}
            left |= gone
        store.save_placements(list(changed.values()), issue_records(store, changed, batch, left))
        placed += [changed[item.article_id] for item in batch]
        if on_progress:
            on_progress(start + len(batch), len(pending))
    return _counts(placed)


def _restore(shop: Workshop, store: Store, first: datetime) -> None:
    """Take up what lies in the window of the first pending article or later."""
    recent = store.recent_issues(first - timedelta(days=shop.weights.window_days))
    shop.placements |= {one.item.article_id: one.placement for one in recent}
    shop.grouper.restore((shop.profile(one.item), one.placement.issue_id) for one in recent)


def place(shop: Workshop, item: IssueInput) -> tuple[list[Placement], set[str]]:
    """The placement of one article and of earlier ones that it changes; and the issues that articles left."""
    joined = shop.grouper.add(shop.profile(item))
    found = [_placement(item, joined, shop.judge(item))]
    turned = joined.turned
    if turned and turned.copy in shop.placements:
        old = shop.placements[turned.copy]
        found.append(
            replace(
                old,
                reprint_of=turned.original,
                reprint_kind=turned.kind,
                evidence={**old.evidence, "reprint": told(turned)},
            )
        )
    shop.placements |= {p.article_id: p for p in found}
    moved = [_gone_over(shop.placements[key], joined) for key in joined.moved]
    shop.placements |= {p.article_id: p for p in moved}
    return found + moved, set(joined.moved.values())


def _gone_over(old: Placement, joined: Joined) -> Placement:
    """An article whose issue went over to another: which it was, and which article tied the two."""
    evidence = {**old.evidence, "merged": {"from": old.issue_id, "tied_by": joined.article_id}}
    return replace(old, issue_id=joined.issue_id, evidence=evidence)


def _placement(item: IssueInput, joined: Joined, verdict: Judgement) -> Placement:
    evidence: dict[str, Any] = {}
    if joined.evidence:
        evidence["joined"] = dict(joined.evidence)
    if joined.reprint:
        evidence["reprint"] = told(joined.reprint)
    return Placement(
        article_id=item.article_id,
        issue_id=joined.issue_id,
        reprint_of=joined.reprint.original if joined.reprint else None,
        reprint_kind=joined.reprint.kind if joined.reprint else None,
        level=verdict.level,
        level_reasons=verdict.reasons,
        level_score=verdict.level_score,
        field_of=verdict.field_of,
        evidence=evidence,
        content_hash=item.content_hash,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """An article of an issue, stored or just placed."""

    article_id: str
    issue_id: str
    title: str
    at: datetime
    level: int
    reasons: tuple[str, ...]
    level_score: float
    field_of: int
    reprint: bool


def issue_records(
    store: Store, changed: Mapping[str, Placement], batch: Iterable[IssueInput], left: Iterable[str] = ()
) -> list[IssueRecord]:
    """The records of all issues that `changed` placements touch, over all their articles.

    `batch` holds the articles of new placements; the others are read from the store. `left`: issues articles left.
    """
    touched = {p.issue_id for p in changed.values()}.union(left)
    items = {item.article_id: item for item in batch}
    rows = {row.article_id: row for row in _stored(store, touched, changed)}
    for key, placement in changed.items():
        if key in items:
            rows[key] = _row(items[key], placement)
        elif key in rows:
            rows[key] = replace(rows[key], reprint=placement.reprint_of is not None)
    members: dict[str, list[_Row]] = {}
    for row in rows.values():
        members.setdefault(row.issue_id, []).append(row)
    return [_record(issue_id, members[issue_id]) for issue_id in sorted(members)]


def _stored(store: Store, touched: set[str], changed: Mapping[str, Placement]) -> Iterable[_Row]:
    """Articles already stored in the touched issues, those about to move into them left as they are."""
    a, i = v1_articles.c, v1_issue_articles.c
    query = (
        select(
            i.article_id, i.issue_id, a.title, i.at, i.level, i.level_reasons, i.level_score, i.field_of, i.reprint_of
        )
        .select_from(v1_issue_articles.join(v1_articles, a.article_id == i.article_id))
        .where(i.issue_id.in_(sorted(touched)))
    )
    for row in store.rows(query):
        moved = changed.get(row["article_id"])
        yield _Row(
            article_id=row["article_id"],
            issue_id=moved.issue_id if moved else row["issue_id"],
            title=row["title"],
            at=row["at"],
            level=row["level"],
            reasons=tuple(row["level_reasons"]),
            level_score=row["level_score"],
            field_of=row["field_of"],
            reprint=row["reprint_of"] is not None,
        )


def _row(item: IssueInput, placement: Placement) -> _Row:
    return _Row(
        article_id=item.article_id,
        issue_id=placement.issue_id,
        title=item.title,
        at=item.at,
        level=placement.level,
        reasons=placement.level_reasons,
        level_score=placement.level_score,
        field_of=placement.field_of,
        reprint=placement.reprint_of is not None,
    )


def _record(issue_id: str, rows: Sequence[_Row]) -> IssueRecord:
    """An issue from its articles: titled by the weightiest that is no reprint, its level the highest."""
    own = [row for row in rows if not row.reprint] or list(rows)
    head = min(own, key=lambda row: (-row.level, row.at, row.article_id))
    heaviest = min(rows, key=lambda row: (-row.level, -row.level_score, row.at, row.article_id))
    first = min(rows, key=lambda row: (row.at, row.article_id))
    return IssueRecord(
        issue_id=issue_id,
        title=head.title,
        level=heaviest.level,
        field_of=_field(own),
        first_at=first.at,
        last_at=max(row.at for row in rows),
        level_reasons=heaviest.reasons,
        first_article_id=first.article_id,
    )


def _field(rows: Sequence[_Row]) -> int:
    """The field most of its own articles have; «Khác» only when all have it; on a tie the smaller number."""
    counts: dict[int, int] = {}
    for row in rows:
        counts[row.field_of] = counts.get(row.field_of, 0) + 1
    return min(counts, key=lambda number: (number == OTHER, -counts[number], number))


def _counts(placed: Sequence[Placement]) -> dict[str, int]:
    return {
        "placed": len(placed),
        "issues": len({p.issue_id for p in placed}),
        "joined": sum("joined" in p.evidence for p in placed),
        "reprints": sum(p.reprint_of is not None for p in placed),
        "level2": sum(p.level == ANSWER for p in placed),
        "level3": sum(p.level == URGENT for p in placed),
    }
