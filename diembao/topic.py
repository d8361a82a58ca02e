"""`diembao topic`: what is said of a breaking topic, in the store and fresh from outlets, down to a one-page brief."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diembao.shared import (
    COULD_NOT_RUN,
    DONE,
    DONE_WITH_FAILURES,
    ConfigOption,
    DemoOption,
    clear_errors,
    configured,
    console,
    moment,
    stop,
    user,
)
from storage.query import Limits
from vietnamese.clock import Clock, fixed_clock, system_clock, to_local

if TYPE_CHECKING:
    from config.loader import Config
    from config.places import Places
    from crawler.guard import HostMap
    from diembao.topic_screen import Screen
    from night.topic import Asked, Round, Watch
    from storage.store import Store
    from storage.topics import Topic


def topic(
    query: Annotated[
        str | None,
        typer.Argument(help="""Words, "a phrase", -not, names of agencies and units; without diacritics finds both."""),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Only what is at most this old (6h, 3d).", metavar="TIME")
    ] = None,
    follow: Annotated[
        str | None, typer.Option("--follow", help="Look again this often (10m), until Ctrl-C.", metavar="TIME")
    ] = None,
    for_: Annotated[
        str | None, typer.Option("--for", help="With --follow: end after this long (2h).", metavar="TIME")
    ] = None,
    outlets: Annotated[str | None, typer.Option("--outlets", help="Only these outlets: a,b.", metavar="IDS")] = None,
    pages: Annotated[int, typer.Option("--pages", min=0, help="Fetch at most this many pages a round.")] = 150,
    seconds: Annotated[float, typer.Option("--seconds", min=0, help="Ask nothing more after this long.")] = 120.0,
    save: Annotated[
        str | None, typer.Option("--save", help="Save it as a topic the night follows.", metavar="NAME")
    ] = None,
    saved: Annotated[str | None, typer.Option("--saved", help="Run the saved topic NAME.", metavar="NAME")] = None,
    close: Annotated[str | None, typer.Option("--close", help="Follow the topic NAME no more.", metavar="NAME")] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the saved topics.")] = False,
    at: Annotated[
        str | None, typer.Option("--at", help="Pretend it is this time (2026-09-10T05:30).", metavar="TIME")
    ] = None,
    config: ConfigOption = None,
    hosts: Annotated[
        Path | None,
        typer.Option("--hosts", help="TOML that maps host names to loopback; nothing else is reached.", metavar="FILE"),
    ] = None,
    demo: DemoOption = False,
) -> None:
    """Search the store, ask the outlets what is new, fetch what fits, and end in a one-page brief.

    The last line printed is the path of the brief. May run beside a night on the same store: both keep the pace
    together, and what is not fetched here stays for the night. Ctrl-C ends the looking; the brief is written all the
    same. Searches are logged with user and time. A saved topic must hold an office, a unit or a word for a matter.

    Ends with 0; with 3 when an outlet could not be asked; with 2 when none could.
    """
    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        desk = _Desk(where=where, config=settings, at=moment(at) if at else None, hosts_file=hosts, demo=demo)
        if listed or close:
            desk.manage(close)
            return
        limits = Limits(pages=pages, seconds=seconds)
        run = _Run(
            desk=desk,
            asked=desk.asked(query, saved, outlets=outlets, since=since, limits=limits),
            every=_span(follow, "--follow"),
            until=_span(for_, "--for"),
            name=save or saved,
        )
        run.begin(new=save is not None)
    raise typer.Exit(run.exit_code)


def _span(text: str | None, option: str) -> timedelta | None:
    from storage.query import read_span

    try:
        return read_span(text) if text is not None else None
    except ValueError as error:
        stop(f"{option}: {error}")


@dataclass(kw_only=True)
class _Desk:
    """Places, configuration and clock of the command."""

    where: Places
    config: Config
    at: datetime | None
    hosts_file: Path | None
    demo: bool

    def store(self, clock: Clock) -> Store:
        from storage.store import open_store

        self.where.home.mkdir(parents=True, exist_ok=True)
        return open_store(self.where.database_url, clock, self.config.settings)

    def manage(self, close: str | None) -> None:
        """List the topics, or close one."""
        from diembao.topic_screen import print_topics

        with closing(self.store(system_clock)) as store:
            if close:
                store.close_topic(close, user())
                typer.echo(f"topic {close} is closed; what was marked stays")
            else:
                print_topics(store.topics(closed=True))

    def asked(
        self, words: str | None, saved: str | None, *, outlets: str | None, since: str | None, limits: Limits
    ) -> Asked:
        """The query of the command line, or of a saved topic; ends the command where there is none."""
        from night.topic import asked

        ids = tuple(each.strip() for each in (outlets or "").split(",") if each.strip())
        if strange := sorted(set(ids) - set(self.config.outlets)):
            stop(f"--outlets: no such outlet: {', '.join(strange)}; `diembao outlets list` names them")
        span = _span(since, "--since")
        if saved is not None:
            if words is not None:
                stop(f"--saved {saved} brings its own query; leave {words!r} out")
            kept = self._saved(saved)
            words, ids = kept.query, ids or kept.outlets
            span = span or (timedelta(hours=kept.since_hours) if kept.since_hours else None)
        found = asked(words or "", self.config, outlets=ids, since=span, limits=limits)
        if not found.query.wanted:
            stop("what is the topic? give words, as in: diembao topic 'bãi rác Đình Vũ'")
        return found

    def _saved(self, name: str) -> Topic:
        with closing(self.store(system_clock)) as store:
            kept = next((topic for topic in store.topics() if topic.name == name), None)
        return kept or stop(f"no open topic {name!r}; `diembao topic --list` names them")

    @contextmanager
    def reach(self) -> Iterator[tuple[Clock, HostMap | None]]:
        """The clock and the hosts: the demo's town, the hosts file, or the world."""
        from crawler.guard import HostMap

        given = HostMap.load(self.hosts_file) if self.hosts_file else None
        if not self.demo:
            yield fixed_clock(self.at) if self.at else system_clock, given
            return
        from demo.model import morning
        from demo.server import TownServer
        from demo.town import Town

        day = self._town_day()
        clock = fixed_clock(self.at or morning(day))
        if given is not None:
            yield clock, given
            return
        self.where.home.mkdir(parents=True, exist_ok=True)
        with TownServer(Town(day=day)) as town:
            yield clock, HostMap.load(town.write_hosts(self.where.home / "hosts-topic.toml"))

    def _town_day(self) -> int:
        """The day that the demo's night has come to; the first where none was played."""
        from demo.model import NIGHTS, morning
        from night.morning import morning_of
        from storage.activity import begun_mornings

        with closing(self.store(system_clock)) as store:
            begun = begun_mornings(store, "nightly")
        days = [day for day in range(1, NIGHTS + 1) if morning_of(morning(day)) in begun]
        if self.at is not None:
            days = [day for day in range(1, NIGHTS + 1) if morning(day) <= self.at]
        return max(days, default=1)


@dataclass(kw_only=True)
class _Run:
    """One topic from the first search to the brief."""

    desk: _Desk
    asked: Asked
    every: timedelta | None
    until: timedelta | None
    name: str | None
    rounds: list[Round] = field(default_factory=list)

    def begin(self, *, new: bool) -> None:
        """Search, crawl (again and again with --follow), write the brief."""
        from diembao.topic_screen import Screen
        from night.log import start_logging
        from night.topic import Watch

        if self.until and not self.every:
            stop("--for says how long to follow: give --follow 10m too")
        with self.desk.reach() as (clock, hosts), closing(self.desk.store(clock)) as store:
            if new:
                self._save(store)
            start_logging(self.desk.where.logs / f"topic-{to_local(clock()):%Y%m%d}.log")
            with Screen(self.desk.config, self.asked.words) as screen:
                watch = Watch(store, self.desk.config, self.asked, screen.found, every=self.every)
                watch.look(thorough=False)
                self._look(store, watch, hosts, clock, screen)
            self._end(store, watch)

    def _save(self, store: Store) -> None:
        from night.saved_topics import save_topic

        refused = save_topic(store, self.desk.config, self.name or "", self.asked, by=user())
        if refused is not None:
            stop(f"topic {self.name!r} was not saved: {refused}")
        console.print(f"topic {self.name} is saved; the night follows it until `topic --close {self.name}`")

    def _look(self, store: Store, watch: Watch, hosts: HostMap | None, clock: Clock, screen: Screen) -> None:
        """Crawl once, or until it is time to end; Ctrl-C ends it and is no failure."""
        from crawler.run import interrupted, run_all
        from night.topic import look_around

        began = time.monotonic()
        try:
            while True:
                started = time.monotonic()
                screen.note("asking the outlets")
                around = look_around(
                    store=store, config=self.desk.config, where=self.desk.where, clock=clock, topic=self.asked,
                    watch=watch, hosts=hosts,
                )  # fmt: skip
                self.rounds += run_all([around])
                if self.every is None or interrupted() or self._over(began):
                    return
                screen.note(f"round {len(self.rounds)} done; looking again in {self.every}")
                self._sleep(started, began)
                if self._over(began):
                    return
        except KeyboardInterrupt:
            screen.note("interrupted: the brief holds what was found until now")

    def _over(self, began: float) -> bool:
        return self.until is not None and time.monotonic() - began >= self.until.total_seconds()

    def _sleep(self, started: float, began: float) -> None:
        assert self.every is not None  # noqa: S101 - only called when following
        wake = started + self.every.total_seconds()
        if self.until is not None:
            wake = min(wake, began + self.until.total_seconds())
        time.sleep(max(0.0, wake - time.monotonic()))

    def _end(self, store: Store, watch: Watch) -> None:
        """The brief: to a file and to the terminal; its path is the last line."""
        from report.kinds.write_brief import brief_lines, gather_brief, write_brief

        config = self.desk.config
        silent = sorted({outlet for each in self.rounds[-1:] for outlet in each.unreachable})
        names = [config.outlets[each].name for each in silent]
        brief = gather_brief(
            store, config, self.asked.words, watch.about, passing=len(watch.passing), unreachable=names
        )
        told = {
            "outlets": list(self.asked.outlets),
            "since_seconds": self.asked.since and self.asked.since.total_seconds(),
        }
        store.log_query("topic", self.asked.words, filters=told, found=len(watch.about), who=user())
        if self.name:
            run_id = self.rounds[-1].run_id if self.rounds else ""
            store.mark_articles(self.name, list(watch.about.items()), run_id)
        file = write_brief(brief, config, self.desk.where.home / "briefs")
        for line in brief_lines(brief):
            typer.echo(line)
        typer.echo(str(file))

    @property
    def exit_code(self) -> int:
        """As the last round ended."""
        if not self.rounds:
            return DONE
        last = self.rounds[-1]
        if last.nothing_reached:
            return COULD_NOT_RUN
        return DONE if last.outcome == "done" else DONE_WITH_FAILURES
