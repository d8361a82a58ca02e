"""Which fate an answer or a failure means. Pure: a status or an exception in, a verdict out.

The fate says why the page could not be had. Where the outlet still stands by the article and only the page is out of
our reach (robots, 5xx, timeouts, 401/402/403/429/451, too big), what its feed said is kept as a teaser beside the fate.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError, ResponseDataLossError
from twisted.internet.error import ConnectionClosed

from crawler.errors import (
    BrokenAnswerError,
    CrawlError,
    ForeignHostError,
    HeldError,
    RedirectLoopError,
    RefusedAddressError,
    RobotsForbiddenError,
    RobotsUnavailableError,
    TooBigError,
    UnreachableError,
)
from storage.records import FateWord

WALLS = frozenset({401, 402, 403, 451})
"""The article exists, we may not read it."""

LOST = frozenset({404, 410})
"""The article is not there (any more)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What one visit that brought no readable page came to."""

    fate: FateWord
    detail: str
    keep_teaser: bool = False
    retry_in: float | None = None
    """Seconds the host asked us to stay away."""


def of_status(status: int, *, stored: bool) -> Verdict | None:
    """The verdict on an HTTP status; None when the answer is a page to be read. `stored`: we hold the article."""
    if 200 <= status < 300:  # noqa: PLR2004 - HTTP status classes
        return None
    if status == HTTPStatus.NOT_MODIFIED:
        fate, keep = FateWord.UNCHANGED, False
    elif status < 400:  # noqa: PLR2004 - a redirect without a target
        fate, keep = FateWord.NOT_ARTICLE, False
    elif 500 <= status < 600:  # noqa: PLR2004
        fate, keep = FateWord.HTTP_5XX, True
    elif status == HTTPStatus.TOO_MANY_REQUESTS:
        fate, keep = FateWord.DEFERRED, True
    else:
        fate, keep = FateWord.GONE if status in LOST and stored else FateWord.HTTP_4XX, status in WALLS
    return Verdict(fate=fate, detail=f"{status} {_phrase(status)}".strip(), keep_teaser=keep)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


_BY_KIND: tuple[tuple[tuple[type[BaseException], ...], FateWord, bool], ...] = (
    ((RefusedAddressError,), FateWord.PRIVATE_ADDRESS, False),
    ((ForeignHostError,), FateWord.NOT_ARTICLE, False),
    ((RobotsForbiddenError,), FateWord.ROBOTS, True),
    ((HeldError,), FateWord.DEFERRED, True),
    ((RobotsUnavailableError, UnreachableError), FateWord.DEFERRED, False),
    ((RedirectLoopError,), FateWord.REDIRECT_LOOP, False),
    ((TooBigError,), FateWord.TOO_BIG, True),
    ((BrokenAnswerError,), FateWord.HTTP_5XX, True),
)
_TIMEOUT = (DownloadTimeoutError,)
_BROKEN = (DownloadFailedError, ResponseDataLossError, ConnectionClosed)


def of_error(error: BaseException) -> Verdict | None:
    """The verdict on a failed request; None when the failure is ours (a defect, to be told with an error id)."""
    for kinds, fate, keep in _BY_KIND:
        if isinstance(error, kinds):
            retry_in = error.seconds if isinstance(error, HeldError) else None
            return Verdict(fate=fate, detail=str(error), keep_teaser=keep, retry_in=retry_in)
    if isinstance(error, _TIMEOUT):
        return Verdict(fate=FateWord.TIMEOUT, detail="no complete answer in time", keep_teaser=True)
    if isinstance(error, _BROKEN):
        return Verdict(fate=FateWord.TIMEOUT, detail="the connection broke off", keep_teaser=True)
    return None


def feed_error(status: int) -> str | None:
    """The error word of a feed that answered with `status`; None when the answer is to be read (200, 304)."""
    if status == HTTPStatus.NOT_MODIFIED or 200 <= status < 300:  # noqa: PLR2004
        return None
    return FateWord.HTTP_5XX if 500 <= status < 600 else f"http-{status}"  # noqa: PLR2004


def feed_failure(error: BaseException) -> tuple[str, str] | None:
    """Error word and detail of a feed that gave no answer; None when the failure is ours."""
    if isinstance(error, UnreachableError):
        return "unreachable", str(error)
    if isinstance(error, (HeldError, RobotsUnavailableError)):
        return "deferred", str(error)
    if isinstance(error, ForeignHostError):
        return "foreign-host", str(error)
    verdict = of_error(error)
    return (str(verdict.fate), verdict.detail if isinstance(error, CrawlError) else "") if verdict else None
