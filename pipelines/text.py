"""Clean text for texts that are mostly clean already: the same result as `vietnamese.normal.clean`, checked first."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from vietnamese import normal

_SUSPECT = re.compile("[\u00ad\u200b-\u200f\u2060\ufeffÐƉðɖ]")
"""What `normal.nfc` would take out or replace."""
_NO_WORD = re.compile(r"[\W_]+")


def clean(text: str) -> str:
    """NFC, no invisible characters, white space folded to one blank, trimmed."""
    if _SUSPECT.search(text) or not unicodedata.is_normalized("NFC", text):
        return normal.clean(text)
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def bare(text: str) -> str:
    """Letters and figures only, lower case, composed: what two spellings of one line share."""
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return _NO_WORD.sub("", text.lower())
