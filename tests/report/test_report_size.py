"""A heavy morning: a thousand articles on three hundred matters."""

import time
from dataclasses import replace
from decimal import Decimal

from report.forms.as_docx import as_docx
from report.forms.as_html import as_html
from report.forms.as_json import as_json
from report.forms.as_xlsx import as_xlsx
from report.inputs import IssueScore, SheetIssue
from report.sheet import build_sheet

ARTICLES, ISSUES = 1000, 300
MOST_SECONDS = 10
"""Issue 7's limit for six formats; these four take two seconds of CPU. The PDF: benchmarks/formats.py."""


def test_a_thousand_articles_are_printed_in_time(inputs, make_article, style, folders):
    articles = tuple(
        make_article(
            n, f"i{n % ISSUES}", ("song-cam", "ban-mai", "hai-cang")[n % 3], level=n % 4, bodies=("n1", "a-so-xd")
        )
        for n in range(ARTICLES)
    )
    issues = {
        f"i{n}": SheetIssue(issue_id=f"i{n}", title="Vụ", level=n % 4, field_of=n % 12 + 1) for n in range(ISSUES)
    }
    scores = {key: IssueScore(total=Decimal(1), parts={"level": Decimal(1)}) for key in issues}
    started = time.process_time()
    sheet = build_sheet(replace(inputs, articles=articles, issues=issues, scores=scores))
    page, data = as_html(sheet, style, folders), as_json(sheet, style)
    document, book = as_docx(sheet, style, folders), as_xlsx(sheet, style)
    assert time.process_time() - started < MOST_SECONDS
    assert (sheet.counts.articles, sheet.counts.issues) == (ARTICLES, ISSUES)
    assert len(page) < 2_000_000
    assert page.count("Bài số 999 ".encode()) >= 1
    assert data.count(b'"article_id"') == ARTICLES
    assert len(document) < 500_000
    assert len(book) < 1_000_000
