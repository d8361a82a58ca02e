"""`report weekly | monthly | city | send` and `alerts` as a user calls them: help, exit codes, and what they print."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.places import places
from diembao.main import app
from report.signable import daily
from report.signing.approve import approve
from report.write import write_sheet
from storage.store import open_store
from vietnamese.clock import LOCAL

DAY = datetime(2026, 9, 10, tzinfo=LOCAL)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DIEMBAO_HOME", str(tmp_path))
    monkeypatch.delenv("DIEMBAO_DATABASE_URL", raising=False)
    (tmp_path / "config").mkdir()
    return tmp_path


@pytest.fixture
def signed(home):
    """A store with the sheet of one (empty) morning, approved."""
    from config.loader import load

    now, where = DAY.replace(hour=6, minute=20), places()
    store = open_store(where.database_url, lambda: now)
    run = store.begin_run("nightly", DAY.date()).run_id
    write_sheet(store, load(), DAY.date(), health=(), run_id=run, now=now, folder=where.reports)
    approve(store, where.reports, daily(DAY.date()), who="an", now=now)
    store.close()
    return home


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize(
    "command", [("report", "weekly"), ("report", "monthly"), ("report", "city"), ("report", "send"), ("alerts",)]
)
def test_help_says_what_it_does(command):
    done = run(*command, "--help")
    assert done.exit_code == 0
    assert "Usage" in done.output


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("report", "weekly"), "which morning"),
        (("report", "weekly", "--date", "2026-09-10", "--format", "xlsx"), "xlsx"),
        (("report", "city", "--date", "2026-09-10"), "there is no sheet"),
        (("report", "send", "2026-09-10"), "nobody has approved"),
        (("report", "send", "2026-09-10", "--again", "nobody"), "delivery.channels"),
        (("alerts",), "alerts.channels"),
    ],
)
def test_what_a_person_can_mend_ends_with_2(home, arguments, word):
    done = run(*arguments)
    assert done.exit_code == 2
    assert word in done.output


def test_week_and_city_of_a_store_and_verify(signed):
    made = run("report", "weekly", "--date", "2026-09-10", "--format", "json")
    assert made.exit_code == 0
    file = made.stdout.split()[-1]
    assert json.loads(Path(file).read_bytes())["schema"] == "diembao/period/1"
    assert run("report", "verify", file).exit_code == 0
    city = run("report", "city", "--date", "2026-09-10", "--format", "txt")
    assert city.exit_code == 0
    assert run("report", "city", "--date", "2026-09-10", "--from", "2026-09-01").exit_code == 2


def test_send_delivers_once_to_a_folder(signed):
    (signed / "config/settings.toml").write_text(
        f'[[delivery.channels]]\nname = "share"\nkind = "folder"\nfolder = "{signed}/share"\n', encoding="utf-8"
    )
    dry = run("report", "send", "2026-09-10", "--dry-run")
    assert "share: would" in dry.stdout
    assert not (signed / "share").exists()
    assert "share: delivered" in run("report", "send", "2026-09-10").stdout
    assert "share: already" in run("report", "send", "2026-09-10").stdout
    assert (signed / "share/2026-09-10/diem-bao-2026-09-10.html").is_file()


def test_send_ends_with_3_where_a_channel_failed(signed):
    (signed / "config/settings.toml").write_text(
        '[[delivery.channels]]\nname = "room"\nkind = "chat"\nsecret = "env:NOT_THERE"\n', encoding="utf-8"
    )
    done = run("report", "send", "2026-09-10")
    assert done.exit_code == 3
    assert "room: failed" in done.stdout
