"""What every command needs: places, configuration, store, and errors turned into the fixed exit codes.

Exit codes: 0 done; 3 done, but an outlet, a stage or a check failed; 2 could not run. 1 is left to crashes.
"""

from __future__ import annotations

import errno
import getpass
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from config.loader import Config, ConfigError, load
from config.places import Places, places
from vietnamese.clock import LOCAL, Clock, system_clock

if TYPE_CHECKING:
    from storage.store import Store

DONE, COULD_NOT_RUN, DONE_WITH_FAILURES = 0, 2, 3

console = Console(stderr=True, markup=False, highlight=False)
"""Progress and messages go to standard error, so that output can be piped."""

DemoOption = Annotated[bool, typer.Option("--demo", help="Work on the demo's store instead of the live one.")]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Folder laid over outlets and settings.", metavar="DIR")
]
OutputOption = Annotated[Path, typer.Option("-o", "--output", help="Where the result is written.", metavar="OUT.jsonl")]


def screen(width: int | None = None) -> Console:
    """Standard output, for tables; `width` in columns. What files, pages and people wrote is never read as markup."""
    return Console(width=width, markup=False, highlight=False)


def stop(message: str, code: int = COULD_NOT_RUN) -> NoReturn:
    """Say what, where and what to do (never a password), and end with `code`."""
    from crawler.redact import hide_secrets

    message = hide_secrets(message)
    console.print(Text.assemble(("diembao:", "red"), f" {message}"), soft_wrap=True)
    raise typer.Exit(code)


_REMEDIES = {
    errno.ENOSPC: "make room on that disk, or name a folder on another one",
    errno.EDQUOT: "make room on that disk, or name a folder on another one",
    errno.EFBIG: "the system limits the size of files here; raise the limit (ulimit -f)",
    errno.EACCES: "take another folder, or ask for the right to use this one",
    errno.EPERM: "take another folder, or ask for the right to use this one",
    errno.EROFS: "it can only be read there; take another folder",
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "check the path: a part of it is a file",
    errno.EISDIR: "it is a folder; name a file",
}
"""What a person can do about an error of the system."""


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn the errors a person can mend into one line and exit code 2."""
    from night.lock import NightIsRunningError  # the rooms are imported when a command needs them: --help stays quick
    from storage.errors import StoreError

    try:
        with _told_to_end():
            yield
    except (ConfigError, StoreError, NightIsRunningError) as error:
        stop(str(error))
    except KeyboardInterrupt as signal_:
        by = f" ({signal_})" if str(signal_) else ""
        stop(f"interrupted{by}; what was stored stays, and the next start continues")
    except BrokenPipeError:
        raise  # `main` knows: whoever reads our output has enough
    except OSError as error:
        where = f"{error.strerror or error} ({error.filename})" if error.filename else str(error)
        remedy = _REMEDIES.get(error.errno or 0)
        stop(f"{where}; {remedy}" if remedy else where)


@contextmanager
def _told_to_end() -> Iterator[None]:
    """SIGTERM ends a command as Ctrl-C does, before and after a crawl too (`crawler.run` looks after the crawl)."""

    def end(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - the signature is signal's
        raise KeyboardInterrupt(signal.Signals(number).name)

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread: signals are somebody else's there
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def configured(*, demo: bool = False, overlay: Path | None = None) -> tuple[Places, Config]:
    """Places and configuration for a command; a mistake in a file ends the command with exit code 2."""
    where = places(demo=demo)
    extra: Sequence[Path] = (overlay,) if overlay else ()
    if demo and overlay is None:
        from demo.town import CONFIG

        extra = (CONFIG,)
    return where, load(where.overlays(*extra))


def store_of(where: Places, config: Config, clock: Clock = system_clock) -> closing[Store]:
    """The store of this place under the rules of the settings, for a `with` block, which closes it.

    Raises StoreError when it cannot be opened (`clear_errors` tells it).
    """
    from storage.store import open_store

    return closing(open_store(where.database_url, clock, config.settings))


def moment(text: str) -> datetime:
    """Read `2026-09-10`, `2026-09-10T05:30` or with an offset, on the clock of Hải Phòng when there is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        stop(f"{text!r} is not a time; write 2026-09-10 or 2026-09-10T05:30")
    return at if at.tzinfo else at.replace(tzinfo=LOCAL)


def day(text: str) -> date:
    """Read `2026-09-10`; anything else ends the command."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        stop(f"{text!r} is not a day; write YYYY-MM-DD")


def span(text: str) -> timedelta:
    """Read `30m`, `6h` or `3d`."""
    from storage.query import read_span

    try:
        return read_span(text)
    except ValueError as error:
        stop(str(error))


def user() -> str:
    """Who gives the command, for logs and decisions: the user of the operating system."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def progress_bar() -> Progress:
    """A bar with counts and remaining time; silent when standard error is not a terminal."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not sys.stderr.isatty(),
    )


@contextmanager
def file_progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for work on a file: yields the function to call with (done, all)."""
    with progress_bar() as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
