"""The words and templates an office may change: `report/` of every configuration folder, later ones winning."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from config.loader import ConfigError
from report.inputs import FIELDS, LEVELS, OUTLET_STATES

_FOLDER = "report"


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The head of the document, after Decree 30/2020."""

    superior: str
    issuer: str
    symbol: str
    place: str
    marking: str = ""
    """`Lưu hành nội bộ` where the office marks its sheets; printed in a frame."""


class Foot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The foot of the document."""

    signer: str
    name: str = ""
    """Of the person who signs, as it is printed below the signature; empty: left to the office."""
    recipients: tuple[str, ...]


class Style(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`report/sheet.toml`, one table each."""

    head: Head
    foot: Foot
    levels: Mapping[int, str]
    fields: Mapping[int, str]
    states: Mapping[str, str]


def load_style(folders: Sequence[Path]) -> Style:
    """The words of the sheet, read from `<folder>/report/sheet.toml`, later folders replacing single keys.

    Raises ConfigError naming the file and key of the first mistake, or the level, field or state without a name.
    """
    merged: dict[str, Any] = {}
    file = Path(_FOLDER) / "sheet.toml"
    for folder in folders:
        if (folder / _FOLDER / "sheet.toml").is_file():
            file = folder / _FOLDER / "sheet.toml"
            merged = _laid_over(merged, _read(file))
    try:
        style = msgspec.convert(merged, Style, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(file, "(see problem)", str(error), "docs/sheet.md names every key") from error
    _check(style, file)
    return style


def template_folders(folders: Sequence[Path]) -> list[Path]:
    """Where templates are looked for, the highest overlay first."""
    return [folder / _FOLDER for folder in reversed(folders)]


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(file, "(syntax)", str(error), "Write valid TOML in UTF-8") from error


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        merged[key] = _laid_over(merged[key], value) if isinstance(value, dict) and key in merged else value
    return merged


def _check(style: Style, file: Path) -> None:
    wanted: tuple[tuple[str, Mapping[Any, str], Sequence[Any]], ...] = (
        ("levels", style.levels, LEVELS),
        ("fields", style.fields, FIELDS),
        ("states", style.states, OUTLET_STATES),
    )
    for table, found, keys in wanted:
        for key in keys:
            if key not in found:
                raise ConfigError(file, f"{table}.{key}", "no name", f'Write {key} = "…" under [{table}]')
