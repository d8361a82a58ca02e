"""The weekly or monthly sheet as a document with charts, and as JSON, `diembao/period/1`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from report.forms import charts, phrases
from report.forms.as_json import json_bytes
from report.forms.charts import Bar
from report.forms.document import Block, Document, Drawing, Heading, Paragraph, Table
from report.forms.linked import Link, said
from report.forms.passages import DRAFT
from report.forms.printed import quoted_title
from report.kinds.period import Period, nights_data
from report.sheet import IssueRow
from report.style import Style
from vietnamese.clock import iso, to_local
from vietnamese.numbers import count, date_time, number, percent, short_date, signed, spoken_time

if TYPE_CHECKING:
    from config.model import Period as Rules

SCHEMA = "diembao/period/1"
_TOLD_SINGLY = 2
_WORDS = {"weekly": ("tuần", "Tuần trước"), "monthly": ("tháng", "Tháng trước")}


def document_of(period: Period, style: Style, rules: Rules) -> Document:
    """The document, with its charts drawn."""
    sheet = period.sheet
    word, _ = _WORDS[period.kind]
    made = sheet.inputs.generated_at
    return Document(
        title="Báo cáo",
        subject=(
            f"Tổng hợp thông tin báo chí trong {word} phản ánh về {sheet.inputs.city}",
            f"({phrases.window_phrase(sheet)})",
        ),
        day=period.day,
        blocks=tuple(_blocks(period, style, rules)),
        made=f"Lập lúc {date_time(made)} · mọi số liệu tính lại được từ kho dữ liệu (tệp JSON kèm theo, mục queries).",
        addressees=sheet.inputs.addressees,
        draft=DRAFT,
    )


def _blocks(period: Period, style: Style, rules: Rules) -> Iterator[Block]:
    yield Heading(text="I. Tổng quan")
    yield from _overview(period)
    yield Heading(text="II. Mức độ")
    yield from _levels(period, style)
    yield Heading(text="III. Lĩnh vực")
    yield from _fields(period, style)
    yield Heading(text="IV. Báo, trang tin")
    yield from _outlets(period, rules.outlets)
    yield Heading(text="V. Vụ việc được phản ánh nhiều nhất")
    yield from _issues(period, style, period.issues[: rules.issues])
    yield Heading(text="VI. Cơ quan, địa phương")
    yield from _bodies(period, rules.bodies)
    yield Heading(text="VII. Theo dõi xử lý, phản hồi")
    yield Paragraph(said="Chưa có vụ việc nào được giao theo dõi.")
    yield Heading(text="VIII. Nhận định và đề xuất, kiến nghị")
    yield Paragraph(said="(Chuyên viên tổng hợp ghi.)", note=True)


def _overview(period: Period) -> Iterator[Block]:
    sheet, counts = period.sheet, period.sheet.counts
    window = phrases.window_phrase(sheet)
    told = phrases.overview(sheet) if counts.articles else f"chưa ghi nhận tin, bài nào phản ánh về {sheet.inputs.city}"
    yield Paragraph(said=f"{window[0].upper()}{window[1:]}, {told}.")
    yield Paragraph(said=_nights(period))
    if not period.over:
        yield Paragraph(said=f"Kỳ báo cáo chưa kết thúc: số liệu tính đến {date_time(sheet.inputs.generated_at)}.")
    rows = [
        ("Tin, bài", number(counts.articles), _against(counts.articles, period.previous["articles"])),
        ("Vụ việc", number(counts.issues), _against(counts.issues, period.previous["issues"])),
        ("Vụ việc cần phản hồi (mức 2, 3)", number(counts.attention), "–"),
        ("Báo, trang tin có bài", number(counts.newsrooms), "–"),
        ("Tin, bài đăng lại", number(counts.reprints), "–"),
    ]
    yield Table(
        head=("Chỉ tiêu", "Kỳ này", _WORDS[period.kind][1]), rows=tuple(rows), widths_mm=(85, 35, 45),
        numbers=frozenset({1, 2}),
    )  # fmt: skip
    last = to_local(sheet.inputs.generated_at).date()
    shown = [(f"{day.day}/{day.month}", found) for day, found in period.days.items() if day <= last]
    bars = [Bar(label=label, value=found, shown=number(found)) for label, found in shown]
    start = spoken_time(sheet.window.start)
    yield Drawing(chart=charts.upright("days", bars), caption=f"Tin, bài từng ngày (24 giờ kể từ {start})")
    yield Paragraph(said="Từng ngày: " + "; ".join(f"{label}: {number(found)}" for label, found in shown) + ".")


def _against(now: int, earlier: int) -> str:
    """`12 (+3)`; `–` where nothing is known of the period before."""
    return f"{number(earlier)} ({signed(now - earlier)})" if earlier else "–"


def _nights(period: Period) -> str:
    nights = period.nights
    text = f"Trong kỳ có {count(len(nights.made))}/{count(len(nights.made) + len(nights.missing))} bản tin ngày"
    if nights.missing:
        text += f"; không có bản tin của {_dates(nights.missing)}"
    if nights.failed:
        text += f"; đợt thu thập tin thất bại {_dates(nights.failed)}"
    return f"{text}."


def _dates(days: Sequence[date]) -> str:
    """`ngày 02/9/2026, các ngày từ 04/9/2026 đến 08/9/2026`: days on end are told by the first and the last."""
    runs: list[list[date]] = []
    for day in days:
        if runs and (day - runs[-1][-1]).days == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(
        f"các ngày từ {short_date(run[0])} đến {short_date(run[-1])}"
        if len(run) > _TOLD_SINGLY
        else ", ".join(f"ngày {short_date(day)}" for day in run)
        for run in runs
    )


def _levels(period: Period, style: Style) -> Iterator[Block]:
    counts = period.sheet.counts
    rows = [(f"{key} – {style.levels[key]}", found) for key, found in sorted(counts.by_level.items(), reverse=True)]
    yield from _shares("levels", "Vụ việc theo mức độ (gợi ý)", ("Mức độ", "Vụ việc"), rows, counts.issues)


def _fields(period: Period, style: Style) -> Iterator[Block]:
    counts = period.sheet.counts
    rows = [(style.fields[key], found) for key, found in counts.by_field.items() if found]
    rows.sort(key=lambda row: -row[1])
    yield from _shares("fields", "Vụ việc theo lĩnh vực", ("Lĩnh vực", "Vụ việc"), rows, counts.issues)


def _outlets(period: Period, most: int) -> Iterator[Block]:
    rows = [(name, found) for _, name, found in period.outlets[:most]]
    rest = period.outlets[most:]
    articles = period.sheet.counts.articles
    yield from _shares("outlets", "Tin, bài theo báo, trang tin", ("Báo, trang tin", "Tin, bài"), rows, articles)
    if rest:
        others = sum(found for _, _, found in rest)
        text = f"{count(len(rest))} báo, trang tin khác: {count(others)} tin, bài ({percent(others, articles)})."
        yield Paragraph(said=text)


def _shares(
    name: str, caption: str, head: tuple[str, str], rows: Sequence[tuple[str, int]], whole: int
) -> Iterator[Block]:
    """A table and its chart, in this order: Word keeps a heading with a table, not with a picture."""
    if not rows:
        yield Paragraph(said="Không có tin, bài.")
        return
    cells = tuple((label, number(n), percent(n, whole)) for label, n in rows)
    yield Table(head=(*head, "Tỷ lệ"), rows=cells, widths_mm=(105, 30, 30), numbers=frozenset({1, 2}))
    bars = [Bar(label=label, value=n, shown=f"{number(n)} ({percent(n, whole)})") for label, n in rows]
    yield Drawing(chart=charts.across(name, bars, hatched=name == "levels"), caption=caption)


def _issues(period: Period, style: Style, issues: Sequence[IssueRow]) -> Iterator[Block]:
    if not issues:
        yield Paragraph(said="Không có.")
        return
    yield Table(
        head=("STT", "Vụ việc", "Tin, bài / báo", "Lĩnh vực", "Mức độ", "Cơ quan, địa phương"),
        rows=tuple(
            (
                str(at),
                said(
                    "“",
                    Link(quoted_title(issue.lead.title), issue.lead.url),
                    f"”, {phrases.sources_phrase(period.sheet, issue)}",
                ),
                phrases.coverage(issue),
                style.fields[issue.field_of],
                f"{issue.level} – {style.levels[issue.level]}",
                phrases.named_bodies(period.sheet, issue) or "–",
            )
            for at, issue in enumerate(issues, 1)
        ),
        widths_mm=(11, 53, 17, 22, 17, 45),
        numbers=frozenset({0}),
    )


def _bodies(period: Period, most: int) -> Iterator[Block]:
    if not period.bodies:
        yield Paragraph(said="Không có tin, bài nêu tên cơ quan, địa phương của thành phố.")
        return
    yield Table(
        head=("Cơ quan, địa phương", "Tin, bài", "Vụ việc", "Cần phản hồi"),
        rows=tuple(
            (row.body.name, number(row.articles), number(row.issues), number(row.attention))
            for row in period.bodies[:most]
        ),
        widths_mm=(81, 28, 28, 28),
        numbers=frozenset({1, 2, 3}),
    )
    if len(period.bodies) > most:
        yield Paragraph(said=f"Và {count(len(period.bodies) - most)} cơ quan, địa phương khác.")


def as_json(period: Period) -> bytes:
    """UTF-8, one key a line, always in the same order; everything counted, not only what the document has room for."""
    return json_bytes(as_data(period))


def as_data(period: Period) -> dict[str, Any]:
    """The period as plain JSON values. Times: ISO 8601 with +07:00."""
    sheet, counts = period.sheet, period.sheet.counts
    return {
        "schema": SCHEMA,
        "kind": period.kind,
        "date": period.day.isoformat(),
        "window": {"start": iso(sheet.window.start), "end": iso(sheet.window.end), "days": sheet.window.days},
        "generated_at": iso(sheet.inputs.generated_at),
        "city": sheet.inputs.city,
        "counts": {
            "articles": counts.articles,
            "issues": counts.issues,
            "reprints": counts.reprints,
            "newsrooms": counts.newsrooms,
            "attention": counts.attention,
            "unplaced": counts.unplaced,
            "by_level": {str(level): found for level, found in counts.by_level.items()},
            "by_field": {str(field): found for field, found in counts.by_field.items()},
        },
        "previous": dict(period.previous),
        "days": {day.isoformat(): found for day, found in period.days.items()},
        "nights": nights_data(period.nights),
        "outlets": [{"id": key, "name": name, "articles": found} for key, name, found in period.outlets],
        "bodies": [
            {"id": row.body.body_id, "name": row.body.name, "kind": row.body.kind, "articles": row.articles,
             "issues": row.issues, "attention": row.attention}
            for row in period.bodies
        ],
        "issues": [_issue(issue) for issue in period.issues],
        "queries": dict(period.queries),
    }  # fmt: skip


def _issue(issue: IssueRow) -> dict[str, Any]:
    return {
        "id": issue.issue_id,
        "title": issue.title,
        "lead": {"title": issue.lead.title, "url": issue.lead.url},
        "level": issue.level,
        "field_of": issue.field_of,
        "articles": len(issue.articles),
        "newsrooms": issue.newsrooms,
        "independent_newsrooms": issue.independent_newsrooms,
        "bodies": list(issue.bodies),
    }
