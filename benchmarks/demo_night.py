"""The demo night measured: seconds, agreement with the ledger, requests and bytes of a second run at once.

The town is served by this process, so that every request is counted by the server; the night is the plain command with
--config and --hosts, as any outside town would be crawled. Prints a table and writes demo_night.json.
usage: python benchmarks/demo_night.py
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from program import whole  # noqa: E402

from demo.ledger import compare  # noqa: E402
from demo.model import NIGHTS, morning  # noqa: E402
from demo.server import Listener, Seen, TownServer  # noqa: E402
from demo.town import CONFIG, Town  # noqa: E402


def nightly(home: Path, hosts: Path, day: int) -> float:
    """One night of the town by the plain command; returns its seconds."""
    started = time.monotonic()
    at = morning(day).isoformat()
    whole("nightly", "--config", str(CONFIG), "--hosts", str(hosts), "--at", at, home=home)
    return time.monotonic() - started


def told(seen: list[Seen]) -> dict[str, int]:
    """Requests and bytes without the planted faults."""
    plain = [one for one in seen if not one.fault]
    feeds = [one for one in plain if one.path.endswith((".rss", ".xml", ".atom", ".rdf"))]
    return {
        "requests": len(plain),
        "bytes": sum(one.size for one in plain),
        "pages_downloaded": sum(one.status == 200 and one not in feeds and one.path != "/robots.txt" for one in plain),
        "not_modified": sum(one.status == 304 for one in plain),
    }


def main() -> int:
    """Play all nights, then the last one again, then the whole demo command in one process."""
    with tempfile.TemporaryDirectory(prefix="diembao-demo-") as folder, Listener() as private:
        home = Path(folder)
        with TownServer(Town(private_port=private.port)) as town:
            hosts = town.write_hosts(home / "hosts.toml")
            seconds = []
            for day in range(1, NIGHTS + 1):
                town.town.set_day(day)
                if day == NIGHTS:
                    town.seen.clear()
                seconds.append(nightly(home, hosts, day))
            first = told(town.seen)
            town.seen.clear()
            again_seconds = nightly(home, hosts, NIGHTS)
            again = told(town.seen)
        ledger = compare(f"sqlite:///{home}/diembao.db", private_port=private.port)
        started = time.monotonic()
        whole("nightly", "--demo", home=folder)
        demo_seconds = time.monotonic() - started
        connections = private.connections
    figures = {
        "demo_command_seconds": round(demo_seconds, 1),
        "night_seconds": [round(one, 1) for one in seconds],
        "last_night": first,
        "last_night_again": again | {"seconds": round(again_seconds, 1)},
        "bytes_again_share": round(again["bytes"] / first["bytes"], 4),
        "private_connections": connections,
        "ledger": {name: value for name, value in asdict(ledger).items() if isinstance(value, float)},
    }
    print(json.dumps(figures, indent=1))
    print(ledger.summary())
    for name, lines in asdict(ledger).items():
        if isinstance(lines, tuple):
            print("\n".join(f"{name}: {line}" for line in lines))
    Path(__file__).with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
