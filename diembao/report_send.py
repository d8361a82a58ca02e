"""`diembao report send`: hand the approved sheet over, once."""

from __future__ import annotations

from typing import Annotated

import typer

from diembao.report_acts import DayArgument, KindOption, OfficeOption, opened, signable
from diembao.shared import DONE_WITH_FAILURES, ConfigOption, DemoOption, console, stop, user
from vietnamese.clock import system_clock


def register(app: typer.Typer) -> None:
    """Add the command to `diembao report`."""
    app.command("send")(send)


def send(
    day: DayArgument,
    kind: KindOption = "daily",
    office: OfficeOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go where; send and note nothing.")] = False,
    again: Annotated[
        list[str] | None,
        typer.Option("--again", help="Deliver to this channel once more, although it went there.", metavar="CHANNEL"),
    ] = None,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Put the approved files into reports/D/da-gui, mark the sheet as sent, and deliver it to the configured channels.

    From then on it never changes. A second time only delivers what has not arrived. Ends with 3 if a channel failed.
    """
    from report.signing.approve import send as hand_over
    from report.signing.approve import sent_files
    from report.signing.deliver import deliver, unknown_channels

    with opened(demo=demo, config=config) as (where, settings, store):
        wrong = unknown_channels(again or (), settings.settings)
        if wrong:
            stop(f"--again {wrong[0]}: no such channel among delivery.channels of the settings")
        sheet, now = signable(settings, day, kind, office), system_clock()
        if dry_run:
            lines = [file.name for file in sent_files(store, sheet)]
        else:
            lines = [str(file) for file in hand_over(store, where.reports, sheet, who=user(), now=now)]
        for line in lines:
            typer.echo(line)
        results = deliver(store, settings.settings, sheet, now=now, dry_run=dry_run, again=again or ())
    if settings.settings.delivery.channels and not results:
        console.print("no channel of the settings takes this sheet: its files lie in da-gui")
    for result in results:
        typer.echo(f"{result.channel}: {result.state}{f' ({result.detail})' if result.detail else ''}")
    if any(result.failed for result in results):
        raise typer.Exit(DONE_WITH_FAILURES)
