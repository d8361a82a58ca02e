"""An analyst's corrections of one article's mentions: they win over every rule and stay when the text is read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gazetteer.mention import FIELDS, Mention, MentionField, kind_of
from vietnamese.normal import nfc

Action = Literal["add", "remove", "move"]
RULE = "analyst"
"""What stands as rule, and as `decided_by`, on a mention a person decided."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """One decision. It names words, not offsets: those move when an outlet edits its article."""

    action: Action
    entity_id: str
    """Who is added, removed or moved away from."""
    to_id: str | None = None
    """For `move`: who is meant instead."""
    surface: str | None = None
    """The words as they stand in the article: needed for `add`; otherwise None means all mentions of the entity."""


def corrected(
    mentions: Sequence[Mention], corrections: Sequence[Correction], texts: Mapping[MentionField, str]
) -> tuple[Mention, ...]:
    """`mentions` with the corrections laid over, in order of field and start, never overlapping.

    `texts` holds title, sapo and text as the offsets count them. Words that no longer stand there change nothing.
    """
    found = list(mentions)
    for correction in corrections:
        found = _laid_over(found, correction, texts)
    return tuple(sorted(found, key=lambda mention: (FIELDS.index(mention.field), mention.start)))


def _laid_over(found: list[Mention], correction: Correction, texts: Mapping[MentionField, str]) -> list[Mention]:
    if correction.action == "add":
        return _with_added(found, correction, texts)
    if correction.action == "remove":
        return [mention for mention in found if not _meant(mention, correction)]
    to = correction.to_id or correction.entity_id
    return [_decided(mention, to) if _meant(mention, correction) else mention for mention in found]


def _meant(mention: Mention, correction: Correction) -> bool:
    if correction.surface is not None and nfc(correction.surface) != nfc(mention.surface):
        return False
    return mention.entity_id == correction.entity_id


def _decided(mention: Mention, entity_id: str) -> Mention:
    return replace(
        mention, entity_id=entity_id, kind=kind_of(entity_id), rule=RULE, confidence=1.0, decided_by="analyst"
    )


def _with_added(found: list[Mention], correction: Correction, texts: Mapping[MentionField, str]) -> list[Mention]:
    """The words' first place, in title, sapo, then text; what overlapped it goes."""
    given = correction.surface or ""
    spellings = [each for each in dict.fromkeys((given, nfc(given))) if each]  # a keyboard may write marks apart
    places = ((name, each) for name in FIELDS for each in spellings if each in texts.get(name, ""))
    field, surface = next(places, (None, ""))
    if field is None:
        return found
    start = texts[field].index(surface)
    end = start + len(surface)
    apart = [m for m in found if m.field != field or m.end <= start or end <= m.start]
    added = Mention(
        entity_id=correction.entity_id,
        kind=kind_of(correction.entity_id),
        field=field,
        start=start,
        end=end,
        surface=surface,
        rule=RULE,
        confidence=1.0,
        decided_by="analyst",
    )
    return [*apart, added]
