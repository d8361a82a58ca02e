"""`outlets add` on every outlet of the press town: a block that `check` accepts and that crawls like ours by hand."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from config.loader import Config, load
from config.model import Outlet
from config.places import Places
from crawler.context import Context
from crawler.guard import HostMap
from crawler.run import crawl, run_all
from demo.server import TownServer
from demo.town import CONFIG, Town
from night.outlet_check import check_outlets
from night.outlet_draft import Draft, block
from night.outlet_visit import draft_outlet
from spiders.probe import probe
from storage.schema import articles
from storage.store import open_store

HAND = load([CONFIG])
DAY = 4
SHOWN = ("canonical_url", "title", "sapo", "paragraphs", "published_at", "kind")


def parsed(text: str) -> Outlet:
    raw: dict[str, Any] = tomllib.loads(text)
    raw["rules"] = raw.pop("rule", [])
    return msgspec.convert(raw, Outlet)


@dataclass
class Place:
    """The town on one day, and what is needed to ask it."""

    town: TownServer
    hosts: HostMap
    home: Path
    readers: dict[str, set[str]] = field(default_factory=dict)
    """Which layers read the pages of each crawl."""

    def context(self, config: Config, name: str) -> Context:
        store = open_store(self.home / f"{name}.db", lambda: self.town.town.now, config.settings)
        store.sync_outlets(config.outlets.values())
        return Context(
            store=store, config=config, where=Places(home=self.home / name, database_url=""),
            run_id=store.begin_run("nightly", date(2026, 9, 13)).run_id, clock=store.clock, hosts=self.hosts,
        )  # fmt: skip

    def crawled(self, config: Config, name: str) -> dict[str, set[tuple[Any, ...]]]:
        """What a night stores, by outlet."""
        around = self.context(config, name)
        self.town.forget()
        run_all([crawl("nightly", around)])
        found: dict[str, set[tuple[Any, ...]]] = {}
        for row in around.store.rows(select(articles)):
            self.readers.setdefault(name, set()).add(row["extractor"])
            found.setdefault(row["outlet_id"], set()).add(tuple(str(row[column]) for column in SHOWN))
        around.store.close()
        return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("drafts")
    with TownServer(Town(day=DAY)) as town:
        yield Place(town=town, hosts=HostMap.load(town.write_hosts(home / "hosts.toml")), home=home)


@pytest.fixture(scope="module")
def texts(place: Place) -> dict[str, Draft]:
    """What a look at each front page drafts, by id."""
    around = place.context(HAND, "draft")

    async def look(outlet: Outlet) -> Draft:
        url = f"http://{outlet.domains[0]}/"
        return await probe(around, lambda fetch: draft_outlet(fetch, url, around.clock, known_id=outlet.id))

    found = run_all(look(outlet) for outlet in HAND.outlets.values())
    around.store.close()
    return {draft.id: draft for draft in found}


@pytest.fixture(scope="module")
def drafts(texts: dict[str, Draft]) -> dict[str, Outlet]:
    """The drafted blocks, read back from their TOML."""
    return {name: parsed(block(draft)) for name, draft in texts.items()}


@pytest.fixture(scope="module")
def stored(place: Place, texts: dict[str, Draft]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the blocks by hand and the drafted ones make of the same night."""
    # From files, as an operator has them: the worker processes read the rules for themselves.
    folder = place.home / "drafted"
    shutil.copytree(CONFIG, folder, ignore=lambda *_: ["outlets"])
    (folder / "outlets").mkdir()
    for name, draft in texts.items():
        # No look at the pages can say that only teasers may be kept: a person passes --teasers.
        told = replace(draft, teasers=not HAND.outlets[name].fetch_pages)
        (folder / "outlets" / f"{name}.toml").write_text(block(told), encoding="utf-8")
    drafted = load([folder])
    assert list(drafted.outlets) == list(HAND.outlets)
    return place.crawled(HAND, "hand"), place.crawled(drafted, "drafted")


@pytest.mark.parametrize("outlet", HAND.outlets)
def test_the_draft_names_the_same_feeds(outlet: str, drafts: dict[str, Outlet]) -> None:
    ours, draft = HAND.outlets[outlet], drafts[outlet]
    assert set(draft.feeds) == set(ours.feeds)
    assert set(draft.sitemaps) == set(ours.sitemaps)
    assert draft.domains == ours.domains
    assert not draft.verified
    assert draft.title_suffix is None or ours.title_suffix in {None, draft.title_suffix}


@pytest.mark.parametrize("outlet", HAND.outlets)
def test_the_crawl_of_the_draft_equals_that_of_the_block_by_hand(
    outlet: str, stored: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    by_hand, drafted = stored
    assert by_hand.get(outlet)
    assert drafted.get(outlet) == by_hand[outlet]


def test_the_drafted_rules_did_the_reading(place: Place, stored: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert stored
    drafted = {reader for reader in place.readers["drafted"] if reader.startswith("rule:")}
    by_rule = {outlet for outlet in HAND.outlets if f"rule:{outlet}/draft" in drafted}
    assert len(by_rule) >= 8, place.readers


def test_check_accepts_the_drafts(place: Place, drafts: dict[str, Outlet]) -> None:
    around = place.context(HAND, "check")
    outlets = list(drafts.values())
    [answers] = run_all([probe(around, lambda fetch: check_outlets(fetch, outlets, around.clock))])
    around.store.close()
    assert [answer for answer in answers if answer.error] == []
    assert {answer.outlet_id for answer in answers if answer.items} == set(HAND.outlets)
