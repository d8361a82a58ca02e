"""Alerts over a real store to a real web hook on loopback: each matter once, quiet hours, a daily maximum."""

from __future__ import annotations

import json
import threading
from datetime import datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from config.model import Alerts, Channel, Delivery, Outlet, Settings
from night.alerts import alerts_stage, digest, matters_now, quiet, send_alerts
from night.health import OutletHealth
from storage.issue_records import IssueRecord, Placement
from storage.records import Article, FateWord, Outcome
from storage.store import open_store
from storage.urls import article_id
from vietnamese.clock import LOCAL

NOON = datetime(2026, 9, 10, 12, tzinfo=LOCAL)


class Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.codes.pop(0) if self.server.codes else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hook(monkeypatch):
    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        server.bodies, server.codes = [], []
        monkeypatch.setenv("DIEMBAO_ALERTS", f"json://127.0.0.1:{server.server_address[1]}/")
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def store(tmp_path):
    made = open_store(tmp_path / "diembao.db", lambda: NOON)
    made.sync_outlets([Outlet(id="alpha", name="Báo Alpha", domains=("alpha.example",), tier="central", active=False)])
    yield made
    made.close()


def add(store, issue, level, at=NOON, title=None):
    url = f"https://alpha.example/{issue}.html"
    made = Article(
        article_id=article_id(url), outlet_id="alpha", url=url, canonical_url=url, title=title or f"Tin {issue}",
        sapo="Một câu.", paragraphs=("Thân.",), published_at=at, content_hash=issue, about_city=True,
    )  # fmt: skip
    run = store.begin_run("nightly", at.date()).run_id
    store.commit(run, [Outcome(url=url, outlet_id="alpha", fate=FateWord.STORED, article=made)])
    store.save_placements(
        [Placement(article_id=made.article_id, issue_id=issue, level=level, field_of=9, reprint_of=None,
                   level_score=3.0, level_reasons=("vì",))],
        [IssueRecord(issue_id=issue, title=title or f"Tin {issue}", level=level, field_of=9, first_at=at, last_at=at,
                     first_article_id=made.article_id)],
    )  # fmt: skip


def health(state, name="alpha"):
    return OutletHealth(
        id=name, name=f"Báo {name}", state=state, reason="x", reason_vi="0 tin từ 14:00",
        last_success_at=None, last_new_at=None, stored=0, failed=0,
    )  # fmt: skip


def settings(**rules):
    channel = Channel(name="phone", kind="chat", secret="env:DIEMBAO_ALERTS")
    return Settings(alerts=Alerts(channels=("phone",), **rules), delivery=Delivery(channels=(channel,), attempts=2))


def run(store, rules, states=(), now=NOON, **options):
    (told,) = send_alerts(store, rules, states, now=now, sleep=lambda _: None, **options)
    return told.state


def test_a_grave_issue_is_told_once(store, hook):
    add(store, "i1", 3, title="Cháy kho hàng")
    add(store, "i2", 2)
    assert run(store, settings()) == "sent"
    assert run(store, settings(), now=NOON + timedelta(hours=1)) == "nothing"
    (body,) = hook.bodies
    assert body["title"] == "Điểm báo: 01 việc cần biết"
    assert "“Cháy kho hàng”, 1 bài / 1 báo: https://alpha.example/i1.html" in body["message"]
    assert "i2" not in body["message"]


def test_what_is_new_later_is_told_alone(store, hook):
    add(store, "i1", 3)
    run(store, settings())
    add(store, "i3", 3)
    assert run(store, settings(), now=NOON + timedelta(hours=1)) == "sent"
    assert "Tin i1" not in hook.bodies[1]["message"]


def test_what_is_old_or_below_the_level_is_not_told(store, hook):
    add(store, "old", 3, at=NOON - timedelta(hours=25))
    add(store, "low", 2)
    assert run(store, settings()) == "nothing"
    assert run(store, settings(level=2)) == "sent"


def test_an_outlet_is_told_when_it_turns_and_again_after_it_came_back(store, hook):
    rules = settings()
    hours = [NOON + timedelta(hours=n) for n in range(5)]
    states = ["silent", "silent", "healthy", "silent", "silent"]
    told = [run(store, rules, [health(state)], now=at) for state, at in zip(states, hours, strict=True)]
    assert told == ["sent", "nothing", "nothing", "sent", "nothing"]
    assert "Nguồn tin Báo alpha: 0 tin từ 14:00" in hook.bodies[0]["message"]
    assert run(store, settings(silent=False), [health("broken", "beta")], now=hours[4]) == "nothing"


def test_quiet_hours_hold_it_back_and_let_it_go_afterwards(store, hook):
    add(store, "i1", 3, at=NOON + timedelta(hours=11))
    night = NOON + timedelta(hours=11, minutes=30)
    assert run(store, settings(), now=night) == "quiet"
    assert hook.bodies == []
    assert run(store, settings(), now=NOON + timedelta(hours=18)) == "sent"


@pytest.mark.parametrize(
    ("start", "end", "hour", "held"),
    [(22, 6, 23, True), (22, 6, 5, True), (22, 6, 6, False), (22, 6, 21, False), (12, 14, 13, True),
     (12, 14, 14, False), (6, 6, 6, False)],
)  # fmt: skip
def test_quiet_hours_reach_over_midnight(start, end, hour, held):
    rules = Alerts(quiet_from=time(start), quiet_until=time(end))
    assert quiet(rules, NOON.replace(hour=hour)) is held


def test_a_day_has_a_maximum_and_the_next_day_gets_the_rest(store, hook):
    rules = settings(most_a_day=2)
    for n in range(3):
        add(store, f"i{n}", 3)
        told = run(store, rules, now=NOON + timedelta(minutes=n))
    assert told == "enough"
    assert len(hook.bodies) == 2
    assert run(store, rules, now=NOON + timedelta(hours=20)) == "sent"


def test_what_did_not_arrive_is_told_the_next_time(store, hook):
    add(store, "i1", 3)
    hook.codes = [500, 500]
    assert run(store, settings()) == "failed"
    assert store.alerts("phone") == []
    assert run(store, settings(), now=NOON + timedelta(minutes=5)) == "sent"


def test_a_dry_run_sends_and_notes_nothing(store, hook):
    add(store, "i1", 3)
    assert run(store, settings(), [health("silent")], dry_run=True) == "would"
    assert (hook.bodies, store.alerts("phone")) == ([], [])


def test_a_long_list_is_cut_and_counted(store):
    for n in range(5):
        add(store, f"i{n}", 3)
    rules = Alerts(most_matters=2)
    text = digest(matters_now(store, rules, (), NOON), rules, NOON).text
    assert text.count("\n- ") == 2
    assert "và 03 việc khác" in text


def test_a_hostile_title_stays_on_its_line(store, hook):
    add(store, "i1", 3, title="Tin\r\nBcc: x\x00\u202e{{ 7*7 }} <b>")
    run(store, settings())
    lines = hook.bodies[0]["message"].splitlines()
    assert sum("Bcc" in line for line in lines) == 1
    assert lines[0].startswith("- Mức 3")
    assert "\u202e" not in hook.bodies[0]["message"]


def test_without_channels_nothing_happens_and_an_unknown_one_is_named(store):
    assert send_alerts(store, Settings(), now=NOON) == []
    (told,) = send_alerts(store, Settings(alerts=Alerts(channels=("gone",))), now=NOON)
    assert told.state == "unknown"


def test_a_night_goes_on_whatever_happens(store):
    add(store, "i1", 3)
    store.close()
    broken = settings()
    assert alerts_stage(store, broken, [object()], now=NOON) == ()
