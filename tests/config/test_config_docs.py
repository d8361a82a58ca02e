"""The page of all keys is written from the model."""

from __future__ import annotations

import pytest

from config.describe import describe
from config.loader import ConfigError
from config.places import CHECKOUT, places


def test_configuration_page_is_fresh() -> None:
    assert (CHECKOUT / "docs" / "configuration.md").read_text(encoding="utf-8") == describe(), (
        "stale: run python -m config.describe > docs/configuration.md"
    )


def test_demo_and_live_never_share_a_place(tmp_path) -> None:
    env = {"DIEMBAO_HOME": str(tmp_path)}
    live, demo = places(environ=env), places(demo=True, environ=env)
    assert live.database_url == f"sqlite:///{tmp_path}/diembao.db"
    assert demo.database_url == f"sqlite:///{tmp_path}/demo/diembao.db"
    assert demo.reports == tmp_path / "demo" / "reports"
    postgres = places(demo=True, environ=env | {"DIEMBAO_DATABASE_URL": "postgresql://h/d"})
    assert postgres.database_url == "postgresql://h/d?schema=diembao_demo"
    for own in ("sqlite:////srv/live.db", "/srv/live.db"):
        assert places(environ=env | {"DIEMBAO_DATABASE_URL": own}).database_url == own
        beside = places(demo=True, environ=env | {"DIEMBAO_DATABASE_URL": own})
        assert beside.database_url == demo.database_url


@pytest.mark.parametrize("address", ["user@host/db", "diembao.db", "./x.db", "localhost"])
def test_an_address_that_depends_on_where_one_stands_is_a_mistake(tmp_path, address: str) -> None:
    with pytest.raises(ConfigError, match=r"DIEMBAO_DATABASE_URL: .* Write postgresql://") as caught:
        places(environ={"DIEMBAO_HOME": str(tmp_path), "DIEMBAO_DATABASE_URL": address})
    assert address not in str(caught.value)


def test_every_key_is_described() -> None:
    rows = [line for line in describe().splitlines() if line.startswith("| `")]
    assert len(rows) > 40
    assert [row for row in rows if row.endswith("|  |")] == []
