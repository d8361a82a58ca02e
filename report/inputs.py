"""What a sheet is made of: plain data, read from the `v1_` views, the gazetteer and the night's health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from report.window import Window

LEVELS = (0, 1, 2, 3)
FIELDS = tuple(range(1, 13))
OTHER_FIELD = 12
"""«Khác»: where an issue without a known field goes."""

OUTLET_STATES = ("healthy", "quiet", "silent", "broken", "blocked", "forbidden")
"""States of an outlet after a night, from best to worst; `night/health.py` says what each means."""


def counted_field(number: int | None) -> int:
    """The field under which an issue is counted and printed: its own where there is one, else «Khác»."""
    return number if number in FIELDS else OTHER_FIELD


BodyKind = Literal["agency", "unit", "body"]

Mark = Literal["new", "rising", "cooling", "answered", "corrected", "removed"]
"""How a matter has moved since the last sheet, in words of `issues.delta`; `report.forms.phrases.MARKS` prints them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetArticle:
    """One article of the window, as `v1_articles` knows it."""

    article_id: str
    outlet_id: str
    url: str
    title: str
    excerpt: str | None
    """At most `settings.sheet.excerpt_words` words, a quote of the article's own sentences."""
    published_at: datetime | None
    first_seen_at: datetime
    kind: str
    """`full` or `teaser`."""
    level: int | None
    level_score: float
    field_of: int | None
    reprint_of: str | None
    """The article it copies, inside the window or before it."""
    issue_id: str | None
    """None while it is not placed yet."""
    late: bool
    """Published before the window and found too late for an earlier sheet."""
    bodies: tuple[str, ...]
    """Ids of the agencies and units it mentions, each once."""
    head_bodies: tuple[str, ...] = ()
    """Those of them that title or sapo name."""
    gone: bool = False
    """The outlet has removed it: its words are not repeated."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetIssue:
    """What the store says of an issue as a whole."""

    issue_id: str
    title: str
    level: int
    field_of: int | None
    reasons: tuple[str, ...] = ()
    """Why this level, readable."""
    first_at: datetime | None = None
    """Of its earliest article at all."""
    pinned: bool = False
    """By an analyst, in the store: stands before what is not, whatever its score."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueScore:
    """The rank of an issue in this window: `total` is the sum of `parts`."""

    total: Decimal
    parts: Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """An agency or unit as the sheet prints it."""

    body_id: str
    name: str
    kind: BodyKind


@dataclass(frozen=True, kw_only=True, slots=True)
class OutletName:
    """An outlet as the sheet prints it."""

    outlet_id: str
    name: str
    tier: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlierSheet:
    """The totals of an earlier morning's sheet."""

    day: date
    articles: int
    issues: int
    attention: int
    """Issues at level 2 or 3."""
    days: int = 1
    """How many days its window spans: more after days off."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueEdit:
    """What the analyst has changed of one issue in this sheet: a table of `edits.toml`."""

    summary: str | None = None
    """Stands in place of the excerpt, in the analyst's own words."""
    level: int | None = None
    drop: bool = False
    """Leave the issue and its articles out of the sheet."""
    pin: int | None = None
    """1 stands first, 2 second …"""
    merge: str | None = None
    """The issue it belongs to."""
    proposal: str = ""
    """*Đề xuất xử lý*."""
    deadline: str = ""
    """*Hạn*, as it is printed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edits:
    """The analyst's work on one draft."""

    issues: Mapping[str, IssueEdit] = field(default_factory=dict)
    """By issue id; only issues that something was changed of."""
    forecast: str = ""
    """Section VI, *dự báo*; paragraphs are lines."""
    recommendations: str = ""
    """Section VI, *đề xuất, kiến nghị*; paragraphs are lines."""

    def of(self, issue_id: str) -> IssueEdit:
        """What was changed of an issue."""
        return self.issues.get(issue_id, UNCHANGED)

    def __bool__(self) -> bool:
        """Whether anything was changed at all."""
        return bool(self.issues or self.forecast or self.recommendations)


UNCHANGED = IssueEdit()


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """The one agency or unit a sheet is made for."""

    body_id: str
    name: str
    addressee: str = ""
    """Whom its sheet is addressed to: of a unit its People's Committee; empty: itself."""
    inside: str = ""
    """Its name inside a sentence: `phường Hải An`; empty: as `name`."""
    ids: frozenset[str]
    """Itself, its children, and what it was before; a body of a unit counts as the unit."""

    def holds(self, entity_id: str) -> bool:
        """Whether a mention of `entity_id` concerns it."""
        return entity_id in self.ids or entity_id.rpartition("@")[2] in self.ids


@dataclass(frozen=True, kw_only=True, slots=True)
class OutletState:
    """The health of one outlet as the sheet prints it; `night.health.OutletHealth` is one, with its evidence."""

    id: str
    """The outlet's slug."""
    name: str
    """As the sheet prints it."""
    state: str
    """One of OUTLET_STATES."""
    reason: str
    """English, for the operator."""
    reason_vi: str
    """Vietnamese, for the sheet."""
    last_success_at: datetime | None
    """When it last answered."""
    last_new_at: datetime | None
    """When an article of it was last stored for the first time."""
    stored: int
    """Articles stored in the run."""
    failed: int
    """Pages that failed in the run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetInputs:
    """Everything one sheet is built from; the same inputs give the same bytes."""

    day: date
    window: Window
    run_id: str
    generated_at: datetime
    """The clock of the run that made it, kept in the reports row."""
    articles: tuple[SheetArticle, ...]
    issues: Mapping[str, SheetIssue]
    scores: Mapping[str, IssueScore]
    bodies: Mapping[str, Body]
    outlets: Mapping[str, OutletName]
    health: tuple[OutletState, ...]
    earlier: tuple[EarlierSheet, ...] = ()
    """Sheets of the seven mornings before, where they exist, in order of day."""
    city: str = "thành phố Hải Phòng"
    addressees: tuple[str, ...] = ()
    top: int = 10
    queries: Mapping[str, str] = field(default_factory=dict)
    """Name of a number -> the SQL that gives it."""
    marks: Mapping[str, tuple[Mark, ...]] = field(default_factory=dict)
    """How issues have moved, by id; one that has not is left out."""
    told: tuple[str, ...] = ()
    """Issues that a sheet which was sent has told already and that have not moved: not repeated."""
    edits: Edits = field(default_factory=Edits)
    """The analyst's: already laid over articles, issues and scores."""
    office: Office | None = None
    """None: the sheet of the whole city."""
    new_since: datetime | None = None
    """The end of the sheet that this one is compared with: what began later is new. None: the window's start."""
