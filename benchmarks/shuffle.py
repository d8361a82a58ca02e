"""A month of feed items grouped one by one in order of arrival, against orders shuffled within a day.

usage: python benchmarks/shuffle.py [--times 10] [--titles]   (prints, writes benchmarks/shuffle.json)
--titles: also prints the ten largest issues of the month with titles, for a look; they are written nowhere.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from group import pairwise_f1, profiles, read, score  # noqa: E402

from config.loader import load  # noqa: E402
from issues.group import Grouper  # noqa: E402
from issues.profile import Profile  # noqa: E402
from issues.weights import grouping_weights  # noqa: E402

MONTH = "feeds-2026-06"
LARGEST = 10


def place(articles: Iterable[Profile]) -> tuple[dict[str, str], dict[str, str], list[float], int]:
    """Issue and original by article, milliseconds of CPU of each placement, most articles held at once."""
    grouper = Grouper(grouping_weights(load().folders))
    issue: dict[str, str] = {}
    original: dict[str, str] = {}
    spent: list[float] = []
    held = 0
    for article in articles:
        started = time.process_time()
        joined = grouper.add(article)
        spent.append((time.process_time() - started) * 1000)
        issue |= {joined.article_id: joined.issue_id, **joined.moved}
        for found in (joined.reprint, joined.turned):
            if found:
                original[found.copy] = found.original
        held = max(held, len(grouper))
    return issue, original, spent, held


def measure(times: int) -> tuple[dict[str, Any], dict[str, str]]:
    rows = read(MONTH)
    articles = profiles(rows)
    true, original, spent, held = place(articles)
    tenth = len(spent) // 10
    deciles = [spent[start : start + tenth] for start in range(0, tenth * 10, tenth)]
    f1: list[float] = []
    checks: list[dict[str, float]] = [score(MONTH, true, original)]
    for seed in range(times):
        other, copied, _, _ = place(shuffled(articles, seed))
        f1.append(pairwise_f1(true, other))
        checks.append(score(MONTH, other, copied))
        print(f"shuffle {seed}: pairwise F1 {f1[-1]:.3f}", flush=True)
    return {
        "articles": len(articles),
        "pairwise_f1": [round(value, 4) for value in f1],
        "pairwise_f1_mean": round(statistics.mean(f1), 4) if f1 else None,
        "pairs_over_the_orders": {
            key: [round(min(c[key] for c in checks), 3), round(max(c[key] for c in checks), 3)]
            for key in ("same", "story", "apart", "largest")
        },
        "ms_median_by_tenth": [round(statistics.median(part), 3) for part in deciles],
        "ms_mean_by_tenth": [round(statistics.mean(part), 3) for part in deciles],
        "articles_held_at_most": held,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "measured": datetime.now().astimezone().date().isoformat(),
    }, true


def shuffled(articles: Iterable[Profile], seed: int) -> list[Profile]:
    """The articles in an order in which each comes up to a day too early or too late."""
    noise = random.Random(seed)
    return sorted(articles, key=lambda p: ((p.at or 0) + noise.uniform(-1, 1), p.article_id))


def largest(issue: Mapping[str, str]) -> Iterable[str]:
    """Lines about the ten largest issues: size, first and last day, titles of five of their articles."""
    rows = {row["id"]: row for row in read(MONTH)}
    for issue_id, size in Counter(issue.values()).most_common(LARGEST):
        members = sorted((rows[key] for key in issue if issue[key] == issue_id), key=lambda r: r["published_at"] or "")
        yield f"{size} articles, {members[0]['published_at'][:10]} to {members[-1]['published_at'][:10]}"
        yield from (f"    {row['title']}" for row in members[:: max(1, size // 5)][:5])


def main() -> None:
    times = int(sys.argv[sys.argv.index("--times") + 1]) if "--times" in sys.argv else 10
    figures, true = measure(times)
    print(json.dumps(figures, indent=1))
    (HERE / "shuffle.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if "--titles" in sys.argv:
        print("\n".join(largest(true)))


if __name__ == "__main__":
    main()
