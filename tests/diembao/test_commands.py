"""The command line as a user meets it: help for everything, clear errors, fixed exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from config.places import CHECKOUT
from diembao.main import app

ROOMS = ("config", "gazetteer", "storage", "crawler", "pipelines", "issues", "report", "night", "demo", "diembao")


def commands(group: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """Every command and group of commands, as it is typed."""
    yield path
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, *path, name)


COMMANDS = list(commands(get_command(app)))


def diembao(home, *arguments: str, columns: str = "200") -> subprocess.CompletedProcess[str]:
    env = os.environ | {
        "DIEMBAO_HOME": str(home),
        "PYTHONPATH": str(CHECKOUT),
        "DIEMBAO_DATABASE_URL": "",
        "COLUMNS": columns,
    }
    return subprocess.run(
        [sys.executable, "-P", "-m", "diembao", *arguments],
        env=env, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(tmp_path, monkeypatch, command) -> None:
    monkeypatch.setenv("DIEMBAO_HOME", str(tmp_path))
    done = CliRunner().invoke(app, [*command, "--help"])
    assert done.exit_code == 0, done.output
    assert "Usage" in done.stdout
    assert len(done.stdout) > 300
    assert list(tmp_path.iterdir()) == []


def test_the_program_itself_has_help_and_writes_nothing(tmp_path) -> None:
    done = diembao(tmp_path, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "nightly --demo" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_every_command_that_a_message_or_a_page_names_exists() -> None:
    known = {" ".join(command) for command in COMMANDS}
    groups = {command.split()[0] for command in known if " " in command}
    named = re.compile(r"(?:`|bin/)diembao ([a-z-]+)(?: ([a-z]+(?:-[a-z]+)*))?")
    files = [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/*.md"), *CHECKOUT.glob("deploy/*")]
    files += [file for room in ROOMS for file in (CHECKOUT / room).rglob("*.py")]
    wrong = []
    for file in files:
        for first, second in named.findall(file.read_text(encoding="utf-8")):
            if first.startswith("-"):
                continue
            whole = f"{first} {second}" if second and first in groups else first
            if whole not in known:
                wrong.append(f"{file.relative_to(CHECKOUT)}: {whole}")
    assert wrong == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nightly", "--config", "/nowhere/at/all"), "no such folder"),
        (("nightly", "--hosts", "/nowhere.toml"), "nowhere.toml"),
        (("nightly", "--at", "yesterday"), "is not a time"),
        (("nightly", "--demo", "--at", "2020-01-01"), "no day of the town"),
        (("report", "--date", "soon"), "is not a day"),
        (("explain", "i1", "--date", "soon"), "is not a day"),
        (("report", "--date", "2026-09-10"), "no night has run yet"),
        (("report", "--date", "2026-09-10", "--format", "odt"), "odt"),
        (("report", "verify", "/nowhere.json"), "nowhere.json"),
        (("outlets", "show", "khong-co"), "no outlet"),
        (("tag", "/nowhere.jsonl", "-o", "/tmp/x"), "nowhere.jsonl"),
        (("group", "/nowhere.jsonl", "-o", "/tmp/x"), "nowhere.jsonl"),
        (("analyse", "/nowhere", "--manifest", "/nowhere.jsonl", "-o", "/tmp/x"), "nowhere"),
        (("gazetteer", "lookup", "Lê Chân", "--on", "today"), "is not a day"),
        (("no-such-command",), "No such command"),
        (("outlets", "show", "[/b]"), "no outlet '[/b]'"),
        (("import", "/nowhere[/red].jsonl"), "/nowhere[/red].jsonl"),
        (("search", ""), "nothing to look for"),
        (("search", "--", "-cháy"), "nothing to look for"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_cannot_run_ends_with_2_and_says_why(tmp_path, arguments, says) -> None:
    done = diembao(tmp_path, *arguments)
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_pages_that_are_not_there_are_told_and_the_others_read(tmp_path) -> None:
    pages, manifest, out = tmp_path / "pages", tmp_path / "pages.jsonl", tmp_path / "read.jsonl"
    pages.mkdir()
    (pages / "1.html").write_text("<h1>Cháy ở phường Lê Chân</h1>", encoding="utf-8")
    rows = [{"file": f"{n}.html", "kind": "article", "url": f"https://bao.example/{n}"} for n in (1, 2)]
    manifest.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    elsewhere = diembao(tmp_path, "analyse", str(tmp_path), "--manifest", str(manifest), "-o", str(out))
    assert (elsewhere.returncode, out.exists()) == (2, False)
    assert f"none of the 2 files of {manifest} is in {tmp_path} (the first: 1.html)" in elsewhere.stderr
    some = diembao(tmp_path, "analyse", str(pages), "--manifest", str(manifest), "-o", str(out))
    assert some.returncode == 3
    assert f"1 of 2 files are not in {pages}, the first 2.html" in some.stderr
    fates = {row["file"]: row["fate"] for row in map(json.loads, out.read_text(encoding="utf-8").splitlines())}
    assert fates.keys() == {"1.html", "2.html"}
    assert fates["2.html"] == "failed"


def test_a_search_that_finds_nothing_says_so_beside_the_output(tmp_path) -> None:
    done = diembao(tmp_path, "search", "[/b] cháy", "--outlet", "[/b]", "--json")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no outlet '[/b]' is configured" in done.stderr
    assert "nothing found for '[/b] cháy'" in done.stderr


def test_a_dry_run_asks_and_writes_nothing(tmp_path) -> None:
    done = diembao(tmp_path, "nightly", "--dry-run")
    assert done.returncode == 0
    assert "vnexpress: 6 feeds" in done.stdout
    assert "an-ninh-hai-phong: 1 section\n  https://anhp.vn/" in done.stdout
    assert "nothing was asked and nothing written" in done.stdout
    assert f"put your address into {tmp_path / 'config' / 'settings.toml'}" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_office_with_an_address_is_asked_for_none(tmp_path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.toml").write_text('[crawl]\nuser_agent = "x/1 (+mailto:a@b.example)"\n')
    done = diembao(tmp_path, "nightly", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_mistake_in_the_overlay_names_file_and_key(tmp_path) -> None:
    (tmp_path / "config" / "outlets").mkdir(parents=True)
    (tmp_path / "config" / "outlets" / "a.toml").write_text('id = "a"\nname = "A"\ndomains = []\ntier = "local"\n')
    done = diembao(tmp_path, "outlets", "list")
    assert done.returncode == 2
    assert "a.toml" in done.stderr
    assert "domains" in done.stderr


def test_ids_of_outlets_are_whole_on_a_narrow_screen(tmp_path) -> None:
    done = diembao(tmp_path, "outlets", "list", columns="80")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert {f.stem for f in (CHECKOUT / "config" / "outlets").glob("*.toml")} <= {line.split(" ")[0] for line in lines}
    assert re.search(r"^an-ninh-hai-phong +An ninh.* local +1 section +- +not verified *$", done.stdout, re.MULTILINE)


def test_a_reader_that_has_enough_is_no_failure(tmp_path) -> None:
    command = f"set -o pipefail; {sys.executable} -P -m diembao gazetteer export | head -1 > /dev/null"
    env = os.environ | {"DIEMBAO_HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT), "DIEMBAO_DATABASE_URL": ""}
    done = subprocess.run(["bash", "-c", command], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_lookup_answers_by_day(tmp_path) -> None:
    old = diembao(tmp_path, "gazetteer", "lookup", "quận Lê Chân", "--on", "2025-06-30")
    new = diembao(tmp_path, "gazetteer", "lookup", "phường Lê Chân", "--on", "2026-09-10")
    assert old.stdout.startswith("d305")
    assert new.stdout.startswith("n")
    assert diembao(tmp_path, "gazetteer", "lookup", "quận Lê Chân", "--on", "2026-09-10").returncode == 3
    assert diembao(tmp_path, "gazetteer", "lookup", "UBND TP").stdout.startswith("ubnd-tp\tỦy ban nhân dân thành phố")
    assert diembao(tmp_path, "gazetteer", "lookup", "ubnd phuong le chan").stdout.startswith("ubnd@n11383\tỦy ban")
    line = diembao(tmp_path, "gazetteer", "history", "d305").stdout
    assert "d305" in line
    assert len(line.splitlines()) > 1


def test_tag_and_group_answer_every_row(tmp_path) -> None:
    rows = [
        {"id": "a", "title": "Hải Phòng: Sở Xây dựng kiểm tra chung cư cũ", "sapo": None, "text": ""},
        {"id": "b", "title": "Thời tiết", "text": "Trời nắng.", "published_at": "2026-09-10T06:00:00+07:00"},
    ]  # fmt: skip
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    for command in ("tag", "group"):
        done = diembao(tmp_path, command, str(source), "-o", str(tmp_path / "out.jsonl"))
        assert done.returncode == 0, done.stderr
        out = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
        assert [row["id"] for row in out] == ["a", "b"]
