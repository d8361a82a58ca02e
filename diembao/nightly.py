"""`diembao nightly`: the whole night."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.loader import Config
from config.places import Places
from diembao.shared import (
    COULD_NOT_RUN,
    DONE,
    DONE_WITH_FAILURES,
    ConfigOption,
    clear_errors,
    configured,
    console,
    moment,
    span,
    stop,
)
from vietnamese.clock import Clock, fixed_clock, system_clock

if TYPE_CHECKING:
    from crawler.guard import HostMap
    from demo.server import TownServer
    from night.nightly import NightResult
    from storage.store import Store


def nightly(
    demo: Annotated[
        bool, typer.Option("--demo", help="Crawl the made-up press town on this machine, all its days in order.")
    ] = False,
    at: Annotated[
        str | None,
        typer.Option("--at", help="Pretend it is this time (2026-09-10T05:30); with --demo: that day.", metavar="TIME"),
    ] = None,
    config: ConfigOption = None,
    hosts: Annotated[
        Path | None,
        typer.Option("--hosts", help="TOML that maps host names to loopback; nothing else is reached.", metavar="FILE"),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option("--budget", help="Crawl so long at most (45m, 2h); else until `night.sheet_by`.", metavar="TIME"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be asked; ask and write nothing.")] = False,
    log_json: Annotated[bool, typer.Option("--log-json", help="Write the log file as JSON lines.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log to the screen too.")] = False,
) -> None:
    """Run the night: discover, fetch, analyse, store, group, and write the morning sheet.

    The last line printed is the path of the sheet. A night that was killed is continued by the next start. Ctrl-C once
    ends after what is under way; twice stops at once; nothing stored is lost.

    Ends with 0; with 3 when an outlet or a stage failed; with 2 when nothing could be reached.
    """
    with clear_errors():
        if demo and (config or hosts):
            stop("--demo brings its own --config and --hosts; leave them out")
        where, settings = configured(demo=demo, overlay=config)
        if not demo and hosts is None:
            _ask_for_contact(where, settings)
        if dry_run:
            _dry_run(where, settings, hosts)
            return
        limit = span(budget) if budget else None
        run = _Nights(where=where, config=settings, log_json=log_json, verbose=verbose, crawl_for=limit)
        results = run.demo(moment(at) if at else None) if demo else run.live(moment(at) if at else None, hosts)
    _end(results)


def _end(results: Sequence[NightResult]) -> None:
    """The path of the sheet as the last line, and the exit code."""
    last = results[-1]
    typer.echo(str(last.sheet.resolve()))
    if last.nothing_reached:
        raise typer.Exit(COULD_NOT_RUN)
    raise typer.Exit(DONE if all(result.outcome == "done" for result in results) else DONE_WITH_FAILURES)


class _Nights:
    """Runs one night or the demo's six in one process (an event loop is started once)."""

    def __init__(
        self, *, where: Places, config: Config, log_json: bool, verbose: bool, crawl_for: timedelta | None = None
    ) -> None:
        self.where, self.config, self.crawl_for = where, config, crawl_for
        self.log_json, self.verbose = log_json, verbose
        self.results: list[NightResult] = []

    def live(self, at: datetime | None, hosts_file: Path | None) -> list[NightResult]:
        """One night, now or at the pretended time."""
        from crawler.guard import HostMap
        from crawler.run import run_all
        from night.lock import night_lock
        from night.morning import morning_of

        clock: Clock = fixed_clock(at or system_clock())
        hosts = HostMap.load(hosts_file) if hosts_file else None
        morning = morning_of(clock())
        with night_lock(self.where.home, what=f"night of {morning}"):
            run_all([self.one(morning, clock, hosts)])
        return self.results

    def demo(self, at: datetime | None) -> list[NightResult]:
        """The town's days in order, those that are done left out; when all are done the last one again."""
        from crawler.guard import HostMap
        from crawler.run import run_all
        from demo.server import TownServer
        from night.lock import night_lock

        self.where.home.mkdir(parents=True, exist_ok=True)
        with night_lock(self.where.home, what="the demo"), TownServer() as town:
            hosts = HostMap.load(town.write_hosts(self.where.home / "hosts.toml"))
            days = self.demo_days(at)
            run_all(self.demo_night(town, day, hosts) for day in days)
        return self.results

    def demo_days(self, at: datetime | None) -> list[int]:
        """Numbers of the town's days to play (1 …)."""
        from demo.model import NIGHTS, morning
        from night.morning import morning_of
        from storage.activity import finished_mornings

        mornings = {morning_of(morning(day)): day for day in range(1, NIGHTS + 1)}
        if at is not None:
            wanted = morning_of(at)
            if wanted not in mornings:
                stop(f"{wanted} is no day of the town; it has {min(mornings)} to {max(mornings)}")
            return [mornings[wanted]]
        with closing(self.store(system_clock)) as store:
            done = finished_mornings(store, "nightly")
        return [day for each, day in mornings.items() if each not in done] or [NIGHTS]

    async def demo_night(self, town: TownServer, day: int, hosts: HostMap) -> None:
        """Play one day of the town."""
        from demo.model import morning
        from night.morning import morning_of

        town.town.set_day(day)
        await self.one(morning_of(morning(day)), fixed_clock(morning(day)), hosts)

    async def one(self, morning: date, clock: Clock, hosts: HostMap | None) -> None:
        """One night from start to summary."""
        from diembao.progress import NightProgress
        from night.log import start_logging
        from night.nightly import run_night
        from night.summary import print_summary
        from storage.lease import night_lease

        start_logging(self.where.logs / f"nightly-{morning:%Y%m%d}.log", as_json=self.log_json, verbose=self.verbose)
        logging.getLogger(__name__).info("night of %s", morning)
        what = f"night of {morning}"
        with closing(self.store(clock)) as store, night_lease(store, what), NightProgress(console, what) as progress:
            result = await run_night(
                store=store,
                config=self.config,
                where=self.where,
                morning=morning,
                clock=clock,
                hosts=hosts,
                on_progress=progress.show,
                crawl_for=self.crawl_for,
            )
        print_summary(result, console)
        self.results.append(result)

    def store(self, clock: Clock) -> Store:
        """The store of this place, with the settings' rules."""
        from storage.store import open_store

        self.where.home.mkdir(parents=True, exist_ok=True)
        return open_store(self.where.database_url, clock, self.config.settings)


def _ask_for_contact(where: Places, config: Config) -> None:
    """Outlets must be able to write to whoever reads them: say so until an address of the office is configured."""
    if "@example.invalid" in config.settings.crawl.user_agent:
        file = where.overlay / "settings.toml"
        console.print(
            f"crawl.user_agent names nobody outlets can write to; put your address into {file}", soft_wrap=True
        )


def _dry_run(where: Places, config: Config, hosts_file: Path | None) -> None:
    """Print what a night would ask, outlet by outlet."""
    from crawler.guard import HostMap
    from crawler.redact import hide_secrets
    from diembao.outlets import asked
    from night.visited import visited

    outlets = visited(config, HostMap.load(hosts_file) if hosts_file else None)
    for outlet in outlets:
        typer.echo(f"{outlet.id}: {asked(outlet)}")
        for url in (*outlet.feeds, *outlet.sitemaps, *outlet.sections):
            typer.echo(f"  {url}")
    typer.echo(
        f"{len(outlets)} outlets; store {hide_secrets(where.database_url)}; nothing was asked and nothing written"
    )
