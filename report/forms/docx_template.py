"""Our Word template, config/report/sheet.docx, written from the decree's measures; a test fails when it is stale.

usage: python -m report.forms.docx_template   (writes the file)

An office changes a copy of it in Word: the fields in braces are placed, everything else is text like any other.
"""

from __future__ import annotations

from config.loader import BUILTIN
from report.forms import decree30 as d
from report.forms.docx_package import (
    NUMBERED_HEADER,
    PACKAGE,
    RELATIONS,
    SILENT_HEADER,
    content_types,
    packed,
    relations,
)
from report.forms.docx_styles import styles_xml
from report.forms.docx_xml import (
    DECLARATION,
    NAMES,
    cell,
    indented,
    loop,
    paragraph,
    row,
    rule,
    run,
    section,
    table,
    tag,
)

FILE = BUILTIN / "report" / "sheet.docx"

_LEFT_MM, _RIGHT_MM = d.HEAD_LEFT_MM, d.HEAD_RIGHT_MM
_KEEP = "<w:keepNext/>"
"""With what follows: the signature never stands on a page of its own."""


def main() -> None:
    """Write the template."""
    FILE.write_bytes(template())


def template() -> bytes:
    """The whole file."""
    return packed(
        {
            "[Content_Types].xml": content_types(("document", "styles", "settings", "header1", "header2"), core=True),
            "_rels/.rels": relations(
                ("rId1", f"{RELATIONS}/officeDocument", "word/document.xml"),
                ("rId2", f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ),
            "docProps/core.xml": _core(),
            "word/document.xml": f"{DECLARATION}<w:document {NAMES}><w:body>{_body()}</w:body></w:document>",
            "word/styles.xml": styles_xml(),
            "word/settings.xml": f'{DECLARATION}<w:settings {NAMES}><w:zoom w:percent="100"/>'
            '<w:defaultTabStop w:val="720"/><w:characterSpacingControl w:val="doNotCompress"/><w:compat>'
            '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
            '</w:compat><w:themeFontLang w:val="vi-VN"/></w:settings>',
            "word/header1.xml": NUMBERED_HEADER,
            "word/header2.xml": SILENT_HEADER,
            "word/_rels/document.xml.rels": relations(
                ("rIdStyles", f"{RELATIONS}/styles", "styles.xml"),
                ("rIdSettings", f"{RELATIONS}/settings", "settings.xml"),
                ("rIdNumber", f"{RELATIONS}/header", "header1.xml"),
                ("rIdFirst", f"{RELATIONS}/header", "header2.xml"),
            ),
        }
    )


def _body() -> str:
    return "".join((*_head(), *_overview(), *_attention(), *_by_field(), *_by_body(), *_rest(), *_annexes()))


def _head() -> tuple[str, ...]:
    left = (
        tag("{%p for line in superior %}"), paragraph("Superior", "{{ line }}"), tag("{%p endfor %}"),
        tag("{%p for line in issuer %}"), paragraph("Issuer", "{{ line }}"), tag("{%p endfor %}"),
        rule("Rule", d.ISSUER_RULE_MM, _LEFT_MM),
    )  # fmt: skip
    right = (
        paragraph("Nation", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        paragraph("Motto", "Độc lập - Tự do - Hạnh phúc"),
        rule("Rule", d.MOTTO_RULE_MM, _RIGHT_MM),
    )
    second = (
        cell(_LEFT_MM, paragraph("DocNumber", "Số:         /{{ symbol }}")),
        cell(_RIGHT_MM, paragraph("DocDate", "{{ place }}, {{ date }}")),
    )
    return (
        table((_LEFT_MM, _RIGHT_MM), (row(cell(_LEFT_MM, *left), cell(_RIGHT_MM, *right)), row(*second)), ruled=False),
        tag("{%p if marking %}"), paragraph("Marking", "{{ marking }}"), tag("{%p endif %}"),
        paragraph("Title", "BÁO CÁO"),
        paragraph("Subtitle", "Tổng hợp thông tin báo chí phản ánh về {{ city }}"),
        tag("{%p if office %}"), paragraph("Subtitle", "liên quan đến {{ office }}"), tag("{%p endif %}"),
        paragraph("Subtitle", "({{ window }})"),
        rule("Rule", d.SUBJECT_RULE_MM, _LEFT_MM + _RIGHT_MM),
        tag("{%p if addressee %}"), paragraph("To", "Kính gửi: {{ addressee }}"), tag("{%p endif %}"),
        tag("{%p if addressees %}"), paragraph("To", "Kính gửi:"),
        tag("{%p for name in addressees %}"),
        paragraph("To", "- {{ name }}", extra=indented(d.TO_LEFT_MM)),
        tag("{%p endfor %}"), tag("{%p endif %}"),
        tag("{%p if draft %}"), paragraph("Draft", "{{ draft }}"), tag("{%p endif %}"),
    )  # fmt: skip


def _overview() -> tuple[str, ...]:
    total = (63.0, 26.0, 34.0, 42.0)
    level = (45.0, 30.0, 30.0, 30.0, 30.0)
    return (
        paragraph("Heading1", "I. TỔNG QUAN"),
        tag("{%p if failure %}"),
        paragraph("BodyText", run("{{ failure }}.", bold=True),
                  run(" Số liệu dưới đây chỉ gồm những gì đã có sẵn trong kho, không phản ánh tình hình báo chí trong "
                      "ngày và không được hiểu là ngày không có tin.")),
        tag("{%p endif %}"),
        paragraph("BodyText", "{{ opening }}, {{ overview }}. {{ days_off }}"),
        paragraph("BodyText", run("Tình trạng nguồn tin: ", bold=True), run("{{ health }}")),
        tag("{%p if leading %}"),
        paragraph("BodyText", run("Đáng chú ý: ", bold=True),
                  run("{% for issue in leading %}“"), run("{{r issue.link }}"),
                  run("” ({{ issue.level }}){% if loop.last %}.{% else %}; {% endif %}{% endfor %}")),
        tag("{%p endif %}"),
        table(total, (
            row(*(cell(w, paragraph("CellHead", t)) for w, t in zip(
                total, ("Chỉ tiêu", "Kỳ này", "Hôm qua", "Trung bình 7 ngày"), strict=True)), head=True),
            loop(4, "{%tr for total in totals %}"),
            row(cell(total[0], paragraph("Cell", "{{ total.label }}")),
                *(cell(w, paragraph("CellNumber", t)) for w, t in zip(
                    total[1:], ("{{ total.now }}", "{{ total.yesterday }}", "{{ total.mean }}"), strict=True))),
            loop(4, "{%tr endfor %}"),
        )),
        paragraph("Note", "{{ totals_note }}"),
        table(level, (
            row(cell(level[0], paragraph("CellHead", "Mức độ (gợi ý)")), *_each_level("CellHead", "{{ level.label }}"),
                head=True),
            row(cell(level[0], paragraph("Cell", "Vụ việc (tỷ lệ)")),
                *_each_level("CellNumber", "{{ level.issues }} ({{ level.share }})")),
        )),
        paragraph("BodyText", "Danh mục tin, bài và tình trạng các nguồn tin có tại Phụ lục I, Phụ lục II kèm theo.",
                  extra='<w:spacing w:before="120"/>'),
        tag("{%p if contents %}"),
        paragraph("ContentsHead", "MỤC LỤC", extra="<w:pageBreakBefore/>"),
        paragraph("TOC1", "{{ contents }}"),
        tag("{%p endif %}"),
    )  # fmt: skip


def _each_level(style: str, text: str) -> tuple[str, str, str]:
    return (
        cell(30, paragraph(style, "{%tc for level in levels %}")),
        cell(30, paragraph(style, text)),
        cell(30, paragraph(style, "{%tc endfor %}")),
    )


def _attention() -> tuple[str, ...]:
    heading = paragraph("Heading1", "II. THÔNG TIN CẦN LƯU Ý, CẦN PHẢN HỒI NHANH")
    widths = (11.0, 41.0, 40.0, 56.0, 37.0, 30.0, 21.0, 16.0)
    heads = ("STT", "Vụ việc, tên bài", "Cơ quan báo chí; ngày, giờ đăng; đường link", "Tóm tắt",
             "Cơ quan, địa phương liên quan", "Mức độ", "Đề xuất xử lý", "Hạn")  # fmt: skip
    cells = (
        (paragraph("SmallNumber", "{{ issue.number }}"),),
        (paragraph("Small", run("“", bold=True), run("{{ issue.title }}", bold=True), run("”", bold=True),
                   run(" ({{ issue.coverage }}{% if issue.mark %}; {{ issue.mark }}{% endif %})")),),
        (tag("{%p for source in issue.sources %}"),
         paragraph("Small", run("{{r source.link }}"), run("; {{ source.published }}"
                   "{% if source.note %} ({{ source.note }}){% endif %}")),
         tag("{%p endfor %}"),
         tag("{%p if issue.more %}"), paragraph("Small", "{{ issue.more }}"), tag("{%p endif %}")),
        (paragraph("Small", "{{ issue.summary }}"),),
        (paragraph("Small", "{{ issue.bodies }}"),),
        (paragraph("Small", run("{{ issue.level }}", bold=True)),
         tag("{%p if issue.reasons %}"), paragraph("Small", "{{ issue.reasons }}"), tag("{%p endif %}")),
        (paragraph("Small", "{{ issue.proposal }}"),),
        (paragraph("Small", "{{ issue.deadline }}"),),
    )  # fmt: skip
    return (
        tag("{%p if attention %}"),
        paragraph("Break", extra=section(first_silent=True)),
        heading,
        table(widths, (
            row(*(cell(w, paragraph("SmallHead", t)) for w, t in zip(widths, heads, strict=True)), head=True),
            loop(8, "{%tr for issue in attention %}"),
            row(*(cell(w, *inner) for w, inner in zip(widths, cells, strict=True))),
            loop(8, "{%tr endfor %}"),
        )),
        tag("{%p if attention_left %}"), paragraph("Note", "{{ attention_left }}"), tag("{%p endif %}"),
        paragraph("Break", extra=section(wide=True)),
        tag("{%p else %}"),
        heading, paragraph("BodyText", "{{ attention_none }}"),
        tag("{%p endif %}"),
    )  # fmt: skip


def _by_field() -> tuple[str, ...]:
    return (
        paragraph("Heading1", "III. THÔNG TIN THEO LĨNH VỰC"),
        tag("{%p for block in fields %}"),
        paragraph("Heading2", "{{ block.number }}. {{ block.name }} ({{ block.count }} vụ việc)"),
        tag("{%p for issue in block.issues %}"),
        paragraph("BodyText", run("- “"), run("{{r issue.link }}"),
                  run("”, {{ issue.told_by }} ({{ issue.coverage }})"),
                  run("{% if issue.urgent %}; {% endif %}"),
                  run("{% if issue.urgent %}mức {{ issue.level }}{% endif %}", bold=True),
                  run("{% if issue.mark %}; {{ issue.mark }}{% endif %}{% if issue.late %}; đến muộn{% endif %}."),
                  ),
        tag("{%p endfor %}"), tag("{%p endfor %}"),
        tag("{%p if unplaced %}"),
        paragraph("Heading2", "Tin, bài chưa được xếp vào vụ việc"),
        tag("{%p for article in unplaced %}"),
        paragraph("BodyText", run("- “"), run("{{r article.link }}"), run("”, {{ article.told_by }}.")),
        tag("{%p endfor %}"), tag("{%p endif %}"),
        tag("{%p if not articles %}"), paragraph("BodyText", "{{ fields_none }}"), tag("{%p endif %}"),
    )  # fmt: skip


def _by_body() -> tuple[str, ...]:
    widths = (90.0, 25.0, 25.0, 25.0)
    made = []
    for name, label in (("agencies", "Cơ quan"), ("units", "Địa phương")):
        made += [
            tag(f"{{%p if {name} %}}"),
            table(widths, (
                row(*(cell(w, paragraph("CellHead", t)) for w, t in zip(
                    widths, (label, "Tin, bài", "Vụ việc", "Cần phản hồi"), strict=True)), head=True),
                loop(4, f"{{%tr for body in {name} %}}"),
                row(cell(widths[0], paragraph("Cell", "{{ body.name }}")),
                    *(cell(25, paragraph("CellNumber", f"{{{{ body.{key} }}}}"))
                      for key in ("articles", "issues", "attention"))),
                loop(4, "{%tr endfor %}"),
            )),
            paragraph("Rule"),
            tag("{%p endif %}"),
        ]  # fmt: skip
    return (
        paragraph("Heading1", "IV. THÔNG TIN THEO CƠ QUAN, ĐỊA PHƯƠNG"),
        *made,
        tag("{%p if not agencies and not units %}"), paragraph("BodyText", "{{ bodies_none }}"), tag("{%p endif %}"),
    )  # fmt: skip


def _rest() -> tuple[str, ...]:
    left = (
        paragraph("RecipientsHead", "Nơi nhận:"),
        tag("{%p for name in recipients %}"), paragraph("Recipients", "- {{ name }}"), tag("{%p endfor %}"),
    )  # fmt: skip
    right = (
        tag("{%p for line in signer %}"), paragraph("Signer", "{{ line }}"), tag("{%p endfor %}"),
        *(paragraph("Signer") for _ in range(4)),
        paragraph("Signer", "{{ signer_name }}"),
    )  # fmt: skip
    half = (82.5, 82.5)
    return (
        paragraph("Heading1", "V. THEO DÕI XỬ LÝ, PHẢN HỒI"),
        paragraph("BodyText", "Chưa có vụ việc nào được giao theo dõi."),
        paragraph("Heading1", "VI. DỰ BÁO VÀ ĐỀ XUẤT, KIẾN NGHỊ"),
        tag("{%p for line in forecast %}"), paragraph("BodyText", "{{ line }}", extra=_KEEP), tag("{%p endfor %}"),
        tag("{%p for line in recommendations %}"), paragraph("BodyText", "{{ line }}", extra=_KEEP),
        tag("{%p endfor %}"),
        tag("{%p if not forecast and not recommendations %}"),
        paragraph("BodyText", run("(Chuyên viên tổng hợp ghi.)", italic=True), extra=_KEEP),
        paragraph("BodyText", extra=_KEEP),
        tag("{%p endif %}"),
        table(half, (row(cell(half[0], *left), cell(half[1], *right)),), ruled=False),
        tag("{%p if attention %}"), paragraph("Break", extra=section()),
        tag("{%p else %}"), paragraph("Break", extra=section(first_silent=True)), tag("{%p endif %}"),
    )  # fmt: skip


def _annexes() -> tuple[str, ...]:
    first = (11.0, 66.0, 30.0, 31.0, 34.0, 47.0, 13.0, 20.0)
    second = (11.0, 44.0, 32.0, 55.0, 30.0, 30.0, 15.0, 15.0, 20.0)
    article, outlet = "{{ article.", "{{ outlet."
    return (
        *_annex("I", "DANH MỤC TIN, BÀI ({{ articles_count }} TIN, BÀI)"),
        *_list("articles", "article", first,
               ("STT", "Tiêu đề", "Báo", "Thời điểm đăng", "Lĩnh vực", "Cơ quan, địa bàn", "Mức độ", "Ghi chú"),
               (f"{article}number }}}}", "{{r article.link }}", f"{article}outlet }}}}", f"{article}published }}}}",
                f"{article}field }}}}", f"{article}bodies }}}}", f"{article}level }}}}", f"{article}remarks }}}}")),
        tag("{%p if not articles %}"), paragraph("BodyText", "{{ articles_none }}"), tag("{%p endif %}"),
        paragraph("Break", extra=section(wide=True, first_silent=True)),
        *_annex("II", "TÌNH TRẠNG NGUỒN TIN"),
        *_list("outlets", "outlet", second,
               ("STT", "Nguồn", "Tình trạng", "Chi tiết", "Lần cuối trả lời", "Tin mới gần nhất", "Mới lưu",
                "Trang lỗi", "Trong bản tin"),
               tuple(f"{outlet}{key} }}}}" for key in ("number", "name", "state", "detail", "last_answer", "last_new",
                                                     "stored", "failed", "articles"))),
        tag("{%p if not outlets %}"), paragraph("BodyText", "Chưa có nguồn tin nào được theo dõi."),
        tag("{%p endif %}"),
        paragraph("Note", "Lập lúc {{ made }}; đợt thu thập {{ run_id }}."),
        section(wide=True, first_silent=True),
    )  # fmt: skip


def _annex(number: str, title: str) -> tuple[str, ...]:
    return (
        paragraph("Annex", f"Phụ lục {number}"),
        paragraph("AnnexTitle", title),
        paragraph("AnnexOf", "(Kèm theo Báo cáo số         /{{ symbol }} {{ date }} của {{ issuer_name }})"),
    )


def _list(
    rows: str, each: str, widths: tuple[float, ...], heads: tuple[str, ...], texts: tuple[str, ...]
) -> tuple[str, ...]:
    """A wide table over a list, its head row repeated on every page."""
    columns = len(widths)
    return (
        tag(f"{{%p if {rows} %}}"),
        table(widths, (
            row(*(cell(w, paragraph("SmallHead", t)) for w, t in zip(widths, heads, strict=True)), head=True),
            loop(columns, f"{{%tr for {each} in {rows} %}}"),
            row(*(cell(w, paragraph("SmallNumber" if t.split()[-2].endswith(_CENTRED) else "Small", t))
                  for w, t in zip(widths, texts, strict=True))),
            loop(columns, "{%tr endfor %}"),
        )),
        tag("{%p endif %}"),
    )  # fmt: skip


_CENTRED = (".number", ".level", ".stored", ".failed", "outlet.articles")


def _core() -> str:
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>Điểm báo</dc:title>'
        "<dc:language>vi-VN</dc:language></cp:coreProperties>"
    )


if __name__ == "__main__":
    main()
