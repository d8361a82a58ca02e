"""The store as other rooms see it: one object, one transaction a method, one kind of exception."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, select, text

from config.model import Outlet, Settings
from gazetteer.corrections import Correction
from gazetteer.mention import Mention
from storage import (
    alerts,
    commit,
    corrections,
    database,
    frontier,
    gone,
    grouping,
    issue_edits,
    opening,
    pruning,
    report_files,
    reports,
    retention,
    runs,
    search,
    topics,
)
from storage.alerts import AlertRow
from storage.errors import StoreError, store_errors
from storage.issue_edits import Applied, PlacedRow
from storage.issue_records import IssueEdit, IssueInput, IssueRecord, PlacedArticle, Placement, Spike
from storage.query import Query
from storage.records import Discovered, Fate, FeedPoll, FrontierRow, Outcome, Run
from storage.report_records import Delivery, EntityRecord, FileRole, Report, ReportAct, ReportFile
from storage.schema import feed_polls, feeds
from storage.search import Hit
from storage.topics import Topic
from vietnamese.clock import Clock, system_clock, to_local

_WRITER_LOCK = 0x6469656D
"""Key of the Postgres advisory lock: one writer at a time, as on SQLite, so two runs can never deadlock."""

_GONE = "Put it back (`db restore` a backup), then start again"


class Store:
    """A store that is open. Every method is one transaction and raises StoreError when the database fails.

    May be used from several threads and processes; two writers wait for each other.
    """

    def __init__(self, engine: Engine, clock: Clock, settings: Settings) -> None:
        self.engine = engine
        self.clock = clock
        self.settings = settings
        self.where = database.place(engine)
        self._file = database.file_id(engine)
        self.still_ours: Callable[[], None] | None = None
        """Asked before every write of a night that holds the store (`storage.lease`): StoreError when it lost it."""

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    @contextmanager
    def _reads(self, doing: str) -> Iterator[Connection]:
        with store_errors(doing, self.where), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _writes(self, doing: str) -> Iterator[Connection]:
        self._still_there()
        with store_errors(doing, self.where), self.engine.connect() as raw:
            connection = raw.execution_options(writes=True)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER_LOCK})
                if self.still_ours is not None:
                    self.still_ours()  # behind the lock: who begins a night from here on writes after us
                yield connection

    def _still_there(self) -> None:
        """An SQLite file that was removed or replaced takes writes without a word, and nobody ever reads them."""
        if self._file is not None and database.file_id(self.engine) != self._file:
            raise StoreError("its file was removed or replaced while it was open", self.where, _GONE)

    # runs

    def begin_run(self, kind: str, morning: date) -> Run:
        """Continue the unfinished run of that kind and morning under its id, or begin a new one."""
        with self._writes("begin a run") as connection:
            return runs.begin_run(connection, kind, morning, self.clock())

    def begin_own_run(self, kind: str, morning: date) -> Run:
        """Begin a run under an id of its own, beside whatever else of that kind is going on."""
        with self._writes("begin a run") as connection:
            return runs.begin_own_run(connection, kind, morning, self.clock(), self.settings)

    def adopt_run(self, run_id: str) -> None:
        """Make sure the store knows a run, unfinished when it does not: it may have been restored meanwhile."""
        with self._writes("note a run") as connection:
            runs.adopt(connection, run_id, self.clock())

    def finish_run(self, run_id: str, outcome: str) -> Run:
        """The very last act of a run: outcome (`done`, `partial`, `failed`; `interrupted`: to be continued), counts."""
        with self._writes("finish the run") as connection:
            return runs.finish_run(connection, run_id, outcome, self.clock(), self.settings)

    def close_fates(self, run_id: str) -> dict[str, int]:
        """Give every URL seen in the run and still without a fate its word; returns how many got which."""
        with self._writes("close the fates") as connection:
            return runs.close_fates(connection, run_id, self.clock(), self.settings)

    # discovery

    def feed_state(self, feed_url: str) -> frontier.FeedState | None:
        """The validators and the last result of a feed; None when it was never asked."""
        with self._reads("read a feed's state") as connection:
            row = connection.execute(select(feeds).where(feeds.c.feed_url == feed_url)).mappings().first()
            return frontier.FeedState(**row) if row else None

    def feed_polled(self, run_id: str, feed_url: str) -> bool:
        """Whether this run has asked the feed already."""
        polled = select(feed_polls.c.run_id).where(feed_polls.c.run_id == run_id, feed_polls.c.feed_url == feed_url)
        with self._reads("read the polls") as connection:
            return connection.execute(polled).first() is not None

    def discover(self, run_id: str, poll: FeedPoll, items: Sequence[Discovered]) -> int:
        """Save a poll and the URLs it announced; returns how many were new."""
        with self._writes("save what a feed announced") as connection:
            return frontier.discover(connection, run_id, poll, items, self.clock())

    def due(self, run_id: str, outlet_id: str | None) -> list[FrontierRow]:
        """What is to be fetched for an outlet (None: for all) in this run, in order of discovery, then URL."""
        with self._reads("read what is due") as connection:
            return frontier.due(connection, run_id, outlet_id, self.clock(), self.settings)

    # pace

    def claim_host(self, host: str, pace_seconds: float, most: int = 0) -> float:
        """Take the host's turn for a request sent now, shared by all processes: 0.0, or seconds until the next try.

        Infinite when it had `most` requests on this day of Hải Phòng (0: no limit).
        """
        with self._single("claim a host") as connection:
            return frontier.claim_host(connection, host, pace_seconds, to_local(self.clock()).date(), most)

    def hold_host(self, host: str, seconds: float) -> None:
        """Nothing to this host before `seconds` from now."""
        with self._single("hold a host") as connection:
            frontier.hold_host(connection, host, seconds)

    @contextmanager
    def _single(self, doing: str) -> Iterator[Connection]:
        """A transaction of one statement: needs no lock beyond its own row."""
        self._still_there()
        with store_errors(doing, self.where), self.engine.connect() as raw:
            connection = raw.execution_options(writes=True)
            with connection.begin():
                yield connection

    # articles

    def commit(self, run_id: str, outcomes: Sequence[Outcome]) -> list[Fate]:
        """Save what visits came to: articles, revisions, mentions, index, fates and frontier together."""
        with self._writes("save articles") as connection:
            return commit.commit(connection, run_id, outcomes, self.clock(), self.settings)

    def forget_pages(self, article_ids: Sequence[str]) -> None:
        """Forget where the raw pages of removed articles lie; their records were overwritten before."""
        with self._writes("forget removed pages") as connection:
            gone.forget_pages(connection, article_ids)

    def purge(self, before: datetime) -> int:
        """Take the full text of articles first seen before that moment out; returns how many lost theirs."""
        with self._writes("take out expired text") as connection:
            return retention.purge(connection, before, self.clock())

    def prune(self) -> pruning.Pruned:
        """Remove fates, polls and addresses older than `[retention]`; write a file with much empty room anew."""
        with self._writes("forget what is old") as connection:
            gone = pruning.prune(connection, self.clock(), self.settings.retention)
        with store_errors("write the store anew", self.where):
            pruning.compact(self.engine)
        return gone

    # issues

    def pending_issues(self, *, scoped: bool = True) -> list[IssueInput]:
        """Articles in scope not placed yet or changed since, in order of (published or first seen, id)."""
        with self._reads("read what is to be grouped") as connection:
            return grouping.pending_issues(connection, scoped=scoped)

    def recent_issues(self, since: datetime) -> list[PlacedArticle]:
        """Articles placed already, published (or first seen) at or after `since`, in the same order."""
        with self._reads("read what is grouped") as connection:
            return grouping.recent_issues(connection, since)

    def save_placements(
        self,
        placements: Sequence[Placement],
        issues: Sequence[IssueRecord] = (),
        merged: Mapping[str, str] | None = None,
    ) -> None:
        """Save placements, the issues they belong to and which issues (`merged`: from, into) went over, together."""
        with self._writes("save issues") as connection:
            grouping.save_placements(connection, placements, issues, self.clock(), merged)

    def placed_articles(self, article_ids: Iterable[str]) -> list[PlacedArticle]:
        """Those of these articles that are placed as they stand now, in order of time and id."""
        with self._reads("read what is grouped") as connection:
            return grouping.placed_articles(connection, article_ids)

    def reprint_candidates(self, keys: Iterable[int]) -> dict[int, set[str]]:
        """The articles that the index of reprints has under each of `keys`."""
        with self._reads("look for reprints") as connection:
            return grouping.reprint_candidates(connection, keys)

    def issue_edits(self) -> list[IssueEdit]:
        """What analysts decided of issues, in order, what was undone too."""
        with self._reads("read the edits of issues") as connection:
            return issue_edits.all_edits(connection)

    def apply_edits(self, applied: Applied) -> int:
        """Write an edit of issues (or its undoing) with what it comes to; returns its number, 0 where there is none."""
        with self._writes("save an edit of issues") as connection:
            return issue_edits.apply(connection, applied, self.clock())

    def placed_rows(self, issue_ids: Iterable[str], article_ids: Iterable[str] = ()) -> dict[str, PlacedRow]:
        """The articles in these issues, or put there by the rules, and these articles; by id."""
        with self._reads("read what is grouped") as connection:
            return issue_edits.placed_rows(connection, issue_ids, article_ids)

    def save_spikes(self, day: str, spikes: Sequence[Spike]) -> None:
        """Replace the spikes of a day by these."""
        with self._writes("save spikes") as connection:
            issue_edits.save_spikes(connection, day, spikes)

    def mentions_of(self, article_ids: Iterable[str]) -> dict[str, tuple[Mention, ...]]:
        """The mentions of each article, in order of field and start."""
        with self._reads("read mentions") as connection:
            return grouping.mentions_of(connection, article_ids)

    # corrections and tagging anew

    def correct(self, article_id: str, correction: Correction) -> tuple[Mention, ...]:
        """Keep an analyst's correction and lay it over the article's mentions; returns them."""
        with self._writes("save a correction") as connection:
            return corrections.correct(connection, article_id, correction, self.clock(), self.settings)

    def forget_corrections(self, article_id: str) -> int:
        """Take the corrections of an article back; returns how many there were."""
        with self._writes("take corrections back") as connection:
            return corrections.forget(connection, article_id)

    def tagged_articles(
        self, since: datetime, after: tuple[datetime, str] | None = None, limit: int | None = None
    ) -> list[corrections.TaggedArticle]:
        """Articles since then that still have their text, with mentions and corrections, oldest first; in batches."""
        with self._reads("read articles with their mentions") as connection:
            return corrections.tagged_articles(connection, since, after, limit)

    def count_to_tag(self, since: datetime) -> int:
        """How many articles `tagged_articles` gives in all."""
        with self._reads("count articles") as connection:
            return corrections.count_to_tag(connection, since)

    def retag_mark(self) -> corrections.RetagMark | None:
        """How far a run of `retag` came that did not reach its end."""
        with self._reads("read how far retag came") as connection:
            return corrections.retag_mark(connection)

    def save_taggings(
        self, taggings: Sequence[corrections.Retagging], mark: corrections.RetagMark | None = None
    ) -> None:
        """Write new mentions of articles and how far `retag` has come (None: to its end), all together."""
        with self._writes("save mentions") as connection:
            corrections.save_taggings(connection, taggings, self.settings)
            corrections.set_retag_mark(connection, mark)

    # reports and reference

    def save_report(self, report: Report, files: Sequence[ReportFile] = ()) -> None:
        """Save a report and what is known of its files, in place of an earlier one of the same id."""
        with self._writes("save the report") as connection:
            reports.save_report(connection, report)
            report_files.save_files(connection, report.report_id, files)

    def remember_files(self, report_id: str, files: Sequence[ReportFile]) -> None:
        """Remember further files of a report that is there; one that is known already keeps its moment."""
        with self._writes("remember a report's files") as connection:
            report_files.save_files(connection, report_id, files)

    def report_files(self, report_id: str, *roles: FileRole) -> list[ReportFile]:
        """The files of a report in these roles, in order of the moment they were made, then of name."""
        with self._reads("read a report's files") as connection:
            return report_files.load_files(connection, report_id, roles)

    def act_on_report(self, report_id: str, act: ReportAct, files: Sequence[ReportFile] = ()) -> None:
        """Approve, send or correct a report: its new state, its log and the files that were signed, together."""
        with self._writes("save what was done with the report") as connection:
            report_files.act_on(connection, report_id, act, files)

    def report_acts(self, report_id: str) -> list[ReportAct]:
        """What was done with a report, in order."""
        with self._reads("read what was done with a report") as connection:
            return report_files.acts(connection, report_id)

    def save_delivery(self, report_id: str, delivery: Delivery) -> None:
        """Note how a delivery went, in place of what was noted of the same channel and bytes."""
        with self._writes("save a delivery") as connection:
            report_files.save_delivery(connection, report_id, delivery)

    def claim_delivery(self, report_id: str, delivery: Delivery, *, again: bool = False) -> Delivery | None:
        """Note that a delivery begins; the one that is there already when the same bytes went there or are going."""
        with self._writes("begin a delivery") as connection:
            return report_files.claim_delivery(connection, report_id, delivery, again=again)

    def deliveries(self, report_id: str) -> list[Delivery]:
        """How a report was delivered, in order of channel."""
        with self._reads("read a report's deliveries") as connection:
            return report_files.deliveries(connection, report_id)

    def alerts(self, channel: str) -> list[AlertRow]:
        """What was told to a channel, in order."""
        with self._reads("read the alerts") as connection:
            return alerts.told(connection, channel)

    def claim_alerts(self, rows: Sequence[AlertRow]) -> bool:
        """Note that a digest begins; False, and nothing noted, where one of its matters is told already."""
        with self._writes("begin an alert") as connection:
            return alerts.claim(connection, rows)

    def settle_alerts(self, rows: Sequence[AlertRow], *, sent: bool) -> None:
        """Note that a digest went out, or forget that it began."""
        with self._writes("save an alert") as connection:
            alerts.settle(connection, rows, sent=sent)

    def end_alerts(self, kind: str, subject_ids: Sequence[str], at: datetime) -> None:
        """These matters are over: should they come again, they are news."""
        with self._writes("end an alert") as connection:
            alerts.end(connection, kind, subject_ids, at)

    def load_report(self, report_id: str) -> Report | None:
        """A report with its snapshot, or None."""
        with self._reads("read a report") as connection:
            return reports.load_report(connection, report_id)

    def sync_outlets(self, outlets: Iterable[Outlet]) -> None:
        """Lay the configured outlets over the store's; one no longer configured stays, inactive."""
        with self._writes("save the outlets") as connection:
            reports.sync_outlets(connection, outlets)

    def sync_entities(self, records: Sequence[EntityRecord]) -> None:
        """Replace the gazetteer's names by these."""
        with self._writes("save the gazetteer's names") as connection:
            reports.sync_entities(connection, records)

    # reading

    def search(self, query: str | Query, limit: int = 20, filters: search.Filters | None = None) -> list[Hit]:
        """Articles that hold every word and "phrase" and no -exclusion, best first; diacritics count when given."""
        with self._reads("search") as connection:
            return search.search(connection, query, limit, filters or search.Filters())

    def hits(self, query: Query, article_ids: Sequence[str]) -> list[Hit]:
        """The articles with these ids as hits of the query, whether they hold it or not; the newest first."""
        with self._reads("read what was found") as connection:
            return search.hits_of(connection, query, article_ids)

    # topics

    def log_query(self, command: str, query: str, *, filters: Mapping[str, Any], found: int, who: str) -> None:
        """Write down who searched for what, when, and how much was found."""
        with self._writes("log the search") as connection:
            topics.log_query(connection, command, query, filters, found, who, self.clock())

    def save_topic(self, topic: Topic) -> None:
        """Save a topic under its name and open it."""
        with self._writes("save the topic") as connection:
            topics.save_topic(connection, topic)

    def close_topic(self, name: str, who: str) -> None:
        """Follow a topic no more. StoreError when none is open under that name."""
        with self._writes("close the topic") as connection:
            topics.close_topic(connection, name, who, self.clock())

    def topics(self, *, closed: bool = False) -> list[Topic]:
        """The open topics, with `closed` the closed ones too, by name."""
        with self._reads("read the topics") as connection:
            return topics.all_topics(connection, closed=closed)

    def mark_articles(self, name: str, found: Sequence[tuple[str, str]], run_id: str) -> list[str]:
        """Note that articles (id, why) belong to a topic; returns the ids that are new to it."""
        with self._writes("mark a topic's articles") as connection:
            return topics.mark_articles(connection, name, found, run_id, self.clock())

    def rows(self, query: Select[Any]) -> list[RowMapping]:
        """Rows of a SELECT over tables or `v1_` views, in one read transaction; times come as aware datetimes."""
        with self._reads("read") as connection:
            return list(connection.execute(query).mappings())


def open_store(
    url: str | Path, clock: Clock = system_clock, settings: Settings | None = None, *, backup: bool = True
) -> Store:
    """Open the store at `url` (a path means SQLite), creating an empty one and migrating (after a copy) an older one.

    Raises StoreError when it is newer than this program, is not ours, or cannot be opened.
    """
    engine = database.connect(database.database_url(url))
    try:
        opening.prepare(engine, backup=backup)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, clock, settings or Settings())
