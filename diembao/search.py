"""`diembao search`: find stored articles by words, with or without diacritics."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from diembao.shared import DemoOption, clear_errors, configured
from vietnamese.clock import iso, system_clock, to_local


def search(
    query: Annotated[str, typer.Argument(help="""Words, "a phrase", -not; without diacritics finds both.""")],
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many.")] = 20,
    days: Annotated[int | None, typer.Option("--days", min=1, help="Only the last N days.")] = None,
    outlet: Annotated[list[str] | None, typer.Option("--outlet", help="Only this outlet (repeatable).")] = None,
    level: Annotated[int | None, typer.Option("--level", min=0, max=3, help="At least this level.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")] = False,
    demo: DemoOption = False,
) -> None:
    """Search the store: best first."""
    from storage.search import Filters, Hit
    from storage.store import open_store

    with clear_errors():
        where, config = configured(demo=demo)
        since = system_clock() - timedelta(days=days) if days else None
        filters = Filters(since=since, outlets=tuple(outlet or ()), least_level=level)
        with closing(open_store(where.database_url, system_clock, config.settings)) as store:
            hits: list[Hit] = store.search(query, limit, filters)
    if as_json:
        for hit in hits:
            row = {
                "article_id": hit.article_id,
                "title": hit.title,
                "outlet": hit.outlet_id,
                "published_at": iso(hit.published_at) if hit.published_at else None,
                "url": hit.url,
                "excerpt": hit.excerpt,
                "why": hit.why,
            }
            typer.echo(json.dumps(row, ensure_ascii=False))
        return
    table = Table("time", "outlet", "title", "why")
    for hit in hits:
        at = to_local(hit.published_at or hit.first_seen_at)
        table.add_row(f"{at:%Y-%m-%d %H:%M}", hit.outlet_id, hit.title, hit.why)
    Console().print(table)
