"""How long the query part of a morning's sheet takes in a store of millions: rows made by SQL, all texts purged.

    python benchmarks/scale.py                                     five million articles, SQLite
    python benchmarks/scale.py --engine postgres                   on a real Postgres from a wheel
    python benchmarks/scale.py --articles 100000 --keep FOLDER     smaller; the store stays, and is used again

An article every twelve seconds (7,200 a day, almost two years for five million), one in seven in scope, three to an
issue, two mentions each; a report with its snapshot for each of the last 400 mornings; one in a hundred was found two
days late. Measured: `report.gather` as the nightly run calls it, and again with an SQLite file that the system has
forgotten (cold), each statement that gives a number of the sheet, and
reading the issues of a day from `v1_issues`. The figures go to scale.json beside this file, by engine.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))
sys.path.insert(0, str(CHECKOUT / "benchmarks"))

from large_store import arguments, cool, in_haste, keep_figures, large  # noqa: E402
from sqlalchemy import Connection, select, text  # noqa: E402

from config.model import Settings  # noqa: E402
from report.gather import Making, answer, gather, number_queries, scope_for  # noqa: E402
from storage.store import Store  # noqa: E402
from storage.views import v1_issues  # noqa: E402

RESULT = Path(__file__).with_suffix(".json")
MORNING = date(2026, 9, 10)
LAST = datetime(2026, 9, 10, tzinfo=UTC)
"""07:00 of that morning in Hải Phòng."""
SECONDS = 12
MORNINGS = 400

_SQLITE = {
    "numbers": "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count})",
    "mornings": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})",
    "id": "printf('%08x%08x', ({i} * 2654435761) % 4294967296, {i})",
    "ago": "datetime('2026-09-10 00:00:00', (-({seconds})) || ' seconds')",
    "minute": "unixepoch('2026-09-10 00:00:00') / 60",
    "day": "date('2026-09-10', '-' || i || ' days')",
}
_POSTGRES = {
    "numbers": "WITH n AS (SELECT generate_series(0::bigint, {count} - 1) AS i)",
    "mornings": "WITH n AS (SELECT generate_series(1::bigint, {count}) AS i)",
    "id": "lpad(to_hex(({i} * 2654435761) % 4294967296), 8, '0') || lpad(to_hex({i}), 8, '0')",
    "ago": "timestamptz '2026-09-10 00:00:00+00' - ({seconds}) * interval '1 second'",
    "minute": "extract(epoch FROM timestamptz '2026-09-10 00:00:00+00')::bigint / 60",
    "day": "(date '2026-09-10' - i::int)::text",
}


def statements(engine: str, count: int) -> dict[str, str]:
    """The statements that fill an empty store, by what they make."""
    say = _SQLITE if engine == "sqlite" else _POSTGRES
    numbers = say["numbers"].format(count=count)
    article = say["id"].format(i="i")
    at = say["ago"].format(seconds=f"({count} - i) * {SECONDS}")
    # One in a hundred was found two days after it was published.
    seen = say["ago"].format(seconds=f"({count} - i) * {SECONDS} - CASE WHEN i % 97 = 0 THEN 172800 ELSE 0 END")
    seen = f"CASE WHEN {seen} > {say['ago'].format(seconds='0')} THEN {at} ELSE {seen} END"
    key = f"({say['minute']} - ({count} - i) * {SECONDS} / 60) * 137438953472 + (i * 2654435761) % 32 * 4294967296 + i"
    issue = say["id"].format(i="(i / 21)")
    true, false = ("1", "0") if engine == "sqlite" else ("true", "false")
    blob = "X''" if engine == "sqlite" else "''::bytea"
    level = "CASE WHEN i % 35 = 0 THEN 2 WHEN i % 77 = 0 THEN 3 ELSE i % 2 END"
    opened = say["ago"].format(seconds="i * 86400 + 90000")
    closed = say["ago"].format(seconds="i * 86400 + 3600")
    per_day = 86400 // SECONDS
    by = " INDEXED BY ix_articles_published" if engine == "sqlite" else ""
    return {
        "articles": "INSERT INTO articles (article_id, outlet_id, url, canonical_url, title, paragraphs, captions, "
        "published_at, published_precision, url_key, canonical_key, kind, excerpt, extractor, content_hash, signature, "
        "about_city, about_reasons, in_scope, gazetteer_version, revision_count, first_seen_at, updated_at, "
        f"expired_at, grouped_hash, search_key) {numbers} SELECT {article}, 'bao-' || (i % 300), "
        f"'https://bao.example/' || i, "
        "'https://bao.example/' || i, 'Phường Lê Chân xử lý bãi rác số ' || i, '[]', '[]', "
        f"{at}, 'minute', 'u' || i, 'c' || i, 'full', 'Người dân phản ánh bãi rác tự phát số ' || i || ' nhiều tháng "
        f"nay chưa được dọn, phường đã có ý kiến.', 'made-up', 'h' || i, {blob}, CASE WHEN i % 7 = 0 THEN {true} ELSE "
        f"{false} END, '[]', CASE WHEN i % 7 = 0 THEN {true} ELSE {false} END, '0', 0, {seen}, {at}, "
        f"{say['ago'].format(seconds='0')}, 'h' || i, {key} FROM n",
        "issue_articles": "INSERT INTO issue_articles (article_id, issue_id, level, level_reasons, level_score, "
        f"field_of, evidence, placed_hash, placed_at, auto_issue_id, reprint_keys) {numbers} SELECT {article}, {issue},"
        f" {level}, '[]', 1.0, 1 + i / 21 % 12, '{{}}', 'h' || i, {at}, {issue}, {blob} FROM n WHERE i % 7 = 0",
        "issues": "INSERT INTO issues (issue_id, title, level, field_of, level_reasons, first_at, last_at, "
        f"first_article_id) {numbers} SELECT {issue}, 'Bãi rác ' || i, 1, 1 + i / 21 % 12, '[]', {at}, {at}, {article} "
        "FROM n WHERE i % 21 = 0",
        **{
            f"mentions {place}": 'INSERT INTO mentions (article_id, field, start, "end", entity_id, unit_id, kind, '
            f"surface, rule, confidence, decided_by) {numbers} SELECT {article}, 'title', {place}, {place} + 4, "
            f"'n' || (i / 7 % {kinds}), 'n' || (i / 7 % {kinds}), 'unit', 'made', 'made-up', 0.9, 'rule' FROM n "
            "WHERE i % 7 = 0"
            for place, kinds in ((0, 114), (10, 31))
        },
        "reports": "INSERT INTO reports (report_id, date, kind, run_id, window_start, window_end, generated_at, state, "
        f"inputs, sha256, path) {say['mornings'].format(count=MORNINGS)} SELECT 'daily-' || {say['day']}, {say['day']},"
        f" 'daily', 'r', {opened}, {closed}, {closed}, 'sent', "
        '\'{"counts":{"articles":1000,"issues":300,"attention":20}}\', \'\', \'\' FROM n',
        "report_articles": "INSERT INTO report_articles (report_id, article_id, issue_id, late) "
        + say["mornings"].format(count=min(MORNINGS, count // per_day))
        + f" SELECT 'daily-' || {say['day']}, a.article_id, NULL, {false} FROM n CROSS JOIN articles AS a{by} WHERE "
        f"a.published_at >= {opened} AND a.published_at < {closed} AND a.in_scope = {true}",
    }


def fill(store: Store, count: int) -> None:
    """Make the rows."""
    with store.engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "sqlite":
            for setting in ("cache_size = -1000000", "secure_delete = OFF"):
                connection.exec_driver_sql(f"PRAGMA {setting}")
        indexes = _dropped(connection, ("articles", "issue_articles", "issues", "mentions"))
        for name, sql in statements(connection.dialect.name, count).items():
            started = time.perf_counter()
            if name == "reports":
                for index in indexes:
                    connection.exec_driver_sql(index)
            # psycopg takes a single % for the beginning of a parameter.
            connection.exec_driver_sql(sql if connection.dialect.name == "sqlite" else sql.replace("%", "%%"))
            print(f"{name}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    # A glance at each index is enough to plan by; reading all of millions takes longer than making them.
    sqlite = ("PRAGMA analysis_limit = 400", "ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)")
    with closing(store.engine.raw_connection()) as raw, closing(raw.cursor()) as cursor:
        for statement in sqlite if store.engine.dialect.name == "sqlite" else ("ANALYZE",):
            cursor.execute(statement)
        raw.commit()


def _dropped(connection: Connection, tables: tuple[str, ...]) -> list[str]:
    """Drop the secondary indexes of tables; returns the statements that make them again."""
    if connection.dialect.name == "sqlite":
        known = connection.execute(
            text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        ).all()
    else:
        known = connection.execute(
            text("SELECT indexname, tablename, indexdef FROM pg_indexes WHERE indexname LIKE 'ix_%'")
        ).all()
    kept = [(name, sql) for name, table, sql in known if table in tables]
    for name, _ in kept:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    return [sql for _, sql in kept]


def measure(store: Store, rounds: int) -> dict[str, Any]:
    """Seconds, on the clock and of (our) processor: what the sheet gathers, each number, the issues of a day."""
    settings = Settings()
    making = Making(run_id="r", generated_at=LAST, health=())
    scope = scope_for(MORNING, settings, LAST)
    recent = select(v1_issues).where(v1_issues.c.last_at >= LAST - timedelta(days=1))
    inputs = gather(store, settings, MORNING, making)
    by_number = {
        name: _median(rounds, lambda query=query: answer(store, query))
        for name, query in number_queries(scope, making.run_id).items()
    }
    gathered = {"gather": _median(rounds, lambda: gather(store, settings, MORNING, making))}
    if store.engine.dialect.name == "sqlite":
        cold = _median(rounds, lambda: gather(store, settings, MORNING, making), lambda: cool(store))
        gathered["gather_cold"] = cold
    return {
        "sheet_articles": len(inputs.articles),
        "sheet_issues": len(inputs.issues),
        **gathered,
        "numbers": {
            unit: round(sum(each[unit] for each in by_number.values()), 3) for unit in ("seconds", "processor_seconds")
        },
        "by_number": by_number,
        "issues_of_a_day": len(answer(store, recent)),
        "issues_of_a_day_read": _median(rounds, lambda: answer(store, recent)),
    }


def _median(rounds: int, work: Callable[[], object], before: Callable[[], object] = int) -> dict[str, float]:
    taken: list[tuple[float, float]] = []
    for _ in range(rounds):
        before()
        started, worked = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - started, time.process_time() - worked))
    wall, processor = (round(statistics.median(each[place] for each in taken), 3) for place in (0, 1))
    return {"seconds": wall, "processor_seconds": processor}


def main() -> int:
    """Fill (or take the kept store), measure, print and write JSON."""
    chosen = arguments(
        "Measure the query part of the daily sheet in a large store.", articles=5_000_000, rounds=5, output=RESULT
    )
    with large(chosen) as (store, filled):
        if not filled:
            with in_haste(store):
                fill(store, chosen.articles)
        keep_figures(chosen, {"articles": chosen.articles, **measure(store, chosen.rounds)})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
