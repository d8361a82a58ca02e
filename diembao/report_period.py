"""`diembao report weekly | monthly | city`: a week or a month with charts, and a morning as running text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diembao.report_acts import day_of, opened, tell
from diembao.shared import ConfigOption, DemoOption, moment, stop
from vietnamese.clock import system_clock

if TYPE_CHECKING:
    from report.kinds.period import Kind

DEFAULT_FORMATS = "html,docx,json"
FormatOption = Annotated[
    str, typer.Option("--format", help="Which files: html, pdf, docx, json, with commas.", metavar="LIST")
]
FolderOption = Annotated[
    Path | None, typer.Option("-o", "--output", help="Folder for the files; default: reports/D.", metavar="DIR")
]
FreshOption = Annotated[
    bool, typer.Option("--fresh", help="Count anew, although one was made after the end of the period.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to `diembao report`."""
    app.command("weekly")(weekly)
    app.command("monthly")(monthly)
    app.command("city")(city)


def weekly(
    day: Annotated[
        str | None, typer.Option("--date", help="The day the week ends, YYYY-MM-DD; needed.", metavar="D")
    ] = None,
    formats: FormatOption = DEFAULT_FORMATS,
    output: FolderOption = None,
    fresh: FreshOption = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Render the sheet of the seven days that end on D and print the paths."""
    _write("weekly", day, formats, output, fresh=fresh, demo=demo, config=config)


def monthly(
    day: Annotated[
        str | None, typer.Option("--date", help="Any day of the month, YYYY-MM-DD; needed.", metavar="D")
    ] = None,
    formats: FormatOption = DEFAULT_FORMATS,
    output: FolderOption = None,
    fresh: FreshOption = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Render the sheet of the month that D lies in and print the paths."""
    _write("monthly", day, formats, output, fresh=fresh, demo=demo, config=config)


def city(
    day: Annotated[
        str | None, typer.Option("--date", help="The morning of the sheet, YYYY-MM-DD; needed.", metavar="D")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Only from then on (2026-09-09T11:30).", metavar="T")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Only until then.", metavar="T")] = None,
    formats: Annotated[
        str, typer.Option("--format", help="Which files: html, docx, txt, json, with commas.", metavar="LIST")
    ] = "html,docx,txt,json",
    output: FolderOption = None,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Render the kept sheet of a morning as running text by field, in the form of city portals, and print the paths."""
    from report.kinds.write_city import FORMATS, write_city

    wanted, asked = _known(formats, FORMATS), day_of(day)
    since, until = start and moment(start), end and moment(end)
    with opened(demo=demo, config=config) as (where, settings, store):
        folder = output or where.reports / asked.isoformat()
        try:
            made = write_city(
                store, settings, asked, folder=folder, formats=wanted, start=since or None, end=until or None
            )  # fmt: skip
        except ValueError as error:
            stop(str(error))
    if made is None:
        stop(f"there is no sheet of {asked}; make it with `diembao report --date {asked}`")
    for file in made.values():
        typer.echo(str(file))


def _known(formats: str, there: Sequence[str]) -> list[str]:
    wanted = [word.strip() for word in formats.split(",") if word.strip()]
    unknown = [word for word in wanted if word not in there]
    if unknown or not wanted:
        stop(f"--format {formats!r}: unknown {', '.join(unknown) or 'nothing'}; there are {', '.join(there)}")
    return wanted


def _write(
    kind: Kind, day: str | None, formats: str, output: Path | None, *, fresh: bool, demo: bool, config: Path | None
) -> None:
    from report.kinds.write_period import FORMATS, write_period

    wanted = _known(formats, FORMATS)
    asked = day_of(day)
    with opened(demo=demo, config=config) as (where, settings, store):
        try:
            made = write_period(
                store, settings, kind, asked, now=system_clock(), folder=output or where.reports,
                flat=output is not None, formats=wanted, fresh=fresh,
            )  # fmt: skip
        except ValueError as error:
            stop(str(error))
    tell(made)
