"""Hold a store against the ledger (`build_ledger`): plain SQL on the `v1_` views, nothing of the pipeline's code."""

from __future__ import annotations

import argparse
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from demo.load import PRIVATE_PORT
from demo.model import NIGHTS, morning
from demo.truth import Ledger, LedgerArticle, build_ledger

__all__ = ["Comparison", "build_ledger", "compare", "compare_rows"]

CITY = frozenset({"p31", "p31-old", "p30"})
"""The city itself and the former province: not counted as mentions here."""

_Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Shares are 0 to 1; lists hold readable lines, one per difference."""

    articles_found: float
    """Ledger articles that stand in the store with the right outlet and kind."""
    articles_wrong: tuple[str, ...]
    """Missing, of another kind, or in the store and not in the ledger."""
    titles_right: float
    times_right: float
    """published_at right to the minute."""
    fates_right: float
    """Right fates among all that are expected or stand in the store."""
    fates_wrong: tuple[str, ...]
    matters_precision: float
    """Pairs of articles joined that belong to one matter."""
    matters_recall: float
    matters_f1: float
    matters_right: float
    """Matters whose articles are one issue with nothing else in it."""
    matters_wrong: tuple[str, ...]
    reprints_right: float
    """Articles in scope with the right answer to: whose reprint is it, if anybody's?"""
    reprints_wrong: tuple[str, ...]
    mentions_precision: float
    mentions_recall: float
    mentions_f1: float
    mentions_wrong: tuple[str, ...]
    about_right: float
    about_wrong: tuple[str, ...]

    def summary(self) -> str:
        """One line a person can read."""
        return (
            f"articles {self.articles_found:.1%} titles {self.titles_right:.1%} times {self.times_right:.1%} "
            f"fates {self.fates_right:.1%} matters P {self.matters_precision:.1%} R {self.matters_recall:.1%} "
            f"whole {self.matters_right:.1%} reprints {self.reprints_right:.1%} mentions F1 {self.mentions_f1:.3f} "
            f"about {self.about_right:.1%}"
        )


def compare(store_url: str, *, nights: int = NIGHTS, private_port: int = PRIVATE_PORT) -> Comparison:
    """Compare the store at `store_url` (SQLAlchemy URL) with the ledger after night `nights`.

    Only runs named `nightly-YYYYMMDD` count for fates; repeats (`.2`) are left out.
    """
    engine = sa.create_engine(store_url)
    try:
        with engine.connect() as connection:
            articles = _rows(connection, "SELECT * FROM v1_articles")
            mentions = _rows(connection, "SELECT article_id, entity_id FROM v1_mentions")
            fates = _rows(connection, "SELECT run_id, url, fate FROM v1_fates")
    finally:
        engine.dispose()
    return compare_rows(articles, mentions, fates, ledger=build_ledger(private_port), nights=nights)


def _rows(connection: sa.Connection, query: str) -> list[_Row]:
    return [dict(row) for row in connection.execute(sa.text(query)).mappings()]


def compare_rows(
    articles: Sequence[_Row], mentions: Sequence[_Row], fates: Sequence[_Row], *, ledger: Ledger, nights: int = NIGHTS
) -> Comparison:
    """The same on rows of the views that are already at hand."""
    stored = {_plain_url(r["canonical_url"] or r["url"]): r for r in articles}
    expected = ledger.upto(nights)
    found = [(a, stored[_plain_url(a.url)]) for a in expected if _plain_url(a.url) in stored]
    scoped = [(a, r) for a, r in found if a.in_scope]
    full = [(a, r) for a, r in found if a.kind == "full"]
    return Comparison(
        **_articles(expected, stored),
        titles_right=_share(_nfc(r["title"]) == _nfc(a.title) for a, r in found),
        times_right=_share(_minute(a, r) for a, r in full),
        **_fates(ledger, fates, nights),
        **_matters(scoped),
        **_reprints(scoped),
        **_mentions(full, mentions),
        about_right=_share(bool(r["about_city"]) == a.about_city for a, r in full),
        about_wrong=tuple(
            f"{a.url}: about_city should be {a.about_city}" for a, r in full if bool(r["about_city"]) != a.about_city
        ),
    )


def _share(rights: Iterable[bool]) -> float:
    values = list(rights)
    return sum(values) / len(values) if values else 1.0


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _nfc(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _plain_url(url: str) -> str:
    """Host, path and query, so that scheme and fragment do not matter."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}".rstrip("/") + (f"?{parts.query}" if parts.query else "")


def _minute(article: LedgerArticle, row: _Row) -> bool:
    """The store's time is UTC: text on SQLite, aware on Postgres."""
    value = row["published_at"]
    if value is None:
        return False
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp() // 60 == article.published_at.timestamp() // 60


def _articles(expected: Sequence[LedgerArticle], stored: Mapping[str, _Row]) -> dict[str, Any]:
    wrong = []
    for article in expected:
        row = stored.get(_plain_url(article.url))
        if row is None:
            wrong.append(f"missing: {article.url}")
        elif (row["outlet_id"], row["kind"]) != (article.outlet_id, article.kind):
            wrong.append(f"{article.url}: {row['outlet_id']} {row['kind']}, not {article.outlet_id} {article.kind}")
    known = {_plain_url(a.url) for a in expected}
    extra = [f"not in the ledger: {url}" for url in stored if url not in known]
    return {"articles_found": 1 - _ratio(len(wrong), len(expected)), "articles_wrong": (*wrong, *extra)}


def _fates(ledger: Ledger, fates: Sequence[_Row], nights: int) -> dict[str, Any]:
    night_of_run = {f"nightly-{morning(n):%Y%m%d}": n for n in range(1, nights + 1)}
    wanted = {(f.night, _plain_url(f.url)): f.fate for f in ledger.fates if f.night <= nights}
    got = {
        (night_of_run[r["run_id"]], _plain_url(r["url"])): str(r["fate"]) for r in fates if r["run_id"] in night_of_run
    }
    keys = sorted(wanted.keys() | got.keys())
    wrong = [
        f"night {night} {url}: {got.get((night, url), 'nothing')}, should be {wanted.get((night, url), 'nothing')}"
        for night, url in keys
        if wanted.get((night, url)) != got.get((night, url))
    ]
    return {"fates_right": 1 - _ratio(len(wrong), len(keys)), "fates_wrong": tuple(wrong)}


_Found = Sequence[tuple[LedgerArticle, _Row]]


def _pairs(names: Iterable[object]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(names).values())


def _matters(scoped: _Found) -> dict[str, Any]:
    def issue(row: _Row) -> str:
        return str(row["issue_id"] or f"alone {row['article_id']}")

    both = _pairs((a.matter, issue(r)) for a, r in scoped)
    joined, belonging = _pairs(issue(r) for _, r in scoped), _pairs(a.matter for a, _ in scoped)
    precision, recall = _ratio(both, joined), _ratio(both, belonging)
    wrong = []
    matters = sorted({a.matter for a, _ in scoped})
    for matter in matters:
        issues = {issue(r) for a, r in scoped if a.matter == matter}
        others = sorted({a.matter for a, r in scoped if issue(r) in issues} - {matter})
        if len(issues) > 1 or others:
            wrong.append(f"{matter}: {len(issues)} issues" + (f", joined with {', '.join(others)}" if others else ""))
    return {
        "matters_precision": precision,
        "matters_recall": recall,
        "matters_f1": _f1(precision, recall),
        "matters_right": 1 - _ratio(len(wrong), len(matters)),
        "matters_wrong": tuple(wrong),
    }


def _reprints(scoped: _Found) -> dict[str, Any]:
    family_of_id = {r["article_id"]: a.family for a, r in scoped}
    wrong = []
    for article, row in scoped:
        told = row["reprint_of"]
        right = told is None if article.reprint_of is None else family_of_id.get(told) == article.family
        if not right:
            wrong.append(f"{article.url}: reprint_of {told}, should be {article.reprint_of}")
    return {"reprints_right": 1 - _ratio(len(wrong), len(scoped)), "reprints_wrong": tuple(wrong)}


def _mentions(full: _Found, mentions: Sequence[_Row]) -> dict[str, Any]:
    named: dict[str, set[str]] = {}
    for row in mentions:
        named.setdefault(row["article_id"], set()).add(row["entity_id"])
    hits = extra = missed = 0
    wrong = []
    for article, row in full:
        if article.means is None:
            continue
        want, have = _spread(article.means), _spread(named.get(row["article_id"], ()))
        surplus, lacking = have - want - _spread(article.may), want - have
        hits, extra, missed = hits + len(want & have), extra + len(surplus), missed + len(lacking)
        if surplus or lacking:
            wrong.append(f"{article.url}: extra {sorted(surplus)}, missed {sorted(lacking)}")
    precision, recall = _ratio(hits, hits + extra), _ratio(hits, hits + missed)
    return {
        "mentions_precision": precision,
        "mentions_recall": recall,
        "mentions_f1": _f1(precision, recall),
        "mentions_wrong": tuple(wrong),
    }


def _spread(ids: Iterable[str]) -> set[str]:
    """A body of a unit counts with its unit (`ubnd@n11383` names n11383 too); the city itself does not count."""
    out = set()
    for entity in ids:
        out.add(entity)
        if "@" in entity:
            out.add(entity.split("@", 1)[1])
    return {i for i in out if i not in CITY and i.split("@")[-1] not in CITY}


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m demo.ledger STORE_URL`: the summary, then every difference; 3 when there is one, 2 without a store."""
    parser = argparse.ArgumentParser(prog="demo.ledger", description="Hold a store against the truth of the town.")
    parser.add_argument("store", help="SQLAlchemy URL of the store, sqlite:///path/to/diembao.db")
    parser.add_argument("--nights", type=int, default=NIGHTS, help="how many nights were played, from the first")
    parser.add_argument("--private-port", type=int, default=PRIVATE_PORT)
    chosen = parser.parse_args(arguments)
    try:
        result = compare(chosen.store, nights=chosen.nights, private_port=chosen.private_port)
    except sa.exc.SQLAlchemyError as error:
        print(f"demo.ledger: {chosen.store} cannot be read: {error.__cause__ or error}", file=sys.stderr)
        return 2
    lines = [f"{name}: {line}" for name, value in asdict(result).items() if name.endswith("_wrong") for line in value]
    print(result.summary(), *lines, sep="\n")
    return 3 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main())
