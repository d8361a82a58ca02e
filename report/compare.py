"""Two sheets side by side: issues that are new, gone or moved, and numbers that differ. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from report.forms.as_json import SCHEMA

_KEYS = ("date", "generated_at", "window", "issues")
_OF_AN_ARTICLE = ("article_id", "url", "title", "excerpt")
_MOVING = ("level", "field_of", "newsrooms", "independent_newsrooms", "pin", "proposal", "deadline")
_NUMBERS = ("counts", "health")


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What changed from one parsed JSON sheet to another: `new`, `gone`, `moved` issues and `numbers`.

    Issues are the same when they share an article or their id. ValueError when one is no sheet.
    """
    for sheet in (before, after):
        whole_sheet(sheet)
    old = {issue["id"]: issue for issue in before["issues"]}
    pairs = {issue["id"]: _same(issue, old) for issue in after["issues"]}
    met = {was for was in pairs.values() if was is not None}
    now = {issue["id"]: issue for issue in after["issues"]}
    moved = [_moved(old[was], now[key]) for key, was in pairs.items() if was is not None]
    return {
        "from": {"date": before["date"], "generated_at": before["generated_at"]},
        "to": {"date": after["date"], "generated_at": after["generated_at"]},
        "new": [_short(now[key]) for key, was in pairs.items() if was is None],
        "gone": [_short(issue) for key, issue in old.items() if key not in met],
        "moved": [change for change in moved if change["changes"]],
        "numbers": [
            {"where": where, "from": was, "to": become}
            for where, was, become in _numbers(before, after)
            if was != become
        ],
    }


def whole_sheet(sheet: Mapping[str, Any]) -> None:
    """ValueError saying what is missing, unless `sheet` is a parsed daily sheet with the keys that are compared."""
    if sheet.get("schema") != SCHEMA:
        raise ValueError(f"not a daily sheet: schema is {sheet.get('schema')!r}, expected {SCHEMA!r}")
    missing = [name for name in (*_KEYS, *_NUMBERS) if name not in sheet]
    if missing:
        raise ValueError(f"not a whole sheet: {missing[0]} is missing")
    try:
        for issue in sheet["issues"]:
            told = [_short(issue), *issue["bodies"]]
            told += [article[name] for article in issue["articles"] for name in _OF_AN_ARTICLE]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a whole sheet: {type(error).__name__} {error} in an issue") from error


def lines(changes: Mapping[str, Any]) -> Iterator[str]:
    """The same for a person, one change a line."""
    for number in changes["numbers"]:
        yield f"{number['where']}: {number['from']} -> {number['to']}"
    for word in ("new", "gone"):
        for issue in changes[word]:
            yield f"{word}: {issue['id']} level {issue['level']}, {issue['articles']} articles: {issue['title']}"
    for issue in changes["moved"]:
        told = "; ".join(f"{name} {was} -> {now}" for name, (was, now) in issue["changes"].items())
        yield f"moved: {issue['id']} {told}: {issue['title']}"


def _articles(issue: Mapping[str, Any]) -> set[str]:
    return {article["article_id"] for article in issue["articles"]}


def _same(issue: Mapping[str, Any], old: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The id of the earlier issue: its own, else the one that shares most articles."""
    if issue["id"] in old:
        return str(issue["id"])
    shared = {key: len(_articles(issue) & _articles(other)) for key, other in old.items()}
    best = min(shared, key=lambda key: (-shared[key], key), default=None)
    return best if best is not None and shared[best] else None


def _moved(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    changes = {name: (was[name], now[name]) for name in _MOVING if was.get(name) != now.get(name)}
    added, left = len(_articles(now) - _articles(was)), len(_articles(was) - _articles(now))
    if added or left:
        changes["articles"] = (len(was["articles"]), len(now["articles"]))
    if was["id"] != now["id"]:
        changes["id"] = (was["id"], now["id"])
    return {**_short(now), "changes": changes}


def _short(issue: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": issue["id"], "title": issue["title"], "level": issue["level"], "articles": len(issue["articles"])
    }  # fmt: skip


def _numbers(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, object, object]]:
    for table in _NUMBERS:
        yield from _walk(table, before[table], after[table])


def _walk(where: str, was: object, now: object) -> Iterator[tuple[str, object, object]]:
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for key in sorted({*was, *now}):
            yield from _walk(f"{where}.{key}", was.get(key), now.get(key))
    elif isinstance(was, int | float) or isinstance(now, int | float):
        yield where, was, now
