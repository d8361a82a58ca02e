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
    func,
)

from storage.types import JsonText, SafeText, UtcDateTime

REVISION = "0011"
"""The newest migration: what a store of this program is at."""

APPLICATION_ID = 0x64696562
"""«dieb» in SQLite's header: tells our file from anybody else's."""

metadata = MetaData()


def text_column(name: str, *, nullable: bool = True) -> Column[str]:
    """A column of text from outside (`storage.types.SafeText`)."""
    return Column(name, SafeText, nullable=nullable)


def time_column(name: str, *, nullable: bool = True) -> Column[datetime]:
    """A column of moments in UTC, whole seconds."""
    return Column(name, UtcDateTime, nullable=nullable)


meta = Table("meta", metadata, Column("key", String, primary_key=True), text_column("value", nullable=False))

outlets = Table(
    "outlets",
    metadata,
    # from the configuration, laid over at the start of every night
    Column("outlet_id", String, primary_key=True),
    text_column("name", nullable=False),
    text_column("tier", nullable=False),
    text_column("owner"),
    Column("domains", JsonText, nullable=False),
    Column("city_default", Boolean, nullable=False),
    Column("fetch_pages", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
)

feeds = Table(
    "feeds",
    metadata,
    Column("feed_url", SafeText, primary_key=True),
    text_column("outlet_id", nullable=False),
    # as the feed's server said
    text_column("etag"),
    text_column("last_modified"),
    # ours
    time_column("last_polled_at"),
    time_column("last_success_at"),
    time_column("last_new_at"),
    Column("last_status", Integer),
    text_column("last_error"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Index("ix_feeds_outlet", "outlet_id"),
)

feed_polls = Table(
    "feed_polls",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("feed_url", SafeText, primary_key=True),
    text_column("outlet_id", nullable=False),
    time_column("polled_at", nullable=False),
    Column("status", Integer, nullable=False),
    text_column("error"),
    text_column("detail"),
    Column("items", Integer, nullable=False),
    Column("new_items", Integer, nullable=False),
)

frontier = Table(
    "frontier",
    metadata,
    Column("url_key", String, primary_key=True),
    # as announced
    text_column("url", nullable=False),
    text_column("outlet_id", nullable=False),
    text_column("via", nullable=False),
    text_column("via_url", nullable=False),
    text_column("title"),
    text_column("sapo"),
    time_column("published_at"),
    text_column("published_raw"),
    time_column("lastmod"),
    # as the page's server said
    text_column("etag"),
    text_column("last_modified"),
    # ours
    text_column("first_run_id", nullable=False),
    time_column("first_seen_at", nullable=False),
    time_column("last_seen_at", nullable=False),
    Column("changed", Boolean, nullable=False),  # announced anew with another title, sapo or lastmod
    text_column("fate"),  # the last one that a visit brought
    text_column("detail"),
    time_column("fated_at"),
    time_column("checked_at"),  # the last visit that was no transient failure
    Column("attempts", Integer, nullable=False),  # transient failures in a row
    time_column("retry_at"),
    time_column("recheck_at"),
    text_column("article_id"),
    Index("ix_frontier_outlet_fate", "outlet_id", "fate"),
    Index("ix_frontier_recheck", "recheck_at"),
)

articles = Table(
    "articles",
    metadata,
    Column("article_id", String, primary_key=True),
    # as the page (or the feed) says
    text_column("outlet_id", nullable=False),
    text_column("url", nullable=False),
    text_column("canonical_url", nullable=False),
    text_column("title", nullable=False),
    text_column("sapo"),
    Column("paragraphs", JsonText, nullable=False),
    Column("captions", JsonText, nullable=False),
    text_column("section"),
    text_column("credited_outlet"),
    time_column("published_at"),
    text_column("published_from"),
    text_column("published_raw"),
    text_column("published_precision"),
    time_column("modified_at"),
    # ours
    text_column("url_key", nullable=False),
    text_column("canonical_key", nullable=False),
    text_column("kind", nullable=False),
    text_column("excerpt", nullable=False),
    text_column("extractor", nullable=False),
    text_column("content_hash", nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("about_city", Boolean, nullable=False),
    Column("about_reasons", JsonText, nullable=False),
    Column("in_scope", Boolean, nullable=False),
    text_column("gazetteer_version", nullable=False),
    Column("revision_count", Integer, nullable=False),
    time_column("first_seen_at", nullable=False),
    time_column("updated_at", nullable=False),
    time_column("fetched_at"),
    text_column("raw_ref"),
    time_column("gone_at"),
    time_column("expired_at"),  # when the full text was taken out
    Column("search_key", BigInteger),  # grows with the minute of publication: storage.search_index
    Column("grouped_hash", String, nullable=False, server_default=""),  # of the content its placement stands for
    Index("ix_articles_published", "published_at"),
    Index("ix_articles_first_seen", "first_seen_at"),
    Index("ix_articles_canonical_key", "canonical_key"),
    Index("ix_articles_url_key", "url_key"),
    Index("ix_articles_outlet", "outlet_id"),
    Index("ix_articles_search", "search_key", "article_id"),
)
article_at = func.coalesce(articles.c.published_at, articles.c.first_seen_at, type_=articles.c.published_at.type)
"""The moment that orders articles: published, or first seen where no date could be had."""
TO_GROUP = and_(articles.c.in_scope.is_(True), articles.c.grouped_hash != articles.c.content_hash)
"""Articles to be placed, or placed anew; asked in these words it is answered from an index of just these."""
Index("ix_articles_to_group", articles.c.article_id, sqlite_where=TO_GROUP, postgresql_where=TO_GROUP)

revisions = Table(
    "revisions",
    metadata,
    Column("article_id", String, ForeignKey("articles.article_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),  # 0 = as it was first stored
    # as the page said then
    text_column("title", nullable=False),
    text_column("sapo"),
    Column("paragraphs", JsonText, nullable=False),
    time_column("published_at"),
    # ours
    text_column("content_hash", nullable=False),
    time_column("seen_at", nullable=False),
    time_column("replaced_at", nullable=False),
    text_column("raw_ref"),
)

mentions = Table(
    "mentions",
    metadata,
    Column("article_id", String, ForeignKey("articles.article_id", ondelete="CASCADE"), primary_key=True),
    Column("field", String, primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("end", Integer, nullable=False),
    text_column("entity_id", nullable=False),
    text_column("unit_id"),  # the unit itself, or the one a body belongs to; NULL for an agency
    text_column("kind", nullable=False),
    text_column("surface", nullable=False),
    text_column("rule", nullable=False),
    Column("confidence", Float, nullable=False),
    text_column("decided_by", nullable=False),
    Column("salience", SafeText, nullable=False, server_default="passing"),  # title, lead, actor, passing
    Index("ix_mentions_entity", "entity_id"),
    Index("ix_mentions_unit", "unit_id"),
)

entities = Table(
    "entities",
    metadata,
    # from the gazetteer, laid over when its version changes
    Column("entity_id", String, primary_key=True),
    text_column("kind", nullable=False),
    text_column("name", nullable=False),
    text_column("parent_id"),
    text_column("valid_from"),
    text_column("valid_until"),
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
    text_column("title", nullable=False),
    Column("level", Integer, nullable=False),
    Column("field_of", Integer, nullable=False),
    Column("level_reasons", JsonText, nullable=False),
    time_column("first_at", nullable=False),
    time_column("last_at", nullable=False),
    text_column("first_article_id"),
    text_column("given_title"),  # by an analyst
    Column("pinned", Boolean, nullable=False, server_default=false()),  # by an analyst: first on the sheet
    Column("given_level", Integer),  # by an analyst
    Index("ix_issues_last", "last_at"),
)

issue_articles = Table(
    "issue_articles",
    metadata,
    Column("article_id", String, ForeignKey("articles.article_id", ondelete="CASCADE"), primary_key=True),
    text_column("issue_id", nullable=False),
    text_column("reprint_of"),
    text_column("reprint_kind"),
    Column("level", Integer, nullable=False),
    Column("level_reasons", JsonText, nullable=False),
    Column("level_score", Float, nullable=False),
    Column("field_of", Integer, nullable=False),
    Column("evidence", JsonText, nullable=False),
    text_column("placed_hash", nullable=False),
    time_column("placed_at", nullable=False),
    Column("auto_issue_id", SafeText, nullable=False, server_default=""),  # by the rules; issue_id: after edits
    text_column("tied_to"),  # article_id of the article that brought it there
    Column("reprint_keys", LargeBinary, nullable=False, server_default=""),  # its rows of reprint_keys, 8 bytes each
    Index("ix_issue_articles_issue", "issue_id"),
    Index("ix_issue_articles_auto", "auto_issue_id"),
    Index("ix_issue_articles_reprint_of", "reprint_of"),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", String, primary_key=True),
    text_column("kind", nullable=False),
    text_column("morning", nullable=False),  # YYYY-MM-DD on the clock of Hải Phòng
    time_column("started_at", nullable=False),
    time_column("finished_at"),
    text_column("outcome"),
    Column("counts", JsonText, nullable=False),
)

fates = Table(
    "fates",
    metadata,
    Column("run_id", String, ForeignKey("runs.run_id"), primary_key=True),
    Column("url_key", String, primary_key=True),
    text_column("url", nullable=False),
    text_column("outlet_id", nullable=False),
    text_column("fate"),  # NULL: seen in this run, nothing decided yet
    text_column("detail"),
    text_column("article_id"),
    time_column("decided_at"),
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
    text_column("date", nullable=False),
    text_column("kind", nullable=False),
    text_column("run_id"),
    time_column("window_start", nullable=False),
    time_column("window_end", nullable=False),
    time_column("generated_at", nullable=False),
    text_column("state", nullable=False),
    Column("inputs", JsonText, nullable=False),
    text_column("sha256", nullable=False),
    text_column("path", nullable=False),
)

report_articles = Table(
    "report_articles",
    metadata,
    Column("report_id", String, ForeignKey("reports.report_id", ondelete="CASCADE"), primary_key=True),
    Column("article_id", String, primary_key=True),
    text_column("issue_id"),
    Column("late", Boolean, nullable=False),
)

report_files = Table(
    "report_files",
    metadata,
    Column("report_id", String, ForeignKey("reports.report_id", ondelete="CASCADE"), primary_key=True),
    Column("role", String, primary_key=True),  # draft, snapshot, approved
    Column("name", String, primary_key=True),
    Column("sha256", String, primary_key=True),
    time_column("made_at", nullable=False),
    Column("content", LargeBinary),  # NULL for a draft: its hash alone tells our file from an edited one
)

report_acts = Table(
    "report_acts",
    metadata,
    Column("report_id", String, ForeignKey("reports.report_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    time_column("at", nullable=False),
    text_column("act", nullable=False),  # approved, sent, corrected
    text_column("who", nullable=False),  # user of the operating system
    text_column("detail"),
)

report_deliveries = Table(
    "report_deliveries",
    metadata,
    Column("report_id", String, ForeignKey("reports.report_id", ondelete="CASCADE"), primary_key=True),
    Column("channel", String, primary_key=True),  # as the settings name it; never an address
    Column("sha256", String, primary_key=True),  # of what was delivered
    text_column("state", nullable=False),  # sending, delivered, failed
    Column("attempts", Integer, nullable=False),
    time_column("last_at", nullable=False),
    text_column("detail"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("channel", String, primary_key=True),  # as the settings name it; never an address
    Column("kind", String, primary_key=True),  # issue, agency, outlet
    Column("subject_id", String, primary_key=True),
    Column("at", UtcDateTime, primary_key=True),  # the same for all of one digest
    text_column("state", nullable=False),  # sending, sent
    time_column("over_at"),  # an outlet came back: the next time it falls silent is news again
)

topics = Table(
    "topics",
    metadata,
    Column("name", String, primary_key=True),
    text_column("query", nullable=False),
    Column("outlets", JsonText, nullable=False),  # ids; empty = all
    Column("since_hours", Integer, nullable=False),
    # who answers for it (user of the operating system)
    time_column("saved_at", nullable=False),
    text_column("saved_by", nullable=False),
    time_column("closed_at"),
    text_column("closed_by"),
)

topic_articles = Table(
    "topic_articles",
    metadata,
    Column("name", String, ForeignKey("topics.name", ondelete="CASCADE"), primary_key=True),
    Column("article_id", String, ForeignKey("articles.article_id", ondelete="CASCADE"), primary_key=True),
    text_column("why", nullable=False),
    text_column("run_id", nullable=False),  # the one that marked it first
    time_column("marked_at", nullable=False),
)

corrections = Table(
    "corrections",
    metadata,
    Column("article_id", String, ForeignKey("articles.article_id", ondelete="CASCADE"), primary_key=True),
    Column("entity_id", String, primary_key=True),
    Column("surface", String, primary_key=True),  # "" = wherever the entity is mentioned
    text_column("action", nullable=False),  # add, remove, move
    text_column("to_id"),
    time_column("decided_at", nullable=False),
)

query_log = Table(
    "query_log",
    metadata,
    Column("query_id", String, primary_key=True),
    time_column("asked_at", nullable=False),
    text_column("asked_by", nullable=False),  # user of the operating system
    text_column("command", nullable=False),
    text_column("query", nullable=False),
    Column("filters", JsonText, nullable=False),
    Column("found", Integer, nullable=False),
    Index("ix_query_log_asked", "asked_at"),
)
