"""The sheet as an e-mail ready to be sent: a text for every reader, and the same as a page without any outside part."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report.forms import passages, phrases
from report.forms.as_html import rendered
from report.forms.printed import printable, quoted_title, safe_link
from report.sheet import IssueRow, Sheet
from report.style import template_folders
from vietnamese.numbers import count, short_date

if TYPE_CHECKING:
    from report.style import Style

SHOWN_A_FIELD = 8
"""Issues of a field in the mail; mail readers cut long pages, and the whole sheet is attached or lies beside it."""


def as_mail(sheet: Sheet, style: Style, folders: Sequence[Path]) -> bytes:
    """The message as RFC 5322 bytes without sender and receivers; opened from a file it is a draft.

    `report/mail.txt` and `report/mail.html` of a configuration folder replace ours; ConfigError where one is wrong.
    The same sheet, words and templates give the same bytes; its date is `generated_at`.
    """
    shown = _shown(sheet, style)
    folders = template_folders(folders)
    page = rendered(folders, "mail.html", shown)
    text = rendered(folders, "mail.txt", shown, escaping=False)
    return alternative(subject(sheet), text, page, made_at=sheet.inputs.generated_at).as_bytes()


def subject(sheet: Sheet) -> str:
    """`Điểm báo ngày 10/9/2026: 12 tin, bài; 02 vụ việc cần phản hồi`, on one line."""
    head = f"Điểm báo ngày {short_date(sheet.day)}"
    if sheet.crawl_failed:
        return f"{head}: đợt thu thập tin thất bại"
    office = f" – {printable(sheet.inputs.office.name)}" if sheet.inputs.office else ""
    counts = sheet.counts
    return f"{head}{office}: {count(counts.articles)} tin, bài; {count(counts.attention)} vụ việc cần phản hồi"


def alternative(title: str, text: str, page: str | None, *, made_at: datetime) -> EmailMessage:
    """A message with a text and, where there is one, a page; `made_at` (aware) is its date. Line breaks in `title` go.

    Boundary and Message-ID come from the content: the same content gives the same bytes.
    """
    message = EmailMessage(policy=SMTP)
    digest = hashlib.sha256("\0".join((title, text, page or "", made_at.isoformat())).encode(errors="replace"))
    key = digest.hexdigest()[:32]
    message["Subject"] = printable(title)
    message["Date"] = format_datetime(made_at)
    message["Message-ID"] = f"<{key}@diembao.invalid>"
    message["X-Unsent"] = "1"
    message.set_content(encodable(text), cte="quoted-printable")
    if page is not None:
        message.add_alternative(encodable(page), subtype="html", cte="quoted-printable")
        message.set_boundary(f"=_{key}")
    return message


def encodable(text: str) -> str:
    """`text` with question marks where it cannot be written in UTF-8 (halves of a pair)."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _shown(sheet: Sheet, style: Style) -> dict[str, Any]:
    """What both templates show."""
    attention = sheet.attention[: sheet.inputs.top]
    return {
        "sheet": sheet,
        "style": style,
        "subject": subject(sheet),
        "window": phrases.window_phrase(sheet),
        "overview": phrases.overview(sheet),
        "draft": passages.DRAFT,
        "health": passages.health_sentence(sheet, style),
        "failure": phrases.failure(sheet) if sheet.crawl_failed else "",
        "totals": passages.totals(sheet),
        "totals_note": passages.compared_with(sheet),
        "attention": attention,
        "attention_left": passages.attention_left(len(sheet.attention) - len(attention)),
        "attention_none": passages.attention_none(sheet),
        "by_field": _by_field(sheet, style),
        "coverage": phrases.coverage,
        "summary_of": phrases.summary,
        "mark": phrases.mark_phrase,
        "sources": lambda issue: phrases.sources_phrase(sheet, issue),
        "bodies_of": lambda issue: phrases.named_bodies(sheet, issue),
        "title_of": lambda issue: quoted_title(issue.lead.title),
        "link_of": lambda issue: safe_link(issue.lead.url),
    }


def _by_field(sheet: Sheet, style: Style) -> list[tuple[str, int, list[IssueRow], int]]:
    """Name, number of issues, those shown, and how many are not, of every field that has any."""
    found = [(style.fields[key], [i for i in sheet.issues if i.field_of == key]) for key in sheet.counts.by_field]
    return [(name, len(held), held[:SHOWN_A_FIELD], max(0, len(held) - SHOWN_A_FIELD)) for name, held in found if held]
