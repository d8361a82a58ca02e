"""`diembao import`: feed items from a file, as if their feeds were asked now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diembao.shared import (
    DONE_WITH_FAILURES,
    ConfigOption,
    DemoOption,
    clear_errors,
    configured,
    console,
    progress_bar,
    stop,
    store_of,
)

if TYPE_CHECKING:
    from config.loader import Config
    from config.places import Places
    from night.import_file import Fault, ItemFile
    from night.importing import ImportResult


def import_(
    source: Annotated[
        Path,
        typer.Argument(
            help="JSON lines (.jsonl or .jsonl.xz) with title, link, summary, source, published, fetched.",
            metavar="ITEMS.jsonl",
        ),
    ],
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Import feed items through frontier, store, tagging and grouping, in order of `fetched`.

    No page is fetched: every article is a teaser, first seen when its item was fetched. What is known already is left
    alone, so a second import of a file stores nothing; an import that was killed is continued by the next start.

    Ends with 0; with 3 when rows of the file could not be used (they are named); with 2 when the file or the store
    could not be read.
    """
    from night.import_file import ItemFileError, read_items

    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        try:
            file = read_items(source)
        except ItemFileError as error:
            stop(str(error))
        result = _imported(file, where, settings)
    _print(file, result)
    if file.faults:
        _name(file.faults)
        raise typer.Exit(DONE_WITH_FAILURES)


def _imported(file: ItemFile, where: Places, config: Config) -> ImportResult | None:
    """Import under the lock of the night, with a bar for the items and one for their issues."""
    from night.importing import ItemClock, import_items
    from night.lock import night_lock

    if not file.items:
        return None
    clock = ItemClock(file.items[0].fetched)
    with (
        night_lock(where.home, what=f"import of {file.name}"),
        store_of(where, config, clock) as store,
        progress_bar() as bar,
    ):
        items, issues = bar.add_task("items", total=len(file.items)), bar.add_task("issues", total=None)
        return import_items(
            file,
            store=store,
            clock=clock,
            config=config,
            on_items=lambda done, total: bar.update(items, completed=done, total=total),
            on_issues=lambda done, total: bar.update(issues, completed=done, total=total),
        )


def _print(file: ItemFile, result: ImportResult | None) -> None:
    if result is None:
        typer.echo(f"{file.name}: no items; nothing was written")
        return
    known = result.items - result.new
    typer.echo(f"{result.run_id}: {result.items} items, {result.new} stored, {known} known already")
    typer.echo(f"fates: {_told(result.fates)}")
    typer.echo(f"issues: {_told(result.issues)}")
    if file.repeated:
        typer.echo(f"{file.repeated} rows repeat the link of an earlier one and were left out")
    if result.unconfigured:
        typer.echo(f"hosts of no configured outlet: {', '.join(result.unconfigured)}")


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items()) or "none"


def _name(faults: Sequence[Fault]) -> None:
    """Name the rows that could not be used, the first of many."""
    from night.import_file import MOST_FAULTS_NAMED

    console.print(f"{len(faults)} rows could not be used:", style="red")
    for fault in faults[:MOST_FAULTS_NAMED]:
        console.print(f"  line {fault.line}: {fault.problem}")
    if len(faults) > MOST_FAULTS_NAMED:
        console.print(f"  and {len(faults) - MOST_FAULTS_NAMED} more")
