"""The tables of what analysts decided of issues, of spikes, and of the index of reprints. See `storage.schema`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table

from storage.schema import metadata
from storage.types import JsonText, SafeText, UtcDateTime


def _text(name: str, *, nullable: bool = True) -> Column[str]:
    return Column(name, SafeText, nullable=nullable)


def _time(name: str, *, nullable: bool = True) -> Column[datetime]:
    return Column(name, UtcDateTime, nullable=nullable)


issue_aliases = Table(
    "issue_aliases",
    metadata,
    # ids of issues that went over to another
    Column("issue_id", String, primary_key=True),
    _text("merged_into", nullable=False),
    _text("decided_by", nullable=False),  # rule, analyst
    Index("ix_issue_aliases_into", "merged_into"),
)

issue_edits = Table(
    "issue_edits",
    metadata,
    # what analysts decided of issues, in order; never deleted, only marked as undone
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("kind", nullable=False),
    _text("issue_id", nullable=False),
    _text("into_id"),
    Column("article_ids", JsonText, nullable=False),  # that were moved
    Column("kept_ids", JsonText, nullable=False),  # that stayed
    _text("title"),
    Column("level", Integer),  # that was given
    _text("made_by", nullable=False),  # the analyst
    _text("why"),
    _time("made_at", nullable=False),
    _time("undone_at"),
    _text("undone_by"),
)

reprint_keys = Table(
    "reprint_keys",
    metadata,
    # bands of MinHash signatures: under which texts are found that may be copies of each other
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("article_id", String, primary_key=True),
    sqlite_with_rowid=False,
)

spikes = Table(
    "spikes",
    metadata,
    Column("day", String, primary_key=True),  # YYYY-MM-DD on the clock of Hải Phòng
    Column("kind", String, primary_key=True),  # issue, agency
    Column("subject_id", String, primary_key=True),
    _time("window_start", nullable=False),
    _time("window_end", nullable=False),
    Column("articles", Integer, nullable=False),
    Column("outlets", Integer, nullable=False),
    Column("usual_7", Float, nullable=False),
    Column("usual_30", Float, nullable=False),
    Column("spread", Float, nullable=False),
    Column("chance", Float, nullable=False),
    Column("days", Integer, nullable=False),  # of the base that could be used
    Column("share", Float, nullable=False),
    Column("usual_share", Float, nullable=False),
    _text("reason", nullable=False),
)
