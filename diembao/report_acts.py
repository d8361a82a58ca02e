"""`diembao report approve | correction`: what a person does with a sheet; `send` is in `report_send`."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diembao.shared import ConfigOption, DemoOption, clear_errors, configured, stop
from vietnamese.clock import system_clock

if TYPE_CHECKING:
    from config.loader import Config
    from config.places import Places
    from storage.store import Store

DayArgument = Annotated[str, typer.Argument(help="The morning of the sheet, YYYY-MM-DD.", metavar="D")]


def register(app: typer.Typer) -> None:
    """Add the commands to `diembao report`."""
    app.command("approve")(approve)
    app.command("correction")(correction)


def approve(
    day: DayArgument,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="The sheet as it was edited and signed.", metavar="EDITED.docx", exists=True),
    ] = None,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Keep the sheet as it lies there (or the edited file) as the approved version; nothing overwrites it any more."""
    from report.approve import approve as keep

    with opened(demo=demo, config=config) as (where, _, store):
        signed = keep(store, where.reports, day_of(day), who=who(), now=system_clock(), edited=file)
    typer.echo(f"{signed.report_id}: approved, {signed.main.name} sha256 {signed.main.sha256}")


def correction(day: DayArgument, demo: DemoOption = False, config: ConfigOption = None) -> None:
    """Write what is known now and was not when the sheet was sent into a note beside it; the sheet stays as it is."""
    from report.correction import write_note

    with opened(demo=demo, config=config) as (where, settings, store):
        note = write_note(store, settings, where.reports, day_of(day), who=who(), now=system_clock())
    typer.echo(str(note) if note else "nothing has changed since the sheet was made")


@contextmanager
def opened(*, demo: bool, config: Path | None) -> Iterator[tuple[Places, Config, Store]]:
    """Places, configuration and store for an act; what a person can mend ends with 2."""
    from report.approve import ApprovalError
    from storage.store import open_store

    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        with closing(open_store(where.database_url, system_clock, settings.settings)) as store:
            try:
                yield where, settings, store
            except ApprovalError as error:
                stop(str(error))


def day_of(day: str | None) -> date:
    """A day given on the command line."""
    if not day:
        stop("which morning? give --date YYYY-MM-DD")
    try:
        return date.fromisoformat(day)
    except ValueError:
        stop(f"{day!r} is not a day; write YYYY-MM-DD")


def who() -> str:
    """The user of the operating system, for the log of a report."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
