"""Tagging a store again: in batches, going on after an interruption, in worker processes, rules and confidences too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.loader import BUILTIN, load
from diembao import retag as command
from diembao.main import app
from gazetteer.load import load as load_gazetteer
from gazetteer.mention import Mention
from storage.corrections import Retagging, RetagMark
from storage.records import Article, Discovered, FateWord, FeedPoll, Outcome
from storage.store import Store, open_store
from storage.urls import article_id
from vietnamese.clock import LOCAL

NOW = datetime(2026, 9, 9, 20, 0, tzinfo=UTC)
SINCE = "2026-09-01"
URLS = [f"https://bao.vn/tin-{number}.html" for number in range(5)]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DIEMBAO_HOME", str(tmp_path))
    monkeypatch.delenv("DIEMBAO_DATABASE_URL", raising=False)
    monkeypatch.setattr(command, "BATCH", 2)
    with closing(_store(tmp_path)) as store:
        run_id = store.begin_run("nightly", date(2026, 9, 10)).run_id
        poll = FeedPoll(feed_url="https://bao.vn/rss", outlet_id="bao", polled_at=NOW, status=200, items=1)
        via = {"outlet_id": "bao", "via": "feed", "via_url": poll.feed_url}
        store.discover(run_id, poll, [Discovered(url=url, **via) for url in URLS])  # type: ignore[arg-type]
        outcomes = [
            Outcome(url=url, outlet_id="bao", fate=FateWord.STORED, article=_article(url, number))
            for number, url in enumerate(URLS)
        ]
        store.commit(run_id, outcomes)
    return (yield tmp_path)


def _store(home: Path) -> Store:
    return open_store(f"sqlite:///{home / 'diembao.db'}", lambda: NOW, load().settings)


def _article(url: str, number: int) -> Article:
    """Articles that nobody has tagged yet; two of them published in the same minute."""
    return Article(
        article_id=article_id(url),
        outlet_id="bao",
        url=url,
        canonical_url=url,
        title=f"Hải Phòng ngập lần {number}",
        sapo=None,
        paragraphs=("Sở Xây dựng thành phố yêu cầu thoát nước ở phường Lê Chân.",),
        published_at=NOW - timedelta(minutes=number // 2),
        content_hash=str(number),
    )


def _mentions(home: Path) -> list[tuple[Mention, ...]]:
    ids = [article_id(url) for url in URLS]
    with closing(_store(home)) as store:
        found = store.mentions_of(ids)
    return [found.get(each, ()) for each in ids]


def _run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["retag", "--since", SINCE, *arguments])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("many", [1000, 1])
def test_every_article_is_tagged_once_in_batches_here_and_in_workers(
    home: Path, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(command, "MANY", many)
    assert _run().splitlines()[-1].startswith("5 articles tagged")
    found = _mentions(home)
    assert [[m.entity_id for m in some] for some in found] == [["p31", "so-xay-dung", "n11383"]] * 5
    assert {m.salience for m in found[0]} == {"title", "lead"}
    assert _run().splitlines()[-1].endswith(": 0 changed")


def test_it_goes_on_where_it_was_interrupted(home: Path) -> None:
    since = datetime(2026, 9, 1, tzinfo=LOCAL)
    with closing(_store(home)) as store:
        first = store.tagged_articles(since, None, 2)
        version = load_gazetteer([BUILTIN]).version
        at, last = first[-1].at, first[-1].article_id
        store.save_taggings([], RetagMark(since=since, gazetteer_version=version, at=at, article_id=last))
    told = _run()
    assert f"going on behind article {last}" in told
    assert told.splitlines()[-1].startswith("3 articles tagged")
    assert sum(not some for some in _mentions(home)) == 2
    assert _run().splitlines()[-1].startswith("5 articles tagged")
    assert all(_mentions(home))


def test_another_gazetteer_or_day_begins_anew(home: Path) -> None:
    since = datetime(2026, 9, 1, tzinfo=LOCAL)
    with closing(_store(home)) as store:
        store.save_taggings([], RetagMark(since=since, gazetteer_version="old", at=NOW, article_id="z"))
    assert _run().splitlines()[-1].startswith("5 articles tagged")


def test_a_rule_or_confidence_that_changed_is_written_without_a_word(home: Path) -> None:
    _run()
    with closing(_store(home)) as store:
        [article, *_] = store.tagged_articles(datetime(2026, 9, 1, tzinfo=LOCAL), None, 1)
        mention = article.mentions[0]
        other = Mention(
            entity_id=mention.entity_id,
            kind=mention.kind,
            field=mention.field,
            start=mention.start,
            end=mention.end,
            surface=mention.surface,
            rule="an older rule",
            confidence=0.5,
        )
        old = Retagging(
            article_id=article.article_id,
            about_city=article.about_city,
            about_reasons=(),
            mentions=(other, *article.mentions[1:]),
            gazetteer_version=article.gazetteer_version,
            changed=False,
        )
        store.save_taggings([old])
    assert _run().splitlines() == [f"5 articles tagged with gazetteer {article.gazetteer_version}: 0 changed"]
    assert {m.rule for some in _mentions(home) for m in some} == {"city-name", "city-context", "type-word"}
