"""Which outlets have changed their markup, asked of the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from config.model import Outlet
from storage.doubt import Drift, judge_drift
from storage.schema import articles
from storage.store import Store

WINDOW = timedelta(days=7)
"""Older articles say nothing of today's markup."""


def drifted(store: Store, outlets: Iterable[Outlet], *, now: datetime) -> Mapping[str, Drift]:
    """The outlets with verified rules that have drifted, by id."""
    ruled = [outlet.id for outlet in outlets if outlet.verified and any(rule.verified for rule in outlet.rules)]
    query = (
        select(articles.c.outlet_id, articles.c.extractor, articles.c.url)
        .where(articles.c.kind == "full", articles.c.first_seen_at >= now - WINDOW, articles.c.outlet_id.in_(ruled))
        .order_by(articles.c.first_seen_at.desc(), articles.c.article_id)
    )
    seen: dict[str, list[tuple[str, str]]] = {}
    for row in store.rows(query):
        seen.setdefault(row["outlet_id"], []).append((row["url"], row["extractor"]))
    found = {outlet_id: judge_drift(outlet_id, read) for outlet_id, read in seen.items()}
    return {outlet_id: drift for outlet_id, drift in found.items() if drift is not None}
