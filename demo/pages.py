"""Article pages as the outlets mark them up: templates of `demo/pages/` filled with one article."""

from __future__ import annotations

import json
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from demo.model import TownArticle, TownOutlet

_DAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
RELATED = 4


def as_of(article: TownArticle, night: int) -> TownArticle:
    """The article as it reads in night `night`: a silent edit has changed one paragraph, or not yet."""
    edit = article.edit
    if edit is None or night < edit.night:
        return article
    changed = list(article.paragraphs)
    changed[edit.paragraph] = edit.text
    return replace(article, paragraphs=tuple(changed))


def byline_of(article: TownArticle, outlet: TownOutlet) -> str:
    """The pen name planted on this article's page."""
    return outlet.bylines[zlib.crc32(article.key.encode()) % len(outlet.bylines)]


def render(article: TownArticle, outlet: TownOutlet, older: Sequence[TownArticle]) -> bytes:
    """The page's bytes. `older` are earlier articles of the outlet, newest first: its related boxes."""
    byline = byline_of(article, outlet)
    html = (
        _environment()
        .get_template(outlet.page)
        .render(
            a=article,
            o=outlet,
            paragraphs=article.paragraphs,
            section=outlet.sections[article.section],
            byline=byline,
            canonical=article.url,
            iso=article.published.isoformat(),
            ld=_script(_news_article(article, outlet, byline)),
            graph=_script(
                {"@context": "https://schema.org", "@graph": [_site(outlet), _news_article(article, outlet, byline)]}
            ),
            related=list(older)[:RELATED],
        )
    )
    return encoded(html, outlet)


def encoded(html: str, outlet: TownOutlet) -> bytes:
    """UTF-8 in the outlet's normal form."""
    return unicodedata.normalize("NFD" if outlet.nfd else "NFC", html).encode()


def _news_article(article: TownArticle, outlet: TownOutlet, byline: str) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": article.url},
        "headline": article.title,
        "description": article.sapo,
        "datePublished": article.published.isoformat(),
        "dateModified": article.published.isoformat(),
        "author": {"@type": "Person", "name": byline},
        "publisher": {"@type": "Organization", "name": outlet.name},
    }


def _site(outlet: TownOutlet) -> dict[str, Any]:
    return {"@type": "WebSite", "name": outlet.name, "url": f"http://{outlet.host}/"}


def _script(value: dict[str, Any]) -> str:
    """JSON that may stand in a script element."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")


def _when(form: str, moment: datetime) -> str:
    return moment.strftime(form.replace("%A", _DAYS[moment.weekday()]))


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["when"] = _when
    return environment
