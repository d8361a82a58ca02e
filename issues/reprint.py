"""Who repeats whose text: candidates by title and MinHash bands, verified by exact overlap of shingles."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Literal

from issues.profile import Profile
from vietnamese.normal import unaccent

ReprintKind = Literal["verbatim", "trimmed", "extended", "title-only"]

BAND_BYTES = 16
"""Four numbers of the signature a band, 32 bands: finds nine of ten pairs that share 45 % of their shingles."""
LEAST_JACCARD = 0.4
"""Common shingles over all shingles from which a text counts as another's; rewritten wire copy lies below."""
LEAST_CONTAINED = 0.66
"""Share of the shorter text found in the longer one from which it counts as taken over."""
LEAST_SHINGLES = 24
"""Shorter texts prove nothing by containment."""
VERBATIM = 0.9
WIRES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "vietnamplus": ("ttxvn", "thongtanxavietnam", "vnanet"),
        "tin-tuc": ("ttxvn", "thongtanxavietnam"),
        "bnews": ("ttxvn", "thongtanxavietnam"),
        "the-thao-van-hoa": ("ttxvn", "thongtanxavietnam"),
    }
)
"""Outlets in which a news agency publishes its own wire: credited by the agency's name instead of theirs."""
LEAST_TITLE = 5
"""Syllables a title must have to prove a reprint by being equal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlap:
    """How much of two texts is the same."""

    shared: int
    """Common shingles."""
    jaccard: float
    contained: float
    """Share of the shorter text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reprint:
    """One article repeats another."""

    original: str
    """article_id of the article that was first."""
    copy: str
    kind: ReprintKind
    overlap: Overlap | None
    """None for title-only."""
    why: str
    """What decided the direction: `time` or `credit`."""


def overlap(a: array[int], b: array[int]) -> Overlap:
    """The exact overlap of two sorted arrays of shingle hashes."""
    shared = len(set(a).intersection(b))
    shorter = min(len(a), len(b))
    union = len(a) + len(b) - shared
    return Overlap(
        shared=shared, jaccard=shared / union if union else 0.0, contained=shared / shorter if shorter else 0.0
    )


def bands(signature: bytes) -> Iterable[tuple[int, bytes]]:
    """The keys under which a signature is found again; none for an empty one."""
    return [(at, signature[at : at + BAND_BYTES]) for at in range(0, len(signature), BAND_BYTES)]


def index_keys(profile: Profile) -> tuple[int, ...]:
    """The keys (signed, 64 bits) under which the store's index of reprints has a text; none without a text."""
    if not profile.shingles:
        return ()
    digests = (blake2b(at.to_bytes(2, "big") + band, digest_size=8).digest() for at, band in bands(profile.signature))
    return tuple(int.from_bytes(digest, "big", signed=True) for digest in digests)


def reprint(new: Profile, old: Profile) -> Reprint | None:
    """Whether one of two articles repeats the other, how, and in which direction."""
    found = _kind(new, old)
    if found is None:
        return None
    original, copy, why = _direction(new, old)
    kind, shared = found
    if kind == "verbatim" and shared is not None and shared.jaccard < VERBATIM:
        kind = "trimmed" if len(copy.shingles) <= len(original.shingles) else "extended"
    return Reprint(original=original.article_id, copy=copy.article_id, kind=kind, overlap=shared, why=why)


def _kind(a: Profile, b: Profile) -> tuple[ReprintKind, Overlap | None] | None:
    """By what two articles repeat each other: their texts («verbatim», which `reprint` looks at closer) or titles."""
    if a.shingles and b.shingles:
        shared = overlap(a.shingles, b.shingles)
        long_enough = min(len(a.shingles), len(b.shingles)) >= LEAST_SHINGLES
        if shared.jaccard >= LEAST_JACCARD or (long_enough and shared.contained >= LEAST_CONTAINED):
            return "verbatim", shared
        return None
    return ("title-only", None) if same_title(a, b) else None


def same_title(a: Profile, b: Profile) -> bool:
    """Whether two titles are equal, folded, and long enough to tell; serial titles must name one date."""
    if a.title_key != b.title_key or a.title_key.count(" ") + 1 < LEAST_TITLE:
        return False
    days = abs(a.at - b.at) if a.at is not None and b.at is not None else 0.0
    return a.kind not in {"daily", "roundup"} or days < 1


def _direction(new: Profile, old: Profile) -> tuple[Profile, Profile, str]:
    """(original, copy, why): a credit line first, then the earlier time; at one time the smaller id."""
    if _credits(new, old) != _credits(old, new):
        return (old, new, "credit") if _credits(new, old) else (new, old, "credit")
    first = min(new, old, key=lambda p: (p.at if p.at is not None else float("inf"), p.article_id))
    return (first, old if first is new else new, "time")


def _credits(a: Profile, b: Profile) -> bool:
    """Whether `a` names the outlet of `b` as its source («Theo báo Tuổi Trẻ», slug `tuoi-tre`; an agency's line)."""
    named = "".join(c for c in unaccent(a.credited).lower() if c.isalnum())
    slug = b.outlet_id.replace("-", "")
    return bool(slug) and (slug in named or any(wire in named for wire in WIRES.get(b.outlet_id, ())))


def told(found: Reprint) -> dict[str, Any]:
    """A reprint as plain data."""
    seen: dict[str, Any] = {"kind": found.kind, "direction": found.why}
    if found.overlap:
        seen |= {
            "shared_shingles": found.overlap.shared,
            "jaccard": round(found.overlap.jaccard, 3),
            "contained": round(found.overlap.contained, 3),
        }
    return seen
