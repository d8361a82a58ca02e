"""The cues of `levels.toml`, checked at load."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import msgspec

from config.loader import ConfigError
from issues.cues import any_of, read_toml

Role = Literal["harm", "crime", "hazard", "fault", "protest", "public", "central", "mass", "weak", "answered", "calm"]
PLACES = ("title", "sapo", "text")


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From which points a level is suggested."""

    follow: float
    answer: float
    urgent: float
    calm: float
    answerable: float
    raised: float
    ordered: float
    told: float
    clear: float


class _RawCue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    role: Role
    reason: str
    weight: float
    patterns: list[str]


class _RawPlaces(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: float
    sapo: float
    text: float
    more: float
    averted: str
    text_characters: int


class _Raw(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    places: _RawPlaces
    limits: Limits
    cue: list[_RawCue]


@dataclass(frozen=True, kw_only=True)
class Cue:
    """One group of words that say the same."""

    role: Role
    reason: str
    """Vietnamese, as the analyst reads it."""
    weight: float
    pattern: re.Pattern[str]


@dataclass(frozen=True, kw_only=True)
class LevelCues:
    """`levels.toml`."""

    cues: tuple[Cue, ...]
    places: Mapping[str, float]
    more: float
    averted: re.Pattern[str]
    """Before a word of trouble: what is prevented, not what happened."""
    text_characters: int
    limits: Limits
    roles: tuple[Role, ...] = get_args(Role)


def level_cues(folders: Sequence[Path] = ()) -> LevelCues:
    """The cues of `levels.toml`; ConfigError where something is missing or wrong."""
    table, file = read_toml(folders, "levels.toml")
    try:
        raw = msgspec.convert(table, _Raw)
    except msgspec.ValidationError as error:
        raise ConfigError(file, "(top)", str(error), "See docs/issues.md for the keys") from error
    return LevelCues(
        cues=tuple(
            Cue(role=c.role, reason=c.reason, weight=c.weight, pattern=any_of(c.patterns, c.reason, file))
            for c in raw.cue
        ),
        places={"title": raw.places.title, "sapo": raw.places.sapo, "text": raw.places.text},
        more=raw.places.more,
        averted=any_of([raw.places.averted], "places.averted", file),
        text_characters=raw.places.text_characters,
        limits=raw.limits,
    )
