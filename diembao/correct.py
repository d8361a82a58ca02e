"""`diembao correct`: an analyst's correction of who is meant in an article."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diembao.shared import DONE_WITH_FAILURES, ConfigOption, DemoOption, clear_errors, configured, stop, store_of
from vietnamese.clock import iso

if TYPE_CHECKING:
    from config.loader import Config
    from gazetteer.corrections import Correction
    from gazetteer.records import Gazetteer
    from storage.corrections import TaggedArticle
    from storage.store import Store

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def correct(
    article: Annotated[
        str | None, typer.Argument(help="Id of the article, as v1_articles and `search` have it.", metavar="ARTICLE")
    ] = None,
    add: Annotated[
        str | None, typer.Option("--add", help="This agency or unit is meant by the words of --words.", metavar="ID")
    ] = None,
    remove: Annotated[
        str | None, typer.Option("--remove", help="This agency or unit is not meant here.", metavar="ID")
    ] = None,
    move: Annotated[
        tuple[str, str] | None, typer.Option("--move", help="Not the first is meant but the second.", metavar="ID ID")
    ] = None,
    words: Annotated[
        str | None, typer.Option("--words", help="The words as they stand in the article; --add needs them.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the article's corrections back.")] = False,
    export: Annotated[
        Path | None,
        typer.Option("--export", help="Write every corrected article as a test case, JSON lines.", metavar="FILE"),
    ] = None,
    demo: DemoOption = False,
    config: ConfigOption = None,
) -> None:
    """Correct who is meant in an article: kept, wins over every rule, survives new visits and `retag`."""
    from gazetteer.load import load

    with clear_errors():
        where, settings = configured(demo=demo, overlay=config)
        book = load(settings.folders)
        with store_of(where, settings) as store:
            if export is not None:
                _export(store, settings, export)
            elif article is None:
                stop("which article? Give its id, or --export FILE")
            elif undo:
                count = store.forget_corrections(article)
                typer.echo(f"{count} corrections taken back; `diembao retag` lets the rules decide again")
            else:
                _correct(store, book, article, _correction(book, add, remove, move, words))


def _correction(
    book: Gazetteer, add: str | None, remove: str | None, move: tuple[str, str] | None, words: str | None
) -> Correction:
    """The one decision the options tell; anything else ends the command."""
    from gazetteer.corrections import Correction

    if sum(option is not None for option in (add, remove, move)) != 1:
        stop("give exactly one of --add ID, --remove ID, --move ID ID, --undo")
    for entity_id in (add, *(move[1:] if move else ())):
        if entity_id is not None and not _known(book, entity_id):
            stop(f"no record has the id {entity_id!r}; `diembao gazetteer lookup NAME` prints ids")
    if add is not None and not words:
        stop("--add needs --words: the words of the article that mean it")
    if move is not None:
        return Correction(action="move", entity_id=move[0], to_id=move[1], surface=words)
    if add is not None:
        return Correction(action="add", entity_id=add, surface=words)
    return Correction(action="remove", entity_id=remove or "", surface=words)


def _known(book: Gazetteer, entity_id: str) -> bool:
    kind, at, _ = entity_id.partition("@")
    return book.get(entity_id) is not None and (not at or kind in book.bodies)


def _correct(store: Store, book: Gazetteer, article: str, correction: Correction) -> None:
    before = store.mentions_of([article]).get(article, ())
    after = store.correct(article, correction)
    if after == before:
        typer.echo("kept; nothing in the article as it stands is touched by it")
    for mention in after:
        name = f"{book.name(mention.entity_id)} ({mention.entity_id})"
        typer.echo(f"{mention.field} {mention.start}-{mention.end} «{mention.surface}»: {name}, {mention.decided_by}")


def _export(store: Store, settings: Config, output: Path) -> None:
    cases = [_case(article, settings) for article in store.tagged_articles(_EVER) if article.corrections]
    lines = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
    output.write_text(lines, encoding="utf-8")
    typer.echo(f"{len(cases)} corrected articles written to {output}")
    if not cases:
        raise typer.Exit(DONE_WITH_FAILURES)


def _case(article: TaggedArticle, settings: Config) -> dict[str, Any]:
    """A row that `diembao tag` reads, with who is meant and who is not."""
    outlet = settings.outlets.get(article.outlet_id)
    gone = {c.entity_id for c in article.corrections if c.action != "add" and c.surface is None}
    return {
        "id": article.article_id,
        "title": article.title,
        "sapo": article.sapo,
        "text": article.text,
        "published_at": iso(article.published_at) if article.published_at else None,
        "outlet": outlet.id if outlet else article.outlet_id,
        "url": article.canonical_url,
        "entities": [{"id": m.entity_id, "surface": m.surface} for m in article.mentions],
        "not": sorted(gone - {m.entity_id for m in article.mentions}),
    }
