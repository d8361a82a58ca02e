"""How texts from outside are printed in every format: cleaned, titles whole, addresses only where they are safe."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from gazetteer.records import WHOLE_CITY
from report.forms.phrases import LONGEST_TITLE
from report.inputs import OutletState, SheetArticle
from report.sheet import Sheet
from vietnamese.alphabet import sort_key
from vietnamese.numbers import count

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffd\ud800-\udfff"
    "\ufdd0-\ufdef\ufffe\uffff]"
)
"""Controls, direction marks, invisible and non-characters: they show nothing, or turn the text around."""

_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NAMED_BODIES = 3
_LONGEST_LINK = 2000
"""Excel takes 2,079 characters, and Word calls a file with a longer one damaged."""


def printable(text: str) -> str:
    """`text` without characters that print nothing or turn the reading direction, line breaks as blanks."""
    return _UNPRINTABLE.sub("", " ".join(text.splitlines()))


def clean(value: object) -> object:
    """Whatever a template prints, cleaned before it is escaped; markup and numbers pass."""
    return printable(value) if type(value) is str else value


def quoted_title(text: str) -> str:
    """A headline as it is printed: exactly, unless it is endless, then cut at a blank with `[…]`."""
    title = printable(text)
    if len(title) <= LONGEST_TITLE:
        return title
    cut = title[:LONGEST_TITLE]
    return f"{cut.rsplit(' ', 1)[0]} […]"


def safe_link(url: str) -> str | None:
    """`url` where it is a plain web address, else None: no `javascript:`, no `data:`, nothing unreadable."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    good = parts.scheme in {"http", "https"} and parts.hostname and _UNPRINTABLE.search(url) is None
    return url if good else None


def office_link(url: str) -> str | None:
    """`url` as Word and Excel take it: safe, escaped, at most 2,000 characters; None where it cannot be linked."""
    safe = safe_link(url)
    if safe is None:
        return None
    escaped = quote(_STRAY_PERCENT.sub("%25", safe), safe="%/:?#[]@!$&'()*+,;=~-._")
    return escaped if len(escaped) <= _LONGEST_LINK else None


def body_names(sheet: Sheet, ids: Sequence[str]) -> str:
    """Printed names in alphabetical order, the city itself left out."""
    return "; ".join(sorted((sheet.inputs.bodies[body].name for body in ids if body not in WHOLE_CITY), key=sort_key))


def named_in(sheet: Sheet, article: SheetArticle) -> str:
    """The agencies and units of an article as annex I prints them: those of title and sapo first, the rest counted."""
    ids = [body for body in dict.fromkeys((*article.head_bodies, *article.bodies)) if body not in WHOLE_CITY]
    rest = len(ids) - _NAMED_BODIES
    more = f"; và {count(rest)} cơ quan, địa phương khác" if rest > 0 else ""
    return body_names(sheet, ids[:_NAMED_BODIES]) + more


def detail_of(state: OutletState, printed_state: str) -> str:
    """Why an outlet is in its state, where that says more than the state; may be empty."""
    detail = printable(state.reason_vi)
    return "" if detail.casefold() == printed_state.casefold() else detail


def remarks(article: SheetArticle) -> str:
    """What annex I notes beside an article."""
    notes = [
        ("đến muộn", article.late),
        ("đăng lại", article.reprint_of is not None),
        ("không rõ giờ đăng", article.published_at is None),
        ("báo đã gỡ", article.gone),
        ("chỉ có tóm tắt", article.kind == "teaser"),
    ]
    return ", ".join(word for word, holds in notes if holds)
