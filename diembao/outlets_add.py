"""`diembao outlets add`: look at a site and draft its block into the operator's own configuration."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diembao.outlets_check import HostsOption, Surroundings, surroundings
from diembao.shared import ConfigOption, DemoOption, clear_errors, console, stop

if TYPE_CHECKING:
    from night.outlet_draft import Draft


def add(
    url: Annotated[str, typer.Argument(help="Front page, section, article or feed of the site.", metavar="URL")],
    demo: DemoOption = False,
    config: ConfigOption = None,
    hosts: HostsOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the block, write nothing.")] = False,
    teasers: Annotated[
        bool, typer.Option("--teasers", help="Only title and lead of the feeds may be kept: pages are not fetched.")
    ] = False,
) -> None:
    """Find feeds, sitemaps, name and a first selector of a site, and draft its block.

    The block goes to `config/outlets/ID.toml` in DIEMBAO_HOME, which must not exist yet. robots.txt and pace are
    obeyed; about a dozen pages are asked for. The block says `verified = false` until a person has looked at it.

    Ends with 0; with 2 when the site could not be looked at or the block exists.
    """
    from night.outlet_draft import block

    with clear_errors(), surroundings(demo=demo, config=config, hosts=hosts) as around:
        draft = replace(_draft(around, url), teasers=teasers)
        written = block(draft)
        file = around.where.overlay / "outlets" / f"{draft.id}.toml"
        typer.echo(written, nl=False)
        if not dry_run:
            _write(file, written)
    for note in draft.notes():
        console.print(f"look: {note}", soft_wrap=True)
    if not dry_run:
        typer.echo(f"# written to {file}; `diembao outlets check {draft.id}` asks it")


def _draft(around: Surroundings, url: str) -> Draft:
    from crawler.run import run_all
    from night.outlet_draft import host
    from night.outlet_visit import SiteError, draft_outlet
    from spiders.probe import probe

    if "://" not in url:
        url = f"https://{url}"
    domain = host(url)
    if not domain:
        stop(f"{url!r} is no web address")
    known = around.config.outlet_of_host(domain)

    async def look() -> Draft:
        known_id = known.id if known else None
        return await probe(around.context(), lambda fetch: draft_outlet(fetch, url, around.clock, known_id=known_id))

    try:
        [draft] = run_all([look()])
    except SiteError as error:
        stop(str(error))
    if known is not None:
        told = f"look: {domain} is configured already as {known.id!r}; this block would take its place"
        console.print(told, soft_wrap=True)
    found: Draft = draft
    return found


def _write(file: Path, text: str) -> None:
    """Write a new file; one that exists is never overwritten."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        stop(f"{file} exists already; remove it first, or use --dry-run")
