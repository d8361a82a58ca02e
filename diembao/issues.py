"""`diembao issues`: look at issues, and put right what the rules decided of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diembao.explain import explain
from diembao.shared import DemoOption, clear_errors, configured, console, stop, store_of, user
from vietnamese.clock import iso, system_clock

if TYPE_CHECKING:
    from issues.operate import Plan
    from storage.issue_records import IssueEdit
    from storage.store import Store

app = typer.Typer(
    no_args_is_help=True,
    help="Look at issues; merge, split, rename, weigh, pin them; undo it.",
    epilog="Example: bin/diembao issues list --level 2; then issues merge ISSUE INTO --why 'một vụ', issues undo.",
)
app.command("explain")(explain)

IssueArgument = Annotated[str, typer.Argument(help="Id of the issue, or how it begins.", metavar="ISSUE")]
ArticleArgument = Annotated[str, typer.Argument(help="Id of the article, or how it begins.", metavar="ARTICLE")]
ByOption = Annotated[str | None, typer.Option("--by", help="Who decides it (default: you).", metavar="NAME")]
WhyOption = Annotated[str | None, typer.Option("--why", help="Why; kept in the log.", metavar="TEXT")]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Print what would change, change nothing.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@contextmanager
def _opened(demo: bool) -> Iterator[Store]:
    from issues.operate import EditError

    with clear_errors():
        where, config = configured(demo=demo)
        with store_of(where, config) as store:
            try:
                yield store
            except EditError as error:
                stop(str(error))


@app.command("list")
def list_issues(
    days: Annotated[int, typer.Option("--days", help="With an article of the last N days of the store.", min=1)] = 2,
    level: Annotated[int, typer.Option("--level", help="At this level or higher.", min=0, max=3)] = 0,
    limit: Annotated[int, typer.Option("--limit", help="At most so many.", min=1)] = 50,
    as_json: JsonOption = False,
    demo: DemoOption = False,
) -> None:
    """List issues: pinned first, then by level, then the latest."""
    from sqlalchemy import func, select

    from storage.views import v1_issues

    v = v1_issues.c
    with _opened(demo) as store:
        last = store.rows(select(func.max(v.last_at, type_=v.last_at.type).label("last")))[0]["last"]
        query = select(v1_issues).where(v.merged_into.is_(None), v.level >= level)
        query = query.where(v.last_at >= last - timedelta(days=days)) if last else query
        rows = store.rows(query.order_by(v.pinned.desc(), v.level.desc(), v.last_at.desc(), v.issue_id).limit(limit))
    if not rows:
        console.print(f"no issue of level {level} or more in the last {days} days of the store; see --days and --level")
    for row in rows:
        if as_json:
            typer.echo(_json(dict(row)))
        else:
            mark = "*" if row["pinned"] else " "
            counts = f"{row['articles']:>3} articles {row['outlets']:>2} outlets"
            typer.echo(
                f"{mark}{row['issue_id']}  level {row['level']}  {counts}  {iso(row['last_at'])[:16]}  {row['title']}"
            )


@app.command()
def show(issue: IssueArgument, as_json: JsonOption = False, demo: DemoOption = False) -> None:
    """Show an issue with its articles and what analysts decided of it; an id that went over shows its survivor."""
    from sqlalchemy import select

    from issues.operate import find_issue
    from storage.views import v1_articles, v1_issue_articles, v1_issues

    i, a = v1_issue_articles.c, v1_articles.c
    with _opened(demo) as store:
        found = find_issue(store, issue)
        row = store.rows(select(v1_issues).where(v1_issues.c.issue_id == found))[0]
        joined = v1_issue_articles.join(v1_articles, a.article_id == i.article_id)
        query = select(i.article_id, i.outlet_id, i.at, i.level, i.reprint_of, i.reprint_kind, a.title, a.url)
        members = store.rows(query.select_from(joined).where(i.issue_id == found).order_by(i.at, i.article_id))
        edits = [edit for edit in store.issue_edits() if found in (edit.issue_id, edit.into_id)]
    if as_json:
        typer.echo(_json({**row, "articles": [dict(one) for one in members], "edits": [_edit(one) for one in edits]}))
        return
    typer.echo(f"{row['issue_id']}  level {row['level']}, field {row['field_of']}{'  pinned' if row['pinned'] else ''}")
    typer.echo(f"{row['title']}{' (given)' if row['given_title'] else ''}")
    for one in members:
        copy = f"  {one['reprint_kind']} of {one['reprint_of']}" if one["reprint_of"] else ""
        typer.echo(f"{one['article_id']}  {iso(one['at'])[:16]}  {one['outlet_id']}: {one['title']}{copy}")
    for edit in edits:
        typer.echo(_line(edit))


@app.command()
def merge(
    issue: IssueArgument,
    into: Annotated[str, typer.Argument(help="The issue that is left (id, or how it begins).", metavar="INTO")],
    by: ByOption = None,
    why: WhyOption = None,
    dry_run: DryOption = False,
    as_json: JsonOption = False,
    demo: DemoOption = False,
) -> None:
    """Let ISSUE go over to INTO, with what comes to it later; its id leads to INTO from then on."""
    from issues import operate

    _do(lambda store, who: operate.merge(store, issue, into, **who), by, why, dry_run, as_json, demo)


@app.command()
def split(
    issue: IssueArgument,
    articles: Annotated[list[str], typer.Argument(help="Articles that leave it.", metavar="ARTICLE...")],
    into: Annotated[
        str | None, typer.Option("--into", help="Into this issue instead of a new one.", metavar="ISSUE")
    ] = None,
    by: ByOption = None,
    why: WhyOption = None,
    dry_run: DryOption = False,
    as_json: JsonOption = False,
    demo: DemoOption = False,
) -> None:
    """Take articles out of ISSUE, into an issue of their own or another one."""
    from issues import operate

    _do(lambda store, who: operate.split(store, issue, articles, into=into, **who), by, why, dry_run, as_json, demo)


@app.command()
def move(
    article: ArticleArgument,
    into: Annotated[str, typer.Argument(help="Where it belongs.", metavar="ISSUE")],
    by: ByOption = None,
    why: WhyOption = None,
    dry_run: DryOption = False,
    as_json: JsonOption = False,
    demo: DemoOption = False,
) -> None:
    """Put ARTICLE into another ISSUE."""
    from issues import operate

    _do(lambda store, who: operate.move(store, article, into, **who), by, why, dry_run, as_json, demo)


@app.command()
def remove(
    article: ArticleArgument,
    by: ByOption = None,
    why: WhyOption = None,
    dry_run: DryOption = False,
    as_json: JsonOption = False,
    demo: DemoOption = False,
) -> None:
    """Take ARTICLE out of its issue, into one of its own."""
    from issues import operate

    _do(lambda store, who: operate.remove(store, article, **who), by, why, dry_run, as_json, demo)


@app.command()
def rename(
    issue: IssueArgument,
    title: Annotated[str, typer.Argument(help="Its title from now on.", metavar="TITLE")],
    by: ByOption = None,
    why: WhyOption = None,
    dry_run: DryOption = False,
    as_json: JsonOption = False,
    demo: DemoOption = False,
) -> None:
    """Give ISSUE a title that no run changes."""
    from issues import operate

    _do(lambda store, who: operate.rename(store, issue, title, **who), by, why, dry_run, as_json, demo)


@app.command()
def level(
    issue: IssueArgument,
    wanted: Annotated[int, typer.Argument(help="Its level from now on: 0, 1, 2 or 3.", metavar="N")],
    by: ByOption = None,
    why: WhyOption = None,
    dry_run: DryOption = False,
    as_json: JsonOption = False,
    demo: DemoOption = False,
) -> None:
    """Give ISSUE a level that no run changes."""
    from issues import operate

    _do(lambda store, who: operate.level(store, issue, wanted, **who), by, why, dry_run, as_json, demo)


@app.command()
def pin(
    issue: IssueArgument,
    by: ByOption = None,
    why: WhyOption = None,
    dry_run: DryOption = False,
    as_json: JsonOption = False,
    demo: DemoOption = False,
) -> None:
    """Let ISSUE stand first on the sheet, whatever its score."""
    from issues import operate

    _do(lambda store, who: operate.pin(store, issue, pinned=True, **who), by, why, dry_run, as_json, demo)


@app.command()
def unpin(
    issue: IssueArgument,
    by: ByOption = None,
    why: WhyOption = None,
    dry_run: DryOption = False,
    as_json: JsonOption = False,
    demo: DemoOption = False,
) -> None:
    """Let ISSUE stand where its score puts it again."""
    from issues import operate

    _do(lambda store, who: operate.pin(store, issue, pinned=False, **who), by, why, dry_run, as_json, demo)


@app.command()
def undo(
    number: Annotated[
        int | None, typer.Argument(help="Number of the edit in the log (default: the last one).", metavar="N")
    ] = None,
    by: ByOption = None,
    dry_run: DryOption = False,
    as_json: JsonOption = False,
    demo: DemoOption = False,
) -> None:
    """Take an edit back; what was decided after it stands."""
    from issues import operate

    _do(lambda store, who: operate.undo(store, number, by=who["by"]), by, None, dry_run, as_json, demo)


@app.command()
def log(as_json: JsonOption = False, demo: DemoOption = False) -> None:
    """Print who decided what of which issue, when and why; undone edits too."""
    with _opened(demo) as store:
        edits = store.issue_edits()
    for edit in edits:
        typer.echo(_json(_edit(edit)) if as_json else _line(edit))


def _do(
    work: Callable[[Store, dict[str, Any]], Plan],
    by: str | None,
    why: str | None,
    dry_run: bool,
    as_json: bool,
    demo: bool,
) -> None:
    """Work an operation out, print it, and unless it is only tried, carry it out."""
    from issues.operate import carry_out

    with _opened(demo) as store:
        plan = work(store, {"by": by or user(), "why": why, "now": system_clock()})
        number = plan.edit.number if dry_run else carry_out(store, plan)
    if as_json:
        moved = [{"article_id": key, "from": old, "to": new} for key, (old, new) in plan.moved.items()]
        typer.echo(
            _json({"dry_run": dry_run, "number": number, "undone": plan.undone, **_edit(plan.edit), "moved": moved})
        )
        return
    said = "would undo" if plan.undone else "would do"
    done = "undone" if plan.undone else "done"
    typer.echo(f"{said if dry_run else done}: {_line(plan.edit)}")
    for key, (old, new) in plan.moved.items():
        typer.echo(f"  {key}: {old} -> {new}")


def _line(edit: IssueEdit) -> str:
    words = [f"#{edit.number} {edit.kind} {edit.issue_id}"]
    words += [f"into {edit.into_id}"] if edit.into_id else []
    words += [f"«{edit.title}»"] if edit.title else []
    words += [f"level {edit.level}"] if edit.level is not None else []
    words += [f"by {edit.made_by} {iso(edit.made_at)[:16]}"]
    words += [f"({edit.why})"] if edit.why else []
    words += [f"undone by {edit.undone_by} {iso(edit.undone_at)[:16]}"] if edit.undone_at else []
    return " ".join(words)


def _edit(edit: IssueEdit) -> dict[str, Any]:
    return {name: getattr(edit, name) for name in _FIELDS}


_FIELDS = (
    "number", "kind", "issue_id", "into_id", "article_ids", "kept_ids", "title", "level", "made_by", "why", "made_at",
    "undone_at", "undone_by",
)  # fmt: skip


def _json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, default=_plain)


def _plain(value: datetime) -> str:
    return iso(value)
