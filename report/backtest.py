"""Back-test: the rank our sheet gave to the matters that a human sheet named."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from config.loader import ConfigError
from issues.moves import in_range
from report.compare import whole_sheet
from storage.views import v1_articles
from vietnamese.normal import unaccent
from vietnamese.words import syllables

if TYPE_CHECKING:
    from storage.store import Store

ENOUGH = 0.7
"""Share of the syllables of one of a matter's phrases that an issue must hold to be the same matter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """One matter that a human sheet named."""

    title: str
    words: tuple[str, ...] = ()
    """Phrases by which it is known; an issue that holds most syllables of every one is it. Default: the title."""
    bodies: tuple[str, ...] = ()
    """Ids of agencies and units; where given, the issue must mention one of them."""
    urls: tuple[str, ...] = ()
    """Addresses of its articles; one of them in the issue is enough."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """Where our sheet has a matter."""

    matter: Matter
    rank: int | None
    """1 is the first issue of the sheet; None: it is not in it."""
    issue_id: str | None = None


def read_reference(file: Path) -> list[Matter]:
    """The matters of a TOML (`[[matter]]`) or CSV file (columns title, words, bodies, urls; several with `;`).

    Raises ConfigError naming file and matter.
    """
    try:
        if file.suffix.lower() == ".csv":
            with file.open(encoding="utf-8-sig", newline="") as stream:
                rows: list[Mapping[str, Any]] = [dict(row) for row in csv.DictReader(stream)]
        else:
            rows = tomllib.loads(file.read_text(encoding="utf-8-sig")).get("matter", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(file, "(syntax)", str(error), "Write [[matter]] blocks, or CSV, in UTF-8") from error
    if not rows:
        raise ConfigError(file, "matter", "no matter in it", "Write one [[matter]] with a title for each")
    return [_matter(file, number, row) for number, row in enumerate(rows, start=1)]


def backtest(sheet: Mapping[str, Any], matters: Sequence[Matter]) -> list[Placed]:
    """Where a parsed JSON sheet has each matter, in order of the matters. ValueError when it is no daily sheet."""
    whole_sheet(sheet)
    return [_placed(matter, sheet["issues"]) for matter in matters]


def recall(placed: Sequence[Placed], top: int) -> float:
    """The share of the matters among the first `top` issues, 0 to 1."""
    return sum(found.rank is not None and found.rank <= top for found in placed) / len(placed)


def in_store(store: Store, matter: Matter, start: datetime, end: datetime) -> str | None:
    """The address of the article of [`start`, `end`) (aware) that holds the matter best, in scope or not; None: none.

    By the same words as in a sheet, whatever agency it mentions; one of the matter's own addresses is enough.
    """
    a = v1_articles.c
    rows = store.rows(select(a.url, a.title, a.excerpt).where(in_range(start, end)).order_by(a.article_id))
    phrases = [_plain(phrase) for phrase in matter.words or (matter.title,)]
    best, found = ENOUGH, None
    for row in rows:
        held = set(_plain(f"{row['title']} {row['excerpt'] or ''}"))
        weight = 1.0 if row["url"] in matter.urls else min(_share(phrase, held) for phrase in phrases)
        if weight > best or (found is None and weight >= best):
            best, found = weight, row["url"]
    return found


def _matter(file: Path, number: int, row: Mapping[str, Any]) -> Matter:
    title = str(row.get("title") or "").strip()
    if not title:
        raise ConfigError(file, f"matter {number}", "has no title", 'Write title = "…"')
    return Matter(title=title, words=_many(row, "words"), bodies=_many(row, "bodies"), urls=_many(row, "urls"))


def _many(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = row.get(name) or ()
    parts = value.split(";") if isinstance(value, str) else value
    return tuple(str(part).strip() for part in parts if str(part).strip())


def _placed(matter: Matter, issues: Sequence[Mapping[str, Any]]) -> Placed:
    weights = [_weight(matter, issue) for issue in issues]
    best = max(range(len(issues)), key=lambda n: (weights[n], -n), default=None)
    if best is None or weights[best] < ENOUGH:
        return Placed(matter=matter, rank=None)
    return Placed(matter=matter, rank=best + 1, issue_id=issues[best]["id"])


def _weight(matter: Matter, issue: Mapping[str, Any]) -> float:
    """How surely the issue is the matter, 0 to 1: the least of what its articles hold of each phrase."""
    if any(article["url"] in matter.urls for article in issue["articles"]):
        return 1.0
    if matter.bodies and not {body.rpartition("@")[2] for body in issue["bodies"]} & set(matter.bodies):
        return 0.0
    texts = [f"{article['title']} {article['excerpt'] or ''}" for article in issue["articles"]]
    held = [set(_plain(text)) for text in texts]
    phrases = matter.words or (matter.title,)
    return min(max((_share(_plain(phrase), words) for words in held), default=0.0) for phrase in phrases)


def _plain(text: str) -> list[str]:
    return syllables(unaccent(text))


def _share(wanted: Sequence[str], held: set[str]) -> float:
    return sum(word in held for word in wanted) / len(wanted) if wanted else 0.0
