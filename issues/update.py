"""Judge and place every article of the store that is not placed yet.

What a run ends with does not depend on how it was cut into batches or where it was killed: the grouper's state is
rebuilt from the store's placements, and a batch is saved with its issues in one transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from issues.cues import grouping_cues
from issues.edits import Rules, TiedTo, rules_of
from issues.fields import field_cues
from issues.group import Grouper, Joined
from issues.level import ANSWER, URGENT, Judgement, judge
from issues.levelcues import level_cues
from issues.operate import settle
from issues.profile import Profile, profile
from issues.records import issue_records, placed_row
from issues.reprint import Reprint, index_keys, reprint, told
from issues.spikes import mark_spikes
from issues.weights import grouping_weights
from storage.issue_records import IssueInput, IssueRecord, Placement
from vietnamese.clock import to_utc

if TYPE_CHECKING:
    from config.model import Settings
    from storage.store import Store

BATCH = 100
"""Articles placed and saved in one transaction: under half a second of work."""
MOST_OLDER = 12
"""Articles before the window that are compared with one new article for a copied text."""
Progress = Callable[[int, int], None]
"""Called with (done, all)."""


@dataclass(kw_only=True)
class Workshop:
    """What one run works with: cues and weights, the grouper, and the placements that a later article may change."""

    folders: Sequence[Path] = ()
    rules: Rules = field(default_factory=Rules)
    """What follows from the analysts' edits."""
    placements: dict[str, Placement] = field(default_factory=dict)
    """By article id, of the window and of this run: an article that comes later may move them or turn them round."""
    latest: datetime | None = None
    """Of the articles placed so far: the end of the grouper's window."""
    at: dict[str, datetime] = field(default_factory=dict)
    """When each of `placements` appeared."""
    older: dict[str, list[str]] = field(default_factory=dict)
    """By article id of the batch: articles that may hold its text and lie before the window, the likeliest first."""
    items: dict[str, IssueInput] = field(default_factory=dict)
    """The articles of `older`, and those of the batch, by id."""

    def __post_init__(self) -> None:
        """Read the cues once."""
        self.cues = grouping_cues(self.folders)
        self.levels = level_cues(self.folders)
        self.fields = field_cues(self.folders)
        self.weights = grouping_weights(self.folders)
        self.grouper = Grouper(self.weights, self.rules.issues)

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
            mentions=item.mentions,
        )

    def find_older(self, store: Store, batch: Sequence[IssueInput], profiles: Mapping[str, Profile]) -> None:
        """Fill `older` for a batch: which articles from before the grouper's window share a key with each of its texts.

        The store's index of reprints knows those of earlier batches; those of this batch are not in it yet.
        """
        wanted = {key: index_keys(found) for key, found in profiles.items()}
        under = store.reprint_candidates(key for keys in wanted.values() for key in keys)
        for article_id, keys in wanted.items():
            for key in keys:
                under.setdefault(key, set()).add(article_id)
        ends = [item.at for item in batch] + ([self.latest] if self.latest else [])
        oldest = max(ends) - self.window
        self.at |= {item.article_id: item.at for item in batch}
        counts = {
            of: Counter(o for key in keys for o in under[key] if o != of and self.at.get(o, oldest) <= oldest)
            for of, keys in wanted.items()
            if keys
        }
        self.older = {of: [key for key, _ in sorted(some.items(), key=_most)] for of, some in counts.items()}
        self.items = {item.article_id: item for item in batch}
        for one in store.placed_articles({key for keys in self.older.values() for key in keys} - set(self.items)):
            self.items[one.item.article_id] = one.item
            self.placements.setdefault(one.item.article_id, one.placement)

    def older_reprint(self, profile: Profile) -> Reprint | None:
        """The best of the texts from before the window that `profile` repeats, or that repeat it.

        Only by the texts themselves, and for news: serial columns and equal titles say nothing over weeks.
        """
        found = []
        before = [key for key in self.older.get(profile.article_id, ()) if self._lies_before(key)]
        for key in before[:MOST_OLDER] if profile.kind == "news" else ():
            old = self.profile(self.items[key])
            copy = reprint(profile, old) if old.kind == "news" else None
            if copy and copy.overlap:
                found.append((-round(copy.overlap.jaccard * 20), self.items[key].at, key, copy))
        return min(found, key=lambda each: each[:3])[3] if found else None

    @property
    def window(self) -> timedelta:
        """How far back the grouper remembers."""
        return timedelta(days=self.weights.window_days)

    def _lies_before(self, key: str) -> bool:
        known = key in self.items and key in self.placements
        return known and self.latest is not None and self.items[key].at < self.latest - self.window

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


def _most(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


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
    shop = Workshop(folders=folders, rules=rules_of(store.issue_edits()))
    if pending:
        _restore(shop, store, pending[0].at)
    placed: list[Placement] = []
    for start in range(0, len(pending), BATCH):
        batch = pending[start : start + BATCH]
        changed = _place_batch(shop, store, batch)
        placed += [changed[item.article_id] for item in batch]
        if on_progress:
            on_progress(start + len(batch), len(pending))
    settle(store, rules_of(store.issue_edits()))
    mark_spikes(store, now=now)
    return _counts(placed)


def _restore(shop: Workshop, store: Store, first: datetime) -> None:
    """Take up what lies in the window of the first pending article or later."""
    recent = store.recent_issues(first - shop.window)
    shop.placements |= {one.item.article_id: one.placement for one in recent}
    shop.at |= {one.item.article_id: one.item.at for one in recent}
    links = {key: kept.evidence["links"] for key, kept in shop.placements.items() if "links" in kept.evidence}
    shop.grouper.restore(
        ((shop.profile(one.item), one.placement.auto_issue_id or one.placement.issue_id) for one in recent), links
    )
    shop.latest = max([one.item.at for one in recent], default=None)


def _place_batch(shop: Workshop, store: Store, batch: Sequence[IssueInput]) -> dict[str, Placement]:
    """Place some articles and save them with all that changes through them, in one transaction."""
    profiles = {item.article_id: shop.profile(item) for item in batch}
    shop.find_older(store, batch, profiles)
    changed: dict[str, Placement] = {}
    merged: dict[str, str] = {}
    for item in batch:
        found, gone = place(shop, item, profiles[item.article_id])
        changed |= {p.article_id: p for p in found}
        for old, new in gone.items():
            _go_over(merged, old, new)
    tied_to = _ties(shop, store)
    changed = {key: replace(p, issue_id=shop.rules.place(key, p.auto_issue_id, tied_to)) for key, p in changed.items()}
    shop.placements |= changed
    aliases = {old: shop.rules.live(new) for old, new in merged.items()}
    store.save_placements(list(changed.values()), _records(store, shop.rules, changed, batch), aliases)
    return changed


def _go_over(merged: dict[str, str], old: str, new: str) -> None:
    """Note that an issue went over to another, in turn: what went over to it before goes on with it."""
    merged.pop(new, None)
    merged.update({each: new for each, into in merged.items() if into == old})
    merged[old] = new


def _ties(shop: Workshop, store: Store) -> TiedTo:
    """What brought an article to its issue, also where it lies before the window."""

    def tied_to(article_id: str) -> str | None:
        if article_id not in shop.placements:
            found = store.placed_articles([article_id])
            return found[0].placement.tied_to if found else None
        return shop.placements[article_id].tied_to

    return tied_to


def _records(
    store: Store, rules: Rules, changed: Mapping[str, Placement], batch: Iterable[IssueInput]
) -> list[IssueRecord]:
    """The records of all issues that `changed` placements join or leave."""
    before = store.placed_rows((), changed)
    touched = {p.issue_id for p in changed.values()} | {row.issue_id for row in before.values()}
    return issue_records(
        store,
        touched,
        fresh=[placed_row(item, changed[item.article_id]) for item in batch],
        moved={key: placement.issue_id for key, placement in changed.items()},
        copies={key: placement.reprint_of is not None for key, placement in changed.items()},
        decided=rules.decided,
    )


def place(shop: Workshop, item: IssueInput, profile: Profile) -> tuple[list[Placement], Mapping[str, str]]:
    """The placement of one article and of earlier ones that it changes; and which issues went over to which."""
    shop.latest = max(shop.latest or item.at, item.at)
    joined = shop.grouper.add(profile)
    copied, turned = joined.reprint, joined.turned
    if copied is None and turned is None:
        older = shop.older_reprint(profile)
        copied = older if older and older.copy == item.article_id else None
        turned = older if older and older.copy != item.article_id else None
    found = [_placement(item, joined, copied, shop.judge(item), profile)]
    if turned and turned.copy in shop.placements:
        found.append(_turned(shop.placements[turned.copy], turned))
    shop.placements |= {p.article_id: p for p in found}
    moved = [_gone_over(shop.placements[key], issue_id, item) for key, issue_id in joined.moved.items()]
    shop.placements |= {p.article_id: p for p in moved}
    return found + moved, joined.gone


def _turned(old: Placement, turned: Reprint) -> Placement:
    """An article that turned out to repeat one that was found after it."""
    evidence = {**old.evidence, "reprint": told(turned)}
    return replace(old, reprint_of=turned.original, reprint_kind=turned.kind, evidence=evidence)


def _gone_over(old: Placement, issue_id: str, by: IssueInput) -> Placement:
    """An article that went over to another issue: from which, and which article made it so."""
    evidence = {**old.evidence, "merged": {"from": old.auto_issue_id, "tied_by": by.article_id}}
    return replace(old, auto_issue_id=issue_id, evidence=evidence)


def _placement(
    item: IssueInput, joined: Joined, copied: Reprint | None, verdict: Judgement, profile: Profile
) -> Placement:
    evidence: dict[str, Any] = {"links": dict(joined.links)}
    if joined.evidence:
        evidence["joined"] = dict(joined.evidence)
    if copied:
        evidence["reprint"] = told(copied)
    return Placement(
        article_id=item.article_id,
        issue_id=joined.issue_id,
        auto_issue_id=joined.issue_id,
        tied_to=_tie(joined),
        reprint_of=copied.original if copied else None,
        reprint_kind=copied.kind if copied else None,
        level=verdict.level,
        level_reasons=verdict.reasons,
        level_score=verdict.level_score,
        field_of=verdict.field_of,
        evidence=evidence,
        content_hash=item.content_hash,
        reprint_keys=index_keys(profile),
    )


def _tie(joined: Joined) -> str | None:
    """The article that brought this one to its issue: its original, its copy, or the one most like it."""
    if joined.reprint:
        return joined.reprint.original
    if joined.turned:
        return joined.turned.copy
    like = joined.evidence.get("like")
    return str(like) if like else None


def _counts(placed: Sequence[Placement]) -> dict[str, int]:
    return {
        "placed": len(placed),
        "issues": len({p.issue_id for p in placed}),
        "joined": sum("joined" in p.evidence for p in placed),
        "reprints": sum(p.reprint_of is not None for p in placed),
        "level2": sum(p.level == ANSWER for p in placed),
        "level3": sum(p.level == URGENT for p in placed),
    }
