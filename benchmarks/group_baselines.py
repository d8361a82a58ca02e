"""Simple ways of grouping, as other collectors do it, on the same labelled pairs as our grouping.

usage: python benchmarks/group_baselines.py   (writes benchmarks/group_baselines.json and group_baselines.md)

One article one group (a collector that knows articles by their address only), equal text (a hash of title and body),
title words in common (Jaccard), TF-IDF cosine of title and lead with single links within two weeks. Groups are closed
under joining, as an issue is. Ours is the figure of benchmarks/group.json.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from group import profiles, read, score  # noqa: E402

from issues.profile import Profile  # noqa: E402
from vietnamese.words import syllables  # noqa: E402

WINDOW_DAYS = 14.0
MOST_COMMON = 0.02
"""Terms in more articles than this share find no pairs, so that not all pairs need be compared."""
Pairs = Iterator[tuple[str, str]]
_SHOWN = ("same", "story", "apart", "reprint", "largest")
NAMES = {"dev": "dev", "feeds-2026-06": "June"}


def equal_text(rows: list[dict[str, Any]], _: list[Profile]) -> Pairs:
    first: dict[str, str] = {}
    for row in rows:
        body = "\n".join((row["title"], row.get("sapo") or "", row.get("text") or ""))
        key = sha256(" ".join(body.split()).lower().encode()).hexdigest()
        yield first.setdefault(key, row["id"]), row["id"]


def title_jaccard(least: float) -> Callable[[list[dict[str, Any]], list[Profile]], Pairs]:
    def pairs(rows: list[dict[str, Any]], articles: list[Profile]) -> Pairs:
        words = {row["id"]: frozenset(syllables(row["title"])) for row in rows}
        for a, b in alike(articles, words):
            if len(words[a] & words[b]) / len(words[a] | words[b]) >= least:
                yield a, b

    return pairs


def tf_idf(least: float) -> Callable[[list[dict[str, Any]], list[Profile]], Pairs]:
    def pairs(rows: list[dict[str, Any]], articles: list[Profile]) -> Pairs:
        counts = {row["id"]: Counter(syllables(f"{row['title']} {row.get('sapo') or ''}")) for row in rows}
        seen = Counter(term for terms in counts.values() for term in terms)
        vectors = {
            key: {t: n * math.log(len(rows) / seen[t]) for t, n in terms.items()} for key, terms in counts.items()
        }
        length = {key: math.sqrt(sum(w * w for w in vector.values())) or 1.0 for key, vector in vectors.items()}
        for a, b in alike(articles, {key: frozenset(vector) for key, vector in vectors.items()}):
            small, large = sorted((vectors[a], vectors[b]), key=len)
            if sum(w * large.get(t, 0.0) for t, w in small.items()) >= least * length[a] * length[b]:
                yield a, b

    return pairs


def alike(articles: list[Profile], terms: dict[str, frozenset[str]]) -> Pairs:
    """Pairs within the window that share at least two terms that are not too common."""
    where: dict[str, list[Profile]] = {}
    limit = max(20, int(len(articles) * MOST_COMMON))
    seen = Counter(term for some in terms.values() for term in some)
    for article in articles:
        shared: Counter[str] = Counter()
        for term in terms[article.article_id]:
            if seen[term] <= limit:
                postings = where.setdefault(term, [])
                shared.update(p.article_id for p in postings if abs((p.at or 0) - (article.at or 0)) <= WINDOW_DAYS)
                postings.append(article)
        yield from ((article.article_id, key) for key, n in shared.items() if n > 1)


METHODS: dict[str, Callable[[list[dict[str, Any]], list[Profile]], Pairs]] = {
    "one article one group (address only)": lambda _rows, _articles: iter(()),
    "equal text (hash)": equal_text,
    "title Jaccard 0.5": title_jaccard(0.5),
    "title Jaccard 0.3": title_jaccard(0.3),
    "TF-IDF cosine 0.5": tf_idf(0.5),
    "TF-IDF cosine 0.35": tf_idf(0.35),
}


def groups(keys: list[str], pairs: Pairs) -> tuple[dict[str, str], dict[str, str]]:
    """Group of each key, and the other key of the first pair that joined it (its original)."""
    up = {key: key for key in keys}
    original: dict[str, str] = {}

    def root(key: str) -> str:
        while up[key] != key:
            up[key] = up[up[key]]
            key = up[key]
        return key

    for a, b in pairs:
        if root(a) != root(b):
            up[root(b)] = root(a)
            original.setdefault(b, a)
    return {key: root(key) for key in keys}, original


def main() -> None:
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name, short in NAMES.items():
        rows = read(name)
        articles = profiles(rows)
        for label, method in METHODS.items():
            issue, original = groups([row["id"] for row in rows], method(rows, articles))
            figures = score(name, issue, original)
            found.setdefault(label, {})[short] = {k: round(v, 3) for k, v in figures.items() if "_" not in k}
            print(short, label, found[label][short], flush=True)
    ours = json.loads((HERE / "group.json").read_text(encoding="utf-8"))
    found["diembao"] = {
        short: {
            k: round(ours[f"{old}_{k}"], 3)
            for k in ("same", "story", "apart", "reprint", "largest")
            if f"{old}_{k}" in ours
        }
        for old, short in (("dev", "dev"), ("feeds", "June"))
    }
    (HERE / "group_baselines.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (HERE / "group_baselines.md").write_text(table(found), encoding="utf-8")


def table(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """The figures as a Markdown table."""
    columns = [("dev", "same"), ("dev", "reprint"), ("dev", "largest")]
    columns += [("June", key) for key in ("same", "story", "apart", "largest")]
    lines = [
        "# Grouping beside simple ways of grouping",
        "",
        "Shares of hand-labelled pairs that are right, and of all articles in the largest group. `apart` alone is easy",
        "(group nothing), `same` alone too (group everything): read them together.",
        "",
        "| way | " + " | ".join(f"{short} {key}" for short, key in columns) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for label, figures in found.items():
        cells = (f"{figures[short][key]:.3f}" if key in figures[short] else "" for short, key in columns)
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
