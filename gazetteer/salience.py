"""How much an article is about a mention: by where it stands, and whether it acts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gazetteer.context import OPENING_CHARS
from vietnamese.normal import match_form

if TYPE_CHECKING:
    from gazetteer.mention import Mention, Salience
    from gazetteer.shape import Text
    from gazetteer.wordlists import WordLists

_STOP = re.compile(r"[.;\n]")
_BEHIND = 40
"""Characters behind a body in which its verb stands; a chairman's name may come between."""


def salience(words: WordLists, texts: Sequence[Text], mention: Mention) -> Salience:
    """`title`, `lead` (the sapo; without one the opening), `actor` (a body that does something), or `passing`."""
    if mention.field == "title":
        return "title"
    if mention.field == "sapo":
        return "lead"
    if mention.start < OPENING_CHARS and all(text.field != "sapo" for text in texts):
        return "lead"
    return "actor" if mention.kind != "unit" and _acts(words, texts, mention) else "passing"


def _acts(words: WordLists, texts: Sequence[Text], mention: Mention) -> bool:
    """Whether a verb of `acts` stands in the same clause, close behind."""
    raw = next(text.raw for text in texts if text.field == mention.field)
    clause = match_form(_STOP.split(raw[mention.end : mention.end + _BEHIND], maxsplit=1)[0])
    return words.acts.search(clause) is not None
