"""Write the second form of a kept sheet: page, Word file, plain text, JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from report.files import replace_file
from report.forms.document import as_page, as_text, as_word
from report.kinds.city_form import city_document, narrowed
from report.kinds.city_json import as_json
from report.laid import sheet_of
from report.signable import daily_id
from report.style import load_style
from report.write import kept_inputs

if TYPE_CHECKING:
    from config.loader import Config
    from storage.store import Store

FORMATS = ("html", "docx", "txt", "json")


def write_city(
    store: Store,
    config: Config,
    day: date,
    *,
    folder: Path,
    formats: Sequence[str] = FORMATS,
    start: datetime | None = None,
    end: datetime | None = None,
) -> dict[str, Path] | None:
    """Write the kept sheet of the morning `day` as running text to `folder`; None when no sheet of that day is kept.

    `start` and `end` (aware) narrow its window. What was told before and the analyst's edits are laid over it as in the
    sheet. Changes nothing in the store. Raises ValueError for a window outside the sheet's, ConfigError, OSError.
    """
    kept = store.load_report(daily_id(day))
    if kept is None:
        return None
    inputs = narrowed(kept_inputs(store, config, kept), start, end)
    style = load_style(config.folders)
    sheet = sheet_of(inputs)
    document = city_document(sheet, style)
    made = {
        "html": lambda: as_page(document, style, config.folders),
        "docx": lambda: as_word(document, style),
        "txt": lambda: as_text(document),
        "json": lambda: as_json(sheet, store, config.settings),
    }
    contents = {name: made[name]() for name in dict.fromkeys(formats)}
    folder.mkdir(parents=True, exist_ok=True)
    files = {name: (folder / f"diem-bao-thanh-pho-{day}.{name}").absolute() for name in contents}
    for name, content in contents.items():
        replace_file(files[name], content)
    return files
