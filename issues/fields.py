"""The field (lĩnh vực) of an article, one of twelve, from the cues of `fields.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from config.loader import ConfigError
from issues.cues import any_of, folded, lead_of, read_toml

OTHER = 12
"""«Khác»: where no cue tells."""


class _RawPlaces(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: float
    sapo: float
    text: float
    text_characters: int


class _RawField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    number: int
    name: str
    patterns: list[str]
    strong: list[str] = []
    weight: float = 1.0


class _Raw(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    places: _RawPlaces
    field: list[_RawField]


@dataclass(frozen=True, kw_only=True)
class FieldCues:
    """`fields.toml`."""

    patterns: Mapping[int, re.Pattern[str]]
    strong: Mapping[int, re.Pattern[str]]
    """What tells more than where or to whom something happened: counts once more."""
    weights: Mapping[int, float]
    names: Mapping[int, str]
    places: Mapping[str, float]
    text_characters: int


def field_cues(folders: Sequence[Path] = ()) -> FieldCues:
    """The cues of `fields.toml`; ConfigError where something is missing or wrong."""
    table, file = read_toml(folders, "fields.toml")
    try:
        raw = msgspec.convert(table, _Raw)
    except msgspec.ValidationError as error:
        raise ConfigError(file, "(top)", str(error), "See docs/issues.md for the keys") from error
    return FieldCues(
        patterns=_by_number(((f.number, f.patterns) for f in raw.field), file),
        strong=_by_number(((f.number, f.strong) for f in raw.field), file),
        weights={f.number: f.weight for f in raw.field},
        names={f.number: f.name for f in raw.field},
        places={"title": raw.places.title, "sapo": raw.places.sapo, "text": raw.places.text},
        text_characters=raw.places.text_characters,
    )


def _by_number(listed: Iterable[tuple[int, list[str]]], file: Path) -> dict[int, re.Pattern[str]]:
    together: dict[int, list[str]] = {}
    for number, some in listed:
        together.setdefault(number, []).extend(some)
    return {number: any_of(some, f"field {number}", file) for number, some in together.items()}


def field_points(*, title: str, sapo: str | None, text: str, cues: FieldCues) -> dict[int, float]:
    """Points of every field that has any: each different cue counts once in each place, a strong one twice."""
    lead, rest = lead_of(sapo, text)
    parts = {"title": folded(title), "sapo": folded(lead), "text": folded(rest[: cues.text_characters])}
    points: dict[int, float] = {}
    for number, pattern in cues.patterns.items():
        total = sum(
            cues.places[place] * _different(pattern, cues.strong[number], part) for place, part in parts.items()
        )
        if total:
            points[number] = round(total * cues.weights[number], 3)
    return points


def _different(pattern: re.Pattern[str], strong: re.Pattern[str], part: str) -> int:
    """How many different cues a part has; strong ones, looked for only where there are any, count twice."""
    cues = len({match[0] for match in pattern.finditer(part)})
    return cues + len({match[0] for match in strong.finditer(part)}) if cues else 0


def field_of(*, title: str, sapo: str | None, text: str, cues: FieldCues) -> int:
    """The field with most points (the smaller number on a tie), `OTHER` where there are none."""
    points = field_points(title=title, sapo=sapo, text=text, cues=cues)
    return min(points, key=lambda number: (-points[number], number)) if points else OTHER
