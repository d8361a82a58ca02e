"""Topics of the demo town measured: for every matter one query, with diacritics and without, held against the ledger.

    python benchmarks/topic.py              all nights are played, then every query is looked for in the store
    python benchmarks/topic.py --live 8     and eight of them by the command, fresh, while nights go on beside

A query is right when every ledger article of its matter is found and at most a tenth of what is found is anything else.
The queries stand in topic.toml, one a matter. Prints a table, writes topic.json.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "benchmarks")]

from program import command, environment, whole  # noqa: E402
from sqlalchemy import select  # noqa: E402

from config.loader import load  # noqa: E402
from demo.model import NIGHTS, morning  # noqa: E402
from demo.town import CONFIG  # noqa: E402
from demo.truth import build_ledger  # noqa: E402
from night.topic import Watch, asked  # noqa: E402
from storage.store import Store, open_store  # noqa: E402
from storage.views import v1_articles  # noqa: E402
from vietnamese.normal import unaccent  # noqa: E402

QUERIES = Path(__file__).with_suffix(".toml")
MOST_OTHERS = 0.1
SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Looked:
    """One query."""

    matter: str
    words: str
    wanted: int
    """Ledger articles of the matter."""
    missing: int
    found: int
    others: int
    """Found, and of another matter."""
    seconds: float
    """On the wall."""
    cpu_seconds: float
    """Of this query alone: what it would take on a machine that does nothing else."""

    @property
    def right(self) -> bool:
        """All of the matter, hardly anything else."""
        return not self.missing and self.others <= MOST_OTHERS * self.found


def queries() -> dict[str, str]:
    """Query by matter."""
    return tomllib.loads(QUERIES.read_text(encoding="utf-8"))


def spellings(words: str) -> tuple[str, ...]:
    """As written, and without diacritics."""
    return tuple(dict.fromkeys((words, unaccent(words))))


def matters(day: int) -> dict[str, set[str]]:
    """URLs of the ledger's articles by matter, as far as they are out on that day."""
    found: dict[str, set[str]] = {}
    for article in build_ledger().upto(day):
        found.setdefault(article.matter, set()).add(article.url)
    return found


def judged(
    matter: str, words: str, urls: set[str], wanted: Mapping[str, set[str]], seconds: tuple[float, float]
) -> Looked:
    """What was found, held against the ledger."""
    mine = wanted[matter]
    return Looked(
        matter=matter, words=words, wanted=len(mine), missing=len(mine - urls), found=len(urls),
        others=len(urls - mine), seconds=round(seconds[0], 2), cpu_seconds=round(seconds[1], 2),
    )  # fmt: skip


def look(store: Store, only: frozenset[str] = frozenset(), day: int = NIGHTS) -> Iterator[Looked]:
    """Every query looked for in a store that has all nights up to `day`; with `only` those of some matters."""
    config, wanted = load((CONFIG,)), matters(day)
    url_of = {row["article_id"]: row["url"] for row in store.rows(select(v1_articles))}
    for matter, said in queries().items():
        for words in spellings(said) if not only or matter in only else ():
            started, busy = time.perf_counter(), time.process_time()
            watch = Watch(store, config, asked(words, config))
            watch.look()
            seconds = time.perf_counter() - started, time.process_time() - busy
            yield judged(matter, words, {url_of[each] for each in watch.about}, wanted, seconds)


def play(home: Path) -> None:
    """All nights of the demo."""
    whole("nightly", "--demo", home=home)


@contextmanager
def nights_going_on(home: Path) -> Iterator[None]:
    """The demo's nights again and again beside what is measured, on the same store."""
    nightly = shlex.join(command("nightly", "--demo", "--at", morning(NIGHTS).isoformat()))
    loop = f"while :; do {nightly}; done"
    beside = subprocess.Popen(
        ["/bin/sh", "-c", loop], env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield
    finally:
        os.killpg(beside.pid, 9)
        beside.wait()


def live(home: Path, most: int) -> Iterator[Looked]:
    """The first queries, both spellings, by the command while nights go on; the brief's links are what was found."""
    wanted = matters(NIGHTS)
    with nights_going_on(home):
        for matter, said in list(queries().items())[:most]:
            for words in spellings(said):
                started, busy = time.perf_counter(), children()
                said_of_it = whole("topic", words, "--demo", home=home)
                seconds = time.perf_counter() - started, children() - busy
                page = Path(said_of_it.strip().splitlines()[-1])
                urls = set(re.findall(r'href="([^"]+)"', page.read_text(encoding="utf-8")))
                yield judged(matter, words, urls, wanted, seconds)


def children() -> float:
    """CPU seconds of all commands that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def figures(looked: list[Looked]) -> dict[str, object]:
    """The table's last line, for the record."""
    return {
        "queries": len(looked),
        "right": sum(each.right for each in looked),
        "articles_found": round(1 - sum(e.missing for e in looked) / sum(e.wanted for e in looked), 4),
        "others_share": round(sum(e.others for e in looked) / max(1, sum(e.found for e in looked)), 4),
        "seconds_median": round(statistics.median(e.seconds for e in looked), 2),
        "seconds_most": max(e.seconds for e in looked),
        "in_30_seconds": sum(e.seconds <= SECONDS for e in looked),
        "cpu_seconds_median": round(statistics.median(e.cpu_seconds for e in looked), 2),
        "cpu_seconds_most": max(e.cpu_seconds for e in looked),
        "load": round(os.getloadavg()[0], 1),
        "wrong": [asdict(each) for each in looked if not each.right],
    }


def main() -> int:
    """Play, look, tell. 3 when a query is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--live", type=int, default=0, metavar="N", help="also N matters by the command beside nights")
    parser.add_argument("--store", type=Path, help="a store that has the demo's nights; none are played")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="diembao-topic-") as folder:
        file = chosen.store or Path(folder) / "demo" / "diembao.db"
        if chosen.store is None:
            play(Path(folder))
        with closing(open_store(file, lambda: morning(NIGHTS))) as store:
            told: dict[str, object] = {"store": figures(list(look(store)))}
        if chosen.live and chosen.store is None:
            told["live"] = figures(list(live(Path(folder), chosen.live)))
    print(json.dumps(told, ensure_ascii=False, indent=1))
    Path(__file__).with_suffix(".json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 3 if any(part["wrong"] for part in told.values() if isinstance(part, dict)) else 0


if __name__ == "__main__":
    sys.exit(main())
