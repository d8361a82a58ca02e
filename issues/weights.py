"""How the evidence for one matter is weighed: `[weights]` of `grouping.toml`."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from config.loader import ConfigError
from issues.cues import read_toml
from issues.evidence import Evidence
from issues.profile import Profile

THIN_LIKENESS, THIN_TITLE = 0.2, 0.35
"""Below these, what two articles share is what any two of one day may share."""


class GroupingWeights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Log odds of each piece of evidence, and the rule by which an article joins."""

    bias: float
    likeness: float
    thin_likeness: float
    thin_title: float
    title_in_other: float
    names: float
    entities: float
    body: float
    body_usual: float
    body_most: float
    object_missing: float
    shared_units: float
    shared_object: float
    objects_differ: float
    days_apart: float
    days_apart_log: float
    places_differ: float
    dates_differ: float
    differ_alike: float
    units_differ: float
    sport: float
    sport_names: float
    sport_days_log: float
    sport_days_from: float
    daily_days_log: float
    roundup: float
    one_series: float
    one_outlet: float
    undated_days: float
    least: float
    best_share: float
    links: int
    missing_link: float
    least_link: float
    other_subject: float
    window_days: float

    def score(self, a: Profile, b: Profile, seen: Evidence) -> float:
        """Log odds that `a` and `b` tell of one matter."""
        days = seen.days_apart if a.at is not None and b.at is not None else self.undated_days
        kinds = {a.kind, b.kind}
        total = self.bias + self._wording(seen) + self._days(days, kinds) + self._contradictions(seen)
        if "sport" in kinds:
            total += self.sport + self.sport_names * seen.sport_names
        total += self.roundup * ("roundup" in kinds) + self.one_outlet * (a.outlet_id == b.outlet_id)
        return total + self.one_series * (bool(a.series) and a.series == b.series)

    def _wording(self, seen: Evidence) -> float:
        """What the two have in common: words, names, bodies, objects."""
        total = (
            self.likeness * seen.likeness
            + self.thin_likeness * max(0.0, 1 - seen.likeness / THIN_LIKENESS)
            + self.thin_title * max(0.0, 1 - seen.title_in_other / THIN_TITLE)
            + self.title_in_other * seen.title_in_other
            + self.names * seen.names
            + self.entities * seen.entities
            + self.shared_units * seen.shared_units
            + self.shared_object * seen.shared_object
        )
        if seen.body is not None:
            total += self.body * (min(seen.body, self.body_most) - self.body_usual)
        return total

    def _days(self, days: float, kinds: Collection[str]) -> float:
        """What the time between them says; more of sport and of two daily lists."""
        far = math.log1p(4 * days)
        total = self.days_apart * days + self.days_apart_log * far
        if kinds == {"daily"}:
            total += self.daily_days_log * far
        if "sport" in kinds:
            total += self.sport_days_log * math.log1p(4 * max(0.0, days - self.sport_days_from))
        return total

    def _contradictions(self, seen: Evidence) -> float:
        """What one says and the other does not: place, date, unit, object, subject of a daily list."""
        elsewhere = not seen.shared_object and (seen.places_differ or seen.units_differ)
        return (
            self.places_differ * seen.places_differ
            + self.dates_differ * seen.dates_differ
            + self.differ_alike * seen.likeness * (elsewhere or seen.dates_differ)
            + self.units_differ * (elsewhere and seen.units_differ)
            + self.object_missing * seen.object_missing
            + self.objects_differ * seen.objects_differ
            + self.other_subject * seen.subjects_differ
        )


def grouping_weights(folders: Sequence[Path] = ()) -> GroupingWeights:
    """The weights of `grouping.toml`; ConfigError where one is missing or wrong."""
    raw, file = read_toml(folders, "grouping.toml")
    try:
        return msgspec.convert(raw.get("weights", {}), GroupingWeights)
    except msgspec.ValidationError as error:
        raise ConfigError(file, "weights", str(error), "See docs/issues.md for every weight") from error
