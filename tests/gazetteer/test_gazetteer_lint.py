"""The records are looked over, told as a line, and written out."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from diembao.main import app
from gazetteer.lineage import COLUMNS, became, export_rows
from gazetteer.lint import lint
from gazetteer.load import load
from gazetteer.records import Gazetteer

ODD = """
[[period]]
[period.units]
p31 = { type = "thành phố", name = "Hải Phòng" }
n1 = { type = "xã", name = "Một", parent = "p31", from = 2025-07-01 }
n2 = { type = "xã", name = "Một", parent = "p31", from = 2025-12-01 }
n3 = { type = "xã", name = "Ba", parent = "p31", from = 2026-02-01 }
c1 = { type = "xã", name = "Cũ", parent = "p31", until = 2025-06-30, to = ["n3"] }
c2 = { type = "xã", name = "Đất", parent = "p31", until = 2025-06-30, to = ["n1:area"] }
n4 = { type = "xã", name = "Bắc Xa", parent = "p31" }
[provinces]
"99" = { name = "Bắc Xa" }
[[agency]]
id = "a"
name = "Ban A"
kind = "department"
heads = ["Ban Chung"]
[[agency]]
id = "b"
name = "Ban B"
kind = "department"
heads = ["Ban Chung", "Ban Không ai viết"]
"""


@pytest.fixture
def odd(tmp_path: Path) -> Gazetteer:
    (tmp_path / "gazetteer").mkdir()
    (tmp_path / "gazetteer" / "units.toml").write_text(ODD, encoding="utf-8")
    return load([tmp_path])


def test_what_is_odd_is_found(odd: Gazetteer) -> None:
    found = {(f.severity, f.check, f.id) for f in lint(odd, seen=["Ban Chung họp ở Một."])}
    assert found == {
        ("error", "overlap", "n1"),
        ("error", "successor", "c1"),
        ("error", "successor", "c2"),
        ("error", "ambiguous", "n4"),
        ("warning", "ambiguous", "a"),
        ("warning", "unseen", "b"),
    }


def test_the_shipped_records_have_no_error(shipped: Gazetteer) -> None:
    assert [finding for finding in lint(shipped) if finding.severity == "error"] == []


def test_every_former_unit_has_a_line_that_ends_today(shipped: Gazetteer) -> None:
    for unit in shipped.units.values():
        line = shipped.history(unit.id)
        assert unit in line
        assert any(record.valid_until is None for record in line), unit
        assert (became(shipped, unit) == "in force") == (unit.valid_until is None)


def test_lines_say_split_merged_renamed(shipped: Gazetteer) -> None:
    def told(record_id: str) -> str:
        record = shipped.get(record_id)
        assert record is not None
        return became(shipped, record)

    assert told("c11371") == "split: the rest to phường An Biên (n11407), a part to phường Lê Chân (n11383)"
    assert told("d311") == "renamed: thành phố Thủy Nguyên (d311b)"
    assert told("c11563a").startswith("merged into ")
    assert "with " in told("c11563a")
    assert told("n11407") == "in force"


def test_export_holds_every_record(shipped: Gazetteer, tmp_path: Path) -> None:
    rows = export_rows(shipped)
    assert len(rows) == len(shipped.units) + len(shipped.agencies)
    assert all(tuple(row) == COLUMNS for row in rows)
    run = CliRunner()
    assert run.invoke(app, ["gazetteer", "export", "-o", str(tmp_path / "g.json")]).exit_code == 0
    assert json.loads((tmp_path / "g.json").read_text(encoding="utf-8"))["records"] == rows
    assert run.invoke(app, ["gazetteer", "export", "--format", "csv", "-o", str(tmp_path / "g.csv")]).exit_code == 0
    with (tmp_path / "g.csv").open(encoding="utf-8", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == [row["id"] for row in rows]
    assert run.invoke(app, ["gazetteer", "export", "--format", "yaml"]).exit_code == 2


def test_the_commands_speak(tmp_path: Path) -> None:
    run = CliRunner()
    told = run.invoke(app, ["gazetteer", "history", "c11371"])
    assert told.exit_code == 0
    assert "* c11371\tphường An Biên\t… - 2025-06-30\tsplit: " in told.output
    assert run.invoke(app, ["gazetteer", "lookup", "quận Lê Chân", "--on", "2026-01-01"]).exit_code == 3
    assert run.invoke(app, ["gazetteer", "lookup", "Lê Chân", "--on", "ngày mai"]).exit_code == 2
    clean = run.invoke(app, ["gazetteer", "lint"])
    assert clean.exit_code == 0
    assert " 0 errors, " in clean.output
    (tmp_path / "gazetteer").mkdir()
    (tmp_path / "gazetteer" / "units.toml").write_text(
        '[[period]]\n[period.units]\nn99999 = { type = "phường", name = "Lê Chân", parent = "p31" }', encoding="utf-8"
    )
    odd = run.invoke(app, ["gazetteer", "lint", "--config", str(tmp_path)])
    assert odd.exit_code == 3
    assert "overlap" in odd.output
