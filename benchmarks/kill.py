"""Kill the demo night at random moments (SIGKILL); after a plain re-run the store must be as if nothing had happened.

Prints a line a kill and writes kill.json; exit 1 where a dump differs.
usage: python benchmarks/kill.py [--times 20] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from program import command, environment, whole

CLOCK_COLUMNS = {"first_seen_at", "updated_at", "gone_at", "started_at", "finished_at", "seen_at", "replaced_at"}
PARTS = ("v1_articles", "v1_mentions", "v1_issue_articles", "v1_fates", "revisions")


def dump(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the parts, without clock columns, in order."""
    with sqlite3.connect(home / "demo" / "diembao.db") as store:
        found = {}
        for part in PARTS:
            names = [row[1] for row in store.execute(f"pragma table_info({part})")]
            kept = ", ".join(f'"{name}"' for name in names if name not in CLOCK_COLUMNS)
            found[part] = sorted(store.execute(f"select {kept} from {part}"), key=repr)
    return found


def differences(expected: dict[str, list[tuple[object, ...]]], got: dict[str, list[tuple[object, ...]]]) -> list[str]:
    """What stands in one dump and not in the other, a line each."""
    lines = []
    for part in PARTS:
        missing, extra = set(expected[part]) - set(got[part]), set(got[part]) - set(expected[part])
        lines += [f"{part} missing {row!r}"[:300] for row in list(missing)[:5]]
        lines += [f"{part} extra   {row!r}"[:300] for row in list(extra)[:5]]
        if len(expected[part]) != len(got[part]):
            lines.append(f"{part} rows {len(expected[part])} -> {len(got[part])}")
    return lines


def whole_run(home: Path) -> float:
    """Run the demo to its end; return its seconds. Raises when it fails."""
    started = time.monotonic()
    whole("nightly", "--demo", home=home)
    return time.monotonic() - started


def killed_run(home: Path, after_seconds: float) -> bool:
    """Start the demo and kill it; False when it had ended before."""
    process = subprocess.Popen(
        command("nightly", "--demo"), env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(after_seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def main() -> int:
    """Run undisturbed once, then kill and re-run as often as asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20, help="how many nights are killed")
    parser.add_argument("--seed", type=int, default=1, help="of the moments at which they are")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="diembao-kill-") as folder:
        homes = Path(folder)
        seconds = whole_run(homes / "undisturbed")
        expected = dump(homes / "undisturbed")
        sizes = {part: len(rows) for part, rows in expected.items()}
        print(f"undisturbed: {seconds:.1f} s, {sizes}", flush=True)
        rows, bad = [], 0
        for number in range(options.times):
            home = homes / f"killed-{number}"
            moment = chance.uniform(0.2, seconds * 0.98)
            killed = killed_run(home, moment)
            rerun = whole_run(home)
            found = differences(expected, dump(home)) if killed else []
            bad += bool(found)
            rows.append({"at": round(moment, 2), "killed": killed, "rerun_seconds": round(rerun, 1), "same": not found})
            print(f"kill {number + 1:2} at {moment:5.1f} s: {'same' if not found else 'DIFFERENT'}", flush=True)
            for line in found:
                print("   ", line)
    result = {"undisturbed_seconds": round(seconds, 1), "rows": sizes, "kills": rows, "different": bad}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{sum(row['killed'] for row in rows)} kills, {bad} different")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
