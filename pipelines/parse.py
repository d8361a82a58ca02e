"""Bytes to one lxml tree: the only parse a page gets.

Valid UTF-8 is UTF-8 whatever header or meta say; otherwise the declared charset, if it can be; otherwise windows-1258.
"""

from __future__ import annotations

import codecs
import re

from lxml import etree
from lxml.html import HtmlElement

from pipelines.legacy import legacy_text

_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEAD_BYTES = 4096
_TONED = re.compile("[ăđơưạ-ỹ]", re.IGNORECASE)
_LATIN = frozenset({"iso8859-1", "cp1252", "ascii", "latin-1"})
"""Charsets that Vietnamese pages declare and cannot mean: windows-1258 is what they hold."""
_MOSTLY = 0.01
"""Share of undecodable bytes up to which a broken UTF-8 page is still read as UTF-8."""
_NO_TEXT = dict.fromkeys([*range(9), 11, *range(14, 32), 0x7F])


def decode(body: bytes, content_type: str | None = None) -> str:
    """`body` as text; never raises, what cannot be read becomes U+FFFD."""
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    rough = body.decode("utf-8", "replace")
    if rough.count("\ufffd") <= _MOSTLY * len(rough) and _TONED.search(rough):
        return rough
    return body.decode(_declared(body, content_type) or "cp1258", "replace")


def _declared(body: bytes, content_type: str | None) -> str | None:
    """The first charset that the header or the page declares and Python knows, UTF-8 and Latin-1 left out."""
    names = [match[1] for match in [_HEADER_CHARSET.search(content_type or "")] if match]
    names += [match[1].decode("ascii") for match in [_META_CHARSET.search(body[:_HEAD_BYTES])] if match]
    for name in names:
        try:
            codec = codecs.lookup(name).name
        except LookupError:
            continue
        if codec != "utf-8" and codec not in _LATIN:
            return codec
    return None


def parse(body: bytes, content_type: str | None = None) -> HtmlElement | None:
    """The page as a tree without comments and processing instructions; None when there is nothing to parse.

    Nearly every page is sound UTF-8 and is parsed as such at once; the parser itself says when it was not.
    """
    if not body or body.isspace():
        return None
    if not body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not _odd(body):
        tree, errors = _tree(body)
        if _sound(body, errors):
            return tree
    text = legacy_text(body) or decode(body, content_type)
    return _tree(text.translate(_NO_TEXT).encode("utf-8", "replace"))[0]


def _odd(body: bytes) -> bool:
    """Whether a page must be mended before it is parsed: NUL, fonts of before Unicode.

    A page that shows Vietnamese in UTF-8 early needs no old font, whatever its style sheets name.
    """
    if b"\x00" in body:
        return True
    return body.count(_TONED_BYTES, 0, _EARLY) < _ENOUGH and (b".Vn" in body or b"VNI-" in body)


_TONED_BYTES, _EARLY, _ENOUGH = b"\xe1\xba", 30_000, 20
"""The first bytes of ạ to ỹ in UTF-8."""
_LOG_LENGTH = 100
"""Errors that libxml2's log keeps: a full one may have dropped what we look for."""
_ONE_CLASS = etree.ElementDefaultClassLookup(element=HtmlElement)
"""Every element an HtmlElement, chosen in C: lxml.html's own lookup is a Python call for each element touched."""


def _tree(utf8: bytes) -> tuple[HtmlElement | None, list[str]]:
    """The tree and the names of the parser's complaints."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        tree = etree.fromstring(utf8, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        if getattr(error, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error  # not «an empty page»
        return None, []
    return (tree if isinstance(tree, HtmlElement) else None), [error.type_name for error in parser.error_log]


def _sound(body: bytes, errors: list[str]) -> bool:
    if "ERR_INVALID_ENCODING" in errors:
        return False
    if len(errors) < _LOG_LENGTH:
        return True
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
