"""Hostile articles out of a real store, in every form of the sheet, in the correction note and in alerts.

No form runs, loads or gains anything, and none says more of an article than its sixty words.
"""

import email
import json
import re
import shutil
import zipfile
from datetime import date, datetime
from email.policy import default
from io import BytesIO

import pytest
from lxml import etree
from openpyxl import load_workbook

from config.model import Alerts
from gazetteer.load import load
from night.alerts import digest, matters_now
from report.compare import compare, lines
from report.forms.formats import FORMATS
from report.kinds.office import office_of, write_office
from report.kinds.write_city import write_city
from report.kinds.write_period import write_period
from vietnamese.clock import LOCAL

FRIDAY = date(2026, 9, 11)
OFFICE = "so-xay-dung"
TITLES = (
    "<script>alert(1)</script><img src=x onerror=alert(1)></td></table>",
    "</w:t></w:r><w:p/>]]><!-- <w:altChunk r:id='x'/>",
    "{{ 7*7 }} {% for a in b %} {%p endfor %} {{r x }}",
    '=HYPERLINK("https://evil.example","bấm")',
    "Tin\x00 nóng\x08\x1b[31m\x85 \ufffe \uffff",
    "\u202eđảo ngược\u202c \u2066cô lập \u200f",
    "dài " * 1250,
    "a" * 5000,
    "Dòng một\r\nBcc: ai@evil.example",
)
WORDS = [f"{'chữ' if n % 10 else 'Chữ'}{n:04d}" for n in range(3000)]
BODY = ". ".join(" ".join(WORDS[n : n + 10]) for n in range(0, 3000, 10)) + "."
BYLINE = "Phóng viên Nguyễn Văn Bút"
MOST = tuple(name for name in FORMATS if name != "pdf")
"""A PDF is a process of its own: `test_report_hostile` sets one."""
ELEMENTS = """
html head meta title style body main header section footer div p span br b i em strong small bdi a h1 h2 h3 ul li
table thead tbody tr th td time figure figcaption svg g path defs use clippath rect pattern metadata
"""


@pytest.fixture(scope="module")
def forms(filled, tmp_path_factory, make_morning_of):
    """Form -> format -> bytes."""
    folder = tmp_path_factory.mktemp("hostile") / "home"
    shutil.copytree(filled, folder)
    made = make_morning_of(folder)
    made.now = datetime(2026, 9, 11, 6, 10, tzinfo=LOCAL)
    for n, title in enumerate(TITLES):
        made.add(
            f"x{n}", datetime(2026, 9, 10, 12, n, tzinfo=LOCAL), day=FRIDAY, issue=f"x{n}", level=3, title=title,
            body=f"{BODY} {BYLINE}", bodies=(OFFICE, "n11413"),
        )  # fmt: skip
    made.sheet(FRIDAY, formats=MOST)
    options = {"now": made.now, "folder": made.reports, "name_of": made.name_of}
    office = office_of(load(made.config.folders), OFFICE, "thành phố Hải Phòng")
    paths = {
        "office": write_office(made.store, made.config, FRIDAY, office, folder=made.reports, formats=MOST).files,
        "city": write_city(made.store, made.config, FRIDAY, folder=folder / "city"),
    } | {
        kind: write_period(made.store, made.config, kind, FRIDAY, formats=formats, **options).files
        for kind, formats in (("weekly", ("html", "docx", "json")), ("monthly", ("json",)))
    }
    found = {form: {name: file.read_bytes() for name, file in files.items()} for form, files in paths.items()}
    matters = matters_now(made.store, Alerts(), (), made.now)
    assert len(matters) >= len(TITLES)
    found["alerts"] = {"txt": digest(matters, Alerts(most_matters=50), made.now).text.encode()}
    day = made.reports / "2026-09-11"
    found["daily"] = {name: (day / f"diem-bao-2026-09-11.{name}").read_bytes() for name in MOST}
    empty = json.loads(found["daily"]["json"]) | {"issues": []}
    told = "\n".join(lines(compare(empty, json.loads(found["daily"]["json"]))))
    found["note"] = {"txt": told.encode(errors="replace")}
    made.store.close()
    return found


def every(forms, name):
    return {form: files[name] for form, files in forms.items() if name in files}


def test_every_form_and_format_is_there(forms):
    assert {form: len(files) for form, files in forms.items()} == {
        "daily": 5, "office": 5, "city": 4, "weekly": 3, "monthly": 1, "alerts": 1, "note": 1
    }  # fmt: skip


def pages(forms):
    for form, content in every(forms, "html").items():
        yield form, content
    for form, content in every(forms, "eml").items():
        message = email.message_from_bytes(content, policy=default)
        yield f"{form} mail", message.get_body(("html",)).get_content().encode()


def test_no_page_gains_an_element_a_handler_or_an_address(forms):
    for form, content in pages(forms):
        root = etree.fromstring(content, etree.HTMLParser())
        elements = [element for element in root.iter() if isinstance(element.tag, str)]
        assert {element.tag.lower() for element in elements} <= {*ELEMENTS.split()}, form
        assert not [name for element in elements for name in element.attrib if name.lower().startswith("on")], form
        links = {element.get("href") for element in elements if element.tag == "a"}
        assert all(link.startswith("https://") and ".example/" in link for link in links), form
        assert "{{ 7*7 }}" in "".join(root.itertext()), form


def test_word_files_stay_whole(forms):
    for form, content in every(forms, "docx").items():
        with zipfile.ZipFile(BytesIO(content)) as package:
            parts = {name: package.read(name) for name in package.namelist() if name.endswith((".xml", ".rels"))}
        roots = {name: etree.fromstring(part) for name, part in parts.items()}
        tags = {etree.QName(element).localname for element in roots["word/document.xml"].iter()}
        assert "altChunk" not in tags, form
        fields = [e.text for e in roots["word/document.xml"].iter() if etree.QName(e).localname == "instrText"]
        assert all(text.split()[0] in {"PAGE", "PAGEREF"} for text in fields), form
        targets = [e.get("Target") for e in roots["word/_rels/document.xml.rels"] if e.get("TargetMode") == "External"]
        assert all(target.startswith("https://") for target in targets), form
        said = "".join(e.text or "" for e in roots["word/document.xml"].iter() if etree.QName(e).localname == "t")
        assert "{{ 7*7 }}" in said, form
        assert "<script>alert(1)</script>" in said, form


def test_workbooks_hold_no_formula(forms):
    for form, content in every(forms, "xlsx").items():
        with zipfile.ZipFile(BytesIO(content)) as package:
            assert not [name for name in package.namelist() if b"<f>" in package.read(name)], form
        cells = [cell for page in load_workbook(BytesIO(content)) for row in page.iter_rows() for cell in row]
        assert '=HYPERLINK("https://evil.example","bấm")' in [cell.value for cell in cells], form


def test_no_mail_gains_a_header(forms):
    for form, content in every(forms, "eml").items():
        message = email.message_from_bytes(content, policy=default)
        assert {name.lower() for name in message} == {
            "subject", "date", "message-id", "x-unsent", "mime-version", "content-type"
        }, form  # fmt: skip


def test_plain_texts_have_no_controls_and_no_turned_text(forms):
    for form, content in every(forms, "txt").items():
        text = content.decode()
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", text) or form == "note", form
        assert "\u202e" not in text or form == "note", form


def readable(name, content):
    """Everything a reader could find in a file."""
    if name in {"docx", "xlsx"}:
        with zipfile.ZipFile(BytesIO(content)) as package:
            return "".join(package.read(part).decode() for part in package.namelist() if part.endswith(".xml"))
    if name == "eml":
        message = email.message_from_bytes(content, policy=default)
        return "".join(message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    return content.decode()


def test_no_form_says_more_of_an_article_than_its_sixty_words_and_none_names_a_writer(forms):
    for form, files in forms.items():
        for name, content in files.items():
            text = readable(name, content)
            last = max((n for n, word in enumerate(WORDS) if word in text), default=-1)
            assert last < 60, (form, name, last)
            assert BYLINE not in text, (form, name)
            assert form in {"weekly", "monthly", "alerts", "note"} or name == "json" or last >= 40, (form, name)


def test_every_excerpt_of_the_json_is_a_quote_of_at_most_sixty_words(forms):
    for form, content in every(forms, "json").items():
        if form in {"daily", "office"}:
            excerpts = [a["excerpt"] for issue in json.loads(content)["issues"] for a in issue["articles"]]
            assert max(len(text.split()) for text in excerpts) <= 60, form
            whole = f"Một câu dẫn. {BODY}"
            assert all(text in whole for text in excerpts if "Chữ0000" in text), form
