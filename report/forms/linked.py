"""Texts with links inside: what a paragraph or a cell says, and where its parts lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from report.forms.docx_xml import run
from report.forms.printed import office_link, printable, safe_link


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to an article; `url` as stored, which may be unsafe."""

    text: str
    url: str


Said = str | tuple[str | Link, ...]
"""A text, or its pieces in order."""


def said(*pieces: Said | Link) -> Said:
    """Pieces as one text; plain ones alone stay a plain text."""
    parts: list[str | Link] = []
    for piece in pieces:
        parts += [piece] if isinstance(piece, str | Link) else piece
    return plain(tuple(parts)) if all(isinstance(part, str) for part in parts) else tuple(parts)


def plain(text: Said) -> str:
    """The words alone."""
    if isinstance(text, str):
        return text
    return "".join(piece if isinstance(piece, str) else piece.text for piece in text)


def pieces_of(text: Said) -> list[tuple[str, str | None]]:
    """Words and the safe address they lead to, or None, for a page."""
    parts = (text,) if isinstance(text, str) else text
    return [(piece, None) if isinstance(piece, str) else (piece.text, safe_link(piece.url)) for piece in parts]


@dataclass(slots=True)
class Relations:
    """The outside addresses of one Word file; one that comes twice is kept once."""

    known: dict[str, str] = field(default_factory=dict)
    """Address -> the id it is called by."""

    def runs(self, text: Said) -> str:
        """The text as runs of Word, cleaned and escaped."""
        parts: Sequence[str | Link] = (text,) if isinstance(text, str) else text
        return "".join(run(printable(part)) if isinstance(part, str) else self._linked(part) for part in parts)

    def _linked(self, link: Link) -> str:
        address = office_link(link.url)
        if address is None:
            return run(printable(link.text))
        key = self.known.setdefault(address, f"rIdLink{len(self.known) + 1}")
        return linked_run(printable(link.text), key)


def linked_run(text: str, relation: str, look: str = "Hyperlink") -> str:
    """A linked run of Word, escaped."""
    return (
        f'<w:hyperlink r:id="{relation}" w:history="1"><w:r><w:rPr><w:rStyle w:val="{look}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text, quote=False)}</w:t></w:r></w:hyperlink>'
    )
