"""Full text expires: what stays is title, link, excerpt, hash, mentions and placement."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, case, func, or_, select

from storage.report_files import forget_snapshots
from storage.schema import articles, frontier, query_log, revisions
from storage.search_index import forget_unindexed, index_articles
from storage.sql import in_chunks


def purge(connection: Connection, before: datetime, now: datetime) -> int:
    """Take text, captions, sapo beyond the excerpt, index and revisions' text out of articles first seen before then.

    Returns how many articles lost their text. Feeds' teasers in the frontier go too, snapshots of sheets made before
    then, and the log of who searched for what.
    """
    expired = select(articles.c.article_id).where(articles.c.first_seen_at < before, articles.c.expired_at.is_(None))
    ids = list(connection.execute(expired).scalars())
    within = or_(articles.c.sapo.is_(None), func.length(articles.c.sapo) <= func.length(articles.c.excerpt))
    kept_sapo = case((within, articles.c.sapo), else_=articles.c.excerpt)  # `article_rows.kept_sapo` in SQL
    for chunk in in_chunks(ids):
        blank = articles.update().where(articles.c.article_id.in_(chunk))
        connection.execute(blank.values(paragraphs=[], captions=[], sapo=kept_sapo, expired_at=now))
        blank = revisions.update().where(revisions.c.article_id.in_(chunk))
        connection.execute(blank.values(paragraphs=[], sapo=None))
    if ids:
        index_articles(connection, ids)
        forget_unindexed(connection)
    connection.execute(frontier.update().where(frontier.c.last_seen_at < before).values(sapo=None))
    connection.execute(query_log.delete().where(query_log.c.asked_at < before))
    forget_snapshots(connection, before)
    return len(ids)
