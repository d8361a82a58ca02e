"""From the inputs of a window to the sheet: who is counted where, in which order. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from issues.heading import is_correction
from report.inputs import (
    FIELDS,
    LEVELS,
    UNCHANGED,
    Body,
    EarlierSheet,
    IssueEdit,
    IssueScore,
    Mark,
    Office,
    OutletState,
    SheetArticle,
    SheetInputs,
    counted_field,
)
from report.window import Window
from storage.doubt import NOT_ASKED
from vietnamese.alphabet import sort_key

ATTENTION_LEVEL = 2
"""From this level on an issue stands in section II."""

LEADING = 3
"""Issues named on page one; section II has them all."""

NOT_PRESS = frozenset({"aggregator"})
"""Tiers whose copies never count as an independent voice (a licensed site that reprints owes and gets no reply)."""

FULL_STATES = frozenset({"healthy", "quiet"})
"""States in which an outlet gave all it had."""

REACHED_STATES = FULL_STATES | {"silent"}
"""States in which an outlet answered."""


def answered(outlets: Iterable[tuple[str, str]]) -> tuple[int, int, bool]:
    """How many outlets gave all they had, how many answered, and whether the crawl failed, from states and reasons.

    One that nobody asked counts for nothing; the crawl failed where none that was asked answered, or there was none.
    """
    known = [*outlets]
    asked = [state for state, reason in known if not reason.endswith(NOT_ASKED)]
    full, reached = (sum(state in wanted for state in asked) for wanted in (FULL_STATES, REACHED_STATES))
    return full, reached, not reached and (bool(asked) or not known)


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueRow:
    """One issue as the sheet shows it: only its articles of this window count."""

    issue_id: str
    title: str
    level: int
    field_of: int
    reasons: tuple[str, ...]
    score: IssueScore
    newsrooms: int
    """Different outlets that carried it."""
    independent_newsrooms: int
    """Those of them with an article of their own, reprints and aggregators left out."""
    articles: tuple[SheetArticle, ...]
    """What outlets wrote themselves first, what came late after what is new, then by level and time; corrections last.
    """
    bodies: tuple[str, ...]
    """Ids, in the order of the Vietnamese alphabet of their names."""
    edit: IssueEdit = UNCHANGED
    """The analyst's: summary, pin, proposal, deadline; level and merge are laid over already."""
    marks: tuple[Mark, ...] = ()
    """How it has moved since the last sheet."""
    pinned: bool = False
    """By an analyst, for good."""

    @property
    def summary(self) -> str | None:
        """The analyst's words where there are any, else the excerpt of the article that speaks for it."""
        return self.edit.summary or self.lead.excerpt

    @property
    def lead(self) -> SheetArticle:
        """The article that speaks for the issue."""
        return self.articles[0]

    @property
    def needs_attention(self) -> bool:
        """Whether it belongs into section II."""
        return self.level >= ATTENTION_LEVEL


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """The totals of the sheet."""

    articles: int
    issues: int
    late: int
    reprints: int
    newsrooms: int
    attention: int
    unplaced: int
    """Articles that no issue holds yet: always 0 after a whole night."""
    by_level: Mapping[int, int]
    """Issues by level, every level present."""
    by_field: Mapping[int, int]
    """Issues by field, every field present."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mean:
    """The mean of the earlier sheets of seven days, with one place."""

    sheets: int
    articles: Decimal
    issues: Decimal
    attention: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyRow:
    """One line of section IV."""

    body: Body
    articles: int
    issues: int
    attention: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OutletRow:
    """One line of annex II."""

    state: OutletState
    articles: int
    """Articles of this outlet in the sheet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The morning sheet, ready to be written in any format."""

    inputs: SheetInputs
    counts: Counts
    issues: tuple[IssueRow, ...]
    """What is pinned, then by level, then by score, highest first."""
    articles: tuple[SheetArticle, ...]
    """Annex I: by time."""
    bodies: tuple[BodyRow, ...]
    outlets: tuple[OutletRow, ...]
    yesterday: EarlierSheet | None
    mean: Mean | None
    reached: int
    """Outlets that answered."""
    full: int
    """Outlets that gave all they had."""

    @property
    def day(self) -> date:
        """The morning it is made for."""
        return self.inputs.day

    @property
    def window(self) -> Window:
        """The hours it answers for."""
        return self.inputs.window

    @property
    def attention(self) -> tuple[IssueRow, ...]:
        """Every issue at level 2 or 3, what is pinned first, then the most pressing."""
        return tuple(issue for issue in self.issues if issue.needs_attention)

    @property
    def leading(self) -> tuple[IssueRow, ...]:
        """The few that page one names, so that it stands alone."""
        return self.attention[:LEADING]

    @property
    def crawl_failed(self) -> bool:
        """No outlet answered: an empty sheet is then no quiet day."""
        return answered((row.state.state, row.state.reason) for row in self.outlets)[2]


def build_sheet(inputs: SheetInputs) -> Sheet:
    """The sheet of a window; the same inputs give an equal sheet, whatever order they come in."""
    articles = tuple(sorted(inputs.articles, key=_by_time))
    issues = _issue_rows(inputs, articles)
    full, reached, _ = answered((outlet.state, outlet.reason) for outlet in inputs.health)
    return Sheet(
        inputs=inputs,
        counts=_counts(articles, issues),
        issues=issues,
        articles=articles,
        bodies=_body_rows(inputs.bodies, articles, issues, inputs.office),
        outlets=_outlet_rows(inputs.health, articles),
        yesterday=next((sheet for sheet in inputs.earlier if (inputs.day - sheet.day).days == 1), None),
        mean=_mean(inputs.earlier),
        reached=reached,
        full=full,
    )


def shown_at(article: SheetArticle) -> datetime:
    """The time an article is sorted and windowed by: published, or first seen where it has no date."""
    return article.published_at or article.first_seen_at


def _by_time(article: SheetArticle) -> tuple[datetime, str]:
    return shown_at(article), article.article_id


def _issue_rows(inputs: SheetInputs, articles: Iterable[SheetArticle]) -> tuple[IssueRow, ...]:
    members: defaultdict[str, list[SheetArticle]] = defaultdict(list)
    for article in articles:
        if article.issue_id is not None:
            members[article.issue_id].append(article)
    rows = [_issue_row(inputs, issue_id, tuple(held)) for issue_id, held in members.items()]
    return tuple(sorted(rows, key=_by_rank))


def _by_rank(row: IssueRow) -> tuple[float, bool, int, Decimal, str]:
    """Pins of this sheet first, in their order, then what is pinned for good, then by level and score."""
    return row.edit.pin or float("inf"), not row.pinned, -row.level, -row.score.total, row.issue_id


def _issue_row(inputs: SheetInputs, issue_id: str, articles: tuple[SheetArticle, ...]) -> IssueRow:
    issue = inputs.issues[issue_id]
    names = {body: inputs.bodies[body].name for article in articles for body in article.bodies}
    return IssueRow(
        issue_id=issue_id,
        title=issue.title,
        level=issue.level,
        field_of=counted_field(issue.field_of),
        reasons=issue.reasons,
        score=inputs.scores[issue_id],
        newsrooms=len({article.outlet_id for article in articles}),
        independent_newsrooms=len({article.outlet_id for article in articles if _own(inputs, article)}),
        articles=tuple(sorted(articles, key=lambda article: _by_weight(inputs, article))),
        bodies=tuple(sorted(names, key=lambda body: (sort_key(names[body]), body))),
        edit=inputs.edits.of(issue_id),
        marks=inputs.marks.get(issue_id, ()),
        pinned=issue.pinned,
    )


def _by_weight(inputs: SheetInputs, article: SheetArticle) -> tuple[bool, bool, bool, int, datetime, str]:
    """A piece that only takes something back stands last: «Thông tin cải chính» says nothing of the matter."""
    backs = is_correction(article.title)
    return (backs, not _own(inputs, article), article.late, -(article.level or 0), *_by_time(article))


def _own(inputs: SheetInputs, article: SheetArticle) -> bool:
    """Whether the outlet wrote it itself."""
    return article.reprint_of is None and inputs.outlets[article.outlet_id].tier not in NOT_PRESS


def _counts(articles: tuple[SheetArticle, ...], issues: tuple[IssueRow, ...]) -> Counts:
    levels, fields = Counter(issue.level for issue in issues), Counter(issue.field_of for issue in issues)
    return Counts(
        articles=len(articles),
        issues=len(issues),
        late=sum(article.late for article in articles),
        reprints=sum(article.reprint_of is not None for article in articles),
        newsrooms=len({article.outlet_id for article in articles}),
        attention=sum(issue.needs_attention for issue in issues),
        unplaced=sum(article.issue_id is None for article in articles),
        by_level={level: levels[level] for level in LEVELS},
        by_field={field: fields[field] for field in FIELDS},
    )


def _body_rows(
    bodies: Mapping[str, Body],
    articles: Iterable[SheetArticle],
    issues: tuple[IssueRow, ...],
    office: Office | None = None,
) -> tuple[BodyRow, ...]:
    held = Counter(body for article in articles for body in article.bodies)
    found: defaultdict[str, list[IssueRow]] = defaultdict(list)
    for issue in issues:
        for body in issue.bodies:
            found[body].append(issue)
    rows = [
        BodyRow(
            body=bodies[body],
            articles=count,
            issues=len(found[body]),
            attention=sum(issue.needs_attention for issue in found[body]),
        )
        for body, count in held.items()
        if office is None or office.holds(body)
    ]
    return tuple(sorted(rows, key=lambda row: (sort_key(row.body.name), row.body.body_id)))


def _outlet_rows(health: tuple[OutletState, ...], articles: tuple[SheetArticle, ...]) -> tuple[OutletRow, ...]:
    held = Counter(article.outlet_id for article in articles)
    rows = [OutletRow(state=outlet, articles=held[outlet.id]) for outlet in health]
    return tuple(sorted(rows, key=lambda row: (sort_key(row.state.name), row.state.id)))


def _mean(earlier: tuple[EarlierSheet, ...]) -> Mean | None:
    if not earlier:
        return None
    return Mean(
        sheets=len(earlier),
        articles=_average([sheet.articles for sheet in earlier]),
        issues=_average([sheet.issues for sheet in earlier]),
        attention=_average([sheet.attention for sheet in earlier]),
    )


def _average(values: list[int]) -> Decimal:
    return (Decimal(sum(values)) / len(values)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
