"""`diembao retag`: tag what is stored again after an edit of the gazetteer, and say first what changes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from diembao.shared import ConfigOption, DemoOption, clear_errors, configured, file_progress, moment, store_of

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from config.loader import Config
    from gazetteer.mention import Mention, MentionField
    from gazetteer.records import Gazetteer
    from gazetteer.tag import OutletHint
    from storage.corrections import Retagging, TaggedArticle
    from storage.store import Store

    Tagger = Callable[[Sequence[TaggedArticle]], Iterable[Retagging]]

BATCH = 500
"""Articles that are read, told and written together."""
MANY = 4000
"""From so many articles on, some three seconds of work, worker processes are worth their start."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One article tagged again."""

    article: TaggedArticle
    now: Retagging

    @property
    def stale(self) -> bool:
        """Whether the store holds anything else: also another rule, confidence or version of the gazetteer."""
        return (
            self.now.changed
            or self.now.mentions != self.article.mentions
            or self.now.gazetteer_version != self.article.gazetteer_version
        )


def retag(
    since: Annotated[
        str,
        typer.Option(
            "--since", help="Articles published (undated: first seen) since then (2026-09-10).", metavar="DATE"
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would change.")] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Do not go on where an interrupted run stopped.")] = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Tag stored articles again, print what changed article by article, then write it.

    Works in batches: each is told, then written; a run that was interrupted goes on behind its last batch. Corrections
    of analysts win over the rules. Articles whose text has expired or is gone keep what they have. The next night
    judges and places the changed ones anew.
    """
    from gazetteer.load import load
    from night.entities import sync_entities

    start = moment(since)
    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        book = load(settings.folders)
        with store_of(where, settings) as store:
            if not dry_run:
                sync_entities(store, settings.folders)
            after = None if dry_run or anew else _stopped_at(store, start, book)
            counts = _all_batches(store, settings, book, start, after, write=not dry_run)
    done = "would change (nothing written)" if dry_run else "changed"
    typer.echo(f"{counts[0]} articles tagged with gazetteer {book.version}: {counts[1]} {done}")


def _stopped_at(store: Store, since: datetime, book: Gazetteer) -> tuple[datetime, str] | None:
    """Where a run over the same articles with the same gazetteer was interrupted."""
    mark = store.retag_mark()
    if mark is None or (mark.since, mark.gazetteer_version) != (since, book.version):
        return None
    typer.echo(
        f"going on behind article {mark.article_id}, where a run was interrupted (--anew begins again)", err=True
    )
    return mark.at, mark.article_id


def _all_batches(
    store: Store, settings: Config, book: Gazetteer, since: datetime, after: tuple[datetime, str] | None, *, write: bool
) -> tuple[int, int]:
    """Tell and write batch by batch; returns how many were tagged and how many changed."""
    from storage.corrections import RetagMark

    total = store.count_to_tag(since)
    tagged = changed = 0
    with _tagger(settings, book, many=total >= MANY) as retag_all, file_progress("retag") as shown:
        while batch := store.tagged_articles(since, after, BATCH):
            found = [Change(article=a, now=now) for a, now in zip(batch, retag_all(batch), strict=True)]
            changed += _tell(book, found)
            tagged += len(found)
            after = batch[-1].at, batch[-1].article_id
            if write:
                mark = RetagMark(since=since, gazetteer_version=book.version, at=after[0], article_id=after[1])
                store.save_taggings([change.now for change in found if change.stale], mark)
            shown(tagged, total)
    if write:
        store.save_taggings([])
    return tagged, changed


def _tell(book: Gazetteer, found: Iterable[Change]) -> int:
    """Print the changed articles; returns how many."""
    changed = [change for change in found if change.now.changed]
    for change in changed:
        for line in told(book, change):
            typer.echo(line)
    return len(changed)


@contextmanager
def _tagger(settings: Config, book: Gazetteer, *, many: bool) -> Iterator[Tagger]:
    """What tags a batch: here, or in worker processes when there is much to do. The answers are the same."""
    hints = _hints(settings)
    workers = settings.settings.analysis.workers
    if not many or workers == 1:
        yield lambda batch: [retagged(book, article, hints) for article in batch]
        return
    spawn = multiprocessing.get_context("spawn")
    folders = tuple(settings.folders)
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_start, initargs=(folders, hints)) as pool:
        yield lambda batch: pool.map(_work, batch, chunksize=25)


class _Worker:
    """What a worker process holds."""

    book: Gazetteer
    hints: Mapping[str, OutletHint]


def _start(folders: tuple[Path, ...], hints: Mapping[str, OutletHint]) -> None:
    from gazetteer.load import load

    _Worker.book, _Worker.hints = load(folders), hints


def _work(article: TaggedArticle) -> Retagging:
    return retagged(_Worker.book, article, _Worker.hints)


def _hints(settings: Config) -> dict[str, OutletHint]:
    from gazetteer.tag import OutletHint

    return {o.id: OutletHint(id=o.id, city_default=o.city_default) for o in settings.outlets.values()}


def retagged(book: Gazetteer, article: TaggedArticle, hints: Mapping[str, OutletHint]) -> Retagging:
    """What the rules say of the article now, with its corrections laid over."""
    from gazetteer.corrections import corrected
    from gazetteer.tag import tag
    from storage.corrections import Retagging

    tagging = tag(
        book,
        title=article.title,
        sapo=article.sapo,
        text=article.text,
        published_at=article.published_at,
        outlet=hints.get(article.outlet_id),
        url=article.canonical_url,
        section=article.section,
    )
    texts: dict[MentionField, str] = {"title": article.title, "sapo": article.sapo or "", "text": article.text}
    mentions = corrected(tagging.mentions, article.corrections, texts)
    same = _spans(mentions).keys() == _spans(article.mentions).keys() and tagging.about_city == article.about_city
    return Retagging(
        article_id=article.article_id,
        about_city=tagging.about_city,
        about_reasons=tagging.about_reasons,
        mentions=mentions,
        gazetteer_version=book.version,
        changed=not same,
    )


def _spans(mentions: tuple[Mention, ...]) -> dict[tuple[str, int, int, str], Mention]:
    return {(m.field, m.start, m.end, m.entity_id): m for m in mentions}


def told(book: Gazetteer, change: Change) -> Iterator[str]:
    """The article, and each mention that goes or comes, one line each."""
    article, now = change.article, change.now
    yield f"{article.article_id}\t{article.title}"
    if article.about_city != now.about_city:
        yield f"  about the city: {_yes(article.about_city)} -> {_yes(now.about_city)} ({now.about_reasons[-1]})"
    before, after = _spans(article.mentions), _spans(now.mentions)
    for sign, ours, others in (("-", before, after), ("+", after, before)):
        for key in sorted(ours.keys() - others.keys()):
            mention = ours[key]
            name = f"{book.name(mention.entity_id)} ({mention.entity_id})"
            yield f"  {sign} {name} «{mention.surface}» in {mention.field} at {mention.start}: {mention.rule}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
