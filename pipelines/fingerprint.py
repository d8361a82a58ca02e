"""Fingerprints of texts, for reprints: MinHash over syllable 4-shingles.

Two signatures are comparable wherever and whenever they were made: the seed and the shingle form are fixed.
"""

from __future__ import annotations

import hashlib
import re
import struct

from rensa import RMinHash

from vietnamese.normal import match_form, nfc

PERMUTATIONS = 128
SHINGLE = 4
_SEED = 20220808
_FORM = struct.Struct(f"<{PERMUTATIONS}I")
_SYLLABLE = re.compile(r"[^\W_]+")


def shingles(text: str) -> list[str]:
    """Runs of four syllables of `text`, folded (case, tone placement); one shorter run when there are fewer."""
    syllables = _SYLLABLE.findall(match_form(nfc(text)))
    if len(syllables) < SHINGLE:
        return [" ".join(syllables)] if syllables else []
    return [" ".join(syllables[at : at + SHINGLE]) for at in range(len(syllables) - SHINGLE + 1)]


def signature(text: str) -> bytes:
    """The MinHash of `text`: 128 little-endian 32-bit numbers (512 bytes); empty for a text without syllables."""
    found = shingles(text)
    if not found:
        return b""
    minhash = RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    minhash.update(found)
    return _FORM.pack(*minhash.digest())


def similarity(a: bytes, b: bytes) -> float:
    """Estimated Jaccard similarity of the shingles behind two signatures, 0 to 1; 0 where one is empty.

    Raises ValueError when a signature has another length than `signature` makes.
    """
    if not a or not b:
        return 0.0
    if len(a) != _FORM.size or len(b) != _FORM.size:
        raise ValueError(f"signatures of {len(a)} and {len(b)} bytes: {_FORM.size} expected")
    same: int = sum(x == y for x, y in zip(_FORM.unpack(a), _FORM.unpack(b), strict=True))
    return same / PERMUTATIONS


def content_hash(title: str, text: str) -> str:
    """16 hex digits over folded title and body: another one means that the article was changed."""
    folded = "\n".join(" ".join(match_form(nfc(part)).split()) for part in (title, text))
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:16]
