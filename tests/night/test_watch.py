"""Looking around in the day, the crawl's time limit, and what health tells: on the demo town, over a real server."""

from __future__ import annotations

import json
import time
from contextlib import closing
from datetime import date, datetime, timedelta
from datetime import time as daytime

import pytest
from typer.testing import CliRunner

from config.loader import load
from config.model import Night
from config.places import places
from crawler.guard import HostMap
from crawler.run import run_all
from demo.model import morning
from demo.server import TownServer
from demo.town import CONFIG, Town
from diembao.main import app
from night.lock import holder, night_lock
from night.morning import crawl_time
from night.nightly import run_night
from night.watch import look
from storage.activity import fate_counts
from storage.store import open_store
from vietnamese.clock import LOCAL, fixed_clock


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("DIEMBAO_HOME", str(tmp_path))
    monkeypatch.delenv("DIEMBAO_DATABASE_URL", raising=False)
    where = places(demo=True)
    where.home.mkdir(parents=True)
    return where, load(where.overlays(CONFIG))


def run(house, town: TownServer, at: datetime, what, **arguments):
    where, config = house
    hosts = HostMap.load(town.write_hosts(where.home / "hosts.toml"))
    clock = fixed_clock(at)
    with closing(open_store(where.database_url, clock, config.settings)) as store:
        result = run_all([what(store=store, config=config, where=where, clock=clock, hosts=hosts, **arguments)])[0]
        fates = fate_counts(store, result.run_id) if result.run_id else {}
        return result, fates


def test_in_the_day_only_what_is_worth_asking_is_asked_and_the_night_comes_to_the_same_store(house) -> None:
    with TownServer(Town(day=1)) as town:
        first, fates = run(house, town, morning(1), look)
        assert first.feeds == first.known > 5
        assert fates["stored"] > 10
        again, _ = run(house, town, morning(1) + timedelta(minutes=5), look)
        assert (again.run_id, again.feeds) == (None, 0)
        later, _ = run(house, town, morning(1) + timedelta(hours=6), look)
        assert later.run_id.startswith("watch-")
        assert 0 < later.feeds <= later.known
        day = morning(1) + timedelta(hours=7)
        night, fates = run(house, town, day, run_night, morning=day.date())
        assert fates.get("stored", 0) == 0
        assert night.sheet.exists()


def test_a_crawl_whose_time_is_up_leaves_the_rest_due_and_the_sheet_comes(house) -> None:
    with TownServer(Town(day=1)) as town:
        short, fates = run(
            house, town, morning(1), run_night, morning=morning(1).date(), crawl_for=timedelta(seconds=0.05)
        )
        assert short.sheet.exists()
        rest, fates = run(house, town, morning(1) + timedelta(hours=1), run_night, morning=morning(1).date())
        assert fates.get("deferred", 0) == 0
        whole = sum(short.fates.get(word, 0) + rest.fates.get(word, 0) for word in ("stored",))
        assert whole > 20
        assert short.fates.get("stored", 0) < whole


@pytest.mark.parametrize(
    ("at", "minutes"),
    [((10, 5, 0), 84), ((10, 6, 23), 1), ((10, 6, 29), 1), ((10, 6, 31), None), ((9, 22, 0), 504), ((10, 14, 0), None)],
)
def test_time_a_night_may_crawl(at, minutes) -> None:
    now = datetime(2026, 9, *at, tzinfo=LOCAL)
    found = crawl_time(now, date(2026, 9, 10), Night())
    assert found == (None if minutes is None else timedelta(minutes=minutes))
    assert crawl_time(now, date(2026, 9, 10), Night(limited=False)) is None
    assert crawl_time(now, date(2026, 9, 10), Night(sheet_by=daytime(23, 0))) is not None


def test_a_watch_leaves_the_field_to_a_night(house) -> None:
    where, _ = house
    assert holder(where.home) is None
    with night_lock(where.home, what="the night"):
        assert "the night" in holder(where.home)
        began = time.monotonic()
        result = CliRunner().invoke(app, ["watch", "--demo", "--once"])
        assert result.exit_code == 0, result.output
        assert time.monotonic() - began < 20
    assert holder(where.home) is None


def test_health_as_table_json_and_prometheus_and_a_night_that_did_not_run(house) -> None:
    cli = CliRunner()
    with TownServer(Town(day=1)) as town:
        run(house, town, morning(1), run_night, morning=morning(1).date())
    told = cli.invoke(app, ["health", "--demo", "--json"])
    outlets = {row["id"]: row for row in json.loads(told.stdout)["outlets"]}
    assert len(outlets) == 10
    assert {row["state"] for row in outlets.values()} & {"healthy", "quiet"}
    text = cli.invoke(app, ["health", "--demo", "--prometheus"]).stdout
    healthy = next(name for name, row in outlets.items() if row["state"] == "healthy")
    assert f'diembao_outlet_state{{outlet="{healthy}",state="healthy"}} 1.0' in text
    assert 'diembao_run_finished{kind="nightly"' in text
    one = cli.invoke(app, ["health", "--demo", "--outlet", healthy])
    assert one.exit_code == 0
    assert "last night finished: 2026-09-" in one.stdout
    assert cli.invoke(app, ["health", "--demo", "--outlet", "nobody"]).exit_code == 2
    late = cli.invoke(app, ["healthcheck", "--demo", "--free", "0"])  # the demo's night lies months back
    assert (late.exit_code, "more than 26h ago" in late.stdout) == (3, True)
    assert cli.invoke(app, ["healthcheck", "--demo", "--within", "40000d", "--free", "0"]).stdout == "ok\n"
    full = cli.invoke(app, ["healthcheck", "--demo", "--within", "40000d", "--free", "1e9"])
    assert (full.exit_code, "GB free" in full.stdout) == (3, True)
