"""Hostile inputs over feeds, sitemaps, sections, pages, configurations, robots.txt, redirects and addresses.

usage: python benchmarks/fuzz.py [INPUTS] [--seed N] [--processes N] [--only TARGET[,TARGET]]

INPUTS (default 100000) are made by mutation of pages, feeds and files written by us (`fuzz_inputs.py`), each from
(seed, target, number) alone, so that a finding can be made again. They are read (`fuzz_readers.py`) in processes with
bounded memory, in chunks; one that crashes, takes more than a second, or kills its process is a finding. Seconds are
those of the processor, used by the process that reads: other programs on the machine neither make a finding nor hide
one. What was found stands as tests in `tests/pipelines/test_hostile_input.py`. Writes `fuzz.json`; exit 1 when there
is a finding.
"""

# Processes and queues of a spawning context have no types:
# ruff: noqa: ANN401

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from fuzz_inputs import made, seeds_of  # noqa: E402
from fuzz_readers import TARGETS  # noqa: E402

SECONDS = 1.0
"""CPU that one input may take."""
KILL_AFTER = 10.0
"""CPU after which a process that is still at one input counts as hung."""
BLOCKED_AFTER = 300.0
"""Wall seconds, for an input that waits for something instead of using the processor."""
TICKS = os.sysconf("SC_CLK_TCK")
MEMORY_BYTES = 2 * 1024**3
CHUNK = 1_000


@dataclass
class Finding:
    """An input that a reader did not survive."""

    target: str
    number: int
    kind: str
    what: str


@dataclass
class Tally:
    """What the inputs of one target came to."""

    inputs: int = 0
    cpu_seconds: float = 0.0
    slowest_seconds: float = 0.0
    slowest: int = 0
    bytes: int = 0
    findings: list[Finding] = field(default_factory=list)


def tried(seed: int, target: str, numbers: range, at: Callable[[int], None] = lambda number: None) -> Tally:  # noqa: ARG005
    """Read the inputs of these numbers; `at` is told each number before it is read."""
    read, tally = TARGETS[target][0], Tally()
    for number in numbers:
        body = made(seed, target, number)
        at(number)
        began = time.process_time()
        try:
            read(body)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            tally.findings.append(Finding(target, number, "crash", f"{type(error).__name__}: {error}"[:200]))
        took = time.process_time() - began
        if took > SECONDS:
            tally.findings.append(Finding(target, number, "slow", f"{took:.2f} s of CPU"))
        if took > tally.slowest_seconds:
            tally.slowest_seconds, tally.slowest = took, number
        tally.cpu_seconds += took
        tally.inputs += 1
        tally.bytes += len(body)
    return tally


def _worker(seed: int, jobs: Any, results: Any, busy: Any) -> None:
    """Take chunks until there are none; `busy[0]` says which input is being read."""
    import logging

    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for target, start, end in iter(jobs.get, None):
        TARGETS[target][0](seeds_of(target)[0])  # what a reader imports is no input's fault

        def at(number: int) -> None:
            busy[0] = number

        tally = tried(seed, target, range(start, end), at)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        results.put((target, tally, peak))
    results.put(None)


def _run(seed: int, chunks: list[tuple[str, int, int]], processes: int) -> tuple[dict[str, Tally], int]:
    """All chunks in processes that may die; each death is a finding, and its chunk is gone on with behind it."""
    spawn = multiprocessing.get_context("spawn")
    totals, peak = {target: Tally() for target in TARGETS}, 0
    for first in range(0, len(chunks), processes):
        running = [_Chunk(spawn, seed, *chunk) for chunk in chunks[first : first + processes]]
        for each in running:
            tallies, grown = each.finish()
            peak = max(peak, grown)
            for tally in tallies:
                _add(totals[each.target], tally)
        told = sum(tally.inputs for tally in totals.values())
        found = sum(len(tally.findings) for tally in totals.values())
        print(f"\r{told:,} inputs, {found} findings", end="", flush=True)
    print()
    return totals, peak


class _Chunk:
    """One chunk in a process of its own, started again behind an input that killed it."""

    def __init__(self, spawn: Any, seed: int, target: str, start: int, end: int) -> None:
        self._spawn, self._seed, self.target, self._end = spawn, seed, target, end
        self._begin(start)

    def _begin(self, start: int) -> None:
        self._start = start
        self._jobs, self._results = self._spawn.Queue(), self._spawn.Queue()
        self._busy = self._spawn.Array("q", [start], lock=False)
        self._jobs.put((self.target, start, self._end))
        self._jobs.put(None)
        given = (self._seed, self._jobs, self._results, self._busy)
        self._process = self._spawn.Process(target=_worker, args=given, daemon=True)
        self._process.start()

    def finish(self) -> tuple[list[Tally], int]:
        """Tallies and peak bytes. What a process had read before it died counts, the input it died over too."""
        tallies: list[Tally] = []
        while True:
            kind = self._wait()
            if kind is None:
                _, tally, peak = self._results.get()
                self._process.join()
                return [*tallies, tally], peak
            number = self._busy[0]
            lost = Finding(self.target, number, kind, "the process ended with this input")
            tallies.append(Tally(inputs=number + 1 - self._start, findings=[lost]))
            if number + 1 >= self._end:
                return tallies, 0
            self._begin(number + 1)

    def _wait(self) -> str | None:
        """None when there is a result, else how the process ended."""
        seen, since, used = -1, time.monotonic(), 0.0
        while self._results.empty():
            if self._busy[0] != seen:
                seen, since, used = self._busy[0], time.monotonic(), _cpu_of(self._process.pid)
            if not self._process.is_alive() and self._results.empty():
                return "died"
            if _cpu_of(self._process.pid) - used > KILL_AFTER or time.monotonic() - since > BLOCKED_AFTER:
                self._process.kill()
                self._process.join()
                return "hung"
            time.sleep(0.02)
        return None


def _cpu_of(pid: int) -> float:
    """Processor seconds that a process has used so far; 0.0 when it is gone."""
    try:
        # the name of the program, in brackets, may hold spaces
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def _add(total: Tally, more: Tally) -> None:
    total.inputs += more.inputs
    total.cpu_seconds += more.cpu_seconds
    total.bytes += more.bytes
    total.findings += more.findings
    if more.slowest_seconds > total.slowest_seconds:
        total.slowest_seconds, total.slowest = more.slowest_seconds, more.slowest


def _row(tally: Tally) -> dict[str, float]:
    return {
        "inputs": tally.inputs,
        "megabytes": round(tally.bytes / 1e6, 1),
        "mean_cpu_ms": round(1000 * tally.cpu_seconds / max(tally.inputs, 1), 2),
        "slowest_cpu_ms": round(1000 * tally.slowest_seconds),
        "slowest": tally.slowest,
        "findings": len(tally.findings),
    }


def main() -> int:
    """Run, print a table, write the figures."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("inputs", type=int, nargs="?", default=100_000)
    asked.add_argument("--seed", type=int, default=8)
    asked.add_argument("--processes", type=int, default=1)
    asked.add_argument("--only", default=",".join(TARGETS))
    given = asked.parse_args()
    shares = {target: TARGETS[target][1] for target in given.only.split(",")}
    chunks: list[tuple[str, int, int]] = []
    for target, share in shares.items():
        number = round(given.inputs * share / sum(shares.values()))
        chunks += [(target, start, min(start + CHUNK, number)) for start in range(0, number, CHUNK)]
    began = time.monotonic()
    totals, peak = _run(given.seed, chunks, given.processes)
    rows = {target: _row(tally) for target, tally in totals.items() if tally.inputs}
    findings = [asdict(each) for tally in totals.values() for each in tally.findings]
    for target, row in rows.items():
        print(f"{target:10}", *(f"{key} {value}" for key, value in row.items()), sep="  ")
    for each in findings[:40]:
        print(each)
    told = {
        "seed": given.seed,
        "inputs": sum(row["inputs"] for row in rows.values()),
        "wall_seconds": round(time.monotonic() - began),
        "peak_megabytes": round(peak / 1e6),
        "memory_limit_megabytes": round(MEMORY_BYTES / 1e6),
        "targets": rows,
        "findings": findings,
    }
    if given.only == ",".join(TARGETS):
        (HERE / "fuzz.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
