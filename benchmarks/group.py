"""Quality and speed of grouping on the labelled pairs beside the checkout.

usage: python benchmarks/group.py   (prints a table, writes benchmarks/group.json)
Other orders of arrival: benchmarks/shuffle.py. Other ways of grouping: benchmarks/group_baselines.py.
"""

from __future__ import annotations

import json
import lzma
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from config.loader import load  # noqa: E402
from issues.files import grouped, row_reader  # noqa: E402
from issues.profile import Profile  # noqa: E402

CORPUS = HERE.parent.parent / "shared" / "corpus" / "grouping"
Row = dict[str, Any]
_CHECKS = {"same_event": "same", "reprint": "same", "same_story": "story", "different": "apart"}


def measure() -> dict[str, float]:
    """Shares of pairs right, share of the largest issue, milliseconds of CPU an item (profile and placing)."""
    figures: dict[str, float] = {}
    for name in ("dev", "feeds-2026-06"):
        short = name.partition("-")[0]
        rows = read(name)
        started = time.process_time()
        articles = profiles(rows)
        issue, original, marks = place(articles)
        figures[f"{short}_ms"] = (time.process_time() - started) / len(rows) * 1000
        figures |= {f"{short}_{key}": value for key, value in score(name, issue, original).items()}
        if len(marks) > 2:
            figures |= {f"{short}_ms_second_tenth": marks[1], f"{short}_ms_last_tenth": marks[-1]}
    return figures


def read(name: str) -> list[Row]:
    with lzma.open(CORPUS / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def profiles(rows: Iterable[Row]) -> list[Profile]:
    return sorted(
        map(row_reader(load()).profile, rows), key=lambda p: (p.at if p.at is not None else float("inf"), p.article_id)
    )


def place(articles: list[Profile]) -> tuple[dict[str, str], dict[str, str], list[float]]:
    """Issues, originals, and milliseconds an item in each tenth of the stream."""
    marks: list[float] = []
    tenth, started = max(1, len(articles) // 10), time.process_time()

    def watched() -> Iterable[Profile]:
        nonlocal started
        for number, article in enumerate(articles, start=1):
            yield article
            if number % tenth == 0:
                marks.append((time.process_time() - started) / tenth * 1000)
                started = time.process_time()

    issue, original = grouped(watched(), load())
    return issue, original, marks


def score(name: str, issue: Mapping[str, str], original: Mapping[str, str]) -> dict[str, float]:
    """What the corpus's own scorer prints, as shares; `_even`, `_odd`: of every second pair, to show the spread."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for number, pair in enumerate(map(json.loads, (CORPUS / f"{name}.pairs.jsonl").open(encoding="utf-8"))):
        check = _CHECKS.get(pair["label"])
        together = issue[pair["a"]] == issue[pair["b"]]
        if check:
            for key in (check, f"{check}_{'odd' if number % 2 else 'even'}"):
                total[key] += 1
                right[key] += together if check != "apart" else not together
        if pair["label"] == "reprint":
            total["reprint"] += 1
            right["reprint"] += _root(pair["a"], original) == _root(pair["b"], original)
    sizes = Counter(issue.values())
    return {key: right[key] / total[key] for key in total} | {
        "largest": max(sizes.values()) / len(issue),
        "issues": len(sizes),
    }


def _root(key: str, original: Mapping[str, str]) -> str:
    seen = {key}
    while (up := original.get(key)) and up not in seen:
        seen.add(up)
        key = up
    return key


def pairwise_f1(a: Mapping[str, str], b: Mapping[str, str]) -> float:
    """F1 over the pairs two groupings of the same articles join."""

    def pairs(counts: Iterable[int]) -> int:
        return sum(n * (n - 1) // 2 for n in counts)

    both = pairs(Counter((a[key], b[key]) for key in a).values())
    return 2 * both / max(1, pairs(Counter(a.values()).values()) + pairs(Counter(b.values()).values()))


def main() -> None:
    figures: dict[str, Any] = measure()
    for key, value in figures.items():
        print(f"{key:28} {value:10.4g}")
    figures["measured"] = datetime.now().astimezone().date().isoformat()
    (HERE / "group.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
