"""What a crawl counts while it runs: for the progress bar, the log and the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

Listener = Callable[["Progress"], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class OutletProgress:
    """How far one outlet has come."""

    outlet_id: str
    pace_seconds: float
    feeds_all: int = 0
    feeds_asked: int = 0
    found: int = 0
    """URLs its feeds and sitemaps announced."""
    due: int = 0
    """Pages to be asked for in this run."""
    done: int = 0
    """Pages that have been asked for, or settled without asking."""
    unreachable: str | None = None
    """Why no connection could be made, once an outlet."""

    @property
    def left_seconds(self) -> float:
        """Least time the rest takes at its pace."""
        return (self.feeds_all - self.feeds_asked + self.due - self.done) * self.pace_seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """One moment of a crawl, for whoever draws it."""

    outlets: tuple[OutletProgress, ...]
    fates: dict[str, int]
    requests: int
    bytes: int

    @property
    def done(self) -> int:
        """Steps (feeds and pages) done."""
        return sum(each.feeds_asked + each.done for each in self.outlets)

    @property
    def total(self) -> int:
        """Steps known so far; grows while feeds are read."""
        return sum(each.feeds_all + each.due for each in self.outlets)

    @property
    def left_seconds(self) -> float:
        """Least time left: outlets go side by side, the longest one counts."""
        return max((each.left_seconds for each in self.outlets), default=0.0)


@dataclass(kw_only=True)
class Tally:
    """Counts of one crawl. Everything that changes calls the listener with a fresh `Progress`."""

    listener: Listener | None = None
    outlets: dict[str, OutletProgress] = field(default_factory=dict)
    fates: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    not_modified: int = 0
    robots: int = 0
    bytes: int = 0
    errors: list[str] = field(default_factory=list)
    """Ours: error ids with what failed."""

    @property
    def troubled(self) -> bool:
        """An outlet could not be reached, or something of ours failed."""
        return bool(self.errors) or any(outlet.unreachable for outlet in self.outlets.values())

    def begin(self, outlet_id: str, *, pace_seconds: float, feeds: int) -> None:
        """An outlet is visited."""
        self.outlets[outlet_id] = OutletProgress(outlet_id=outlet_id, pace_seconds=pace_seconds, feeds_all=feeds)

    def step(
        self,
        outlet_id: str,
        *,
        feeds_all: int = 0,
        feeds_asked: int = 0,
        found: int = 0,
        due: int = 0,
        done: int = 0,
        unreachable: str | None = None,
    ) -> None:
        """Add to an outlet's counts; the first reason of being unreachable stays."""
        old = self.outlets[outlet_id]
        self.outlets[outlet_id] = replace(
            old,
            feeds_all=old.feeds_all + feeds_all,
            feeds_asked=old.feeds_asked + feeds_asked,
            found=old.found + found,
            due=old.due + due,
            done=old.done + done,
            unreachable=old.unreachable or unreachable,
        )
        self.tell()

    def answered(self, size: int, status: int) -> None:
        """One HTTP answer came."""
        self.requests += 1
        self.bytes += size
        self.not_modified += status == 304  # noqa: PLR2004 - HTTP

    def progress(self) -> Progress:
        """The counts as they are now."""
        return Progress(
            outlets=tuple(self.outlets.values()), fates=dict(self.fates), requests=self.requests, bytes=self.bytes
        )

    def tell(self) -> None:
        """Call the listener."""
        if self.listener is not None:
            self.listener(self.progress())
