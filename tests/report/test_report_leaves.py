"""`report verify` finds every wrong number: whichever of a file of any form is one too high, it is named."""

import json
from datetime import date, datetime

import pytest

from gazetteer.load import load
from report.kinds.city_json import verify_city
from report.kinds.office import office_of, write_office
from report.kinds.write_city import write_city
from report.kinds.write_period import verify_period, write_period
from report.verify import verify
from vietnamese.clock import LOCAL

FRIDAY = date(2026, 9, 11)
EDITS = """
[issue.i1]
level = 2
pin = 1

[issue.i3]
drop = true
"""


def daily(full):
    return full.sheet(FRIDAY)


def edited(full):
    full.sheet(FRIDAY)
    file = full.reports / "2026-09-11" / "edits.toml"
    kept = "".join(line for line in file.read_text(encoding="utf-8").splitlines(True) if not line.startswith("[issue."))
    file.write_text(f"{kept}\n{EDITS}", encoding="utf-8")
    return full.sheet(FRIDAY)


def office(full):
    full.sheet(FRIDAY)
    whose = office_of(load(full.config.folders), "so-xay-dung", "thành phố Hải Phòng")
    made = write_office(full.store, full.config, FRIDAY, whose, folder=full.reports, formats=("json",))
    return json.loads(made.files["json"].read_bytes())


def period(kind):
    def make(full):
        made = write_period(
            full.store, full.config, kind, FRIDAY, now=full.now, folder=full.reports, formats=("json",),
            name_of=full.name_of,
        )  # fmt: skip
        return json.loads(made.files["json"].read_bytes())

    return make


def city(full, **hours):
    full.sheet(FRIDAY)
    made = write_city(full.store, full.config, FRIDAY, folder=full.reports, formats=("json",), **hours)
    return json.loads(made["json"].read_bytes())


def some_hours(full):
    return city(full, start=datetime(2026, 9, 10, 9, 30, tzinfo=LOCAL))


@pytest.mark.parametrize(
    ("make", "differences", "at_least"),
    [
        (daily, verify, 90),
        (edited, verify, 60),
        (office, verify, 60),
        (period("weekly"), verify_period, 50),
        (period("monthly"), verify_period, 70),
        (city, verify_city, 20),
        (some_hours, verify_city, 15),
    ],
    ids=["daily", "edited", "office", "weekly", "monthly", "city", "city-hours"],
)
def test_any_wrong_number_planted_anywhere_is_found_and_named(full, leaves, make, differences, at_least):
    told = make(full)
    assert differences(told, full.store) == []
    paths = [*leaves.paths(told)]
    assert len(paths) >= at_least
    wrong = told
    for path in paths:
        wrong = leaves.one_more(wrong, path)
    named = [difference.where for difference in differences(wrong, full.store)]
    assert [path for path in paths if not any(leaves.names(told, path, where) for where in named)] == []
    for path in leaves.of_each_kind(told)[::8]:
        assert differences(leaves.one_more(told, path), full.store), f"alone, nobody noticed a wrong {path}"


def test_edits_are_among_them(full, leaves):
    told = edited(full)
    assert told["edits"]["issues"]
    kinds = {path[-1] for path in leaves.paths(told)}
    assert "pin" in kinds


@pytest.mark.parametrize(
    ("table", "key", "wrong"),
    [
        ("health", "line", "45/45 nguồn đủ tin"),
        ("health", "crawl_failed", True),
        ("outlets", "reason_vi", "0 tin từ 14:00"),
        ("compare", "yesterday", None),
    ],
)
def test_numbers_inside_words_are_found_too(full, table, key, wrong):
    told = daily(full)
    (told[table][0] if table == "outlets" else told[table])[key] = wrong
    assert verify(told, full.store)
