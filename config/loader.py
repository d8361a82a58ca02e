"""Load and check configuration: built-in files, then overlays, later ones winning.

An overlay is a folder with `settings.toml` and/or `outlets/*.toml` (one outlet a file, or several `[[outlet]]`).
A block of an outlet replaces the outlet of the same id; keys of settings replace single keys.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from config.hints import negatives, remedy
from config.model import Outlet, Settings

_T = TypeVar("_T")

BUILTIN = Path(__file__).parent
"""The folder this file stands in: what the project ships."""


class ConfigError(Exception):
    """A mistake in a configuration file: which file, which key, what is wrong, what to write."""

    def __init__(self, file: Path, key: str, problem: str, remedy: str) -> None:
        super().__init__(f"{file}: {key}: {problem}. {remedy}")
        self.file, self.key, self.problem, self.remedy = file, key, problem, remedy


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that can be configured, checked."""

    settings: Settings
    outlets: Mapping[str, Outlet]
    """By id, in order of id."""
    folders: tuple[Path, ...]
    """Where it came from, lowest first: `gazetteer` and `report` read their own files from these."""

    def outlet_of_host(self, host: str) -> Outlet | None:
        """The outlet whose domains hold `host` (the longest domain wins), or None."""
        best: tuple[int, Outlet] | None = None
        for outlet in self.outlets.values():
            for domain in outlet.domains:
                if (host == domain or host.endswith("." + domain)) and (best is None or len(domain) > best[0]):
                    best = (len(domain), outlet)
        return best[1] if best else None


def load(overlays: Sequence[Path] = ()) -> Config:
    """The shipped configuration with `overlays` laid over it, in order.

    Raises ConfigError (file, key, problem, remedy) on the first mistake. A missing overlay folder is a mistake.
    """
    folders = (BUILTIN, *overlays)
    for folder in overlays:
        if not folder.is_dir():
            raise ConfigError(folder, "--config", "no such folder", "Give a folder with settings.toml or outlets/")
    merged: dict[str, Any] = {}
    for folder in folders:
        merged = _laid_over(merged, _read(folder / "settings.toml"))
    settings = _convert(merged, Settings, folders[-1] / "settings.toml")
    _check_settings(settings, folders[-1] / "settings.toml")
    outlets: dict[str, Outlet] = {}
    for folder in folders if settings.builtin_outlets else folders[1:]:
        outlets |= _outlets(folder / "outlets")
    return Config(settings=settings, outlets=dict(sorted(outlets.items())), folders=folders)


def _outlets(folder: Path) -> dict[str, Outlet]:
    found: dict[str, Outlet] = {}
    for file in sorted(folder.glob("*.toml")):
        for raw in _blocks(file):
            outlet = _convert(raw, Outlet, file)
            _check(outlet, file)
            if outlet.id in found:
                raise ConfigError(file, "id", f"outlet {outlet.id!r} stands twice in {folder}", "Keep one block")
            found[outlet.id] = outlet
    return found


def _blocks(file: Path) -> Iterable[dict[str, Any]]:
    raw = _read(file)
    if "outlet" in raw:
        blocks = raw["outlet"]
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            raise ConfigError(file, "outlet", "no blocks", "Write each outlet as a block that begins with [[outlet]]")
        return [_with_rules(block) for block in blocks]
    return [_with_rules(raw)]


def _with_rules(block: dict[str, Any]) -> dict[str, Any]:
    """`[[rule]]` reads better in TOML than `[[rules]]`; both are taken."""
    block = dict(block)
    if "rule" in block:
        block["rules"] = block.pop("rule")
    return block


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))  # some editors put a byte order mark first
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(file, "(syntax)", str(error), "Write valid TOML in UTF-8") from error


def _convert(raw: object, kind: type[_T], file: Path) -> _T:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        problem, _, where = str(error).partition(" - at `$")
        key = where.rstrip("`").lstrip(".")
        raise ConfigError(file, key or "(top)", problem, remedy(kind, key, problem)) from error


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _laid_over(merged[key], value) if both else value
    return merged


def _is_web_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname) and urlsplit(url).port != 0
    except ValueError:  # `http://[`, a port that is no number
        return False


def _check_settings(settings: Settings, file: Path) -> None:
    starts_at = settings.sheet.day_starts_at
    try:
        starts = time.fromisoformat(starts_at)
    except ValueError:
        starts = None
    if starts is None or starts.tzinfo is not None:
        raise ConfigError(file, "sheet.day_starts_at", f"{starts_at!r} is no time of day", 'Write it as in "06:00"')
    for key in negatives(settings):
        raise ConfigError(file, key, "below zero", "Write 0 or more")


def _check(outlet: Outlet, file: Path) -> None:
    if (
        not outlet.id
        or not all(c.isascii() and (c.isalnum() or c == "-") for c in outlet.id)
        or outlet.id != outlet.id.lower()
    ):
        raise ConfigError(file, "id", f"{outlet.id!r} is not a slug", "Use a-z, 0-9 and '-', as in 'tuoi-tre'")
    if not outlet.domains:
        raise ConfigError(file, "domains", "no domain", 'Write the host names, as in domains = ["tuoitre.vn"]')
    for key in ("feeds", "sitemaps", "sections"):
        for url in getattr(outlet, key):
            if not _is_web_address(url):
                raise ConfigError(file, key, f"{url!r} is not a web address", "Write it whole, with https://")
    if outlet.search_url is not None and ("{query}" not in outlet.search_url or not _is_web_address(outlet.search_url)):
        raise ConfigError(
            file, "search_url", f"{outlet.search_url!r} is no search address", "Write https://…?q={query}"
        )
    if outlet.active and not (outlet.feeds or outlet.sitemaps or outlet.sections):
        raise ConfigError(file, "feeds", "nothing to poll", "Give a feed, a sitemap or a section, or active = false")
    if outlet.pace_seconds is not None and outlet.pace_seconds < 0:
        raise ConfigError(file, "pace_seconds", "negative", "Write seconds, as in pace_seconds = 3.0")
    names = [rule.name for rule in outlet.rules]
    if len(set(names)) != len(names):
        raise ConfigError(file, "rule.name", "two rules have one name", "Give each version its own name")
