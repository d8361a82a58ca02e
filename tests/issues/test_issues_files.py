from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from config.loader import load
from issues.files import group_file, row_reader, tag_file
from vietnamese.clock import iso


def rows_of(coverage: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": key, "title": a.title, "sapo": a.sapo, "text": a.text, "published_at": iso(a.published_at),
            "outlet": a.outlet_id, "url": None,
        }
        for key, (_, a) in coverage.items()
    ]  # fmt: skip


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n"
    if path.suffix == ".xz":
        path.write_bytes(lzma.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", ["in.jsonl", "in.jsonl.xz"])
def test_group_answers_every_row_in_its_place(tmp_path: Path, coverage: Any, name: str) -> None:
    rows = rows_of(coverage)[::-1]
    seen: list[tuple[int, int]] = []
    done = group_file(
        write(tmp_path / name, rows), tmp_path / "out.jsonl", config=load(), on_progress=lambda *n: seen.append(n)
    )
    found = read(tmp_path / "out.jsonl")
    assert done == len(rows)
    assert [row["id"] for row in found] == [row["id"] for row in rows]
    assert all(set(row) == {"id", "issue_id", "reprint_of"} for row in found)
    assert seen[-1] == (len(rows), len(rows))
    by_issue: dict[str, set[str]] = {}
    for row in found:
        by_issue.setdefault(row["issue_id"], set()).add(coverage[row["id"]][0])
    assert all(len(matters) == 1 for matters in by_issue.values())
    assert sum(row["reprint_of"] is not None for row in found) == 1


def test_rows_are_grouped_with_the_bodies_they_name_as_the_store_s_articles_are() -> None:
    row = {
        "id": "a", "title": "Hải Phòng: phường Lê Chân xử lý bãi rác", "sapo": "Sở Xây dựng Hải Phòng đã kiểm tra.",
        "text": "UBND phường Đồ Sơn cũng báo cáo.", "published_at": "2026-09-10T06:00:00+07:00",
    }  # fmt: skip
    seen = row_reader(load()).profile(row)
    assert len(seen.units) == 1
    assert seen.units < seen.entities
    assert len(seen.entities) > len(seen.units) + 1


def test_group_takes_rows_without_date_outlet_text_or_sapo(tmp_path: Path) -> None:
    rows = [{"id": 1, "title": "Một tin rất ngắn"}, {"id": "2", "title": None, "sapo": None, "published_at": "bao giờ"}]
    group_file(write(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl", config=load())
    assert [row["id"] for row in read(tmp_path / "out.jsonl")] == [1, "2"]


def test_a_line_that_is_no_object_is_named(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": "a", "title": "x"}\nkhông phải json\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"in\.jsonl:2"):
        group_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl", config=load())
    assert not (tmp_path / "out.jsonl").exists()


def test_tag_writes_mentions_level_reasons_and_field(tmp_path: Path) -> None:
    row = {
        "id": "a", "title": "Hải Phòng: Người dân bức xúc vì đường Bùi Viện xuống cấp",
        "sapo": "Mặt đường chi chít ổ voi, Sở Xây dựng Hải Phòng nói sẽ sửa.", "text": "",
        "published_at": "2026-09-04T08:00:00+07:00", "outlet": "không rõ", "url": None,
    }  # fmt: skip
    tag_file(write(tmp_path / "in.jsonl", [row]), tmp_path / "out.jsonl", config=load())
    (found,) = read(tmp_path / "out.jsonl")
    assert set(found) == {"id", "about_city", "mentions", "level", "reasons", "level_score", "field_of"}
    assert (found["about_city"], found["level"], found["field_of"]) == (True, 2, 4)
    for mention in found["mentions"]:
        assert row[mention["field"]][mention["start"] : mention["end"]] == mention["surface"]  # type: ignore[index]
    assert found["reasons"]
