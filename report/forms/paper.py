"""The sheet as the fields of a Word template: every text cleaned and worded, so that a template only places it.

`docs/sheet.md` names every field; `report/forms/template_check.py` refuses a template that asks for any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gazetteer.records import WHOLE_CITY
from report.forms import passages, phrases
from report.forms.passages import Total
from report.forms.printed import detail_of, named_in, printable, quoted_title, remarks
from report.inputs import SheetArticle
from report.sheet import BodyRow, IssueRow, OutletRow, Sheet
from report.style import Style
from vietnamese.numbers import count, date_time, long_date, number, percent, short_date

LONG_SHEET = 30
"""Matters from which on a sheet has a table of contents: about four pages of section III."""

CONTENTS_HERE = "\ue000"
"""A sign of the private area that no text holds: the table of contents is put in its place."""

_NAMED_SOURCES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceLine:
    """One outlet of an issue, in section II."""

    link: object
    """Its name, linked to the article: `{{r source.link}}`."""
    published: str
    note: str
    """`đăng lại`, `đến muộn`; empty where there is nothing to say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueLine:
    """One matter."""

    number: str
    title: str
    link: object
    """The title, linked: `{{r issue.link}}`."""
    coverage: str
    mark: str
    """How it moved: `mới`, `tăng` …; empty."""
    sources: tuple[SourceLine, ...]
    more: str
    """`và 03 tin, bài khác (Phụ lục I)`; empty where all are named."""
    told_by: str
    """`theo báo A và báo B phản ánh`."""
    summary: str
    bodies: str
    level: str
    """`3 – Khẩn`."""
    reasons: str
    proposal: str
    deadline: str
    urgent: bool
    """Level 2 or 3."""
    late: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldBlock:
    """A field of section III with its matters."""

    number: str
    name: str
    count: str
    issues: tuple[IssueLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelLine:
    """A line of the second table of section I."""

    label: str
    issues: str
    share: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyLine:
    """A line of section IV."""

    name: str
    articles: str
    issues: str
    attention: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleLine:
    """A line of annex I, or an article that no issue holds."""

    number: str
    link: object
    """The title, linked: `{{r article.link}}`."""
    outlet: str
    published: str
    field: str
    bodies: str
    level: str
    remarks: str
    told_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OutletLine:
    """A line of annex II."""

    number: str
    name: str
    state: str
    detail: str
    last_answer: str
    last_new: str
    stored: str
    failed: str
    articles: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """Everything a template may place."""

    superior: tuple[str, ...]
    """Its lines, in capitals."""
    issuer: tuple[str, ...]
    issuer_name: str
    """The issuer inside a sentence."""
    symbol: str
    place: str
    date: str
    """`ngày 10 tháng 9 năm 2026`."""
    short_date: str
    marking: str
    city: str
    office: str
    """The one agency or unit it is for; empty for the sheet of the city."""
    window: str
    opening: str
    """The window as the beginning of a sentence."""
    addressee: str
    """The only one; empty where there are several."""
    addressees: tuple[str, ...]
    """Each with its sign, the last with a full stop; empty where there is one or none."""
    draft: str
    overview: str
    days_off: str
    health: str
    failure: str
    leading: tuple[IssueLine, ...]
    """The most pressing, named on page one."""
    totals: tuple[Total, ...]
    levels: tuple[LevelLine, ...]
    totals_note: str
    contents: str
    """Where the table of contents goes; empty for a short sheet."""
    attention: tuple[IssueLine, ...]
    attention_left: str
    attention_none: str
    fields: tuple[FieldBlock, ...]
    unplaced: tuple[ArticleLine, ...]
    fields_none: str
    agencies: tuple[BodyLine, ...]
    units: tuple[BodyLine, ...]
    bodies_none: str
    forecast: tuple[str, ...]
    recommendations: tuple[str, ...]
    recipients: tuple[str, ...]
    signer: tuple[str, ...]
    """Its lines, in capitals: `KT. GIÁM ĐỐC`, `PHÓ GIÁM ĐỐC`."""
    signer_name: str
    articles: tuple[ArticleLine, ...]
    articles_none: str
    articles_count: str
    outlets: tuple[OutletLine, ...]
    made: str
    run_id: str


Linker = Callable[[str, str], object]
"""Printed text and web address -> what a template places with `{{r …}}`."""


def paper_of(sheet: Sheet, style: Style, link: Linker) -> Paper:
    """The fields of a sheet. `link` is called with cleaned text and the address as stored, which may be unsafe."""
    return _Maker(sheet, style, link).paper()


class _Maker:
    """Words the parts of one sheet."""

    def __init__(self, sheet: Sheet, style: Style, link: Linker) -> None:
        self.sheet, self.style, self.link = sheet, style, link

    def paper(self) -> Paper:
        sheet, inputs = self.sheet, self.sheet.inputs
        window = phrases.window_phrase(sheet)
        shown, unplaced = sheet.attention[: inputs.top], [a for a in sheet.articles if a.issue_id is None]
        bodies = [row for row in sheet.bodies if row.body.body_id not in WHOLE_CITY]
        return Paper(
            **self._head(),
            city=inputs.city,
            office=printable(inputs.office.inside or inputs.office.name) if inputs.office else "",
            window=window,
            opening=window[0].upper() + window[1:],
            overview=phrases.overview(sheet),
            days_off=passages.days_off(sheet),
            health=passages.health_sentence(sheet, self.style),
            failure=phrases.failure(sheet) if sheet.crawl_failed else "",
            leading=tuple(self._issue(at, issue) for at, issue in enumerate(sheet.leading, 1)),
            totals=passages.totals(self.sheet),
            levels=self._levels(),
            totals_note=passages.compared_with(sheet),
            contents=CONTENTS_HERE if len(sheet.issues) > LONG_SHEET else "",
            attention=tuple(self._issue(at, issue) for at, issue in enumerate(shown, 1)),
            attention_left=passages.attention_left(len(sheet.attention) - len(shown)),
            attention_none=passages.attention_none(sheet),
            fields=self._fields(),
            unplaced=tuple(self._article(at, article) for at, article in enumerate(unplaced, 1)),
            fields_none=passages.nothing(sheet, "Không có tin, bài."),
            agencies=tuple(_body(row) for row in bodies if row.body.kind == "agency"),
            units=tuple(_body(row) for row in bodies if row.body.kind != "agency"),
            bodies_none=passages.nothing(sheet, "Không có tin, bài nêu tên cơ quan, địa phương của thành phố."),
            forecast=_paragraphs(inputs.edits.forecast),
            recommendations=_paragraphs(inputs.edits.recommendations),
            articles=tuple(self._article(at, article) for at, article in enumerate(sheet.articles, 1)),
            articles_none=passages.nothing(sheet, "Không có tin, bài."),
            articles_count=count(len(sheet.articles)),
            outlets=tuple(self._outlet(at, row) for at, row in enumerate(sheet.outlets, 1)),
            made=date_time(inputs.generated_at),
            run_id=inputs.run_id,
        )

    def _head(self) -> dict[str, Any]:
        head, foot, names = self.style.head, self.style.foot, self.sheet.inputs.addressees
        return {
            "superior": _capitals(head.superior),
            "issuer": _capitals(head.issuer),
            "issuer_name": " ".join(head.issuer.split()),
            "symbol": head.symbol,
            "place": head.place,
            "date": long_date(self.sheet.day),
            "short_date": short_date(self.sheet.day),
            "marking": head.marking.upper(),
            "addressee": f"{names[0]}." if len(names) == 1 else "",
            "addressees": ended(names) if len(names) > 1 else (),
            "draft": passages.DRAFT,
            "recipients": ended(foot.recipients),
            "signer": _capitals(foot.signer),
            "signer_name": foot.name,
        }

    def _levels(self) -> tuple[LevelLine, ...]:
        counts = self.sheet.counts
        return tuple(
            LevelLine(
                label=f"{level} – {self.style.levels[level]}", issues=number(found), share=percent(found, counts.issues)
            )
            for level, found in sorted(counts.by_level.items(), reverse=True)
        )

    def _fields(self) -> tuple[FieldBlock, ...]:
        held = [
            (self.style.fields[field], [issue for issue in self.sheet.issues if issue.field_of == field])
            for field in self.sheet.counts.by_field
        ]
        return tuple(
            FieldBlock(
                number=str(at),
                name=name,
                count=count(len(issues)),
                issues=tuple(self._issue(n, issue) for n, issue in enumerate(issues, 1)),
            )
            for at, (name, issues) in enumerate([row for row in held if row[1]], 1)
        )

    def _issue(self, at: int, issue: IssueRow) -> IssueLine:
        title, rest = quoted_title(issue.lead.title), len(issue.articles) - _NAMED_SOURCES
        return IssueLine(
            number=str(at),
            title=title,
            link=self.link(title, issue.lead.url),
            coverage=phrases.coverage(issue),
            mark=phrases.mark_phrase(issue),
            sources=tuple(self._source(article) for article in issue.articles[:_NAMED_SOURCES]),
            more=f"và {count(rest)} tin, bài khác (Phụ lục I)" if rest > 0 else "",
            told_by=printable(phrases.sources_phrase(self.sheet, issue)),
            summary=printable(phrases.summary(issue)) or "–",
            bodies=printable(phrases.named_bodies(self.sheet, issue)) or "–",
            level=f"{issue.level} – {self.style.levels[issue.level]}",
            reasons=printable(passages.reasons(issue)),
            proposal=printable(issue.edit.proposal),
            deadline=printable(issue.edit.deadline),
            urgent=issue.needs_attention,
            late=issue.lead.late,
        )

    def _source(self, article: SheetArticle) -> SourceLine:
        notes = ("đăng lại" if article.reprint_of else "", "đến muộn" if article.late else "")
        return SourceLine(
            link=self.link(self._outlet_name(article), article.url),
            published=_when(article.published_at, "không rõ giờ đăng"),
            note=", ".join(filter(None, notes)),
        )

    def _article(self, at: int, article: SheetArticle) -> ArticleLine:
        return ArticleLine(
            number=str(at),
            link=self.link(quoted_title(article.title), article.url),
            outlet=self._outlet_name(article),
            published=_when(article.published_at, "–"),
            field=self.style.fields.get(article.field_of, "–") if article.field_of else "–",
            bodies=printable(named_in(self.sheet, article)) or "–",
            level="–" if article.level is None else str(article.level),
            remarks=remarks(article) or "–",
            told_by=printable(phrases.reported_by(self.sheet, [article])),
        )

    def _outlet_name(self, article: SheetArticle) -> str:
        return printable(self.sheet.inputs.outlets[article.outlet_id].name)

    def _outlet(self, at: int, row: OutletRow) -> OutletLine:
        state = row.state
        word = self.style.states.get(state.state, state.state)
        return OutletLine(
            number=str(at),
            name=printable(state.name),
            state=word,
            detail=detail_of(state, word) or "–",
            last_answer=_when(state.last_success_at, "chưa lần nào"),
            last_new=_when(state.last_new_at, "chưa có"),
            stored=number(state.stored),
            failed=number(state.failed),
            articles=number(row.articles),
        )


def ended(names: Sequence[str]) -> tuple[str, ...]:
    """A list as the decree ends it: `;` after each, a full stop after the last."""
    return tuple(f"{name}{'.' if at == len(names) else ';'}" for at, name in enumerate(names, 1))


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line for line in map(printable, text.splitlines()) if line.strip())


def _capitals(text: str) -> tuple[str, ...]:
    return tuple(line.strip().upper() for line in text.splitlines())


def _body(row: BodyRow) -> BodyLine:
    return BodyLine(
        name=printable(row.body.name),
        articles=number(row.articles),
        issues=number(row.issues),
        attention=number(row.attention),
    )


def _when(moment: datetime | None, missing: str) -> str:
    return missing if moment is None else date_time(moment)
