"""`diembao alerts`: tell the office's own people what cannot wait, each matter once."""

from __future__ import annotations

from typing import Annotated

import typer

from diembao.shared import DONE_WITH_FAILURES, ConfigOption, DemoOption, clear_errors, configured, stop, store_of
from vietnamese.clock import system_clock


def alerts(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be told; send and note nothing.")] = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Send the digest of issues at level 3, spikes and silent outlets that its channels have not had.

    A night and each look of `watch` do so by themselves. Ends with 3 where a channel failed.
    """
    from night.alerts import send_alerts
    from night.judge import outlet_health
    from night.visited import visited
    from storage.activity import newest_run

    with clear_errors():
        where, found = configured(demo=demo, overlay=config)
        if not found.settings.alerts.channels:
            stop("no channel is named: alerts.channels of the settings is empty, see docs/configuration.md")
        with store_of(where, found) as store:
            now, run_id = system_clock(), newest_run(store)
            calendar = found.settings.calendar
            outlets = visited(found, None)
            health = outlet_health(store, outlets, run_id=run_id, now=now, calendar=calendar) if run_id else ()
            results = send_alerts(store, found.settings, health, now=now, dry_run=dry_run)
    for told in results:
        detail = f" ({told.detail})" if told.detail else ""
        typer.echo(f"{told.channel}: {told.state}, {len(told.matters)} matters{detail}")
        if dry_run:
            for matter in told.matters:
                typer.echo(f"- {matter.text}")
    if any(told.state in {"failed", "unclear", "unknown"} for told in results):
        raise typer.Exit(DONE_WITH_FAILURES)
