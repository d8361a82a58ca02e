"""The parts of a draft: ids, names, the block as TOML, selectors and suffixes out of pages."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from config.loader import load
from config.model import Outlet, OutletRule
from diembao.outlets import app
from night.outlet_check import Answer, nothing_reached
from night.outlet_draft import Draft, block, outlet_id, outlet_name, tier_of
from night.outlet_selectors import Derived, derive, sameness
from storage.records import Page

NOW = datetime(2026, 9, 9, 22, 30, tzinfo=UTC)
TEXT = [
    f"Đoạn {n}: tổ thi công rải lại mặt đường, xe khách đi vòng qua phà, người dân qua lại như cũ." for n in range(6)
]


def page(number: int, *, wrap: str = "div class='noi-dung chi-tiet-20260909'", suffix: str = " - Báo Cầu") -> Page:
    """An article as a newsroom might mark it up: boxes and menus around it, the time beside the byline."""
    title = f"Sửa mặt cầu Bính đợt {number}"
    body = "".join(f"<p>{text} ({number})</p>" for text in TEXT)
    html = (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}{suffix}</title>"
        f'<meta property="og:type" content="article"><meta property="article:published_time" '
        f'content="2026-09-0{number}T08:15:00+07:00"></head><body><div class=menu><a href=/>Trang chủ</a></div>'
        f"<div class=khung><h1 class='tieu-de'>{title}</h1>"
        f"<div class=dong><span class=gio>08:15 0{number}/09/2026</span></div>"
        f"<h2 class=tom-tat>Thành phố sửa mặt cầu Bính đợt {number} từ tối nay cho tới cuối tháng.</h2>"
        f"<{wrap}>{body}</{wrap.partition(' ')[0]}></div><div class=chan>Giấy phép xuất bản</div></body></html>"
    )
    url = f"http://cau.example/sua-mat-cau-{number}.html"
    return Page(
        url=url, requested_url=url, status=200, body=html.encode(), content_type="text/html; charset=utf-8",
        fetched_at=NOW, outlet_id=None,
    )  # fmt: skip


def test_selectors_that_last_are_found_on_two_pages() -> None:
    found = derive([page(1), page(2)])
    assert found.rule == OutletRule(
        name="draft",
        body="div.noi-dung",
        title="h1.tieu-de",
        sapo="h2.tom-tat",
        published="span.gio",
        verified=False,
    )
    assert (found.pages, found.title_suffix) == (2, " - Báo Cầu")
    assert found.same > 0.99


def test_only_what_all_pages_share_is_taken() -> None:
    found = derive([page(1), page(2, wrap="div class='khac'", suffix=" | Xã hội - Báo Cầu")])
    assert found.rule is None or found.rule.body not in {"div.noi-dung", "div.khac"}
    assert found.title_suffix == " - Báo Cầu"


def test_pages_that_are_no_articles_give_nothing() -> None:
    url = "http://cau.example/"
    listing = Page(
        url=url, requested_url=url, status=200, body=b"<html><body><a href=/a>A</a></body></html>", content_type=None,
        fetched_at=NOW, outlet_id=None,
    )  # fmt: skip
    assert derive([listing]) == Derived()
    assert derive([]) == Derived()


def test_sameness() -> None:
    assert sameness(["một hai", "ba"], ["Một hai", "ba"]) == 1.0
    assert sameness(["một"], ["hai"]) == 0.0
    assert sameness([], []) == 0.0
    assert 0.4 < sameness(["aaaa", "bbbb"], ["aaaa", "cccc"]) < 0.6


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("vnexpress.net", "vnexpress"),
        ("dantri.com.vn", "dantri"),
        ("haiphong.gov.vn", "haiphong-gov"),
        ("www.baohaiphong.vn", "baohaiphong"),
        ("du-lich.tuoitre.vn", "du-lich-tuoitre"),
        ("com.vn", "com"),
    ],
)
def test_ids(domain: str, expected: str) -> None:
    assert outlet_id(domain) == expected


def test_names_and_tiers() -> None:
    assert outlet_name("bao.vn", Derived(site_name="Báo A", title_suffix=" - Báo B"), "D") == "Báo A"
    assert outlet_name("bao.vn", Derived(title_suffix=" - Báo B"), "D") == "Báo B"
    assert outlet_name("bao.vn", Derived(), "Báo D - Tin nhanh") == "Báo D"
    assert outlet_name("bao.vn", Derived(), None) == "bao.vn"
    assert (tier_of("haiphong.gov.vn"), tier_of("bao.vn")) == ("official", "central")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.lists(st.text(max_size=30), max_size=3))
def test_whatever_a_site_is_called_the_block_is_toml(name: str, feeds: list[str]) -> None:
    name = name.encode("utf-8", "ignore").decode()
    urls = tuple("https://bao.vn/" + feed.encode("utf-8", "ignore").decode() for feed in feeds)
    rule = OutletRule(name="draft", body='div[title="a\\"b"]', verified=False)
    draft = Draft(id="bao", name=name, domain="bao.vn", tier="local", feeds=urls, derived=Derived(rule=rule))
    raw = tomllib.loads(block(draft))
    raw["rules"] = raw.pop("rule")
    read = msgspec.convert(raw, Outlet)
    assert read.name == name.replace("\x7f", "")
    assert read.feeds == tuple(url.replace("\x7f", "") for url in urls)
    assert read.rules[0].body == rule.body


def test_notes_say_what_is_left_to_a_person() -> None:
    draft = Draft(id="bao", name="Báo", domain="bao.vn", tier="central", sections=("https://bao.vn/",))
    told = " ".join(draft.notes())
    assert "tier" in told
    assert "neither feed nor sitemap" in told
    assert "fetch_pages" not in block(draft)
    assert "fetch_pages = false" in block(replace(draft, teasers=True))


def test_nothing_reached_is_not_the_same_as_failed() -> None:
    def answer(error: str | None) -> Answer:
        return Answer(outlet_id="a", kind="feed", url="http://a.example/", status=0, error=error)

    assert nothing_reached([answer("unreachable")])
    assert not nothing_reached([answer("unreachable"), answer(None)])
    assert not nothing_reached([answer("http-404")])
    assert not nothing_reached([])


# the commands


@pytest.fixture
def diembao(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("DIEMBAO_HOME", str(tmp_path))
    monkeypatch.setenv("DIEMBAO_DATABASE_URL", "")
    return lambda *arguments: CliRunner().invoke(app, [*arguments])


def test_add_writes_once_and_the_block_loads(tmp_path: Path, diembao: Callable[..., Result]) -> None:
    dry = diembao("add", "http://tinmai.example/", "--demo", "--dry-run")
    assert dry.exit_code == 0, dry.stderr
    assert not (tmp_path / "demo" / "config").exists()
    done = diembao("add", "http://tinmai.example/", "--demo", "--teasers")
    assert done.exit_code == 0, done.stderr
    file = tmp_path / "demo" / "config" / "outlets" / "tin-mai.toml"
    written = file.read_text(encoding="utf-8")
    assert "fetch_pages = false" in written
    assert load([tmp_path / "demo" / "config"]).outlets["tin-mai"].feeds == (
        "http://tinmai.example/rss/tin-moi-nhat.rss",
    )
    again = diembao("add", "http://tinmai.example/", "--demo")
    assert again.exit_code == 2
    assert "exists already" in again.stderr
    assert file.read_text(encoding="utf-8") == written


def test_check_tells_what_failed_by_its_exit_code(tmp_path: Path, diembao: Callable[..., Result]) -> None:
    good = diembao("check", "--demo")
    assert good.exit_code == 0, good.stdout + good.stderr
    assert "13 of 13 answered" in good.stdout
    overlay = tmp_path / "overlay"
    (overlay / "outlets").mkdir(parents=True)
    (overlay / "settings.toml").write_text("builtin_outlets = false\n[crawl]\npace_seconds = 0.0\nretries = 0\n")
    block = 'id = "x"\nname = "X"\ndomains = ["x.example"]\ntier = "local"\nfeeds = ["http://x.example/rss"]\n'
    (overlay / "outlets" / "x.toml").write_text(block)
    (tmp_path / "hosts.toml").write_text('"x.example" = "127.0.0.1:1"\n')
    gone = diembao("check", "--config", str(overlay), "--hosts", str(tmp_path / "hosts.toml"))
    assert gone.exit_code == 2, gone.stdout + gone.stderr
    assert "unreachable" in gone.stdout
    (overlay / "outlets" / "x.toml").write_text(
        'id = "x"\nname = "X"\ndomains = ["tinmai.example"]\ntier = "local"\nfeeds = ["http://tinmai.example/rss/khong-co"]\n'
    )
    failed = diembao("check", "x", "--demo", "--config", str(overlay))
    assert failed.exit_code == 3, failed.stdout + failed.stderr
    assert "http-404" in failed.stdout
