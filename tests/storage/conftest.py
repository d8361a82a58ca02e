"""A small press for the tests of the store: announce, visit, look."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from gazetteer.mention import Mention
from storage.records import Article, Discovered, FateWord, FeedPoll, Outcome, Teaser
from storage.store import Store
from storage.urls import article_id
from storage.views import v1_articles, v1_fates

NIGHT = datetime(2026, 9, 9, 20, 0, tzinfo=UTC)
FEED = "https://bao.vn/rss/moi.rss"


def make_article(
    url: str, title: str = "Tin", *, body: tuple[str, ...] | None = ("Thân bài.",), **more: Any
) -> Article:
    """An article as the pipeline would hand it in; `body=None` makes it a teaser."""
    canonical = more.pop("canonical_url", url)
    text = title + "|" + "|".join(body or ("teaser",)) + (more.get("sapo") or "" if body is None else "")
    return Article(
        article_id=article_id(canonical),
        outlet_id=more.pop("outlet_id", "bao"),
        url=url,
        canonical_url=canonical,
        title=title,
        sapo=more.pop("sapo", "Sapo."),
        paragraphs=body or (),
        kind="full" if body else "teaser",
        content_hash=hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16],
        about_city=more.pop("about_city", True),
        published_at=more.pop("published_at", NIGHT - timedelta(hours=5)),
        **more,
    )


def make_mention(entity_id: str = "a-so-xay-dung", **more: Any) -> Mention:
    defaults: dict[str, Any] = {"kind": "agency", "field": "text", "start": 0, "end": 4, "confidence": 0.9}
    return Mention(entity_id=entity_id, surface="Thân", rule="full-name", **(defaults | more))


@dataclass
class Press:
    """One outlet, one feed, one store and a clock that can be moved."""

    store: Store
    now: datetime = NIGHT
    run_id: str = ""

    def __post_init__(self) -> None:
        self.store.clock = lambda: self.now

    def begin(self, **later: float) -> str:
        self.now += timedelta(**later)
        self.run_id = self.store.begin_run("nightly", (self.now + timedelta(hours=7)).date()).run_id
        return self.run_id

    def end(self) -> None:
        self.store.close_fates(self.run_id)
        self.store.finish_run(self.run_id, "done")

    def announce(self, *urls: str, feed: str = FEED, title: str = "Tin", sapo: str | None = "S.", **more: Any) -> int:
        poll = FeedPoll(
            feed_url=feed, outlet_id=more.get("outlet_id", "bao"), polled_at=self.now, status=200, items=len(urls)
        )
        common: dict[str, Any] = {"outlet_id": "bao", "via": "feed", "teaser": Teaser(title=title, sapo=sapo)}
        items = [Discovered(url=url, via_url=feed, **(common | more)) for url in urls]
        return self.store.discover(self.run_id, poll, items)

    def due(self) -> list[str]:
        return [row.url for row in self.store.due(self.run_id, "bao")]

    def visit(self, url: str, title: str = "Tin", **more: Any) -> FateWord:
        return self.hand_in(
            Outcome(url=url, outlet_id="bao", fate=FateWord.STORED, article=make_article(url, title, **more))
        )

    def fail(self, url: str, word: FateWord, article: Article | None = None, **more: Any) -> FateWord:
        return self.hand_in(Outcome(url=url, outlet_id="bao", fate=word, article=article, **more))

    def hand_in(self, *outcomes: Outcome) -> FateWord:
        return [fate.fate for fate in self.store.commit(self.run_id, outcomes)][-1]

    def articles(self) -> list[Any]:
        return self.store.rows(select(v1_articles).order_by(v1_articles.c.url))

    def fates(self, run_id: str | None = None) -> dict[str, str]:
        rows = self.store.rows(select(v1_fates).where(v1_fates.c.run_id == (run_id or self.run_id)))
        return {row["url"]: row["fate"] for row in rows}

    def text_of(self, url: str) -> str:
        """The stored body, by the way the issues room reads it."""
        everything = self.store.pending_issues(scoped=False)
        return next(item.text for item in everything if item.url == url)


@pytest.fixture
def press(store: Store) -> Press:
    made = Press(store)
    made.begin()
    return made


@pytest.fixture
def article() -> Any:
    return make_article


@pytest.fixture
def mention() -> Any:
    return make_mention


@pytest.fixture
def morning() -> date:
    return date(2026, 9, 10)


@pytest.fixture
def outcome() -> Any:
    def make(url: str, word: FateWord = FateWord.STORED, **more: Any) -> Outcome:
        return Outcome(url=url, outlet_id="bao", fate=word, article=make_article(url, **more))

    return make
