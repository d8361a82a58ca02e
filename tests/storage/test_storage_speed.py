from __future__ import annotations

import time
from typing import Any

from storage.records import FateWord, Outcome
from storage.store import open_store

ROWS = 50
BUDGET_MS = 2.0
"""CPU a row, mentions, bodies in the search index and the excerpt included; measured 1.05 to 1.25, quiet."""


def test_a_batch_of_fifty_costs_at_most_two_milliseconds_a_row(
    tmp_path: Any, article: Any, mention: Any, morning: Any
) -> None:
    store = open_store(tmp_path / "diembao.db")
    run_id = store.begin_run("nightly", morning).run_id
    body = tuple("Sở Xây dựng Hải Phòng kiểm tra công trình ở phường Lê Chân, quận cũ. " * 8 for _ in range(6))
    spans = tuple(mention(start=n * 10, end=n * 10 + 4) for n in range(8))

    def batch(number: int) -> list[Outcome]:
        urls = [f"https://bao.vn/{number}/{n}" for n in range(ROWS)]
        made = [article(url, body=(*body, url), mentions=spans) for url in urls]
        return [Outcome(url=a.url, outlet_id="bao", fate=FateWord.STORED, article=a) for a in made]

    store.commit(run_id, batch(0))
    costs = []
    for number in range(1, 6):
        outcomes = batch(number)
        before = time.process_time()
        store.commit(run_id, outcomes)
        costs.append((time.process_time() - before) * 1000 / ROWS)
    store.close()
    print(f"{min(costs):.3f} to {max(costs):.3f} ms a row")
    assert min(costs) <= BUDGET_MS
