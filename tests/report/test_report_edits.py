"""The analyst's edits, what is signed, one office, a sheet as of then, two sheets side by side, the back-test."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from config.loader import BUILTIN, ConfigError
from gazetteer.load import load
from issues.explain import explain_issue
from issues.operate import carry_out, undo
from report.backtest import backtest, read_reference, recall
from report.compare import compare, lines
from report.edits import read_edits
from report.files import sha256
from report.gather import scope_for
from report.kinds.office import office_of, offices_in, write_office
from report.signable import daily, daily_id
from report.signing.approve import ApprovalError, approve, approved, send, sent_files
from report.signing.correction import write_note
from report.verify import verify
from report.write import kept_inputs, write_again, write_as_of
from vietnamese.clock import LOCAL

THURSDAY, FRIDAY = date(2026, 9, 10), date(2026, 9, 11)
KINDS = ("html", "json")


def at(day, hour, minute=0):
    return datetime(2026, 9, day, hour, minute, tzinfo=LOCAL)


def again(full, **options):
    files = write_again(full.store, full.config, FRIDAY, folder=full.reports, formats=KINDS, strict=True, **options)
    return json.loads(files.json.read_bytes())


def edit(full, text):
    file = full.reports / "2026-09-11" / "edits.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_draft_has_a_commented_table_for_every_issue_and_reads_as_no_edit(full):
    friday = full.sheet(FRIDAY)
    file = full.reports / "2026-09-11" / "edits.toml"
    text = file.read_text(encoding="utf-8")
    assert all(f'[issue."{issue["id"]}"]' in text for issue in friday["issues"])
    assert not read_edits(file, issues=[issue["id"] for issue in friday["issues"]], words=60)


def test_edits_saved_by_a_windows_editor_are_read(full):
    full.sheet(FRIDAY)
    file = edit(full, "")
    file.write_bytes('\ufeff[outlook]\r\nforecast = "Còn diễn biến"\r\n'.encode())
    assert again(full)["edits"]["forecast"] == "Còn diễn biến"


def test_edits_go_into_every_number_and_survive_the_next_night(full):
    full.sheet(FRIDAY)
    edit(full, '[outlook]\nforecast = "Còn diễn biến"\n[issue.i1]\nlevel = 1\npin = 1\nproposal = "Giao kiểm tra"\n'
         'deadline = 2026-09-15\nsummary = "Lời của chuyên viên"\n[issue.i3]\nmerge = "i1"\n[issue.i4]\n'
         "drop = true\n")  # fmt: skip
    sheet = again(full)
    assert [issue["id"] for issue in sheet["issues"]] == ["i1"]
    (issue,) = sheet["issues"]
    assert (issue["level"], issue["deadline"], len(issue["articles"])) == (1, "15/9/2026", 2)
    assert (sheet["counts"]["articles"], sheet["edits"]["forecast"]) == (3, "Còn diễn biến")
    assert verify(sheet, full.store) == []
    page = (full.reports / "2026-09-11" / "diem-bao-2026-09-11.html").read_text(encoding="utf-8")
    assert "Còn diễn biến" in page
    full.add("more", at(10, 13), day=FRIDAY, issue="i9")
    night = full.sheet(FRIDAY, now=full.now + timedelta(hours=1))
    assert [issue["id"] for issue in night["issues"]] == ["i1", "i9"]
    assert '[issue."i9"]' in (full.reports / "2026-09-11" / "edits.toml").read_text(encoding="utf-8")
    damaged = json.loads(json.dumps(night))
    damaged["counts"]["articles"] += 1
    assert verify(damaged, full.store)


@pytest.mark.parametrize(("text", "key"), [
    ("[issue.i1]\nlevel = 7\n", "issue.i1"),
    ("[issue.i1]\nlevle = 2\n", "issue.i1"),
    ("[issue.nobody]\ndrop = true\n", "issue.nobody"),
    ('[issue.i1]\nmerge = "i3"\n[issue.i3]\nmerge = "i1"\n', "merge"),
    (f'[issue.i1]\nsummary = "{"từ " * 61}"\n', "summary"),
    ('[issue.i1]\ndeadline = "30/2/2026"\n', "deadline"),
    ("[issue.i1\n", "syntax"),
])  # fmt: skip
def test_a_mistake_names_file_and_key_and_does_not_stop_a_night(full, text, key):
    full.sheet(FRIDAY)
    file = edit(full, text)
    with pytest.raises(ConfigError, match=r"edits\.toml") as error:
        again(full)
    assert key in str(error.value)
    assert full.sheet(FRIDAY)["counts"]["articles"] == 4
    assert file.read_text(encoding="utf-8").startswith(text)


def test_a_file_that_a_person_has_edited_is_left_alone_and_told(full):
    full.sheet(FRIDAY)
    html = full.reports / "2026-09-11" / "diem-bao-2026-09-11.html"
    html.write_text("sửa tay", encoding="utf-8")
    files = write_again(full.store, full.config, FRIDAY, folder=full.reports, formats=KINDS)
    full.sheet(FRIDAY, now=full.now + timedelta(hours=1))
    assert (html.read_text(encoding="utf-8"), files.results.kept) == ("sửa tay", (html,))


def test_what_is_signed_is_kept_sent_and_never_changes(full, tmp_path):
    full.sheet(FRIDAY)
    with pytest.raises(ApprovalError):
        sent_files(full.store, daily(FRIDAY))
    edited = tmp_path / "sửa.docx"
    edited.write_bytes(b"signed")
    signed = approve(full.store, full.reports, daily(FRIDAY), who="an", now=full.now, edited=edited)
    assert (signed.main.sha256, signed.main.name) == (sha256(b"signed"), "diem-bao-2026-09-11.docx")
    assert {file.name.rpartition(".")[2] for file in signed.files} == {"docx", "json"}
    full.sheet(FRIDAY, now=full.now + timedelta(hours=1))
    (full.reports / "2026-09-11" / "diem-bao-2026-09-11.docx").write_bytes(b"other")
    sent = send(full.store, full.reports, daily(FRIDAY), who="an", now=full.now)
    assert sent[0].read_bytes() == b"signed"
    send(full.store, full.reports, daily(FRIDAY), who="an", now=full.now)
    assert [act.act for act in full.store.report_acts(daily_id(FRIDAY))] == ["approved", "sent"]
    assert approved(full.store, daily(FRIDAY)).main.content == b"signed"
    with pytest.raises(ApprovalError, match="correction"):
        approve(full.store, full.reports, daily(FRIDAY), who="an", now=full.now)


def test_what_was_joined_pinned_and_weighed_holds_after_approval_and_can_be_undone(full):
    full.sheet(FRIDAY)
    edit(full, '[issue.i3]\nmerge = "i1"\n[issue.i1]\nlevel = 0\n[issue.i4]\npin = 1\n')
    signed = again(full)
    assert full.store.issue_edits() == [], "a draft decides nothing for good"
    approve(full.store, full.reports, daily(FRIDAY), who="an", now=full.now)
    log = [(edit.kind, edit.issue_id, edit.into_id, edit.level, edit.made_by) for edit in full.store.issue_edits()]
    assert log == [
        ("merge", "i3", "i1", None, "an"), ("level", "i1", None, 0, "an"), ("pin", "i4", None, None, "an"),
    ]  # fmt: skip
    approve(full.store, full.reports, daily(FRIDAY), who="an", now=full.now)
    assert len(full.store.issue_edits()) == 3, "what holds already is not noted again"
    assert verify(signed, full.store) == []
    full.now = at(12, 6, 10)
    saturday = date(2026, 9, 12)
    full.add("c1", at(11, 9), day=saturday, issue="i1", level=3)
    full.add("c2", at(11, 10), day=saturday, issue="i4", level=0)
    sheet = full.sheet(saturday)
    assert [(issue["id"], issue["level"], issue["reasons"][0]) for issue in sheet["issues"]] == [
        ("i4", 0, "vì"), ("i1", 0, "chuyên viên đánh giá"),
    ]  # fmt: skip
    assert sheet["counts"]["attention"] == sum(body["attention"] for body in sheet["bodies"]) == 0
    assert verify(sheet, full.store) == []
    carry_out(full.store, undo(full.store, 2, by="an"))
    assert verify(sheet, full.store) == [], "a kept sheet does not change with what was decided later"
    later = full.sheet(saturday, now=full.now + timedelta(hours=1))
    assert {issue["id"]: issue["level"] for issue in later["issues"]} == {"i4": 0, "i1": 3}


def test_a_matter_is_new_since_the_sheet_it_is_compared_with(full):
    full.sheet(FRIDAY)
    approve(full.store, full.reports, daily(FRIDAY), who="an", now=full.now)
    send(full.store, full.reports, daily(FRIDAY), who="an", now=full.now)
    full.now = at(14, 6, 10)
    monday = date(2026, 9, 14)
    full.add("c1", at(11, 5), day=monday, issue="i8")
    full.add("c2", at(12, 10), day=monday, issue="i9")
    sheet = full.sheet(monday)
    novelty = {issue["id"]: issue["score_parts"]["novelty"] for issue in sheet["issues"]}
    kept = full.store.load_report(daily_id(monday)).inputs["new_since"]
    assert (kept, novelty) == ("2026-09-11T06:00:00+07:00", {"i8": 0, "i9": 2})
    scope = scope_for(monday, full.config.settings, full.now)
    for issue in sheet["issues"]:
        told = explain_issue(
            full.store, issue["id"], start=scope.start, end=scope.end, scope=scope,
            new_since=datetime.fromisoformat(kept),
        )  # fmt: skip
        assert {key: Decimal(part) for key, part in told["score_parts"].items()} == {
            key: Decimal(str(part)) for key, part in issue["score_parts"].items()
        }
    assert verify(sheet, full.store) == []


def test_later_facts_go_into_a_note_and_a_sent_matter_is_not_told_again(full):
    full.sheet(FRIDAY)
    approve(full.store, full.reports, daily(FRIDAY), who="an", now=full.now)
    send(full.store, full.reports, daily(FRIDAY), who="an", now=full.now)
    full.now = at(12, 6, 10)
    full.add("later", at(10, 12), day=date(2026, 9, 12), issue="i9")
    note = write_note(full.store, full.config, full.reports, FRIDAY, who="an", now=full.now)
    assert [issue["id"] for issue in json.loads(note.read_bytes())["new"]] == ["i9"]
    full.now = at(14, 6, 10)
    monday = full.sheet(date(2026, 9, 14))
    assert {issue["id"] for issue in monday["issues"]}.isdisjoint(monday["told"])
    assert verify(monday, full.store) == []


def test_the_sheet_as_of_then_is_the_sheet_of_then_on_any_day(full):
    first = full.sheet(FRIDAY)
    full.now = at(12, 9)
    full.add("more", at(10, 13), day=date(2026, 9, 12), issue="i9")
    full.sheet(FRIDAY)
    out = full.reports / "then"
    made = write_as_of(full.store, full.config, FRIDAY, at(11, 7), folder=out, flat=True, formats=KINDS)
    assert json.loads(made.json.read_bytes()) == first
    assert verify(first, full.store) == [] or first["counts"]["articles"] == 4
    early = write_as_of(full.store, full.config, FRIDAY, at(11, 5), folder=out, flat=True, formats=KINDS)
    assert early is None
    one = again(full, now=at(13, 9))
    assert again(full, now=at(14, 9)) == one


def test_an_office_gets_what_concerns_it_and_nothing_else(full):
    full.sheet(FRIDAY)
    gazetteer = load([BUILTIN])
    office = office_of(gazetteer, "so-xay-dung", "thành phố Hải Phòng")
    files = write_office(full.store, full.config, FRIDAY, office, folder=full.reports, formats=KINDS)
    sheet = json.loads(files.files["json"].read_bytes())
    assert {issue["id"] for issue in sheet["issues"]} == {"i1", "i3"}
    assert [body["id"] for body in sheet["bodies"]] == ["so-xay-dung"]
    assert verify(sheet, full.store) == []
    kept = kept_inputs(full.store, full.config, full.store.load_report(daily_id(FRIDAY)))
    assert {found.body_id for found in offices_in(kept, gazetteer)} == {"so-xay-dung", "n11413"}
    with pytest.raises(LookupError, match="no agency"):
        office_of(gazetteer, "không có", "thành phố Hải Phòng")
    for typed, meant in (("UBND TP", "ubnd-tp"), ("Sở GTVT", "so-gtvt"), ("UBND phường Lê Chân", "n11383")):
        assert office_of(gazetteer, typed, "thành phố Hải Phòng").body_id == meant


def test_two_sheets_side_by_side(full):
    thursday = json.loads((full.reports / "2026-09-10" / "diem-bao-2026-09-10.json").read_bytes())
    friday = full.sheet(FRIDAY)
    changes = compare(thursday, friday)
    assert {issue["id"] for issue in changes["gone"]} == {"i2"}
    assert {issue["id"] for issue in changes["new"]} == {"i3", "i4"}
    assert any(line.startswith("counts.articles: 3 -> 4") for line in lines(changes))
    assert list(lines(compare(friday, friday))) == []


def test_the_back_test_finds_and_misses_matters(full, tmp_path):
    full.sheet(FRIDAY)
    full.add("fire", at(10, 14), day=FRIDAY, issue="i8", level=3, title="Cháy kho hàng ở phường An Biên")
    sheet = full.sheet(FRIDAY)
    toml, table = tmp_path / "r.toml", tmp_path / "r.csv"
    toml.write_text('[[matter]]\ntitle = "Cháy kho ở An Biên"\n[[matter]]\ntitle = "Đình công nhà máy giày"\n', "utf-8")
    table.write_text("title,words\nCháy,cháy kho;An Biên\n", "utf-8")
    placed = backtest(sheet, read_reference(toml))
    assert [found.issue_id for found in placed] == ["i8", None]
    assert recall(placed, len(sheet["issues"])) == 0.5
    assert backtest(sheet, read_reference(table))[0].issue_id == "i8"
    table.write_text("title\n\n", "utf-8")
    with pytest.raises(ConfigError):
        read_reference(table)


@pytest.mark.postgres
def test_the_whole_way_on_postgres(tmp_path, fill_store, make_morning, postgres_url):
    made = fill_store(make_morning(tmp_path / "postgres", postgres_url))
    try:
        made.sheet(FRIDAY)
        made.now += timedelta(minutes=5)
        edit(made, '[issue.i3]\nmerge = "i1"\n[issue.i1]\nlevel = 0\n[issue.i4]\npin = 1\n')
        signed = again(made)
        approve(made.store, made.reports, daily(FRIDAY), who="an", now=made.now)
        send(made.store, made.reports, daily(FRIDAY), who="an", now=made.now)
        assert [one.kind for one in made.store.issue_edits()] == ["merge", "level", "pin"]
        assert verify(signed, made.store) == []
        then = write_as_of(made.store, made.config, FRIDAY, made.now, folder=tmp_path, flat=True, formats=KINDS)
        assert json.loads(then.json.read_bytes()) == signed
        office = office_of(load([BUILTIN]), "so-xay-dung", "thành phố Hải Phòng")
        files = write_office(made.store, made.config, FRIDAY, office, folder=made.reports, formats=KINDS)
        assert verify(json.loads(files.files["json"].read_bytes()), made.store) == []
        made.now = at(14, 6, 10)
        monday = made.sheet(date(2026, 9, 14))
        assert verify(monday, made.store) == []
    finally:
        made.store.close()
