"""`diembao outlets`: which outlets are read."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from config.model import Outlet
from diembao.outlets_add import add
from diembao.outlets_check import check
from diembao.outlets_doctor import doctor, save_page
from diembao.shared import ConfigOption, DemoOption, clear_errors, configured, screen, stop

app = typer.Typer(no_args_is_help=True, help="The outlets that are read: list, show, add, check and mend them.")

app.command("add")(add)
app.command("check")(check)
app.command("doctor")(doctor)
app.command("save-page")(save_page)


@app.command("list")
def list_outlets(demo: DemoOption = False, config: ConfigOption = None) -> None:
    """List every outlet with its tier, feeds and whether its block was checked against a real page."""
    with clear_errors():
        _, settings = configured(demo=demo, overlay=config)
    table = Table("id", "name", "tier", "feeds", "sitemaps", "rules", "verified", "active")
    for outlet in settings.outlets.values():
        table.add_row(
            outlet.id,
            outlet.name,
            outlet.tier,
            str(len(outlet.feeds)),
            str(len(outlet.sitemaps)),
            ", ".join(rule.name for rule in outlet.rules) or "-",
            "yes" if outlet.verified else "no",
            "yes" if outlet.active else "no",
        )
    screen().print(table)


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="Id or domain of the outlet.")],
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Show everything configured for one outlet."""
    with clear_errors():
        _, settings = configured(demo=demo, overlay=config)
    outlet = settings.outlets.get(name) or settings.outlet_of_host(name)
    if outlet is None:
        stop(f"no outlet {name!r}; `diembao outlets list` names them all")
    for line in _lines(outlet):
        typer.echo(line)


def _lines(outlet: Outlet) -> list[str]:
    lines = [f"{key:15} {_shown(getattr(outlet, key))}" for key in outlet.__struct_fields__ if key != "rules"]
    for rule in outlet.rules:
        lines.append(f"rule {rule.name}")
        lines += [f"  {key:13} {_shown(getattr(rule, key))}" for key in rule.__struct_fields__ if getattr(rule, key)]
    return lines


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None else str(value)
