"""The JSON sheet: its schema, its sums, its bytes."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from report.forms.as_json import as_data, as_json
from report.inputs import IssueScore
from report.sheet import build_sheet

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "sheet.schema.json").read_text(encoding="utf-8"))
TYPES = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int,
    "number": (int, float),
}  # fmt: skip
KNOWN = {
    "$schema", "$id", "$ref", "$defs", "title", "description", "type", "properties", "required", "items", "enum",
    "const", "additionalProperties", "pattern", "minimum", "maximum", "propertyNames",
}  # fmt: skip


def faults(value, schema, path="$"):
    """Where `value` breaks `schema`: the part of JSON Schema that our own schema uses."""
    if "$ref" in schema:
        schema = {**SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], **schema}
    assert set(schema) <= KNOWN, f"{path}: this test does not know {set(schema) - KNOWN}"
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(
        isinstance(value, TYPES[k]) and (k == "boolean" or not isinstance(value, bool)) for k in kinds
    ):
        return [f"{path}: not {kinds}"]
    found = [f"{path}: not {schema['const']}"] if "const" in schema and value != schema["const"] else []
    found += [f"{path}: {value!r} not allowed"] if "enum" in schema and value not in schema["enum"] else []
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{path}: {value!r} does not match")
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        found.append(f"{path}: {value} out of range")
    return found + _inner_faults(value, schema, path)


def _inner_faults(value, schema, path):
    found = []
    if isinstance(value, list) and "items" in schema:
        found += [fault for i, item in enumerate(value) for fault in faults(item, schema["items"], f"{path}[{i}]")]
    if isinstance(value, dict):
        found += [f"{path}: {key} is missing" for key in schema.get("required", []) if key not in value]
        others = schema.get("additionalProperties", {})
        for key, item in value.items():
            inner = schema.get("properties", {}).get(key, others)
            found += [f"{path}: {key} is unknown"] if inner is False else faults(item, inner, f"{path}.{key}")
            found += faults(key, schema.get("propertyNames", {}), f"{path}#{key}")
    return found


@pytest.fixture
def data(sheet, style):
    return json.loads(as_json(sheet, style))


def test_the_sheet_fits_its_published_schema(data):
    assert faults(data, SCHEMA) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.pop("window"),
        lambda data: data.update(schema="diembao/sheet/2"),
        lambda data: data["counts"].update(articles="12"),
        lambda data: data["issues"][0].update(level=4),
        lambda data: data["issues"][0]["articles"][0].pop("reprint_of"),
        lambda data: data["issues"][0].update(author="Một người"),
        lambda data: data["outlets"][0].update(state="fine"),
        lambda data: data.update(generated_at="2026-09-10T06:20:00Z"),
    ],
)
def test_the_schema_refuses_what_does_not_fit(data, damage):
    damage(data)
    assert faults(data, SCHEMA)


def test_the_minimum_keys_for_downstream_readers(data):
    assert {"date", "window", "generated_at", "health", "counts", "issues", "outlets", "queries"} <= set(data)
    assert (data["date"], data["window"]["start"]) == ("2026-09-10", "2026-09-09T06:00:00+07:00")
    assert (data["health"]["outlets_ok"], data["health"]["outlets_all"]) == (3, 4)
    assert data["issues"][0]["bodies"] == ["n1", "ubnd@n1"]
    assert data["issues"][0]["articles"][2]["reprint_of"] == f"{2:016x}" or data["issues"][0]["articles"][2]["reprint"]


def test_the_scores_are_the_sums_of_their_parts(data):
    for issue in data["issues"]:
        parts = sum(Decimal(str(part)) for part in issue["score_parts"].values())
        assert Decimal(str(issue["score"])) == parts


def test_a_third_of_a_point_stays_a_short_decimal(inputs, style):
    scores = {
        **inputs.scores,
        "i1": IssueScore(total=Decimal("0.30"), parts={"a": Decimal("0.10"), "b": Decimal("0.20")}),
    }
    issue = as_data(build_sheet(replace(inputs, scores=scores)), style)["issues"][0]
    assert (issue["score"], issue["score_parts"]) == (0.3, {"a": 0.1, "b": 0.2})


def test_every_article_stands_once_and_reprints_and_late_ones_are_flagged(data, inputs):
    articles = [article for issue in data["issues"] for article in issue["articles"]] + data["unplaced"]
    assert sorted(article["article_id"] for article in articles) == [a.article_id for a in inputs.articles]
    assert sum(article["late"] for article in articles) == data["counts"]["late"] == 1
    assert sum(article["reprint"] for article in articles) == data["counts"]["reprints"] == 3


def test_the_same_sheet_gives_the_same_bytes(sheet, inputs, style):
    assert as_json(sheet, style) == as_json(build_sheet(inputs), style)


def test_a_failed_crawl_is_said_in_data_too(inputs, style, state):
    broken = (state(id="a", name="A", state="broken", reason_vi="không kết nối được", last_success_at=None),)
    health = as_data(build_sheet(replace(inputs, articles=(), health=broken)), style)["health"]
    assert health["crawl_failed"]
    assert health["notes"] == [
        "Đợt thu thập tin thất bại: không lấy được tin từ nguồn nào trong 1 nguồn",
        "A: không kết nối được",
    ]


def test_hostile_titles_stay_data(inputs, style):
    title = 'x"}],"counts":{"articles":99}\x00\u202e{{ 7*7 }}</script>\ud800'
    first, *others = inputs.articles
    sheet = build_sheet(replace(inputs, articles=(replace(first, title=title), *others)))
    data = json.loads(as_json(sheet, style))
    assert data["counts"]["articles"] == 12
    assert title.replace("\ud800", "?") in [a["title"] for issue in data["issues"] for a in issue["articles"]]
