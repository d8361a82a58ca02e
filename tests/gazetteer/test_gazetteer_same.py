"""Real material, tagged twice, in another order, in one and in four processes: the same answer, byte for byte."""

from __future__ import annotations

import json
import lzma
import multiprocessing
import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from config.loader import BUILTIN
from gazetteer.files import out_row, tag_row
from gazetteer.load import load
from gazetteer.records import Gazetteer

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
COUNT = 600
"""Every so many articles and feed items that this number comes out; `python benchmarks/tag.py --same` takes 5,000."""

Row = dict[str, Any]


def _rows() -> list[Row]:
    articles = CORPUS / "tagging" / "unlabelled.jsonl.xz"
    feeds = CORPUS / "grouping" / "feeds-2026-06.jsonl.xz"
    if not articles.exists() or not feeds.exists():
        pytest.skip("../shared/corpus is not beside the checkout")
    rows: list[Row] = []
    for path in (articles, feeds):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            rows += [json.loads(line) for line in lines]
    return rows[:: len(rows) // COUNT][:COUNT]


@cache
def _own() -> Gazetteer:
    return load([BUILTIN])


def _answers(rows: Sequence[Row]) -> list[str]:
    return [json.dumps(out_row(*tag_row(_own(), row)), ensure_ascii=False) for row in rows]


@pytest.mark.corpus
def test_any_order_and_any_number_of_processes_give_the_same() -> None:
    rows = _rows()
    assert len(rows) == COUNT
    first = dict(zip((row["id"] for row in rows), _answers(rows), strict=True))
    shuffled = random.Random(5).sample(rows, len(rows))
    assert dict(zip((row["id"] for row in shuffled), _answers(shuffled), strict=True)) == {
        row["id"]: first[row["id"]] for row in shuffled
    }
    parts = [shuffled[index::4] for index in range(4)]
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        for part, answers in zip(parts, pool.map(_answers, parts), strict=True):
            assert answers == [first[row["id"]] for row in part]


@pytest.mark.corpus
def test_every_span_of_real_articles_is_true() -> None:
    for row in _rows():
        for mention in tag_row(_own(), row)[0].mentions:
            assert (row[mention.field] or "")[mention.start : mention.end] == mention.surface
