"""What feeds write into titles and descriptions, as plain text."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from vietnamese.normal import clean, unaccent

LONGEST_TITLE = 500
LONGEST_SAPO = 1500
"""Characters kept; some feeds put the whole article into the description."""

_BLOCKS = frozenset(
    {"p", "div", "br", "li", "ul", "ol", "tr", "td", "th", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
    | {"figure", "section", "article", "hr"}
)
_SILENT = frozenset({"script", "style", "iframe", "object", "svg", "noscript", "template", "textarea"})
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_MORE = frozenset(
    {"xem tiep", "doc tiep", "xem them", "doc them", "xem chi tiet", "chi tiet", "doc toan bo", "tiep tuc doc"}
    | {"read more", "more", "continue reading"}
)
_ROUNDS = 3
"""How often escapes are undone: `&amp;lt;p&amp;gt;` needs two."""


def title_text(raw: str) -> str:
    """A title as plain text: tags and entities (doubly escaped ones too) undone, white space folded; "" for nothing."""
    return _unescaped(raw)[:LONGEST_TITLE].strip()


def sapo_text(raw: str) -> str | None:
    """A description as plain text without images, scripts and «read more» links; None when nothing is left."""
    text = _unescaped(raw)
    if len(text) > LONGEST_SAPO:
        text = text[:LONGEST_SAPO].rpartition(" ")[0] + " …"
    return text or None


def _unescaped(raw: str) -> str:
    text = raw
    for _ in range(_ROUNDS):
        if _TAG.search(text):
            text = _Stripper.strip(text)
        elif _ENTITY.search(text):
            text = html.unescape(text)
        else:
            break
    return clean(text)


class _Stripper(HTMLParser):
    """Text outside of tags; links that only say «read more» are left out with their text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._link: list[str] | None = None
        self._silent = 0

    @classmethod
    def strip(cls, text: str) -> str:
        """`text` without markup."""
        stripper = cls()
        stripper.feed(text)
        stripper.close()
        stripper._end_link()
        return "".join(stripper._out)

    def parse_html_declaration(self, i: int) -> int:
        """Past a declaration; one that nobody knows (`<![CLATA`) is no markup; the library would stop with an error."""
        try:
            return super().parse_html_declaration(i)
        except AssertionError:
            return self.parse_bogus_comment(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - base signature
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self._add(" ")
        if tag == "a":
            self._end_link()
            self._link = []

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        if tag in _BLOCKS:
            self._add(" ")
        if tag == "a":
            self._end_link()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._add(data)

    def _add(self, text: str) -> None:
        (self._out if self._link is None else self._link).append(text)

    def _end_link(self) -> None:
        if self._link is None:
            return
        text, self._link = "".join(self._link), None
        if unaccent(clean(text)).strip(" .…»>[]→") not in _MORE:
            self._out.append(text)
