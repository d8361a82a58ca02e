"""What analysts decided of issues, laid over what the rules decided: must-join and must-not-join that survive re-runs.

The rules' own placement (`auto_issue_id`) is never touched. Where an article is follows from it and from the edits that
stand, so an edit is undone by leaving it out. An article that was there when the edit was made is held by its id; one
that comes later goes with the article that brought it (`tied_to`), or with the issue the rules put it in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TypeVar

from issues.records import Decided
from storage.issue_records import IssueEdit

_Given = TypeVar("_Given", str, int)

TiedTo = Callable[[str], str | None]
"""article_id -> the article that brought it to its issue."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What follows from all edits that stand."""

    redirects: Mapping[str, str] = field(default_factory=dict)
    """Issue id -> the id of the issue it went over to, to the end."""
    assigned: Mapping[str, str] = field(default_factory=dict)
    """article_id -> the issue it must be in."""
    decided: Decided = field(default_factory=Decided)

    @property
    def issues(self) -> frozenset[str]:
        """Every issue that an edit touches."""
        ids = {*self.redirects, *self.redirects.values(), *self.assigned.values()}
        return frozenset(ids | set(self.decided.titles) | set(self.decided.levels) | self.decided.pinned)

    def live(self, issue_id: str) -> str:
        """The id under which an issue is found now."""
        return self.redirects.get(issue_id, issue_id)

    def place(self, article_id: str, auto_issue_id: str, tied_to: TiedTo) -> str:
        """The issue of an article that the rules put into `auto_issue_id`."""
        seen: set[str] = set()
        at: str | None = article_id
        while at is not None and at not in seen and self.assigned:
            if at in self.assigned:
                return self.live(self.assigned[at])
            seen.add(at)
            at = tied_to(at)
        return self.live(auto_issue_id)


def rules_of(edits: Iterable[IssueEdit]) -> Rules:
    """Replay the edits that are not undone, in order of number; the later one wins."""
    edits = list(edits)
    redirects: dict[str, str] = {}
    assigned: dict[str, str] = {}
    titles: dict[str, str] = {}
    levels: dict[str, int] = {}
    pinned: set[str] = set()
    for edit in sorted(edits, key=lambda each: each.number):
        if edit.undone_at is not None:
            continue
        if edit.kind == "rename":
            titles[edit.issue_id] = edit.title or ""
        elif edit.kind == "level":
            levels[edit.issue_id] = edit.level or 0
        elif edit.kind in {"pin", "unpin"}:
            (pinned.add if edit.kind == "pin" else pinned.discard)(edit.issue_id)
        else:
            _move(_without_carried(edit, edits), redirects, assigned)
    return Rules(
        redirects=redirects,
        assigned=assigned,
        decided=Decided(
            titles=_carried(titles, redirects),
            pinned=frozenset(redirects.get(one, one) for one in pinned),
            levels=_carried(levels, redirects),
        ),
    )


def _without_carried(edit: IssueEdit, edits: Iterable[IssueEdit]) -> IssueEdit:
    """An edit without the articles that were there only because of a merge or move which was undone after it.

    Else undoing a merge would change nothing once its survivor was merged with another issue. An article that the
    analyst named, to split, move or remove it, stays where that edit put it.
    """
    stood = (one for one in edits if one.number < edit.number and one.undone_at and one.undone_at > edit.made_at)
    carried = {article_id for one in stood if one.kind in {"merge", "move"} for article_id in one.article_ids}
    named = edit.article_ids if edit.kind != "merge" else tuple(a for a in edit.article_ids if a not in carried)
    return replace(edit, article_ids=named, kept_ids=tuple(a for a in edit.kept_ids if a not in carried))


def _move(edit: IssueEdit, redirects: dict[str, str], assigned: dict[str, str]) -> None:
    """Lay one edit that moves articles over what stands so far."""
    into = edit.into_id or edit.issue_id
    merge = edit.kind == "merge"
    redirects.pop(into, None)  # an issue that articles are put into lives (again)
    if merge:
        redirects[edit.issue_id] = into
        for old, new in list(redirects.items()):
            if new == edit.issue_id:
                redirects[old] = into
    assigned.update(dict.fromkeys(edit.kept_ids, into if merge else edit.issue_id))
    assigned.update(dict.fromkeys(edit.article_ids, into))


def _carried(given: Mapping[str, _Given], redirects: Mapping[str, str]) -> dict[str, _Given]:
    """Given titles or levels under living ids: the survivor's own before one it inherits."""
    kept = {issue_id: one for issue_id, one in given.items() if issue_id not in redirects}
    for issue_id, one in sorted(given.items()):
        kept.setdefault(redirects.get(issue_id, issue_id), one)
    return kept


def split_id(issue_id: str, article_ids: Iterable[str]) -> str:
    """The id of the issue that an analyst makes of these articles of another one: `i` and 12 hex digits."""
    told = "\0".join(["split", issue_id, *sorted(article_ids)])
    return "i" + sha256(told.encode()).hexdigest()[:12]
