"""Quality and speed of grouping on the labelled pairs beside the checkout, with two baselines.

usage: python benchmarks/group.py [--shuffles N]   (prints a table, writes benchmarks/group.json)
--shuffles N: also N arrival orders shuffled within 24 hours, compared with the true one (a minute each).
"""

from __future__ import annotations

import json
import lzma
import random
import statistics
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
from issues.cues import grouping_cues  # noqa: E402
from issues.files import grouped, outlet_hints, profile_of_row  # noqa: E402
from issues.profile import Profile  # noqa: E402
from vietnamese.words import syllables  # noqa: E402

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
    config = load()
    cues, outlets = grouping_cues(config.folders), outlet_hints(config)
    found = (profile_of_row(row, cues, outlets) for row in rows)
    return sorted(found, key=lambda p: (p.at if p.at is not None else float("inf"), p.article_id))


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


def baselines(name: str) -> dict[str, dict[str, float]]:
    """The same pairs by equal titles and by title words alone (the best share of each is known only after looking)."""
    titles = {row["id"]: frozenset(syllables(row["title"])) for row in read(name)}
    found: dict[str, dict[str, float]] = {}
    for label, least in (("equal titles", 1.0), ("title Jaccard 0.5", 0.5), ("title Jaccard 0.25", 0.25)):
        counts: dict[str, list[bool]] = {}
        for pair in map(json.loads, (CORPUS / f"{name}.pairs.jsonl").open(encoding="utf-8")):
            check = _CHECKS.get(pair["label"])
            if check:
                a, b = titles[pair["a"]], titles[pair["b"]]
                together = len(a & b) / max(1, len(a | b)) >= least
                counts.setdefault(check, []).append(together if check != "apart" else not together)
        found[label] = {check: sum(some) / len(some) for check, some in counts.items()}
    return found


def shuffled(times: int) -> list[float]:
    """Pairwise F1 of the month grouped in arrival order against orders shuffled within 24 hours."""
    articles = profiles(read("feeds-2026-06"))
    true, _, _ = place(articles)
    found = []
    for seed in range(times):
        noise = random.Random(seed)
        other, _, _ = place(sorted(articles, key=lambda p: ((p.at or 0) + noise.uniform(-1, 1), p.article_id)))
        found.append(pairwise_f1(true, other))
    return found


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
    figures["baselines"] = {name: baselines(name) for name in ("dev", "feeds-2026-06")}
    for name, table in figures["baselines"].items():
        for label, row in table.items():
            print(f"{name:14} {label:20}", "  ".join(f"{k} {v:.3f}" for k, v in row.items()))
    if "--shuffles" in sys.argv:
        found = shuffled(int(sys.argv[sys.argv.index("--shuffles") + 1]))
        figures["shuffled_f1"] = found
        print(f"shuffled within 24 h: pairwise F1 {statistics.mean(found):.3f} (least {min(found):.3f})")
    figures["measured"] = datetime.now().astimezone().date().isoformat()
    (HERE / "group.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
