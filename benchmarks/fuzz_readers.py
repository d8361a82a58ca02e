"""The readers that `fuzz.py` gives its inputs to, and each one's share of them."""

# Heavy rooms are imported by the process that reads; configuration records have a type that is imported late:
# ruff: noqa: ANN401

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fuzz_inputs import OUTLET

NOW = datetime(2026, 9, 9, 20, tzinfo=UTC)
HOST = "bao-la.example"


@cache
def _outlet() -> Any:
    from config.model import Outlet

    return Outlet(id="bao-la", name="Báo Lạ", domains=(HOST,), tier="local", feeds=(f"https://{HOST}/rss",))


def _feed(body: bytes) -> None:
    from spiders.read_feed import parse_feed

    parse_feed(body, feed_url=f"https://{HOST}/rss", now=NOW, outlet=_outlet())


def _sitemap(body: bytes) -> None:
    from spiders.read_sitemap import parse_sitemap

    parse_sitemap(body, feed_url=f"https://{HOST}/s.xml", now=NOW, outlet=_outlet())


def _section(body: bytes) -> None:
    from spiders.read_section import parse_section

    parse_section(body, feed_url=f"https://{HOST}/tin", now=NOW, outlet=_outlet())


def _page(body: bytes) -> None:
    from pipelines.analyse import outcome_of
    from pipelines.files import page_of
    from pipelines.read import read_page

    page = page_of(body, url=f"https://{HOST}/tin-3.html", outlet_id="bao-la", fetched_at=NOW)
    outcome_of(page, read_page(page, outlet=_outlet()), outlet=_outlet())


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="diembao-fuzz-"))
    (folder / "outlets").mkdir()
    return folder


def _loaded(file: str, body: bytes) -> None:
    """As an overlay over nothing of ours: `builtin_outlets` is off where the input leaves it so."""
    from config.loader import ConfigError, load

    folder = _folder()
    (folder / "settings.toml").write_bytes(b"builtin_outlets = false\n")
    (folder / "outlets" / "x.toml").write_bytes(OUTLET)
    (folder / file).write_bytes(body)
    try:
        load((folder,))
    except ConfigError:
        return


def _config(body: bytes) -> None:
    _loaded("outlets/x.toml", body)


def _settings(body: bytes) -> None:
    _loaded("settings.toml", body)


def _robots(body: bytes) -> None:
    from crawler.errors import RobotsForbiddenError
    from crawler.robots import read

    try:
        assert read(200, body).judge(f"https://{HOST}/a/b", "diembao") >= 0
    except RobotsForbiddenError:
        return


def _address(body: bytes) -> None:
    from crawler.errors import RefusedAddressError
    from crawler.guard import Guard, host_of
    from crawler.pace import retry_after
    from crawler.redact import hide_secrets, one_line
    from crawler.redirect import resolved
    from storage.urls import url_key

    text = body.decode("utf-8", "replace")
    with contextlib.suppress(RefusedAddressError):
        text = resolved(f"https://{HOST}/", body)
        if Guard().refuses(text) is None:
            url_key(text)
    host_of(text)
    url_key(text)
    Guard().refuses(text)
    retry_after(text[:200])
    one_line(hide_secrets(text))


TARGETS: dict[str, tuple[Callable[[bytes], None], float]] = {
    "feed": (_feed, 0.28),
    "sitemap": (_sitemap, 0.14),
    "section": (_section, 0.10),
    "page": (_page, 0.20),
    "config": (_config, 0.08),
    "settings": (_settings, 0.06),
    "robots": (_robots, 0.06),
    "address": (_address, 0.08),
}
"""Each reader and its share of the inputs."""
