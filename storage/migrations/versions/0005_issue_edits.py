"""Analysts' edits of issues, ids that went over, spikes, the index of reprints, an index of what is to be placed."""

import sqlalchemy as sa
from alembic import op

from storage.types import JsonText, UtcDateTime

revision = "0005"
down_revision = "0004"

_NEW_TABLES = ("issue_aliases", "issue_edits", "reprint_keys", "spikes")


def upgrade() -> None:
    """Create four tables; add what articles, issues and placements carry from now on."""
    _create_edits()
    _create_spikes()
    op.add_column("issues", sa.Column("given_title", sa.Text(), nullable=True))
    op.add_column("issues", sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("articles", sa.Column("grouped_hash", sa.String(), nullable=False, server_default=""))
    op.add_column("issue_articles", sa.Column("auto_issue_id", sa.Text(), nullable=False, server_default=""))
    op.add_column("issue_articles", sa.Column("tied_to", sa.Text(), nullable=True))
    op.add_column("issue_articles", _no_keys())
    op.execute("UPDATE issue_articles SET auto_issue_id = issue_id")
    op.execute(
        "UPDATE articles SET grouped_hash = coalesce("
        "(SELECT placed_hash FROM issue_articles WHERE issue_articles.article_id = articles.article_id), '')"
    )
    to_group = sa.text("in_scope IS 1 AND grouped_hash != content_hash")
    if op.get_bind().dialect.name == "postgresql":
        to_group = sa.text("in_scope IS true AND grouped_hash != content_hash")
    op.create_index(
        "ix_articles_to_group", "articles", ["article_id"], sqlite_where=to_group, postgresql_where=to_group
    )
    op.create_index("ix_issue_articles_auto", "issue_articles", ["auto_issue_id"])
    op.create_index("ix_issue_articles_reprint_of", "issue_articles", ["reprint_of"])


def _no_keys() -> sa.Column[bytes]:
    nothing = sa.text("''::bytea" if op.get_bind().dialect.name == "postgresql" else "x''")
    return sa.Column("reprint_keys", sa.LargeBinary(), nullable=False, server_default=nothing)


def _create_edits() -> None:
    op.create_table(
        "issue_aliases",
        sa.Column("issue_id", sa.String(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("issue_id"),
    )
    op.create_index("ix_issue_aliases_into", "issue_aliases", ["merged_into"])
    op.create_table(
        "issue_edits",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("issue_id", sa.Text(), nullable=False),
        sa.Column("into_id", sa.Text(), nullable=True),
        sa.Column("article_ids", JsonText(), nullable=False),
        sa.Column("kept_ids", JsonText(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )


def _create_spikes() -> None:
    op.create_table(
        "reprint_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", "article_id"),
        sqlite_with_rowid=False,
    )
    numbers = ("usual_7", "usual_30", "spread", "chance")
    op.create_table(
        "spikes",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("day", "kind", "subject_id")),
        sa.Column("window_start", UtcDateTime(), nullable=False),
        sa.Column("window_end", UtcDateTime(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("outlets", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in numbers),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("usual_share", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", "subject_id"),
    )


def downgrade() -> None:
    """Take it all away again."""
    for name in ("ix_issue_articles_reprint_of", "ix_issue_articles_auto"):
        op.drop_index(name, table_name="issue_articles")
    op.drop_index("ix_articles_to_group", table_name="articles")
    for name in ("reprint_keys", "tied_to", "auto_issue_id"):
        op.drop_column("issue_articles", name)
    op.drop_column("articles", "grouped_hash")
    for name in ("pinned", "given_title"):
        op.drop_column("issues", name)
    for table in _NEW_TABLES:
        op.drop_table(table)
