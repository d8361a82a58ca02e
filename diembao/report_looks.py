"""`diembao report verify | diff | preview | backtest`: what a person asks of a sheet."""

from __future__ import annotations

import json
import sys
import webbrowser
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diembao.report_acts import DayArgument, KindOption, OfficeOption, signable
from diembao.shared import (
    COULD_NOT_RUN,
    DONE_WITH_FAILURES,
    ConfigOption,
    DemoOption,
    clear_errors,
    configured,
    stop,
    store_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from config.places import Places
    from report.backtest import Placed
    from storage.store import Store

TOPS = (5, 10, 20)


def register(app: typer.Typer) -> None:
    """Add the commands to `diembao report`."""
    app.command("verify")(verify)
    app.command("diff")(diff)
    app.command("preview")(preview)
    app.command("backtest")(backtest)


def verify(
    file: Annotated[Path, typer.Argument(help="A JSON sheet: daily, weekly, monthly, city.", metavar="FILE.json")],
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Recompute every number of a sheet from the store; list what differs and end with 3 where something does."""
    from report.kinds import as_period, city_json
    from report.kinds.write_period import verify_period
    from report.verify import verify as of_a_day

    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        sheet = _read(file)
        of_schema = {as_period.SCHEMA: verify_period, city_json.SCHEMA: city_json.verify_city}
        differences = of_schema.get(str(sheet.get("schema")), of_a_day)
        with store_of(where, settings) as store:
            try:
                found = differences(sheet, store, settings.settings)
            except ValueError as error:
                stop(f"{file}: {error}", COULD_NOT_RUN)
    for difference in found:
        typer.echo(str(difference))
    typer.echo(f"{file}: {len(found)} differences" if found else f"{file}: every number agrees with the store")
    if found:
        raise typer.Exit(DONE_WITH_FAILURES)


def diff(
    before: Annotated[str, typer.Argument(help="A JSON sheet, or its morning.", metavar="A")],
    after: Annotated[str, typer.Argument(help="Another one.", metavar="B")],
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Tell what changed from one sheet to another: issues that are new, gone or moved, and numbers."""
    from report.compare import compare, lines

    with clear_errors():
        where, _ = configured(demo=demo, overlay=config)
        try:
            changes = compare(_read(_json_file(where, before)), _read(_json_file(where, after)))
        except ValueError as error:
            stop(f"{before}, {after}: {error}")
    if as_json:
        typer.echo(json.dumps(changes, ensure_ascii=False, indent=1))
        return
    told = list(lines(changes))
    for line in told or ["nothing differs"]:
        typer.echo(line)


def preview(
    day: DayArgument,
    kind: KindOption = "daily",
    office: OfficeOption = None,
    quiet: Annotated[bool, typer.Option("--print", help="Only print the path.")] = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Open the HTML sheet in the browser where there is a screen, and print its path."""
    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        sheet = signable(settings, day, kind, office)
        file = sheet.folder(where.reports) / f"{sheet.stem}.html"
    if not file.is_file():
        stop(f"there is no {sheet.words.removeprefix('the ')}; make it with `{sheet.maker}`")
    if not quiet and sys.stdout.isatty():
        webbrowser.open(file.as_uri())
    typer.echo(str(file))


def backtest(
    reference: Annotated[
        Path, typer.Option("--reference", help="TOML or CSV: the matters a human sheet named.", metavar="FILE")
    ],
    sheet: Annotated[str, typer.Option("--sheet", help="A JSON sheet, or its morning.", metavar="FILE|D")],
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Say which of the matters that a human sheet named stand among the first N of ours, and which were missed.

    Of a missed one it says whether the store has it in the hours of the sheet.
    """
    from report.backtest import backtest as place
    from report.backtest import read_reference, recall

    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        told = _read(_json_file(where, sheet))
        try:
            placed = place(told, read_reference(reference))
        except ValueError as error:
            stop(f"{sheet}: {error}")
        with store_of(where, settings) as store:
            stored = _stored(store, told, placed)
    tops = [top for top in TOPS if top < len(told["issues"])] + [len(told["issues"])]
    if as_json:
        rows = [
            {"title": each.matter.title, "rank": each.rank, "issue_id": each.issue_id, "stored": stored.get(at)}
            for at, each in enumerate(placed)
        ]
        share = {str(top): round(recall(placed, top), 4) for top in tops}
        typer.echo(json.dumps({"matters": rows, "recall": share}, ensure_ascii=False, indent=1))
        return
    for at, each in enumerate(placed):
        if each.rank:
            typer.echo(f"{each.rank}\t{each.matter.title}")
        else:
            kept = (
                f"có trong kho, dưới hạng {len(told['issues'])}: {stored[at]}" if at in stored else "không có trong kho"
            )
            typer.echo(f"missed\t{each.matter.title}\t{kept}")
    for top in tops:
        typer.echo(f"recall@{top}: {recall(placed, top):.2f}")


def _stored(store: Store, told: Mapping[str, Any], placed: Sequence[Placed]) -> dict[int, str]:
    """Of the matters that the sheet has not, those the store has in its window: place in the list -> an address."""
    from report.backtest import in_store

    start, end = (datetime.fromisoformat(told["window"][name]) for name in ("start", "end"))
    missed = {at: each.matter for at, each in enumerate(placed) if each.rank is None}
    found = {at: in_store(store, matter, start, end) for at, matter in missed.items()}
    return {at: url for at, url in found.items() if url is not None}


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        stop(f"there is no file {file}; give a JSON sheet, or its morning as YYYY-MM-DD")
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        stop(f"{file} is no JSON: {error}", COULD_NOT_RUN)
    if not isinstance(found, dict):
        stop(f"{file} is no sheet", COULD_NOT_RUN)
    return found


def _json_file(where: Places, named: str) -> Path:
    """A file as given, or the sheet of a morning."""
    try:
        day = date.fromisoformat(named).isoformat()
    except ValueError:
        return Path(named)
    file = where.reports / day / f"diem-bao-{day}.json"
    if not file.is_file():
        stop(f"there is no sheet of {day}; make it with `diembao report --date {day}`")
    return file
