"""`diembao report …` as a person types it: files, exit codes, and what is said when something is missing."""

import errno
import json
import os
import resource
import shutil
from datetime import datetime

import pytest
import typer
from typer.testing import CliRunner

from diembao.main import app
from diembao.shared import clear_errors
from report.files import replace_file
from report.forms.as_pdf import PACKAGES
from report.forms.formats import FORMATS
from vietnamese.clock import LOCAL

DAY = "2026-09-11"
NAME = f"diem-bao-{DAY}"


@pytest.fixture(scope="module")
def shared(filled, tmp_path_factory, make_morning_of):
    """The home of two mornings with both sheets, made once."""
    folder = tmp_path_factory.mktemp("cli") / "home"
    shutil.copytree(filled, folder)
    made = make_morning_of(folder)
    made.now = datetime(2026, 9, 11, 6, 10, tzinfo=LOCAL)
    made.sheet(datetime(2026, 9, 11, tzinfo=LOCAL).date())
    made.store.close()
    return folder


@pytest.fixture
def home(shared, tmp_path, monkeypatch):
    """A copy of it that a test may change."""
    folder = tmp_path / "home"
    shutil.copytree(shared, folder)
    monkeypatch.setenv("DIEMBAO_HOME", str(folder))
    monkeypatch.delenv("DIEMBAO_DATABASE_URL", raising=False)
    return folder


@pytest.fixture
def run(home):
    """Runs `diembao report` with these arguments; returns exit code and everything printed."""

    def call(*arguments, code=0):
        done = CliRunner().invoke(app, ["report", *map(str, arguments)])
        assert done.exit_code == code, (done.output, done.exception)
        return done.output

    return call


@pytest.fixture
def sheets(home):
    return home / "reports" / DAY


def test_every_format_is_written_and_named(run, tmp_path):
    out = tmp_path / "out"
    told = run("daily", "--date", DAY, "--format", ",".join(FORMATS), "-o", out)
    assert sorted(file.name for file in out.iterdir()) == sorted(f"{NAME}.{name}" for name in FORMATS)
    assert "".join(told.split()).count(NAME) == len(FORMATS)
    assert (out / f"{NAME}.pdf").read_bytes().startswith(b"%PDF")


def test_a_missing_system_library_names_the_package_and_the_others_come(run, tmp_path, monkeypatch):
    (tmp_path / "weasyprint").mkdir()
    (tmp_path / "weasyprint" / "__init__.py").write_text("import ctypes\nctypes.CDLL('libpango-1.0-absent.so.0')\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    told = run("--date", DAY, "--format", "pdf,html,xlsx", "-o", tmp_path / "out", code=2)
    assert f"apt-get install {PACKAGES}" in " ".join(told.split())
    assert sorted(file.suffix for file in (tmp_path / "out").iterdir()) == [".html", ".xlsx"]


@pytest.mark.parametrize(("arguments", "words"), [
    (("--date", DAY, "--format", "odt"), "unknown odt"),
    (("--date", "2026-13-01"), "is not a day"),
    ((), "which morning?"),
    (("approve", "2026-01-05"), "there is no sheet of 2026-01-05"),
    (("send", DAY), "nobody has approved"),
    (("correction", DAY), "was not sent"),
    (("preview", "2026-01-05", "--print"), "there is no sheet"),
    (("--date", DAY, "--for", "Sở Không Có"), "is no agency or unit"),
    (("--date", DAY, "--as-of", "2026-09-11T05:00"), "the first snapshot is of 2026-09-11T06:10"),
    (("--date", DAY, "--as-of", "2026-09-11T05:00", "--for", "so-xay-dung"), "the first snapshot is of"),
])  # fmt: skip
def test_what_cannot_be_done_ends_with_2_and_says_why(run, arguments, words):
    assert words in " ".join(run(*arguments, code=2).split())


def test_one_office_now_and_as_of_then_and_all_of_them(run, sheets):
    run("--date", DAY, "--for", "so-xay-dung")
    mine = sheets / "co-quan" / f"{NAME}-so-xay-dung.html"
    then = ("--date", DAY, "--for", "so-xay-dung", "--as-of", "2026-09-11T07:00")
    assert "left alone" not in run(*then) + run(*then)
    same = sheets / "luc-20260911T0700" / f"{NAME}-so-xay-dung.html"
    assert same.read_bytes() == mine.read_bytes()
    mine.write_text("sửa tay", encoding="utf-8")
    told = run("for-all", "--date", DAY, "--format", "html")
    assert "left alone, a person has edited it" in " ".join(told.split())
    assert mine.read_text(encoding="utf-8") == "sửa tay"
    assert {file.name for file in (sheets / "co-quan").glob("*.html")} == {
        f"{NAME}-so-xay-dung.html", f"{NAME}-n11413.html",
    }  # fmt: skip


def test_from_draft_to_approved_to_sent_to_correction(run, sheets, tmp_path):
    edited = tmp_path / "ky.docx"
    edited.write_bytes(b"signed")
    assert "approved" in run("approve", DAY)
    assert f"{NAME}.docx" in run("approve", DAY, "--file", edited)
    assert "left as they are" in run("--date", DAY)
    run("send", DAY)
    assert (sheets / "da-gui" / f"{NAME}.docx").read_bytes() == b"signed"
    assert "later facts go into" in " ".join(run("approve", DAY, code=2).split())
    assert "nothing has changed" in run("correction", DAY)


def test_verify_agrees_and_finds_a_planted_number(run, sheets, tmp_path):
    file = sheets / f"{NAME}.json"
    assert "agrees with the store" in run("verify", file)
    sheet = json.loads(file.read_bytes())
    sheet["counts"]["articles"] += 1
    planted = tmp_path / "planted.json"
    planted.write_text(json.dumps(sheet), encoding="utf-8")
    assert "counts.articles: the sheet says 5, the store gives 4" in run("verify", planted, code=3)


def test_diff_and_preview(run, sheets):
    assert "counts.articles: 3 -> 4" in run("diff", "2026-09-10", DAY)
    assert json.loads(run("diff", "2026-09-10", DAY, "--json"))["gone"][0]["id"] == "i2"
    assert "nothing differs" in run("diff", DAY, DAY)
    assert run("preview", DAY, "--print").strip() == str(sheets / f"{NAME}.html")


def test_the_back_test_says_whether_the_store_has_what_was_missed(run, tmp_path):
    file = tmp_path / "r.toml"
    matters = ("Tin b1", "Tin elsewhere", "Đình công nhà máy giày")
    file.write_text("".join(f'[[matter]]\ntitle = "{title}"\n' for title in matters), encoding="utf-8")
    first, second, third, *rest = run("backtest", "--reference", file, "--sheet", DAY).splitlines()
    assert first.split("\t")[1] == "Tin b1"
    assert first[0].isdigit()
    assert second == "missed\tTin elsewhere\tcó trong kho, dưới hạng 3: https://alpha.example/elsewhere.html"
    assert third == "missed\tĐình công nhà máy giày\tkhông có trong kho"
    assert rest[-1] == "recall@3: 0.33"
    told = json.loads(run("backtest", "--reference", file, "--sheet", DAY, "--json"))["matters"]
    assert [one["stored"] is not None for one in told] == [False, True, False]


def test_a_level_is_given_noted_shown_and_taken_back(home, sheets, run):
    def issues(*arguments, code=0):
        done = CliRunner().invoke(app, ["issues", *arguments])
        assert done.exit_code == code, (done.output, done.exception)
        return done.output

    assert "would do: #1 level i1 level 0" in issues("level", "i1", "0", "--why", "đã giải quyết", "--dry-run")
    assert "done: #1 level i1 level 0" in issues("level", "i1", "0", "--why", "đã giải quyết", "--by", "an")
    assert "(đã giải quyết)" in issues("log")
    assert "i1  level 0" in issues("show", "i1")
    assert "was given level 0 already" in issues("level", "i1", "0", code=2)
    assert "is no level" in issues("level", "i1", "7", code=2)
    assert "agrees with the store" in run("verify", sheets / f"{NAME}.json"), "the sheet keeps what it was made of"
    assert "undone: #1" in issues("undo", "--by", "an")
    assert "i1  level 3" in issues("show", "i1")


def overlay(tmp_path, name, text):
    folder = tmp_path / "overlay"
    (folder / "report").mkdir(parents=True)
    (folder / "report" / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("arguments", "name", "text", "told"),
    [
        (("--date", DAY), "sheet.html", "a\n{% if %}", "line 2"),
        (("--date", DAY, "--format", "eml"), "mail.txt", "{{ nothing }}", "'nothing' is undefined"),
        (("--date", DAY, "--format", "eml"), "mail.html", "a\n{% if %}", "line 2"),
        (("city", "--date", DAY, "--format", "html"), "period.html", "{{ nothing }}", "'nothing' is undefined"),
    ],
)
def test_a_broken_template_of_an_office_is_named(run, tmp_path, arguments, name, text, told):
    folder = overlay(tmp_path, name, text)
    out = run(*arguments, "--config", folder, "-o", tmp_path / "out", code=2)
    assert str(folder / "report" / name) in "".join(out.split("\n"))
    assert told in " ".join(out.split())


def test_a_disk_that_takes_no_more_names_the_file_and_leaves_nothing_behind(tmp_path):
    file, was = tmp_path / "sheet.docx", resource.getrlimit(resource.RLIMIT_FSIZE)
    file.write_bytes(b"old")
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, was[1]))
    try:
        with pytest.raises(OSError, match="sheet.docx") as error:
            replace_file(file, b"x" * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("sheet.docx", b"old")]
    assert error.value.errno == errno.EFBIG


@pytest.mark.parametrize(
    ("number", "remedy"), [(errno.ENOSPC, "make room"), (errno.EFBIG, "ulimit"), (errno.EACCES, "another folder")]
)
def test_an_error_of_the_system_says_what_where_and_what_to_do(capsys, number, remedy):
    with pytest.raises(typer.Exit) as ended, clear_errors():
        raise OSError(number, os.strerror(number), "/there/sheet.docx")
    told = " ".join(capsys.readouterr().err.split())
    assert (ended.value.exit_code, "/there/sheet.docx" in told, remedy in told) == (2, True, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("diff", "a.json", "b.json"), "there is no file a.json; give a JSON sheet, or its morning"),
        (("diff", DAY, "2026-09-19"), "there is no sheet of 2026-09-19; make it with"),
        (("verify", "none.json"), "there is no file none.json"),
        (("preview", "2026-09-19"), "there is no sheet of 2026-09-19; make it with"),
        (("--date", DAY, "-o", "/etc/passwd/x"), "a part of it is a file"),
        (("backtest", "--reference", "none.toml", "--sheet", DAY), "(none.toml); check the path"),
    ],
)
def test_what_is_missing_is_told_with_what_to_do(run, arguments, told):
    assert told in " ".join(run(*arguments, code=2).split())


@pytest.mark.parametrize(
    "wrong",
    [
        {"schema": "diembao/period/1", "issues": [{"articles": 3}]},
        {"schema": "diembao/sheet/1", "date": 1, "generated_at": 1, "window": 1, "issues": [{"articles": 3}],
         "counts": {}, "health": {}},
    ],
)  # fmt: skip
def test_what_is_no_whole_sheet_is_told(run, tmp_path, wrong):
    file, matters = tmp_path / "wrong.json", tmp_path / "m.toml"
    file.write_text(json.dumps(wrong))
    matters.write_text('[[matter]]\ntitle = "x"\n')
    for arguments in (("diff", file, DAY), ("backtest", "--reference", matters, "--sheet", file), ("verify", file)):
        assert "not a" in run(*arguments, code=2)


def test_a_morning_that_names_nobody_says_so_and_one_that_is_not_there_cannot_be_corrected(run):
    assert "nothing to write" in run("for-all", "--date", "2026-09-22")
    assert "there is no sheet of 2026-09-25" in run("correction", "2026-09-25", code=2)
    assert "was not sent" in run("correction", DAY, code=2)
