"""Pace: one request to a host at a time, spaced by the store so that all processes together keep it; Retry-After."""

from __future__ import annotations

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from crawler.errors import HeldError

LONGEST_PAUSE = 7 * 86400.0
"""Seconds: a Retry-After beyond a week is taken as a week."""


SLOW_SECONDS = 1.0
"""An answer that takes longer, and longer than the pace, comes from a site under load: it is given a rest as long."""
MOST_SLOWED = 5
"""Paces that such a rest lasts at most."""


class Pacer:
    """Lets one request at a time through to a host.

    `claim(host, pace_seconds)` takes the host's turn and gives 0.0, or the seconds until it can be tried again, or
    infinity when the host had all requests of its day; None for no spacing (`scrapy shell`). `hold(host, seconds)` lets
    all processes wait: a slow site is slowed down for.
    """

    def __init__(
        self,
        claim: Callable[[str, float], float] | None,
        longest_wait: float,
        hold: Callable[[str, float], None] | None = None,
    ) -> None:
        self._claim, self._longest_wait, self._hold = claim, longest_wait, hold
        self._answered: dict[str, float] = {}
        self._spent: set[str] = set()
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def turn(self, host: str, pace_seconds: float) -> AsyncIterator[None]:
        """Hold the host's turn; HeldError when it is not to be asked for longer than this run waits."""
        async with self._turns[host]:
            if host in self._spent:
                raise _spent(host)
            # Turns space what leaves us; counting from the last answer, nothing arrives closer together either.
            await asyncio.sleep(max(0.0, self._answered.get(host, 0.0) + pace_seconds - time.monotonic()))
            while self._claim is not None and (wait := self._claim(host, pace_seconds)) > 0:
                if wait == math.inf:
                    self._spent.add(host)
                    raise _spent(host)
                if wait > self._longest_wait + 2 * pace_seconds:
                    raise HeldError(f"{host} asked for a pause of {wait:.0f} s", wait)
                await asyncio.sleep(wait)
            began = time.monotonic()
            try:
                yield
            finally:
                self._answered[host] = time.monotonic()
                self._rest(host, self._answered[host] - began, pace_seconds)

    def _rest(self, host: str, took: float, pace_seconds: float) -> None:
        if self._hold is not None and took > max(pace_seconds, SLOW_SECONDS):
            self._hold(host, min(took, MOST_SLOWED * pace_seconds))


def _spent(host: str) -> HeldError:
    return HeldError(f"{host} had all its requests of this day", 0.0)


def retry_after(value: str | None, date: str | None = None) -> float | None:
    """Seconds that a Retry-After header asks for (delta or HTTP date), 0 to `LONGEST_PAUSE`; None when it says nothing.

    A date is counted from the answer's own Date header where it has one: the two clocks may differ.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_PAUSE)
    moment = _http_date(text)
    if moment is None:
        return None
    now = _http_date(date or "") or datetime.now(UTC)
    return min(max((moment - now).total_seconds(), 0.0), LONGEST_PAUSE)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
