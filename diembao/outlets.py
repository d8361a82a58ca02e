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
    """List every outlet with its tier, what it is asked for and whether its block was checked against a real page."""
    with clear_errors():
        _, settings = configured(demo=demo, overlay=config)
    table = Table(box=None, pad_edge=False)
    for title in ("id", "name", "tier", "asked", "rules", "state"):
        table.add_column(title, no_wrap=title not in {"name", "asked"}, overflow="fold")
    for outlet in settings.outlets.values():
        state = "verified" if outlet.verified else "not verified"
        table.add_row(
            outlet.id,
            outlet.name,
            outlet.tier,
            asked(outlet),
            str(len(outlet.rules) or "-"),
            state if outlet.active else "inactive",
        )
    screen().print(table)


def asked(outlet: Outlet) -> str:
    """`6 feeds, 1 section`: what a night asks an outlet for; `nothing` where it has nowhere to ask."""
    counts = {"feed": len(outlet.feeds), "sitemap": len(outlet.sitemaps), "section": len(outlet.sections)}
    return ", ".join(f"{n} {name}{'s' * (n > 1)}" for name, n in counts.items() if n) or "nothing"


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
