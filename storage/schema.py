"""The tables, to be read like a page. What came from outside stands apart from what we added.

Times are UTC (`storage.types.UtcDateTime`), lists and objects JSON text. Keys are hashes or given ids, never a counter
whose order depends on who came first. Readers use the `v1_` views (`storage.views`), not these tables.
The migrations under `storage/migrations/` build exactly this; a test compares.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    and_,
    false,
)

from storage.types import JsonText, SafeText, UtcDateTime

REVISION = "0011"
"""The newest migration: what a store of this program is at."""

APPLICATION_ID = 0x64696562
"""«dieb» in SQLite's header: tells our file from anybody else's."""

metadata = MetaData()


def _text(name: str, *, nullable: bool = True) -> Column[str]:
    return Column(name, SafeText, nullable=nullable)


def _time(name: str, *, nullable: bool = True) -> Column[datetime]:
    return Column(name, UtcDateTime, nullable=nullable)


meta = Table("meta", metadata, Column("key", String, primary_key=True), _text("value", nullable=False))

outlets = Table(
    "outlets",
    metadata,
    # from the configuration, laid over at the start of every night
    Column("outlet_id", String, primary_key=True),
    _text("name", nullable=False),
    _text("tier", nullable=False),
    _text("owner"),
    Column("domains", JsonText, nullable=False),
    Column("city_default", Boolean, nullable=False),
    Column("fetch_pages", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
)

feeds = Table(
    "feeds",
    metadata,
    Column("feed_url", SafeText, primary_key=True),
    _text("outlet_id", nullable=False),
    # as the feed's server said
    _text("etag"),
    _text("last_modified"),
    # ours
    _time("last_polled_at"),
    _time("last_success_at"),
    _time("last_new_at"),
    Column("last_status", Integer),
    _text("last_error"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Index("ix_feeds_outlet", "outlet_id"),
)

feed_polls = Table(
    "feed_polls",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("feed_url", SafeText, primary_key=True),
    _text("outlet_id", nullable=False),
    _time("polled_at", nullable=False),
    Column("status", Integer, nullable=False),
    _text("error"),
    _text("detail"),
    Column("items", Integer, nullable=False),
    Column("new_items", Integer, nullable=False),
)

frontier = Table(
    "frontier",
    metadata,
    Column("url_key", String, primary_key=True),
    # as announced
    _text("url", nullable=False),
    _text("outlet_id", nullable=False),
    _text("via", nullable=False),
    _text("via_url", nullable=False),
    _text("title"),
    _text("sapo"),
    _time("published_at"),
    _text("published_raw"),
    _time("lastmod"),
    # as the page's server said
    _text("etag"),
    _text("last_modified"),
    # ours
    _text("first_run_id", nullable=False),
    _time("first_seen_at", nullable=False),
    _time("last_seen_at", nullable=False),
    Column("changed", Boolean, nullable=False),  # announced anew with another title, sapo or lastmod
    _text("fate"),  # the last one that a visit brought
    _text("detail"),
    _time("fated_at"),
    _time("checked_at"),  # the last visit that was no transient failure
    Column("attempts", Integer, nullable=False),  # transient failures in a row
    _time("retry_at"),
    _time("recheck_at"),
    _text("article_id"),
    Index("ix_frontier_outlet_fate", "outlet_id", "fate"),
    Index("ix_frontier_recheck", "recheck_at"),
)

articles = Table(
    "articles",
    metadata,
    Column("article_id", String, primary_key=True),
    # as the page (or the feed) says
    _text("outlet_id", nullable=False),
    _text("url", nullable=False),
    _text("canonical_url", nullable=False),
    _text("title", nullable=False),
    _text("sapo"),
    Column("paragraphs", JsonText, nullable=False),
    Column("captions", JsonText, nullable=False),
    _text("section"),
    _text("credited_outlet"),
    _time("published_at"),
    _text("published_from"),
    _text("published_raw"),
    _text("published_precision"),
    _time("modified_at"),
    # ours
    _text("url_key", nullable=False),
    _text("canonical_key", nullable=False),
    _text("kind", nullable=False),
    _text("excerpt", nullable=False),
    _text("extractor", nullable=False),
    _text("content_hash", nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("about_city", Boolean, nullable=False),
    Column("about_reasons", JsonText, nullable=False),
    Column("in_scope", Boolean, nullable=False),
    _text("gazetteer_version", nullable=False),
    Column("revision_count", Integer, nullable=False),
    _time("first_seen_at", nullable=False),
    _time("updated_at", nullable=False),
    _time("fetched_at"),
    _text("raw_ref"),
    _time("gone_at"),
    _time("expired_at"),  # when the full text was taken out
    Column("search_key", BigInteger),  # grows with the minute of publication: storage.search_index
    Column("grouped_hash", String, nullable=False, server_default=""),  # of the content its placement stands for
    Index("ix_articles_published", "published_at"),
    Index("ix_articles_first_seen", "first_seen_at"),
    Index("ix_articles_canonical_key", "canonical_key"),
    Index("ix_articles_url_key", "url_key"),
    Index("ix_articles_outlet", "outlet_id"),
    Index("ix_articles_search", "search_key", "article_id"),
)
TO_GROUP = and_(articles.c.in_scope.is_(True), articles.c.grouped_hash != articles.c.content_hash)
"""Articles to be placed, or placed anew; asked in these words it is answered from an index of just these."""
Index("ix_articles_to_group", articles.c.article_id, sqlite_where=TO_GROUP, postgresql_where=TO_GROUP)

revisions = Table(
    "revisions",
    metadata,
    Column("article_id", String, ForeignKey("articles.article_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),  # 0 = as it was first stored
    # as the page said then
    _text("title", nullable=False),
    _text("sapo"),
    Column("paragraphs", JsonText, nullable=False),
    _time("published_at"),
    # ours
    _text("content_hash", nullable=False),
    _time("seen_at", nullable=False),
    _time("replaced_at", nullable=False),
    _text("raw_ref"),
)

mentions = Table(
    "mentions",
    metadata,
    Column("article_id", String, ForeignKey("articles.article_id", ondelete="CASCADE"), primary_key=True),
    Column("field", String, primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("end", Integer, nullable=False),
    _text("entity_id", nullable=False),
    _text("unit_id"),  # the unit itself, or the one a body belongs to; NULL for an agency
    _text("kind", nullable=False),
    _text("surface", nullable=False),
    _text("rule", nullable=False),
    Column("confidence", Float, nullable=False),
    _text("decided_by", nullable=False),
    Column("salience", SafeText, nullable=False, server_default="passing"),  # title, lead, actor, passing
    Index("ix_mentions_entity", "entity_id"),
    Index("ix_mentions_unit", "unit_id"),
)

entities = Table(
    "entities",
    metadata,
    # from the gazetteer, laid over when its version changes
    Column("entity_id", String, primary_key=True),
    _text("kind", nullable=False),
    _text("name", nullable=False),
    _text("parent_id"),
    _text("valid_from"),
    _text("valid_until"),
)

entity_successors = Table(
    "entity_successors",
    metadata,
    Column("entity_id", String, primary_key=True),
    Column("successor_id", String, primary_key=True),  # in force today and holding some of its people or tasks
)

issues = Table(
    "issues",
    metadata,
    Column("issue_id", String, primary_key=True),
    _text("title", nullable=False),
    Column("level", Integer, nullable=False),
    Column("field_of", Integer, nullable=False),
    Column("level_reasons", JsonText, nullable=False),
    _time("first_at", nullable=False),
    _time("last_at", nullable=False),
    _text("first_article_id"),
    _text("given_title"),  # by an analyst
    Column("pinned", Boolean, nullable=False, server_default=false()),  # by an analyst: first on the sheet
    Column("given_level", Integer),  # by an analyst
    Index("ix_issues_last", "last_at"),
)

issue_articles = Table(
    "issue_articles",
    metadata,
    Column("article_id", String, ForeignKey("articles.article_id", ondelete="CASCADE"), primary_key=True),
    _text("issue_id", nullable=False),
    _text("reprint_of"),
    _text("reprint_kind"),
    Column("level", Integer, nullable=False),
    Column("level_reasons", JsonText, nullable=False),
    Column("level_score", Float, nullable=False),
    Column("field_of", Integer, nullable=False),
    Column("evidence", JsonText, nullable=False),
    _text("placed_hash", nullable=False),
    _time("placed_at", nullable=False),
    Column("auto_issue_id", SafeText, nullable=False, server_default=""),  # by the rules; issue_id: after edits
    _text("tied_to"),  # article_id of the article that brought it there
    Column("reprint_keys", LargeBinary, nullable=False, server_default=""),  # its rows of reprint_keys, 8 bytes each
    Index("ix_issue_articles_issue", "issue_id"),
    Index("ix_issue_articles_auto", "auto_issue_id"),
    Index("ix_issue_articles_reprint_of", "reprint_of"),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", String, primary_key=True),
    _text("kind", nullable=False),
    _text("morning", nullable=False),  # YYYY-MM-DD on the clock of Hải Phòng
    _time("started_at", nullable=False),
    _time("finished_at"),
    _text("outcome"),
    Column("counts", JsonText, nullable=False),
)

fates = Table(
    "fates",
    metadata,
    Column("run_id", String, ForeignKey("runs.run_id"), primary_key=True),
    Column("url_key", String, primary_key=True),
    _text("url", nullable=False),
    _text("outlet_id", nullable=False),
    _text("fate"),  # NULL: seen in this run, nothing decided yet
    _text("detail"),
    _text("article_id"),
    _time("decided_at"),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", String, primary_key=True),
    Column("next_at", Float, nullable=False),  # real time, seconds since 1970: pace is owed to the real host
    Column("asked_at", Float),  # the last request: who wants a longer pace than the one before counts from it
    Column("day", String),  # of Hải Phòng, by the clock of the run, YYYY-MM-DD
    Column("requests", Integer),  # of that day, by all processes
)

reports = Table(
    "reports",
    metadata,
    Column("report_id", String, primary_key=True),
    _text("date", nullable=False),
    _text("kind", nullable=False),
    _text("run_id"),
    _time("window_start", nullable=False),
    _time("window_end", nullable=False),
    _time("generated_at", nullable=False),
    _text("state", nullable=False),
    Column("inputs", JsonText, nullable=False),
    _text("sha256", nullable=False),
    _text("path", nullable=False),
)

report_articles = Table(
    "report_articles",
    metadata,
    Column("report_id", String, ForeignKey("reports.report_id", ondelete="CASCADE"), primary_key=True),
    Column("article_id", String, primary_key=True),
    _text("issue_id"),
    Column("late", Boolean, nullable=False),
)

report_files = Table(
    "report_files",
    metadata,
    Column("report_id", String, ForeignKey("reports.report_id", ondelete="CASCADE"), primary_key=True),
    Column("role", String, primary_key=True),  # draft, snapshot, approved
    Column("name", String, primary_key=True),
    Column("sha256", String, primary_key=True),
    _time("made_at", nullable=False),
    Column("content", LargeBinary),  # NULL for a draft: its hash alone tells our file from an edited one
)

report_acts = Table(
    "report_acts",
    metadata,
    Column("report_id", String, ForeignKey("reports.report_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    _time("at", nullable=False),
    _text("act", nullable=False),  # approved, sent, corrected
    _text("who", nullable=False),  # user of the operating system
    _text("detail"),
)

report_deliveries = Table(
    "report_deliveries",
    metadata,
    Column("report_id", String, ForeignKey("reports.report_id", ondelete="CASCADE"), primary_key=True),
    Column("channel", String, primary_key=True),  # as the settings name it; never an address
    Column("sha256", String, primary_key=True),  # of what was delivered
    _text("state", nullable=False),  # sending, delivered, failed
    Column("attempts", Integer, nullable=False),
    _time("last_at", nullable=False),
    _text("detail"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("channel", String, primary_key=True),  # as the settings name it; never an address
    Column("kind", String, primary_key=True),  # issue, agency, outlet
    Column("subject_id", String, primary_key=True),
    Column("at", UtcDateTime, primary_key=True),  # the same for all of one digest
    _text("state", nullable=False),  # sending, sent
    _time("over_at"),  # an outlet came back: the next time it falls silent is news again
)

topics = Table(
    "topics",
    metadata,
    Column("name", String, primary_key=True),
    _text("query", nullable=False),
    Column("outlets", JsonText, nullable=False),  # ids; empty = all
    Column("since_hours", Integer, nullable=False),
    # who answers for it (user of the operating system)
    _time("saved_at", nullable=False),
    _text("saved_by", nullable=False),
    _time("closed_at"),
    _text("closed_by"),
)

topic_articles = Table(
    "topic_articles",
    metadata,
    Column("name", String, ForeignKey("topics.name", ondelete="CASCADE"), primary_key=True),
    Column("article_id", String, ForeignKey("articles.article_id", ondelete="CASCADE"), primary_key=True),
    _text("why", nullable=False),
    _text("run_id", nullable=False),  # the one that marked it first
    _time("marked_at", nullable=False),
)

corrections = Table(
    "corrections",
    metadata,
    Column("article_id", String, ForeignKey("articles.article_id", ondelete="CASCADE"), primary_key=True),
    Column("entity_id", String, primary_key=True),
    Column("surface", String, primary_key=True),  # "" = wherever the entity is mentioned
    _text("action", nullable=False),  # add, remove, move
    _text("to_id"),
    _time("decided_at", nullable=False),
)

query_log = Table(
    "query_log",
    metadata,
    Column("query_id", String, primary_key=True),
    _time("asked_at", nullable=False),
    _text("asked_by", nullable=False),  # user of the operating system
    _text("command", nullable=False),
    _text("query", nullable=False),
    Column("filters", JsonText, nullable=False),
    Column("found", Integer, nullable=False),
    Index("ix_query_log_asked", "asked_at"),
)
