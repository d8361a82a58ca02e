"""`diembao outlets doctor` and `save-page`: a new rule from stored pages, and pages to test it with."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import msgspec
import typer
from rich.table import Table

from config.model import Outlet, OutletRule
from config.places import Places
from diembao.outlets_check import HostsOption, Surroundings, surroundings
from diembao.shared import (
    DONE_WITH_FAILURES,
    ConfigOption,
    DemoOption,
    clear_errors,
    configured,
    screen,
    stop,
    store_of,
)

if TYPE_CHECKING:
    from pipelines.propose import Compared
    from pipelines.read import Reading
    from storage.records import Page
    from storage.store import Store

LEAST_PAGES = 3


def doctor(
    name: Annotated[str, typer.Argument(help="Id or domain of the outlet.")],
    pages: Annotated[int, typer.Option("--pages", help="How many stored pages to look at, newest first.")] = 12,
    accept: Annotated[bool, typer.Option("--accept", help="Write the proposed rule into the overlay.")] = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Propose a new rule for an outlet from its stored pages; show old and new side by side; change nothing unasked."""
    from pipelines.propose import compared, propose_rule

    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        outlet = settings.outlets.get(name) or settings.outlet_of_host(name)
        if outlet is None:
            stop(f"no outlet {name!r}; `diembao outlets list` names them all")
        with store_of(where, settings) as store:
            stored = stored_pages(store, where, outlet.id, pages)
        if len(stored) < LEAST_PAGES:
            stop(f"only {len(stored)} pages of {outlet.id} are in the archive; a rule needs {LEAST_PAGES}")
        rule = propose_rule(stored, name=_free_name(outlet))
        if rule is None:
            stop(f"the last {len(stored)} pages of {outlet.id} have no body in common", DONE_WITH_FAILURES)
        better = msgspec.structs.replace(outlet, verified=True, rules=(rule, *outlet.rules))
        show(outlet, rule, compared(stored, outlet, better))
        if accept:
            file = where.overlay / "outlets" / f"{outlet.id}.toml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(outlet_toml(better), encoding="utf-8")
            typer.echo(f"written: {file}")
        else:
            typer.echo("nothing changed; --accept writes this rule into the overlay")


def save_page(
    page: Annotated[str, typer.Argument(help="URL of an article, or a saved file.", metavar="URL|FILE")],
    url: Annotated[str | None, typer.Option("--url", help="For a file: the address it was saved from.")] = None,
    demo: DemoOption = False,
    config: ConfigOption = None,
    hosts: HostsOption = None,
) -> None:
    """Save a page and what is read from it, for review: the two files are a test of the outlet's rule.

    The page of a stored article comes from the archive; any other is asked for, robots.txt and pace obeyed. Ends with
    0, or with 2 when the page could not be had.
    """
    from pipelines.files import page_of, reading_row
    from pipelines.read import read_page

    with clear_errors(), surroundings(demo=demo, config=config, hosts=hosts) as around:
        if Path(page).is_file():
            if url is None:
                stop("a file needs --url, the address it was saved from")
            found = page_of(Path(page).read_bytes(), url=url, outlet_id=None)
        elif urlsplit(page).scheme in {"http", "https"}:
            found = stored_page(around.store, around.where, page) or asked_page(around, page)
        else:
            stop(f"{page} is neither a file nor a web address")
        outlet = around.config.outlet_of_host((urlsplit(found.url).hostname or "").lower())
        reading = read_page(found, outlet=outlet)
        stem = f"{outlet.id if outlet else 'unknown'}_{datetime.now(UTC):%Y%m%d%H%M%S}"
        folder = around.where.overlay / "pages"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{stem}.html").write_bytes(found.body)
        row = reading_row(f"{stem}.html", reading) | {"url": found.url, "credited_outlet": reading.credited_outlet}
        (folder / f"{stem}.json").write_text(json.dumps(row, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        typer.echo(f"{folder / stem}.json: read it, correct it, then it is a test")


def asked_page(around: Surroundings, url: str) -> Page:
    """The page as its site gives it now, through the whole polite machine; ends the command when it cannot be had."""
    from crawler.run import run_all
    from pipelines.files import page_of
    from spiders.probe import Fetched, probe

    outlet = around.config.outlet_of_host((urlsplit(url).hostname or "").lower())
    known: dict[str, Any] = {"domains": outlet.domains, "pace": outlet.pace_seconds} if outlet else {}

    async def look() -> Fetched:
        return await probe(around.context(), lambda fetch: fetch(url, **known))

    came: Fetched = run_all([look()])[0]
    if came.error is not None:
        stop(f"{url}: {came.error} {came.detail or ''}".strip() + "; save the page yourself and give FILE --url URL")
    at = around.clock()
    read = page_of(came.body, url=came.final_url, outlet_id=None, fetched_at=at)
    return replace(read, content_type=came.content_type)


def stored_pages(store: Store, where: Places, outlet_id: str, most: int) -> list[Page]:
    """The newest archived pages of an outlet's full articles."""
    return _archived(store, where, most, outlet_id=outlet_id)


def stored_page(store: Store, where: Places, url: str) -> Page | None:
    """The archived page of the article stored under `url`."""
    return next(iter(_archived(store, where, 1, url=url)), None)


def _archived(store: Store, where: Places, most: int, **by: str) -> list[Page]:
    from sqlalchemy import select

    from pipelines.archive import raw_page
    from pipelines.files import page_of
    from storage.schema import articles

    query = (
        select(articles.c.url, articles.c.raw_ref, articles.c.fetched_at, articles.c.outlet_id)
        .where(articles.c.raw_ref.is_not(None), *(articles.c[key] == value for key, value in by.items()))
        .order_by(articles.c.first_seen_at.desc(), articles.c.article_id)
        .limit(most)
    )
    found = [(row, raw_page(where.archive, row["raw_ref"])) for row in store.rows(query)]
    return [
        page_of(body, url=row["url"], outlet_id=row["outlet_id"], fetched_at=row["fetched_at"])
        for row, body in found
        if body is not None
    ]


def _free_name(outlet: Outlet) -> str:
    """The year, with a figure behind it where a rule of that name is there."""
    year, known = str(datetime.now(UTC).year), {rule.name for rule in outlet.rules}
    return next(name for name in (year, *(f"{year}-{n}" for n in range(2, 99))) if name not in known)


def show(outlet: Outlet, rule: OutletRule, rows: list[Compared]) -> None:
    """Print the two rules and what each reads of the pages."""
    console = screen()
    selectors = Table("", "now", f"proposed: {rule.name}", title=f"{outlet.name} ({outlet.id})")
    old = outlet.rules[0] if outlet.rules else None
    for key in ("body", "title", "sapo", "published", "drop"):
        selectors.add_row(key, str(getattr(old, key, None) or "-"), str(getattr(rule, key) or "-"))
    console.print(selectors)
    table = Table("page", caption="now → as proposed, where they differ")
    for title in ("read by", "characters", "sapo", "time"):
        table.add_column(title, overflow="fold")
    for row in rows:
        cells = [
            now if now == then else f"{now} → {then}" for now, then in zip(_told(row.old), _told(row.new), strict=True)
        ]
        table.add_row((row.new.title or row.url)[:24], *cells)
    console.print(table)


def _told(reading: Reading) -> tuple[str, str, str, str]:
    """What a reading found: by which rule, how many characters, whether a lead, when."""
    return (
        str(reading.fate or reading.extractor.rpartition("/")[2]),
        str(sum(map(len, reading.paragraphs))),
        "yes" if reading.sapo else "-",
        f"{reading.published_at:%d/%m %H:%M}" if reading.published_at else "-",
    )


def outlet_toml(outlet: Outlet) -> str:
    """An outlet as a block of the overlay, its rules as `[[rule]]`."""
    lines = _toml_lines(outlet, without="rules")
    for rule in outlet.rules:
        lines += ["", "[[rule]]", *_toml_lines(rule)]
    return "\n".join(lines) + "\n"


def _toml_lines(struct: msgspec.Struct, *, without: str = "") -> list[str]:
    """One line a key that is not at its default."""
    lines = []
    for field in msgspec.structs.fields(struct):
        value = getattr(struct, field.name)
        if field.name != without and value is not None and value != field.default:
            shown = value.isoformat() if hasattr(value, "isoformat") else json.dumps(value, ensure_ascii=False)
            lines.append(f"{field.name} = {shown}")
    return lines
