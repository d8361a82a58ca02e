"""The second form: the sheet as city portals print it, text by field, each title quoted and each paper named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from report.forms import phrases
from report.forms.document import Block, Document, Heading, Paragraph
from report.forms.linked import Link, Said, said
from report.forms.printed import quoted_title
from report.inputs import SheetArticle, SheetInputs
from report.sheet import IssueRow, Sheet, shown_at
from report.style import Style
from report.window import Window
from vietnamese.clock import to_local
from vietnamese.numbers import count, date_time

_NAMED = 3
"""Matters named in the first paragraph."""


def narrowed(inputs: SheetInputs, start: datetime | None, end: datetime | None) -> SheetInputs:
    """The inputs of the hours [`start`, `end`) only; None = the sheet's own. Times aware. Ranks stay the sheet's.

    Raises ValueError where they lie outside the window of the sheet, or hold no time at all.
    """
    window = Window(start=start or inputs.window.start, end=end or inputs.window.end)
    if not inputs.window.start <= window.start < window.end <= inputs.window.end:
        whole = f"{_moment(inputs.window.start)} – {_moment(inputs.window.end)}"
        raise ValueError(f"--from and --to must lie inside the window of the sheet, {whole}")
    if window == inputs.window:
        return inputs
    articles = tuple(article for article in inputs.articles if window.holds(shown_at(article)))
    held = {article.issue_id for article in articles}
    issues = {key: issue for key, issue in inputs.issues.items() if key in held}
    scores = {key: found for key, found in inputs.scores.items() if key in held}
    return replace(inputs, window=window, articles=articles, issues=issues, scores=scores)


def city_document(sheet: Sheet, style: Style) -> Document:
    """The text as a document without the head of an administrative paper."""
    made = date_time(sheet.inputs.generated_at)
    return Document(
        title="Điểm báo",
        subject=(f"Thông tin báo chí về {sheet.inputs.city}",),
        day=sheet.day,
        blocks=tuple(_blocks(sheet, style)),
        made=f"Lập lúc {made}; lĩnh vực và việc gộp vụ việc là gợi ý tự động.",
        official=False,
    )


def _blocks(sheet: Sheet, style: Style) -> Iterator[Block]:
    yield Paragraph(said=_opening(sheet))
    if sheet.crawl_failed or not sheet.articles:
        return
    for field in sheet.counts.by_field:
        issues = [issue for issue in sheet.issues if issue.field_of == field]
        if issues:
            yield Heading(text=style.fields[field])
            yield Paragraph(said=_of_field(sheet, style.fields[field], issues))
    unplaced = [article for article in sheet.articles if article.issue_id is None]
    if unplaced:
        told = [said(_title(article), f", {phrases.reported_by(sheet, [article])}") for article in unplaced]
        yield Heading(text="Tin, bài chưa được xếp vào vụ việc")
        yield Paragraph(said=said(*_between(told, "; "), "."))


def _opening(sheet: Sheet) -> Said:
    span = f"Từ {_moment(sheet.window.start)} đến {_moment(sheet.window.end)}"
    if sheet.crawl_failed:
        return f"{span}: {phrases.failure(sheet)}. Không được hiểu là ngày không có tin."
    if not sheet.articles:
        return f"{span}, không ghi nhận tin, bài báo nào viết về {sheet.inputs.city}."
    text = f"{span}, có khoảng {count(sheet.counts.articles)} tin, bài báo viết về {sheet.inputs.city}."
    top = [_quoted(sheet, issue) for issue in sheet.issues[:_NAMED]]
    if not top:
        return text
    listed = said(*_between(top[:-1], "; "), "; và ", top[-1]) if len(top) > 1 else top[0]
    return said(f"{text} Nổi bật là ", listed, ".")


def _of_field(sheet: Sheet, name: str, issues: Sequence[IssueRow]) -> Said:
    """`Trên lĩnh vực …, có 03 vụ việc: “…”, theo báo … phản ánh. …`; a summary is the paper's own words."""
    head = f"Trên lĩnh vực {_small(name)}, có {count(len(issues))} vụ việc được phản ánh: "
    return said(head, *_between([_told(sheet, issue) for issue in issues], " "))


def _told(sheet: Sheet, issue: IssueRow) -> Said:
    summary = phrases.summary(issue)
    end = "" if summary.endswith((".", "…", ".”", "…”", "!”", "?”")) else "."
    return said(_quoted(sheet, issue), f" ({phrases.coverage(issue)}){f': {summary}' if summary else ''}{end}")


def _quoted(sheet: Sheet, issue: IssueRow) -> Said:
    return said(_title(issue.lead), f", {phrases.sources_phrase(sheet, issue)}")


def _title(article: SheetArticle) -> Said:
    return said("“", Link(quoted_title(article.title), article.url), "”")


def _between(parts: Sequence[Said], sign: str) -> Iterator[Said]:
    for at, part in enumerate(parts):
        yield said(sign, part) if at else part


def _moment(moment: datetime) -> str:
    """`11h30 ngày 10-9`, as portals write it."""
    local = to_local(moment)
    return f"{local:%H}h{local:%M} ngày {local.day}-{local.month}"


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]
