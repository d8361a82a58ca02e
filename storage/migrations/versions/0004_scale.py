"""Search and sheets in a store of millions: the index in order of publication and by body, windows by index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

from storage.search_index import search_key
from storage.types import UtcDateTime

revision = "0004"
down_revision = "0003"

_CHUNK = 2_000
_OLD_FTS5 = (
    "CREATE VIRTUAL TABLE article_search USING fts5("
    "article_id UNINDEXED, accented, folded, tokenize = 'unicode61 remove_diacritics 0')"
)
_NEW_FTS5 = (
    "CREATE VIRTUAL TABLE article_search USING fts5("
    "accented, folded, bodies, columnsize = 0, tokenize = 'unicode61 remove_diacritics 0')"
)
_INDEXES = {
    "ix_articles_search": ("articles", ["search_key", "outlet_id", "in_scope", "article_id"]),
    "ix_articles_url_key": ("articles", ["url_key"]),
    "ix_issues_last": ("issues", ["last_at"]),
    "ix_issue_articles_level": ("issue_articles", ["article_id", "level"]),
}
_WITHOUT_TIMES = (
    "UPDATE article_search SET {0} = ts_delete({0}, ARRAY(SELECT lexeme FROM unnest({0}) WHERE left(lexeme, 1) = '@'))"
)


def upgrade() -> None:
    """Give every article its search key; an index in that order."""
    op.add_column("articles", sa.Column("search_key", sa.BigInteger(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE article_search")
        op.execute(_NEW_FTS5)
    else:
        op.execute("DELETE FROM article_search")
        # The texts stand apart from the keys, so that thousands of keys are a few pages.
        op.execute("ALTER TABLE article_search SET (toast_tuple_target = 128)")
        op.execute("ALTER TABLE article_search ADD COLUMN search_key bigint NOT NULL")
    _give_keys()
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns)


def _give_keys() -> None:
    """The index itself stays empty: the migration that changed it last fills it (0010)."""
    connection, last = op.get_bind(), ""
    a = sa.table(
        "articles",
        sa.column("article_id"),
        sa.column("published_at", UtcDateTime),
        sa.column("first_seen_at", UtcDateTime),
    )
    page = sa.select(a).where(a.c.article_id > sa.bindparam("last")).order_by(a.c.article_id).limit(_CHUNK)
    put = text("UPDATE articles SET search_key = :key WHERE article_id = :id")
    while rows := connection.execute(page, {"last": last}).all():
        connection.execute(
            put, [{"id": row[0], "key": search_key(row[0], row.published_at or row.first_seen_at)} for row in rows]
        )
        last = rows[-1].article_id


def downgrade() -> None:
    """Back to an index in the order of ids."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_OLD_FTS5.replace("article_search", "article_search_old"))
        rows = op.get_bind().execute(
            text(
                "SELECT a.article_id, s.accented, s.folded FROM article_search AS s "
                "JOIN articles AS a ON a.search_key = s.rowid WHERE s.accented <> ''"
            )
        )
        insert = text(
            "INSERT INTO article_search_old (rowid, article_id, accented, folded) VALUES (:rowid, :id, :a, :f)"
        )
        for page in rows.partitions(_CHUNK):
            made = [{"rowid": int(row[0], 16) >> 1, "id": row[0], "a": row[1], "f": row[2]} for row in page]
            op.get_bind().execute(insert, made)
        op.execute("DROP TABLE article_search")
        op.execute("ALTER TABLE article_search_old RENAME TO article_search")
    else:
        op.execute(_WITHOUT_TIMES.format("accented"))
        op.execute(_WITHOUT_TIMES.format("folded"))
        op.execute("DELETE FROM article_search WHERE accented = ''::tsvector")
        op.execute("ALTER TABLE article_search DROP COLUMN search_key")
        op.execute("ALTER TABLE article_search RESET (toast_tuple_target)")
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table)
    op.drop_column("articles", "search_key")
