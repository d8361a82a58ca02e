"""`diembao report`: render sheets; the acts upon them are in `report_acts`, the looks at them in `report_looks`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diembao import report_acts, report_looks, report_period, report_send
from diembao.report_acts import day_of, office_named, refuse, tell
from diembao.shared import ConfigOption, DemoOption, clear_errors, configured, console, moment, stop, store_of
from vietnamese.clock import fixed_clock, system_clock, to_local

if TYPE_CHECKING:
    from config.loader import Config
    from config.places import Places
    from report.files import Written
    from report.write import SheetFiles
    from storage.store import Store

app = typer.Typer(
    invoke_without_command=True,
    help="Render the sheet of a morning (`report --date D`), check, approve and send it.",
    epilog="Example: bin/diembao report --date 2026-09-10 --format docx,pdf; then report approve 2026-09-10, "
    "report send 2026-09-10.",
)
DateOption = Annotated[
    str | None, typer.Option("--date", help="The morning of the sheet, YYYY-MM-DD; needed.", metavar="D")
]
FormatOption = Annotated[
    str, typer.Option("--format", help="Which files: html, json, docx, xlsx, pdf, eml, with commas.", metavar="LIST")
]
FolderOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Folder for the files; default: reports/ of the store.", metavar="DIR"),
]
ForOption = Annotated[
    str | None,
    typer.Option(
        "--for", help="Only what concerns this agency or unit (id or name), its children and what it was.", metavar="ID"
    ),
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="The sheet as it was known then (2026-09-10T07:00).", metavar="T")
]
DEFAULT_FORMATS = "html,json"


@dataclass(frozen=True, kw_only=True)
class _Job:
    """What was asked for."""

    store: Store
    where: Places
    config: Config
    day: date
    formats: tuple[str, ...]
    output: Path | None

    @property
    def folder(self) -> Path:
        """Where the files go."""
        return self.output or self.where.reports

    @property
    def flat(self) -> bool:
        """Whether they lie in the folder itself."""
        return self.output is not None


@app.callback()
def report(
    context: typer.Context,
    day: DateOption = None,
    formats: FormatOption = DEFAULT_FORMATS,
    output: FolderOption = None,
    office: ForOption = None,
    as_of: AsOfOption = None,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Render the sheet of a morning from the store and print the paths."""
    if context.invoked_subcommand is None:
        daily(day, formats, output, office, as_of, demo, config)


@app.command("daily")
def daily(
    day: DateOption = None,
    formats: FormatOption = DEFAULT_FORMATS,
    output: FolderOption = None,
    office: ForOption = None,
    as_of: AsOfOption = None,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Render the daily sheet of a morning: as it was made by its night, or fresh where no night made one.

    What edits.toml beside the draft says is laid over every format. A file that a person has edited is left alone.
    """
    with _job(day or (as_of and as_of[:10]), formats, output, demo=demo, config=config) as job:
        if as_of:
            tell(_as_of(job, as_of, office).results)
        elif office:
            tell(_for(job, office))
        else:
            files = _sheet(job)
            if not files.written:
                console.print("the sheet is approved or sent: its files are left as they are")
                for name in job.formats:
                    typer.echo(str(files.html.with_suffix(f".{name}")))
            tell(files.results)


@app.command("for-all")
def for_all(
    day: DateOption = None,
    formats: FormatOption = DEFAULT_FORMATS,
    output: FolderOption = None,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Render one sheet for every agency and unit that has at least one matter in the sheet of that morning."""
    from gazetteer.load import load
    from report.kinds.office import offices_in, write_for
    from report.signable import daily_id
    from report.write import kept_inputs

    with _job(day, formats, output, demo=demo, config=config) as job:
        _sheet(job, quiet=True)
        kept = job.store.load_report(daily_id(job.day))
        if kept is None:
            stop(f"there is no sheet of {job.day}; run `diembao report --date {job.day}` first")
        inputs = kept_inputs(job.store, job.config, kept)
        unavailable: dict[str, str] = {}
        found = offices_in(inputs, load(job.config.folders))
        if not found:
            console.print(f"no agency and no unit has a matter in the sheet of {job.day}: nothing to write")
        for office in found:
            made = write_for(
                job.store, job.config, inputs, office, folder=job.folder, flat=job.flat, formats=job.formats
            )  # fmt: skip
            unavailable |= made.unavailable
            tell(replace(made, unavailable={}))
        refuse(unavailable)


@contextmanager
def _job(day: str | None, formats: str, output: Path | None, *, demo: bool, config: Path | None) -> Iterator[_Job]:
    wanted = _formats(formats)
    morning = day_of(day)
    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        with store_of(where, settings) as store:
            yield _Job(store=store, where=where, config=settings, day=morning, formats=wanted, output=output)


def _formats(formats: str) -> tuple[str, ...]:
    from report.forms.formats import FORMATS

    wanted = [word.strip() for word in formats.split(",") if word.strip()]
    unknown = [word for word in wanted if word not in FORMATS]
    if unknown or not wanted:
        stop(f"--format {formats!r}: unknown {', '.join(unknown) or 'nothing'}; there are {', '.join(sorted(FORMATS))}")
    return tuple(wanted)


def _sheet(job: _Job, *, quiet: bool = False) -> SheetFiles:
    from night.judge import outlet_health
    from night.visited import visited
    from report.signable import daily_id
    from report.write import write_again, write_sheet
    from storage.activity import newest_run

    now = fixed_clock(system_clock())()
    if job.store.load_report(daily_id(job.day)) is not None:
        folder, flat = (job.where.reports, False) if quiet else (job.folder, job.flat)
        files = write_again(
            job.store, job.config, job.day, folder=folder, flat=flat, formats=job.formats,
            desk=job.where.reports, now=now, strict=True,
        )  # fmt: skip
        if files is not None:
            return files
    run_id = newest_run(job.store)
    if run_id is None:
        stop("the store is empty: no night has run yet; run `diembao nightly` first")
    health = outlet_health(
        job.store, visited(job.config, None), run_id=run_id, now=now, calendar=job.config.settings.calendar
    )
    return write_sheet(
        job.store, job.config, job.day, health=health, run_id=run_id, now=now, folder=job.folder, flat=job.flat,
        formats=job.formats, desk=job.where.reports, strict=True,
    )  # fmt: skip


def _as_of(job: _Job, as_of: str, office: str | None) -> SheetFiles:
    from report.signable import daily_id
    from report.write import write_as_of

    then = moment(as_of)
    files = write_as_of(
        job.store, job.config, job.day, then, folder=job.folder, flat=job.flat, formats=job.formats,
        office=office_named(job.config, office) if office else None,
    )  # fmt: skip
    if files is None:
        kept = job.store.report_files(daily_id(job.day), "snapshot")
        first = f"the first snapshot is of {to_local(kept[0].made_at):%Y-%m-%dT%H:%M}" if kept else "none is kept"
        stop(f"no sheet of {job.day} was known at {then:%Y-%m-%dT%H:%M}: {first} (they expire with the full text)")
    return files


def _for(job: _Job, wanted: str) -> Written:
    from report.kinds.office import write_office

    office = office_named(job.config, wanted)
    _sheet(job, quiet=True)
    made = write_office(
        job.store, job.config, job.day, office, folder=job.folder, flat=job.flat, formats=job.formats
    )  # fmt: skip
    if made is None:
        stop(f"there is no sheet of {job.day}; run `diembao report --date {job.day}` first")
    return made


report_acts.register(app)
report_send.register(app)
report_period.register(app)
report_looks.register(app)
