"""The second form: the sheet as city portals print it, text by field, each title quoted and each paper named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from report import phrases
from report.document import Block, Document, Heading, Paragraph
from report.inputs import SheetInputs
from report.printed import printable, quoted_title
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
    yield Paragraph(text=_opening(sheet))
    if sheet.crawl_failed or not sheet.articles:
        return
    for field in sheet.counts.by_field:
        issues = [issue for issue in sheet.issues if issue.field_of == field]
        if issues:
            yield Heading(text=style.fields[field])
            yield Paragraph(text=_of_field(sheet, style.fields[field], issues))
    unplaced = [article for article in sheet.articles if article.issue_id is None]
    if unplaced:
        told = "; ".join(
            f"“{quoted_title(article.title)}”, {phrases.reported_by(sheet, [article])}" for article in unplaced
        )
        yield Heading(text="Tin, bài chưa được xếp vào vụ việc")
        yield Paragraph(text=f"{told}.")


def _opening(sheet: Sheet) -> str:
    span = f"Từ {_moment(sheet.window.start)} đến {_moment(sheet.window.end)}"
    if sheet.crawl_failed:
        return f"{span}: {phrases.failure(sheet)}. Không được hiểu là ngày không có tin."
    if not sheet.articles:
        return f"{span}, không ghi nhận tin, bài báo nào viết về {sheet.inputs.city}."
    text = f"{span}, có khoảng {count(sheet.counts.articles)} tin, bài báo viết về {sheet.inputs.city}."
    top = sheet.issues[:_NAMED]
    if not top:
        return text
    return f"{text} Nổi bật là {_listed([_quoted(sheet, issue) for issue in top])}."


def _of_field(sheet: Sheet, name: str, issues: Sequence[IssueRow]) -> str:
    """`Trên lĩnh vực …, có 03 vụ việc: “…”, theo báo … phản ánh. …`; a summary is the paper's own words."""
    first, *rest = (_told(sheet, issue) for issue in issues)
    head = f"Trên lĩnh vực {_small(name)}, có {count(len(issues))} vụ việc được phản ánh"
    return " ".join((f"{head}: {first}", *rest))


def _told(sheet: Sheet, issue: IssueRow) -> str:
    summary = " ".join((issue.summary or "").split())
    more = f": “{_inner(summary)}”" if summary and not issue.edit.summary else f": {summary}" if summary else ""
    end = "" if more.endswith((".", "…", ".”", "…”", "!”", "?”")) else "."
    return f"{_quoted(sheet, issue)} ({phrases.coverage(issue)}){more}{end}"


def _quoted(sheet: Sheet, issue: IssueRow) -> str:
    return f"“{quoted_title(issue.lead.title)}”, {phrases.sources_phrase(sheet, issue)}"


def _inner(text: str) -> str:
    """A quotation inside a quotation has the other marks."""
    return printable(text).replace("“", "‘").replace("”", "’")


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{'; '.join(parts[:-1])}; và {parts[-1]}"


def _moment(moment: datetime) -> str:
    """`11h30 ngày 10-9`, as portals write it."""
    local = to_local(moment)
    return f"{local:%H}h{local:%M} ngày {local.day}-{local.month}"


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]
