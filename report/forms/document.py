"""A document of headings, paragraphs, tables and charts, as a page, as a Word file, and as plain text.

The weekly, the monthly and the city's form are such documents; the daily sheet has templates of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from report.forms import decree30 as d
from report.forms.as_html import rendered
from report.forms.as_mail import encodable
from report.forms.docx_package import NUMBERED_HEADER, RELATIONS, SILENT_HEADER, content_types, packed, relations
from report.forms.docx_styles import styles_xml
from report.forms.docx_xml import DECLARATION, NAMES, cell, indented, paragraph, row, rule, run, section, table
from report.forms.linked import Relations, Said, pieces_of, plain
from report.forms.paper import ended
from report.forms.printed import printable
from report.style import template_folders
from vietnamese.numbers import long_date

if TYPE_CHECKING:
    from report.forms.charts import Chart
    from report.style import Style

_WIDTH_MM = 165.0
_LEFT_MM, _RIGHT_MM = d.HEAD_LEFT_MM, d.HEAD_RIGHT_MM
_EMU_A_MM = 36000
_NARROW = 4
"""Columns that fit on a phone side by side."""
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """A heading of the first level, `I. TỔNG QUAN`."""

    text: str
    kind: str = "heading"


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph:
    """Running text."""

    said: Said
    note: bool = False
    """Small, without the indented first line."""
    kind: str = "paragraph"

    @property
    def text(self) -> str:
        """The words alone."""
        return plain(self.said)


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table; its head row repeats on every page."""

    head: tuple[str, ...]
    rows: tuple[tuple[Said, ...], ...]
    widths_mm: tuple[float, ...]
    numbers: frozenset[int] = frozenset()
    """Columns that hold numbers."""
    kind: str = "table"

    @property
    def wide(self) -> bool:
        """Whether a phone shows its rows as cards."""
        return len(self.head) > _NARROW


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """A chart with its caption."""

    chart: Chart
    caption: str
    kind: str = "drawing"

    @property
    def svg(self) -> Markup:
        """Made by us from numbers and labels, which matplotlib draws as outlines: it carries no text."""
        return Markup(self.chart.svg)  # noqa: S704 (see above)


Block = Heading | Paragraph | Table | Drawing


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What is written, in order."""

    title: str
    """`Báo cáo`; printed in capitals."""
    subject: tuple[str, ...]
    """Lines below it."""
    day: date
    blocks: tuple[Block, ...]
    made: str
    """The last line: when, from which data."""
    addressees: tuple[str, ...] = ()
    """*Kính gửi*."""
    draft: str = ""
    """What of it is a suggestion, below the head."""
    official: bool = True
    """With the head and foot of Decree 30."""


def as_page(document: Document, style: Style, folders: Sequence[Path]) -> bytes:
    """One self-contained page, UTF-8; `report/period.html` of a configuration folder replaces ours."""
    shown = {"document": document, "style": style, "pieces": pieces_of, "ended": ended}
    return encodable(rendered(template_folders(folders), "period.html", shown)).encode()


def as_text(document: Document) -> bytes:
    """The words alone, UTF-8, a line a paragraph; a row of a table has its cells between bars."""
    lines = [document.title.upper(), *document.subject, ""]
    for block in document.blocks:
        if isinstance(block, Heading | Paragraph):
            lines += [block.text, ""]
        elif isinstance(block, Table):
            lines += [*(" | ".join(map(plain, cells)) for cells in (block.head, *block.rows)), ""]
    text = "\n".join(printable(line) for line in (*lines, document.made))
    return encodable(f"{text}\n").encode()


def as_word(document: Document, style: Style) -> bytes:
    """A Word file in the form of the decree; the same document gives the same bytes."""
    drawings = [block.chart for block in document.blocks if isinstance(block, Drawing)]
    links = Relations()
    blocks = (_block(block, document, links) for block in document.blocks)
    body = "".join((*_head(document, style), *blocks, *_foot(document, style)))
    parts = {
        "[Content_Types].xml": content_types(("document", "styles", "header1", "header2"), png=True),
        "_rels/.rels": relations(("rId1", f"{RELATIONS}/officeDocument", "word/document.xml")),
        "word/document.xml": f"{DECLARATION}<w:document {NAMES}><w:body>{body}{section(first_silent=True)}</w:body>"
        "</w:document>",
        "word/styles.xml": styles_xml(),
        "word/header1.xml": NUMBERED_HEADER,
        "word/header2.xml": SILENT_HEADER,
        "word/_rels/document.xml.rels": relations(
            ("rIdStyles", f"{RELATIONS}/styles", "styles.xml"),
            ("rIdNumber", f"{RELATIONS}/header", "header1.xml"),
            ("rIdFirst", f"{RELATIONS}/header", "header2.xml"),
            *((f"rIdChart_{chart.name}", f"{RELATIONS}/image", f"media/{chart.name}.png") for chart in drawings),
            outside=links.known,
        ),
    }
    files = {name: encodable(text).encode() for name, text in parts.items()}
    return packed(files | {f"word/media/{chart.name}.png": chart.png for chart in drawings})


def _said(text: str, *, bold: bool = False, italic: bool = False) -> str:
    return run(printable(text), bold=bold, italic=italic)


def _block(block: Block, document: Document, links: Relations) -> str:
    if isinstance(block, Heading):
        return paragraph("Heading1", _said(block.text.upper() if document.official else block.text))
    if isinstance(block, Paragraph):
        return paragraph("Note" if block.note else "BodyText", links.runs(block.said))
    if isinstance(block, Table):
        return _table(block, links)
    return paragraph("CellNumber", _picture(block.chart, block.caption), extra="<w:keepNext/>") + paragraph(
        "Draft", _said(block.caption)
    )


def _table(block: Table, links: Relations) -> str:
    heads = zip(block.widths_mm, block.head, strict=True)
    head = row(*(cell(w, paragraph("CellHead", _said(t))) for w, t in heads), head=True)
    rows = [
        row(
            *(
                cell(width, paragraph("CellNumber" if at in block.numbers else "Cell", links.runs(text)))
                for at, (width, text) in enumerate(zip(block.widths_mm, cells, strict=True))
            )
        )
        for cells in block.rows
    ]
    return table(block.widths_mm, (head, *rows)) + paragraph("Break")


def _picture(chart: Chart, caption: str) -> str:
    wide, high = (round(side * _EMU_A_MM) for side in (chart.width_mm, chart.height_mm))
    name = escape(printable(caption))
    key = 1 + sum(map(ord, chart.name))
    return (
        f'<w:r><w:drawing><wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing" distT="0" distB="0" distL="0" '
        f'distR="0"><wp:extent cx="{wide}" cy="{high}"/><wp:docPr id="{key}" name="{chart.name}" descr="{name}"/>'
        f'<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/picture">'
        f'<pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr><pic:cNvPr id="{key}" name="{chart.name}"/>'
        f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rIdChart_{chart.name}"/>'
        "<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>"
        f'<a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def _head(document: Document, style: Style) -> tuple[str, ...]:
    titles = (
        paragraph("Title", _said(document.title.upper())),
        *(paragraph("Subtitle", _said(line)) for line in document.subject),
        rule("Rule", d.SUBJECT_RULE_MM, _WIDTH_MM),
    )
    if not document.official:
        return titles
    head = style.head
    left = (
        *(paragraph("Superior", _said(line.upper())) for line in head.superior.splitlines()),
        *(paragraph("Issuer", _said(line.upper(), bold=True)) for line in head.issuer.splitlines()),
        rule("Rule", d.ISSUER_RULE_MM, _LEFT_MM),
    )
    right = (
        paragraph("Nation", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        paragraph("Motto", "Độc lập - Tự do - Hạnh phúc"),
        rule("Rule", d.MOTTO_RULE_MM, _RIGHT_MM),
    )
    second = (
        cell(_LEFT_MM, paragraph("DocNumber", _said(f"Số:         /{head.symbol}"))),
        cell(_RIGHT_MM, paragraph("DocDate", _said(f"{head.place}, {long_date(document.day)}"))),
    )
    rows = (row(cell(_LEFT_MM, *left), cell(_RIGHT_MM, *right)), row(*second))
    marking = (paragraph("Marking", _said(head.marking.upper())),) if head.marking else ()
    return (table((_LEFT_MM, _RIGHT_MM), rows, ruled=False), *marking, *titles, *_addressed(document))


def _addressed(document: Document) -> Iterator[str]:
    """*Kính gửi* as the decree has it, and what is a suggestion."""
    names = document.addressees
    if len(names) == 1:
        yield paragraph("To", _said(f"Kính gửi: {names[0]}."))
    elif names:
        yield paragraph("To", "Kính gửi:")
        yield from (paragraph("To", _said(f"- {name}"), extra=indented(d.TO_LEFT_MM)) for name in ended(names))
    if document.draft:
        yield paragraph("Draft", _said(document.draft))


def _foot(document: Document, style: Style) -> tuple[str, ...]:
    made = paragraph("Note", _said(document.made))
    if not document.official:
        return (made,)
    ends = (paragraph("Recipients", _said(f"- {name}")) for name in ended(style.foot.recipients))
    left = (paragraph("RecipientsHead", "Nơi nhận:"), *ends)
    right = (
        *(paragraph("Signer", _said(line.upper())) for line in style.foot.signer.splitlines()),
        *(paragraph("Signer") for _ in range(4)),
        paragraph("Signer", _said(style.foot.name)),
    )
    return (made, table((_LEFT_MM, _RIGHT_MM), (row(cell(_LEFT_MM, *left), cell(_RIGHT_MM, *right)),), ruled=False),
            paragraph("Break"))  # fmt: skip
