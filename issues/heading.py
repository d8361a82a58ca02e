"""Which of its articles an issue is called after: never one that only takes something back, never one that is gone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from re import Pattern
from typing import Protocol, TypeVar

from config.loader import ConfigError
from issues.cues import any_of, read_toml
from vietnamese.normal import fold_tones, nfc


class Titled(Protocol):
    """An article as a possible name of its issue."""

    @property
    def article_id(self) -> str:
        """Its id."""

    @property
    def title(self) -> str:
        """As it stands now."""

    @property
    def is_reprint(self) -> bool:
        """Whether it repeats another article."""

    @property
    def order(self) -> tuple[object, ...]:
        """What comes first: heavier, then earlier, then by id."""


_T = TypeVar("_T", bound=Titled)


@cache
def delta_patterns(name: str, folders: tuple[Path, ...] = ()) -> Pattern[str]:
    """The patterns under `name` of `delta.toml` as one; ConfigError where they are missing or wrong."""
    raw, file = read_toml(folders, "delta.toml")
    patterns = raw.get(name)
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        raise ConfigError(file, name, "a list of expressions is missing", "See docs/issues.md for the keys")
    return any_of(patterns, name, file)


def is_correction(title: str) -> bool:
    """Whether a title announces that its outlet takes something back («Thông tin cải chính», «Đính chính bài …»)."""
    return bool(delta_patterns("corrections").search(fold_tones(nfc(title)).lower()))


def head_of(articles: Sequence[_T]) -> _T:
    """The article whose title an issue bears: the heaviest, earliest one of its own that is no correction.

    Own articles before reprints, and any of them before a correction piece; `articles` must not be empty.
    """
    return min(articles, key=lambda one: (is_correction(one.title), one.is_reprint, *one.order))
