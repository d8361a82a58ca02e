"""What a topic shows while it runs: a live table on a terminal, a line an article where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from diembao.shared import screen
from vietnamese.clock import to_local

if TYPE_CHECKING:
    from config.loader import Config
    from storage.search import Hit
    from storage.topics import Topic

ROWS = 30
"""Of the newest finds on the screen; the brief has them all."""


class Screen:
    """Shows articles as they are found."""

    def __init__(self, config: Config, words: str, console: Console | None = None) -> None:
        self._config, self._words = config, words
        self._console = console or screen()
        self._hits: list[Hit] = []
        self._note = ""
        self._live = Live(console=self._console, auto_refresh=False) if self._console.is_terminal else None

    def __enter__(self) -> Self:
        """Begin to draw."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing; the last table stays."""
        if self._live is not None:
            self._live.stop()

    def found(self, hits: Sequence[Hit]) -> None:
        """Show what was found just now."""
        self._hits += hits
        if self._live is not None:
            self._live.update(self._table(), refresh=True)
            return
        for hit in hits:
            typer.echo(f"{_time(hit)}  {self._outlet(hit)}  {hit.title}  [{hit.why}]")

    def note(self, text: str) -> None:
        """Say what goes on."""
        self._note = text
        if self._live is not None:
            self._live.update(self._table(), refresh=True)
        else:
            typer.echo(f"{text} …", err=True)

    def _table(self) -> Table:
        table = Table(title=Text(self._words), caption=f"{len(self._hits)} articles; {self._note}")
        for name in ("time", "outlet", "title", "why"):
            table.add_column(name, overflow="fold", no_wrap=name == "time")
        for hit in self._hits[-ROWS:]:
            table.add_row(_time(hit), Text(self._outlet(hit)), Text(hit.title), Text(hit.why, style="dim"))
        return table

    def _outlet(self, hit: Hit) -> str:
        outlet = self._config.outlets.get(hit.outlet_id)
        return outlet.name if outlet else hit.outlet_id


def _time(hit: Hit) -> str:
    return f"{to_local(hit.published_at or hit.first_seen_at):%d/%m %H:%M}"


def print_topics(topics: Sequence[Topic]) -> None:
    """The saved topics as a table."""
    table = Table("name", "query", "outlets", "articles", "saved", "closed")
    for topic in topics:
        table.add_row(
            Text(topic.name),
            Text(topic.query),
            ", ".join(topic.outlets) or "all",
            str(topic.articles),
            f"{to_local(topic.saved_at):%Y-%m-%d %H:%M} {topic.saved_by}",
            f"{to_local(topic.closed_at):%Y-%m-%d %H:%M} {topic.closed_by}" if topic.closed_at else "-",
        )
    screen().print(table)
