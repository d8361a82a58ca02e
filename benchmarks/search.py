"""How long a search takes in a large store: made-up articles with text, queries with and without diacritics.

    python benchmarks/search.py                                    a million articles, SQLite
    python benchmarks/search.py --engine postgres                  on a real Postgres from a wheel
    python benchmarks/search.py --articles 20000 --keep FOLDER     smaller; the store stays, and is used again

Syllables and pairs come as often as in the press (`config/frequencies.tsv`), about 140 a text, four articles a minute;
one in a hundred tells of a matter that is asked for. Queries: matters, very common words, phrases, exclusions, common
words that seldom meet; each plain and narrowed by outlet, body, level, days and several of them. Names of agencies and
units are resolved as in `diembao search`. The figures go to search.json beside this file, by engine.
"""

from __future__ import annotations

import itertools
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))
sys.path.insert(0, str(CHECKOUT / "benchmarks"))

from large_store import LAST, MATTERS, arguments, fill, keep_figures, large, size_of  # noqa: E402
from sqlalchemy import text  # noqa: E402

from config.loader import BUILTIN  # noqa: E402
from gazetteer.load import load  # noqa: E402
from storage.candidates import Filters  # noqa: E402
from storage.query import Names, read_query  # noqa: E402
from storage.store import Store  # noqa: E402
from vietnamese.normal import unaccent  # noqa: E402

RESULT = Path(__file__).with_suffix(".json")
QUERIES = [
    *MATTERS,
    "Hải Phòng", "thành phố", "người dân", "Công an thành phố Hải Phòng", "và của",
    '"hải phòng"', '"công nhà"', '"thành nội"', "nhà hàng quốc bộ", "cầu đồng hàng vụ",
    "Hải Phòng -công", "cháy -nhà", 'đường -"hà nội"',
]  # fmt: skip
"""Matters; very common words; phrases, some whose words are common and hardly ever meet; exclusions."""


def filters(store: Store) -> dict[str, Filters]:
    """Ways to narrow a query; a body that is often named, one that is seldom, and one in between."""
    with store.engine.connect() as connection:
        counts = connection.execute(text("SELECT entity_id, count(*) FROM mentions GROUP BY 1 ORDER BY 2 DESC")).all()
    often, between, seldom = (counts[min(place, len(counts) - 1)][0] for place in (0, 30, len(counts) - 1))
    return {
        "plain": Filters(),
        "outlet": Filters(outlets=("bao-17",)),
        "body often": Filters(bodies=(often,)),
        "body between": Filters(bodies=(between,)),
        "body seldom": Filters(bodies=(seldom,)),
        "level 2": Filters(least_level=2),
        "level 3": Filters(least_level=3),
        "7 days": Filters(since=LAST - timedelta(days=7, seconds=11)),
        "a week in spring": Filters(since=LAST - timedelta(days=100), until=LAST - timedelta(days=93)),
        "outlet, level, days": Filters(outlets=("bao-3",), least_level=2, since=LAST - timedelta(days=30)),
        "body, level": Filters(bodies=(between,), least_level=1),
    }


def measure(store: Store, names: Names, rounds: int) -> dict[str, Any]:
    """Milliseconds a query, on the clock and of processor (ours and the database server's).

    p50, p95 and the slowest by name: over all, accented and unaccented, and by filter.
    """
    times: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    narrowed = filters(store)
    processor = _processor(store)
    for _ in range(rounds):
        for (kind, narrow), words in itertools.product(narrowed.items(), QUERIES):
            for spelling, spell in (("accented", str), ("unaccented", unaccent)):
                started, worked = time.perf_counter(), processor()
                store.search(read_query(spell(words), names), 20, narrow)
                taken = (time.perf_counter() - started) * 1000, (processor() - worked) * 1000
                times.setdefault((spelling, kind, spell(words)), []).append(taken)
    told: dict[str, Any] = {
        spelling: _told({key: some for key, some in times.items() if key[0] == spelling})
        for spelling in ("accented", "unaccented")
    }
    told["by filter"] = {kind: _told({key: some for key, some in times.items() if key[1] == kind}) for kind in narrowed}
    return told


def _processor(store: Store) -> Callable[[], float]:
    """Seconds of processor until now: of this process, and of the server behind the store's one connection."""
    if store.engine.dialect.name == "sqlite":
        return time.process_time
    with store.engine.connect() as connection:
        server = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    spent = Path(f"/proc/{server}/schedstat")
    return lambda: time.process_time() + int(spent.read_text(encoding="ascii").split()[0]) / 1e9


def _told(times: dict[tuple[str, str, str], list[tuple[float, float]]]) -> dict[str, Any]:
    every = list(itertools.chain.from_iterable(times.values()))
    wall, processor = (sorted(each[place] for each in every) for place in (0, 1))
    slowest = max(times, key=lambda each: statistics.median(taken[1] for taken in times[each]))
    return {
        "p50_ms": round(wall[len(wall) // 2], 1),
        "p95_ms": round(wall[int(len(wall) * 0.95)], 1),
        "p50_processor_ms": round(processor[len(processor) // 2], 1),
        "p95_processor_ms": round(processor[int(len(processor) * 0.95)], 1),
        "slowest": f"{slowest[2]} [{slowest[1]}]",
        "slowest_processor_ms": round(statistics.median(taken[1] for taken in times[slowest]), 1),
    }


def main() -> int:
    """Fill (or take the kept store), measure, print and write JSON."""
    chosen = arguments("Measure how long a search takes in a large store.", articles=1_000_000, rounds=3, output=RESULT)
    book = load((BUILTIN,))
    with large(chosen) as (store, filled):
        spent = {} if filled else filling(store, chosen.articles, sorted(book.units))
        figures = {
            "articles": chosen.articles,
            **spent,
            **size_of(store),
            **measure(store, Names(book), chosen.rounds),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        keep_figures(chosen, figures)
    return 0


def filling(store: Store, count: int, units: list[str]) -> dict[str, int]:
    """Fill the store; the seconds it took, by the clock and of the processor."""
    started, worked = time.perf_counter(), time.process_time()
    fill(store, count, units)
    return {
        "fill_seconds": round(time.perf_counter() - started),
        "fill_processor_seconds": round(time.process_time() - worked),
    }


if __name__ == "__main__":
    raise SystemExit(main())
