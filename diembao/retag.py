"""`diembao retag`: tag what is stored again after an edit of the gazetteer, and say first what changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from diembao.shared import ConfigOption, DemoOption, clear_errors, configured, moment
from vietnamese.clock import system_clock

if TYPE_CHECKING:
    from gazetteer.mention import Mention, MentionField
    from gazetteer.records import Gazetteer
    from gazetteer.tag import OutletHint
    from storage.corrections import Retagging, TaggedArticle


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One article tagged again."""

    article: TaggedArticle
    now: Retagging


def retag(
    since: Annotated[
        str, typer.Option("--since", help="Articles published (undated: first seen) since then.", metavar="DATE")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would change.")] = False,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Tag stored articles again, print what changed article by article, then write it.

    Corrections of analysts win over the rules. Articles whose text has expired or is gone keep what they have. The
    next night judges and places the changed ones anew.
    """
    from gazetteer.load import load
    from gazetteer.tag import OutletHint
    from night.entities import sync_entities
    from storage.store import open_store

    start = moment(since)
    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        book = load(settings.folders)
        hints = {o.id: OutletHint(id=o.id, city_default=o.city_default) for o in settings.outlets.values()}
        with closing(open_store(where.database_url, system_clock, settings.settings)) as store:
            found = [retagged(book, article, hints) for article in store.tagged_articles(start)]
            changed = [change for change in found if change.now.changed]
            for change in changed:
                for line in told(book, change):
                    typer.echo(line)
            stale = [c for c in found if c.now.changed or c.article.gazetteer_version != book.version]
            if not dry_run:
                sync_entities(store, settings.folders)
                store.save_taggings([change.now for change in stale])
    done = "would change (nothing written)" if dry_run else "changed"
    typer.echo(f"{len(found)} articles tagged with gazetteer {book.version}: {len(changed)} {done}")


def retagged(book: Gazetteer, article: TaggedArticle, hints: Mapping[str, OutletHint]) -> Change:
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
    now = Retagging(
        article_id=article.article_id,
        about_city=tagging.about_city,
        about_reasons=tagging.about_reasons,
        mentions=mentions,
        gazetteer_version=book.version,
        changed=not same,
    )
    return Change(article=article, now=now)


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
