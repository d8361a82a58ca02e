"""`diembao db`: look after the store."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diembao.shared import DONE_WITH_FAILURES, ConfigOption, DemoOption, clear_errors, configured, console, store_of
from vietnamese.clock import system_clock, to_local

if TYPE_CHECKING:
    from config.loader import Config
    from config.places import Places

app = typer.Typer(no_args_is_help=True, help="Look after the store: check, upgrade, backup, restore, purge.")


@app.command("check")
def check(demo: DemoOption = False, config: ConfigOption = None) -> None:
    """Check the store: damage, references, migration, views. Changes nothing.

    Ends with 0; with 3 when something is wrong (it is named); with 2 when there is no store or it cannot be opened.
    """
    from storage.upkeep import problems_of

    with clear_errors():
        where, _ = configured(demo=demo, overlay=config)
        problems = problems_of(where.database_url)
    for problem in problems:
        console.print(problem)
    if problems:
        raise typer.Exit(DONE_WITH_FAILURES)
    typer.echo("sound")


@app.command("upgrade")
def upgrade(
    backup: Annotated[bool, typer.Option(help="Copy an older store to backup/ first.")] = True,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Make an empty store, or bring an older one to this program's migration. A newer one is refused.

    Every command that opens the store does this by itself; here it can be done, and seen, before a night. An older
    store is copied to backup/ first, as `from-<migration>-…`. Ends with 0, or with 2 when it cannot be done.
    """
    from night.lock import night_lock
    from storage.database import file_of
    from storage.store import open_store
    from storage.upkeep import revision_of

    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        file = file_of(where.database_url)
        before = revision_of(where.database_url) if file is None or file.is_file() else None
        with night_lock(where.home, what="upgrade of the store"):
            open_store(where.database_url, system_clock, settings.settings, backup=backup).close()
        after = revision_of(where.database_url)
    typer.echo(f"migration {after}" if before == after else f"migration {before or 'none'} -> {after}")


@app.command("backup")
def backup(demo: DemoOption = False, config: ConfigOption = None) -> None:
    """Copy the store to backup/ under DIEMBAO_HOME, also while a night is running; prints the path of the copy.

    A copy holds full text: it expires with it (see purge). `db restore` goes back to it. Ends with 0, or with 2 when it
    failed.
    """
    from night.upkeep import backup_file
    from storage.backup import back_up

    with clear_errors():
        where, _ = configured(demo=demo, overlay=config)
        copy = back_up(where.database_url, backup_file(where, system_clock()))
    typer.echo(str(copy.resolve()))


@app.command("restore")
def restore(
    copy: Annotated[Path, typer.Argument(help="A file that `db backup` made.", metavar="FILE")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; change nothing.")] = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Put a backup in the place of the store. The store that was there is kept in backup/ as `replaced-…`.

    Refused while a night is running, and when the file is no sound store. Ends with 0, or with 2 when it was refused.
    """
    from night.lock import night_lock
    from night.upkeep import backup_file
    from storage.upkeep import put_back

    with clear_errors():
        where, _ = configured(demo=demo, overlay=config)
        made = backup_file(where, system_clock())
        aside = made.with_name(f"replaced-{made.name}")
        place = where.database_url.rpartition("@")[2]
        if dry_run:
            typer.echo(f"{copy} would take the place of {place}; what is there would go to {aside}")
            return
        with night_lock(where.home, what="restore of the store"):
            kept = put_back(copy, where.database_url, aside)
    typer.echo(f"{copy} took the place of {place}; what was there: {kept or 'nothing'}")


@app.command("purge")
def purge(
    days: Annotated[
        int | None, typer.Option("--days", min=1, help="Keep this many days instead of retention.text_days.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; remove nothing.")] = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Remove full text that is older than the retention allows: articles, revisions, index, archive, backups, spool.

    Fates, polls and addresses that nobody announces any more go, too, when they are older than theirs allows. Title,
    link, excerpt, hash, mentions and placement stay. Ends with 0, or with 2 when it could not be done.
    """
    from night.upkeep import expired_files, remove
    from storage.upkeep import expiring, prunable

    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        before = system_clock() - timedelta(days=days or settings.settings.retention.text_days)
        texts, files = expiring(where.database_url, before), expired_files(where, before)
        old = prunable(where.database_url, system_clock(), settings.settings.retention)
        if dry_run:
            for file in files:
                typer.echo(str(file))
        else:
            _purge(where, settings, before)
            remove(files, where.archive)
    verb = "would be removed" if dry_run else "removed"
    if old:
        typer.echo(f"{old.fates} fates, {old.polls} polls and {old.addresses} addresses {verb}")
    typer.echo(f"before {to_local(before):%Y-%m-%d %H:%M}: text of {texts} articles and {len(files)} files {verb}")


def _purge(where: Places, settings: Config, before: datetime) -> None:
    """Take the text out of the store, under the lock of the night."""
    from night.lock import night_lock

    with (
        night_lock(where.home, what="purge"),
        store_of(where, settings) as store,
    ):
        store.purge(before)
        store.prune()
