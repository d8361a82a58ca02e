"""`?schema=NAME` keeps the demo apart from a live store in one Postgres database."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import pytest

from config.places import places
from storage.activity import finished_mornings
from storage.errors import StoreError
from storage.store import open_store


@pytest.mark.postgres
def test_demo_and_live_do_not_mix(empty_postgres_url, tmp_path) -> None:
    env = {"DIEMBAO_HOME": str(tmp_path), "DIEMBAO_DATABASE_URL": empty_postgres_url}
    live, demo = (places(demo=demo, environ=env).database_url for demo in (False, True))
    with closing(open_store(demo)) as store:
        run = store.begin_run("nightly", date(2026, 9, 10))
        store.finish_run(run.run_id, "done")
    with closing(open_store(live)) as store:
        assert finished_mornings(store, "nightly") == set()
    with closing(open_store(demo)) as store:
        assert finished_mornings(store, "nightly") == {date(2026, 9, 10)}


@pytest.mark.postgres
def test_a_schema_name_cannot_smuggle_a_statement(empty_postgres_url) -> None:
    sign = "&" if "?" in empty_postgres_url else "?"
    with pytest.raises(StoreError, match="no schema name"):
        open_store(f"{empty_postgres_url}{sign}schema=a;drop table runs")
