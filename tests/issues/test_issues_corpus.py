"""Quality on the hand-labelled material beside the checkout; the fuller figures are in benchmarks/."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from config.loader import load
from issues.files import group_rows, read_rows, tagger

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the real material is not beside the checkout (../shared/corpus)"),
]


def test_copies_and_reports_of_one_event_come_together() -> None:
    rows = list(read_rows(CORPUS / "grouping" / "dev.jsonl.xz"))
    found = {row["id"]: row for row in group_rows(rows, config=load())}
    wanted = [
        pair
        for pair in read_rows(CORPUS / "grouping" / "dev.pairs.jsonl", key="a")
        if pair["label"] in {"same_event", "reprint"}
    ]
    together = [found[pair["a"]]["issue_id"] == found[pair["b"]]["issue_id"] for pair in wanted]
    assert sum(together) / len(together) >= 0.97
    assert max(Counter(row["issue_id"] for row in found.values()).values()) / len(found) <= 0.02


def test_levels_and_fields_agree_with_the_annotators() -> None:
    work = tagger(load())
    rows = {row["id"]: row for row in read_rows(CORPUS / "tagging" / "level-dev.jsonl")}
    labels = [label for label in read_rows(CORPUS / "tagging" / "level-dev.labels.jsonl") if label["about"]]
    found = [(label, work.row(rows[label["id"]])) for label in labels]
    assert sum(out["level"] in label["level"] for label, out in found) / len(found) >= 0.8
    assert sum(out["field_of"] in label["field"] for label, out in found) / len(found) >= 0.8
