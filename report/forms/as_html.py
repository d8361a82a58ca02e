"""The sheet as one self-contained HTML page: no script, no outside resource, everything escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from config.loader import ConfigError
from gazetteer.records import WHOLE_CITY
from report.forms import passages, phrases
from report.forms.printed import clean, detail_of, named_in, printable, quoted_title, remarks, safe_link
from report.sheet import IssueRow, Sheet
from report.style import Style, template_folders
from vietnamese import numbers
from vietnamese.clock import to_local


def as_html(sheet: Sheet, style: Style, folders: Sequence[Path], *, paper: bool = False) -> bytes:
    """The page, UTF-8. `folders` are the configuration folders whose `report/sheet.html` may replace ours.

    `paper`: to be set as a PDF; annex I then has four columns instead of eight, because a cell costs a millisecond.

    Raises ConfigError naming the template where an office's is wrong.
    """
    shown = {"sheet": sheet, "counts": sheet.counts, "inputs": sheet.inputs, "style": style, "paper": paper}
    text = rendered(template_folders(folders), "sheet.html", shown | _sections(sheet, style))
    return text.encode("utf-8", errors="replace")


def rendered(folders: Sequence[Path], name: str, values: Mapping[str, Any], *, escaping: bool = True) -> str:
    """The template `name` of the first of `folders` that has it; without `escaping` for a plain text.

    Raises ConfigError naming the template, and the line where that is known, for whatever is wrong with it.
    """
    made = environment(folders)
    made.autoescape = escaping
    try:
        return made.get_template(name).render(values)
    except TemplateError as error:
        file = next((folder / name for folder in folders if (folder / name).is_file()), Path(name))
        line = f"line {error.lineno}" if isinstance(error, TemplateSyntaxError) else "(template)"
        raise ConfigError(file, line, str(error), "Compare it with the template of the project") from error


def environment(folders: Sequence[Path]) -> Environment:
    """Templates of the folders with our filters; everything printed is cleaned and escaped."""
    environment = SandboxedEnvironment(  # an office's template says how a sheet looks, and nothing else
        loader=FileSystemLoader([str(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=clean,
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
    environment.globals |= {"percent": numbers.percent, "time_tag": time_tag, "broken": broken}
    return environment


def broken(text: str) -> Markup:
    """A name with its line breaks."""
    return Markup("<br>").join(printable(line) for line in text.splitlines())


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
        "draft": passages.DRAFT,
        "days_off": passages.days_off(sheet),
        "health_text": passages.health_sentence(sheet, style),
        "office": sheet.inputs.office and (sheet.inputs.office.inside or sheet.inputs.office.name),
        "issuer_name": " ".join(style.head.issuer.split()),
        "failure_text": phrases.failure(sheet),
        "totals": passages.totals(sheet),
        "totals_note": passages.compared_with(sheet),
        "attention": shown,
        "attention_left": passages.attention_left(len(sheet.attention) - len(shown)),
        "attention_none": passages.attention_none(sheet),
        "forecast": _paragraphs(sheet.inputs.edits.forecast),
        "recommendations": _paragraphs(sheet.inputs.edits.recommendations),
        "by_field": _by_field(sheet, style),
        "agencies": [row for row in bodies if row.body.kind == "agency"],
        "units": [row for row in bodies if row.body.kind != "agency"],
        "unplaced": [article for article in sheet.articles if article.issue_id is None],
        "by": lambda article: phrases.reported_by(sheet, [article]),
        "coverage": phrases.coverage,
        "mark": phrases.mark_phrase,
        "sources": lambda issue: phrases.sources_phrase(sheet, issue),
        "bodies_of": lambda issue: phrases.named_bodies(sheet, issue),
        "reasons_of": passages.reasons,
        "summary_of": phrases.summary,
        "detail_of": lambda state: detail_of(state, style.states.get(state.state, state.state)),
        "named_in": lambda article: named_in(sheet, article),
        "outlet": lambda article: sheet.inputs.outlets[article.outlet_id].name,
        "remarks": remarks,
    }


def _by_field(sheet: Sheet, style: Style) -> list[tuple[int, str, list[IssueRow]]]:
    """Number, name and issues of every field."""
    return [
        (field, style.fields[field], [issue for issue in sheet.issues if issue.field_of == field])
        for field in sheet.counts.by_field
    ]


def _paragraphs(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
