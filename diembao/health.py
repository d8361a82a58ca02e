"""`diembao health`: the state of every outlet after its last run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from diembao.shared import DONE, DONE_WITH_FAILURES, ConfigOption, DemoOption, clear_errors, configured
from vietnamese.clock import iso, system_clock, to_local

if TYPE_CHECKING:
    from night.health import OutletHealth

BAD = {"broken", "blocked", "forbidden", "silent"}


def health(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Tell which outlets are healthy, quiet, silent, broken, blocked or forbidden, and why.

    Ends with 3 when an outlet is in a bad state.
    """
    from contextlib import closing

    from night.judge import outlet_health
    from night.nightly import visited
    from storage.store import open_store

    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        with closing(open_store(where.database_url, system_clock, settings.settings)) as store:
            states: list[OutletHealth] = outlet_health(store, visited(settings, None), run_id=None, now=system_clock())
    if as_json:
        rows = [
            {
                "id": s.id,
                "name": s.name,
                "state": s.state,
                "reason": s.reason,
                "last_success_at": iso(s.last_success_at) if s.last_success_at else None,
                "last_new_at": iso(s.last_new_at) if s.last_new_at else None,
                "stored": s.stored,
                "failed": s.failed,
            }
            for s in states
        ]
        typer.echo(json.dumps({"schema": "diembao/health/1", "outlets": rows}, ensure_ascii=False))
    else:
        _table(states)
    raise typer.Exit(DONE_WITH_FAILURES if any(s.state in BAD for s in states) else DONE)


def _table(states: list[OutletHealth]) -> None:
    table = Table("outlet", "state", "reason", "last answer", "last new article")
    for s in states:
        table.add_row(
            s.name,
            s.state,
            s.reason,
            f"{to_local(s.last_success_at):%Y-%m-%d %H:%M}" if s.last_success_at else "-",
            f"{to_local(s.last_new_at):%Y-%m-%d %H:%M}" if s.last_new_at else "-",
        )
    Console().print(table)
