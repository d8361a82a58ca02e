"""Level 0 to 3 and field 1 to 12 of one article: suggestions from cues that can be read, each with its reasons.

Pure. Nothing here knows the outlet: neither its name nor its tier can move a level.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gazetteer.mention import Mention
from gazetteer.records import WHOLE_CITY
from issues.cues import folded, lead_of
from issues.fields import FieldCues, field_of
from issues.levelcues import PLACES, Cue, LevelCues

INFORMATION, FOLLOW, ANSWER, URGENT = range(4)
"""The levels."""
_AGAINST = frozenset({"answered", "calm"})
_TROUBLE = ("harm", "crime", "hazard", "fault", "protest")
_HARM_OF_FAULT, _HARM_MOST = 0.3, 2.5
"""A shortcoming that goes with harm weighs more by this share of the harm (up to the second number)."""
_FAULT_OF_OFFENDERS = 0.6
"""Share of the shortcomings that counts when the title tells of a crime only."""
_LEFT_WHEN_SETTLED = 0.5
"""Share of shortcomings and complaints left when the title says that the body has answered or settled the matter."""
_CALM_ELSEWHERE = 0.7
"""Share of what calms outside the title that does not count when the title tells of trouble."""
_BEFORE = 24
"""Characters looked at before a word of trouble."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What is suggested for one article."""

    level: int
    """0 information, 1 follow, 2 needs an answer, 3 urgent."""
    reasons: tuple[str, ...]
    """Vietnamese phrases with the words that were found, weightiest first, what speaks against a level above 0 last."""
    level_score: float
    """Orders articles within and over levels; two decimals."""
    field_of: int
    """1 to 12, domain.md §2.2; 12 where nothing tells."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One cue found in one article."""

    cue: Cue
    points: float
    words: tuple[str, ...]
    in_title: bool = False


def judge(
    *,
    title: str,
    sapo: str | None,
    text: str,
    mentions: Sequence[Mention] = (),
    about_city: bool = True,
    cues: LevelCues,
    fields: FieldCues,
) -> Judgement:
    """Level, reasons, score and field of an article.

    A level of 2 needs a shortcoming or complaint and somebody answerable for it; 3 also a central order or a crowd.
    An article that is not about the city gets at most 1.
    """
    found = find(title=title, sapo=sapo, text=text, cues=cues)
    points = _points(found, cues)
    named = _named_body(mentions)
    points["public"] += 0.5 * bool(named)
    level = _level(points, cues)
    if not about_city:
        level = min(level, FOLLOW)
    return Judgement(
        level=level,
        reasons=_reasons(found, named, level),
        level_score=_score(points, level),
        field_of=field_of(title=title, sapo=sapo, text=text, cues=fields),
    )


def _points(found: Sequence[Found], cues: LevelCues) -> dict[str, float]:
    """Points by role. Where the title tells of trouble, what calms counts less unless the title says it too.

    Where it tells of a crime and of the police, that a singer or player is in it calms nothing; and where it tells of a
    crime only, what is at fault below is mostly the offenders'. `gravest` is the weightiest shortcoming, `raising` the
    weightiest order or crowd, `hurt` the weightiest crowd, `told` the weightiest shortcoming or complaint of the title.
    """
    points: dict[str, float] = {role: math.fsum(f.points for f in found if f.cue.role == role) for role in cues.roles}
    telling = [f.cue.role for f in found if f.in_title and f.cue.role in _TROUBLE]
    if telling.count("crime") > 1:
        points["calm"] *= 1 - _CALM_ELSEWHERE
    elif telling:
        points["calm"] -= _CALM_ELSEWHERE * math.fsum(
            f.points for f in found if f.cue.role == "calm" and not f.in_title
        )
    if "crime" in telling and not {"fault", "protest"} & set(telling):
        points["fault"] *= _FAULT_OF_OFFENDERS
    points["gravest"] = max((f.points for f in found if f.cue.role == "fault"), default=0.0)
    points["told"] = max((f.points for f in found if f.in_title and f.cue.role in {"fault", "protest"}), default=0.0)
    points["settled"] = max((f.points for f in found if f.in_title and f.cue.role == "answered"), default=0.0)
    points["hurt"] = max((f.points for f in found if f.cue.role == "mass"), default=0.0)
    points["raising"] = max((f.points for f in found if f.cue.role in {"central", "mass"}), default=0.0)
    return points


def find(*, title: str, sapo: str | None, text: str, cues: LevelCues) -> list[Found]:
    """The cues found in an article with their points, weightiest first."""
    lead, rest = lead_of(sapo, text)
    parts = {"title": folded(title), "sapo": folded(lead), "text": folded(rest[: cues.text_characters])}
    found = [hit for cue in cues.cues if (hit := _search(cue, parts, cues))]
    return sorted(found, key=lambda f: (-f.points, f.cue.reason))


def _search(cue: Cue, parts: dict[str, str], cues: LevelCues) -> Found | None:
    words: list[str] = []
    share = 0.0
    in_title = False
    for place in PLACES:
        for match in cue.pattern.finditer(parts[place]):
            if cue.role in _TROUBLE and _averted(parts[place], match.start(), cues):
                continue
            in_title = in_title or place == "title"
            if match[0].strip() not in words:
                words.append(match[0].strip())
                share = share or cues.places[place]
    if not words:
        return None
    more = cues.more * min(2, len(words) - 1)
    return Found(cue=cue, points=round(cue.weight * share * (1 + more), 3), words=tuple(words[:3]), in_title=in_title)


def _averted(part: str, start: int, cues: LevelCues) -> bool:
    """Whether what stands before says that the trouble is prevented («chống gian lận»)."""
    return cues.averted.search(part[max(0, start - _BEFORE) : start]) is not None


def _level(points: dict[str, float], cues: LevelCues) -> int:
    trouble = sum(points[role] for role in _TROUBLE)
    grave = points["fault"] + points["protest"] - 0.5 * points["answered"]
    if points["settled"]:
        grave *= _LEFT_WHEN_SETTLED
    if points["gravest"] >= 1:
        grave += _HARM_OF_FAULT * min(_HARM_MOST, points["harm"])
    limits = cues.limits
    if points["calm"] * limits.calm > trouble or trouble < limits.follow:
        return INFORMATION
    answerable = points["public"] >= limits.answerable
    harmed = points["harm"] > points["crime"] and points["answered"] < 1
    raised = points["raising"] >= 1 and (grave >= limits.raised or harmed)
    ordered = points["central"] >= limits.ordered and grave >= limits.raised
    if answerable and (ordered or (raised and grave + points["harm"] + points["hurt"] >= limits.urgent)):
        return URGENT
    clear = points["told"] and points["public"] >= limits.clear
    return ANSWER if answerable and grave >= (limits.told if clear else limits.answer) else FOLLOW


def _score(points: dict[str, float], level: int) -> float:
    """What orders articles: the level first, then shortcomings of a body that can be asked, then how bad it is.

    The shares were fitted on `tagging/level-dev.jsonl` (`benchmarks/level.py`, `needs_answer_in_top`).
    """
    answerable = min(1.0, points["public"])
    grave = (points["fault"] + points["protest"]) * (0.6 + 0.8 * answerable)
    calm = points["calm"] + points["answered"]
    other = 0.5 * points["harm"] + 0.3 * points["crime"] + 0.3 * points["hazard"] + 0.1 * points["weak"]
    return round(level + grave + other + points["central"] + 0.7 * points["mass"] - 0.6 * calm, 2)


def _named_body(mentions: Sequence[Mention]) -> str | None:
    """The first public body of the city that title or lead names."""
    for mention in mentions:
        if mention.field != "text" and mention.kind in {"agency", "body"} and mention.entity_id not in WHOLE_CITY:
            return mention.surface
    return None


def _reasons(found: Sequence[Found], named: str | None, level: int) -> tuple[str, ...]:
    """Above level 0 what speaks against it comes last: «thể thao, giải trí» is nobody's reason for an answer."""
    told = [f for f in found if f.cue.role != "weak"]
    if level > INFORMATION:
        told.sort(key=lambda f: f.cue.role in _AGAINST)
    reasons = [f"{f.cue.reason}: «{'», «'.join(f.words)}»" for f in told]
    return tuple(reasons + ([f"nêu tên cơ quan: «{named}»"] if named else []))
