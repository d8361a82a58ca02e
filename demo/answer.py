"""Answer: what a request to the town gets, before it becomes HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Status, headers, body; `body` is bytes, or pieces that are sent as they come (chunked)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Iterator[bytes] = b""
    fault: bool = False
    """A planted fault: tests leave it out of byte counts."""


def validated(body: bytes, content_type: str, changed: datetime) -> Answer:
    """200 with ETag (of the bytes) and Last-Modified."""
    headers = {
        "Content-Type": content_type,
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
        "Last-Modified": format_datetime(changed.astimezone(UTC), usegmt=True),
    }
    return Answer(status=200, headers=headers, body=body)


def plain(status: int, text: str) -> Answer:
    """A short text answer."""
    return Answer(status=status, headers={"Content-Type": "text/plain; charset=utf-8"}, body=text.encode())


def page(status: int, html: str, *, fault: bool = False) -> Answer:
    """An HTML answer without validators."""
    return Answer(status=status, headers={"Content-Type": "text/html; charset=utf-8"}, body=html.encode(), fault=fault)
