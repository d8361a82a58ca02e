"""Recompute every number of a JSON sheet from the `v1_` views and name what differs.

On purpose it does not build the sheet anew: totals, issues, agencies and outlets are counted by the database, with the
statements that the sheet prints under `queries`, so that a fault in `report.sheet` is found too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from report.edits import edits_data
from report.forms.as_json import SCHEMA
from report.forms.phrases import health_words
from report.gather import MEAN_DAYS, Making, answer, gather, number_queries, scope_for
from report.inputs import FIELDS, LEVELS, EarlierSheet, IssueScore, Office, SheetInputs, SheetIssue, counted_field
from report.laid import with_edits, without_told
from report.recount import Answers, laid_over, of_office, recount
from report.remembered import Memory, remembered
from report.scores import issue_scores
from report.sheet import ATTENTION_LEVEL, answered
from report.then import PLACEMENT, Kept, Row, issues_then
from storage import sheet_queries as ask
from vietnamese.clock import iso

if TYPE_CHECKING:
    from config.model import Settings
    from storage.sheet_queries import SheetScope
    from storage.store import Store

_STORED = frozenset({"stored", "teaser"})
_HEALTH_NUMBERS = ("stored", "failed", "state", "reason", "reason_vi", "last_new_at", "last_success_at")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A number of the sheet that the store does not bear out."""

    where: str
    """Its place in the JSON: `counts.by_level.2`, `issues[i-1].newsrooms`."""
    said: object
    found: object

    def __str__(self) -> str:
        return f"{self.where}: the sheet says {_shown(self.said)}, the store gives {_shown(self.found)}"


def _shown(value: object) -> str:
    """A value as a person reads it: numbers as they stand in the file, nothing as such."""
    if value is None:
        return "nothing"
    return str(value) if isinstance(value, Decimal) else repr(value)


Pairs = Iterator[tuple[str, object, object]]
"""Place, what the sheet says, what the store gives."""


def verify(sheet: Mapping[str, Any], store: Store, settings: Settings | None = None) -> list[Difference]:
    """Every number of `sheet` (a parsed JSON sheet) that differs from what the store gives; empty when all agree.

    `settings` are those the sheet was made under (calendar, late days), by default the store's. Raises ValueError when
    it is no sheet at all, StoreError when the store cannot be read.
    """
    return differing(sheet, lambda: _pairs(sheet, store, settings or store.settings), schema=SCHEMA, kind="a sheet")


def differing(told: Mapping[str, Any], pairs: Callable[[], Pairs], *, schema: str, kind: str) -> list[Difference]:
    """Those of the pairs that differ. ValueError unless `told` is a whole file of `schema`, called `kind` in words."""
    if told.get("schema") != schema:
        raise ValueError(f"not {kind}: schema is {told.get('schema')!r}, expected {schema!r}")
    try:
        checks = list(pairs())
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a whole file of {kind}: {type(error).__name__} {error}") from error
    return [Difference(where=where, said=said, found=found) for where, said, found in checks if said != found]


def _pairs(sheet: Mapping[str, Any], store: Store, settings: Settings) -> Pairs:
    day = date.fromisoformat(sheet["date"])
    made_at = datetime.fromisoformat(sheet["generated_at"])
    scope = scope_for(day, settings, made_at)
    found: Answers = {name: answer(store, query) for name, query in number_queries(scope, str(sheet["run_id"])).items()}
    memory = remembered(store, answer(store, ask.report(scope.date)), sheet)
    office = _office(sheet["office"])
    issues, laid = recounted(store, settings, scope, found, memory, office)
    yield from _report(sheet, memory, scope)
    yield "edits", sheet["edits"], edits_data(memory.edits)
    yield "told", sheet["told"], list(laid.told)
    yield from _counts(sheet["counts"], found)
    yield from _issues(sheet["issues"], found, issues, laid)
    yield from _scores(sheet["issues"], laid.scores)
    yield from _articles(sheet, found["issues.articles"])
    yield from _bodies(sheet["bodies"], found["bodies"])
    yield from _outlets(sheet, found, memory)
    yield from _compare(sheet["compare"], () if office else memory.earlier, day)


def recounted(
    store: Store,
    settings: Settings,
    scope: SheetScope,
    found: Answers,
    memory: Memory,
    office: Office | None,
) -> tuple[dict[str, SheetIssue], SheetInputs]:
    """The issues of the sheet, and its inputs with everything laid over; `found` is counted anew where it must be.

    It must where a later night has moved the issues, where the analyst has edited, where something was told before,
    and for one office; otherwise the database's own answers stand.
    """
    issues = issues_then(found["issues.known"])
    rows = list(found["issues.articles"])
    moved = memory.kept is not None and _moved(rows, issues, memory.kept)
    if memory.kept and moved:
        rows, issues = memory.kept.laid_over(rows), dict(memory.kept.issues)
    making = Making(run_id="", generated_at=scope.known_at, health=())
    inputs = gather(store, settings, date.fromisoformat(scope.date), making, kept=memory.kept)
    inputs = replace(inputs, edits=memory.edits)
    later = {row["article_id"] for row in rows if row["updated_at"] > scope.known_at} & set(memory.articles)
    if later:
        inputs = _as_then(inputs, memory, later)
        rows = [
            {**row, "kind": memory.articles[row["article_id"]].kind} if row["article_id"] in later else row
            for row in rows
        ]
    if moved or inputs.told or memory.edits or office or later:
        mentions = [row for row in answer(store, ask.mentions(scope)) if row["article_id"] not in later]
        mentions += [
            {"article_id": key, "entity_id": body} for key in sorted(later) for body in memory.articles[key].bodies
        ]
        rows, issues = laid_over(rows, issues, told=inputs.told, edits=memory.edits)
        rows = of_office(rows, mentions, office) if office else rows
        tiers = {row["outlet_id"]: row["tier"] for row in answer(store, ask.outlets())}
        named = [mention for mention in mentions if office is None or office.holds(mention["entity_id"])]
        found |= recount(rows, issues, named, tiers)
    return issues, with_edits(without_told(inputs))


def _as_then(inputs: SheetInputs, memory: Memory, later: Collection[str]) -> SheetInputs:
    """The inputs with the articles that have changed since the sheet was made as they were then."""
    articles = tuple(
        memory.articles[article.article_id] if article.article_id in later else article for article in inputs.articles
    )
    scores = issue_scores(articles, inputs.issues, inputs.outlets, inputs.window, inputs.new_since)
    return replace(inputs, articles=articles, scores=scores)


def _office(data: Mapping[str, Any] | None) -> Office | None:
    return Office(body_id=data["id"], name=data["name"], ids=frozenset(data["ids"])) if data else None


def _moved(rows: Sequence[Row], issues: Mapping[str, SheetIssue], kept: Kept) -> bool:
    """Whether a later night has placed the sheet's articles otherwise, or weighed their issues otherwise."""
    then = kept.laid_over(rows)
    placed = any(row[name] != old[name] for row, old in zip(rows, then, strict=True) for name in PLACEMENT)
    return placed or dict(issues) != dict(kept.issues)


def _report(sheet: Mapping[str, Any], memory: Memory, scope: SheetScope) -> Pairs:
    yield "window.start", sheet["window"]["start"], iso(scope.start)
    yield "window.end", sheet["window"]["end"], iso(scope.end)
    yield "window.days", sheet["window"]["days"], (scope.end - scope.start).days
    yield "generated_at", sheet["generated_at"], memory.generated_at
    yield "run_id", sheet["run_id"], memory.run_id


def _counts(counts: Mapping[str, Any], found: Mapping[str, Sequence[Row]]) -> Pairs:
    for name in ("articles", "issues", "late", "reprints", "newsrooms", "unplaced"):
        yield f"counts.{name}", counts[name], _single(found[f"counts.{name}"])
    levels = _table(found["counts.by_level"])
    fields: Counter[Any] = Counter()
    for field, number in _table(found["counts.by_field"]).items():
        fields[counted_field(field)] += number
    for level in sorted({*LEVELS, *levels}):
        yield f"counts.by_level.{level}", counts["by_level"].get(str(level)), levels[level]
    for field in FIELDS:
        yield f"counts.by_field.{field}", counts["by_field"].get(str(field)), fields[field]
    yield "counts.attention", counts["attention"], sum(n for level, n in levels.items() if level >= ATTENTION_LEVEL)


def _issues(
    issues: Sequence[Mapping[str, Any]],
    found: Mapping[str, Sequence[Row]],
    known: Mapping[str, SheetIssue],
    laid: SheetInputs,
) -> Pairs:
    rows = {row["issue_id"]: row for row in found["issues"]}
    yield "issues", sorted(issue["id"] for issue in issues), sorted(rows)
    for issue in issues:
        where, row = f"issues[{issue['id']}]", rows.get(issue["id"])
        if row is None:
            continue
        then = known[issue["id"]]
        yield f"{where}.articles", len(issue["articles"]), row["articles"]
        yield f"{where}.newsrooms", issue["newsrooms"], row["newsrooms"]
        yield f"{where}.independent_newsrooms", issue["independent_newsrooms"], row["independent_newsrooms"]
        yield f"{where}.level", issue["level"], then.level
        yield f"{where}.field_of", issue["field_of"], then.field_of
        yield f"{where}.marks", issue["marks"], list(laid.marks.get(issue["id"], ()))
        yield f"{where}.pin", issue["pin"], laid.edits.of(issue["id"]).pin


def _scores(issues: Sequence[Mapping[str, Any]], scores: Mapping[str, IssueScore]) -> Pairs:
    for issue in issues:
        where, parts = f"issues[{issue['id']}]", issue["score_parts"]
        yield f"{where}.score", _exact(issue["score"]), sum((_exact(part) for part in parts.values()), Decimal(0))
        if issue["id"] in scores:
            told = {name: _exact(part) for name, part in parts.items()}
            yield f"{where}.score_parts", told, dict(scores[issue["id"]].parts)


def _articles(sheet: Mapping[str, Any], rows: Sequence[Row]) -> Pairs:
    held = [(issue["id"], article) for issue in sheet["issues"] for article in issue["articles"]]
    held += [(None, article) for article in sheet["unplaced"]]
    by_id = {row["article_id"]: row for row in rows}
    yield "articles", sorted(article["article_id"] for _, article in held), sorted(by_id)
    for issue_id, article in held:
        row = by_id.get(article["article_id"])
        if row is not None:
            yield from _article(f"articles[{article['article_id']}]", issue_id, article, row)


def _article(where: str, issue_id: str | None, article: Mapping[str, Any], row: Row) -> Pairs:
    yield f"{where}.issue_id", issue_id, row["issue_id"]
    yield f"{where}.outlet", article["outlet"], row["outlet_id"]
    for name in ("level", "field_of", "reprint_of", "url", "kind"):
        yield f"{where}.{name}", article[name], row[name]
    yield f"{where}.late", article["late"], bool(row["late"])
    yield f"{where}.published_at", article["published_at"], row["published_at"] and iso(row["published_at"])


def _bodies(bodies: Sequence[Mapping[str, Any]], rows: Sequence[Row]) -> Pairs:
    found = {row["entity_id"]: row for row in rows}
    yield "bodies", sorted(body["id"] for body in bodies), sorted(found)
    for body in bodies:
        for name in ("articles", "issues", "attention"):
            if body["id"] in found:
                yield f"bodies[{body['id']}].{name}", body[name], found[body["id"]][name]


def _outlets(sheet: Mapping[str, Any], found: Mapping[str, Sequence[Row]], memory: Memory) -> Pairs:
    articles = {row["outlet_id"]: row["articles"] for row in found["outlets.articles"]}
    kept = memory.health
    stored: Counter[str] = Counter()
    for outlet_id, fate, number in (tuple(row.values()) for row in found["outlets.fates"]):
        stored[outlet_id] += number if fate in _STORED else 0
    states = [(outlet["state"], outlet["reason"]) for outlet in sheet["outlets"]]
    told = sheet["health"]
    full, reached, failed = answered(states)
    yield "health.line", told["line"], health_words(full, len(kept))
    yield "health.crawl_failed", told["crawl_failed"], failed
    yield "health.outlets_all", told["outlets_all"], len(kept)
    yield "health.outlets_ok", told["outlets_ok"], full
    yield "health.outlets_reached", told["outlets_reached"], reached
    yield "outlets", sorted(outlet["id"] for outlet in sheet["outlets"]), sorted(kept)
    for outlet in sheet["outlets"]:
        where = f"outlets[{outlet['id']}]"
        yield f"{where}.articles", outlet["articles"], articles.get(outlet["id"], 0)
        yield f"{where}.stored", outlet["stored"], stored[outlet["id"]]
        for name in _HEALTH_NUMBERS:
            yield f"{where}.{name}", outlet[name], kept.get(outlet["id"], {}).get(name)


def _compare(compare: Mapping[str, Any], known: Sequence[EarlierSheet], day: date) -> Pairs:
    earlier = [sheet for sheet in known if 0 < (day - sheet.day).days <= MEAN_DAYS]
    yesterday = next((sheet for sheet in earlier if (day - sheet.day).days == 1), None)
    before = compare["yesterday"] and compare["yesterday"]["date"]
    yield "compare.yesterday.date", before, yesterday and yesterday.day.isoformat()
    for name in ("articles", "issues", "attention"):
        told = compare["yesterday"] and compare["yesterday"][name]
        yield f"compare.yesterday.{name}", told, yesterday and getattr(yesterday, name)
        mean = compare["mean_7_days"] and _exact(compare["mean_7_days"][name])
        yield f"compare.mean_7_days.{name}", mean, _mean([getattr(sheet, name) for sheet in earlier])
    sheets = compare["mean_7_days"] and compare["mean_7_days"]["sheets"]
    yield "compare.mean_7_days.sheets", sheets, len(earlier) or None


def _mean(values: Sequence[int]) -> Decimal | None:
    if not values:
        return None
    return (Decimal(sum(values)) / len(values)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _exact(value: object) -> Decimal:
    """A JSON number as the decimal that stands in the file."""
    return Decimal(str(value))


def _single(rows: Sequence[Row]) -> object:
    return next(iter(rows[0].values()))


def _table(rows: Sequence[Row]) -> Counter[Any]:
    """Rows of two columns as value -> number."""
    return Counter(dict(tuple(row.values()) for row in rows))
