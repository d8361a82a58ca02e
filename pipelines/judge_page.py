"""Is this page an article at all, and one we can read?"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.metadata import Metadata
from storage.records import FateWord
from vietnamese.words import vietnamese_share

LEAST_SHARE = 0.15
"""Share of Vietnamese words under which a text is in another language (prose has 0.4 to 0.7)."""
_LEAST_TEXT = 200
_SHORT_TEXT = 600


def judge_page(
    *, meta: Metadata, title: str | None, sapo: str | None, paragraphs: Sequence[str], dated: bool, path: str
) -> tuple[FateWord | None, str | None]:
    """The fate of a page that is no article, with the reason for a person; (None, None) for an article."""
    text = "\n".join(paragraphs)
    if not title:
        return FateWord.NOT_ARTICLE, "no headline"
    if path in {"", "/"}:
        return FateWord.NOT_ARTICLE, "front page"
    if meta.is_listing or (meta.og_type == "website" and not dated):
        return FateWord.NOT_ARTICLE, "a list of articles"
    if len(text) < _SHORT_TEXT and not (dated or meta.is_article):
        return FateWord.NOT_ARTICLE, "neither a date nor running text"
    if len(text) + len(sapo or "") < _LEAST_TEXT and len(text) < _LEAST_TEXT / 2:
        return FateWord.NO_TEXT, "a headline without text"
    if vietnamese_share(f"{title} {text[:4000]}") < LEAST_SHARE:
        return FateWord.OFF_LANGUAGE, "not in Vietnamese"
    return None, None
