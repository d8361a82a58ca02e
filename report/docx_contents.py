"""The table of contents of a rendered document: built from its own headings, so that an office may word them anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from report.paper import CONTENTS_HERE

_LEVELS = {"Heading1": 1, "Annex": 1, "Heading2": 2}
_FIRST_ID = 9000
"""Ids of bookmarks: above what a person's own bookmarks in a template reach."""


def put_contents(document: Any) -> None:  # noqa: ANN401 (python-docx has no types)
    """Put the table of contents where the template says; nothing where it does not.

    It is a field of Word (`TOC`), filled already: every heading with a link and the number of its page, which Word and
    LibreOffice compute on opening.
    """
    place = next((p for p in document.paragraphs if p.text.strip() == CONTENTS_HERE), None)
    if place is None:
        return
    from docx.oxml import parse_xml

    headings = [(p, _LEVELS[p.style.style_id]) for p in document.paragraphs if p.style.style_id in _LEVELS]
    lines = []
    for at, (heading, level) in enumerate(headings, 1):
        name = f"_Toc{at:06d}"
        _bookmark(heading, name, _FIRST_ID + at)
        lines.append(_line(_text_of(heading), level, name, first=at == 1, last=at == len(headings)))
    for line in lines:
        place._p.addprevious(parse_xml(line))  # noqa: SLF001 (python-docx's own way to reach the element)
    place._p.getparent().remove(place._p)  # noqa: SLF001


def _text_of(heading: Any) -> str:  # noqa: ANN401
    """The heading's text; an annex's with its title."""
    if heading.style.style_id != "Annex":
        return str(heading.text)
    title = heading._p.getnext()  # noqa: SLF001
    return f"{heading.text}. {''.join(title.itertext())}"


def _bookmark(heading: Any, name: str, key: int) -> None:  # noqa: ANN401
    from docx.oxml import parse_xml

    element = heading._p  # noqa: SLF001
    at = next(i for i, child in enumerate(element) if child.tag.endswith("}r"))
    element.insert(at, parse_xml(f'<w:bookmarkStart {_names()} w:id="{key}" w:name="{name}"/>'))
    element.append(parse_xml(f'<w:bookmarkEnd {_names()} w:id="{key}"/>'))


def _line(text: str, level: int, name: str, *, first: bool, last: bool) -> str:
    from html import escape

    begin = _begin('TOC \\o "1-2" \\h \\u') if first else ""
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>' if last else ""
    page = "".join(_page(name))
    return (
        f'<w:p {_names()}><w:pPr><w:pStyle w:val="TOC{level}"/></w:pPr>{begin}'
        f'<w:hyperlink w:anchor="{name}" w:history="1"><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
        f"<w:r><w:tab/></w:r>{page}</w:hyperlink>{end}</w:p>"
    )


def _page(name: str) -> Iterator[str]:
    yield _begin(f"PAGEREF {name} \\h")
    yield '<w:r><w:t xml:space="preserve"> </w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'


def _begin(instruction: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


def _names() -> str:
    from report.docx_xml import NAMES

    return NAMES
