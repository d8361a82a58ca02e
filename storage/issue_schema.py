"""The tables of what analysts decided of issues, of spikes, and of the index of reprints. See `storage.schema`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table

from storage.schema import metadata, text_column, time_column
from storage.types import JsonText

issue_aliases = Table(
    "issue_aliases",
    metadata,
    # ids of issues that went over to another
    Column("issue_id", String, primary_key=True),
    text_column("merged_into", nullable=False),
    text_column("decided_by", nullable=False),  # rule, analyst
    Index("ix_issue_aliases_into", "merged_into"),
)

issue_edits = Table(
    "issue_edits",
    metadata,
    # what analysts decided of issues, in order; never deleted, only marked as undone
    Column("number", Integer, primary_key=True, autoincrement=False),
    text_column("kind", nullable=False),
    text_column("issue_id", nullable=False),
    text_column("into_id"),
    Column("article_ids", JsonText, nullable=False),  # that were moved
    Column("kept_ids", JsonText, nullable=False),  # that stayed
    text_column("title"),
    Column("level", Integer),  # that was given
    text_column("made_by", nullable=False),  # the analyst
    text_column("why"),
    time_column("made_at", nullable=False),
    time_column("undone_at"),
    text_column("undone_by"),
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
    time_column("window_start", nullable=False),
    time_column("window_end", nullable=False),
    Column("articles", Integer, nullable=False),
    Column("outlets", Integer, nullable=False),
    Column("usual_7", Float, nullable=False),
    Column("usual_30", Float, nullable=False),
    Column("spread", Float, nullable=False),
    Column("chance", Float, nullable=False),
    Column("days", Integer, nullable=False),  # of the base that could be used
    Column("share", Float, nullable=False),
    Column("usual_share", Float, nullable=False),
    text_column("reason", nullable=False),
)
