"""`diembao health`: the state of every outlet after its last run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from diembao.shared import (
    DONE,
    DONE_WITH_FAILURES,
    ConfigOption,
    DemoOption,
    clear_errors,
    configured,
    screen,
    span,
    stop,
    store_of,
)
from vietnamese.clock import iso, system_clock, to_local

if TYPE_CHECKING:
    from night.health import OutletHealth


def health(
    outlet: Annotated[
        str | None, typer.Option("--outlet", help="Only this outlet, with its evidence.", metavar="ID")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    prometheus: Annotated[bool, typer.Option("--prometheus", help="Print Prometheus text.")] = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Tell which outlets are healthy, quiet, silent, broken, blocked or forbidden, and why.

    Ends with 3 when an outlet is in a bad state. Whether the night ran at all is `healthcheck`'s question.
    """
    from night.health import TROUBLED
    from night.judge import outlet_health
    from night.metrics import last_night, last_run, prometheus_text
    from night.visited import visited

    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        outlets = visited(settings, None)
        if outlet is not None and outlet not in settings.outlets:
            stop(f"no outlet {outlet!r}; `diembao outlets list` names them all")
        chosen = [settings.outlets[outlet]] if outlet is not None else outlets
        with store_of(where, settings) as store:
            run, night = last_run(store), last_night(store)
            # As it was when we last asked: that nobody has asked since is told apart.
            judged_at = run.seen_at if run else system_clock()
            states = outlet_health(store, chosen, run_id=None, now=judged_at, calendar=settings.settings.calendar)
    if prometheus:
        typer.echo(prometheus_text(states, run), nl=False)
    elif as_json:
        rows = [as_row(state) for state in states]
        told = {"schema": "diembao/health/1", "last_night_at": iso(night) if night else None, "outlets": rows}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _table(states, evidence=outlet is not None)
        typer.echo(f"last night finished: {to_local(night):%Y-%m-%d %H:%M}" if night else "no night has finished yet")
    raise typer.Exit(DONE_WITH_FAILURES if any(s.state in TROUBLED for s in states) else DONE)


def healthcheck(
    within: Annotated[
        str, typer.Option("--within", help="A night must have finished within this long (26h, 2d).", metavar="TIME")
    ] = "26h",
    free: Annotated[
        float, typer.Option("--free", help="Gigabytes that must be free where the state lies.", metavar="GB")
    ] = 1.0,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Check the machine's side: the store opens, a night finished in time, there is room on the disk.

    Made for cron and containers: prints one line for each fault and ends with 3; prints `ok` and ends with 0 when there
    is none; 2 when the store cannot be opened. What the outlets do is `health`'s question.
    """
    import shutil

    from night.metrics import last_night

    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        longest = span(within)
        where.home.mkdir(parents=True, exist_ok=True)
        with store_of(where, settings) as store:
            night = last_night(store)
        left = shutil.disk_usage(where.home).free / 1e9
    faults = []
    if night is None:
        faults.append("no night has finished yet")
    elif system_clock() - night > longest:
        faults.append(f"the last night finished {to_local(night):%Y-%m-%d %H:%M}, more than {within} ago")
    if left < free:
        faults.append(f"{left:.1f} GB free at {where.home}, {free:g} wanted")
    for line in faults or ["ok"]:
        typer.echo(line)
    raise typer.Exit(DONE_WITH_FAILURES if faults else DONE)


def as_row(state: OutletHealth) -> dict[str, object]:
    """One outlet as `health --json` prints it."""
    return {
        "id": state.id,
        "name": state.name,
        "state": state.state,
        "reason": state.reason,
        "last_success_at": iso(state.last_success_at) if state.last_success_at else None,
        "last_new_at": iso(state.last_new_at) if state.last_new_at else None,
        "stored": state.stored,
        "failed": state.failed,
        "evidence": dict(state.evidence),
    }


def _table(states: list[OutletHealth], *, evidence: bool) -> None:
    table = Table("outlet", "state", "reason", "last answer", "last new article")
    for s in states:
        table.add_row(
            s.name,
            s.state,
            s.reason,
            f"{to_local(s.last_success_at):%Y-%m-%d %H:%M}" if s.last_success_at else "-",
            f"{to_local(s.last_new_at):%Y-%m-%d %H:%M}" if s.last_new_at else "-",
        )
    screen().print(table)
    if evidence:
        for s in states:
            for name, value in s.evidence.items():
                typer.echo(f"  {name}: {value}")
