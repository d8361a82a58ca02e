"""The table of contents of a rendered document: built from its own headings, so that an office may word them anew."""

from __future__ import annotations

from html import escape
from typing import Any

from report.forms.docx_xml import NAMES
from report.forms.paper import CONTENTS_HERE

_ANNEX = "Số phụ lục"
_LEVELS = {"Heading 1": 1, _ANNEX: 1, "Heading 2": 2}
"""By name: Word in another language may give styles other ids."""
_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
_FIRST_ID = 9000
"""Ids of bookmarks: above what a person's own bookmarks in a template reach."""


def put_contents(document: Any) -> None:  # noqa: ANN401 (python-docx has no types)
    """Put the table of contents where the template says; nothing where it does not.

    A line a heading, with a link to it and a field (`PAGEREF`) for its page. Page numbers are known only to what lays
    the pages out: LibreOffice fills them in on opening, Word when it updates fields, which it offers on opening. A
    `TOC` field would not do: LibreOffice takes what stands in one as it is and never computes it.
    """
    place = next((p for p in document.paragraphs if p.text.strip() == CONTENTS_HERE), None)
    if place is None:
        return
    from docx.oxml import parse_xml

    headings = [(p, _LEVELS[p.style.name]) for p in document.paragraphs if p.style.name in _LEVELS and p.runs]
    looks = {style.name.lower(): style.style_id for style in document.styles}
    lines = []
    for at, (heading, level) in enumerate(headings, 1):
        name = f"_Toc{at:06d}"
        _bookmark(heading, name, _FIRST_ID + at)
        lines.append(_line(_text_of(heading), looks.get(f"toc {level}", "TOC1"), name))
    for line in lines:
        place._p.addprevious(parse_xml(line))  # noqa: SLF001 (python-docx's own way to reach the element)
    place._p.getparent().remove(place._p)  # noqa: SLF001


def _text_of(heading: Any) -> str:  # noqa: ANN401
    """The heading's text; an annex's with its title."""
    title = heading._p.getnext()  # noqa: SLF001
    if heading.style.name != _ANNEX or title is None:
        return str(heading.text)
    return f"{heading.text}. {''.join(piece.text or '' for piece in title.iter(_TEXT))}"


def _bookmark(heading: Any, name: str, key: int) -> None:  # noqa: ANN401
    from docx.oxml import parse_xml

    element = heading._p  # noqa: SLF001
    at = next(i for i, child in enumerate(element) if child.tag.endswith("}r"))
    element.insert(at, parse_xml(f'<w:bookmarkStart {NAMES} w:id="{key}" w:name="{name}"/>'))
    element.append(parse_xml(f'<w:bookmarkEnd {NAMES} w:id="{key}"/>'))


def _line(text: str, look: str, name: str) -> str:
    return (
        f'<w:p {NAMES}><w:pPr><w:pStyle w:val="{look}"/></w:pPr><w:hyperlink w:anchor="{name}" w:history="1">'
        f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r><w:r><w:tab/></w:r>'
        '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> PAGEREF {name} \\h </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t></w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:hyperlink></w:p>'
    )
