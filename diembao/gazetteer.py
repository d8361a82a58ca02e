"""`diembao gazetteer`: look things up in the records of agencies and units."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from diembao.shared import clear_errors, configured, stop
from gazetteer.records import Record, Unit

app = typer.Typer(no_args_is_help=True, help="The records of agencies and units: look up a name, follow a unit's line.")


@app.command("lookup")
def lookup(
    name: Annotated[str, typer.Argument(help="A name, with or without its type word: 'phường Lê Chân'.")],
    on: Annotated[str | None, typer.Option("--on", help="As of this day, YYYY-MM-DD.", metavar="DATE")] = None,
) -> None:
    """Say which records bear a name, on a day if one is given."""
    from gazetteer.load import load

    day = _day(on)
    with clear_errors():
        _, config = configured()
        records = load(config.folders).lookup(name, on=day)
    if not records:
        stop(f"no record is called {name!r}" + (f" on {on}" if on else ""), code=3)
    for record in records:
        typer.echo(f"{_line(record)}")


@app.command("history")
def history(
    entity_id: Annotated[str, typer.Argument(help="Id of a unit, as `lookup` prints it.", metavar="ID")],
) -> None:
    """Print a unit's line: what it came from and what became of it."""
    from gazetteer.load import load

    with clear_errors():
        _, config = configured()
        book = load(config.folders)
    if book.get(entity_id) is None:
        stop(f"no record has the id {entity_id!r}; `diembao gazetteer lookup NAME` prints ids", code=3)
    for line in book.history(entity_id):
        typer.echo(_line(line))


def _line(record: Record) -> str:
    name = record.full_name if isinstance(record, Unit) else record.name
    return f"{record.id}\t{name}\t{record.valid_from or '…'} - {record.valid_until or '…'}"


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        stop(f"{text!r} is not a day; write YYYY-MM-DD")
