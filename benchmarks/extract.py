"""Measure the reader: accuracy and CPU per page, side by side with trafilatura and a bare parse.

usage: python benchmarks/extract.py [--others]

--others: newspaper4k, resiliparse and news-please too, installed into an environment in a temporary folder (without a
network that is said, and they are left out).

Prints a table and writes benchmarks/extract.json. The floors of CI take their figures from `measure`. Needs the corpus
beside the checkout; nothing of it is copied.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import lxml.html  # noqa: E402
import trafilatura  # noqa: E402

from config.loader import load  # noqa: E402
from pipelines.files import page_of, reading_row  # noqa: E402
from pipelines.parse import parse  # noqa: E402
from pipelines.read import Reading, read_page  # noqa: E402
from storage.doubt import is_checked  # noqa: E402

CONFIG = load()
ROUNDS = 5


CORPUS = HERE.parent.parent / "shared" / "corpus"
SCORER = CORPUS.parent / "check" / "score_extract.py"


def main() -> int:
    if not SCORER.is_file():
        print("extract: the real material is not beside the checkout; nothing measured")
        return 0
    result = everything()
    if "--others" in sys.argv[1:]:
        result["others"] = others(CORPUS)
    (HERE / "extract.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    show(result)
    return 0


def everything() -> dict[str, Any]:
    """All figures: captured pages with and without rules, the English set, CPU."""
    return {
        "pages": {
            "rules": accuracy(CORPUS, SCORER, rules=True),
            "no_rules": accuracy(CORPUS, SCORER, rules=False),
            "no_names": accuracy(CORPUS, SCORER, rules=False, names=False),
        },
        "english": english(CORPUS, module(SCORER)),
        "cpu_ms": cpu(CORPUS),
    }


def measure() -> dict[str, float]:
    """The figures that have floors, flat."""
    result = everything()
    keys = ("body_f1", "body_f1_min", "title", "sapo", "date")
    figures = {f"{name}_{key}": found[key] for name, found in result["pages"].items() for key in keys}
    leaks = [
        result["pages"][name][f"pages_with_{key}"] for name in ("rules", "no_rules") for key in ("byline", "foreign")
    ]
    other = max(value for name, value in result["english"].items() if not name.startswith("ours"))
    return figures | {
        "leaks": sum(leaks),
        "english_lead": round(result["english"]["ours"] - other, 4),
        "rule_path_over_bare_parse": result["cpu_ms"]["rule path / bare parse"],
        "generic_path_over_trafilatura": result["cpu_ms"]["generic path / trafilatura"],
    }


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def manifest(corpus: Path) -> list[dict[str, str]]:
    lines = (corpus / "pages" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["kind"] == "article"]


def read_row(corpus: Path, row: dict[str, str], *, rules: bool, names: bool = True) -> dict[str, Any]:
    """What is read from a captured page; `names=False`: every class and id replaced, as on a site never seen."""
    body = (corpus / "pages" / row["file"]).read_bytes()
    page = page_of(body if names else nameless(body), url=row["url"], outlet_id=None)
    outlet = CONFIG.outlet_of_host(urlsplit(row["url"]).hostname or "")
    return reading_row(row["file"], read_page(page, outlet=outlet, rules=rules))


def nameless(body: bytes) -> bytes:
    """The page with meaningless class names and ids, alike where they were, and without microdata."""
    tree = parse(body)
    assert tree is not None
    for element in tree.iter("*"):
        for key in ("class", "id"):
            if value := element.get(key):
                element.set(key, " ".join(f"n{zlib.crc32(name.encode()):x}" for name in value.split()))
        for key in ("itemprop", "itemtype", "data-role"):
            element.attrib.pop(key, None)
    return lxml.html.tostring(tree, encoding="utf-8")


def accuracy(corpus: Path, scorer: Path, *, rules: bool, names: bool = True) -> dict[str, float]:
    """The figures of the shared scorer for all captured article pages."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.jsonl"
        rows = (read_row(corpus, row, rules=rules, names=names) for row in manifest(corpus))
        out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        command = [sys.executable, str(scorer), str(out), str(corpus / "pages" / "expected")]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, float] = json.loads(said.strip().splitlines()[-1])
    return found


def english(corpus: Path, scorer: ModuleType) -> dict[str, float]:
    """Mean body F1 on the public English pages: ours and trafilatura's settings, same measure."""
    truth = json.loads((corpus / "english" / "ground-truth.json").read_text(encoding="utf-8"))
    settings: dict[str, dict[str, bool]] = {
        "trafilatura": {}, "trafilatura fast": {"fast": True}, "trafilatura precision": {"favor_precision": True},
        "trafilatura recall": {"favor_recall": True},
    }  # fmt: skip
    scores: dict[str, list[float]] = {name: [] for name in ("ours", "ours, with the sapo", *settings)}
    for key, gold in sorted(truth.items()):
        body = gzip.decompress((corpus / "english" / "html" / f"{key}.html.gz").read_bytes())
        want = scorer.shingles(scorer.words([gold["articleBody"]]))
        found = read_page(page_of(body, url=gold["url"], outlet_id=None), outlet=None)
        texts = {"ours": found.paragraphs, "ours, with the sapo": (found.sapo or "", *found.paragraphs)}
        for name, keys in settings.items():
            texts[name] = (trafilatura.extract(body, include_comments=False, **keys) or "",)
        for name, entries in texts.items():
            scores[name].append(scorer.f1(want, scorer.shingles(scorer.words(entries)))[2])
    return {name: round(statistics.mean(values), 4) for name, values in scores.items()}


def cpu(corpus: Path) -> dict[str, float]:
    """Median over the captured pages of the best of five rounds each, CPU milliseconds; ratios within one run."""
    pages = [(row, (corpus / "pages" / row["file"]).read_bytes()) for row in manifest(corpus)]
    ways: dict[str, Callable[[dict[str, str], bytes], object]] = {
        "bare parse": lambda _, body: bare_parse(body),
        "ours, rules": lambda row, body: ours(row, body, rules=True),
        "ours, no rules": lambda row, body: ours(row, body, rules=False),
        "trafilatura, with metadata": lambda _, body: trafilatura.extract(body, with_metadata=True),
        "trafilatura fast": lambda _, body: trafilatura.extract(body, fast=True, include_comments=False),
    }
    times = {name: [best(way, row, body) for row, body in pages] for name, way in ways.items()}
    ruled = [at for at, (row, body) in enumerate(pages) if by_rule(row, body)]
    found = {name: round(statistics.median(values), 2) for name, values in times.items()}
    found["rule path / bare parse"] = ratio(times["ours, rules"], times["bare parse"], ruled)
    found["generic path / trafilatura"] = ratio(times["ours, no rules"], times["trafilatura, with metadata"])
    return found


OTHERS = ("newspaper4k", "resiliparse", "news-please", "readability-lxml>=0.9", "lxml_html_clean")


def others(corpus: Path) -> dict[str, Any]:
    """Body F1 on both sets, titles right and CPU of other readers, in an environment of their own."""
    with tempfile.TemporaryDirectory(prefix="other-readers-") as folder:
        python = Path(folder) / "environment" / "bin" / "python"
        try:
            subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True, capture_output=True)
            command = [str(python), "-m", "pip", "install", "--quiet", *OTHERS]
            subprocess.run(command, check=True, capture_output=True, timeout=600)
        except (subprocess.SubprocessError, OSError):
            print("others: could not be installed (no network?); left out")
            return {}
        pages, out = Path(folder) / "pages.jsonl", Path(folder) / "out.json"
        pages.write_text("".join(json.dumps(page) + "\n" for page in their_pages(corpus)), encoding="utf-8")
        command = [str(python), str(HERE / "others.py"), str(pages), str(out)]
        subprocess.run(command, check=True, timeout=1800, cwd=folder)
        read = json.loads(out.read_text(encoding="utf-8"))
    scorer = module(SCORER)
    return {name: {"missing": found["missing"]} if "missing" in found else their_figures(corpus, scorer, found)
            for name, found in read.items()}  # fmt: skip


def their_pages(corpus: Path) -> list[dict[str, str]]:
    truth = json.loads((corpus / "english" / "ground-truth.json").read_text(encoding="utf-8"))
    captured = [{"set": "pages", "file": str(corpus / "pages" / row["file"]), "url": row["url"]}
                for row in manifest(corpus)]  # fmt: skip
    return captured + [
        {"set": "english", "file": str(corpus / "english" / "html" / f"{key}.html.gz"), "url": truth[key]["url"]}
        for key in sorted(truth)
    ]


def their_figures(corpus: Path, scorer: ModuleType, found: dict[str, Any]) -> dict[str, Any]:
    """The shared scorer's measures on what a reader gave; its body may hold the sapo, as the scorer allows."""
    rows = {name: [row for row in found["rows"] if row["set"] == name] for name in ("pages", "english")}
    truth = json.loads((corpus / "english" / "ground-truth.json").read_text(encoding="utf-8"))
    english_scores = [
        scorer.f1(
            scorer.shingles(scorer.words([truth[Path(row["file"]).name.removesuffix(".html.gz")]["articleBody"]])),
            scorer.shingles(scorer.words([row["body"]])),
        )[2]
        for row in rows["english"]
    ]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.jsonl"
        lines = [
            {"file": row["file"], "title": row["title"], "sapo": None, "body": row["body"].splitlines(), "captions": [],
             "published_at": row["published_at"]}
            for row in rows["pages"]
        ]  # fmt: skip
        out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
        command = [sys.executable, str(SCORER), str(out), str(corpus / "pages" / "expected")]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    figures = json.loads(said.strip().splitlines()[-1])
    kept = ("body_f1", "body_f1_min", "title", "date", "pages_with_byline", "pages_with_foreign")
    return {
        "version": found["version"],
        **{key: figures[key] for key in kept},
        "english": round(statistics.mean(english_scores), 4),
        "cpu_ms": round(statistics.median(row["ms"] for row in rows["pages"]), 2),
    }


def bare_parse(body: bytes) -> object:
    return lxml.html.document_fromstring(body, parser=lxml.html.HTMLParser(encoding="utf-8", remove_comments=True))


def ours(row: dict[str, str], body: bytes, *, rules: bool) -> object:
    outlet = CONFIG.outlet_of_host(urlsplit(row["url"]).hostname or "")
    page = page_of(body, url=row["url"], outlet_id=None)
    return read_page(replace(page, requested_url=unchecked(row["url"])), outlet=outlet, rules=rules)


def unchecked(url: str) -> str:
    """`url`, changed where it belongs to the quarter of pages that are read both ways to find drift."""
    return next(one for n in range(99) if not is_checked(one := url + "#" * n))


def by_rule(row: dict[str, str], body: bytes) -> bool:
    """Whether a rule reads this page: the others are no measure of the rule path."""
    found = ours(row, body, rules=True)
    return isinstance(found, Reading) and found.extractor.startswith("rule:")


def best(way: Callable[[dict[str, str], bytes], object], row: dict[str, str], body: bytes) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        way(row, body)
        taken.append((time.process_time() - began) * 1000)
    return min(taken)


def ratio(these: list[float], those: list[float], which: list[int] | None = None) -> float:
    """The median over pages of one time over the other."""
    places = range(len(these)) if which is None else which
    return round(statistics.median(these[at] / those[at] for at in places), 2)


def show(result: dict[str, Any]) -> None:
    keys = [
        "body_f1",
        "body_f1_min",
        "title",
        "sapo",
        "date",
        "canonical_url",
        "pages_with_byline",
        "pages_with_foreign",
    ]
    print(f"{'captured pages':<28}" + "".join(f"{key.replace('pages_with_', ''):>14}" for key in keys))
    for name, figures in result["pages"].items():
        print(f"{'ours, ' + name:<28}" + "".join(f"{figures[key]:>14}" for key in keys))
    print("\n181 English pages, mean body F1")
    for name, value in result["english"].items():
        print(f"{name:<28}{value:>14}")
    print("\nCPU ms a page, median")
    for name, value in result["cpu_ms"].items():
        print(f"{name:<28}{value:>14}")

    for name, figures in result.get("others", {}).items():
        print(f"{name:<28}" + "  ".join(f"{key} {value}" for key, value in figures.items()))


if __name__ == "__main__":
    sys.exit(main())
