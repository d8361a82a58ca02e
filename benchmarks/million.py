"""What adding one article costs in a large store, beside what it costs in a small one.

    python benchmarks/million.py                              ten thousand, then a million articles, SQLite
    python benchmarks/million.py --articles 100000 --keep FOLDER

Made-up articles about the city, 200 a day, each placed in an issue, with mentions and 32 keys in the index of reprints.
The store is measured at ten thousand; then older articles are laid below them until there are a million, so that the
window in which articles are compared is the same. Adding one = commit it, place it, save, mark spikes: CPU time, the
median of several, one by one. What the store's own statements take is told apart, because the larger part of a single
placement, reading the window of 14 days again, hides it. The full-text index is empty here: `search.py` measures it.
The figures go to million.json beside this file.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from config.model import Settings  # noqa: E402
from issues.update import update_issues  # noqa: E402
from pipelines.fingerprint import content_hash, signature  # noqa: E402
from storage.records import Article, FateWord, Outcome  # noqa: E402
from storage.store import Store, open_store  # noqa: E402
from storage.types import FORMAT  # noqa: E402
from storage.urls import article_id  # noqa: E402

RESULT = Path(__file__).with_suffix(".json")
LAST = datetime(2026, 9, 10, 0, 0, tzinfo=UTC)
A_DAY = 200
OUTLETS = 40
KEYS = 32
SMALL = 10_000
BULK = 20_000
PLAIN = 1 << 58
"""Ids of made-up articles: 16 hex digits of a number times an odd factor, modulo this."""
FACTOR = 2_654_435_761


def words() -> list[str]:
    """Syllables as often used as in the press."""
    rows = (CHECKOUT / "config" / "frequencies.tsv").read_text(encoding="utf-8").splitlines()
    return [row.split("\t")[0] for row in rows if row and row[0] != "#" and " " not in row.split("\t")[0]][:4000]


class Press:
    """Made-up articles by number, 0 the latest; the same number is always the same article."""

    def __init__(self) -> None:
        dice, pool = random.Random(6), words()
        weights = [1 / (place + 8) for place in range(len(pool))]
        self.sentences = [" ".join(dice.choices(pool, weights, k=14)).capitalize() + "." for _ in range(20_000)]

    def at(self, number: int) -> datetime:
        """When it was published."""
        return LAST - timedelta(seconds=number * 86_400 // A_DAY + 60)

    def article(self, number: int, name: str = "bai") -> Article:
        """The article as the pipeline would hand it in."""
        dice = random.Random(f"{name}{number}")
        title, sapo, *body = dice.choices(self.sentences, k=8)
        url = f"https://bao{number % OUTLETS}.vn/{name}-{number}"
        text = "\n".join(body)
        return Article(
            article_id=article_id(url), outlet_id=f"bao-{number % OUTLETS}", url=url, canonical_url=url, title=title,
            sapo=sapo, paragraphs=tuple(body), kind="full", content_hash=content_hash(title, text),
            signature=signature(text), about_city=True, published_at=self.at(number),
        )  # fmt: skip

    def row(self, number: int) -> tuple[Any, ...]:
        """A row of the table, quickly: its signature is noise."""
        dice = random.Random(number)
        title, sapo, *body = dice.choices(self.sentences, k=6)
        at, key = self.at(number).strftime(FORMAT), made_id(number)
        url = f"https://bao{number % OUTLETS}.vn/cu-{number}"
        return (
            key, f"bao-{number % OUTLETS}", url, url, title, sapo, json.dumps(body, ensure_ascii=False), "[]", at, key,
            key, "full", sapo, "made-up", key, dice.randbytes(512), 1, "[]", 1, "1", 0, at, at, key,
        )  # fmt: skip


ARTICLE = (
    "article_id, outlet_id, url, canonical_url, title, sapo, paragraphs, captions, published_at, url_key, "
    "canonical_key, kind, excerpt, extractor, content_hash, signature, about_city, about_reasons, in_scope, "
    "gazetteer_version, revision_count, first_seen_at, updated_at, grouped_hash"
)


def made_id(number: int) -> str:
    """The id of a made-up article."""
    return f"{number * FACTOR % PLAIN:016x}"


def lay_below(path: Path, press: Press, first: int, last: int) -> None:
    """Put the articles `first` … `last` - 1 with placements, issues, mentions and reprint keys into the store."""
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA synchronous = OFF")
        plain.execute("PRAGMA cache_size = -400000")
        marks = ", ".join("?" * len(ARTICLE.split(", ")))
        for start in range(first, last, BULK):
            numbers = range(start, min(start + BULK, last))
            plain.executemany(f"INSERT INTO articles ({ARTICLE}) VALUES ({marks})", map(press.row, numbers))
            plain.executemany(_ISSUE, ((f"i{made_id(n)[4:]}", n) for n in numbers if n % 3 == 0))
            plain.executemany(_PLACEMENT, map(_placement, numbers))
            plain.executemany(_MENTION, (row for n in numbers for row in _mentions(n)))
            plain.commit()
        plain.execute(_ISSUE_TIMES, {"first": press.at(last).strftime(FORMAT)})
        _lay_keys(plain, first, last)
        plain.commit()
        plain.execute("ANALYZE")
        plain.commit()


_ISSUE = (
    "INSERT INTO issues (issue_id, title, level, field_of, level_reasons, first_at, last_at, first_article_id, pinned) "
    "VALUES (?, ?, 1, 3, '[]', '', '', NULL, 0)"
)
_ISSUE_TIMES = "UPDATE issues SET first_at = :first, last_at = :first WHERE first_at = ''"
_PLACEMENT = (
    "INSERT INTO issue_articles (article_id, issue_id, level, level_reasons, level_score, field_of, evidence, "
    "placed_hash, placed_at, auto_issue_id, reprint_keys) VALUES (?, ?, 1, '[]', 1.0, 3, '{}', ?, ?, ?, x'')"
)
_MENTION = (
    'INSERT INTO mentions (article_id, field, start, "end", entity_id, kind, surface, rule, confidence, decided_by) '
    "VALUES (?, 'text', ?, ?, ?, ?, 'Sở', 'full-name', 0.9, 'rule')"
)


def _placement(number: int) -> tuple[Any, ...]:
    key, issue = made_id(number), f"i{made_id(number - number % 3)[4:]}"
    return key, issue, key, LAST.strftime(FORMAT), issue


def _mentions(number: int) -> Iterator[tuple[Any, ...]]:
    for place in range(3):
        entity, kind = (f"so-{number % 29}", "agency") if place else (f"n{number % 114}", "unit")
        yield made_id(number), place * 20, place * 20 + 2, f"{entity}{place}", kind


def _lay_keys(plain: sqlite3.Connection, first: int, last: int) -> None:
    """32 keys an article, evenly over half of all keys, in order of key as an index likes it best."""
    count = (last - first) * KEYS
    step, factor = (1 << 63) // (count + 1), 1_000_003
    plain.execute(
        "WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x + 1 < :count) "
        "INSERT OR IGNORE INTO reprint_keys SELECT x * :step + :least + :first, "
        "printf('%016x', ((:first + (x * :factor % :count) / :keys) * :id) % :plain) FROM n",
        {"count": count, "step": step, "least": -(1 << 62), "first": first, "factor": factor, "keys": KEYS,
         "id": FACTOR, "plain": PLAIN},
    )  # fmt: skip


METHODS = (
    "commit", "pending_issues", "recent_issues", "placed_articles", "placed_rows", "reprint_candidates", "issue_edits",
    "save_placements", "save_spikes", "rows",
)  # fmt: skip


@contextmanager
def timed(store: Store) -> Iterator[Counter[str]]:
    """CPU seconds of the store's methods, by name, while the block runs."""
    seconds: Counter[str] = Counter()
    for name in METHODS:
        setattr(store, name, _timed(seconds, name, getattr(store, name)))
    try:
        yield seconds
    finally:
        for name in METHODS:
            delattr(store, name)


def _timed(seconds: Counter[str], name: str, work: Callable[..., object]) -> Callable[..., object]:
    def call(*args: object, **more: object) -> object:
        started = time.process_time()
        try:
            return work(*args, **more)
        finally:
            seconds[name] += time.process_time() - started  # type: ignore[assignment]

    return call


def add_some(store: Store, press: Press, run: str, name: str, times: int) -> dict[str, float]:
    """Add articles one by one; the median CPU milliseconds of one, and of its parts."""
    every: list[Counter[str]] = []
    for number in range(times):
        article = press.article(number, name)
        outcome = Outcome(url=article.url, outlet_id=article.outlet_id, fate=FateWord.STORED, article=article)
        started = time.process_time()
        with timed(store) as seconds:
            store.commit(run, [outcome])
            placed = update_issues(store, Settings(), now=LAST)["placed"]
        whole = time.process_time() - started
        if placed != 1:
            raise RuntimeError(f"{placed} articles were placed where one was added")
        window = seconds.pop("recent_issues")
        told = {"whole": whole, "window": window, "store": sum(seconds.values()), **seconds}
        every.append(Counter(told))  # type: ignore[arg-type]
    names = sorted({key for one in every for key in one})
    return {key: round(1000 * statistics.median(one[key] for one in every), 2) for key in names}


def measure(folder: str, articles: int, times: int) -> dict[str, Any]:
    """Fill, measure at ten thousand and at `articles`; milliseconds of CPU, ratios, megabytes."""
    path, press = Path(folder) / "million.db", Press()
    result: dict[str, Any] = {"articles": articles, "a_day": A_DAY}
    laid = 0
    for size in (SMALL, articles):
        started = time.monotonic()
        open_store(path).close()
        lay_below(path, press, laid, size)
        laid = size
        with closing(open_store(path, lambda: LAST)) as store:
            run = store.begin_run("million", date(2026, 9, 10)).run_id
            add_some(store, press, run, f"warm{size}", 2)
            result[str(size)] = {
                "fill_seconds": round(time.monotonic() - started),
                **add_some(store, press, run, f"moi{size}", times),
                "file_mb": path.stat().st_size >> 20,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            }
        print(json.dumps(result[str(size)]), flush=True)
    small, large = result[str(SMALL)], result[str(articles)]
    result["ratio"] = {
        name: round(large[name] / small[name], 2) for name in ("whole", "store", "commit", "save_placements")
    }
    return result


def main() -> int:
    """Measure, print, write JSON; exit 1 where adding one costs more than twice what it cost."""
    parser = argparse.ArgumentParser(description="Measure what adding one article costs in a large store.")
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--keep", type=Path, help="folder in which the store stays")
    parser.add_argument("--output", type=Path, default=RESULT)
    chosen = parser.parse_args()
    temporary = tempfile.TemporaryDirectory(prefix="diembao-million-", ignore_cleanup_errors=True)
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
    with nullcontext(str(chosen.keep)) if chosen.keep else temporary as folder:
        result = measure(folder, chosen.articles, chosen.times)
    chosen.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result["ratio"]))
    return 0 if result["ratio"]["whole"] <= 2 and result["ratio"]["store"] <= 2 else 1


if __name__ == "__main__":
    sys.exit(main())
