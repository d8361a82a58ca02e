"""A Word file as a package: its parts in a zip, what kind each is, and how one part finds another. No time of day."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from html import escape
from io import BytesIO

from report.forms.docx_xml import DECLARATION, NAMES, field, paragraph

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
"""How the types of relations begin: `RELATIONS/styles`, `RELATIONS/image` …"""

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HYPERLINK = f"{RELATIONS}/hyperlink"

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every member of the file, the earliest a zip can say: the same content gives the same bytes."""

NUMBERED_HEADER = f"{DECLARATION}<w:hdr {NAMES}>{paragraph('Header', field('PAGE', '2'))}</w:hdr>"
SILENT_HEADER = f"{DECLARATION}<w:hdr {NAMES}>{paragraph('Header')}</w:hdr>"
"""Headers with the page number, and without for a first page: `report.forms.docx_xml.section` names both."""

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_KINDS = {
    "document": "document.main",
    "styles": "styles",
    "settings": "settings",
    "header1": "header",
    "header2": "header",
}
"""Part under `word/` -> the kind of its content."""


def packed(parts: Mapping[str, str] | Mapping[str, bytes]) -> bytes:
    """A package with these parts (name -> content), in their order, without any time of day in it."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return stream.getvalue()


def content_types(parts: Iterable[str], *, png: bool = False, core: bool = False) -> str:
    """[Content_Types].xml for `parts` of `word/` (`document`, `styles` …), pictures, and the properties of the file."""
    picture = '<Default Extension="png" ContentType="image/png"/>' if png else ""
    kinds = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_WORD}.{_KINDS[name]}+xml"/>' for name in parts
    )
    properties = (
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        if core
        else ""
    )
    return (
        f'{DECLARATION}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{picture}{kinds}{properties}</Types>'
    )


def relations(*inside: tuple[str, str, str], outside: Mapping[str, str] | None = None) -> str:
    """A .rels part: (id, type, target) of parts `inside` the file, and addresses `outside` it (address -> id)."""
    rows = [f'<Relationship Id="{key}" Type="{kind}" Target="{part}"/>' for key, kind, part in inside]
    rows += [
        f'<Relationship Id="{key}" Type="{HYPERLINK}" Target="{escape(address)}" TargetMode="External"/>'
        for address, key in (outside or {}).items()
    ]
    return f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">{"".join(rows)}</Relationships>'
