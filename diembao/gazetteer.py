"""`diembao gazetteer`: look things up in the records of agencies and units."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from diembao.shared import clear_errors, configured, stop

app = typer.Typer(no_args_is_help=True, help="The records of agencies and units: look up a name, follow a unit's line.")


@app.command("lookup")
def lookup(
    name: Annotated[str, typer.Argument(help="A name, with or without its type word: 'phường Lê Chân'.")],
    on: Annotated[str | None, typer.Option("--on", help="As of this day, YYYY-MM-DD.", metavar="DATE")] = None,
) -> None:
    """Say which records bear a name, on a day if one is given."""
    import gazetteer as room

    with clear_errors():
        _, config = configured()
        records = room.load(config.folders).lookup(name, on=_day(on))
    if not records:
        stop(f"no record is called {name!r}" + (f" on {on}" if on else ""), code=3)
    for record in records:
        typer.echo(f"{record.id}\t{record.name}\t{record.valid_from or '…'} - {record.valid_to or '…'}")


@app.command("history")
def history(
    entity_id: Annotated[str, typer.Argument(help="Id of a unit, as `lookup` prints it.", metavar="ID")],
) -> None:
    """Print a unit's line: what it came from and what became of it."""
    import gazetteer as room

    with clear_errors():
        _, config = configured()
        book = room.load(config.folders)
    if book.get(entity_id) is None:
        stop(f"no record has the id {entity_id!r}; `diembao gazetteer lookup NAME` prints ids", code=3)
    for line in book.history(entity_id):
        typer.echo(str(line))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        stop(f"{text!r} is not a day; write YYYY-MM-DD")
