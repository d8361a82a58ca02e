"""The rank of an issue in a sheet: a sum of named parts that adds up to the last digit.

Everything it reads stands in the `v1_` views, so anybody can recompute it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from gazetteer.records import WHOLE_CITY

LEVEL_POINTS = 10
"""A level, so that a matter that needs an answer is passed by a louder one only when that is much louder."""
LEVEL_SCORE_MOST = Decimal(6)
"""What the level score of the weightiest article may add: less than a level."""
NEWSROOM_POINTS = Decimal(2)
NEWSROOMS_MOST = 6
REPRINT_POINTS = Decimal("0.25")
REPRINTS_MOST = 8
TIER_POINTS: Mapping[str, Decimal] = MappingProxyType(
    {
        "central": Decimal(3),
        "ministry": Decimal(2),
        "local": Decimal(2),
        "magazine": Decimal(1),
        "official": Decimal("0.5"),
        "aggregator": Decimal(0),
    }
)
GROWTH_HOURS = 6
GROWTH_POINTS = Decimal("0.5")
GROWTH_MOST = 6
"""Articles of the last hours, beyond what the pace of the hours before lets expect."""
BODY_POINTS = Decimal("0.5")
BODIES_MOST = 6
SALIENCE_POINTS = Decimal(1)
SALIENT_MOST = 4
"""Bodies that a title or lead names: whom a matter is about, beside all whom it mentions."""
NOVELTY_POINTS = Decimal(2)
_CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One article of an issue, as rank sees it."""

    outlet_id: str
    tier: str | None
    """None for an outlet that is not configured: counts like a magazine."""
    at: datetime
    """Published, or first seen."""
    is_reprint: bool
    level_score: float = 0.0
    bodies: tuple[str, ...] = ()
    """Ids of the agencies and units it mentions; the city itself does not count."""
    head_bodies: tuple[str, ...] = ()
    """Those of them that title or sapo name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """A rank and what it is made of; `total` is exactly the sum of `parts`."""

    total: Decimal
    parts: Mapping[str, Decimal]
    """By name: level, newsrooms, reprints, tier, growth, bodies, salience, novelty; two decimals each."""


def score(
    members: Sequence[Member],
    *,
    level: int,
    first_at: datetime,
    start: datetime,
    end: datetime,
    new_since: datetime | None = None,
) -> Score:
    """The rank of an issue with `members` in the window [`start`, `end`).

    `first_at`: of the issue's earliest article at all. `level`: of the issue. `new_since`: the end of the last sheet
    sent; the start of the window where it is None. Times aware.
    """
    own = {m.outlet_id for m in members if not m.is_reprint and m.tier != "aggregator"}
    copies = {m.outlet_id for m in members} - own
    bodies = {body for m in members for body in m.bodies} - WHOLE_CITY
    salient = {body for m in members for body in m.head_bodies} - WHOLE_CITY
    strongest = max((Decimal(str(m.level_score)) for m in members), default=Decimal(0))
    parts = {
        "level": Decimal(LEVEL_POINTS * level) + min(LEVEL_SCORE_MOST, max(Decimal(0), strongest) / 2),
        "newsrooms": NEWSROOM_POINTS * min(NEWSROOMS_MOST, len(own)),
        "reprints": REPRINT_POINTS * min(REPRINTS_MOST, len(copies)),
        "tier": max((_tier(m) for m in members if m.outlet_id in own), default=Decimal(0)),
        "growth": GROWTH_POINTS * min(Decimal(GROWTH_MOST), _growth([m.at for m in members], start, end)),
        "bodies": BODY_POINTS * min(BODIES_MOST, len(bodies)),
        "salience": SALIENCE_POINTS * min(SALIENT_MOST, len(salient)),
        "novelty": NOVELTY_POINTS if first_at >= (new_since or start) else Decimal(0),
    }
    rounded = {name: part.quantize(_CENT) for name, part in parts.items()}
    return Score(total=sum(rounded.values(), Decimal("0.00")), parts=rounded)


def _growth(ats: Sequence[datetime], start: datetime, end: datetime) -> Decimal:
    """Articles of the last hours beyond those that the hours before, at their pace, let expect."""
    turn = end - timedelta(hours=GROWTH_HOURS)
    late = sum(at >= turn for at in ats)
    before = sum(start <= at < turn for at in ats)
    hours = max(1, int((turn - start).total_seconds() // 3600))
    return max(Decimal(0), Decimal(late) - Decimal(before * GROWTH_HOURS) / Decimal(hours))


def _tier(member: Member) -> Decimal:
    return TIER_POINTS.get(member.tier or "magazine", TIER_POINTS["magazine"])
