"""Articles that their outlets have removed: what the store still holds of their pages."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from storage.schema import articles, revisions
from storage.search_index import forget_unindexed
from storage.sql import in_chunks


def forget_pages(connection: Connection, article_ids: Iterable[str]) -> None:
    """Forget where the raw pages of articles lie, and let their words leave the file of the index too."""
    ids = list(article_ids)
    for chunk in in_chunks(ids):
        connection.execute(articles.update().where(articles.c.article_id.in_(chunk)).values(raw_ref=None))
        connection.execute(revisions.update().where(revisions.c.article_id.in_(chunk)).values(raw_ref=None))
    if ids:
        forget_unindexed(connection)
