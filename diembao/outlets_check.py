"""`diembao outlets check`: ask every feed, sitemap and section once, and say in a table what answered."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from config.loader import Config
from config.model import Outlet
from config.places import Places
from diembao.shared import (
    COULD_NOT_RUN,
    DONE_WITH_FAILURES,
    ConfigOption,
    DemoOption,
    clear_errors,
    configured,
    screen,
    stop,
    store_of,
)
from vietnamese.clock import Clock, system_clock, to_local

if TYPE_CHECKING:
    from crawler.context import Context
    from crawler.guard import HostMap
    from night.outlet_check import Answer
    from storage.store import Store

HostsOption = Annotated[
    Path | None,
    typer.Option("--hosts", help="TOML that maps host names to loopback; nothing else is reached.", metavar="FILE"),
]


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What single questions are asked with."""

    where: Places
    config: Config
    store: Store
    clock: Clock
    hosts: HostMap | None

    def context(self) -> Context:
        """The crawl's context: no run, nothing is stored but the pace of hosts."""
        from crawler.context import Context

        return Context(
            store=self.store, config=self.config, where=self.where, run_id="", clock=self.clock, hosts=self.hosts
        )


@contextmanager
def surroundings(*, demo: bool, config: Path | None, hosts: Path | None) -> Iterator[Surroundings]:
    """Places, configuration and store; with `demo` the press town is served meanwhile, on its last day."""
    from crawler.guard import HostMap

    if demo and hosts:
        stop("--demo brings its own --hosts; leave it out")
    where, settings = configured(demo=demo, overlay=config)
    where.home.mkdir(parents=True, exist_ok=True)
    known: dict[str, Any] = {"where": where, "config": settings}
    if not demo:
        mapped = HostMap.load(hosts) if hosts else None
        with store_of(where, settings) as store:
            yield Surroundings(store=store, clock=system_clock, hosts=mapped, **known)
        return
    from demo.model import NIGHTS
    from demo.server import TownServer
    from demo.town import Town

    with TownServer(Town(day=NIGHTS)) as town:
        mapped = HostMap.load(town.write_hosts(where.home / "hosts.toml"))
        clock = lambda: town.town.now  # noqa: E731 - the town's clock
        with store_of(where, settings, clock) as store:
            yield Surroundings(store=store, clock=clock, hosts=mapped, **known)


def check(
    name: Annotated[str | None, typer.Argument(help="Id or domain of one outlet; all active ones without it.")] = None,
    demo: DemoOption = False,
    config: ConfigOption = None,
    hosts: HostsOption = None,
) -> None:
    """Ask every feed, sitemap and section once and say in a table what answered.

    robots.txt and pace are obeyed as in a night; nothing is stored. Ends with 0 when all answered; with 3 when one
    failed; with 2 when nothing could be reached.
    """
    with clear_errors(), surroundings(demo=demo, config=config, hosts=hosts) as around:
        outlets = _chosen(around.config, name, around.hosts)
        answers = _answers(around, outlets)
        _print(answers, around.store)
    _end(answers)


def _chosen(config: Config, name: str | None, hosts: HostMap | None) -> list[Outlet]:
    from night.visited import visited

    if name is None:
        return visited(config, hosts)
    outlet = config.outlets.get(name) or config.outlet_of_host(name)
    if outlet is None:
        stop(f"no outlet {name!r}; `diembao outlets list` names them all")
    return [outlet]


def _answers(around: Surroundings, outlets: Sequence[Outlet]) -> list[Answer]:
    from crawler.run import run_all
    from night.outlet_check import check_outlets
    from spiders.probe import probe

    async def ask_all() -> list[Answer]:
        return await probe(around.context(), lambda fetch: check_outlets(fetch, outlets, around.clock))

    [answers] = run_all([ask_all()])
    return list(answers)


def _print(answers: Sequence[Answer], store: Store) -> None:
    from storage.feeds import poll_history, poll_interval

    table = Table("outlet", "kind", "address", "status", "items", "newest", "poll every", "error")
    table.columns[2].overflow = "fold"
    for answer in answers:
        every = poll_interval(poll_history(store, answer.url))
        table.add_row(
            answer.outlet_id,
            answer.kind,
            answer.url,
            str(answer.status or "-"),
            str(len(answer.items)),
            f"{to_local(answer.newest):%d/%m/%Y %H:%M}" if answer.newest else "-",
            f"{every.total_seconds() / 60:.0f} min",
            f"{answer.error} {answer.detail or ''}".strip() if answer.error else "",
        )
    # A table that is cut is no answer: where there is no screen it is as wide as it needs.
    screen(width=None if sys.stdout.isatty() else 200).print(table)


def _end(answers: Sequence[Answer]) -> None:
    from night.outlet_check import nothing_reached

    failed = [answer for answer in answers if answer.error]
    typer.echo(f"{len(answers) - len(failed)} of {len(answers)} answered")
    if nothing_reached(answers):
        raise typer.Exit(COULD_NOT_RUN)
    if failed:
        raise typer.Exit(DONE_WITH_FAILURES)
