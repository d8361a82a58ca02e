"""Whatever bytes come, a reading or a fate comes out, in bounded time. `benchmarks/mutate.py` does it 10,000 times."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from types import ModuleType

import pytest

from config.loader import load
from pipelines.files import page_of
from pipelines.read import read_page
from storage.records import FateWord

OUTLETS = load().outlets


def _mutate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutate", Path(__file__).parents[2] / "benchmarks" / "mutate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MUTATE = _mutate()


def test_mutated_pages_give_a_reading_or_a_fate() -> None:
    seen = set()
    for name, body in MUTATE.mutated(250, seed=3):
        page = page_of(body, url="https://vnexpress.net/mot-bai-viet-bi-hong-123456.html", outlet_id=None)
        found = read_page(page, outlet=OUTLETS["vnexpress"])
        seen.add(name)
        assert found.fate is None or isinstance(found.fate, FateWord)
        assert found.fate is not None or (found.title and found.paragraphs)
    assert len(seen) == len(MUTATE.MUTATIONS)


def test_the_same_seed_gives_the_same_pages() -> None:
    assert list(MUTATE.mutated(30, seed=5)) == list(MUTATE.mutated(30, seed=5))


@pytest.mark.parametrize("name", ["nested 50,000 deep", "links in links", "tables in tables", "JSON-LD 10,000 deep"])
def test_monsters_end_in_time(name: str) -> None:
    began = time.process_time()
    found = read_page(page_of(MUTATE.MONSTERS[name](), url="https://a.example/1", outlet_id=None), outlet=None)
    assert found.fate is not None
    assert time.process_time() - began < 8


def test_workers_give_every_page_its_outcome_and_kill_what_lasts_too_long() -> None:
    found = MUTATE.run(10, seed=2, workers=1, monsters=("20 MB of attributes", "random bytes"))
    assert sum(fates.total() for fates in found.values()) == 12
    assert found["20 MB of attributes"] == {FateWord.TOO_SLOW: 1}
    assert all(FateWord.FAILED not in fates for fates in found.values())
