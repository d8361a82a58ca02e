"""Files, acts and deliveries of reports, and given levels: with their migration, and when snapshots expire."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import inspect, select

from storage import migrate, opening
from storage.issue_edits import Applied
from storage.issue_records import IssueEdit
from storage.report_records import Delivery, Report, ReportAct, ReportFile
from storage.views import v1_issues, v1_reports

KEY = "daily-2026-09-10"
TABLES = {"report_files", "report_acts", "report_deliveries"}


def save(press: Any) -> None:
    """A report with a file of every role, an act, a delivery; and a level that was given."""
    made = Report(
        report_id=KEY, date=date(2026, 9, 10), kind="daily", run_id=press.run_id, window_start=press.now,
        window_end=press.now, generated_at=press.now, sha256="ab", path="x.html",
    )  # fmt: skip
    files = [
        ReportFile(role="snapshot", name=str(days), sha256=f"s{days}", made_at=press.now - timedelta(days=days),
                   content=b"titles")
        for days in (0, 9)
    ]  # fmt: skip
    files.append(ReportFile(role="draft", name="x.html", sha256="d", made_at=press.now - timedelta(days=9)))
    press.store.save_report(made, files)
    signed = ReportFile(role="approved", name="x.docx", sha256="a", made_at=press.now - timedelta(days=9), content=b"y")
    press.store.act_on_report(KEY, ReportAct(act="approved", who="an", at=press.now), [signed])
    press.store.save_delivery(KEY, Delivery(channel="mail", sha256="a", state="failed", attempts=1, last_at=press.now))
    edit = IssueEdit(kind="level", issue_id="i1", level=0, made_by="an", made_at=press.now)
    press.store.apply_edits(Applied(moved={}, new=edit))


def test_only_snapshots_expire_with_the_full_text(press: Any) -> None:
    save(press)
    press.store.purge(press.now - timedelta(days=8))
    assert [file.name for file in press.store.report_files(KEY, "snapshot")] == ["0"]
    assert [file.sha256 for file in press.store.report_files(KEY, "draft", "approved")] == ["a", "d"]
    press.store.purge(press.now + timedelta(days=1))
    assert press.store.report_files(KEY, "snapshot") == []
    (signed,) = press.store.report_files(KEY, "approved")
    assert (signed.content, press.store.load_report(KEY).state) == (b"y", "approved")


def test_the_migration_goes_down_and_up_with_data_in_it(press: Any) -> None:
    save(press)
    engine = press.store.engine
    assert press.store.issue_edits()[0].level == 0
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        migrate.downgrade(connection, "0007")
    found = inspect(engine)
    assert not TABLES & set(found.get_table_names())
    assert "given_level" not in {column["name"] for column in found.get_columns("issues")}
    assert "level" not in {column["name"] for column in found.get_columns("issue_edits")}
    opening.prepare(engine)
    assert set(inspect(engine).get_table_names()) >= TABLES
    assert [row["report_id"] for row in press.store.rows(select(v1_reports))] == [KEY], "the report itself stayed"
    assert [(edit.kind, edit.level) for edit in press.store.issue_edits()] == [("level", None)]
    assert press.store.rows(select(v1_issues.c.given_level)) == []
    save(press)
    assert len(press.store.report_files(KEY, "snapshot", "draft", "approved")) == 4
