"""Write the sheet of a morning: files that appear whole, and the reports row that remembers what they were made of."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from config.loader import Config
from report.edits import NAME as EDITS_NAME
from report.edits import edits_data, read_edits, readable_edits, write_rows
from report.files import KEPT_STATES, NAME_OF_DAY, Target, Written, sha256, standing, stem_of, write_files
from report.forms.as_json import as_json, outlet_data
from report.forms.formats import FORMATS
from report.gather import Making, answer, gather, printed_queries
from report.inputs import Edits, Office, OutletState, SheetInputs
from report.laid import sheet_of, without_told
from report.sheet import Sheet
from report.signable import daily_id
from report.snapshot import as_of, snapshot_file
from report.style import load_style
from report.then import from_kept, to_keep
from storage import sheet_queries as ask
from storage.report_records import Report, ReportArticle
from storage.store import Store

KIND = "daily"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetFiles:
    """Where a sheet lies, and what came of each format that was asked for."""

    html: Path
    json: Path
    written: bool
    """False: the morning's report is approved or sent, and its files were left as they are."""
    results: Written = field(default_factory=Written)
    edits: Path | None = None
    """The analyst's file beside the draft."""
    problem: str | None = None
    """What is wrong with that file, where the sheet was made all the same."""


def write_sheet(
    store: Store,
    config: Config,
    day: date,
    *,
    health: Sequence[OutletState],
    run_id: str,
    now: datetime,
    folder: Path,
    flat: bool = False,
    name_of: Callable[[str], str] | None = None,
    formats: Sequence[str] | None = None,
    desk: Path | None = None,
    strict: bool = False,
) -> SheetFiles:
    """Make the sheet of the morning `day` and write it to `folder`/D/diem-bao-D.html, .json and what else is asked for.

    `folder` is `reports/` under DIEMBAO_HOME; with `flat` the files lie in `folder` itself. `now` (aware) is the clock
    of the run and becomes `generated_at`. `name_of` is `Gazetteer.name` where a gazetteer is at hand; without it the
    configured one is loaded. `formats` are names of `report.forms.formats.FORMATS`, by default those of the settings.
    `desk` is where `D/edits.toml` lies, by default `folder`; a mistake in it is reported in the result, with `strict`
    raised.
    The reports row keeps the articles, placements, totals, health and snapshot the sheet was made of. Files appear
    whole or not at all, the row comes last; a file that a person has edited is left. Raises StoreError, ConfigError
    or OSError; earlier files are then as they were.
    """
    kept = store.load_report(daily_id(day))
    target = _target(store, config, day, folder, flat=flat, formats=formats, lenient=not strict)
    if kept is not None and kept.state in KEPT_STATES:
        return _left(target)
    making = Making(run_id=run_id, generated_at=now.replace(microsecond=0), health=tuple(health))
    inputs = fresh_inputs(store, config, day, making, name_of=name_of)
    return _draft(store, config, inputs, target, desk=desk or folder, flat=flat, now=now, strict=strict)


def write_again(
    store: Store,
    config: Config,
    day: date,
    *,
    folder: Path,
    flat: bool = False,
    formats: Sequence[str] | None = None,
    desk: Path | None = None,
    now: datetime | None = None,
    strict: bool = False,
) -> SheetFiles | None:
    """Write the kept sheet of `day` again, as of the moment it was made; None when there is none.

    To `folder`/D/, or with `flat` to `folder` itself. The same store and the same edits give the same bytes, on any
    day. A draft takes up what has been edited since (`now` is then when; by default the store's clock). An approved or
    sent sheet of `reports/` is not overwritten, only written elsewhere: the approved bytes where a format has them.
    """
    kept = store.load_report(daily_id(day))
    if kept is None:
        return None
    target = _target(store, config, day, folder, flat=flat, formats=formats, lenient=not strict)
    inputs = kept_inputs(store, config, kept)
    if kept.state in KEPT_STATES:
        return _approved(store, config, inputs, target)
    made_at = now or store.clock()
    return _draft(store, config, inputs, target, desk=desk or folder, flat=flat, now=made_at, strict=strict)


def write_as_of(
    store: Store,
    config: Config,
    day: date,
    moment: datetime,
    *,
    folder: Path,
    flat: bool = False,
    formats: Sequence[str] | None = None,
    office: Office | None = None,
) -> SheetFiles | None:
    """Write the sheet of `day` as it was known at `moment` (aware), from the snapshot kept with it; None without one.

    To `folder`/D/luc-<moment>/, or with `flat` to `folder` itself; only what concerns `office` where one is given. The
    store only remembers the hashes of the files.
    """
    inputs = as_of(store.report_files(daily_id(day), "snapshot"), moment)
    if inputs is None:
        return None
    there = folder if flat else folder / day.isoformat() / f"luc-{moment:%Y%m%dT%H%M}"
    target = _target(store, config, day, there, flat=True, formats=formats, office=office)
    sheet = sheet_of(still_there(store, inputs), office)
    results = write_files(sheet, load_style(config.folders), config.folders, target)
    store.remember_files(daily_id(day), results.drafts(store.clock()))
    return _result(target, results)


def fresh_inputs(
    store: Store, config: Config, day: date, making: Making, *, name_of: Callable[[str], str] | None = None
) -> SheetInputs:
    """Everything the sheet of `day` is made of when it is made now, with nothing laid over it."""
    if name_of is None:
        from gazetteer.load import load

        name_of = load(config.folders).name
    inputs = gather(store, config.settings, day, making, name_of=name_of)
    return replace(inputs, queries=printed_queries(store, config.settings, day, making))


def kept_inputs(store: Store, config: Config, kept: Report) -> SheetInputs:
    """What the newest sheet of a report was made of: its snapshot, or what its row remembers when that has expired."""
    snapshots = [
        file
        for file in store.report_files(kept.report_id, "snapshot")
        if datetime.fromisoformat(file.name) == kept.generated_at
    ]
    if snapshots:
        inputs = as_of(snapshots, max(file.made_at for file in snapshots))
        if inputs is not None:
            return still_there(store, inputs)
    health = tuple(_state(row) for row in kept.inputs.get("health", []))
    making = Making(run_id=kept.run_id or "", generated_at=kept.generated_at, health=health)
    from gazetteer.load import load

    name_of = load(config.folders).name
    inputs = gather(store, config.settings, kept.date, making, name_of=name_of, kept=from_kept(kept.inputs))
    return replace(inputs, queries=printed_queries(store, config.settings, kept.date, making))


def still_there(store: Store, inputs: SheetInputs) -> SheetInputs:
    """The inputs without the words of articles that their outlets have removed since."""
    ids = [article.article_id for article in inputs.articles]
    gone = {row["article_id"] for row in answer(store, ask.gone(ids))} if ids else set()
    articles = tuple(
        replace(article, excerpt=None, gone=True) if article.article_id in gone else article
        for article in inputs.articles
    )
    return replace(inputs, articles=articles)


def _draft(
    store: Store,
    config: Config,
    inputs: SheetInputs,
    target: Target,
    *,
    desk: Path,
    flat: bool,
    now: datetime,
    strict: bool,
) -> SheetFiles:
    """Lay the edits over the inputs, write the files, and save the row with what it was made of."""
    style = load_style(config.folders)
    edits_file = desk / inputs.day.isoformat() / EDITS_NAME
    inputs, problem = _edited(inputs, edits_file, config.settings.sheet.excerpt_words, strict=strict)
    sheet = sheet_of(inputs)
    results = write_files(sheet, style, config.folders, target)
    if not flat:
        write_rows(edits_file, sheet_of(replace(inputs, edits=Edits())), style, config.settings.sheet.excerpt_words)
    files = [*results.drafts(now), snapshot_file(inputs, now)]
    store.save_report(_row(inputs, sheet, as_json(sheet, style)), files)
    if problem:
        _log.warning("%s", problem)
    return replace(_result(target, results), edits=edits_file, problem=problem)


def _edited(inputs: SheetInputs, file: Path, words: int, *, strict: bool) -> tuple[SheetInputs, str | None]:
    known = without_told(inputs).issues
    if strict:
        return replace(inputs, edits=read_edits(file, issues=known, words=words)), None
    edits, problem = readable_edits(file, issues=known, words=words)
    return replace(inputs, edits=edits), problem


def _approved(store: Store, config: Config, inputs: SheetInputs, target: Target) -> SheetFiles:
    """An approved sheet elsewhere: the very bytes that were approved; formats that were not are made from the same."""
    if target.file("html").exists():
        return _left(target)
    approved = {
        file.name.rpartition(".")[2]: file.content
        for file in store.report_files(daily_id(inputs.day), "approved")
        if file.content is not None
    }
    results = write_files(sheet_of(inputs), load_style(config.folders), config.folders, target, ready=approved)
    return _result(target, results)


def _target(
    store: Store,
    config: Config,
    day: date,
    folder: Path,
    *,
    flat: bool,
    formats: Sequence[str] | None,
    lenient: bool = False,
    office: Office | None = None,
) -> Target:
    wanted = formats or [name for name in config.settings.sheet.formats if name in FORMATS]
    stem = stem_of(day, office.body_id if office else None)
    return Target(
        folder=(folder if flat else folder / day.isoformat()).absolute(),
        stem=stem,
        formats=tuple(wanted),
        ours=known_hashes(store, day, stem),
        lenient=lenient,
    )


def known_hashes(store: Store, day: date, stem: str) -> frozenset[str]:
    """The hashes of all files of that name that we have written for the morning `day`, whatever their format."""
    drafts = store.report_files(daily_id(day), "draft")
    return frozenset(file.sha256 for file in drafts if file.name.rpartition(".")[0] == stem)


def _left(target: Target) -> SheetFiles:
    return replace(_result(target, standing(target)), written=False)


def _result(target: Target, results: Written) -> SheetFiles:
    return SheetFiles(html=target.file("html"), json=target.file("json"), written=True, results=results)


def _row(base: SheetInputs, sheet: Sheet, data: bytes) -> Report:
    """The reports row: what the sheet says in numbers, and what the store said when it was made."""
    counts = sheet.counts
    carried = {article.article_id: article for article in sheet.articles}
    told = frozenset(base.told)
    return Report(
        report_id=daily_id(base.day),
        date=base.day,
        kind=KIND,
        run_id=base.run_id,
        window_start=base.window.start,
        window_end=base.window.end,
        generated_at=base.generated_at,
        sha256=sha256(data),
        path=f"{base.day.isoformat()}/{NAME_OF_DAY.format(day=base.day.isoformat())}.html",
        inputs={
            "counts": {"articles": counts.articles, "issues": counts.issues, "attention": counts.attention},
            "health": [outlet_data(outlet) for outlet in base.health],
            "edits": edits_data(base.edits),
            **to_keep(base),
        },
        articles=tuple(
            ReportArticle(
                article_id=article.article_id,
                issue_id=carried[article.article_id].issue_id if article.article_id in carried else None,
                late=article.late,
            )
            for article in base.articles
            if article.issue_id not in told
        ),
    )


def _state(row: dict[str, Any]) -> OutletState:
    times = {key: row[key] and datetime.fromisoformat(row[key]) for key in ("last_success_at", "last_new_at")}
    return OutletState(**{**row, **times})
