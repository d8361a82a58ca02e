"""A month of real feed items imported by the plain command: time, peak memory, items a second; then imported again.

The second import must store nothing. Prints the figures and writes import_month.json; exit 1 where one does not hold.
usage: python benchmarks/import_month.py
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from program import command, environment  # noqa: E402

ITEMS = ROOT.parent / "shared" / "corpus" / "feeds" / "items-2026-06.jsonl.xz"
TABLES = ("articles", "mentions", "issues", "issue_articles", "frontier", "revisions", "outlets")


def imported(home: Path) -> dict[str, float]:
    """Run the command once; its wall and CPU seconds and its peak memory in MB."""
    started = time.monotonic()
    process = subprocess.Popen(
        command("import", str(ITEMS)),
        env=environment(home),
        stdout=sys.stderr,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the import ended with {process.returncode}")
    return {
        "seconds": round(time.monotonic() - started, 1),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_mb": round(usage.ru_maxrss / 1024, 1),
    }


def rows(home: Path) -> dict[str, list[str]]:
    """Every row of the tables that articles make."""
    with sqlite3.connect(home / "diembao.db") as store:
        return {table: sorted(map(repr, store.execute(f"select * from {table}"))) for table in TABLES}


def grouping_seconds(home: Path) -> float:
    """How long judging and placing take alone, with all placements taken out of the store again."""
    from config.loader import load
    from issues.update import update_issues
    from storage.store import open_store
    from vietnamese.clock import system_clock

    with sqlite3.connect(home / "diembao.db") as raw:
        raw.execute("delete from issue_articles")
        raw.execute("delete from issues")
    config = load()
    store = open_store(f"sqlite:///{home}/diembao.db", system_clock, config.settings)
    started = time.monotonic()
    update_issues(store, config.settings, now=system_clock(), folders=config.folders)
    store.close()
    return round(time.monotonic() - started, 2)


def counted(home: Path) -> dict[str, object]:
    """What the store holds."""
    with sqlite3.connect(home / "diembao.db") as store:
        one = store.execute("select count(*), count(distinct url), sum(in_scope), sum(about_city) from v1_articles")
        articles, urls, in_scope, about_city = one.fetchone()
        fates = Counter(dict(store.execute("select fate, count(*) from v1_fates group by fate")))
        (issues,) = store.execute("select count(*) from v1_issues").fetchone()
    return {
        "articles": articles, "urls": urls, "in_scope": in_scope, "about_city": about_city, "issues": issues,
        "fates": dict(fates), "store_mb": round((home / "diembao.db").stat().st_size / 1e6, 1),
    }  # fmt: skip


def main() -> int:
    """Import twice into an empty store and compare."""
    if not ITEMS.is_file():
        print("the June items (../shared/corpus/feeds) are not beside the checkout")
        return 2
    with tempfile.TemporaryDirectory(prefix="diembao-import-") as folder:
        home = Path(folder)
        first = imported(home)
        store, before = counted(home), rows(home)
        again = imported(home)
        same = rows(home) == before
        grouping = grouping_seconds(home)
    figures = {
        "items": store["articles"],
        "first": first | {"items_a_second": round(int(str(store["articles"])) / first["seconds"])},
        "again": again,
        "second_import_changed_nothing": same,
        "none_twice": store["articles"] == store["urls"],
        "grouping_seconds": grouping,
        "store": store,
    }
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    print(text)
    Path(__file__).with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    return 0 if same and figures["none_twice"] else 1


if __name__ == "__main__":
    sys.exit(main())
