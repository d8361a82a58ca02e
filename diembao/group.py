"""`diembao group`: rows of a file, joined into issues."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from diembao.shared import ConfigOption, OutputOption, clear_errors, configured, file_progress, stop


def group(
    source: Annotated[Path, typer.Argument(help="JSON lines (.jsonl or .jsonl.xz), as for `tag`.", metavar="IN.jsonl")],
    output: OutputOption,
    config: ConfigOption = None,
) -> None:
    """Group all articles of a file, in order of published_at: issue and reprint of each."""
    from issues.files import group_file

    with clear_errors():
        _, settings = configured(overlay=config)
        try:
            with file_progress("group") as shown:
                group_file(source, output, config=settings, on_progress=shown)
        except ValueError as error:
            stop(str(error))
