"""Play a file of feed items as if their feeds were asked now: frontier, store, tags, issues, in order of `fetched`.

Pages are not fetched, so every article is a teaser, first seen at the moment its item was fetched: the store's clock
goes with the items. The batches depend on the file alone and every step is idempotent, so an import that was killed
is continued under its run id and ends in the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from gazetteer.load import load as load_gazetteer
from issues.update import update_issues
from night.entities import sync_entities
from night.import_file import Item, ItemFile, host_of, strangers, teaser_of
from pipelines.analyse import teaser_article
from storage.activity import fate_counts
from storage.records import Discovered, FateWord, FeedPoll, FrontierRow, Outcome, Teaser
from storage.urls import url_key
from storage.views import v1_articles
from vietnamese.clock import to_local

if TYPE_CHECKING:
    from config.loader import Config
    from config.model import Outlet
    from gazetteer.records import Gazetteer
    from storage.store import Store

SECONDS_TOGETHER = 10
"""Items fetched within this time share a transaction, and with it the moment they were first seen."""
MOST_TOGETHER = 200
LEAST_CHUNK = 1_000
"""Items announced before those of them that are due are asked for: one look at the frontier for many transactions."""

Progress = Callable[[int, int], None]
"""Called with (done, all)."""


class ItemClock:
    """A clock that stands where the import is."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """The moment the items at hand were fetched."""
        return self.at


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """What an import came to."""

    run_id: str
    items: int
    """Usable items, one a URL."""
    new: int
    """Of these, stored by this call."""
    fates: Mapping[str, int]
    issues: Mapping[str, int]
    unconfigured: tuple[str, ...] = ()
    """Hosts that no configured outlet has."""


@dataclass(frozen=True, kw_only=True)
class _Importer:
    """What every batch needs."""

    store: Store
    clock: ItemClock
    run_id: str
    name: str
    config: Config
    outlets: Mapping[str, Outlet]
    """By host: made for hosts that no configured outlet has."""
    gazetteer: Gazetteer
    counted: dict[str, int] = field(default_factory=dict)
    """Items announced so far, by outlet."""

    def outlet(self, item: Item) -> Outlet:
        host = host_of(item.url)
        return self.config.outlet_of_host(host) or self.outlets[host]

    def announce(self, batch: Sequence[Item]) -> None:
        """Put a batch into the frontier, outlet by outlet; the batch was seen when its last item was fetched."""
        self.clock.at = batch[-1].fetched
        found: dict[str, list[Discovered]] = {}
        for item in batch:
            outlet = self.outlet(item)
            found.setdefault(outlet.id, []).append(self._discovered(item, outlet))
        for outlet_id, items in found.items():
            self.counted[outlet_id] = self.counted.get(outlet_id, 0) + len(items)
            self.store.discover(self.run_id, self._poll(outlet_id), items)

    def _discovered(self, item: Item, outlet: Outlet) -> Discovered:
        teaser, via_url = teaser_of(item, outlet), f"import:{self.name}"
        return Discovered(url=item.url, outlet_id=outlet.id, via="import", via_url=via_url, teaser=teaser)

    def _poll(self, outlet_id: str) -> FeedPoll:
        return FeedPoll(
            feed_url=f"import:{self.name}#{outlet_id}",
            outlet_id=outlet_id,
            polled_at=self.clock.at,
            status=200,
            items=self.counted[outlet_id],
        )

    def due(self, chunk: Sequence[Sequence[Item]]) -> dict[str, FrontierRow]:
        """By URL key: what of the chunk is to be stored.

        What the crawl found and still has to fetch is left to it, and so is a full article: its page says more.
        """
        wanted = {url_key(item.url) for batch in chunk for item in batch}
        rows = [row for row in self.store.due(self.run_id, None) if row.url_key in wanted and row.via == "import"]
        ids = [row.article_id for row in rows if row.article_id]
        a = v1_articles.c
        stored = self.store.rows(select(a.article_id).where(a.article_id.in_(ids), a.kind == "full")) if ids else []
        full = {row["article_id"] for row in stored}
        return {row.url_key: row for row in rows if row.article_id not in full}

    def keep(self, batch: Sequence[Item], due: Mapping[str, FrontierRow]) -> int:
        """Store the teasers of a batch that are due, tagged; returns how many."""
        self.clock.at = batch[-1].fetched
        outcomes = [self._outcome(item, row.teaser) for item in batch if (row := due.get(url_key(item.url)))]
        if outcomes:
            self.store.commit(self.run_id, outcomes)
        return len(outcomes)

    def _outcome(self, item: Item, teaser: Teaser | None) -> Outcome:
        outlet = self.outlet(item)
        article = teaser_article(
            item.url,
            teaser or teaser_of(item, outlet),
            outlet=outlet,
            gazetteer=self.gazetteer,
            seen_at=item.fetched,
        )
        return Outcome(url=item.url, outlet_id=outlet.id, fate=FateWord.TEASER, article=article)


def import_items(
    file: ItemFile,
    *,
    store: Store,
    clock: ItemClock,
    config: Config,
    on_items: Progress | None = None,
    on_issues: Progress | None = None,
) -> ImportResult | None:
    """Import, or continue to import, a file; None when it holds no item.

    `store` must have been opened with `clock`. The run is `import-YYYYMMDD`, of the local day of the last item. Raises
    StoreError when the store cannot be used.
    """
    if not file.items:
        return None
    clock.at = file.items[0].fetched
    unknown = strangers(file.items, config)
    store.sync_outlets([*config.outlets.values(), *unknown.values()])
    sync_entities(store, config.folders)
    run = store.begin_run("import", to_local(file.items[-1].fetched).date())
    importer = _Importer(
        store=store, clock=clock, run_id=run.run_id, name=file.name, config=config, outlets=unknown,
        gazetteer=load_gazetteer(config.folders),
    )  # fmt: skip
    new = _play(importer, file.items, on_items)
    clock.at = file.items[-1].fetched
    store.close_fates(run.run_id)
    issues = update_issues(store, config.settings, folders=config.folders, now=clock.at, on_progress=on_issues)
    result = ImportResult(
        run_id=run.run_id,
        items=len(file.items),
        new=new,
        fates=fate_counts(store, run.run_id),
        issues=issues,
        unconfigured=tuple(unknown),
    )
    store.finish_run(run.run_id, "done")
    return result


def _play(importer: _Importer, items: Sequence[Item], on_items: Progress | None) -> int:
    """Announce and keep all items, chunk by chunk; returns how many were stored."""
    new = done = 0
    for chunk in chunks(batches(items)):
        for batch in chunk:
            importer.announce(batch)
        due = importer.due(chunk)
        for batch in chunk:
            new += importer.keep(batch, due)
            done += len(batch)
            if on_items:
                on_items(done, len(items))
    return new


def batches(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Items (in order of `fetched`) that share a transaction: cut by what they are, never by where a run began."""
    batch: list[Item] = []
    for item in items:
        apart = batch and item.fetched - batch[0].fetched > timedelta(seconds=SECONDS_TOGETHER)
        if apart or len(batch) == MOST_TOGETHER:
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch


def chunks(cut: Iterator[list[Item]]) -> Iterator[list[list[Item]]]:
    """Batches gathered until they hold LEAST_CHUNK items."""
    chunk: list[list[Item]] = []
    held = 0
    for batch in cut:
        chunk.append(batch)
        held += len(batch)
        if held >= LEAST_CHUNK:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk
