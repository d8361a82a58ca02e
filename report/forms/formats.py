"""The formats of a sheet: name -> how the sheet becomes bytes. Every library is loaded when its format is asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from config.loader import ConfigError
from report.forms.unavailable import FormatUnavailableError

if TYPE_CHECKING:
    from report.sheet import Sheet
    from report.style import Style

__all__ = ["FORMATS", "Format", "FormatUnavailableError", "Rendered", "render", "render_all"]

Renderer = Callable[["Sheet", "Style", Sequence[Path]], bytes]
"""Sheet, words, configuration folders (lowest first) -> the whole file. The same three give the same bytes."""


_IN_A_PROCESS = frozenset({"pdf"})
"""Made by another process; the others are made meanwhile."""

_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """One kind of file that a sheet can be had as."""

    name: str
    """What `--format` takes; also the ending of the file."""
    media_type: str
    """For mail and the web."""
    render: Renderer


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """What came of the formats that were asked for."""

    files: Mapping[str, bytes]
    """By name of the format, in the order asked for."""
    unavailable: Mapping[str, str]
    """Name -> why it could not be made and what to install."""


def render(name: str, sheet: Sheet, style: Style, folders: Sequence[Path]) -> bytes:
    """The sheet as a file of one format.

    Raises KeyError for a name that is not in `FORMATS`, FormatUnavailableError where a system library is missing,
    ConfigError where an office's template or words are wrong.
    """
    return FORMATS[name].render(sheet, style, folders)


def render_all(
    names: Iterable[str], sheet: Sheet, style: Style, folders: Sequence[Path], *, forgiving: Collection[str] = ()
) -> Rendered:
    """The sheet in every format of `names`; what cannot be made here is told, and the others are made all the same.

    A mistake in the template or words of a `forgiving` format is told too. Raises what `render` raises otherwise,
    except FormatUnavailableError.
    """
    from concurrent.futures import ThreadPoolExecutor

    files: dict[str, bytes] = {}
    unavailable: dict[str, str] = {}
    asked = list(dict.fromkeys(names))
    with ThreadPoolExecutor(1) as aside:
        slow = {name: aside.submit(render, name, sheet, style, folders) for name in asked if name in _IN_A_PROCESS}
        for name in sorted(asked, key=lambda name: name in slow):
            try:
                files[name] = slow[name].result() if name in slow else render(name, sheet, style, folders)
            except FormatUnavailableError as error:
                unavailable[name] = str(error)
            except ConfigError as error:
                if name not in forgiving:
                    raise
                unavailable[name] = str(error)
    return Rendered(files={name: files[name] for name in asked if name in files}, unavailable=unavailable)


def _html(sheet: Sheet, style: Style, folders: Sequence[Path]) -> bytes:
    from report.forms.as_html import as_html

    return as_html(sheet, style, folders)


def _json(sheet: Sheet, style: Style, folders: Sequence[Path]) -> bytes:  # noqa: ARG001 (every renderer is called alike)
    from report.forms.as_json import as_json

    return as_json(sheet, style)


def _docx(sheet: Sheet, style: Style, folders: Sequence[Path]) -> bytes:
    from report.forms.as_docx import as_docx

    return as_docx(sheet, style, folders)


def _xlsx(sheet: Sheet, style: Style, folders: Sequence[Path]) -> bytes:  # noqa: ARG001 (every renderer is called alike)
    from report.forms.as_xlsx import as_xlsx

    return as_xlsx(sheet, style)


def _pdf(sheet: Sheet, style: Style, folders: Sequence[Path]) -> bytes:
    from report.forms.as_pdf import as_pdf

    return as_pdf(sheet, style, folders)


def _eml(sheet: Sheet, style: Style, folders: Sequence[Path]) -> bytes:
    from report.forms.as_mail import as_mail

    return as_mail(sheet, style, folders)


FORMATS: Mapping[str, Format] = {
    made.name: made
    for made in (
        Format(name="html", media_type="text/html; charset=utf-8", render=_html),
        Format(name="json", media_type="application/json", render=_json),
        Format(name="docx", media_type=f"{_OFFICE}.wordprocessingml.document", render=_docx),
        Format(name="xlsx", media_type=f"{_OFFICE}.spreadsheetml.sheet", render=_xlsx),
        Format(name="pdf", media_type="application/pdf", render=_pdf),
        Format(name="eml", media_type="message/rfc822", render=_eml),
    )
}
