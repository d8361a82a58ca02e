"""`diembao report`: render and check sheets."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diembao.shared import COULD_NOT_RUN, DONE_WITH_FAILURES, ConfigOption, DemoOption, clear_errors, configured, stop
from vietnamese.clock import fixed_clock, system_clock

if TYPE_CHECKING:
    from config.loader import Config
    from config.places import Places
    from report.write import SheetFiles

FORMATS = ("html", "json")

app = typer.Typer(
    invoke_without_command=True,
    help="Render the sheet of a morning again (`report --date D`), or check one (`report verify FILE.json`).",
)
DateOption = Annotated[str | None, typer.Option("--date", help="The morning of the sheet, YYYY-MM-DD.", metavar="D")]
FormatOption = Annotated[str, typer.Option("--format", help="Which files: html, json, or both.", metavar="LIST")]
FolderOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Folder for the files; default: reports/ of the store.", metavar="DIR"),
]


@app.callback()
def report(
    context: typer.Context,
    day: DateOption = None,
    formats: FormatOption = "html,json",
    output: FolderOption = None,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Render the sheet of a morning from the store and print the paths."""
    if context.invoked_subcommand is None:
        daily(day, formats, output, demo, config)


@app.command("daily")
def daily(
    day: DateOption = None,
    formats: FormatOption = "html,json",
    output: FolderOption = None,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Render the daily sheet of a morning: as it was made by its night, or fresh where no night made one."""
    wanted = [word.strip() for word in formats.split(",") if word.strip()]
    unknown = [word for word in wanted if word not in FORMATS]
    if unknown or not wanted:
        stop(f"--format {formats!r}: unknown {', '.join(unknown) or 'nothing'}; this version writes html and json")
    try:
        morning = date.fromisoformat(day) if day else None
    except ValueError:
        stop(f"{day!r} is not a day; write YYYY-MM-DD")
    if morning is None:
        stop("which morning? give --date YYYY-MM-DD")
    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        files = _sheet(where, settings, morning, output)
    for kind in wanted:
        typer.echo(str(getattr(files, kind)))


def _sheet(where: Places, config: Config, morning: date, output: Path | None) -> SheetFiles:
    from night.judge import outlet_health
    from night.nightly import visited
    from report.write import write_again, write_sheet
    from storage.activity import newest_run
    from storage.store import open_store

    with closing(open_store(where.database_url, system_clock, config.settings)) as store:
        folder = output or where.reports
        files = write_again(store, config, morning, folder=folder, flat=output is not None)
        if files is not None:
            return files
        now: datetime = fixed_clock(system_clock())()
        run_id = newest_run(store)
        if run_id is None:
            stop("the store is empty: no night has run yet; run `diembao nightly` first")
        health = outlet_health(store, visited(config, None), run_id=run_id, now=now)
        return write_sheet(
            store, config, morning, health=health, run_id=run_id, now=now, folder=folder, flat=output is not None
        )


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="A JSON sheet.", metavar="FILE.json")],
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Recompute every number of a sheet from the store; list what differs and end with 3 where something does."""
    from report.verify import verify as differences
    from storage.store import open_store

    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        try:
            sheet = json.loads(file.read_text(encoding="utf-8"))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            stop(f"{file} is no JSON: {error}", COULD_NOT_RUN)
        with closing(open_store(where.database_url, system_clock, settings.settings)) as store:
            try:
                found = differences(sheet, store, settings.settings)
            except ValueError as error:
                stop(f"{file}: {error}", COULD_NOT_RUN)
    for difference in found:
        typer.echo(str(difference))
    typer.echo(f"{file}: {len(found)} differences" if found else f"{file}: every number agrees with the store")
    if found:
        raise typer.Exit(DONE_WITH_FAILURES)
