"""What storing a row costs, against what the same machine takes at that moment to write and index the bare text."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storage.records import FateWord, Outcome
from storage.store import open_store

ROWS = 50
MOST_TIMES_BARE = 28.0
"""With eight mentions, fate, excerpt and the index of words with and without diacritics: 14 to 20 times measured, alone
(1.05 to 1.4 ms a row) and on a busy machine (up to 2.3 ms)."""


def test_a_row_costs_a_bounded_multiple_of_writing_and_indexing_its_bare_text(
    tmp_path: Path, article: Any, mention: Any, morning: Any
) -> None:
    store = open_store(tmp_path / "diembao.db")
    run_id = store.begin_run("nightly", morning).run_id
    body = tuple("Sở Xây dựng Hải Phòng kiểm tra công trình ở phường Lê Chân, quận cũ. " * 8 for _ in range(6))
    spans = tuple(mention(start=n * 10, end=n * 10 + 4) for n in range(8))
    bare = sqlite3.connect(tmp_path / "bare.db")
    bare.executescript("CREATE TABLE article (url PRIMARY KEY, text); CREATE VIRTUAL TABLE word USING fts5 (text)")

    def batch(number: int) -> list[Outcome]:
        urls = [f"https://bao.vn/{number}/{n}" for n in range(ROWS)]
        made = [article(url, body=(*body, url), mentions=spans) for url in urls]
        return [Outcome(url=a.url, outlet_id="bao", fate=FateWord.STORED, article=a) for a in made]

    def write_bare(number: int) -> None:
        rows = [(f"https://bao.vn/{number}/{n}", "\n".join((*body, str(n)))) for n in range(ROWS)]
        with bare:
            bare.executemany("INSERT INTO article VALUES (?, ?)", rows)
            bare.executemany("INSERT INTO word VALUES (?)", [(text,) for _, text in rows])

    def cost(work: Callable[[], object]) -> float:
        before = time.process_time()
        work()
        return (time.process_time() - before) * 1000 / ROWS

    store.commit(run_id, batch(0))
    costs, bare_costs = [], []
    for number in range(1, 8):
        outcomes = batch(number)
        costs.append(cost(lambda outcomes=outcomes: store.commit(run_id, outcomes)))
        bare_costs.append(cost(lambda number=number: write_bare(number)))
    store.close()
    bare.close()
    times = min(costs) / min(bare_costs)
    print(f"{min(costs):.3f} ms a row, {times:.1f} times the bare {min(bare_costs):.3f}")
    assert times <= MOST_TIMES_BARE
