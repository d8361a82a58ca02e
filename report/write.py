"""Write the sheet of a morning: files that appear whole, and the reports row that remembers what they were made of."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from config.loader import Config
from report.as_html import as_html
from report.as_json import as_json, outlet_data
from report.gather import Making, gather, printed_queries
from report.inputs import OutletState
from report.sheet import Sheet, build_sheet
from report.style import Style, load_style
from report.then import Kept, from_kept, to_keep
from storage.report_records import Report, ReportArticle
from storage.store import Store

KIND = "daily"
_KEPT_STATES = frozenset({"approved", "sent"})
"""A sheet that a person has answered for is never overwritten."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetFiles:
    """Where a sheet lies."""

    html: Path
    json: Path
    written: bool
    """False: the morning's report is approved or sent, and its files were left as they are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptState:
    """The health of an outlet as a reports row keeps it: the shape of `report.inputs.OutletState`."""

    id: str
    name: str
    state: str
    reason: str
    reason_vi: str
    last_success_at: datetime | None
    last_new_at: datetime | None
    stored: int
    failed: int


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
) -> SheetFiles:
    """Make the sheet of the morning `day` and write it to `folder`/D/diem-bao-D.html and .json.

    `folder` is `reports/` under DIEMBAO_HOME; with `flat` the files lie in `folder` itself. `now` (aware) is the clock
    of the run and becomes `generated_at`. `name_of` is `Gazetteer.name` where a gazetteer is at hand; without it the
    configured one is loaded. The reports row keeps the articles, placements, totals and health the sheet was made of.
    Files appear whole or not at all, the row comes last. Raises StoreError, ConfigError, jinja2.TemplateError or
    OSError; earlier files are then as they were.
    """
    files = _files(folder, day, flat=flat)
    kept = store.load_report(report_id(day))
    if kept is not None and kept.state in _KEPT_STATES:
        return SheetFiles(html=files.html, json=files.json, written=False)
    making = Making(run_id=run_id, generated_at=now.replace(microsecond=0), health=tuple(health))
    sheet, style = _made(store, config, day, making, name_of=name_of)
    data = _write(sheet, style, config, files)
    store.save_report(_row(sheet, data))
    return files


def write_again(store: Store, config: Config, day: date, *, folder: Path, flat: bool = False) -> SheetFiles | None:
    """Write the kept sheet of `day` again, as of the moment it was made; None when there is none.

    To `folder`/D/, or with `flat` to `folder` itself. Changes nothing in the store; the same store gives the same
    bytes.
    An approved or sent sheet of `reports/` is not overwritten either, only written elsewhere.
    """
    kept = store.load_report(report_id(day))
    if kept is None:
        return None
    files = _files(folder, day, flat=flat)
    if kept.state in _KEPT_STATES and files.html.exists():
        return SheetFiles(html=files.html, json=files.json, written=False)
    making = Making(
        run_id=kept.run_id or "",
        generated_at=kept.generated_at,
        health=tuple(_state(row) for row in kept.inputs.get("health", [])),
    )
    sheet, style = _made(store, config, day, making, kept=from_kept(kept.inputs))
    _write(sheet, style, config, files)
    return files


def report_id(day: date) -> str:
    """The id of a morning's daily report: `daily-2026-09-10`."""
    return f"{KIND}-{day.isoformat()}"


def _made(
    store: Store,
    config: Config,
    day: date,
    making: Making,
    *,
    name_of: Callable[[str], str] | None = None,
    kept: Kept | None = None,
) -> tuple[Sheet, Style]:
    if name_of is None:
        from gazetteer.load import load

        name_of = load(config.folders).name
    inputs = gather(store, config.settings, day, making, name_of=name_of, kept=kept)
    queries = printed_queries(store, config.settings, day, making)
    return build_sheet(replace(inputs, queries=queries)), load_style(config.folders)


def _files(folder: Path, day: date, *, flat: bool) -> SheetFiles:
    stem = (folder if flat else folder / day.isoformat()).absolute() / _name(day)
    return SheetFiles(html=stem.with_suffix(".html"), json=stem.with_suffix(".json"), written=True)


def _name(day: date) -> str:
    return f"diem-bao-{day.isoformat()}"


def _write(sheet: Sheet, style: Style, config: Config, files: SheetFiles) -> bytes:
    page, data = as_html(sheet, style, config.folders), as_json(sheet, style)
    files.html.parent.mkdir(parents=True, exist_ok=True)
    _replace(files.json, data)
    _replace(files.html, page)
    return data


def _replace(file: Path, content: bytes) -> None:
    """Put `content` in place of `file` in one step, so that a killed run leaves the old sheet or the new one."""
    half = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with half.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(file)
    finally:
        half.unlink(missing_ok=True)


def _row(sheet: Sheet, data: bytes) -> Report:
    inputs = sheet.inputs
    counts = sheet.counts
    return Report(
        report_id=report_id(inputs.day),
        date=inputs.day,
        kind=KIND,
        run_id=inputs.run_id,
        window_start=inputs.window.start,
        window_end=inputs.window.end,
        generated_at=inputs.generated_at,
        sha256=hashlib.sha256(data).hexdigest(),
        path=f"{inputs.day.isoformat()}/{_name(inputs.day)}.html",
        inputs={
            "counts": {"articles": counts.articles, "issues": counts.issues, "attention": counts.attention},
            "health": [outlet_data(outlet) for outlet in inputs.health],
            **to_keep(inputs),
        },
        articles=tuple(
            ReportArticle(article_id=article.article_id, issue_id=article.issue_id, late=article.late)
            for article in sheet.articles
        ),
    )


def _state(row: Mapping[str, Any]) -> KeptState:
    times = {key: row[key] and datetime.fromisoformat(row[key]) for key in ("last_success_at", "last_new_at")}
    return KeptState(**{**row, **times})
