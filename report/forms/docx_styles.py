"""The styles of our Word template, each with the measure of the decree it stands for."""

from __future__ import annotations

from dataclasses import dataclass

from report.forms import decree30 as d
from report.forms.decree30 import twips
from report.forms.docx_xml import DECLARATION, NAMES


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """One paragraph style."""

    key: str
    name: str
    """As Word lists it."""
    points: float
    bold: bool = False
    italic: bool = False
    align: str = "left"
    first_line_mm: float = 0
    left_mm: float = 0
    before_pt: float = 0
    after_pt: float = 0
    line: float = 1.0
    keep_next: bool = False
    outline: int | None = None
    """0 and 1: stands in the table of contents."""
    frame: bool = False
    tab_mm: float = 0
    """A right tab with dots, for the table of contents."""


_BETWEEN, _LINE = d.BETWEEN_PARAGRAPHS_PT.ours, d.LINE_SPACING.ours

LOOKS = (
    Look(key="Nation", name="Quốc hiệu", points=d.NATION_PT.ours, bold=True, align="center"),
    Look(key="Motto", name="Tiêu ngữ", points=d.MOTTO_PT.ours, bold=True, align="center"),
    Look(key="Superior", name="Cơ quan chủ quản", points=d.SUPERIOR_PT.ours, align="center"),
    Look(key="Issuer", name="Cơ quan ban hành", points=d.ISSUER_PT.ours, bold=True, align="center"),
    Look(key="Rule", name="Đường kẻ", points=4, align="center", before_pt=3),
    Look(key="DocNumber", name="Số, ký hiệu", points=d.NUMBER_PT.ours, align="center", before_pt=2),
    Look(key="DocDate", name="Địa danh, thời gian", points=d.DATE_PT.ours, italic=True, align="center", before_pt=2),
    Look(key="Marking", name="Chỉ dẫn lưu hành", points=d.MARKING_PT.ours, bold=True, align="center", frame=True,
         left_mm=50),
    Look(key="Title", name="Title", points=d.KIND_PT.ours, bold=True, align="center", before_pt=14, keep_next=True),
    Look(key="Subtitle", name="Subtitle", points=d.SUBJECT_PT.ours, bold=True, align="center", keep_next=True),
    Look(key="Draft", name="Ghi chú dự thảo", points=11, italic=True, align="center", before_pt=4, after_pt=4),
    Look(key="To", name="Kính gửi", points=d.TO_PT.ours, left_mm=25, line=1.0, before_pt=2),
    Look(key="BodyText", name="Body Text", points=d.BODY_PT.ours, align="both", first_line_mm=d.FIRST_LINE_MM.ours,
         after_pt=_BETWEEN, line=_LINE),
    Look(key="Heading1", name="heading 1", points=d.BODY_PT.ours, bold=True, first_line_mm=d.FIRST_LINE_MM.ours,
         before_pt=8, after_pt=_BETWEEN, keep_next=True, outline=0),
    Look(key="Heading2", name="heading 2", points=d.BODY_PT.ours, bold=True, first_line_mm=d.FIRST_LINE_MM.ours,
         before_pt=4, after_pt=_BETWEEN, keep_next=True, outline=1),
    Look(key="Annex", name="Số phụ lục", points=d.ANNEX_PT.ours, bold=True, align="center", keep_next=True, outline=0),
    Look(key="AnnexTitle", name="Tên phụ lục", points=d.ANNEX_TITLE_PT.ours, bold=True, align="center",
         keep_next=True),
    Look(key="AnnexOf", name="Kèm theo", points=d.ANNEX_OF_PT.ours, italic=True, align="center", after_pt=8),
    Look(key="Cell", name="Ô bảng", points=d.TABLE_PT, before_pt=1, after_pt=1),
    Look(key="CellHead", name="Đầu bảng", points=d.TABLE_PT, bold=True, align="center", before_pt=1, after_pt=1),
    Look(key="CellNumber", name="Ô số", points=d.TABLE_PT, align="center", before_pt=1, after_pt=1),
    Look(key="Small", name="Ô bảng rộng", points=d.WIDE_TABLE_PT, before_pt=1, after_pt=1),
    Look(key="SmallHead", name="Đầu bảng rộng", points=d.WIDE_TABLE_PT, bold=True, align="center", before_pt=1,
         after_pt=1),
    Look(key="SmallNumber", name="Ô số bảng rộng", points=d.WIDE_TABLE_PT, align="center", before_pt=1, after_pt=1),
    Look(key="Note", name="Chú thích", points=11, italic=True, before_pt=3, after_pt=_BETWEEN),
    Look(key="RecipientsHead", name="Nhãn nơi nhận", points=d.RECIPIENTS_HEAD_PT.ours, bold=True, italic=True),
    Look(key="Recipients", name="Nơi nhận", points=d.RECIPIENTS_PT.ours),
    Look(key="Signer", name="Chức vụ người ký", points=d.SIGNER_PT.ours, bold=True, align="center", keep_next=True),
    Look(key="Header", name="header", points=d.PAGE_NUMBER_PT.ours, align="center"),
    Look(key="ContentsHead", name="Đầu mục lục", points=d.BODY_PT.ours, bold=True, align="center", before_pt=8,
         after_pt=4, keep_next=True),
    Look(key="TOC1", name="toc 1", points=12, before_pt=2, tab_mm=165),
    Look(key="TOC2", name="toc 2", points=12, left_mm=8, tab_mm=165),
    Look(key="Break", name="Ngắt phần", points=1),
)  # fmt: skip


def styles_xml() -> str:
    """word/styles.xml."""
    fonts = f'<w:rFonts w:ascii="{d.FONT}" w:hAnsi="{d.FONT}" w:cs="{d.FONT}" w:eastAsia="{d.FONT}"/>'
    base = f'{fonts}<w:color w:val="{d.COLOUR}"/>{_size(d.BODY_PT.ours)}<w:lang w:val="vi-VN" w:eastAsia="vi-VN"/>'
    return (
        f"{DECLARATION}<w:styles {NAMES}><w:docDefaults><w:rPrDefault><w:rPr>{base}</w:rPr></w:rPrDefault>"
        '<w:pPrDefault><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/></w:pPr>'
        "</w:pPrDefault></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/>'
        f'<w:rPr><w:color w:val="{d.COLOUR}"/><w:u w:val="single"/></w:rPr></w:style>'
        f"{''.join(_style(look) for look in LOOKS)}</w:styles>"
    )


def _style(look: Look) -> str:
    marks = ("<w:b/>" if look.bold else "") + ("<w:i/>" if look.italic else "")
    custom = "" if look.key in _BUILT_IN else ' w:customStyle="1"'
    return (
        f'<w:style w:type="paragraph"{custom} w:styleId="{look.key}"><w:name w:val="{look.name}"/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{_paragraph(look)}</w:pPr>'
        f"<w:rPr>{marks}{_size(look.points)}</w:rPr></w:style>"
    )


_BUILT_IN = frozenset({"Title", "Subtitle", "BodyText", "Heading1", "Heading2", "Header", "TOC1", "TOC2"})


def _paragraph(look: Look) -> str:
    """Paragraph properties in the order that the schema demands."""
    frame = "".join(
        f'<w:{side} w:val="single" w:sz="6" w:space="3" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right")
    )
    parts = (
        "<w:keepNext/>" if look.keep_next else "",
        f"<w:pBdr>{frame}</w:pBdr>" if look.frame else "",
        f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{twips(look.tab_mm)}"/></w:tabs>' if look.tab_mm else "",
        (
            f'<w:spacing w:before="{round(look.before_pt * 20)}" w:after="{round(look.after_pt * 20)}" '
            f'w:line="{round(look.line * 240)}" w:lineRule="auto"/>'
        ),
        (
            f'<w:ind w:left="{twips(look.left_mm)}" w:right="{twips(look.left_mm) if look.frame else 0}" '
            f'w:firstLine="{twips(look.first_line_mm)}"/>'
        ),
        f'<w:jc w:val="{look.align}"/>',
        "" if look.outline is None else f'<w:outlineLvl w:val="{look.outline}"/>',
    )
    return "".join(parts)


def _size(points: float) -> str:
    half = round(points * 2)
    return f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'
