"""The town on a given day: which request gets which answer. No sockets here; `server.py` speaks HTTP."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from demo import feeds, front, pages, trouble
from demo.answer import Answer, page, plain, validated
from demo.load import PRIVATE_PORT, load_town
from demo.model import NIGHTS, Fault, Feed, TownArticle, TownOutlet, morning

CONFIG = Path(__file__).parent / "config"
"""The `--config` folder that goes with the town."""


class Town:
    """All outlets on one day. Threads may ask it at once."""

    def __init__(self, *, day: int = 1, private_port: int = PRIVATE_PORT) -> None:
        self.private_port = private_port
        self.data = load_town(private_port)
        self._hosts = {o.host: o for o in self.data.outlets.values()}
        self._articles = {_place(a.url): a for a in self.data.articles}
        self._faults = {_place(f.url): f for f in self.data.faults}
        self._by_key = {a.key: a for a in self.data.articles}
        self._by_outlet = {i: [a for a in self.data.articles if a.outlet_id == i] for i in self.data.outlets}
        self._asked_once: set[str] = set()
        self._lock = threading.Lock()
        self.set_day(day)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host names of all outlets."""
        return tuple(self._hosts)

    @property
    def now(self) -> datetime:
        """The moment the town stands at: 05:30 of the morning of its day."""
        return morning(self.day)

    def set_day(self, day: int) -> None:
        """Let the town stand at night `day` (1 to 6); ValueError for another."""
        if not 1 <= day <= NIGHTS:
            raise ValueError(f"day {day}: the town has days 1 to {NIGHTS}")
        self.day = day

    def reset(self) -> None:
        """Forget who has asked: the 429 is answered anew."""
        with self._lock:
            self._asked_once.clear()

    def answer(self, host: str, target: str) -> Answer:
        """The full answer to GET `target` (path and query) at `host`; validators are the server's work."""
        outlet = self._hosts.get(host)
        if outlet is None:
            return plain(404, "no such host in the town")
        path = target.split("?", 1)[0]
        if path == "/robots.txt":
            return plain(200, outlet.robots.lstrip()) if outlet.robots else plain(404, "not found")
        for feed in outlet.feeds:
            if path == feed.path:
                return self._feed(outlet, feed)
        if path in {"/", outlet.search}:
            return page(200, self._list(outlet, target))
        fault = self._faults.get(host + target)
        if fault is not None:
            return self._fault(fault)
        article = self._articles.get(host + path)
        return self._page(article, outlet) if article else _not_found(outlet)

    def items(self, outlet: TownOutlet, feed: Feed) -> list[feeds.Item]:
        """What `feed` lists today, newest first."""
        listed = [a for a in self._by_outlet[outlet.id] if self._listed(a, outlet, feed)]
        items = [feeds.Item(url=a.url, title=a.title, sapo=a.sapo, published=a.published) for a in listed]
        if feed is outlet.feeds[0]:
            items += [
                feeds.Item(url=f.url, title=f.title, sapo=f.sapo, published=f.published)
                for f in self.data.faults
                if f.outlet_id == outlet.id and self.day in f.nights
            ]
        return sorted(items, key=lambda i: (i.published, i.url), reverse=True)

    def _list(self, outlet: TownOutlet, target: str) -> str:
        """The front page, or the page of its own search."""
        if outlet.search and target.startswith(outlet.search):
            return front.results(outlet, self._search(outlet, target))
        return front.front(outlet, self.items(outlet, outlet.feeds[0]))

    def _search(self, outlet: TownOutlet, target: str) -> list[TownArticle]:
        """Its own articles whose title or lead holds every word asked for, however old, newest first."""
        wanted = " ".join(parse_qs(urlsplit(target).query).get("q", [])).lower().split()
        out = [a for a in self._by_outlet[outlet.id] if a.published <= self.now and a.gone is None]
        held = [a for a in out if wanted and all(word in f"{a.title} {a.sapo}".lower() for word in wanted)]
        return held[::-1]

    def _listed(self, article: TownArticle, outlet: TownOutlet, feed: Feed) -> bool:
        age = self.now - article.published
        fresh = timedelta(0) <= age < timedelta(hours=outlet.window_hours)
        dropped = article.gone is not None and not article.gone.listed and self.day >= article.gone.night
        return fresh and not dropped and (not feed.sections or article.section in feed.sections)

    def _feed(self, outlet: TownOutlet, feed: Feed) -> Answer:
        body = feeds.write(feed, outlet, self.items(outlet, feed), self.now)
        return validated(body, feeds.CONTENT_TYPES[feed.form], self.now)

    def _page(self, article: TownArticle, outlet: TownOutlet) -> Answer:
        if article.published > self.now:
            return _not_found(outlet)
        if article.gone is not None and self.day >= article.gone.night:
            return plain(article.gone.status, "Bài viết không còn tồn tại")
        if article.retry_after and self._first_time(article.key):
            return Answer(status=429, headers={"Retry-After": "1", "Content-Type": "text/plain"}, fault=True)
        current = pages.as_of(article, self.day)
        older = [a for a in self._by_outlet[outlet.id] if a.published < article.published and a.gone is None]
        body = pages.render(current, outlet, older[::-1])
        changed = article.published
        if article.edit is not None and self.day >= article.edit.night:
            changed = morning(article.edit.night) - timedelta(hours=8)
        return validated(body, article.header or outlet.header, changed)

    def _fault(self, fault: Fault) -> Answer:
        twin = self._by_key[fault.twin_of] if fault.twin_of else None
        outlet = self.data.outlets[fault.outlet_id]
        if fault.published > self.now:
            return _not_found(outlet)
        return trouble.answer(fault, outlet, twin, self.private_port)

    def _first_time(self, key: str) -> bool:
        with self._lock:
            first = key not in self._asked_once
            self._asked_once.add(key)
        return first


def _place(url: str) -> str:
    """Host, path and query: what a request names."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def _not_found(outlet: TownOutlet) -> Answer:
    html = f"<!DOCTYPE html><title>404 - {outlet.name}</title><h1>Không tìm thấy trang</h1><p>Địa chỉ không đúng.</p>"
    return page(404, html)
