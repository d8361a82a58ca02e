"""`diembao archive`: the stored pages: what is there, is it whole, what would be read out of it today."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from diembao.shared import (
    DONE_WITH_FAILURES,
    ConfigOption,
    DemoOption,
    clear_errors,
    configured,
    console,
    moment,
    progress_bar,
    stop,
    store_of,
)
from vietnamese.clock import system_clock, to_local

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from config.loader import Config
    from config.places import Places
    from pipelines.replay import Replayed
    from storage.store import Store

PATIENCE = 10
"""Times the wall time a page gets in a night: nobody waits, and a busy machine must not make an article a problem."""

app = typer.Typer(no_args_is_help=True, help="Look after the stored pages (WARC): list, verify, replay.")

DayOption = Annotated[
    str | None, typer.Option("--day", help="Only this day (2026-09-10) instead of all.", metavar="DATE")
]


@app.command("list")
def list_(day: DayOption = None, demo: DemoOption = False, config: ConfigOption = None) -> None:
    """List the archive's days: files, pages, bytes. Reads the indexes only."""
    from pipelines.archive import INDEX_SUFFIX, parsed_row, warc_of

    with clear_errors():
        where, _ = configured(demo=demo, overlay=config)
        days: dict[str, Counter[str]] = {}
        for index in sorted((where.archive / (_folder(day) or "")).rglob(f"*{INDEX_SUFFIX}")):
            warc = warc_of(index)
            name = index.parent.relative_to(where.archive).as_posix().replace("/", "-")
            pages = sum(parsed_row(line) is not None for line in index.read_bytes().splitlines())
            size = warc.stat().st_size if warc.is_file() else 0
            days.setdefault(name, Counter()).update({"files": 1, "pages": pages, "bytes": size})
    for name, count in days.items():
        typer.echo(f"{name}\t{count['files']} files\t{count['pages']} pages\t{count['bytes']:,} bytes")
    if not days:
        typer.echo("no stored pages")


def _folder(day: str | None) -> str | None:
    return None if day is None else to_local(moment(day)).strftime("%Y/%m/%d")


@app.command("verify")
def verify(
    mend: Annotated[bool, typer.Option("--mend", help="Mend what a killed night left torn; nobody may write.")] = False,
    day: DayOption = None,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Check that every row of every index leads to its page, with its digest. Changes nothing without --mend.

    A line per damage. Mended can be what a kill leaves: a torn end, a torn row, a page that its index does not know.
    Pages that their outlets removed are no damage. Ends with 0; with 3 when something is wrong and was not mended.
    """
    from pipelines.archive_check import check_archive
    from pipelines.archive_check import mend as mend_file

    with clear_errors():
        where, _ = configured(demo=demo, overlay=config)
        total, left = Counter[str](), 0
        with _alone(where, needed=mend):
            for checked in check_archive(where.archive, _folder(day)):
                mended = {id(each) for each in (mend_file(checked) if mend else ())}
                total.update({"files": 1, "pages": checked.pages, "removed": checked.removed, "mended": len(mended)})
                for each in checked.damage:
                    said = "mended: " if id(each) in mended else "can be mended: " if each.mendable else ""
                    left += id(each) not in mended
                    place = each.file.relative_to(where.archive).as_posix()
                    console.print(f"{place}: {said}{each.what}", soft_wrap=True)
    typer.echo(
        f"{total['files']} files, {total['pages']} pages in place, {total['removed']} records of removed pages, "
        f"{total['mended']} mended, {left} wrong"
    )
    if left:
        raise typer.Exit(DONE_WITH_FAILURES)


def _alone(where: Places, *, needed: bool) -> AbstractContextManager[None]:
    """The night's lock while files or rows are changed."""
    from night.lock import night_lock

    return night_lock(where.home, what="work on the archive") if needed else nullcontext()


@app.command("replay")
def replay(
    since: Annotated[str, typer.Option("--since", help="Articles first seen since then (2026-09-10).", metavar="DATE")],
    outlet: Annotated[str | None, typer.Option("--outlet", help="Only this outlet.", metavar="ID")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would change.")] = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Read stored pages again with today's rules and reader, without network; print what changes, then write it.

    A changed title or body leaves a revision; corrections of analysts stay. Ends with 0; with 3 when the page of an
    article is not in the archive, or is read as no article any more (it stays as it is).
    """
    start = moment(since)
    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        if outlet is not None and outlet not in settings.outlets:
            stop(f"no outlet {outlet!r}; `diembao outlets list` names them all")
        with (
            _alone(where, needed=not dry_run),
            store_of(where, settings) as store,
        ):
            counts = _replayed(store, where, settings, start, outlet, write=not dry_run)
    done = "would change (nothing written)" if dry_run else "changed"
    typer.echo(f"{counts['read']} stored pages read: {counts['changed']} articles {done}, {counts['problem']} problems")
    if counts["problem"]:
        raise typer.Exit(DONE_WITH_FAILURES)


def _replayed(
    store: Store, where: Places, settings: Config, since: datetime, outlet: str | None, *, write: bool
) -> Counter[str]:
    """Read, tell, and write under a run of its own."""
    from night.entities import sync_entities
    from pipelines import replay as again
    from pipelines.pool import AnalysisPool
    from storage.drift import drifted

    rows = again.wanted(store, since, outlet)
    counts = Counter[str]()
    distrusted = frozenset(drifted(store, settings.outlets.values(), now=system_clock()))
    run_id = None
    if write and rows:
        sync_entities(store, settings.folders)
        run_id = store.begin_own_run("replay", to_local(system_clock()).date()).run_id
    analysis = settings.settings.analysis
    pool = AnalysisPool(settings.folders[1:], workers=analysis.workers, page_seconds=PATIENCE * analysis.page_seconds)
    with pool, progress_bar() as bar:
        task = bar.add_task("replay", total=len(rows))
        found = again.replay(rows, again.StoredPages(where.archive), pool, distrusted=distrusted)
        for batch in _batches(found, again.BATCH):
            for each in batch:
                _tell(each, counts)
            if run_id is not None:
                again.write(store, run_id, batch)
            bar.update(task, advance=len(batch))
    if run_id is not None:
        store.finish_run(run_id, "done")
    return counts


def _batches(found: Iterator[Replayed], size: int) -> Iterator[list[Replayed]]:
    while batch := list(islice(found, size)):
        yield batch


def _tell(each: Replayed, counts: Counter[str]) -> None:
    counts["read"] += each.outcome is not None
    counts["problem"] += each.problem is not None
    counts["changed"] += bool(each.changes)
    if each.problem or each.changes:
        typer.echo(f"{each.article_id}\t{each.url}")
    if each.problem:
        typer.echo(f"  {each.problem}")
    for name, (before, now) in each.changes.items():
        typer.echo(f"  {name}: {before} -> {now}")
