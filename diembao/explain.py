"""`diembao explain`: why an issue is where it is."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diembao.shared import DONE_WITH_FAILURES, DemoOption, clear_errors, configured, stop
from vietnamese.clock import system_clock

if TYPE_CHECKING:
    from storage.store import Store


def explain(
    issue: Annotated[str, typer.Argument(help="Id of the issue, as the sheet and v1_issues have it.", metavar="ISSUE")],
    day: Annotated[
        str | None, typer.Option("--date", help="Score it as the sheet of this morning did.", metavar="D")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    demo: DemoOption = False,
) -> None:
    """Print the score parts, level with reasons, articles, reprint tree and timeline of an issue."""
    from issues.explain import explain_issue
    from night.morning import morning_of
    from report.window import window_for
    from storage.store import open_store

    with clear_errors():
        where, config = configured(demo=demo)
        with closing(open_store(where.database_url, system_clock, config.settings)) as store:
            morning = date.fromisoformat(day) if day else _last_morning(store) or morning_of(system_clock())
            window = window_for(morning, config.settings.calendar, config.settings.sheet.day_starts_at)
            known = explain_issue(store, issue, start=window.start, end=window.end)
    if known is None:
        stop(f"no issue has the id {issue!r}; the sheet and v1_issues list them", DONE_WITH_FAILURES)
    if as_json:
        typer.echo(json.dumps(known, ensure_ascii=False))
        return
    for line in _lines(known):
        typer.echo(line)


def _last_morning(store: Store) -> date | None:
    from storage.activity import finished_mornings

    return max(finished_mornings(store, "nightly"), default=None)


def _lines(known: dict[str, Any]) -> list[str]:
    lines = [f"{known['issue_id']}  {known['title']}", f"level {known['level']}, field {known['field_of']}"]
    lines += [f"  reason: {reason}" for reason in known["reasons"]]
    lines.append(f"score {known['score']}")
    lines += [f"  {name:24} {part}" for name, part in known["score_parts"].items()]
    lines.append("bodies: " + (", ".join(known["bodies"]) or "none"))
    for member in known["members"]:
        lines.append(f"{member['at'][:16]}  {member['outlet']}: {member['title']}")
        lines.append(f"  {member['url']}")
        lines += [f"  {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in member["evidence"].items()]
    lines += _tree(known["reprints"], 0)
    return lines


def _tree(branches: list[dict[str, Any]], depth: int) -> list[str]:
    lines = []
    for branch in branches:
        kind = f" ({branch['kind']})" if branch.get("kind") else ""
        lines.append(f"{'  ' * depth}{'└ ' if depth else 'first: '}{branch['outlet']} {branch['article_id']}{kind}")
        lines += _tree(branch["copies"], depth + 1)
    return lines
