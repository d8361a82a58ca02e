"""`diembao explain`: why an issue is where it is."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diembao.shared import DONE_WITH_FAILURES, ConfigOption, DemoOption, clear_errors, configured, stop, store_of
from diembao.shared import day as read_day
from vietnamese.clock import system_clock

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from config.model import Calendar
    from storage.store import Store


def explain(
    issue: Annotated[str, typer.Argument(help="Id of the issue, as the sheet and v1_issues have it.", metavar="ISSUE")],
    day: Annotated[
        str | None, typer.Option("--date", help="Score it as the sheet of this morning did, YYYY-MM-DD.", metavar="D")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Print why an issue is where it is: score, level, articles with the sentences that matched, reprints, timeline."""
    from issues.explain import explain_issue
    from issues.operate import EditError, find_issue
    from night.morning import morning_of
    from report.gather import scope_for

    known = None
    wanted = read_day(day) if day else None
    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        with store_of(where, settings) as store:
            try:
                found = find_issue(store, issue)
            except EditError as error:
                stop(str(error), DONE_WITH_FAILURES)
            morning = wanted or _last_morning(store) or morning_of(system_clock())
            made = _sheet_of(store, morning)
            scope = scope_for(morning, settings.settings, made["generated_at"] if made else system_clock())
            since = _new_since(store, settings.settings.calendar, morning, made)
            known = explain_issue(store, found, start=scope.start, end=scope.end, scope=scope, new_since=since)
    if known is None:
        stop(f"no issue has the id {issue!r}; the sheet and v1_issues list them", DONE_WITH_FAILURES)
    if as_json:
        typer.echo(json.dumps(known, ensure_ascii=False))
        return
    for line in _lines(known):
        typer.echo(line)


def _sheet_of(store: Store, morning: date) -> RowMapping | None:
    """The reports row of the daily sheet of that morning; None where there is none."""
    from storage.sheet_queries import report

    return next(iter(store.rows(report(morning.isoformat()))), None)


def _new_since(store: Store, calendar: Calendar, morning: date, made: RowMapping | None) -> datetime | None:
    """The end of the sheet that the one of that morning was compared with, or would be."""
    from issues.moves import base_sheet

    if made is not None:
        kept = made["inputs"].get("new_since")
        return datetime.fromisoformat(kept) if kept else None
    base = base_sheet(store, morning, calendar)
    return base.window_end if base else None


def _last_morning(store: Store) -> date | None:
    from storage.activity import finished_mornings

    return max(finished_mornings(store, "nightly"), default=None)


def _lines(known: dict[str, Any]) -> list[str]:
    pinned = "  pinned" if known["pinned"] else ""
    lines = [f"{known['issue_id']}  {known['title']}", f"level {known['level']}, field {known['field_of']}{pinned}"]
    lines += [f"  reason: {reason}" for reason in known["reasons"]]
    lines.append(f"score {known['score']} = " + " + ".join(known["score_parts"].values()))
    lines += [f"  {name:24} {part}" for name, part in known["score_parts"].items()]
    lines.append(f"newsrooms: {known['newsrooms_told']}")
    lines.append("bodies: " + (", ".join(known["bodies"]) or "none"))
    lines += [f"spike {spike['day']}: {spike['reason']}" for spike in known["spikes"]]
    lines += [
        f"edit #{edit['number']} {edit['kind']} by {edit['made_by']} {edit['made_at']}" for edit in known["edits"]
    ]
    for member in known["members"]:
        lines += _member(member)
    lines += _tree(known["reprints"], 0)
    lines += [f"{day['day']}: {day['articles']} articles of {day['outlets']} outlets" for day in known["timeline"]]
    lines += [
        f"{hour['hour'][:13]}h: {hour['articles']} of {hour['output']} articles of all outlets ({hour['share']:.1%})"
        for hour in known["hours"]
    ]
    return lines


def _member(member: dict[str, Any]) -> list[str]:
    lines = [
        f"{member['at'][:16]}  {member['outlet']}: {member['title']}",
        f"  {member['article_id']}  {member['url']}",
    ]
    lines += [f"  «{one['sentence']}» ({', '.join(one['words'])})" for one in member["sentences"]]
    return lines + [f"  {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in member["evidence"].items()]


def _tree(branches: list[dict[str, Any]], depth: int) -> list[str]:
    lines = []
    for branch in branches:
        kind = f" ({branch['kind']}, by {branch['direction']})" if branch.get("kind") else ""
        outlet = branch["outlet"] or "outside this issue:"
        lines.append(f"{'  ' * depth}{'└ ' if depth else 'first: '}{outlet} {branch['article_id']}{kind}")
        lines += _tree(branch["copies"], depth + 1)
    return lines
