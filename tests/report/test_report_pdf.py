"""The PDF: its pages, its numbers, what it fetches (nothing), and what happens where a system library is missing."""

import os
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO

import pytest
from pypdf import PdfReader

from report.forms.as_pdf import PACKAGES, as_pdf, pdf_of
from report.forms.formats import FormatUnavailableError, render_all
from report.sheet import build_sheet


@pytest.fixture(scope="module")
def made(sheet, style, folders):
    return as_pdf(sheet, style, folders)


@pytest.fixture(scope="module")
def pages(made):
    return PdfReader(BytesIO(made)).pages


def flat(page):
    return " ".join(page.extract_text().split())


def test_pages_are_a4_and_wide_tables_lie_across(pages):
    sizes = [
        (round(float(page.mediabox.width) / 72 * 25.4), round(float(page.mediabox.height) / 72 * 25.4))
        for page in pages
    ]
    assert set(sizes) == {(210, 297), (297, 210)}
    assert sizes[0] == (210, 297)
    for page, size in zip(pages, sizes, strict=True):
        across = any(head in flat(page) for head in ("II. THÔNG TIN CẦN LƯU Ý", "Phụ lục I DANH", "Phụ lục II TÌNH"))
        assert size == ((297, 210) if across else (210, 297))


def test_the_number_stands_on_every_page_but_a_first_one(pages):
    texts = [flat(page) for page in pages]
    report = [text for text in texts if "Phụ lục I" not in text[:30]]
    assert [text.split()[-1] for text in report[1:]] == [str(n) for n in range(2, len(report) + 1)]
    assert not texts[0].split()[-1].isdecimal()
    annexes = [text for text in texts if text.startswith("Phụ lục I")]
    assert len(annexes) == 2
    assert not any(text.split()[-1].isdecimal() for text in annexes), "an annex begins without a number"


def test_it_says_what_the_page_says(pages):
    text = " ".join(map(flat, pages))
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "có 12 tin, bài của 04 báo, trang tin phản ánh về thành phố Hải Phòng" in text
    assert "Nơi nhận:" in text
    assert "Bài số 12 về vụ việc i6" in text


def test_titles_are_links(pages, sheet):
    found = {
        note.get_object()["/A"]["/URI"]
        for page in pages
        for note in page.get("/Annots", ())
        if "/A" in note.get_object() and "/URI" in note.get_object()["/A"]
    }
    assert found == {article.url for article in sheet.articles}


def test_the_same_sheet_gives_the_same_bytes(made, sheet, style, folders):
    assert as_pdf(sheet, style, folders) == made
    assert PdfReader(BytesIO(made)).metadata.creation_date.isoformat() == "2026-09-10T06:20:00+07:00"


def test_nothing_is_fetched():
    asked = []

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        base = f"http://127.0.0.1:{server.server_port}"
        page = (
            f'<link rel=stylesheet href="{base}/a.css"><style>@import "{base}/b.css"; @font-face {{ font-family: x; '
            f"src: url({base}/c.ttf) }} p {{ background: url({base}/d.png); font-family: x }}</style>"
            f'<p>Chữ<img src="{base}/e.png"><img src="file:///etc/hostname"></p>'
        )
        assert pdf_of(page.encode(), made_at=0).startswith(b"%PDF")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert asked == []


def test_a_missing_system_library_is_named_and_the_other_formats_come(sheet, style, folders, tmp_path, monkeypatch):
    """The engine fails at import as it does without Pango: the loader's OSError."""
    (tmp_path / "weasyprint").mkdir()
    (tmp_path / "weasyprint" / "__init__.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    made = render_all(["html", "pdf", "docx"], sheet, style, folders)
    assert list(made.files) == ["html", "docx"]
    assert f"apt-get install {PACKAGES}" in made.unavailable["pdf"]
    assert "libpango-1.0-0" in made.unavailable["pdf"]


def test_an_engine_that_fails_is_told(monkeypatch, tmp_path):
    (tmp_path / "weasyprint.py").write_text("raise RuntimeError('odd')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(FormatUnavailableError, match="odd"):
        pdf_of(b"<p>x", made_at=0)


def test_an_empty_day_has_a_pdf(style, folders, inputs):
    made = as_pdf(build_sheet(replace(inputs, articles=(), issues={}, scores={}, bodies={})), style, folders)
    assert "Không có." in " ".join(map(flat, PdfReader(BytesIO(made)).pages))
