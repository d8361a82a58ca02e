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


app.command("nightly")(nightly.nightly)
app.command("watch")(watch.watch)
app.add_typer(report.app, name="report")
app.command("alerts")(alerts.alerts)
app.command("search")(search.search)
app.command("topic")(topic.topic)
app.command("explain")(explain.explain)
app.add_typer(issues.app, name="issues")
app.command("health")(health.health)
app.command("healthcheck")(health.healthcheck)
app.add_typer(outlets.app, name="outlets")
app.add_typer(gazetteer.app, name="gazetteer")
app.add_typer(db.app, name="db")
app.add_typer(archive.app, name="archive")
app.command("import")(import_.import_)
app.command("analyse")(analyse.analyse)
app.command("tag")(tag.tag)
app.command("group")(group.group)
app.command("retag")(retag.retag)
app.command("correct")(correct.correct)


def main() -> None:
    """Entry point of `bin/diembao` and `python -m diembao`."""
    try:
        app(prog_name="bin/diembao")  # what the README tells people to type
    except SystemExit as end:
        cause = end.__context__
        if isinstance(cause, BrokenPipeError):  # `| head` has read enough: no failure of ours
            raise SystemExit(0) from cause
        raise
