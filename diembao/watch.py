"""`diembao watch`: look around again and again in the day."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diembao.shared import ConfigOption, DemoOption, clear_errors, configured, console, span, store_of
from vietnamese.clock import fixed_clock, system_clock, to_local

if TYPE_CHECKING:
    from config.loader import Config
    from config.places import Places
    from crawler.guard import HostMap
    from night.watch import Look
    from vietnamese.clock import Clock

LONGEST_ROUND = timedelta(minutes=20)
"""A round that takes longer leaves the rest to the next one."""


AFTER_THE_NIGHT = timedelta(hours=6)
"""In the demo a look around happens so long after its night."""


def watch(
    every: Annotated[str, typer.Option("--every", help="Look around this often (30m, 2h).", metavar="TIME")] = "30m",
    for_: Annotated[
        str | None, typer.Option("--for", help="End after this long (8h); else Ctrl-C.", metavar="TIME")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Look around once and end.")] = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
    hosts: Annotated[
        Path | None,
        typer.Option("--hosts", help="TOML that maps host names to loopback; nothing else is reached.", metavar="FILE"),
    ] = None,
) -> None:
    """Ask the feeds that are worth asking, each as often as its own history says, and store what is new.

    Writes no sheet; leaves the field to a night that is running. Ctrl-C ends it after what is under way.
    """
    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        rounds = _Rounds(where=where, config=settings, every=span(every))
        with _reach(where, settings, demo=demo, hosts_file=hosts) as (rounds.clock, rounds.hosts):
            rounds.go(None if for_ is None else span(for_), once=once)


@contextmanager
def _reach(
    where: Places, config: Config, *, demo: bool, hosts_file: Path | None
) -> Iterator[tuple[Clock, HostMap | None]]:
    """The clock and the hosts: the world, the hosts file, or the demo's town at noon of the day it has come to."""
    from crawler.guard import HostMap

    if not demo or hosts_file:
        yield system_clock, HostMap.load(hosts_file) if hosts_file else None
        return
    from demo.model import NIGHTS, morning
    from demo.server import TownServer
    from demo.town import Town
    from night.morning import morning_of
    from storage.activity import begun_mornings

    where.home.mkdir(parents=True, exist_ok=True)
    with store_of(where, config) as store:
        begun = begun_mornings(store, "nightly")
    day = max((day for day in range(1, NIGHTS + 1) if morning_of(morning(day)) in begun), default=1)
    with TownServer(Town(day=day)) as town:
        yield (
            fixed_clock(morning(day) + AFTER_THE_NIGHT),
            HostMap.load(town.write_hosts(where.home / "hosts-watch.toml")),
        )


class _Rounds:
    """Looks around until it is time to end."""

    clock: Clock
    hosts: HostMap | None

    def __init__(self, *, where: Places, config: Config, every: timedelta) -> None:
        self.where, self.config, self.every = where, config, every

    def go(self, lasts: timedelta | None, *, once: bool) -> None:
        """Look around, print a line, sleep; a second `watch` on the same state folder is refused."""
        from crawler.run import interrupted
        from night.lock import night_lock
        from night.log import start_logging

        began = time.monotonic()
        with night_lock(self.where.home, what="watch", name="watch"):
            while True:
                started = time.monotonic()
                start_logging(self.where.logs / f"watch-{to_local(system_clock()):%Y%m%d}.log")
                self._round()
                wake = started + self.every.total_seconds()
                over = lasts is not None and wake - began >= lasts.total_seconds()
                if once or interrupted() or over:
                    return
                time.sleep(max(0.0, wake - time.monotonic()))

    def _round(self) -> None:
        from crawler.run import run_all
        from night.lock import holder
        from night.watch import look

        night = holder(self.where.home)
        if night is not None:
            console.print(f"{self._now()} a night is running ({night}): left alone")
            return
        until = time.monotonic() + max(LONGEST_ROUND, self.every).total_seconds()
        self.where.home.mkdir(parents=True, exist_ok=True)
        with store_of(self.where, self.config, self.clock) as store:
            seen: Look = run_all(
                [
                    look(
                        store=store,
                        config=self.config,
                        where=self.where,
                        clock=self.clock,
                        hosts=self.hosts,
                        until=until,
                    )
                ]
            )[0]
        typer.echo(f"{self._now()} {_line(seen)}")

    @staticmethod
    def _now() -> str:
        return f"{to_local(system_clock()):%H:%M}"


def _line(seen: Look) -> str:
    """What one look came to, in one line."""
    if seen.run_id is None:
        return f"none of {seen.known} feeds is worth asking yet"
    told = "  ".join(f"{fate} {number}" for fate, number in sorted(seen.fates.items(), key=lambda row: -row[1]))
    return f"{seen.feeds} of {seen.known} feeds asked: {told or 'nothing new'}"
