"""What is laid over the inputs of a sheet before it is built: what was told already, the analyst's edits, one office.

Pure. The inputs as they came from the store stay as they are and are what a snapshot keeps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from issues.records import reasons_given
from report.inputs import Edits, Mark, Office, SheetArticle, SheetInputs, SheetIssue
from report.scores import issue_scores
from report.sheet import Sheet, build_sheet


def sheet_of(inputs: SheetInputs, office: Office | None = None) -> Sheet:
    """The sheet of inputs as they came from the store, with everything laid over them."""
    laid = with_edits(without_told(inputs))
    return build_sheet(for_office(laid, office) if office else laid)


def without_told(inputs: SheetInputs) -> SheetInputs:
    """The inputs without the issues that a sent sheet has told and that have not moved since."""
    told = frozenset(inputs.told)
    return _holding(inputs, [article for article in inputs.articles if article.issue_id not in told])


def with_edits(inputs: SheetInputs) -> SheetInputs:
    """The inputs as the analyst has edited them: dropped, joined and weighed otherwise; ranks follow."""
    edits = inputs.edits
    if not edits.issues:
        return inputs
    joined = {issue_id: resolve(edits, issue_id) for issue_id in inputs.issues}
    articles = [
        replace(article, issue_id=joined[article.issue_id]) if article.issue_id is not None else article
        for article in inputs.articles
        if article.issue_id is None or joined[article.issue_id] is not None
    ]
    issues = _joined_issues(inputs.issues.values(), joined, edits)
    scores = issue_scores(articles, issues, inputs.outlets, inputs.window, inputs.new_since)
    return replace(_holding(inputs, articles), issues=issues, scores=scores, marks=_marks(inputs, joined))


def resolve(edits: Edits, issue_id: str) -> str | None:
    """The issue that `issue_id` belongs to in the sheet after all joinings; None when it is dropped on the way."""
    seen = {issue_id}
    while True:
        edit = edits.of(issue_id)
        if edit.drop:
            return None
        if edit.merge is None or edit.merge in seen:
            return issue_id
        issue_id = edit.merge
        seen.add(issue_id)


def for_office(inputs: SheetInputs, office: Office) -> SheetInputs:
    """Only the issues that concern one office, and articles without an issue that name it.

    An issue stays whole: its coverage is one matter. Totals of earlier sheets are the city's and left out.
    """
    concerned = {a.issue_id for a in inputs.articles if concerns(office, a) and a.issue_id is not None}
    articles = [a for a in inputs.articles if a.issue_id in concerned or (a.issue_id is None and concerns(office, a))]
    return replace(
        _holding(inputs, articles), office=office, earlier=(), addressees=(office.addressee or office.name,)
    )  # fmt: skip


def concerns(office: Office, article: SheetArticle) -> bool:
    """Whether the article mentions the office, one of its children, or what it was before."""
    return any(office.holds(body) for body in article.bodies)


def _holding(inputs: SheetInputs, articles: Iterable[SheetArticle]) -> SheetInputs:
    """The inputs with these articles, and without the issues and bodies that nothing of theirs is left of."""
    kept = tuple(articles)
    if len(kept) == len(inputs.articles):
        return replace(inputs, articles=kept)
    held = {article.issue_id for article in kept}
    named = {body for article in kept for body in article.bodies}
    return replace(
        inputs,
        articles=kept,
        issues={key: issue for key, issue in inputs.issues.items() if key in held},
        scores={key: found for key, found in inputs.scores.items() if key in held},
        bodies={key: body for key, body in inputs.bodies.items() if key in named},
    )


def _joined_issues(
    known: Iterable[SheetIssue], joined: Mapping[str, str | None], edits: Edits
) -> dict[str, SheetIssue]:
    parts: defaultdict[str, list[SheetIssue]] = defaultdict(list)
    for issue in known:
        target = joined[issue.issue_id]
        if target is not None:
            parts[target].append(issue)
    return {target: _joined(target, found, edits.of(target).level) for target, found in parts.items()}


def _joined(target: str, parts: list[SheetIssue], level: int | None) -> SheetIssue:
    """One issue of several: named after the one they were joined into, as grave as the gravest of them."""
    head = next(issue for issue in parts if issue.issue_id == target)
    gravest = min(parts, key=lambda issue: (-issue.level, issue.issue_id != target, issue.issue_id))
    known = [issue.first_at for issue in parts if issue.first_at is not None]
    return replace(
        head,
        level=gravest.level if level is None else level,
        reasons=reasons_given(gravest.reasons, level),
        first_at=min(known, default=None),
        pinned=any(issue.pinned for issue in parts),
    )


def _marks(inputs: SheetInputs, joined: Mapping[str, str | None]) -> dict[str, tuple[Mark, ...]]:
    """Marks by the issue that things were joined into; what is joined into another one is no matter of its own."""
    return {key: marks for key, marks in inputs.marks.items() if joined.get(key) == key}
