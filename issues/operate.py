"""The analyst's operations on issues: worked out (a `Plan`, which `--dry-run` prints), then carried out at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from issues.edits import Rules, rules_of, split_id
from issues.records import issue_records
from storage.issue_edits import Applied
from storage.issue_records import IssueEdit
from storage.views import v1_articles, v1_issues

if TYPE_CHECKING:
    from storage.issue_edits import PlacedRow
    from storage.store import Store


LEVELS = (0, 1, 2, 3)


class EditError(ValueError):
    """An operation that cannot be done, told for the person who asked for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """An edit, or the undoing of one, and all that it changes."""

    edit: IssueEdit
    """The new edit, or the one that is undone."""
    undone: bool
    moved: Mapping[str, tuple[str, str]]
    """article_id -> (issue it is in, issue it will be in)."""
    applied: Applied


def merge(store: Store, issue: str, into: str, *, by: str, why: str | None, now: datetime) -> Plan:
    """Let `issue` go over to `into`; what comes to it later goes there too. EditError where they are one already."""
    old, new = find_issue(store, issue), find_issue(store, into)
    if old == new:
        raise EditError(f"{issue} and {into} are one issue already ({new})")
    edit = _edit("merge", old, by, why, now, into_id=new)
    return _plan(store, replace(edit, article_ids=_members(store, old), kept_ids=_members(store, new)))


def split(
    store: Store,
    issue: str,
    articles: Sequence[str],
    *,
    into: str | None = None,
    by: str,
    why: str | None,
    now: datetime,
) -> Plan:
    """Take articles out of `issue`, into an issue of their own or into another one; the rest stays where it is.

    EditError when one is not in the issue, or when none would be left in it.
    """
    old = find_issue(store, issue)
    members = _members(store, old)
    chosen = tuple(sorted({find_article(store, each) for each in articles}))
    strangers = [each for each in chosen if each not in members]
    if strangers or not chosen:
        raise EditError(f"not in issue {old}: {', '.join(strangers) or 'no article was given'}")
    kept = tuple(each for each in members if each not in chosen)
    if not kept:
        raise EditError(f"issue {old} would be left without any article; merge it instead")
    new = find_issue(store, into) if into else split_id(old, chosen)
    if new == old:
        raise EditError(f"the articles are in {old} already")
    edit = _edit("move" if into else "split", old, by, why, now, into_id=new)
    return _plan(store, replace(edit, article_ids=chosen, kept_ids=kept))


def move(store: Store, article: str, into: str, *, by: str, why: str | None, now: datetime) -> Plan:
    """Put one article into another issue; where it was alone, the whole issue goes over."""
    found = find_article(store, article)
    old = _issue_of(store, found)
    if len(_members(store, old)) == 1:
        return merge(store, old, into, by=by, why=why, now=now)
    return split(store, old, [found], into=into, by=by, why=why, now=now)


def remove(store: Store, article: str, *, by: str, why: str | None, now: datetime) -> Plan:
    """Take one article out of its issue, into one of its own. EditError where it is alone there."""
    found = find_article(store, article)
    plan = split(store, _issue_of(store, found), [found], by=by, why=why, now=now)
    return _plan(store, replace(plan.edit, kind="remove"))


def rename(store: Store, issue: str, title: str, *, by: str, why: str | None, now: datetime) -> Plan:
    """Give an issue a title that no rule changes any more. EditError for an empty one."""
    words = " ".join(title.split())
    if not words:
        raise EditError("a title needs at least one word")
    return _plan(store, _edit("rename", find_issue(store, issue), by, why, now, title=words))


def pin(store: Store, issue: str, *, pinned: bool, by: str, why: str | None, now: datetime) -> Plan:
    """Let an issue stand first on the sheet whatever its score, or no longer. EditError where nothing would change."""
    found = find_issue(store, issue)
    if (found in rules_of(store.issue_edits()).decided.pinned) == pinned:
        raise EditError(f"issue {found} is {'pinned already' if pinned else 'not pinned'}")
    return _plan(store, _edit("pin" if pinned else "unpin", found, by, why, now))


def level(store: Store, issue: str, wanted: int, *, by: str, why: str | None, now: datetime) -> Plan:
    """Give an issue a level that no rule changes any more. EditError where it has it, or it is none of LEVELS."""
    if wanted not in LEVELS:
        raise EditError(f"{wanted} is no level; there are {', '.join(map(str, LEVELS))}")
    found = find_issue(store, issue)
    if rules_of(store.issue_edits()).decided.levels.get(found) == wanted:
        raise EditError(f"issue {found} was given level {wanted} already")
    return _plan(store, replace(_edit("level", found, by, why, now), level=wanted))


def undo(store: Store, number: int | None, *, by: str) -> Plan:
    """Take an edit back: number `number` of the log, by default the last one that stands."""
    edits = store.issue_edits()
    standing = [edit for edit in edits if edit.undone_at is None]
    found = next((edit for edit in reversed(standing) if number in (None, edit.number)), None)
    if found is None:
        known = any(edit.number == number for edit in edits)
        what = f"edit {number} is undone already" if known else f"there is no edit {number}"
        raise EditError(f"{what if number is not None else 'nothing to undo'}; `diembao issues log` lists them")
    rest = [replace(edit, undone_at=store.clock()) if edit.number == found.number else edit for edit in edits]
    applied = _applied(store, rules_of(rest), found)
    return _with_moves(store, found, replace(applied, undo=found.number, undone_by=by), undone=True)


def carry_out(store: Store, plan: Plan) -> int:
    """Write what a plan says, in one transaction; returns the number of the edit in the log."""
    return store.apply_edits(plan.applied)


def settle(store: Store, rules: Rules) -> int:
    """Put every article where the edits want it; returns how many moved. Mends what a run began under older edits."""
    if not rules.issues:
        return 0
    applied = _applied(store, rules, None)
    if applied.moved:
        store.apply_edits(applied)
    return len(applied.moved)


def _edit(kind: str, issue_id: str, by: str, why: str | None, now: datetime, **more: str | None) -> IssueEdit:
    return IssueEdit(kind=kind, issue_id=issue_id, made_by=by, why=why, made_at=now, **more)  # type: ignore[arg-type]


def _plan(store: Store, edit: IssueEdit) -> Plan:
    edits = store.issue_edits()
    numbered = replace(edit, number=max((each.number for each in edits), default=0) + 1)
    applied = _applied(store, rules_of([*edits, numbered]), numbered)
    return _with_moves(store, numbered, replace(applied, new=edit), undone=False)


def _applied(store: Store, rules: Rules, edit: IssueEdit | None) -> Applied:
    """What changes under `rules` in the issues of one edit (None: of all edits)."""
    if edit is None:
        issues, articles = set(rules.issues), set(rules.assigned)
    else:
        issues = {each for each in (edit.issue_id, edit.into_id) if each}
        articles = {*edit.article_ids, *edit.kept_ids}
    issues |= {rules.live(each) for each in issues}
    rows = store.placed_rows(issues, articles)
    moved = _moves(rules, rows)
    touched = issues | set(moved.values()) | {rows[key].issue_id for key in moved}
    records = issue_records(store, touched, moved=moved, decided=rules.decided)
    return Applied(moved=moved, records=records, aliases=rules.redirects)


def _moves(rules: Rules, rows: Mapping[str, PlacedRow]) -> dict[str, str]:
    def tied_to(article_id: str) -> str | None:
        return rows[article_id].tied_to if article_id in rows else None

    placed = {key: rules.place(key, row.auto_issue_id, tied_to) for key, row in rows.items()}
    return {key: issue_id for key, issue_id in placed.items() if issue_id != rows[key].issue_id}


def _with_moves(store: Store, edit: IssueEdit, applied: Applied, *, undone: bool) -> Plan:
    rows = store.placed_rows((), applied.moved)
    moved = {key: (rows[key].issue_id, new) for key, new in sorted(applied.moved.items())}
    return Plan(edit=edit, undone=undone, moved=moved, applied=applied)


def find_issue(store: Store, prefix: str) -> str:
    """The living issue whose id begins with `prefix`; an id that went over leads to its survivor."""
    v = v1_issues.c
    query = select(v.issue_id, v.merged_into).where(v.issue_id.startswith(prefix, autoescape=True))
    found = store.rows(query.order_by(v.issue_id).limit(9))
    _one(prefix, [row["issue_id"] for row in found], "issue", "`diembao issues list` prints ids")
    return str(found[0]["merged_into"] or found[0]["issue_id"])


def find_article(store: Store, prefix: str) -> str:
    """The placed article whose id begins with `prefix`."""
    a = v1_articles.c
    query = select(a.article_id).where(a.article_id.startswith(prefix, autoescape=True), a.issue_id.is_not(None))
    found = [row["article_id"] for row in store.rows(query.order_by(a.article_id).limit(9))]
    _one(prefix, found, "placed article", "`diembao issues show ISSUE` prints ids")
    return str(found[0])


def _one(prefix: str, found: Sequence[str], what: str, hint: str) -> None:
    """Nothing, or EditError where not exactly one was found; a whole id is never ambiguous."""
    if not prefix or not found:
        raise EditError(f"no {what} has an id that begins with {prefix!r}; {hint}")
    if len(found) > 1 and found[0] != prefix:
        raise EditError(f"{prefix!r} may be {', '.join(found[:8])}; write more of the id")


def _members(store: Store, issue_id: str) -> tuple[str, ...]:
    rows: Iterable[PlacedRow] = store.placed_rows([issue_id]).values()
    return tuple(sorted(row.article_id for row in rows if row.issue_id == issue_id))


def _issue_of(store: Store, article_id: str) -> str:
    return store.placed_rows((), [article_id])[article_id].issue_id
