"""Week, month and the sheet of one office go the same way as the morning's: draft, approved, sent."""

from datetime import date, timedelta

import pytest
from typer.testing import CliRunner

from config.model import Channel, Delivery, Settings
from diembao.main import app
from gazetteer.load import load
from report.files import sha256
from report.kinds.office import office_of, write_office
from report.kinds.write_period import write_period
from report.signable import daily, of_office, of_period
from report.signing.approve import ApprovalError, approve, approved, doubt_of, send
from report.signing.deliver import deliver

FRIDAY = date(2026, 9, 11)
WEEK, MONTH = of_period("weekly", FRIDAY), of_period("monthly", date(2026, 9, 30))


def write(full, kind="weekly", formats=("json",), **options):
    options = {"now": full.now, "folder": full.reports, "formats": formats, "name_of": full.name_of} | options
    return write_period(full.store, full.config, kind, FRIDAY, **options)


@pytest.mark.parametrize(("kind", "sheet"), [("weekly", WEEK), ("monthly", MONTH)])
def test_a_period_is_approved_sent_and_then_stands(full, tmp_path, kind, sheet):
    made = write(full, kind)
    first = {name: file.read_bytes() for name, file in made.files.items()}
    assert approved(full.store, sheet) is None
    with pytest.raises(ApprovalError, match=f"--kind {kind}"):
        send(full.store, full.reports, sheet, who="an", now=full.now)
    signed = approve(full.store, full.reports, sheet, who="an", now=full.now)
    assert {file.name for file in signed.files} == {file.name for file in made.files.values()}
    full.now += timedelta(days=30)
    full.add("later", full.now - timedelta(days=31), day=full.now.date(), issue="i9")
    again = write(full, kind, now=full.now, fresh=True)
    assert again.stands
    assert {name: file.read_bytes() for name, file in made.files.items()} == first
    elsewhere = write(full, kind, now=full.now, folder=tmp_path / "out", flat=True)
    assert {name: file.read_bytes() for name, file in elsewhere.files.items()} == first
    sent = send(full.store, full.reports, sheet, who="an", now=full.now)
    assert {file.parent.name for file in sent} == {"da-gui"}
    assert full.store.load_report(sheet.report_id).state == "sent"
    with pytest.raises(ApprovalError, match="was sent"):
        approve(full.store, full.reports, sheet, who="an", now=full.now)


def test_a_week_that_a_person_has_edited_is_left_alone(full):
    made = write(full, formats=("docx", "json"))
    made.files["docx"].write_bytes(b"by hand")
    again = write(full, formats=("docx", "json"))
    assert again.kept == (made.files["docx"],)
    assert made.files["docx"].read_bytes() == b"by hand"
    signed = approve(full.store, full.reports, WEEK, who="an", now=full.now)
    assert signed.main.content == b"by hand"
    assert {file.name.rpartition(".")[2] for file in signed.files} == {"docx", "json"}


@pytest.fixture
def office(full):
    full.sheet(FRIDAY)
    found = office_of(load(full.config.folders), "so-xay-dung", "thành phố Hải Phòng")
    write_office(full.store, full.config, FRIDAY, found, folder=full.reports, formats=("html", "json"))
    return found


def test_the_sheet_of_an_office_goes_its_own_way_to_its_own_channel(full, office, tmp_path):
    sheet = of_office(FRIDAY, office)
    approve(full.store, full.reports, sheet, who="an", now=full.now)
    assert full.store.load_report(daily(FRIDAY).report_id).state == "draft"
    page = full.reports / "2026-09-11" / "co-quan" / f"{sheet.stem}.html"
    before = page.read_bytes()
    (full.reports / "2026-09-11" / "co-quan" / f"{sheet.stem}.html").write_bytes(b"other")
    left = write_office(full.store, full.config, FRIDAY, office, folder=full.reports, formats=("html",))
    assert left.stands
    send(full.store, full.reports, sheet, who="an", now=full.now)
    channels = tuple(
        Channel(name=name, kind="folder", folder=str(tmp_path / name), offices=offices)
        for name, offices in (("leaders", ()), ("xay-dung", ("so-xay-dung",)), ("y-te", ("so-y-te",)))
    )
    rules = Settings(delivery=Delivery(channels=channels))
    results = deliver(full.store, rules, sheet, now=full.now)
    assert [(result.channel, result.state) for result in results] == [("xay-dung", "delivered")]
    (arrived,) = (tmp_path / "xay-dung").rglob("*.html")
    assert sha256(arrived.read_bytes()) == sha256(before)
    approve(full.store, full.reports, daily(FRIDAY), who="an", now=full.now)
    assert [r.channel for r in deliver(full.store, rules, daily(FRIDAY), now=full.now)] == ["leaders"]


def test_what_is_no_signed_document_is_not_taken(full, tmp_path):
    full.sheet(FRIDAY)
    for name, content in (("a.txt", b"x"), ("a.docx", b"")):
        wrong = tmp_path / name
        wrong.write_bytes(content)
        with pytest.raises(ApprovalError, match=name):
            approve(full.store, full.reports, daily(FRIDAY), who="an", now=full.now, edited=wrong)
    odd = tmp_path / "odd.docx"
    odd.write_bytes(b"words")
    assert doubt_of(odd) == "is no Word file"
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-1.7")
    assert doubt_of(scan) is None


def test_the_command_line_names_them(full, monkeypatch):
    full.sheet(FRIDAY)
    full.store.close()
    monkeypatch.setenv("DIEMBAO_HOME", str(full.reports.parent))
    monkeypatch.delenv("DIEMBAO_DATABASE_URL", raising=False)

    def run(*arguments, code=0):
        done = CliRunner().invoke(app, ["report", *arguments])
        assert done.exit_code == code, (done.output, done.exception)
        return " ".join(done.output.split())

    day = "2026-09-11"
    assert "make it with `diembao report weekly" in run("approve", day, "--kind", "weekly", code=2)
    assert "--kind weekly`" in run("send", day, "--kind", "weekly", code=2)
    assert "daily, weekly, monthly" in run("approve", day, "--kind", "yearly", code=2)
    assert "--for goes with the daily" in run("approve", day, "--kind", "weekly", "--for", "so-xay-dung", code=2)
    assert "is no agency" in run("approve", day, "--for", "nobody", code=2)
    run("weekly", "--date", day, "--format", "html,json")
    assert "weekly-2026-09-11: approved" in run("approve", day, "--kind", "weekly")
    assert "left as they are" in run("weekly", "--date", day, "--format", "html,json")
    assert "da-gui" in run("send", day, "--kind", "weekly")
    assert "bao-cao-tuan-2026-09-11.html" in run("preview", day, "--kind", "weekly", "--print")
    assert "report monthly --date" in run("preview", day, "--kind", "monthly", code=2)
    run("--date", day, "--for", "so-xay-dung", "--format", "html,json")
    assert "daily-2026-09-11-so-xay-dung: approved" in run("approve", day, "--for", "so-xay-dung")
    assert "left as they are" in run("--date", day, "--for", "so-xay-dung", "--format", "html,json")
    folder = full.reports.parent / "config"
    folder.mkdir()
    (folder / "settings.toml").write_text('[[delivery.channels]]\nname = "share"\nkind = "folder"\nfolder = "/x"\n')
    assert "no channel of the settings takes this sheet" in run("send", day, "--for", "so-xay-dung")
