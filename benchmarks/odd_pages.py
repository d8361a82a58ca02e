"""Score the reader, rules off, on pages of our own in the odd and old markup of Vietnamese sites: `odd/*.txt`.

usage: python benchmarks/odd_pages.py [--all]     (--all: every page, not only those with a fault)

A page is written once, with marks where its parts stand; page and expected answer are both made from it:

    {T} headline   {S} sapo   {B} paragraph   {b} short paragraph   {C} caption   {N} a person's name
    {F} headline of another article   {G} running text of another article

each with words of its own as `{T:...}`, without them with the next ones of the pool. {N} and {X:...} (a byline or a
source line) must stay nowhere, {F} and {G} and {Z:...} not in the body; the first three lines of a page give name,
address and time. The measure is that of the captured pages (F1 of runs of four words).
"""

from __future__ import annotations

import collections
import json
import re
import statistics
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from pipelines.files import page_of, reading_row  # noqa: E402
from pipelines.read import read_page  # noqa: E402

ODD = HERE / "odd"
_MARK = re.compile(r"\{([TSBbCNFGXZ])(?::([^{}]*))?\}")
_TAG = re.compile(r"<[^>]*>")
_RUN = 4
_LONG_LEAK = 8
_DATELINE = 12
"""Letters that a dateline may put before a sapo."""


@dataclass(kw_only=True)
class OddPage:
    """A page and what must be read from it."""

    name: str
    url: str
    published: str | None
    fate: str | None = None
    body_html: str = ""
    encoding: str = "utf-8"
    parts: dict[str, list[str]] = field(default_factory=lambda: collections.defaultdict(list))

    @property
    def content(self) -> bytes:
        """The bytes of the page."""
        return self.body_html.encode(self.encoding, "xmlcharrefreplace")


def pool() -> dict[str, list[str]]:
    """The texts that marks without words of their own are filled with."""
    found: dict[str, list[str]] = {}
    for line in (ODD / "pool.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            current = found.setdefault(line[2:3], [])
        elif line:
            current.append(line)
    return found


def pages() -> list[OddPage]:
    """Every page of `odd/*.txt`, in order."""
    texts = pool()
    return [
        _page(section, texts, start)
        for path in sorted(ODD.glob("*.txt"))
        if path.name != "pool.txt"
        for start, section in enumerate(path.read_text(encoding="utf-8").split("\n=== ")[1:])
    ]


def _page(section: str, texts: dict[str, list[str]], start: int) -> OddPage:
    head, *lines = section.split("\n")
    name, url, when, *rest = head.split()
    page = OddPage(name=name, url=url, published=None if when == "-" else when)
    for word in rest:
        key, _, value = word.partition("=")
        setattr(page, key, value)
    used: collections.Counter[str] = collections.Counter()

    def fill(match: re.Match[str]) -> str:
        kind, own = match[1], match[2]
        again = page.parts[kind][:1] if own is None and kind in "TS" else []
        text = again[0] if again else own if own is not None else _next(texts, kind, used, start)
        plain = " ".join(_TAG.sub(" ", text).split()) if "<" in text else text
        page.parts["B" if kind == "b" else kind].append(plain)
        return text

    page.body_html = _MARK.sub(fill, "\n".join(lines))
    return page


def _next(texts: dict[str, list[str]], kind: str, used: collections.Counter[str], start: int) -> str:
    """The next words for a mark: the same page always gets the same ones, and none twice."""
    if kind in "BbSG":
        count = {"b": 1, "S": 1}.get(kind, 2)
        lines = texts["S" if kind == "S" else "B"]
    else:
        count, lines = 1, texts["T" if kind == "F" else kind]
    key = {"b": "B", "G": "B", "F": "T"}.get(kind, kind)
    at = (7 * start + used[key]) % len(lines)
    used[key] += count
    assert used[key] <= len(lines), f"the pool of {key} is too small"
    return " ".join(lines[(at + step) % len(lines)] for step in range(count))


def score(page: OddPage) -> dict[str, Any]:
    """What is right of one page: F1 of the body, title, sapo, time, and what leaks."""
    found = read_page(page_of(page.content, url=page.url, outlet_id=None), outlet=None)
    row = reading_row(page.name, found)
    if page.fate is not None:
        return {"page": page.name, "fate": str(found.fate) == page.fate, "row": row}
    parts = page.parts
    lead = bare((parts["S"] or [""])[0])
    said = bare(row["sapo"] or "")
    body = [text for text in row["body"] or [] if bare(text) != lead]
    entries = [*body, row["sapo"] or "", *(row["captions"] or [])]
    return {
        "page": page.name,
        "f1": f1(parts["B"], body) if found.fate is None else 0.0,
        "title": bare(row["title"] or "") == bare(parts["T"][0]),
        "sapo": said == lead or bool(lead and said.endswith(lead) and len(said) <= len(lead) + _DATELINE),
        "date": (row["published_at"] or "")[:16] == (page.published or "")[:16],
        "captions": sorted(map(bare, row["captions"] or [])) == sorted(map(bare, parts["C"])),
        "byline": leaks(parts["N"] + parts["X"], entries),
        "foreign": leaks(parts["F"] + parts["G"] + parts["Z"], body),
        "row": row,
    }


def bare(text: str) -> str:
    """Letters and figures only, lower case."""
    return re.sub(r"\W+", "", unicodedata.normalize("NFC", text).lower())


def f1(want: list[str], got: list[str]) -> float:
    """F1 of the runs of four words."""
    a, b = _runs(want), _runs(got)
    common = sum((a & b).values())
    return 2 * common / (sum(a.values()) + sum(b.values())) if common else 0.0


def _runs(entries: list[str]) -> collections.Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", unicodedata.normalize("NFC", " ".join(entries)).lower())
    return collections.Counter(tuple(words[at : at + _RUN]) for at in range(max(1, len(words) - _RUN + 1)))


def leaks(strings: list[str], entries: list[str]) -> list[str]:
    """Strings that are a whole entry or end one."""
    ends = [bare(entry) for entry in entries]
    return [
        text
        for text in strings
        if (form := bare(text)) and any(end == form or (len(form) > _LONG_LEAK and end.endswith(form)) for end in ends)
    ]


def measure() -> dict[str, float]:
    """The figures that have floors."""
    rows = [score(page) for page in pages()]
    articles, others = [row for row in rows if "f1" in row], [row for row in rows if "fate" in row]
    figures = {
        key: statistics.mean(row[key] for row in articles) for key in ("f1", "title", "sapo", "date", "captions")
    }
    return {key: round(value, 4) for key, value in figures.items()} | {
        "f1_min": round(min(row["f1"] for row in articles), 4),
        "byline": sum(bool(row["byline"]) for row in articles),
        "foreign": sum(bool(row["foreign"]) for row in articles),
        "fates": round(statistics.mean(row["fate"] for row in others), 4),
        "pages": len(rows),
    }


def faults(row: dict[str, Any]) -> Iterator[str]:
    """What is wrong with one page, for a person."""
    if "fate" in row:
        if not row["fate"]:
            yield f"fate {row['row']['fate']}"
        return
    if row["f1"] < 0.9995:
        yield f"F1 {row['f1']:.3f}"
    for key in ("title", "sapo", "date", "captions"):
        if not row[key]:
            yield f"{key} {str(row['row'].get('published_at' if key == 'date' else key))[:110]!r}"
    for key in ("byline", "foreign"):
        if row[key]:
            yield f"{key} {row[key]}"


def main() -> int:
    for page in pages():
        wrong = list(faults(score(page)))
        if wrong or "--all" in sys.argv[1:]:
            print(f"{page.name:<24} {'; '.join(wrong) or 'right'}")
    figures = measure()
    print(figures)
    (HERE / "odd_pages.json").write_text(json.dumps(figures | {"on": f"{datetime.now(UTC):%Y-%m-%d}"}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
