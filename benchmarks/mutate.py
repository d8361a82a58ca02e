"""Feed the reader mutated pages and count what becomes of them: no crash, no hang, a result or a named fate each.

usage: python benchmarks/mutate.py [PAGES] [SEED]

Runs PAGES (default 10000) through the killable workers, as the night does, and prints one table. Exit 1 when a page
ended as `failed`, when no outcome came, or when a worker grew over its memory limit.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from pipelines.files import page_of  # noqa: E402
from pipelines.pool import AnalysisPool  # noqa: E402
from storage.records import FateWord, Page, Teaser  # noqa: E402

PAGES = sorted((HERE.parent / "tests" / "pipelines" / "pages").glob("*.html"))
NOW = datetime(2026, 9, 9, 20, tzinfo=UTC)
HOSTS = ("vnexpress.net", "tuoitre.vn", "bao-la.example")
Mutation = Callable[[bytes, random.Random], bytes]


def truncated(body: bytes, chooser: random.Random) -> bytes:
    """Cut anywhere."""
    return body[: chooser.randrange(len(body))]


def flipped(body: bytes, chooser: random.Random) -> bytes:
    """Up to 200 bits turned."""
    changed = bytearray(body)
    for _ in range(chooser.randrange(1, 200)):
        changed[chooser.randrange(len(changed))] ^= 1 << chooser.randrange(8)
    return bytes(changed)


def nested(body: bytes, chooser: random.Random) -> bytes:
    """An element opened up to 3,000 times."""
    at = chooser.randrange(len(body))
    tag = chooser.choice([b"div", b"b", b"table", b"span", b"font", b"li", b"td"])
    return body[:at] + b"<%s>" % tag * chooser.randrange(1, 3000) + body[at:]


def entities(body: bytes, chooser: random.Random) -> bytes:
    """Character references that lie."""
    trick = chooser.choice(
        [b"&#xD83D;", b"&#0;", b"&#99999999;", b"&amp;amp;quot;", b"&nbsp;", b"&lt;script&gt;", b"&#x202E;", b"&bogus;"]
    )
    return body.replace(b" ", trick, chooser.randrange(1, 400))


def shuffled(body: bytes, chooser: random.Random) -> bytes:
    """Tags in another order."""
    pieces = body.split(b"<")
    chooser.shuffle(pieces)
    return b"<".join(pieces)


def recoded(body: bytes, chooser: random.Random) -> bytes:
    """Another encoding than the page says."""
    encoding = chooser.choice(["utf-16", "utf-32", "cp1258", "shift_jis", "utf-7", "latin-1", "koi8-r", "utf-16-be"])
    return body.decode("utf-8", "replace").encode(encoding, "replace")


def noise(body: bytes, chooser: random.Random) -> bytes:
    """Random bytes amid the page."""
    at = chooser.randrange(len(body))
    return body[:at] + chooser.randbytes(chooser.randrange(1, 20_000)) + body[at:]


def doubled(body: bytes, chooser: random.Random) -> bytes:
    """The page, or a part of it, over and over."""
    start = chooser.randrange(len(body))
    return body + body[start : start + chooser.randrange(1, 4000)] * chooser.randrange(1, 60)


def unquoted(body: bytes, chooser: random.Random) -> bytes:
    """Quotation marks and closing brackets gone."""
    gone = chooser.choice([b'"', b">", b"</", b"'", b"="])
    return body.replace(gone, b"", chooser.randrange(1, 300))


def badly_dated(body: bytes, chooser: random.Random) -> bytes:
    """Figures replaced: dates that cannot be, offsets that lie."""
    return bytes(chooser.choice(b"0123456789") if 48 <= byte <= 57 else byte for byte in body)


MUTATIONS: tuple[Mutation, ...] = (
    truncated, flipped, nested, entities, shuffled, recoded, noise, doubled, unquoted, badly_dated,
)  # fmt: skip
MONSTERS: dict[str, Callable[[], bytes]] = {
    "nested 50,000 deep": lambda: b"<html><body>" + b"<div>" * 50_000 + "chữ".encode(),
    "20 MB of attributes": lambda: b"<html><body><p " + b"".join(b'a%d="x" ' % n for n in range(1_900_000)) + b">x",
    "20 MB in one attribute": lambda: b'<html><body><p title="' + b"x" * 20_000_000 + b'">x</p>',
    "a million entities": lambda: b"<html><body><p>" + b"&amp;" * 1_000_000,
    "random bytes": lambda: random.Random(1).randbytes(2_000_000),
    "tables in tables": lambda: b"<table><tr><td>" * 20_000,
    "a million breaks": lambda: b"<html><body>" + b"a<br>" * 1_000_000,
    "links in links": lambda: b"<a href=x>b" * 100_000,
    "one long paragraph": lambda: b"<html><body><h1>Mot hai ba bon nam</h1><p>" + "chợ quê ".encode() * 500_000,
    "JSON-LD 10,000 deep": lambda: b'<script type="application/ld+json">' + b"[" * 10_000 + b"</script><p>x</p>",
}
"""What a page can do to a parser; each is run once."""


def mutated(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """`count` pages with the name of what was done to them; the same for the same seed."""
    chooser = random.Random(seed)
    bodies = [path.read_bytes() for path in PAGES]
    for number in range(count):
        mutation = MUTATIONS[number % len(MUTATIONS)]
        body = mutation(chooser.choice(bodies), chooser)
        if body and chooser.random() < 1 / 4:
            body = chooser.choice(MUTATIONS)(body, chooser)
        yield mutation.__name__, body


def pages(count: int, seed: int, monsters: Sequence[str] = tuple(MONSTERS)) -> Iterator[tuple[str, Page]]:
    """Mutated pages at the hosts of outlets with and without rules, then the monsters."""
    for number, (name, body) in enumerate(mutated(count, seed)):
        url = f"https://{HOSTS[number % len(HOSTS)]}/mot-bai-viet-bi-hong-giua-duong-{number + 100_000}.html"
        yield name, page_of(body, url=url, outlet_id=None, fetched_at=NOW)
    for name in monsters:
        yield (
            name,
            page_of(
                MONSTERS[name](), url="https://bao-la.example/quai-vat-123456.html", outlet_id=None, fetched_at=NOW
            ),
        )


def run(
    count: int, seed: int, *, workers: int = 2, monsters: Sequence[str] = tuple(MONSTERS)
) -> dict[str, Counter[str]]:
    """Fates by mutation; `stored` where an article was read."""
    found: dict[str, Counter[str]] = {}
    names: list[str] = []

    def tasks() -> Iterator[tuple[Page, Teaser | None, bool]]:
        for name, page in pages(count, seed, monsters):
            names.append(name)
            yield page, None, True

    with AnalysisPool((), workers=workers, page_seconds=1.0, tagging=False) as pool:
        pool.warm()
        for number, (outcome, _) in enumerate(pool.map(tasks())):
            found.setdefault(names[number], Counter())[str(outcome.fate)] += 1
    return found


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    started = time.monotonic()
    found = run(count, seed)
    for name, fates in found.items():
        print(f"{name:<26}" + "  ".join(f"{fate} {number}" for fate, number in fates.most_common()))
    total = sum(fates.total() for fates in found.values())
    failed = sum(fates[FateWord.FAILED] for fates in found.values())
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{total} pages, {failed} failed, largest worker {peak:.0f} MB, {time.monotonic() - started:.0f} s")
    return 0 if total == count + len(MONSTERS) and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
