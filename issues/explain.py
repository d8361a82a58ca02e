"""Everything known about an issue, as plain data: score parts, members, reprint tree, reasons, timeline."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, func, select

from issues.rank import Member, score
from storage.schema import issue_articles
from storage.views import v1_articles, v1_issues, v1_mentions, v1_outlets
from vietnamese.clock import iso

if TYPE_CHECKING:
    from storage.store import Store


def explain_issue(store: Store, issue_id: str, *, start: datetime, end: datetime) -> dict[str, Any] | None:
    """What is known of an issue; None where there is no such issue.

    The score is the one of the window [`start`, `end`), over the articles of the issue in it (all, where none is).
    Keys: issue_id, title, level, field_of, reasons, score, score_parts, members, reprints (a tree), timeline, bodies.
    """
    found = store.rows(select(v1_issues).where(v1_issues.c.issue_id == issue_id))
    if not found:
        return None
    issue, rows = found[0], _members(store, issue_id)
    bodies = _bodies(store, [row["article_id"] for row in rows])
    inside = [row for row in rows if start <= row["at"] < end] or rows
    rank = score(
        [_member(row, bodies) for row in inside], level=issue["level"], first_at=issue["first_at"], start=start, end=end
    )
    return {
        "issue_id": issue_id,
        "title": issue["title"],
        "level": issue["level"],
        "field_of": issue["field_of"],
        "reasons": list(issue["level_reasons"]),
        "score": str(rank.total),
        "score_parts": {name: str(part) for name, part in rank.parts.items()},
        "members": [_told(row, bodies) for row in rows],
        "reprints": reprint_tree(rows),
        "timeline": timeline(rows),
        "bodies": sorted({body for row in rows for body in bodies.get(row["article_id"], ())}),
    }


def _members(store: Store, issue_id: str) -> list[RowMapping]:
    a, o, i = v1_articles.c, v1_outlets.c, issue_articles.c
    at = func.coalesce(a.published_at, a.first_seen_at, type_=a.published_at.type).label("at")
    query = (
        select(
            a.article_id, a.outlet_id, o.tier, a.title, a.url, at, a.level, a.level_reasons, a.level_score,
            a.reprint_of, i.reprint_kind, i.evidence,
        )
        .select_from(
            v1_articles.join(issue_articles, i.article_id == a.article_id).outerjoin(
                v1_outlets, o.outlet_id == a.outlet_id
            )
        )
        .where(a.issue_id == issue_id)
        .order_by(at, a.article_id)
    )  # fmt: skip
    return store.rows(query)


def _bodies(store: Store, article_ids: list[str]) -> dict[str, tuple[str, ...]]:
    m = v1_mentions.c
    query = select(m.article_id, m.entity_id).where(m.article_id.in_(article_ids)).distinct()
    found: dict[str, set[str]] = {}
    for row in store.rows(query):
        found.setdefault(row["article_id"], set()).add(row["entity_id"])
    return {key: tuple(sorted(some)) for key, some in found.items()}


def _member(row: RowMapping, bodies: dict[str, tuple[str, ...]]) -> Member:
    return Member(
        outlet_id=row["outlet_id"],
        tier=row["tier"],
        at=row["at"],
        is_reprint=row["reprint_of"] is not None,
        level_score=row["level_score"],
        bodies=bodies.get(row["article_id"], ()),
    )


def _told(row: RowMapping, bodies: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    return {
        "article_id": row["article_id"],
        "outlet": row["outlet_id"],
        "title": row["title"],
        "url": row["url"],
        "at": iso(row["at"]),
        "level": row["level"],
        "level_score": row["level_score"],
        "reasons": list(row["level_reasons"]),
        "bodies": list(bodies.get(row["article_id"], ())),
        "evidence": dict(row["evidence"]),
    }


def reprint_tree(rows: list[RowMapping]) -> list[dict[str, Any]]:
    """The originals that were repeated, each with its copies, and theirs below them."""
    copies: dict[str, list[RowMapping]] = {}
    for row in rows:
        if row["reprint_of"]:
            copies.setdefault(row["reprint_of"], []).append(row)

    def below(article_id: str, seen: frozenset[str]) -> list[dict[str, Any]]:
        return [
            {
                "article_id": row["article_id"],
                "outlet": row["outlet_id"],
                "kind": row["reprint_kind"],
                "copies": below(row["article_id"], seen | {article_id}),
            }
            for row in copies.get(article_id, ())
            if row["article_id"] not in seen
        ]

    return [
        {"article_id": row["article_id"], "outlet": row["outlet_id"], "copies": below(row["article_id"], frozenset())}
        for row in rows
        if row["article_id"] in copies and not row["reprint_of"]
    ]


def timeline(rows: list[RowMapping]) -> list[dict[str, Any]]:
    """Articles and outlets by day on the clock of Hải Phòng, oldest first."""
    days: dict[str, list[RowMapping]] = {}
    for row in rows:
        days.setdefault(iso(row["at"])[:10], []).append(row)
    return [
        {"day": day, "articles": len(some), "outlets": len({row["outlet_id"] for row in some})}
        for day, some in sorted(days.items())
    ]
