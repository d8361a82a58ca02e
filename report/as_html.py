"""The sheet as one self-contained HTML page: no script, no outside resource, everything escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from report import phrases
from report.inputs import WHOLE_CITY, SheetArticle
from report.sheet import IssueRow, Sheet
from report.style import Style, template_folders
from vietnamese import numbers
from vietnamese.alphabet import sort_key
from vietnamese.clock import to_local

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffd\ud800-\udfff"
    "\ufdd0-\ufdef\ufffe\uffff]"
)
"""Controls, direction marks, invisible and non-characters: they show nothing, or turn the text around."""


def as_html(sheet: Sheet, style: Style, folders: Sequence[Path]) -> bytes:
    """The page, UTF-8. `folders` are the configuration folders whose `report/sheet.html` may replace ours.

    Raises jinja2.TemplateError where an office's template is wrong.
    """
    template = environment(template_folders(folders)).get_template("sheet.html")
    text = template.render(
        sheet=sheet, counts=sheet.counts, inputs=sheet.inputs, style=style, **_sections(sheet, style)
    )
    return text.encode("utf-8", errors="replace")


def printable(text: str) -> str:
    """`text` without characters that print nothing or turn the reading direction, line breaks as blanks."""
    return _UNPRINTABLE.sub("", " ".join(text.splitlines()))


def quoted_title(text: str) -> str:
    """A headline as it is printed: exactly, unless it is endless, then cut at a blank with `[…]`."""
    title = printable(text)
    if len(title) <= phrases.LONGEST_TITLE:
        return title
    cut = title[: phrases.LONGEST_TITLE]
    return f"{cut.rsplit(' ', 1)[0]} […]"


def safe_link(url: str) -> str | None:
    """`url` where it is a plain web address, else None: no `javascript:`, no `data:`, nothing unreadable."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    good = parts.scheme in {"http", "https"} and parts.hostname and _UNPRINTABLE.search(url) is None
    return url if good else None


def environment(folders: Sequence[Path]) -> Environment:
    """Templates of the folders with our filters; everything printed is cleaned and escaped."""
    environment = Environment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_clean,
    )
    environment.filters |= {
        "number": numbers.number,
        "count": numbers.count,
        "when": numbers.date_time,
        "short_date": numbers.short_date,
        "long_date": numbers.long_date,
        "title_text": quoted_title,
        "link": safe_link,
    }
    environment.globals |= {"percent": numbers.percent, "change": phrases.change, "time_tag": time_tag}
    return environment


def _clean(value: object) -> object:
    """Whatever a template prints, cleaned before it is escaped; markup and numbers pass."""
    return printable(value) if type(value) is str else value


def time_tag(moment: datetime) -> str:
    """The machine-readable twin of a printed time: ISO 8601 with +07:00."""
    return to_local(moment).replace(microsecond=0).isoformat()


def _sections(sheet: Sheet, style: Style) -> dict[str, Any]:
    """What the template shows that is more than a field of the sheet."""
    bodies = [row for row in sheet.bodies if row.body.body_id not in WHOLE_CITY]
    shown = sheet.attention[: sheet.inputs.top]
    return {
        "window_text": phrases.window_phrase(sheet),
        "overview_text": phrases.overview(sheet),
        "health_text": phrases.health_line(sheet),
        "troubles": phrases.troubles(sheet, style),
        "failure_text": phrases.failure(sheet),
        "attention": shown,
        "attention_left": len(sheet.attention) - len(shown),
        "by_field": _by_field(sheet, style),
        "agencies": [row for row in bodies if row.body.kind == "agency"],
        "units": [row for row in bodies if row.body.kind != "agency"],
        "unplaced": [article for article in sheet.articles if article.issue_id is None],
        "by": lambda article: phrases.reported_by(sheet, [article]),
        "coverage": phrases.coverage,
        "sources": lambda issue: phrases.sources_phrase(sheet, issue),
        "bodies_of": lambda issue: phrases.named_bodies(sheet, issue),
        "reasons_of": phrases.reasons_phrase,
        "body_names": lambda ids: _names(sheet, ids),
        "outlet": lambda article: sheet.inputs.outlets[article.outlet_id].name,
        "remarks": remarks,
    }


def _by_field(sheet: Sheet, style: Style) -> list[tuple[int, str, list[IssueRow]]]:
    """Number, name and issues of every field."""
    return [
        (field, style.fields[field], [issue for issue in sheet.issues if issue.field_of == field])
        for field in sheet.counts.by_field
    ]


def _names(sheet: Sheet, ids: Sequence[str]) -> str:
    """Printed names in alphabetical order, the city itself left out."""
    return "; ".join(sorted((sheet.inputs.bodies[body].name for body in ids if body not in WHOLE_CITY), key=sort_key))


def remarks(article: SheetArticle) -> str:
    """What annex I notes beside an article."""
    notes = [
        ("đến muộn", article.late),
        ("đăng lại", article.reprint_of is not None),
        ("không rõ giờ đăng", article.published_at is None),
        ("báo đã gỡ", article.gone),
        ("chỉ có tóm tắt", article.kind == "teaser"),
    ]
    return ", ".join(word for word, holds in notes if holds)
