"""Pieces of WordprocessingML as text: paragraphs, runs, tables, sections, styles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from report.forms import decree30 as d
from report.forms.decree30 import twips

NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_BORDER = '<w:{} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")


def run(text: str, *, bold: bool = False, italic: bool = False) -> str:
    """A run of text, escaped."""
    marks = ("<w:b/>" if bold else "") + ("<w:i/>" if italic else "")
    look = f"<w:rPr>{marks}</w:rPr>" if marks else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(text, quote=False)}</w:t></w:r>'


def paragraph(style: str, *runs: str, extra: str = "") -> str:
    """A paragraph of a style; a plain text becomes a run. `extra` goes into its properties."""
    inner = "".join(piece if piece.startswith("<") else run(piece) for piece in runs)
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{extra}</w:pPr>{inner}</w:p>'


def field(instruction: str, shown: str = "") -> str:
    """A field such as PAGE, with what it shows until Word computes it."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f"<w:r><w:t>{shown}</w:t></w:r>"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def tag(text: str) -> str:
    """A paragraph that only carries a template tag such as `{%p if long %}`."""
    return paragraph("Normal", text)


def cell(width_mm: float, *paragraphs: str, extra: str = "") -> str:
    """A table cell."""
    width = f'<w:tcW w:w="{twips(width_mm)}" w:type="dxa"/>'
    return f"<w:tc><w:tcPr>{width}{extra}</w:tcPr>{''.join(paragraphs)}</w:tc>"


def row(*cells: str, head: bool = False) -> str:
    """A table row that is never split over pages; a head row repeats on each."""
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{''.join(cells)}</w:tr>"


def table(widths_mm: Sequence[float], rows: Iterable[str], *, ruled: bool = True) -> str:
    """A table of fixed column widths, centred."""
    borders = "".join(_BORDER.format(side) for side in _SIDES) if ruled else ""
    grid = "".join(f'<w:gridCol w:w="{twips(width)}"/>' for width in widths_mm)
    margin = twips(1.4 if ruled else 0)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{twips(sum(widths_mm))}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:left w:w="{margin}" w:type="dxa"/><w:right w:w="{margin}" w:type="dxa"/></w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    ).replace("<w:tblBorders></w:tblBorders>", "")


def loop(columns: int, text: str) -> str:
    """A table row that only carries a template tag such as `{%tr for article in articles %}`."""
    spare = "".join("<w:tc><w:p/></w:tc>" for _ in range(columns - 1))
    return f"<w:tr><w:tc>{paragraph('Normal', text)}</w:tc>{spare}</w:tr>"


def section(*, wide: bool = False, first_silent: bool = False) -> str:
    """Page setup after the decree. `first_silent`: its pages count from 1 and the first shows no number."""
    across, down = (twips(side) for side in (reversed(d.PAGE_MM) if wide else d.PAGE_MM))
    across_mark = ' w:orient="landscape"' if wide else ""
    start = '<w:pgNumType w:start="1"/>' if first_silent else ""
    headers = (
        '<w:headerReference w:type="default" r:id="rIdNumber"/><w:headerReference w:type="first" r:id="rIdFirst"/>'
    )
    return (
        f'<w:sectPr>{headers}<w:pgSz w:w="{across}" w:h="{down}"{across_mark}/>'
        f'<w:pgMar w:top="{twips(d.TOP_MM.ours)}" w:right="{twips(d.RIGHT_MM.ours)}" '
        f'w:bottom="{twips(d.BOTTOM_MM.ours)}" w:left="{twips(d.LEFT_MM.ours)}" w:header="{twips(d.HEADER_MM)}" '
        f'w:footer="{twips(d.HEADER_MM)}" w:gutter="0"/>'
        f"{start}{'<w:titlePg/>' if first_silent else ''}</w:sectPr>"
    )


def indented(left_mm: float) -> str:
    """The property of a paragraph that begins `left_mm` inside the margin, its first line too."""
    return f'<w:ind w:left="{twips(left_mm)}" w:firstLine="0"/>'


def rule(style: str, length_mm: float, room_mm: float) -> str:
    """A full horizontal line of a length, in the middle of a column of `room_mm`."""
    side = max(0, twips((room_mm - length_mm) / 2))
    return paragraph(
        style,
        extra='<w:pBdr><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
        f'<w:ind w:left="{side}" w:right="{side}" w:firstLine="0"/>',
    )
