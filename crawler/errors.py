"""Why a request was not answered: one exception a reason, each carrying words for a person and never page text."""

from __future__ import annotations


class CrawlError(Exception):
    """A request that ended without a usable answer. `str(error)` is the detail of its fate."""


class RefusedAddressError(CrawlError):
    """The address is private, or lies outside the hosts file: no connection was made."""


class ForeignHostError(CrawlError):
    """The link or redirect leaves the outlet's own domains: not followed."""


class RobotsForbiddenError(CrawlError):
    """robots.txt forbids this address to us."""


class RobotsUnavailableError(CrawlError):
    """robots.txt could not be had: nothing is asked of the host until it can."""


class RedirectLoopError(CrawlError):
    """The redirects come back to where they were, or there are too many of them."""


class TooBigError(CrawlError):
    """The body, as sent or unpacked, is larger than allowed."""


class BrokenAnswerError(CrawlError):
    """The answer cannot be read: broken compression."""


class UnreachableError(CrawlError):
    """No connection: the name is unknown, the port refuses, nobody answers in time, or TLS does not verify."""


class HeldError(CrawlError):
    """The host asked for a pause that is longer than this run waits."""

    def __init__(self, detail: str, seconds: float) -> None:
        super().__init__(detail)
        self.seconds = seconds
