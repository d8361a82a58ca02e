"""Why a name was taken or refused, told to a person; how much an article is about a mention."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from diembao.main import app
from gazetteer.reasons import REASONS
from gazetteer.records import Gazetteer
from gazetteer.tag import tag

DOCS = Path(__file__).parents[2] / "docs" / "tagging.md"


def test_one_row_is_explained(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "title": "Đường Lê Chân ở Hà Nội", "text": "", "published_at": None},
        {"id": "2", "title": "Hải Phòng", "text": "Trụ sở quận Lê Chân cũ.", "published_at": "2026-03-01"},
    ]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    told = CliRunner().invoke(app, ["tag", str(source), "--explain"])
    assert told.exit_code == 0, told.output
    assert "«Lê Chân»: nobody; cue-street: a street" in told.output
    assert "quận Lê Chân (d305) 0.95; former-mark" in told.output
    assert "not phường Lê Chân (n11383)" in told.output
    one = CliRunner().invoke(app, ["tag", str(source), "--explain", "--id", "2"])
    assert "cue-street" not in one.output
    assert CliRunner().invoke(app, ["tag", str(source), "--explain", "--id", "9"]).exit_code == 3
    assert CliRunner().invoke(app, ["tag", str(source)]).exit_code == 2


def test_text_from_standard_input_is_explained() -> None:
    told = CliRunner().invoke(
        app, ["tag", "-", "--explain", "--on", "2025-01-10"], input="Hải Phòng\nNgười dân ở Lê Chân.\n"
    )
    assert "text 12-19 «Lê Chân»: quận Lê Chân (d305)" in told.output


def test_every_rule_of_the_docs_has_a_sentence_and_the_other_way_round() -> None:
    tables = "\n".join(line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `"))
    first_cells = " ".join(line.split("|")[1] for line in tables.splitlines())
    documented = {rule for rule in re.findall(r"`([a-z-]+)`", first_cells) if rule != "units"}
    assert documented == set(REASONS)


def test_salience_tells_title_lead_actor_and_passing(shipped: Gazetteer) -> None:
    text = (
        "Hải Phòng mưa to. " + "Nước lên nhanh ở nhiều nơi trong thành phố suốt cả buổi sáng nay. " * 8
    ) + "Sở Xây dựng yêu cầu trực 24/24. Dân ở phường Lê Chân kê đồ."
    tagging = tag(
        shipped,
        title="Hải Phòng ngập",
        sapo=None,
        text=text,
        published_at=datetime(2026, 8, 1, tzinfo=UTC),
    )
    assert [(m.entity_id, m.salience) for m in tagging.mentions] == [
        ("p31", "title"),
        ("p31", "lead"),
        ("so-xay-dung", "actor"),
        ("n11383", "passing"),
    ]
