"""From the command line: an operator edits the gazetteer, an analyst corrects, the store is tagged again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from unicodedata import normalize

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from config.loader import BUILTIN, load
from diembao.main import app
from gazetteer.corrections import Correction, corrected
from gazetteer.load import load as load_gazetteer
from gazetteer.mention import Mention
from night.entities import sync_entities
from pipelines.analyse import tagged
from storage.records import Article, Discovered, FateWord, FeedPoll, Outcome
from storage.store import Store, open_store
from storage.urls import article_id

NOW = datetime(2026, 9, 9, 20, 0, tzinfo=UTC)
URL = "https://bao.vn/ngap.html"
SINCE = "2026-09-01"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DIEMBAO_HOME", str(tmp_path))
    monkeypatch.delenv("DIEMBAO_DATABASE_URL", raising=False)
    with closing(_store(tmp_path)) as store:
        run_id = store.begin_run("nightly", date(2026, 9, 10)).run_id
        poll = FeedPoll(feed_url="https://bao.vn/rss", outlet_id="bao", polled_at=NOW, status=200, items=1)
        item = Discovered(url=URL, outlet_id="bao", via="feed", via_url=poll.feed_url)
        store.discover(run_id, poll, [item])
        store.commit(run_id, [Outcome(url=URL, outlet_id="bao", fate=FateWord.STORED, article=_article())])
    return (yield tmp_path)


def _store(home: Path) -> Store:
    return open_store(f"sqlite:///{home / 'diembao.db'}", lambda: NOW, load().settings)


def _article() -> Article:
    article = Article(
        article_id=article_id(URL),
        outlet_id="bao",
        url=URL,
        canonical_url=URL,
        title="Hải Phòng ngập",
        sapo=None,
        paragraphs=("Nước lên ở phường Lê Chân và khu Bến Láng.",),
        published_at=NOW,
        content_hash="1",
    )
    return tagged(article, outlet=None, gazetteer=load_gazetteer([BUILTIN]))


def _ids(home: Path) -> list[str]:
    with closing(_store(home)) as store:
        return [mention.entity_id for mention in store.mentions_of([article_id(URL)])[article_id(URL)]]


def _run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.output


def test_an_edit_is_shown_first_and_then_written(home: Path) -> None:
    assert _ids(home) == ["p31", "n11383"]
    overlay = home / "config" / "gazetteer"
    overlay.mkdir(parents=True)
    (overlay / "ours.toml").write_text(
        '[[agency]]\nid = "khu-ben-lang"\nname = "Khu Bến Láng"\nkind = "zone"\nnames = ["khu Bến Láng"]\n',
        encoding="utf-8",
    )
    code, told = _run("retag", "--since", SINCE, "--dry-run")
    assert code == 0, told
    assert "  + Khu Bến Láng (khu-ben-lang) «khu Bến Láng» in text at 29: agency-name" in told
    assert "1 articles tagged" in told
    assert "nothing written" in told
    assert _ids(home) == ["p31", "n11383"]
    assert _run("retag", "--since", SINCE)[0] == 0
    assert _ids(home) == ["p31", "n11383", "khu-ben-lang"]
    _, told = _run("retag", "--since", SINCE)
    assert told.splitlines()[-1].endswith(": 0 changed")
    assert _run("retag", "--since", "2026-10-01")[1].startswith("0 articles")


def test_a_correction_survives_retag_and_becomes_a_case(home: Path) -> None:
    target = article_id(URL)
    assert _run("correct", target, "--move", "n11383", "c11383")[0] == 0
    assert _run("correct", target, "--add", "n11407", "--words", "khu Bến Láng")[0] == 0
    assert _ids(home) == ["p31", "c11383", "n11407"]
    told = _run("retag", "--since", SINCE)[1]
    assert told.endswith(": 0 changed\n"), told
    assert _ids(home) == ["p31", "c11383", "n11407"]
    assert _run("correct", "--export", str(home / "cases.jsonl"))[0] == 0
    [case] = [json.loads(line) for line in (home / "cases.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [entity["id"] for entity in case["entities"]] == ["p31", "c11383", "n11407"]
    assert case["not"] == ["n11383"]
    assert _run("tag", str(home / "cases.jsonl"), "-o", str(home / "out.jsonl"))[0] == 0
    assert _run("correct", target, "--undo")[0] == 0
    _, told = _run("retag", "--since", SINCE)
    assert "  - phường Trần Nguyên Hãn (c11383)" in told
    assert _ids(home) == ["p31", "n11383"]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("0123456789abcdef", "--remove", "p31"),
        ("TARGET",),
        ("TARGET", "--add", "n11407"),
        ("TARGET", "--add", "nobody", "--words", "Lê Chân"),
        ("TARGET", "--move", "n11383", "ubnd@nobody"),
        ("TARGET", "--remove", "p31", "--add", "n11407", "--words", "Lê Chân"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(home: Path, arguments: tuple[str, ...]) -> None:
    given = [article_id(URL) if part == "TARGET" else part for part in arguments]
    assert _run("correct", *given)[0] == 2
    assert _ids(home) == ["p31", "n11383"]


def test_corrections_are_laid_over_by_words_not_offsets() -> None:
    text = "Ở Lê Chân, phường Lê Chân mất điện."
    mention = Mention(
        entity_id="n11383", kind="unit", field="text", start=11, end=25, surface=text[11:25], rule="r", confidence=0.9
    )
    texts = {"title": "", "sapo": "", "text": text}

    def laid(*decisions: Correction) -> list[tuple[str, str, str]]:
        found = corrected((mention,), decisions, texts)  # type: ignore[arg-type]
        assert all(text[m.start : m.end] == m.surface for m in found)
        return [(m.entity_id, m.surface, m.decided_by) for m in found]

    body = Correction(action="move", entity_id="n11383", to_id="ubnd@n11383")
    assert laid(body) == [("ubnd@n11383", "phường Lê Chân", "analyst")]
    apart = normalize("NFD", "phường Lê Chân")
    assert laid(Correction(action="remove", entity_id="n11383", surface=apart)) == []
    assert laid(Correction(action="add", entity_id="d305", surface=apart)) == [("d305", "phường Lê Chân", "analyst")]
    other = Correction(action="remove", entity_id="n11383", surface="Lê Chân")
    assert laid(other) == [("n11383", "phường Lê Chân", "rule")]
    add = Correction(action="add", entity_id="d305", surface="Lê Chân")
    assert laid(add) == [("d305", "Lê Chân", "analyst"), ("n11383", "phường Lê Chân", "rule")]
    gone = Correction(action="add", entity_id="d305", surface="không còn")
    assert laid(gone) == [("n11383", "phường Lê Chân", "rule")]


def test_the_roll_ups_of_the_docs_answer(home: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "tagging.md").read_text(encoding="utf-8")
    by_place, by_agency = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    with closing(_store(home)) as store:
        sync_entities(store, [BUILTIN])
        assert [tuple(row.values()) for row in store.rows(text(by_place))] == [("p31", "thành phố Hải Phòng", 1)]
        assert store.rows(text(by_agency)) == []
    assert _run("correct", article_id(URL), "--add", "so-y-te", "--words", "khu Bến Láng")[0] == 0
    with closing(_store(home)) as store:
        [row] = store.rows(text(by_agency))
        assert (row["entity_id"], row["articles"]) == ("ubnd-tp", 1)
