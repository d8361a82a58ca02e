"""How much of the grouping's figures is choice: settings chosen on four fifths of the pairs, judged on the rest.

usage: python benchmarks/group_folds.py   (prints, writes benchmarks/group_folds.json)

The month is compared once; each setting of `bias`, `best_share` and `missing_link` is then a matter of grouping all
links at once. `plateau` tells what every setting near the chosen one gives.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import product
from pathlib import Path

import msgspec

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from group import CORPUS, profiles, read  # noqa: E402

from config.loader import load  # noqa: E402
from issues.cluster import Rule, clusters  # noqa: E402
from issues.group import Grouper  # noqa: E402
from issues.weights import GroupingWeights, grouping_weights  # noqa: E402

MONTH = "feeds-2026-06"
BIASES = (-0.5, -0.45, -0.4, -0.35, -0.3)
BEST_SHARES = (0.3, 0.35, 0.4, 0.45, 0.5)
MISSING = (-2.0, -3.0, -4.0)
FOLDS, TIMES = 5, 6
_CHECKS = {"same_event": "same", "same_story": "story", "different": "apart"}
FLOORS = {"same": 0.90, "story": 0.67, "apart": 0.90}
ENOUGH = 0.01
"""Room above a floor beyond which more does not count."""
Right = dict[int, bool]
Pair = tuple[str, str, str]
Setting = tuple[float, float, float]


def compared(weights: GroupingWeights) -> tuple[list[str], dict[tuple[str, str], float]]:
    """Every article of the month, and the score of every pair that is compared, without the bias."""
    grouper = Grouper(msgspec.structs.replace(weights, least_link=-99.0))
    scores: dict[tuple[str, str], float] = {}
    articles = profiles(read(MONTH))
    for article in articles:
        joined = grouper.add(article)
        scores |= {(article.article_id, other): score - weights.bias for other, score in joined.links.items()}
    return [article.article_id for article in articles], scores


def right(
    keys: Iterable[str], scores: Mapping[tuple[str, str], float], weights: GroupingWeights, pairs: Iterable[Pair]
) -> Right:
    """Which labelled pairs come out right, by their number."""
    links: dict[str, dict[str, float]] = {}
    for (a, b), score in scores.items():
        if score + weights.bias >= weights.least_link:
            links.setdefault(a, {})[b] = links.setdefault(b, {})[a] = score + weights.bias
    rule = Rule(least=weights.least, best_share=weights.best_share, links=weights.links, missing=weights.missing_link)
    issue = {key: group[0] for group in clusters(keys, links, rule) for key in group}
    return {n: (issue[a] == issue[b]) != (check == "apart") for n, (a, b, check) in enumerate(pairs)}


def shares(found: Right, pairs: list[Pair], among: Collection[int]) -> dict[str, float]:
    return {check: statistics.mean(found[n] for n in among if pairs[n][2] == check) for check in sorted(set(FLOORS))}


def worth(found: dict[str, float]) -> tuple[float, float]:
    """The least room above a floor, as far as it counts; then the sum."""
    return min(ENOUGH, *(found[check] - floor for check, floor in FLOORS.items())), sum(found.values())


def held_out(every: Mapping[Setting, Right], pairs: list[Pair], seed: int) -> dict[str, float]:
    """Each fifth judged by the setting that is best on the other four."""
    order = random.Random(seed).sample(range(len(pairs)), len(pairs))
    judged: Right = {}
    for fold in range(FOLDS):
        test = set(order[fold::FOLDS])
        best = max(every, key=lambda s: worth(shares(every[s], pairs, set(order) - test)))
        judged |= {n: every[best][n] for n in test}
    return shares(judged, pairs, order)


def main() -> None:
    weights = grouping_weights(load().folders)
    keys, scores = compared(weights)
    rows = map(json.loads, (CORPUS / f"{MONTH}.pairs.jsonl").open(encoding="utf-8"))
    pairs = [(row["a"], row["b"], _CHECKS[row["label"]]) for row in rows if row["label"] in _CHECKS]
    every: dict[Setting, Right] = {}
    for setting in product(BIASES, BEST_SHARES, MISSING):
        bias, best_share, missing = setting
        these = msgspec.structs.replace(weights, bias=bias, best_share=best_share, missing_link=missing)
        every[setting] = right(keys, scores, these, pairs)
    folds = [held_out(every, pairs, seed) for seed in range(TIMES)]
    near = [s for s in every if abs(s[0] - weights.bias) < 0.06 and abs(s[1] - weights.best_share) < 0.06]
    figures = {
        "pairs": len(pairs),
        "settings": len(every),
        "held_out": {check: round(statistics.mean(fold[check] for fold in folds), 3) for check in FLOORS},
        "held_out_worst": {check: round(min(fold[check] for fold in folds), 3) for check in FLOORS},
        "plateau": {
            check: [round(low_or_high(shares(every[s], pairs, range(len(pairs)))[check] for s in near), 3)
                    for low_or_high in (min, max)]
            for check in FLOORS
        },
        "measured": datetime.now().astimezone().date().isoformat(),
    }  # fmt: skip
    print(json.dumps(figures, indent=1))
    (HERE / "group_folds.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
