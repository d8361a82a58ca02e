"""Cues: what grouping and levels know of titles and texts, read from TOML and checked at load."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from config.loader import BUILTIN, ConfigError
from vietnamese.normal import fold_tones, nfc


@dataclass(frozen=True, kw_only=True)
class GroupingCues:
    """`grouping.toml`."""

    roundups: re.Pattern[str]
    daily: re.Pattern[str]
    sport: re.Pattern[str]
    matter_prefixes: re.Pattern[str]
    objects: re.Pattern[str]
    stop: frozenset[str]
    places: re.Pattern[str]
    same_place: dict[str, str]

    def kind_of(self, lower_title: str, lead: str) -> Literal["news", "sport", "daily", "roundup"]:
        """What kind of text a title (folded, lower case) announces; sport is looked for in the lead as well."""
        if self.roundups.search(lower_title):
            return "roundup"
        if self.daily.search(lower_title):
            return "daily"
        if self.sport.search(lower_title) or len(set(self.sport.findall(folded(lead)))) > 1:
            return "sport"
        return "news"

    def subject_of(self, lower_title: str) -> str:
        """What a daily list is about: the words that tell its kind; empty for other titles."""
        found = None if self.roundups.search(lower_title) else self.daily.search(lower_title)
        return found[0].strip() if found else ""

    def objects_in(self, lower_text: str) -> frozenset[str]:
        """Objects with a number or name of their own («bão số 6») in a folded text, blanks made one."""
        return frozenset(" ".join(found[0].split()) for found in self.objects.finditer(lower_text))

    def places_in(self, folded_title: str) -> frozenset[str]:
        """Provinces, cities, countries in a folded title, each by its first name."""
        return frozenset(self.same_place[found] for found in self.places.findall(folded_title))

    def is_matter_prefix(self, head: str) -> bool:
        """Whether what stands before the colon names the matter itself («Vụ cháy chợ …:»)."""
        return self.matter_prefixes.search(head) is not None


_TITLE_KEYS = ("roundups", "daily", "sport", "matter_prefixes", "objects")


def folded(text: str) -> str:
    """NFC, old tone placement, lower case: the form patterns are written for."""
    return fold_tones(nfc(text)).lower()


LEAD_CHARACTERS = 400
"""How much of a first paragraph stands in for a lead that is missing."""


def lead_of(sapo: str | None, text: str) -> tuple[str, str]:
    """The lead of an article and the text after it: where there is no sapo, the first paragraph opens the matter."""
    if sapo and sapo.strip():
        return sapo, text
    first = text.lstrip().partition("\n")[0][:LEAD_CHARACTERS]
    return first, text.lstrip()[len(first) :]


def read_toml(folders: Sequence[Path], name: str) -> tuple[dict[str, Any], Path]:
    """The keys of `name` in the shipped configuration with those of later folders over them, and the last file read.

    Tables are laid over key by key; any other value replaces the one below, save lists in a table `more`, which are
    added to it. Raises ConfigError where a file cannot be read or `more` holds something else than lists.
    """
    merged: dict[str, Any] = {}
    last = BUILTIN / name
    for folder in folders or (BUILTIN,):
        file = folder / name
        if file.exists():
            try:
                merged = _laid_over(merged, tomllib.loads(file.read_text(encoding="utf-8-sig")), file)
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise ConfigError(file, "(syntax)", str(error), "Write valid TOML in UTF-8") from error
            last = file
    return merged, last


def _laid_over(below: dict[str, Any], above: dict[str, Any], file: Path) -> dict[str, Any]:
    more = above.pop("more", {})
    merged = dict(below)
    for key, value in above.items():
        under = below.get(key)
        merged[key] = under | value if isinstance(value, dict) and isinstance(under, dict) else value
    for key, added in more.items() if isinstance(more, dict) else [("more", more)]:
        under = merged.get(key, [])
        if not (isinstance(added, list) and isinstance(under, list)):
            raise ConfigError(
                file, f"more.{key}", "no list", "Only lists can be added to; write the key itself instead"
            )
        merged[key] = under + added
    return merged


def grouping_cues(folders: Sequence[Path] = ()) -> GroupingCues:
    """The cues of `grouping.toml`, lowest folder first. Raises ConfigError where a key is missing or wrong."""
    raw, file = read_toml(folders, "grouping.toml")
    titles = {key: any_of(_strings(raw, key, file), key, file) for key in _TITLE_KEYS}
    same_place = _places(_string(raw, "places", file))
    return GroupingCues(
        **titles,
        stop=frozenset(folded(_string(raw, "stop", file)).split()),
        places=re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, same_place), key=len, reverse=True))})\b"),
        same_place=same_place,
    )


def any_of(patterns: Iterable[str], key: str, file: Path) -> re.Pattern[str]:
    """One pattern that finds any of `patterns` (folded); ConfigError names the first that is no expression."""
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ConfigError(file, key, f"{pattern!r}: {error}", "Write a Python regular expression") from error
    return re.compile("|".join(f"(?:{fold_tones(nfc(pattern))})" for pattern in patterns) or r"(?!)")


def _places(raw: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in raw.split(";"):
        names = [" ".join(re.findall(r"[^\W_]+", folded(name))) for name in entry.split("=")]
        found |= {name: names[0] for name in names if name}
    return found


def _strings(raw: dict[str, Any], key: str, file: Path) -> list[str]:
    value = raw.get(key)
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ConfigError(file, key, "no list of strings", "Write patterns in quotes, parted by commas")
    return value


def _string(raw: dict[str, Any], key: str, file: Path) -> str:
    value = raw.get(key)
    if not isinstance(value, str):
        raise ConfigError(file, key, "no string", 'Write words between """ and """')
    return value
