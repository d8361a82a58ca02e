"""`diembao tag`: who is meant, in rows of a file; with `--explain`, why each name was taken or refused."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diembao.shared import DONE_WITH_FAILURES, ConfigOption, clear_errors, configured, file_progress, stop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.loader import Config
    from gazetteer.records import Gazetteer
    from gazetteer.tag import Considered


def tag(
    source: Annotated[
        Path,
        typer.Argument(
            help="JSON lines (.jsonl or .jsonl.xz): id, title, sapo, text, published_at, outlet, url. With --explain "
            "also `-`: plain text from standard input, its first line the title.",
            metavar="IN.jsonl",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where the result is written.", metavar="OUT.jsonl")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print why each name was taken or refused, and who lost.")
    ] = False,
    only: Annotated[
        str | None, typer.Option("--id", help="With --explain: only the row of this id.", metavar="ID")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="With --explain -: the day of the text.", metavar="DATE")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Tag articles from a file: mentions with spans and rules, about_city, level with reasons, field."""
    from issues.files import tag_file

    with clear_errors():
        _, settings = configured(overlay=config)
        try:
            if explain:
                _explain(_rows(source, only, on), settings)
            elif output is None:
                stop("say where the result goes: -o OUT.jsonl")
            else:
                with file_progress("tag") as shown:
                    tag_file(source, output, config=settings, on_progress=shown)
        except ValueError as error:
            stop(str(error))


def _rows(source: Path, only: str | None, on: str | None) -> Iterator[dict[str, Any]]:
    from issues.files import read_rows

    if str(source) == "-":
        title, _, text = sys.stdin.read().partition("\n")
        yield {"id": "-", "title": title, "text": text.strip("\n"), "published_at": on}
        return
    found = [row for row in read_rows(source) if only is None or str(row["id"]) == only]
    if not found:
        stop(f"{source} has no row {only!r}" if only else f"{source} has no row", code=DONE_WITH_FAILURES)
    yield from found


def _explain(rows: Iterator[dict[str, Any]], settings: Config) -> None:
    from gazetteer.files import read_row
    from gazetteer.load import load
    from gazetteer.tag import explain
    from gazetteer.tag import tag as tag_text
    from issues.files import outlet_hints

    book, hints = load(settings.folders), outlet_hints(settings)
    for row in rows:
        seen = read_row(row, hints)
        given: dict[str, Any] = {name: getattr(seen, name) for name in _INPUTS}
        tagging = tag_text(book, **given)
        weights = {(mention.field, mention.start): mention.salience for mention in tagging.mentions}
        typer.echo(f"{seen.id}\t{seen.title}")
        typer.echo(f"about the city: {'yes' if tagging.about_city else 'no'} ({'; '.join(tagging.about_reasons)})")
        for item in explain(book, **given):
            typer.echo(_line(book, item, weights.get((item.field, item.start))))


_INPUTS = ("title", "sapo", "text", "published_at", "outlet", "url")


def _line(book: Gazetteer, item: Considered, weight: str | None) -> str:
    """One name: where, what was made of it, the rule with its reason, and who lost."""
    from gazetteer.reasons import reason

    verdict = item.verdict
    who = f"{book.name(verdict.id)} ({verdict.id}) {verdict.confidence:g}" if verdict.id else "nobody"
    lost = ", ".join(f"{book.name(rival)} ({rival})" for rival in verdict.rivals[:_RIVALS] if rival)
    told = f"  {item.field} {item.start}-{item.end} «{item.surface}»: {who}; {verdict.rule}: {reason(verdict.rule)}"
    told += f"; {weight}" if weight else ""
    return f"{told}; not {lost}" if lost else told


_RIVALS = 6
"""So many who lost are told."""
