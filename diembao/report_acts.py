"""`diembao report approve | correction`: what a person does with a sheet; `send` is in `report_send`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diembao.shared import ConfigOption, DemoOption, clear_errors, configured, console, stop, store_of, user
from diembao.shared import day as read_day
from vietnamese.clock import system_clock

if TYPE_CHECKING:
    from config.loader import Config
    from config.places import Places
    from report.files import Written
    from report.inputs import Office
    from report.kinds.period import Kind
    from report.signable import Signable
    from storage.store import Store

_PERIODS: Mapping[str, Kind] = {"weekly": "weekly", "monthly": "monthly"}
KindOption = Annotated[str, typer.Option("--kind", help="daily, weekly or monthly.", metavar="KIND")]
OfficeOption = Annotated[
    str | None, typer.Option("--for", help="The sheet of this agency or unit (id or name).", metavar="ID")
]
DayArgument = Annotated[
    str,
    typer.Argument(
        help="The morning of the sheet, YYYY-MM-DD; of a week its last day, of a month any of its days.", metavar="D"
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands to `diembao report`."""
    app.command("approve")(approve)
    app.command("correction")(correction)


def approve(
    day: DayArgument,
    kind: KindOption = "daily",
    office: OfficeOption = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", help="The sheet as it was edited and signed.", metavar="EDITED.docx", exists=True, dir_okay=False
        ),
    ] = None,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Keep the sheet as it lies there (or the edited file) as the approved version; nothing overwrites it any more."""
    from report.signing.approve import approve as keep
    from report.signing.approve import doubt_of

    with opened(demo=demo, config=config) as (where, settings, store):
        if file is not None and (doubt := doubt_of(file)):
            console.print(f"{file} {doubt}; it is kept as it is", highlight=False, soft_wrap=True, markup=False)
        sheet = signable(settings, day, kind, office)
        signed = keep(store, where.reports, sheet, who=user(), now=system_clock(), edited=file)
    typer.echo(f"{signed.report_id}: approved, {signed.main.name} sha256 {signed.main.sha256}")


def correction(
    day: Annotated[str, typer.Argument(help="The morning of the sheet, YYYY-MM-DD.", metavar="D")],
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Write what is known now and was not when the sheet was sent into a note beside it; the sheet stays as it is."""
    from report.signing.correction import write_note

    with opened(demo=demo, config=config) as (where, settings, store):
        note = write_note(store, settings, where.reports, day_of(day), who=user(), now=system_clock())
    typer.echo(str(note) if note else "nothing has changed since the sheet was made")


@contextmanager
def opened(*, demo: bool, config: Path | None) -> Iterator[tuple[Places, Config, Store]]:
    """Places, configuration and store for an act; what a person can mend ends with 2."""
    from report.signing.approve import ApprovalError

    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        with store_of(where, settings) as store:
            try:
                yield where, settings, store
            except ApprovalError as error:
                stop(str(error))


def signable(settings: Config, day: str, kind: str, office: str | None) -> Signable:
    """The sheet that `D`, `--kind` and `--for` name."""
    from report.kinds.period import day_of as last_day
    from report.signable import daily, of_office, of_period

    morning = day_of(day)
    if office is not None and kind != "daily":
        stop("--for goes with the daily sheet only")
    if office is not None:
        return of_office(morning, office_named(settings, office))
    if kind == "daily":
        return daily(morning)
    period = _PERIODS.get(kind)
    if period is None:
        stop(f"--kind {kind!r}: there are daily, weekly, monthly")
    try:
        return of_period(period, last_day(period, morning, settings.settings))
    except ValueError as error:
        stop(str(error))


def office_named(settings: Config, wanted: str) -> Office:
    """The agency or unit that `--for` names."""
    from gazetteer.load import load
    from report.kinds.office import office_of

    try:
        return office_of(load(settings.folders), wanted, settings.settings.sheet.city)
    except LookupError as error:
        stop(f"--for {error.args[0]}")


def day_of(day: str | None) -> date:
    """The morning given on the command line; without one the command ends."""
    return read_day(day) if day else stop("which morning? give --date YYYY-MM-DD")


def tell(results: Written) -> None:
    """Print what was written; a format that cannot be made ends with 2 when the others are there."""
    if results.stands:
        console.print("the sheet is approved or sent: its files are left as they are", highlight=False)
    for file in results.files.values():
        typer.echo(str(file))
    for file in results.kept:
        console.print(f"left alone, a person has edited it: {file}", soft_wrap=True)
    refuse(results.unavailable)


def refuse(unavailable: Mapping[str, str]) -> None:
    """End with 2 where a format could not be made."""
    if unavailable:
        stop("; ".join(f"{name}: {why}" for name, why in unavailable.items()))
