"""Everything known about an issue, as plain data: score, members, matched sentences, reprint tree, timeline, edits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, func, select

from issues.delta import hour_of, hours_of
from issues.moves import published
from issues.rank import Member, score
from storage.schema import articles as stored_articles
from storage.schema import issue_articles
from storage.sheet_queries import SheetScope
from storage.sql import in_chunks
from storage.views import v1_articles, v1_issues, v1_mentions, v1_outlets, v1_spikes
from vietnamese.clock import iso
from vietnamese.normal import fold_tones
from vietnamese.words import sentences

if TYPE_CHECKING:
    from storage.store import Store

MOST_SENTENCES = 3
"""Matched sentences told of an article."""
MOST_LINKS = 5
"""Links told of an article, the strongest."""
_QUOTED = re.compile(r"«([^»]+)»")


def explain_issue(
    store: Store,
    issue_id: str,
    *,
    start: datetime,
    end: datetime,
    scope: SheetScope | None = None,
    new_since: datetime | None = None,
) -> dict[str, Any] | None:
    """What is known of an issue; None where there is no such issue. An id that went over tells of its survivor.

    The score is the one of the window [`start`, `end`) over its articles there; with the `scope` of a sheet it is over
    the articles which that sheet holds (late ones too, later ones not). Where none is inside, all count. `new_since`
    is the end of the sheet that one was compared with (`issues.rank.score`).
    Keys: issue_id, title, level, field_of, pinned, reasons, score, score_parts, newsrooms, independent_newsrooms,
    newsrooms_told, members, reprints (a tree), timeline, hours, bodies, spikes, edits.
    """
    issue = _issue(store, issue_id)
    if issue is None:
        return None
    scope = scope or _scope(start, end)
    issue_id, rows = issue["issue_id"], _members(store, issue["issue_id"])
    bodies = _bodies(store, rows, scope)
    held = _held(store, issue_id, scope)
    inside = [row for row in rows if row["article_id"] in held] or rows
    known = [row for row in rows if row["first_seen_at"] <= scope.known_at] or rows
    given, first_at = issue["given_level"], min(row["at"] for row in known)
    rank = score(
        [_member(row, bodies) for row in inside],
        level=max(row["level"] for row in known) if given is None else given,
        first_at=first_at,
        start=start,
        end=end,
        new_since=new_since,
    )
    return {
        "issue_id": issue_id,
        "title": issue["title"],
        "level": issue["level"],
        "field_of": issue["field_of"],
        "pinned": issue["pinned"],
        "reasons": list(issue["level_reasons"]),
        "score": str(rank.total),
        "score_parts": {name: str(part) for name, part in rank.parts.items()},
        **_newsrooms(inside),
        "members": _told(store, rows, bodies),
        "reprints": reprint_tree(rows),
        "timeline": timeline(rows),
        "hours": _hours(store, inside, start, end),
        "bodies": sorted({body for row in rows for body in bodies.get(row["article_id"], {})}),
        "spikes": [_plain(dict(row)) for row in _spikes(store, issue_id)],
        "edits": [_plain(asdict(edit)) for edit in store.issue_edits() if issue_id in (edit.issue_id, edit.into_id)],
    }


def _issue(store: Store, issue_id: str) -> RowMapping | None:
    found = store.rows(select(v1_issues).where(v1_issues.c.issue_id == issue_id))
    if found and found[0]["merged_into"]:
        found = store.rows(select(v1_issues).where(v1_issues.c.issue_id == found[0]["merged_into"]))
    return found[0] if found else None


def _scope(start: datetime, end: datetime) -> SheetScope:
    """A plain window: everything known by now, nothing carried late."""
    return SheetScope(
        date="", start=start, end=end, known_at=end + timedelta(days=36_500), late_since=start, least_confidence=0.5
    )


def _held(store: Store, issue_id: str, scope: SheetScope) -> set[str]:
    """The articles of the issue that the sheet holds."""
    a = v1_articles.c
    query = select(a.article_id).where(a.issue_id == issue_id, scope.held)
    return {row["article_id"] for row in store.rows(query)}


def _members(store: Store, issue_id: str) -> list[RowMapping]:
    a, o, i, s = v1_articles.c, v1_outlets.c, issue_articles.c, stored_articles.c
    at = func.coalesce(a.published_at, a.first_seen_at, type_=a.published_at.type).label("at")
    query = (
        select(
            a.article_id, a.outlet_id, o.tier, a.title, a.url, at, a.first_seen_at, a.level, a.level_reasons,
            a.level_score, a.reprint_of, i.reprint_kind, i.evidence, i.tied_to, s.sapo, s.paragraphs,
        )
        .select_from(
            v1_articles.join(issue_articles, i.article_id == a.article_id)
            .join(stored_articles, s.article_id == a.article_id)
            .outerjoin(v1_outlets, o.outlet_id == a.outlet_id)
        )
        .where(a.issue_id == issue_id)
        .order_by(at, a.article_id)
    )  # fmt: skip
    return store.rows(query)


_Named = dict[str, dict[str, bool]]
"""article_id -> body -> whether title or sapo name it."""


def _bodies(store: Store, rows: Sequence[RowMapping], scope: SheetScope) -> _Named:
    m = v1_mentions.c
    found: _Named = {}
    for chunk in in_chunks(row["article_id"] for row in rows):
        query = select(m.article_id, m.entity_id, m.field).where(
            m.article_id.in_(chunk), m.confidence >= scope.least_confidence
        )
        for row in store.rows(query):
            named = found.setdefault(row["article_id"], {})
            named[row["entity_id"]] = named.get(row["entity_id"], False) or row["field"] != "text"
    return found


def _member(row: RowMapping, bodies: _Named) -> Member:
    named = bodies.get(row["article_id"], {})
    return Member(
        outlet_id=row["outlet_id"],
        tier=row["tier"],
        at=row["at"],
        is_reprint=row["reprint_of"] is not None,
        level_score=row["level_score"],
        bodies=tuple(sorted(named)),
        head_bodies=tuple(sorted(body for body, head in named.items() if head)),
    )


def _newsrooms(rows: Sequence[RowMapping]) -> dict[str, Any]:
    """Outlets, and how many of them have a text of their own."""
    outlets = {row["outlet_id"] for row in rows}
    own = {row["outlet_id"] for row in rows if row["reprint_of"] is None and row["tier"] != "aggregator"}
    told = f"{len(outlets)} báo, {len(own)} tự làm"
    return {"newsrooms": len(outlets), "independent_newsrooms": len(own), "newsrooms_told": told}


def _told(store: Store, rows: Sequence[RowMapping], bodies: _Named) -> list[dict[str, Any]]:
    mentions = store.mentions_of(row["article_id"] for row in rows)
    return [
        {
            "article_id": row["article_id"],
            "outlet": row["outlet_id"],
            "title": row["title"],
            "url": row["url"],
            "at": iso(row["at"]),
            "level": row["level"],
            "level_score": row["level_score"],
            "reasons": list(row["level_reasons"]),
            "bodies": sorted(bodies.get(row["article_id"], {})),
            "tied_to": row["tied_to"],
            "evidence": _evidence(row["evidence"]),
            "sentences": matched_sentences(
                [row["title"], row["sapo"] or "", *row["paragraphs"]],
                [word for reason in row["level_reasons"] for word in _QUOTED.findall(reason)],
                [mention.surface for mention in mentions.get(row["article_id"], ())],
            ),
        }
        for row in rows
    ]


def _evidence(kept: dict[str, Any]) -> dict[str, Any]:
    """The evidence of a placement; of its links the strongest."""
    links = sorted(kept.get("links", {}).items(), key=lambda link: (-link[1], link[0]))[:MOST_LINKS]
    return {**kept, "links": dict(links)} if links else dict(kept)


def matched_sentences(parts: Iterable[str], cues: Sequence[str], surfaces: Sequence[str]) -> list[dict[str, Any]]:
    """The sentences that bear out level and bodies: {sentence, words}, those with the most different words first.

    `cues` are the words of the level's reasons (folded, lower case), `surfaces` the names as they stand in the text.
    """
    wanted = {fold_tones(word).lower(): word for word in [*surfaces, *cues]}
    found: list[tuple[int, int, str, list[str]]] = []
    for sentence in dict.fromkeys(each for part in parts for each in sentences(part)):
        lower = fold_tones(sentence).lower()
        words = sorted(word for folded, word in wanted.items() if _holds(lower, folded))
        if words:
            cued = sum(word in cues for word in words)
            found.append((-cued, -len(words), sentence, words))
    best = sorted(range(len(found)), key=lambda at: (*found[at][:2], at))[:MOST_SENTENCES]
    return [{"sentence": found[at][2], "words": found[at][3]} for at in sorted(best)]


def _holds(lower: str, word: str) -> bool:
    at = lower.find(word)
    return bool(word) and at >= 0 and not (lower[at - 1 : at].isalnum() or lower[at + len(word) :][:1].isalnum())


def _hours(store: Store, rows: Sequence[RowMapping], start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Hour by hour: the issue's articles, what all outlets published, and its share."""
    output: dict[datetime, int] = {}
    for at in published(store, start, end):
        output[hour_of(at)] = output.get(hour_of(at), 0) + 1
    return [
        {"hour": iso(one.hour), "articles": one.articles, "output": one.output, "share": round(one.share, 4)}
        for one in hours_of((row["at"] for row in rows if start <= row["at"] < end), output)
    ]


def _spikes(store: Store, issue_id: str) -> list[RowMapping]:
    s = v1_spikes.c
    query = select(v1_spikes).where(s.kind == "issue", s.subject_id == issue_id)
    return store.rows(query.order_by(s.day))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: iso(value) if isinstance(value, datetime) else value for name, value in row.items()}


def reprint_tree(rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """The texts that were repeated, each with its copies, and theirs below them, whoever was first on top.

    An original that lies in no issue or in another one stands there with its id alone (`outlet` is None).
    """
    copies: dict[str, list[RowMapping]] = {}
    for row in rows:
        if row["reprint_of"]:
            copies.setdefault(row["reprint_of"], []).append(row)
    by_id = {row["article_id"]: row for row in rows}

    def below(article_id: str, seen: frozenset[str]) -> list[dict[str, Any]]:
        return [
            {
                "article_id": row["article_id"],
                "outlet": row["outlet_id"],
                "kind": row["reprint_kind"],
                "direction": row["evidence"].get("reprint", {}).get("direction"),
                "copies": below(row["article_id"], seen | {row["article_id"]}),
            }
            for row in copies.get(article_id, ())
            if row["article_id"] not in seen
        ]

    roots = [key for key in dict.fromkeys([*by_id, *copies]) if key in copies]
    firsts = [key for key in roots if key not in by_id or not by_id[key]["reprint_of"]]
    return [
        {
            "article_id": key,
            "outlet": by_id[key]["outlet_id"] if key in by_id else None,
            "copies": below(key, frozenset({key})),
        }
        for key in firsts
    ]


def timeline(rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """Articles and outlets by day on the clock of Hải Phòng, oldest first."""
    days: dict[str, list[RowMapping]] = {}
    for row in rows:
        days.setdefault(iso(row["at"])[:10], []).append(row)
    return [
        {"day": day, "articles": len(some), "outlets": len({row["outlet_id"] for row in some})}
        for day, some in sorted(days.items())
    ]
