"""`archive replay`: stored pages read again with other rules; what changes is told, and left as a revision."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from config.loader import load
from crawler.visited import Visited
from diembao.main import app
from pipelines import replay as again
from pipelines.archive import Archive
from pipelines.pool import AnalysisPool
from pipelines.removal import erase_urls
from storage.records import Discovered, FateWord, FeedPoll, FrontierRow, Page
from storage.schema import articles, frontier, revisions
from storage.store import Store, open_store
from storage.urls import url_key
from vietnamese.clock import fixed_clock

NOW = datetime(2026, 9, 9, 22, 30, tzinfo=UTC)
PARAGRAPHS = (
    "Sáng nay, các đơn vị của thành phố đã kiểm tra tiến độ sửa chữa cây cầu cũ trên tuyến đường vào khu công nghiệp.",
    "Theo kế hoạch, việc sửa chữa được chia làm hai đợt để người dân và các doanh nghiệp vẫn đi lại được trong ngày.",
)
BOX = "Thông tin của ban biên tập: cây cầu này đã được xây dựng từ lâu và là một phần ký ức của nhiều người ở đây."


def html(number: int) -> bytes:
    body = "".join(f"<p>{each} Đợt {number}.</p>" for each in PARAGRAPHS)
    return (
        f'<html lang="vi"><head><meta charset="utf-8"><title>Sửa cầu đợt {number}</title>'
        f'<meta property="og:type" content="article"><meta property="article:published_time" '
        f'content="2026-09-09T10:00:00+07:00"></head><body><h1>Thành phố sửa chữa cây cầu cũ đợt {number}</h1>'
        f'<div class="bai">{body}<p class="hop">{BOX}</p></div></body></html>'
    ).encode()


def write_outlet(home: Path, *, drop: str) -> None:
    folder = home / "config" / "outlets"
    folder.mkdir(parents=True, exist_ok=True)
    (home / "config" / "settings.toml").write_text(
        "builtin_outlets = false\n[analysis]\nworkers = 1\n", encoding="utf-8"
    )
    (folder / "bao.toml").write_text(
        'id = "bao"\nname = "Báo"\ndomains = ["bao.vn"]\ntier = "local"\nfeeds = ["http://bao.vn/rss"]\n'
        f'verified = true\n[[rule]]\nname = "2026"\ntitle = "h1"\nbody = "div.bai"\n{drop}',
        encoding="utf-8",
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three articles as a night read them, with a rule that takes a box for text."""
    monkeypatch.setenv("DIEMBAO_HOME", str(tmp_path))
    monkeypatch.delenv("DIEMBAO_DATABASE_URL", raising=False)
    write_outlet(tmp_path, drop="")
    with closing(opened(tmp_path)) as store, AnalysisPool([tmp_path / "config"], workers=1, page_seconds=20) as pool:
        store.sync_outlets(load([tmp_path / "config"]).outlets.values())
        run = store.begin_run("nightly", NOW.date())
        urls = [f"http://bao.vn/{number}" for number in range(3)]
        found = [Discovered(url=u, outlet_id="bao", via="feed", via_url="http://bao.vn/rss", teaser=None) for u in urls]
        poll = FeedPoll(feed_url="http://bao.vn/rss", outlet_id="bao", status=200, items=3, polled_at=NOW)
        store.discover(run.run_id, poll, found)
        archive, outcomes = Archive(tmp_path / "archive", run.run_id), []
        for number, url in enumerate(urls):
            page = Page(
                url=url, requested_url=url, status=200, body=html(number), content_type="text/html; charset=utf-8",
                fetched_at=NOW, outlet_id="bao", etag='"1"',
            )  # fmt: skip
            row = FrontierRow(
                url_key=url_key(url), url=url, outlet_id="bao", via="feed", teaser=None, attempts=0, article_id=None,
                etag=None, last_modified=None,
            )  # fmt: skip
            headers = (("Content-Type", "text/html; charset=utf-8"),)
            ref = archive.add(page, Visited(row=row, page=page, response_headers=headers))
            outcomes.append(pool.submit(replace(page, raw_ref=ref)).result())
        archive.close()
        assert [fate.fate for fate in store.commit(run.run_id, outcomes)] == [FateWord.STORED] * 3
        store.finish_run(run.run_id, "done")
    return tmp_path


def opened(home: Path) -> Store:
    return open_store(f"sqlite:///{home / 'diembao.db'}", fixed_clock(NOW))


def told(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["archive", "replay", "--since", "2026-09-09", *arguments])
    return done.exit_code, done.output


def stored(home: Path) -> list[dict[str, object]]:
    with closing(opened(home)) as store:
        return [dict(row) for row in store.rows(select(articles).order_by(articles.c.url))]


def test_what_is_read_the_same_is_left_alone(home: Path) -> None:
    before = stored(home)
    code, output = told()
    assert (code, output.splitlines()[-1]) == (0, "3 stored pages read: 0 articles changed, 0 problems")
    assert stored(home) == before


def test_a_better_rule_is_tried_then_written_as_a_revision(home: Path) -> None:
    before = stored(home)
    write_outlet(home, drop='drop = "p.hop"\n')
    code, output = told("--dry-run")
    assert code == 0
    assert "3 articles would change (nothing written)" in output
    assert "paragraphs: 3 of" in output
    assert stored(home) == before
    assert told("--outlet", "bao")[0] == 0
    for row in stored(home):
        assert len(row["paragraphs"]) == 2  # type: ignore[arg-type]
        assert row["revision_count"] == 1
    with closing(opened(home)) as store:
        kept = store.rows(select(revisions))
        tags = store.rows(select(frontier.c.etag))
    assert [len(row["paragraphs"]) for row in kept] == [3, 3, 3]
    assert BOX in kept[0]["paragraphs"]
    assert [row["etag"] for row in tags] == ['"1"'] * 3  # the next night still asks conditionally
    assert told()[1].splitlines()[-1].startswith("3 stored pages read: 0 articles changed")


def test_a_page_that_is_gone_from_the_archive_is_a_problem_and_the_article_stays(home: Path) -> None:
    before = stored(home)
    erase_urls(home / "archive" / "2026/09/10", [url_key("http://bao.vn/1")])
    code, output = told()
    assert code == 3
    assert "its page is not in the archive" in output
    assert "2 stored pages read" in output
    assert stored(home) == before


def test_an_address_with_dots_leads_nowhere(home: Path) -> None:
    with closing(opened(home)) as store:
        row = dict(again.wanted(store, NOW)[0])
    digest = str(row["raw_ref"]).partition("#")[2]
    pages = again.StoredPages(home / "archive")
    assert pages.pages(row) is not None  # type: ignore[arg-type]
    for day in ("../../archive/2026/09/10", "/etc", "2026/09/10/..", ""):
        assert pages.pages(row | {"raw_ref": f"{day}#{digest}"}) is None  # type: ignore[arg-type]


def test_an_outlet_nobody_knows_is_refused(home: Path) -> None:
    assert told("--outlet", "nobody")[0] == 2
