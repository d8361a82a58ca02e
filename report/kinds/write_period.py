"""Write the weekly or monthly sheet, and check one: the reports row keeps the placements it was made with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gazetteer.records import WHOLE_CITY
from report.files import KEPT_STATES, Target, Written, put_files, sha256, standing
from report.forms.as_pdf import pdf_of
from report.forms.document import as_page, as_word
from report.forms.formats import FormatUnavailableError
from report.gather import Making, answer
from report.inputs import FIELDS, LEVELS, SheetIssue, counted_field
from report.kinds.as_period import SCHEMA, as_json, document_of
from report.kinds.period import (
    Kind,
    Period,
    build_period,
    day_of,
    nights_data,
    nights_of,
    period_inputs,
    period_queries,
    period_window,
    scope_of,
    to_remember,
)
from report.recount import Answers, recount
from report.sheet import ATTENTION_LEVEL
from report.signable import Signable, of_period
from report.style import load_style
from report.then import from_kept, issues_then, to_keep
from report.verify import Difference, Pairs, differing
from storage import sheet_queries as ask
from storage.report_records import Report, ReportArticle, ReportFile
from vietnamese.clock import iso

if TYPE_CHECKING:
    from config.loader import Config
    from config.model import Settings
    from storage.store import Store

FORMATS = ("html", "pdf", "docx", "json")


def write_period(
    store: Store,
    config: Config,
    kind: Kind,
    day: date,
    *,
    now: datetime,
    folder: Path,
    flat: bool = False,
    formats: Sequence[str] = ("html", "json"),
    fresh: bool = False,
    name_of: Callable[[str], str] | None = None,
) -> Written:
    """Write the sheet of the period to `folder`/D (`reports/`), with `flat` to `folder` itself.

    D is the last day of the period. A format that cannot be made here is told. Once the period is over, what was made
    first stands: a later call gives the same bytes, as of the moment of the first (`fresh`: made anew). A file that a
    person has edited is left; one that is approved or sent is not overwritten, only written elsewhere, the approved
    bytes where a format has them. Raises ConfigError, StoreError, ValueError (settings) or OSError.
    """
    sheet = of_period(kind, day_of(kind, day, config.settings))
    found = store.load_report(sheet.report_id)
    signed = found is not None and found.state in KEPT_STATES
    target = _target(store, sheet, folder if flat else sheet.folder(folder), formats)
    if signed and not flat:
        return standing(target)
    known = found if found and (signed or (not fresh and found.generated_at >= found.window_end)) else None
    period = _period(store, config, kind, sheet.day, now=now, known=known, name_of=name_of)
    contents, unavailable = _rendered(_renderers(period, config), _approved(store, sheet) if signed else {}, formats)
    written = put_files(contents, unavailable, target)
    if not signed:
        _save(store, period, sheet, written.drafts(now))
    return written


def _target(store: Store, sheet: Signable, folder: Path, formats: Sequence[str]) -> Target:
    ours = frozenset(file.sha256 for file in store.report_files(sheet.report_id, "draft"))
    return Target(folder=folder.absolute(), stem=sheet.stem, formats=tuple(formats), ours=ours)


def _approved(store: Store, sheet: Signable) -> dict[str, bytes]:
    """Format -> the bytes that were signed."""
    files = store.report_files(sheet.report_id, "approved")
    return {file.name.rpartition(".")[2]: file.content for file in files if file.content is not None}


def _rendered(
    renderers: Mapping[str, Callable[[], bytes]], ready: Mapping[str, bytes], formats: Sequence[str]
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Format -> bytes; format -> why it cannot be made here."""
    files: dict[str, bytes] = {}
    unavailable: dict[str, str] = {}
    for name in dict.fromkeys(formats):
        try:
            files[name] = ready[name] if name in ready else renderers[name]()
        except FormatUnavailableError as error:
            unavailable[name] = str(error)
    return files, unavailable


def _period(
    store: Store, config: Config, kind: Kind, day: date, *, now: datetime, known: Report | None,
    name_of: Callable[[str], str] | None,
) -> Period:  # fmt: skip
    """`known` is the row of one that was made before and stands."""
    if name_of is None:
        from gazetteer.load import load

        name_of = load(config.folders).name
    settings = config.settings
    making = Making(
        run_id="", generated_at=known.generated_at if known else now.replace(microsecond=0), health=()
    )  # fmt: skip
    kept = from_kept(known.inputs) if known else None
    inputs = period_inputs(store, settings, kind, day, making, name_of=name_of, kept=kept)
    return build_period(store, settings, kind, inputs, known.inputs if known else None)


def _renderers(period: Period, config: Config) -> dict[str, Callable[[], bytes]]:
    """Format -> what makes it; the document with its charts is made once, when the first asks for it."""
    style = load_style(config.folders)
    document = cache(lambda: document_of(period, style, config.settings.period))
    page = cache(lambda: as_page(document(), style, config.folders))
    made_at = int(period.sheet.inputs.generated_at.timestamp())
    return {
        "html": page,
        "pdf": lambda: pdf_of(page(), made_at=made_at),
        "docx": lambda: as_word(document(), style),
        "json": lambda: as_json(period),
    }


def _save(store: Store, period: Period, sheet: Signable, files: Sequence[ReportFile]) -> None:
    inputs, counts = period.sheet.inputs, period.sheet.counts
    store.save_report(
        Report(
            report_id=sheet.report_id,
            date=period.day,
            kind=period.kind,
            run_id=None,
            window_start=inputs.window.start,
            window_end=inputs.window.end,
            generated_at=inputs.generated_at,
            sha256=sha256(as_json(period)),
            path=f"{sheet.day.isoformat()}/{sheet.stem}.html",
            inputs={
                "counts": {"articles": counts.articles, "issues": counts.issues, "attention": counts.attention},
                **to_keep(inputs),
                **to_remember(period),
            },
            articles=tuple(
                ReportArticle(article_id=article.article_id, issue_id=article.issue_id, late=False)
                for article in inputs.articles
            ),
        ),
        files,
    )


def verify_period(told: Mapping[str, Any], store: Store, settings: Settings | None = None) -> list[Difference]:
    """Every number of a parsed JSON of a period that differs from what the store gives; empty when all agree.

    Counted by the statements under `queries`; what depends on how articles are grouped, with the placements that the
    reports row of the same moment keeps. Raises ValueError when it is no such file, StoreError.
    """
    by = settings or store.settings
    return differing(told, lambda: _pairs(told, store, by), schema=SCHEMA, kind="a weekly or monthly sheet")


def _pairs(told: Mapping[str, Any], store: Store, settings: Settings) -> Pairs:
    kind, day = told["kind"], date.fromisoformat(told["date"])
    made_at = datetime.fromisoformat(told["generated_at"])
    queries = period_queries(kind, day, settings, made_at)
    found: Answers = {name: answer(store, query) for name, query in queries.items()}
    window = period_window(kind, day, settings)
    nights = nights_data(nights_of(found["nights"], window, made_at))
    found, issues, known = _as_then(store, settings, told, found)
    previous = {name: _one(found[f"previous.{name}"]) for name in ("articles", "issues")}
    yield "window.start", told["window"]["start"], iso(window.start)
    yield "window.end", told["window"]["end"], iso(window.end)
    yield "window.days", told["window"]["days"], window.days
    yield from _counts(told["counts"], found)
    pressing = sum(issue.level >= ATTENTION_LEVEL for issue in issues.values())
    yield "counts.attention", told["counts"]["attention"], pressing
    yield from _each("previous", told["previous"], known.get("previous", previous))
    days = {name.partition(".")[2]: _one(rows) for name, rows in found.items() if name.startswith("days.")}
    yield from _each("days", told["days"], days)
    yield "nights", told["nights"], known.get("nights", nights)
    yield from _rows("outlets", told["outlets"], found["outlets"], "outlet_id", ("articles",))
    yield from _rows("bodies", told["bodies"], found["bodies"], "entity_id", ("articles", "issues", "attention"))
    yield from _rows(
        "issues", told["issues"], found["issues"], "issue_id", ("articles", "newsrooms", "independent_newsrooms")
    )
    for row in told["issues"]:
        issue = issues.get(row["id"])
        yield f"issues[{row['id']}].level", row["level"], issue and issue.level
        yield f"issues[{row['id']}].field_of", row["field_of"], issue and counted_field(issue.field_of)


def _as_then(
    store: Store, settings: Settings, told: Mapping[str, Any], found: Answers
) -> tuple[Answers, dict[str, SheetIssue], Mapping[str, Any]]:
    """The answers with the placements of then where they are kept, the issues, and what else is kept."""
    kind, day = told["kind"], date.fromisoformat(told["date"])
    scope = scope_of(period_window(kind, day, settings), settings, datetime.fromisoformat(told["generated_at"]))
    row = store.load_report(of_period(kind, day).report_id)
    kept = from_kept(row.inputs) if row and iso(row.generated_at) == told["generated_at"] else None
    if row is None or kept is None:
        return found, issues_then(answer(store, ask.members(scope))), {}
    rows = kept.laid_over(answer(store, ask.articles(scope)))
    tiers = {outlet["outlet_id"]: outlet["tier"] for outlet in answer(store, ask.outlets())}
    again = recount(rows, kept.issues, answer(store, ask.mentions(scope)), tiers)
    again["outlets"] = again["outlets.articles"]
    held = {placed["issue_id"] for placed in rows} - {None}
    return found | again, {key: kept.issues[key] for key in held}, row.inputs


def _counts(told: Mapping[str, Any], found: Answers) -> Pairs:
    for name in ("articles", "issues", "reprints", "newsrooms", "unplaced"):
        yield f"counts.{name}", told[name], _one(found[f"counts.{name}"])
    levels = Counter(dict(tuple(row.values()) for row in found["counts.by_level"]))
    yield from _each("counts.by_level", told["by_level"], {str(level): levels[level] for level in LEVELS})
    fields: Counter[int] = Counter()
    for row in found["counts.by_field"]:
        key, n = row.values()
        fields[counted_field(key)] += n
    yield from _each("counts.by_field", told["by_field"], {str(field): fields[field] for field in FIELDS})


def _each(name: str, told: Mapping[str, object], found: Mapping[str, object]) -> Pairs:
    """One pair a key that either side has."""
    for key in sorted({*told, *found}):
        yield f"{name}.{key}", told.get(key), found.get(key)


def _rows(
    name: str, told: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], key: str, numbers: Sequence[str]
) -> Pairs:
    """One pair a number of every row that either side has."""
    here = {row["id"]: row for row in told}
    there = {row[key]: row for row in rows if row[key] not in WHOLE_CITY}
    for row_id in sorted({*here, *there}):
        for each in numbers:
            yield f"{name}[{row_id}].{each}", here.get(row_id, {}).get(each), there.get(row_id, {}).get(each)


def _one(rows: Sequence[Mapping[str, Any]]) -> object:
    return next(iter(rows[0].values()))
