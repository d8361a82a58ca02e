"""The sheet as a Word file in the form of Decree 30/2020, from a template that an office can edit in Word."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.loader import ConfigError
from report.forms.docx_contents import put_contents
from report.forms.docx_package import HYPERLINK, packed
from report.forms.docx_xml import run
from report.forms.linked import linked_run
from report.forms.paper import Paper, paper_of
from report.forms.printed import clean, office_link

if TYPE_CHECKING:
    from docxtpl import DocxTemplate
    from jinja2 import Environment

    from report.sheet import Sheet
    from report.style import Style

TEMPLATE = "sheet.docx"


def as_docx(sheet: Sheet, style: Style, folders: Sequence[Path]) -> bytes:
    """The Word file. The same sheet, words and template give the same bytes.

    `folders` are the configuration folders whose `report/sheet.docx` may replace ours. Raises ConfigError naming the
    template and the field it asks for that does not exist, or what else is wrong with it.
    """
    file, template = load_template(folders)
    links = _Links(template)
    paper = paper_of(sheet, style, links)
    fields = {name: getattr(paper, name) for name in Paper.__dataclass_fields__}
    with _template_errors(file):
        template.render(fields, _environment(), autoescape=True)
    put_contents(template.docx)
    _properties(template.docx.core_properties, paper, sheet)
    stream = BytesIO()
    template.docx.save(stream)
    return _timeless(stream.getvalue())


def load_template(folders: Sequence[Path]) -> tuple[Path, DocxTemplate]:
    """The template of the highest folder that has one, checked.

    Raises ConfigError naming the file and the first field that does not exist.
    """
    from docxtpl import DocxTemplate

    from report.forms.template_check import unknown_fields

    file = next(found for folder in reversed(folders) if (found := folder / "report" / TEMPLATE).is_file())
    try:
        template = DocxTemplate(file)
        template.init_docx()
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ConfigError(file, "(file)", f"no Word file: {error}", "Save it in Word as .docx") from error
    with _template_errors(file):
        for source in _sources(template):
            for name in unknown_fields(_environment().parse(source), Paper):
                raise ConfigError(file, name, "there is no such field", "docs/sheet.md names every field")
    return file, template


def _sources(template: DocxTemplate) -> Iterator[str]:
    """The text of body, headers and footers as the template language sees it."""
    yield template.patch_xml(template.get_xml())
    for kind in (template.HEADER_URI, template.FOOTER_URI):
        for _, part in template.get_headers_footers(kind):
            yield template.patch_xml(template.get_part_xml(part))


class _template_errors:  # noqa: N801 (reads as a word in a with statement)
    """Turns what the template language complains of into a ConfigError with the template's name."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from jinja2 import TemplateError

        if isinstance(error, TemplateError):
            raise ConfigError(
                self.file, "(template)", str(error), "docs/sheet.md shows how fields are written"
            ) from error


def _environment() -> Environment:
    """Everything printed is cleaned and escaped; there is nothing to load, and no field may be missing."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(autoescape=True, undefined=StrictUndefined, finalize=clean)


class _Link:
    """A linked text as a run of Word; `{{r …}}` puts it in place of its own run."""

    def __init__(self, text: str, relation: str | None, look: str = "Hyperlink") -> None:
        self.text, self.relation, self.look = text, relation, look

    def __html__(self) -> str:
        return run(self.text) if self.relation is None else linked_run(self.text, self.relation, self.look)


class _Links:
    """Makes links of one document; an address that comes twice is kept once."""

    def __init__(self, template: DocxTemplate) -> None:
        self.relations: Any = template.docx.part.rels
        self.known: dict[str, str] = {}
        names = {style.name: style.style_id for style in template.docx.styles}
        self.look: str = names.get("Hyperlink", "Hyperlink")

    def __call__(self, text: str, url: str) -> _Link:
        address = office_link(url)
        if address is None:
            return _Link(text, None)
        if address not in self.known:
            self.known[address] = f"rIdLink{len(self.known) + 1}"
            self.relations.add_relationship(HYPERLINK, address, self.known[address], is_external=True)
        return _Link(text, self.known[address], self.look)


def _properties(properties: Any, paper: Paper, sheet: Sheet) -> None:  # noqa: ANN401 (python-docx has no types)
    """The office made it, when the sheet was made: no person, no clock of this machine."""
    moment = sheet.inputs.generated_at.astimezone(UTC).replace(tzinfo=None)
    properties.title = f"Báo cáo tổng hợp thông tin báo chí {paper.short_date}"
    properties.author = properties.last_modified_by = paper.issuer_name
    properties.created = properties.modified = moment
    properties.revision = 1


def _timeless(content: bytes) -> bytes:
    """The same package with no time of day in it."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return packed({name: archive.read(name) for name in archive.namelist()})
