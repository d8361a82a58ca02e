"""`diembao analyse`: read saved pages by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from diembao.shared import DONE_WITH_FAILURES, ConfigOption, OutputOption, clear_errors, configured, file_progress, stop


def analyse(
    folder: Annotated[Path, typer.Argument(help="Folder the manifest's files are relative to.", metavar="DIR")],
    output: OutputOption,
    manifest: Annotated[
        Path, typer.Option("--manifest", help="JSON lines: file, kind, url, outlet.", metavar="M.jsonl")
    ],
    no_rules: Annotated[bool, typer.Option("--no-rules", help="Leave outlet rules out: the generic path.")] = False,
    config: ConfigOption = None,
) -> None:
    """Read saved article pages and write title, sapo, body, captions, time, section and mentions as JSON lines.

    Ends with 3 when a file of the manifest is not in DIR (its row has the fate `failed`), with 2 when none is.
    """
    from issues.files import write_rows
    from pipelines.files import ManifestError, analyse_files, missing_files, read_manifest

    with clear_errors():
        _, settings = configured(overlay=config)
        if not folder.is_dir():
            stop(f"no such folder: {folder}")
        try:
            rows = read_manifest(manifest)
        except ManifestError as error:
            stop(str(error))
        missing = missing_files(folder, rows)
        if rows and len(missing) == len(rows):
            stop(
                f"none of the {len(rows)} files of {manifest} is in {folder} (the first: {missing[0]}); give their DIR"
            )
        with file_progress("analyse") as shown:
            found = analyse_files(folder, rows, config=settings, rules=not no_rules, progress=shown)
            write_rows(output, found)
    if missing:
        stop(f"{len(missing)} of {len(rows)} files are not in {folder}, the first {missing[0]}", DONE_WITH_FAILURES)
