"""The item that runs through the pipelines: one visit to one URL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from storage.records import FrontierRow, Outcome, Page

if TYPE_CHECKING:
    from datetime import datetime

    from scrapy.http import Response

    from crawler.fates import Verdict

SECRET = frozenset({"cookie", "set-cookie", "authorization", "proxy-authorization"})
"""Headers that are never written anywhere."""

_ENCODED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers of the body as it travelled; we keep it unpacked."""


@dataclass(frozen=True, kw_only=True)
class Visited:
    """A page to be read, or an outcome that needs no reading. Exactly one of `page` and `outcome` comes in."""

    row: FrontierRow
    page: Page | None = None
    outcome: Outcome | None = None
    keep_teaser: bool = False
    """With `outcome`: keep what the feed said as a teaser article beside the fate."""
    request_headers: tuple[tuple[str, str], ...] = ()
    response_headers: tuple[tuple[str, str], ...] = ()
    more: tuple[Visited, ...] = ()
    """With `page`: the further pages of the same article, in order."""

    def __repr__(self) -> str:
        """Never page text: Scrapy logs items."""
        return f"<Visited {self.row.url} {self.outcome.fate if self.outcome else 'page'}>"


def visited_page(row: FrontierRow, response: Response, now: datetime) -> Visited:
    """The item for an answer that is to be read."""
    page = Page(
        url=response.url,
        requested_url=row.url,
        status=response.status,
        body=response.body,
        content_type=header(response, "Content-Type"),
        fetched_at=now,
        outlet_id=row.outlet_id,
        etag=header(response, "ETag"),
        last_modified=header(response, "Last-Modified"),
    )
    return Visited(
        row=row,
        page=page,
        request_headers=_told(response.request.headers.items()) if response.request else (),
        response_headers=_told(response.headers.items(), without=_ENCODED),
    )


def visited_verdict(row: FrontierRow, verdict: Verdict, now: datetime) -> Visited:
    """The item for a visit that brought no page."""
    outcome = Outcome(
        url=row.url,
        outlet_id=row.outlet_id,
        fate=verdict.fate,
        detail=verdict.detail,
        etag=row.etag,
        last_modified=row.last_modified,
        retry_at=now + timedelta(seconds=verdict.retry_in) if verdict.retry_in is not None else None,
    )
    return Visited(row=row, outcome=outcome, keep_teaser=verdict.keep_teaser)


def header(response: Response, name: str) -> str | None:
    """A response header as text, or None."""
    value = response.headers.get(name)
    return value.decode("latin-1").strip() or None if value else None


def _told(
    headers: Iterable[tuple[bytes, list[bytes]]], without: frozenset[str] = frozenset()
) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers
        for value in values
        if name.decode("latin-1").lower() not in SECRET | without
    )
