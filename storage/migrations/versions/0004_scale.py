"""Search and sheets in a store of millions: the index in order of publication, windows by index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

from storage.search_index import search_key, time_words
from storage.types import UtcDateTime

revision = "0004"
down_revision = "0003"

_CHUNK = 2_000
_OLD_FTS5 = (
    "CREATE VIRTUAL TABLE article_search USING fts5("
    "article_id UNINDEXED, accented, folded, tokenize = 'unicode61 remove_diacritics 0')"
)
_NEW_FTS5 = (
    "CREATE VIRTUAL TABLE article_search_new USING fts5("
    "accented, folded, columnsize = 0, tokenize = 'unicode61 remove_diacritics 0')"
)


def upgrade() -> None:
    """Give every article its search key and put the index in that order."""
    op.add_column("articles", sa.Column("search_key", sa.BigInteger(), nullable=True))
    _fill_keys()
    op.create_index("ix_articles_search", "articles", ["search_key", "outlet_id", "in_scope", "article_id"])
    op.create_index("ix_articles_url_key", "articles", ["url_key"])
    op.create_index("ix_issues_last", "issues", ["last_at"])
    if op.get_bind().dialect.name == "sqlite":
        _reorder_fts5()
    else:
        _reorder_gin()


def _fill_keys() -> None:
    connection = op.get_bind()
    articles = sa.table(
        "articles",
        sa.column("article_id", sa.String()),
        sa.column("published_at", UtcDateTime()),
        sa.column("first_seen_at", UtcDateTime()),
        sa.column("search_key", sa.BigInteger()),
    )
    a = articles.c
    last = ""
    keyed = sa.update(articles).where(a.article_id == sa.bindparam("id")).values(search_key=sa.bindparam("key"))
    while True:
        page = sa.select(a.article_id, a.published_at, a.first_seen_at).where(a.article_id > last)
        rows = connection.execute(page.order_by(a.article_id).limit(_CHUNK)).all()
        if not rows:
            return
        last = rows[-1][0]
        made = [{"id": row[0], "key": search_key(row[0], row[1] or row[2])} for row in rows]
        connection.execute(keyed, made)


def _reorder_fts5() -> None:
    op.execute(_NEW_FTS5)
    op.execute(
        "INSERT INTO article_search_new (rowid, accented, folded) "
        "SELECT a.search_key, s.accented, s.folded FROM article_search AS s "
        "JOIN articles AS a ON a.article_id = s.article_id GROUP BY a.search_key ORDER BY a.search_key"
    )
    op.execute("DROP TABLE article_search")
    op.execute("ALTER TABLE article_search_new RENAME TO article_search")


def _reorder_gin() -> None:
    connection = op.get_bind()
    # The texts stand apart from the keys, so that thousands of keys are a few pages.
    op.execute("ALTER TABLE article_search SET (toast_tuple_target = 128)")
    op.execute("ALTER TABLE article_search ADD COLUMN search_key bigint NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE article_search ALTER COLUMN search_key DROP DEFAULT")
    known = connection.execute(
        text("SELECT a.article_id, a.search_key FROM article_search JOIN articles AS a USING (article_id)")
    ).all()
    keyed = text(
        "UPDATE article_search SET search_key = :key, accented = accented || array_to_tsvector(:times), "
        "folded = folded || array_to_tsvector(:times) WHERE article_id = :id"
    )
    made = [{"id": article_id, "key": key, "times": time_words(key)} for article_id, key in known]
    for start in range(0, len(made), _CHUNK):
        connection.execute(keyed, made[start : start + _CHUNK])


def downgrade() -> None:
    """Back to an index in the order of ids."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_OLD_FTS5.replace("article_search", "article_search_old"))
        rows = op.get_bind().execute(
            text(
                "SELECT a.article_id, s.accented, s.folded FROM article_search AS s "
                "JOIN articles AS a ON a.search_key = s.rowid"
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
        op.execute("ALTER TABLE article_search DROP COLUMN search_key")
        op.execute("ALTER TABLE article_search RESET (toast_tuple_target)")
    op.drop_index("ix_issues_last", "issues")
    op.drop_index("ix_articles_url_key", "articles")
    op.drop_index("ix_articles_search", "articles")
    op.drop_column("articles", "search_key")
