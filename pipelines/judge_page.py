"""Is this page an article at all, and one we can read?"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal
from urllib.parse import urlsplit

from pipelines.metadata import Metadata
from storage.records import FateWord
from vietnamese.words import vietnamese_share

LEAST_SHARE = 0.15
"""Share of Vietnamese words under which a text is in another language (prose has 0.4 to 0.7)."""
LEAST_EVIDENCE = 3
_LEAST_TEXT, _RUNNING_TEXT = 80, 300
_LEAST_TITLE_WORDS = 5
_SLUG_HYPHENS = 5
_SAMPLE = 600
"""Characters of the body that are enough to tell the language."""
_NUMBER = re.compile(r"\d{5,}")


def judge_page(
    *, meta: Metadata, url: str, title: str | None, sapo: str | None, paragraphs: Sequence[str],
    shown: Literal["minute", "day"] | None = None, running: Callable[[], bool | None] = lambda: False,
) -> tuple[FateWord | None, str | None]:  # fmt: skip
    """The fate of a page that is no article we can keep, with the reason for a person; (None, None) for one.

    `shown`: how exact a publication time stands beside the headline. `running`: one container holds several long
    paragraphs and fewer headlines of other articles; None where no container was found at all. It is asked only where
    the rest leaves it open.
    """
    text = "\n".join(paragraphs)
    if not title:
        return FateWord.NOT_ARTICLE, "no headline"
    parts = urlsplit(url)
    if parts.path in {"", "/"} and not any(c.isdigit() for c in parts.query):
        return FateWord.NOT_ARTICLE, "front page"
    if evidence(meta=meta, url=url, title=title, text=text, shown=shown, running=running) < LEAST_EVIDENCE:
        return FateWord.NOT_ARTICLE, "a list or a page of another kind"
    if len(text) < _LEAST_TEXT:
        return FateWord.NO_TEXT, "a headline without text"
    foreign = vietnamese_share(f"{title} {sapo or ''} {text[:_SAMPLE]}") < LEAST_SHARE
    return (FateWord.OFF_LANGUAGE, "not in Vietnamese") if foreign else (None, None)


def evidence(
    *,
    meta: Metadata,
    url: str,
    title: str,
    text: str,
    shown: Literal["minute", "day"] | None,
    running: Callable[[], bool | None],
) -> int:
    """Points for and against an article: what the page calls itself, its date, its address, its headline, its text."""
    slug = max(urlsplit(url).path.split("/"), key=len)
    addressed = slug.count("-") >= _SLUG_HYPHENS or _NUMBER.search(url) is not None
    called_list = meta.is_listing or ((meta.og_type or "").lower() == "website" and not meta.types_an_article)
    undated = not meta.published and shown is None
    shown_minute = shown == "minute"
    points = (
        2 * bool(meta.published)
        + 2 * meta.types_an_article
        + meta.is_article
        + shown_minute * (1 if called_list else 2)
        + addressed
        + (len(title.split()) >= _LEAST_TITLE_WORDS)
        - 2 * called_list
        - (undated and not (meta.is_article and addressed))
    )
    if points >= LEAST_EVIDENCE:
        return points
    found = running()
    long = len(text) >= _RUNNING_TEXT and (found is not None or bool(meta.published))
    return points + long + bool(found)
