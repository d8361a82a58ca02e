"""`diembao gazetteer`: look things up in the records of agencies and units, check and export them."""

from __future__ import annotations

import csv
import json
import lzma
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from diembao.shared import DONE_WITH_FAILURES, ConfigOption, clear_errors, configured, day, stop

if TYPE_CHECKING:
    from gazetteer.records import Gazetteer

app = typer.Typer(no_args_is_help=True, help="The records of agencies and units: look up, follow, check, export.")


@app.command("lookup")
def lookup(
    name: Annotated[str, typer.Argument(help="A name, with or without its type word: 'phường Lê Chân'.")],
    on: Annotated[str | None, typer.Option("--on", help="As of this day, YYYY-MM-DD.", metavar="DATE")] = None,
    config: ConfigOption = None,
) -> None:
    """Say which records bear a name, on a day if one is given; else who is meant by it: «UBND TP», «so y te»."""
    from storage.query import Names

    as_of = day(on) if on else None
    book = _book(config)
    ids = [record.id for record in book.lookup(name, on=as_of)]
    if not ids and as_of is None:
        ids = [*Names(book).exact_ids(name)]
    if not ids:
        stop(f"no record is called {name!r}" + (f" on {on}" if on else ""), code=DONE_WITH_FAILURES)
    for each in ids:
        typer.echo(_line(book, each))


@app.command("history")
def history(
    entity_id: Annotated[str, typer.Argument(help="Id of a unit, as `lookup` prints it.", metavar="ID")],
    config: ConfigOption = None,
) -> None:
    """Print a unit's line, oldest first: what it came from, and what was split, merged or renamed."""
    from gazetteer.lineage import became

    book = _book(config)
    own = book.get(entity_id)
    if own is None:
        stop(f"no record has the id {entity_id!r}; `diembao gazetteer lookup NAME` prints ids", code=DONE_WITH_FAILURES)
    for record in book.history(entity_id):
        mark = "*" if record.id == own.id else " "
        typer.echo(f"{mark} {_line(book, record.id)}\t{became(book, record)}")


@app.command("lint")
def lint(
    seen_in: Annotated[
        Path | None,
        typer.Option(
            "--seen-in", help="JSON lines with title and text: also list aliases that stand in none.", metavar="FILE"
        ),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Check the records: overlaps, successors that lead nowhere, names several bear, aliases nobody writes.

    Ends with 3 where something is an error; warnings alone end with 0.
    """
    from gazetteer.lint import lint as check

    book = _book(config)
    with clear_errors():
        findings = check(book, seen=_texts(seen_in) if seen_in else None)
    for finding in findings:
        typer.echo(f"{finding.severity}\t{finding.check}\t{finding.id}\t{finding.problem}")
    errors = sum(finding.severity == "error" for finding in findings)
    counted = f"{errors} errors, {len(findings) - errors} warnings"
    typer.echo(f"{len(book.units)} units, {len(book.agencies)} agencies: {counted}")
    if errors:
        raise typer.Exit(DONE_WITH_FAILURES)


@app.command("export")
def export(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to write; default: standard output.", metavar="FILE")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="json or csv.", metavar="NAME")] = "json",
    config: ConfigOption = None,
) -> None:
    """Write every unit and agency: days, successors, who holds it today, aliases, sources."""
    if form not in {"json", "csv"}:
        stop(f"{form!r} is no format; use json or csv")
    book = _book(config)
    with clear_errors():
        if output is None:
            _export(book, form, sys.stdout)
        else:
            with output.open("w", encoding="utf-8", newline="") as file:
                _export(book, form, file)


def _export(book: Gazetteer, form: str, file: TextIO) -> None:
    from gazetteer.lineage import COLUMNS, export_rows

    rows = export_rows(book)
    if form == "json":
        json.dump({"version": book.version, "records": rows}, file, ensure_ascii=False, indent=1)
        file.write("\n")
        return
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    for row in rows:
        writer.writerow({key: " | ".join(v) if isinstance(v, list) else v for key, v in row.items()})


def _book(config: Path | None) -> Gazetteer:
    from gazetteer.load import load

    with clear_errors():
        _, settings = configured(overlay=config)
        return load(settings.folders)


def _texts(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                yield "\n".join(str(row.get(key) or "") for key in ("title", "sapo", "summary", "text"))
            except (json.JSONDecodeError, AttributeError):
                stop(f"{path}, line {number}: not a JSON object")


def _line(book: Gazetteer, record_id: str) -> str:
    record = book.get(record_id)
    days = f"{record.valid_from or '…'} - {record.valid_until or '…'}" if record else ""
    return f"{record_id}\t{book.name(record_id)}\t{days}"
