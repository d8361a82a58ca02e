"""One list of words for search: pairs of neighbours, and what a search is narrowed by, on both databases."""

from itertools import pairwise

from alembic import op
from sqlalchemy import Connection, text

from storage.search_index import index_articles, time_words
from vietnamese.normal import unaccent

revision = "0010"
down_revision = "0009"

_CHUNK = 2_000
_OLD_FTS5 = (
    "CREATE VIRTUAL TABLE article_search USING fts5("
    "accented, folded, bodies, columnsize = 0, tokenize = 'unicode61 remove_diacritics 0')"
)
_OLD_POSTGRES = (
    "CREATE TABLE article_search (article_id varchar PRIMARY KEY, accented tsvector NOT NULL, folded tsvector NOT NULL,"
    " search_key bigint NOT NULL) WITH (toast_tuple_target = 128)"
)
# The syllables are kept once, beside the index: FTS5 has to be told them when they are to leave it.
_NEW_FTS5 = (
    "CREATE VIRTUAL TABLE article_search USING fts5("
    "words, content = '', columnsize = 0, detail = none, tokenize = \"ascii tokenchars '_@'\")"
)
_NEW_TEXTS = (
    "CREATE TABLE article_search_texts (search_key INTEGER PRIMARY KEY, accented TEXT NOT NULL, facts TEXT NOT NULL)"
)
# Texts and words stand apart from the keys, so that thousands of keys are a few pages.
_NEW_POSTGRES = (
    "CREATE TABLE article_search (article_id varchar PRIMARY KEY, search_key bigint NOT NULL, accented text NOT NULL, "
    "facts text NOT NULL, words tsvector NOT NULL) WITH (toast_tuple_target = 128)"
)


def upgrade() -> None:
    """Make the index anew and put every article into it."""
    op.execute("DROP TABLE article_search")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_NEW_FTS5)
        op.execute(_NEW_TEXTS)
    else:
        op.execute(_NEW_POSTGRES)
    # In order of their keys, which FTS5 takes best.
    ids = op.get_bind().execute(text("SELECT article_id FROM articles ORDER BY search_key, article_id")).scalars().all()
    index_articles(op.get_bind(), ids)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX ix_article_search_words ON article_search USING gin (words)")
    op.drop_index("ix_issue_articles_level", "issue_articles")
    op.drop_index("ix_articles_search", "articles")
    op.create_index("ix_articles_search", "articles", ["search_key", "article_id"])


def downgrade() -> None:
    """Back to an index of texts, in which a search is narrowed by bodies only."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("ALTER TABLE article_search RENAME TO article_search_new")
    op.execute(_OLD_FTS5 if sqlite else _OLD_POSTGRES)
    (_back_to_fts5 if sqlite else _back_to_gin)(op.get_bind())
    op.execute("DROP TABLE article_search_new")
    if sqlite:
        op.execute("DROP TABLE article_search_texts")
    else:
        op.execute("CREATE INDEX ix_article_search_accented ON article_search USING gin (accented)")
        op.execute("CREATE INDEX ix_article_search_folded ON article_search USING gin (folded)")
    op.create_index("ix_issue_articles_level", "issue_articles", ["article_id", "level"])
    op.drop_index("ix_articles_search", "articles")
    op.create_index("ix_articles_search", "articles", ["search_key", "outlet_id", "in_scope", "article_id"])


def _bodies(facts: str) -> list[str]:
    return [word for word in facts.split() if word.startswith("@b")]


def _back_to_fts5(connection: Connection) -> None:
    insert = text(
        "INSERT INTO article_search (rowid, accented, folded, bodies) VALUES (:key, :accented, :folded, :bodies)"
    )
    rows = connection.execute(text("SELECT search_key, accented, facts FROM article_search_texts ORDER BY search_key"))
    for page in rows.partitions(_CHUNK):
        made = [
            {"key": key, "accented": said, "folded": unaccent(said), "bodies": " ".join(_bodies(facts))}
            for key, said, facts in page
        ]
        connection.execute(insert, made)


def _back_to_gin(connection: Connection) -> None:
    insert = text(
        "INSERT INTO article_search (article_id, search_key, accented, folded) VALUES (:id, :key, "
        "to_tsvector('simple', :accented) || array_to_tsvector(CAST(:accented_too AS text[])), "
        "to_tsvector('simple', :folded) || array_to_tsvector(CAST(:folded_too AS text[])))"
    )
    rows = connection.execute(text("SELECT article_id, search_key, accented, facts FROM article_search_new")).all()
    for start in range(0, len(rows), _CHUNK):
        made = []
        for article_id, key, said, facts in rows[start : start + _CHUNK]:
            texts = {"accented": said, "folded": unaccent(said)}
            beside = [*_bodies(facts), *(word.replace("@t", "@s") for word in time_words(key))]
            too = {f"{name}_too": beside + _old_pairs(words) for name, words in texts.items()}
            made.append({"id": article_id, "key": key} | texts | too)
        connection.execute(insert, made)


def _old_pairs(words: str) -> list[str]:
    return sorted({f"@p{one}_{two}" for one, two in pairwise(words.split()) if len(one) + len(two) <= 60})  # noqa: PLR2004
