"""The one screen at 06:00: what was fetched, what failed and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from night.health import UNREACHABLE, OutletHealth
from vietnamese.clock import to_local

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from night.nightly import NightResult

ROWS_ON_A_SCREEN = 24
COLOURS = {
    "healthy": "green",
    "quiet": "cyan",
    "silent": "yellow",
    "broken": "red",
    "blocked": "red",
    "forbidden": "red",
}
WORST_FIRST = ("broken", "blocked", "forbidden", "silent", "quiet", "healthy")


def print_summary(result: NightResult, console: Console) -> None:
    """Print the screen: totals, fates, outlets (the troubled ones first), and what failed."""
    console.print(Text(f"Night of {result.morning:%Y-%m-%d}  ({result.run_id}, {result.outcome})", style="bold"))
    console.print(_line("fates ", result.fates))
    console.print(_line("issues", result.issues), highlight=False)
    reached = [state for state in result.health if not state.reason.startswith(UNREACHABLE)]
    if reached:
        console.print(_outlets(reached))
    for state in result.health:
        if state not in reached:
            why = state.reason.removeprefix(f"{UNREACHABLE}: ")
            console.print(Text.assemble((f"{UNREACHABLE}: ", "red"), f"{state.name} ({why})"))
    for stage in result.failed_stages:
        console.print(Text.assemble((f"stage failed: {stage}", "red"), "; the log has the reason"))
    if result.nothing_reached:
        console.print(Text("no outlet could be reached: the crawl failed, and the sheet says so", style="red"))
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in result.stage_seconds.items())
    console.print(f"{result.seconds:.1f} s ({stages})", highlight=False)


def _line(title: str, counts: Mapping[str, int]) -> str:
    told = "  ".join(f"{name} {number}" for name, number in sorted(counts.items(), key=lambda row: (-row[1], row[0])))
    return f"{title}: {told or 'none'}"


def _rank(state: OutletHealth) -> int:
    """Place in the table: the worst first; an outlet whose markup has changed stands with the silent ones."""
    changed = state.reason.startswith("drifted")
    return min(WORST_FIRST.index(state.state), WORST_FIRST.index("silent") if changed else len(WORST_FIRST))


def _outlets(health: Sequence[OutletHealth]) -> Table:
    """The outlets, worst first; when they do not fit on a screen the healthy ones are summed up."""
    table = Table(box=None, pad_edge=False)
    for title in ("outlet", "state", "new", "failed", "last new", "reason"):
        table.add_column(title, justify="right" if title in {"new", "failed"} else "left")
    ranked = sorted(health, key=lambda state: (_rank(state), state.name))
    for state in ranked[:ROWS_ON_A_SCREEN]:
        last = f"{to_local(state.last_new_at):%d/%m %H:%M}" if state.last_new_at else "-"
        colour = COLOURS[state.state]
        table.add_row(
            Text(state.name),
            Text(state.state, style=colour),
            str(state.stored),
            str(state.failed),
            last,
            Text(state.reason),
        )
    rest = ranked[ROWS_ON_A_SCREEN:]
    if rest:
        table.add_row(
            f"… {len(rest)} more", "", str(sum(s.stored for s in rest)), str(sum(s.failed for s in rest)), "", ""
        )
    return table
