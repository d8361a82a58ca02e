"""The measures of an administrative document: Decree 30/2020/NĐ-CP, annex I, as one place for template and tests.

Where the decree gives a range, the range stands here and, beside it, what our own template takes.
"""

from __future__ import annotations

from dataclasses import dataclass

FONT = "Times New Roman"
"""Part I, 3: Times New Roman, Unicode (TCVN 6909:2001), black."""

COLOUR = "000000"

PAGE_MM = (210, 297)
"""Part I, 1: A4; portrait, wide tables may lie across."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A range of the decree (both ends allowed) and the value our template takes."""

    least: float
    most: float
    ours: float


TOP_MM = Measure(20, 25, 20)
BOTTOM_MM = Measure(20, 25, 20)
LEFT_MM = Measure(30, 35, 30)
RIGHT_MM = Measure(15, 20, 15)
"""Part I, 2: margins."""

HEADER_MM = 10
"""From the edge to the page number, which stands in the middle of the top margin (Part I, 4)."""

PAGE_NUMBER_PT = Measure(13, 14, 13)
NATION_PT = Measure(12, 13, 12)
"""Quốc hiệu: capitals, bold."""
MOTTO_PT = Measure(13, 14, 13)
"""Tiêu ngữ: bold, a line of its own length below."""
SUPERIOR_PT = Measure(12, 13, 12)
"""The superior body: capitals, upright."""
ISSUER_PT = Measure(12, 13, 12)
"""The issuing body: capitals, bold, a line of a third to a half of its length below."""
NUMBER_PT = Measure(13, 13, 13)
"""Số, ký hiệu: upright."""
DATE_PT = Measure(13, 14, 13)
"""Place and date: italic."""
KIND_PT = Measure(13, 14, 14)
"""BÁO CÁO: capitals, bold, centred."""
SUBJECT_PT = Measure(13, 14, 13)
"""Trích yếu: bold, centred, a line of a third to a half of its length below."""
TO_PT = Measure(13, 14, 13)
"""Kính gửi: upright."""
BODY_PT = Measure(13, 14, 13)
"""The text, justified; headings too."""
RECIPIENTS_HEAD_PT = Measure(12, 12, 12)
"""Nơi nhận: bold italic."""
RECIPIENTS_PT = Measure(11, 11, 11)
SIGNER_PT = Measure(13, 14, 13)
"""Title (capitals) and name of the signer: bold."""
ANNEX_PT = Measure(14, 14, 14)
"""«Phụ lục I»: bold, centred."""
ANNEX_TITLE_PT = Measure(13, 14, 13)
"""Its title: capitals, bold, centred."""
ANNEX_OF_PT = Measure(13, 14, 13)
"""«(Kèm theo …)»: italic, centred."""
MARKING_PT = Measure(13, 14, 13)
"""A marking such as LƯU HÀNH NỘI BỘ: capitals, bold, in a frame."""

FIRST_LINE_MM = Measure(10, 12.7, 12.7)
"""First line of a paragraph: 1 cm or 1,27 cm."""
BETWEEN_PARAGRAPHS_PT = Measure(6, 12, 6)
"""At least 6 pt; the upper end is ours."""
LINE_SPACING = Measure(1.0, 1.5, 1.1)

TABLE_PT = 12
WIDE_TABLE_PT = 11
"""Text inside tables: not named by the decree; eight columns need the smaller one."""

HEAD_LEFT_MM, HEAD_RIGHT_MM = 72.0, 93.0
"""The two columns of the head: together the 165 mm between the margins."""

TO_LEFT_MM = 40
"""Where the list of addressees begins, below *Kính gửi:*."""

MOTTO_RULE_MM = 56
"""«Độc lập - Tự do - Hạnh phúc» in 13 pt bold is 55,9 mm wide."""
ISSUER_RULE_MM = 25
SUBJECT_RULE_MM = 50

TWIPS_A_MM = 1440 / 25.4


def twips(millimetres: float) -> int:
    """Millimetres in the unit of Word, a twentieth of a point."""
    return round(millimetres * TWIPS_A_MM)
