"""The command line: registers one thin file per command."""

from __future__ import annotations

from typing import Annotated

import typer

from diembao import (
    __version__,
    alerts,
    analyse,
    archive,
    correct,
    db,
    explain,
    gazetteer,
    group,
    health,
    import_,
    issues,
    nightly,
    outlets,
    report,
    retag,
    search,
    tag,
    topic,
    watch,
)

app = typer.Typer(
    name="diembao",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Điểm báo: the morning press review of a Vietnamese city.\n\n"
        "Start with [bold]diembao nightly --demo[/bold]: it crawls a made-up press town on this machine and ends with "
        "the path of a morning sheet. State lies under DIEMBAO_HOME (default: var/ in the checkout).\n\n"
        "Exit codes: 0 done; 3 done, but an outlet, a stage or a check failed; 2 could not run."
    ),
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"diembao {__version__}")
        raise typer.Exit


@app.callback()
def diembao(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Điểm báo."""


app.command("nightly", epilog="Example: bin/diembao nightly --budget 2h")(nightly.nightly)
app.command("watch", epilog="Example: bin/diembao watch --every 20m --for 8h")(watch.watch)
app.add_typer(report.app, name="report")
app.command("alerts")(alerts.alerts)
app.command("search", epilog="Example: bin/diembao search 'bãi rác Đình Vũ' --days 30 --level 2")(search.search)
app.command("topic", epilog="Example: bin/diembao topic 'cháy kho An Biên' --since 2d --follow 10m")(topic.topic)
app.command("explain", epilog="Example: bin/diembao explain i7f26be8200f9 --date 2026-09-10")(explain.explain)
app.add_typer(issues.app, name="issues")
app.command("health", epilog="Example: bin/diembao health --outlet vnexpress")(health.health)
app.command("healthcheck", epilog="Example: bin/diembao healthcheck --within 30h --free 5")(health.healthcheck)
app.add_typer(outlets.app, name="outlets")
app.add_typer(gazetteer.app, name="gazetteer")
app.add_typer(db.app, name="db")
app.add_typer(archive.app, name="archive")
app.command("import", epilog="Example: bin/diembao import items-2026-06.jsonl.xz")(import_.import_)
app.command("analyse", epilog="Example: bin/diembao analyse pages --manifest pages.jsonl -o read.jsonl")(
    analyse.analyse
)
app.command("tag", epilog="Example: echo 'Cháy ở phường Lê Chân' | bin/diembao tag - --explain --on 2026-09-10")(
    tag.tag
)
app.command("group", epilog="Example: bin/diembao group articles.jsonl -o grouped.jsonl")(group.group)
app.command("retag", epilog="Example: bin/diembao retag --since 2026-09-01 --dry-run")(retag.retag)
app.command("correct", epilog="Example: bin/diembao correct ARTICLE --move d305 n11383")(correct.correct)


def main() -> None:
    """Entry point of `bin/diembao` and `python -m diembao`."""
    try:
        app(prog_name="bin/diembao")  # what the README tells people to type
    except SystemExit as end:
        cause = end.__context__
        if isinstance(cause, BrokenPipeError):  # `| head` has read enough: no failure of ours
            raise SystemExit(0) from cause
        raise
