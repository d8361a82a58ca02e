"""Level and field against the hand labels beside the checkout.

usage: python benchmarks/level.py [--errors]   (prints a table, writes benchmarks/level.json)
"""

from __future__ import annotations

import json
import lzma
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from config.loader import load  # noqa: E402
from issues.files import Tagger, tagger  # noqa: E402

CORPUS = HERE.parent.parent / "shared" / "corpus"
TOP = 0.4
"""Share of the articles, by level_score, in which those that need an answer should lie."""
Row = dict[str, Any]


def measure() -> dict[str, float]:
    """Shares of articles about the city with a right level and field, and of those that need an answer in the top."""
    work = tagger(load())
    judged: list[tuple[Row, Row]] = []
    for name in ("dev", "level-dev"):
        rows = {row["id"]: row for row in _rows(CORPUS / "tagging" / f"{name}.jsonl")}
        labels = [label for label in _rows(CORPUS / "tagging" / f"{name}.labels.jsonl") if label["about"]]
        judged += [(label, work.row(rows[label["id"]])) for label in labels]
    if "--errors" in sys.argv:
        _print_errors(judged)
    return {**_shares(judged), **_june(work)}


def _rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _shares(judged: list[tuple[Row, Row]]) -> dict[str, float]:
    ranked = sorted(judged, key=lambda pair: -pair[1]["level_score"])
    need = [min(label["level"]) >= 2 for label, _ in ranked]
    return {
        "level_right": sum(out["level"] in label["level"] for label, out in judged) / len(judged),
        "field_right": sum(out["field_of"] in label["field"] for label, out in judged) / len(judged),
        "needs_answer_in_top": sum(need[: round(len(need) * TOP)]) / sum(need),
    }


def _june(work: Tagger) -> dict[str, float]:
    """Levels of the month of feed items in scope (teasers of three outlets), and CPU a judged and tagged item."""
    with lzma.open(CORPUS / "grouping" / "feeds-2026-06.jsonl.xz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    started = time.process_time()
    found = [work.row(row) for row in rows]
    spent = time.process_time() - started
    scope = [out for out in found if out["about_city"] or out["mentions"]]
    levels = Counter(out["level"] for out in scope)
    return {
        "june_in_scope": len(scope),
        "june_share_2_3": (levels[2] + levels[3]) / len(scope),
        "ms_per_item": spent / len(rows) * 1000,
    }


def _print_errors(judged: list[tuple[Row, Row]]) -> None:
    for label, out in judged:
        if out["level"] not in label["level"] or out["field_of"] not in label["field"]:
            print(
                label["id"], "level", out["level"], label["level"], "field", out["field_of"], label["field"],
                "; ".join(out["reasons"][:4]),
            )  # fmt: skip


def main() -> None:
    figures = measure()
    for key, value in figures.items():
        print(f"{key:24} {value:10.4g}")
    (HERE / "level.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
