"""Quality and speed of tagging on the labelled articles beside the checkout.

usage: python benchmarks/tag.py [--ner] [--hint] [--same]      (prints a table, writes benchmarks/tag.json)
  --ner    times underthesea's NER over the same articles
  --hint   what its NER would gain as a hint for bare names that the rules refuse
  --same   tags 5,000 articles twice, in another order, in one and in four processes, and counts what differs
"""

from __future__ import annotations

import json
import lzma
import multiprocessing
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from gazetteer.files import out_row, read_row, tag_row  # noqa: E402
from gazetteer.load import load  # noqa: E402
from gazetteer.records import Gazetteer  # noqa: E402
from gazetteer.tag import explain, matcher_of  # noqa: E402

CORPUS = HERE.parent.parent / "shared" / "corpus" / "tagging"
CITY = {"p31", "p30"}
LONG = (2200, 4200)
"""Characters of the articles that are timed: 3,000 on average."""


def measure() -> dict[str, float]:
    """F1 of mentions and of about, wrong spans, milliseconds of CPU per article, seconds to load."""
    started = time.process_time()
    gazetteer = load([HERE.parent / "config"])
    matcher_of(gazetteer)
    figures = {"load_seconds": time.process_time() - started}
    figures |= quality(gazetteer, _rows(CORPUS / "dev.jsonl"), _rows(CORPUS / "dev.labels.jsonl"))
    figures |= speed(gazetteer)
    return figures


def quality(gazetteer: Gazetteer, rows: list[dict[str, Any]], labels: list[dict[str, Any]]) -> dict[str, float]:
    """F1 over ids per article, as the scorer of the labelled set counts them."""
    sums = {name: [0, 0, 0] for name in ("all", "agency", "unit", "city", "about")}
    wrong = 0
    by_id = {row["id"]: row for row in rows}
    for label in labels:
        row = by_id[label["id"]]
        tagging = tag_row(gazetteer, row)[0]
        wrong += sum((row[m.field] or "")[m.start : m.end] != m.surface for m in tagging.mentions)
        want = _ids(entity["id"] for entity in label["entities"])
        have = _ids(mention.entity_id for mention in tagging.mentions)
        free = _ids(entity["id"] for entity in label.get("optional") or [])
        for name, keep in _KINDS.items():
            _count(sums[name], {i for i in want if keep(i)}, {i for i in have if keep(i)}, free)
        if label["about"] is not None:
            _count(sums["about"], {1} if label["about"] else set(), {1} if tagging.about_city else set(), set())
    return {f"{name}_f1": _f1(*counts) for name, counts in sums.items()} | {"wrong_spans": float(wrong)}


_KINDS = {
    "all": lambda i: i not in CITY,
    "unit": lambda i: i not in CITY and i[0] in "dcn" and i[1:2].isdigit(),
    "agency": lambda i: i not in CITY and not (i[0] in "dcn" and i[1:2].isdigit()),
    "city": lambda i: i in CITY,
}


def _ids(found: Iterable[str]) -> set[str]:
    plain = {"p31" if i == "p31-old" else i for i in found}
    return plain | {i.split("@", 1)[1] for i in plain if "@" in i}


def _count(sums: list[int], want: set[Any], have: set[Any], free: set[Any]) -> None:
    sums[0] += len(want & have)
    sums[1] += len(have - want - free)
    sums[2] += len(want - have)


def _f1(hit: int, extra: int, missed: int) -> float:
    return 2 * hit / max(1, 2 * hit + extra + missed)


def speed(gazetteer: Gazetteer, rounds: int = 3) -> dict[str, float]:
    """Milliseconds of CPU to tag one article of 2,200 to 4,200 characters: median and mean, each at its best round."""
    rows = [row for row in _unlabelled() if LONG[0] <= len(row["text"] or "") <= LONG[1]]
    best = [float("inf")] * len(rows)
    for _ in range(rounds):
        for index, row in enumerate(rows):
            started = time.process_time()
            tag_row(gazetteer, row)
            best[index] = min(best[index], (time.process_time() - started) * 1000)
    return {
        "ms_per_article": statistics.median(best),
        "mean_ms_per_article": statistics.fmean(best),
        "timed_articles": float(len(rows)),
    }


def ner_speed(gazetteer: Gazetteer, articles: int = 8) -> dict[str, float]:
    """Milliseconds of CPU for whole articles: underthesea's NER sentence by sentence, and ours, for comparison."""
    from underthesea import ner

    from vietnamese import words

    rows = [row for row in _unlabelled() if LONG[0] <= len(row["text"] or "") <= LONG[1]][::60][:articles]
    found = [part for row in rows for part in words.sentences(row["text"])]
    ner(found[0])
    theirs = _each(found, ner) * len(found) / len(rows)
    ours = min(_each(rows, lambda row: tag_row(gazetteer, row)) for _ in range(5))
    return {
        "ner_ms_per_sentence": theirs * len(rows) / len(found),
        "ner_ms_per_article": theirs,
        "times_faster_than_ner": theirs / ours,
    }


BARE = frozenset({"bare-needs-city", "bare-commune", "person-or-place"})
"""The rules that refuse a bare name which might be ours."""


def hint(gazetteer: Gazetteer) -> dict[str, float]:
    """What underthesea's NER would decide of the bare names that the rules refuse in the labelled articles.

    `asked` names stand in articles that the rules found anything of ours in; a name that NER calls a place (LOC) would
    be taken: `gained` where the labels have it, `wrong` where they do not.
    """
    from underthesea import ner

    rows, labels = _rows(CORPUS / "dev.jsonl"), _rows(CORPUS / "dev.labels.jsonl")
    want = {label["id"]: _ids(entity["id"] for entity in label["entities"]) for label in labels}
    counts = {"hint_articles": 0.0, "hint_asked": 0.0, "hint_gained": 0.0, "hint_wrong": 0.0}
    for row in rows:
        found = _ids(mention.entity_id for mention in tag_row(gazetteer, row)[0].mentions)
        names = list(_refused_bare(gazetteer, row)) if found else []
        counts["hint_articles"] += bool(names) / len(rows)
        for sentence, name, rivals in names:
            counts["hint_asked"] += 1
            if any(word == name and label.endswith("LOC") for word, _, _, label, *_ in ner(sentence)):
                counts["hint_gained" if (rivals & want[row["id"]]) - found else "hint_wrong"] += 1
    return counts


def _refused_bare(gazetteer: Gazetteer, row: dict[str, Any]) -> Iterable[tuple[str, str, set[str]]]:
    """Sentence, name and who could be meant, for each bare name refused."""
    seen = read_row(row)
    texts = {"title": seen.title, "sapo": seen.sapo or "", "text": seen.text}
    considered = explain(
        gazetteer, title=seen.title, sapo=seen.sapo, text=seen.text, published_at=seen.published_at, url=seen.url
    )
    for item in considered:
        if item.verdict.rule in BARE:
            text = texts[item.field]
            start = max(text.rfind(stop, 0, item.start) for stop in (". ", "\n")) + 1
            yield text[start:].split("\n")[0][:400].strip(), item.surface, set(item.verdict.rivals)


def same(count: int = 5000) -> dict[str, float]:
    """How many of `count` articles get another answer the second time, in another order, in four processes."""
    rows = (_unlabelled() + _june())[:count]
    first = dict(zip((row["id"] for row in rows), _answers(rows), strict=True))
    shuffled = random.Random(5).sample(rows, len(rows))
    differ = sum(answer != first[row["id"]] for row, answer in zip(shuffled, _answers(shuffled), strict=True))
    parts = [shuffled[index::4] for index in range(4)]
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        for part, answers in zip(parts, pool.map(_answers, parts), strict=True):
            differ += sum(answer != first[row["id"]] for row, answer in zip(part, answers, strict=True))
    return {"same_articles": float(len(rows)), "same_differ": float(differ)}


@cache
def _own() -> Gazetteer:
    return load([HERE.parent / "config"])


def _answers(rows: Sequence[dict[str, Any]]) -> list[str]:
    return [json.dumps(out_row(*tag_row(_own(), row)), ensure_ascii=False) for row in rows]


def _june() -> list[dict[str, Any]]:
    with lzma.open(CORPUS.parent / "grouping" / "feeds-2026-06.jsonl.xz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _each(parts: list[Any], work: Callable[[Any], object]) -> float:
    started = time.process_time()
    for part in parts:
        work(part)
    return (time.process_time() - started) * 1000 / max(1, len(parts))


def _unlabelled() -> list[dict[str, Any]]:
    with lzma.open(CORPUS / "unlabelled.jsonl.xz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> int:
    """Print the table and write `tag.json`."""
    if not CORPUS.is_dir():
        print("tag: the real material is not beside the checkout; nothing measured")
        return 0
    figures = measure()
    if "--ner" in sys.argv[1:]:
        figures |= ner_speed(load([HERE.parent / "config"]))
    if "--hint" in sys.argv[1:]:
        figures |= hint(load([HERE.parent / "config"]))
    if "--same" in sys.argv[1:]:
        figures |= same()
    for name, figure in figures.items():
        print(f"{name:22} {figure:.4g}")
    (HERE / "tag.json").write_text(json.dumps({k: round(v, 4) for k, v in figures.items()}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
