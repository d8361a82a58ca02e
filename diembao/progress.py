"""The progress of a night, drawn on a terminal; a line now and then where there is none."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

if TYPE_CHECKING:
    from crawler.tally import Progress

SECONDS_BETWEEN_LINES = 30.0


class NightProgress:
    """Shows the tally of a crawl: pages done of those known, feeds, remaining time."""

    def __init__(self, console: Console, title: str) -> None:
        self._console, self._title = console, title
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task(title, total=None)
        self._last_line = time.monotonic()

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing."""
        self._bar.stop()

    def show(self, seen: Progress) -> None:
        """Draw the crawl's counts: steps are feeds asked and pages settled."""
        self._bar.update(self._task, completed=seen.done, total=seen.total or None)
        now = time.monotonic()
        if not self._console.is_terminal and now - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = now
            self._console.print(
                f"{self._title}: {seen.done} of {seen.total} feeds and pages, {seen.left_seconds:.0f} s left",
                highlight=False,
            )
