"""`diembao analyse`: read saved pages by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from diembao.shared import ConfigOption, OutputOption, clear_errors, configured, file_progress, stop


def analyse(
    folder: Annotated[Path, typer.Argument(help="Folder the manifest's files are relative to.", metavar="DIR")],
    output: OutputOption,
    manifest: Annotated[
        Path, typer.Option("--manifest", help="JSON lines: file, kind, url, outlet.", metavar="M.jsonl")
    ],
    no_rules: Annotated[bool, typer.Option("--no-rules", help="Leave outlet rules out: the generic path.")] = False,
    config: ConfigOption = None,
) -> None:
    """Read saved article pages and write title, sapo, body, captions, time, section and mentions as JSON lines."""
    from issues.files import write_rows
    from pipelines.files import ManifestError, analyse_files, read_manifest

    with clear_errors():
        _, settings = configured(overlay=config)
        if not folder.is_dir():
            stop(f"no such folder: {folder}")
        try:
            rows = read_manifest(manifest)
        except ManifestError as error:
            stop(str(error))
        with file_progress("analyse") as shown:
            found = analyse_files(folder, rows, config=settings, rules=not no_rules, progress=shown)
            write_rows(output, found)
