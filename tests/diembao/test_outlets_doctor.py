"""A proposed rule reads its pages, becomes a block that loads, and nothing is proposed from nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from config.loader import load
from config.model import Outlet
from demo.load import load_town
from demo.pages import render
from demo.server import TownServer
from demo.town import CONFIG, Town
from diembao.main import app
from diembao.outlets_doctor import outlet_toml, show
from pipelines.files import page_of
from pipelines.propose import compared, propose_rule

TOWN = load_town()


def pages(outlet_id: str) -> list:
    articles = [article for article in TOWN.articles if article.outlet_id == outlet_id][:6]
    outlet = TOWN.outlets[outlet_id]
    found = []
    for article in articles:
        body, read_at = render(article, outlet, []), article.published + timedelta(days=1)
        found.append(page_of(body, url=article.url, outlet_id=None, fetched_at=read_at))
    return found


@pytest.mark.parametrize("outlet_id", ["tin-mai", "kien-thiet", "dong-thuan", "moi-sinh"])
def test_a_proposed_rule_reads_the_pages_it_came_from(outlet_id: str) -> None:
    given = pages(outlet_id)
    rule = propose_rule(given, name="2026")
    assert rule is not None
    assert rule.body
    bare = Outlet(id=outlet_id, name="X", domains=("x.example",), tier="local", verified=True)
    for row in compared(given, bare, msgspec.structs.replace(bare, rules=(rule,))):
        assert row.new.extractor.rstrip("?") == f"rule:{outlet_id}/2026"
        assert (row.new.title, row.new.published_at) == (row.old.title, row.old.published_at)
        assert row.new.paragraphs == row.old.paragraphs


def test_the_comparison_can_be_read_on_a_narrow_screen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    given = pages("tin-mai")
    rule = propose_rule(given, name="2026")
    assert rule is not None
    bare = Outlet(id="tin-mai", name="X", domains=("x.example",), tier="local", verified=True)
    rows = compared(given, bare, msgspec.structs.replace(bare, rules=(rule,)))
    show(bare, rule, rows)
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    for row in rows:
        assert f"{row.new.title[:24].strip()} " in shown
    assert "blocks → 2026" in shown


def test_pages_without_a_common_body_give_no_rule() -> None:
    assert propose_rule([page_of(b"<p>x</p>", url="https://a.example/1", outlet_id=None)] * 3, name="2026") is None


def test_the_written_block_loads_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "outlets").mkdir()
    for outlet in load().outlets.values():
        (tmp_path / "outlets" / f"{outlet.id}.toml").write_text(outlet_toml(outlet), encoding="utf-8")
    assert load([tmp_path]).outlets == load().outlets


def test_doctor_needs_pages_and_save_page_writes_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIEMBAO_HOME", str(tmp_path))
    monkeypatch.delenv("DIEMBAO_DATABASE_URL", raising=False)
    run = CliRunner()
    assert run.invoke(app, ["outlets", "doctor", "vnexpress"]).exit_code == 2
    saved = tmp_path / "saved.html"
    saved.write_bytes(pages("tin-mai")[0].body)
    done = run.invoke(app, ["outlets", "save-page", str(saved), "--url", "https://vnexpress.net/bai-123456.html"])
    assert done.exit_code == 0, done.output
    expected = json.loads(next((tmp_path / "config" / "pages").glob("vnexpress_*.json")).read_text(encoding="utf-8"))
    assert expected["title"]
    assert expected["body"]
    assert next((tmp_path / "config" / "pages").glob("vnexpress_*.html")).read_bytes() == saved.read_bytes()
    assert run.invoke(app, ["outlets", "save-page", str(saved)]).exit_code == 2
    assert run.invoke(app, ["outlets", "save-page", "khong-co.html"]).exit_code == 2
    hosts = tmp_path / "hosts.toml"
    hosts.write_text("")
    unmapped = ["outlets", "save-page", "https://vnexpress.net/khong-co.html", "--hosts", str(hosts)]
    assert run.invoke(app, unmapped).exit_code == 2


def test_a_page_that_is_not_stored_is_asked_for_politely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIEMBAO_HOME", str(tmp_path))
    monkeypatch.delenv("DIEMBAO_DATABASE_URL", raising=False)
    article = next(each for each in TOWN.articles if each.outlet_id == "tin-mai" and each.gone is None)
    with TownServer(Town(day=6)) as town:
        hosts = town.write_hosts(tmp_path / "hosts.toml")
        given = ["--config", str(CONFIG), "--hosts", str(hosts)]
        done = CliRunner().invoke(app, ["outlets", "save-page", article.url, *given])
        forbidden = CliRunner().invoke(app, ["outlets", "save-page", "http://tinmai.example/noi-bo/x.html", *given])
        asked = [one.path for one in town.seen]
    assert done.exit_code == 0, done.output
    [file] = (tmp_path / "config" / "pages").glob("tin-mai_*.json")
    assert json.loads(file.read_text(encoding="utf-8"))["title"] == article.title
    assert forbidden.exit_code == 2
    assert "robots" in forbidden.stderr
    assert asked.count("/robots.txt") == 2
    assert not any("noi-bo" in path for path in asked)


def test_boxes_inside_the_body_are_proposed_to_be_dropped() -> None:
    shape = """<html><head><title>Bến {n} đóng để sửa</title></head><body><h1>Bến số {n} đóng hai đêm sửa mặt cầu</h1>
<div class="than-bai"><p>Nước lên lúc bốn giờ sáng, thợ phải làm đêm, {n} chiếc phao được kéo vào bờ để thay mới.</p>
<div class="hop-lien-quan"><a href="/khac-{n}">Chợ cá Xóm Đáy dời ra bãi đất mới, lần {n}</a></div>
<p>Xe tải đi vòng qua phà, mỗi chuyến chở {n}0 xe, chủ hàng quán hai bên bờ mong cầu mở lại đúng hẹn đã báo.</p>
<p class="tac-gia">Nguyễn Hư Cấu</p>
<p>Đơn vị thi công hứa trả lại mặt bằng sạch sẽ sau {n} ngày làm việc, nếu chậm một ngày thì chịu phạt.</p>
</div></body></html>"""
    given = [page_of(shape.format(n=n).encode(), url=f"https://x.example/ben-{n}8812.html", outlet_id=None)
             for n in range(3, 9)]  # fmt: skip
    rule = propose_rule(given, name="2026")
    assert rule is not None
    assert rule.body == "div.than-bai"
    assert set((rule.drop or "").split(", ")) == {"div.hop-lien-quan", "p.tac-gia"}
    assert "drop = " in outlet_toml(Outlet(id="x", name="X", domains=("x.example",), tier="local", rules=(rule,)))
