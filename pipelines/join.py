"""One article out of the pages it was spread over: pure; whoever has the pages (a command, a test) hands them in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from pipelines.fingerprint import signature, similarity
from pipelines.parse import parse
from pipelines.read import Reading
from pipelines.select import select
from pipelines.text import bare
from storage.records import Page

_PAGE_NUMBER = re.compile(r"(?i)(?:[-_/](?:trang|page|p)[-_/]?|[?&](?:p|page|trang)=)(\d{1,2})(?=\D|$)")
_MOST_PAGES = 20
_LEAST_REPEAT = 30
_SAME_PAGE = 0.9


def next_page(page: Page) -> str | None:
    """The address of the following page of the same article: rel=next, else the link that counts one on; None else."""
    tree = parse(page.body, page.content_type)
    if tree is None:
        return None
    for css in ("link[rel='next']", "a[rel='next']"):
        for element in select(tree, css, first=True):
            if (url := _same_article(page.url, element)) is not None:
                return url
    wanted = _number(page.url) + 1
    for element in tree.iter("a"):
        url = _same_article(page.url, element)
        if url is not None and _number(url) == wanted:
            return url
    return None


def _same_article(url: str, element: HtmlElement) -> str | None:
    """Where a link leads when that is another page of the article at `url`: its address without the page number."""
    try:
        other = urljoin(url, (element.get("href") or "").strip())
        same_host = urlsplit(other).hostname == urlsplit(url).hostname
    except ValueError:
        return None
    return other if same_host and other != url and _stem(other) == _stem(url) else None


def _stem(url: str) -> str:
    """An address without page number, suffix, and what stands behind `#`."""
    return re.sub(r"\.\w{2,5}$", "", _PAGE_NUMBER.sub("", url.partition("#")[0])).rstrip("/")


def _number(url: str) -> int:
    match = _PAGE_NUMBER.search(url)
    return int(match[1]) if match else 1


def joined(readings: Sequence[Reading]) -> Reading:
    """The first reading with the paragraphs and captions of the others behind its own, repeats left out.

    A page that says the same as an earlier one adds nothing (a site that answers any number with page 1). Raises
    ValueError without readings.
    """
    if not readings:
        raise ValueError("no page to join")
    first, *others = readings
    paragraphs, captions = list(first.paragraphs), list(first.captions)
    for other in others[: _MOST_PAGES - 1]:
        if other.fate is not None or _repeats(paragraphs, other.paragraphs):
            continue
        known = {bare(text) for text in (*paragraphs, first.sapo or "") if len(text) >= _LEAST_REPEAT}
        paragraphs += [text for text in other.paragraphs if bare(text) not in known]
        captions += [text for text in other.captions if text not in captions]
    return replace(first, paragraphs=tuple(paragraphs), captions=tuple(captions))


def _repeats(known: Sequence[str], texts: Sequence[str]) -> bool:
    return similarity(signature("\n".join(known)), signature("\n".join(texts))) > _SAME_PAGE
