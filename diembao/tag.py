"""`diembao tag`: who is meant, in rows of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from diembao.shared import ConfigOption, OutputOption, clear_errors, configured, file_progress, stop


def tag(
    source: Annotated[
        Path,
        typer.Argument(
            help="JSON lines (.jsonl or .jsonl.xz): id, title, sapo, text, published_at, outlet, url.",
            metavar="IN.jsonl",
        ),
    ],
    output: OutputOption,
    config: ConfigOption = None,
) -> None:
    """Tag articles from a file: mentions with spans and rules, about_city, level with reasons, field."""
    from issues.files import tag_file

    with clear_errors():
        _, settings = configured(overlay=config)
        try:
            with file_progress("tag") as shown:
                tag_file(source, output, config=settings, on_progress=shown)
        except ValueError as error:
            stop(str(error))
