"""Every page in odd or old markup (`benchmarks/odd/*.txt`, text of our own) is read rightly without any rule."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
CAPTION_ABOVE_THE_LEAD = {"nhandan_2006", "sgtimes_2012"}
"""Pages whose caption stands before everything that is read; it is lost, and nothing else."""


def _odd_pages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("odd_pages", BENCHMARKS / "odd_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["odd_pages"] = module  # a dataclass looks its module up
    spec.loader.exec_module(module)
    return module


ODD = _odd_pages()
PAGES = ODD.pages()


def test_there_are_many_pages_and_no_two_of_one_name() -> None:
    assert len(PAGES) >= 134
    assert len({page.name for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_an_odd_page_is_read_rightly(page: object) -> None:
    wrong = list(ODD.faults(ODD.score(page)))
    lost = [fault for fault in wrong if fault.startswith("captions")]
    assert [fault for fault in wrong if fault not in lost] == []
    assert not lost or page.name in CAPTION_ABOVE_THE_LEAD  # type: ignore[attr-defined]


def test_the_measure_sees_what_is_wrong() -> None:
    page = next(page for page in PAGES if page.name == "cand_2012")
    missing = page.content.replace(page.parts["B"][0].encode(), b"")
    page = ODD.OddPage(name=page.name, url=page.url, published="2012-06-05T10:13", parts=page.parts)
    page.body_html = missing.decode()
    assert [fault.split()[0] for fault in ODD.faults(ODD.score(page))] == ["F1", "date"]
