"""Nothing secret and nothing forged stands in a log line, a message on the screen, or the archive."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from crawler.redact import hide_secrets, one_line
from diembao.main import app
from night.log import start_logging
from storage.errors import StoreError
from storage.store import open_store

B = "bao.example"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("asked http://user:pw9@bao.vn/a for it", "asked http://***@bao.vn/a for it"),
        ("postgresql://an:p@ss9@db.vn/x", "postgresql://***@db.vn/x"),
        ("postgresql://db.vn/x?user=an&password=pw9", "postgresql://db.vn/x?user=an&password=***"),
        ("host=db.vn password=pw9 dbname=x", "host=db.vn password=*** dbname=x"),
        ("https://bao.vn/a?id=3&access_token=pw9&b=4#c", "https://bao.vn/a?id=3&access_token=***&b=4#c"),
        ("https://bao.vn/a?api_key=pw9;sig=pw9", "https://bao.vn/a?api_key=***;sig=***"),
        ("Authorization: Bearer pw9", "Authorization: ***"),
        ("{'Cookie': 'a=pw9; b=pw9'}", "{'Cookie': ***"),
        ("sent to tgram://pw9:pw9/123 now", "sent to tgram://*** now"),
        ("https://bao.vn/chu-ky-so.html?page=2", "https://bao.vn/chu-ky-so.html?page=2"),
        ("sqlite:////srv/diembao/diembao.db", "sqlite:////srv/diembao/diembao.db"),
    ],
)
def test_secrets_are_hidden_and_the_rest_stays(text: str, told: str) -> None:
    assert hide_secrets(text) == told
    assert hide_secrets(told) == told


@given(st.text())
def test_any_text_becomes_one_printable_line(text: str) -> None:
    line = one_line(hide_secrets(text))
    assert len(line.splitlines()) <= 1
    assert not any(ord(char) < 32 and char != "\t" for char in line)


@pytest.mark.parametrize("piece", ["a-", "x", "://", "a://", "token", "cookie:", "Crawl-delay: -9", "\n"])
def test_a_long_line_does_not_hold_the_log(piece: str) -> None:
    """Found by mutation: a name that goes on for ever took the square of its length."""
    began = time.process_time()
    hide_secrets("=" + piece * (50_000 // len(piece)) + ":")
    assert time.process_time() - began < 1


@pytest.fixture
def log(tmp_path: Path) -> Any:
    """The house's log in a file, taken down again."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers = []
    yield tmp_path / "night.log"
    for handler in root.handlers:
        handler.close()
    root.handlers, root.level = before, level
    logging.captureWarnings(capture=False)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_hostile_message_forges_no_entry_and_tells_no_secret(log: Path, as_json: bool) -> None:
    start_logging(log, as_json=as_json)
    bad = "http://a:pw9@bao.vn/\n03:00:00 INFO night: all is well\x1b[2J"
    logging.getLogger("x").error("failed at %s", bad)
    try:
        raise ValueError(bad)  # noqa: TRY301
    except ValueError:
        logging.getLogger("x").exception("again at %s", bad)
    text = log.read_text(encoding="utf-8")
    assert "pw9" not in text
    assert "\x1b" not in text
    if as_json:
        assert [json.loads(line)["level"] for line in text.splitlines()] == ["error", "error"]
    else:
        assert sum(not line.startswith("    ") for line in text.splitlines()) == 2
        assert not any(line.startswith("03:00:00 INFO night") for line in text.splitlines())


def test_a_crawl_logs_no_token_and_no_header(night: Any, site: Any, log: Path) -> None:
    start_logging(log)
    night.outlet(feeds=(f"http://{B}/rss?token=pw9",))
    site.feed(B, f"http://{B}/a?api_key=pw9", path="/rss?token=pw9", Set_Cookie="id=pw9")
    night.run()
    text = log.read_text(encoding="utf-8")
    assert f"http://{B}/rss?token=***" in text
    assert "pw9" not in text


def test_the_database_password_is_told_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = "postgresql://an:pw9@127.0.0.1:9/diembao"
    with pytest.raises(StoreError) as refused:
        open_store(address)
    assert "pw9" not in str(refused.value)
    monkeypatch.setenv("DIEMBAO_HOME", str(tmp_path))
    monkeypatch.setenv("DIEMBAO_DATABASE_URL", address)
    for arguments in (["nightly", "--dry-run"], ["nightly"], ["db", "check"], ["db", "restore", "x.zip", "--dry-run"]):
        done = CliRunner().invoke(app, arguments)
        assert "pw9" not in done.output, arguments
        assert "127.0.0.1:9" in done.output or done.exit_code, arguments
