"""`diembao search`: find stored articles by words, with or without diacritics, by outlet, body, level and days."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from diembao.shared import (
    ConfigOption,
    DemoOption,
    clear_errors,
    configured,
    console,
    moment,
    screen,
    stop,
    store_of,
    user,
)
from vietnamese.clock import iso, system_clock, to_local
from vietnamese.normal import unaccent

if TYPE_CHECKING:
    from config.loader import Config
    from storage.query import Names, Query
    from storage.search import Hit

COLUMNS = (
    "article_id", "title", "outlet", "published_at", "url", "excerpt", "why", "level", "issue_id", "first_seen_at"
)  # fmt: skip


def search(
    query: Annotated[
        str, typer.Argument(help="""Words, "a phrase", -not, names of bodies; without diacritics finds both.""")
    ],
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many.")] = 20,
    days: Annotated[int | None, typer.Option("--days", min=1, help="Only the last N days.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Published at or after (2026-09-10).", metavar="DATE")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Published before (2026-09-12).", metavar="DATE")] = None,
    outlet: Annotated[
        list[str] | None, typer.Option("--outlet", help="Only this outlet (repeatable).", metavar="ID")
    ] = None,
    body: Annotated[
        list[str] | None,
        typer.Option(
            "--body", help="Only what mentions this agency or unit, by id or name (repeatable).", metavar="ID"
        ),
    ] = None,
    rollup: Annotated[
        bool, typer.Option("--rollup/--no-rollup", help="With --body: its units, and who came before and after, too.")
    ] = True,
    level: Annotated[int | None, typer.Option("--level", min=0, max=3, help="At least this level.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV with a heading instead of a table.")] = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Search the store: best first. Names of agencies and units find old and new forms. Searches are logged."""
    from gazetteer.load import load
    from storage.query import Names, read_query
    from storage.search import Filters

    if as_json and as_csv:
        stop("--json and --csv: choose one")
    if days is not None and since is not None:
        stop("--days and --since: choose one")
    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        names = Names(load(settings.folders))
        asked_for = read_query(query, names)
        if not asked_for.wanted:
            stop('nothing to look for: give a word, "a phrase" or the name of a body; -word only leaves out')
        filters = Filters(
            since=system_clock() - timedelta(days=days) if days else moment(since) if since else None,
            until=moment(until) if until else None,
            outlets=_outlets(settings, outlet or ()),
            least_level=level,
            bodies=_bodies(names, body or (), rollup=rollup),
        )
        with store_of(where, settings) as store:
            hits = store.search(asked_for, limit, filters)
            asked = {"days": days, "since": since, "until": until, "outlet": outlet, "body": body, "level": level}
            told = {key: value for key, value in asked.items() if value}
            store.log_query("search", query, filters=told, found=len(hits), who=user())
    _print(hits, as_json=as_json, as_csv=as_csv)
    if not hits:
        more = "fewer words, other filters, or `diembao topic` to ask the outlets"
        console.print(f"nothing found for {query!r}; {_advice(asked_for)}{more}", soft_wrap=True)


def _advice(query: Query) -> str:
    """What one who typed diacritics on some words only has to know."""
    words = [word for part in query.wanted for word in part]
    if not query.accented or all(word != unaccent(word) for word in words):
        return ""
    return f"with one diacritic all of them count, without any ({' '.join(map(unaccent, words))}) none; "


def _outlets(config: Config, wanted: Sequence[str]) -> tuple[str, ...]:
    """Ids of outlets given by id or domain; one that is not configured any more may still be in the store."""
    found = []
    for each in wanted:
        outlet = config.outlets.get(each) or config.outlet_of_host(each)
        if outlet is None:
            console.print(f"no outlet {each!r} is configured; searching for that id all the same")
        found.append(outlet.id if outlet else each)
    return tuple(found)


def _bodies(names: Names, wanted: Sequence[str], *, rollup: bool) -> tuple[str, ...]:
    """Ids of agencies and units given by id or name; with `rollup` those below them and their line, too."""
    found: dict[str, None] = {}
    for each in wanted:
        ids = names.exact_ids(each)
        if not ids:
            stop(f"--body {each!r}: no agency or unit is called so; `diembao gazetteer lookup` finds names")
        found |= dict.fromkeys(names.spread(ids) if rollup else ids)
    return tuple(found)


def _print(hits: Sequence[Hit], *, as_json: bool, as_csv: bool) -> None:
    if as_json:
        for hit in hits:
            typer.echo(json.dumps(_row(hit), ensure_ascii=False))
        return
    if as_csv:
        writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _plain(value) for key, value in _row(hit).items()} for hit in hits)
        return
    if not hits:
        return
    table = Table("time", "outlet", "title", "why")
    for hit in hits:
        at = to_local(hit.published_at or hit.first_seen_at)
        table.add_row(f"{at:%Y-%m-%d %H:%M}", hit.outlet_id, Text(hit.title), Text(hit.why))
    screen().print(table)


def _row(hit: Hit) -> dict[str, Any]:
    return {
        "article_id": hit.article_id,
        "title": hit.title,
        "outlet": hit.outlet_id,
        "published_at": iso(hit.published_at) if hit.published_at else None,
        "url": hit.url,
        "excerpt": hit.excerpt,
        "why": hit.why,
        "level": hit.level,
        "issue_id": hit.issue_id,
        "first_seen_at": iso(hit.first_seen_at),
    }


def _plain(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
