"""The benchmarks of large stores run, at a few hundred articles, and measure what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


def run(name: str, folder: Path, articles: int) -> dict[str, object]:
    output = folder / "figures.json"
    command = [sys.executable, "-P", str(CHECKOUT / "benchmarks" / name), "--articles", str(articles)]
    command += ["--rounds", "1", "--output", str(output), "--keep", str(folder)]
    subprocess.run(command, check=True, cwd=CHECKOUT, capture_output=True, timeout=120)
    told: dict[str, dict[str, object]] = json.loads(output.read_text(encoding="utf-8"))
    return told["sqlite"]


def test_search_is_measured(tmp_path: Path) -> None:
    told = run("search.py", tmp_path, 300)
    assert told["articles"] == 300
    for spelling in ("accented", "unaccented"):
        figures = told[spelling]
        assert isinstance(figures, dict)
        assert 0 < figures["p50_processor_ms"] <= figures["p95_processor_ms"]


def test_the_query_part_of_a_sheet_is_measured(tmp_path: Path) -> None:
    told = run("scale.py", tmp_path, 8_000)
    assert told["sheet_articles"] == pytest.approx(7_200 / 7, abs=40)
    gathered = told["gather"]
    assert isinstance(gathered, dict)
    assert gathered["processor_seconds"] > 0
