"""The sentences of the sheet, in administrative Vietnamese. A claim stays the paper's: «theo báo … phản ánh»."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from gazetteer.records import WHOLE_CITY
from report.inputs import OutletName, OutletState, SheetArticle
from report.sheet import FULL_STATES, REACHED_STATES, Counts, IssueRow, Sheet
from report.style import Style
from storage.doubt import DRIFTED_VI, EMPTY_VI, NOT_ASKED_VI
from vietnamese.clock import to_local
from vietnamese.numbers import count, date_time, number, short_date, signed, spoken_time

_OWN_WORD = (
    "báo", "tạp chí", "đài", "cổng", "trang", "thông tấn", "ttxvn", "kênh", "chuyên đề", "truyền hình", "bản tin",
)  # fmt: skip
"""Names that already say what the outlet is."""

_PRESS = frozenset({"central", "ministry", "local"})
_TIER_WORD = {"magazine": "tạp chí", "aggregator": "trang", "official": "trang"}
MARKS: Mapping[str, str] = MappingProxyType(
    {
        "new": "mới",
        "rising": "tăng",
        "cooling": "giảm",
        "answered": "đã trả lời",
        "corrected": "đính chính",
        "removed": "báo đã gỡ",
    }
)
"""How a matter has moved since the last sheet."""

_NAMED_BODIES = 6
_NAMED_OUTLETS = 3
"""More than this many are summed up: «và 04 báo, trang tin khác»."""

LONGEST_TITLE = 300
"""Code points of a title that are printed; no real headline is longer, and an endless one would bury the page."""


def outlet_phrase(outlet: OutletName) -> str:
    """The outlet inside a sentence: `báo Tuổi Trẻ`, `tạp chí Cửa Biển`; `Báo Hải Phòng`, `Thời báo …` as they are."""
    name = outlet.name.casefold()
    if name.startswith(_OWN_WORD) or name.split()[1:2] == ["báo"]:
        return outlet.name
    word = "báo" if outlet.tier in _PRESS else _TIER_WORD.get(outlet.tier, "")
    return f"{word} {outlet.name}".strip()


def sources_phrase(sheet: Sheet, issue: IssueRow) -> str:
    """`theo báo A, báo B và 02 báo, trang tin khác phản ánh`: outlets in the order in which they wrote."""
    return reported_by(sheet, issue.articles)


def reported_by(sheet: Sheet, articles: Sequence[SheetArticle]) -> str:
    """The same for any articles (at least one)."""
    outlets = dict.fromkeys(article.outlet_id for article in articles)
    named = [outlet_phrase(sheet.inputs.outlets[outlet]) for outlet in outlets]
    if len(named) > _NAMED_OUTLETS:
        rest = count(len(named) - _NAMED_OUTLETS + 1)
        named = [*named[: _NAMED_OUTLETS - 1], f"{rest} báo, trang tin khác"]
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} và {named[-1]}"
    return f"theo {listed} phản ánh"


def named_bodies(sheet: Sheet, issue: IssueRow) -> str:
    """The agencies and units most of its articles put into title or sapo, in alphabetical order; the rest counted.

    The city itself is left out: it is in every article and no addressee.
    """
    heads = Counter(body for article in issue.articles for body in article.head_bodies)
    all_of = Counter(body for article in issue.articles for body in article.bodies if body not in WHOLE_CITY)
    ranked = sorted(all_of, key=lambda body: (-heads[body], -all_of[body], issue.bodies.index(body)))
    shown = sorted(ranked[:_NAMED_BODIES], key=issue.bodies.index)
    text = "; ".join(sheet.inputs.bodies[body].name for body in shown)
    rest = len(ranked) - len(shown)
    return f"{text}; và {count(rest)} cơ quan, địa phương khác" if rest else text


def mark_phrase(issue: IssueRow) -> str:
    """`mới`, `tăng`, `giảm`, `đã trả lời`, `đính chính`, `báo đã gỡ`, or several; empty where it has not moved."""
    return ", ".join(MARKS[mark] for mark in issue.marks)


def summary(issue: IssueRow) -> str:
    """What the matter is about: the paper's sentences in quotation marks, or the analyst's own words; may be empty."""
    words = " ".join((issue.summary or "").split())
    if not words or issue.edit.summary:
        return words
    return f"“{inner(words)}”"


def inner(text: str) -> str:
    """A quotation inside a quotation has the other marks."""
    return text.replace("“", "‘").replace("”", "’")


def coverage(issue: IssueRow) -> str:
    """`5 bài / 3 báo, 2 tự viết`: articles, outlets, and outlets with an article of their own where fewer."""
    own = f", {number(issue.independent_newsrooms)} tự viết" if issue.independent_newsrooms < issue.newsrooms else ""
    return f"{number(len(issue.articles))} bài / {number(issue.newsrooms)} báo{own}"


def window_phrase(sheet: Sheet) -> str:
    """`từ 06 giờ 00 ngày 09/9/2026 đến 06 giờ 00 ngày 10/9/2026`."""
    start, end = to_local(sheet.window.start), to_local(sheet.window.end)
    return (
        f"từ {spoken_time(start)} ngày {short_date(start.date())} đến {spoken_time(end)} ngày {short_date(end.date())}"
    )


def overview(sheet: Sheet) -> str:
    """The first paragraph of section I, without the window."""
    counts = sheet.counts
    if not counts.articles and sheet.crawl_failed:
        return "chưa thu thập được tin, bài nào"
    if not counts.articles:
        return f"không có tin, bài nào {_about(sheet)} được ghi nhận"
    text = (
        f"có {count(counts.articles)} tin, bài của {count(counts.newsrooms)} báo, trang tin {_about(sheet)}, "
        f"thuộc {count(counts.issues)} vụ việc"
    )
    return f"{text}; {_attention(counts)}{_besides(counts)}"


def _about(sheet: Sheet) -> str:
    office = sheet.inputs.office
    return f"liên quan đến {office.inside or office.name}" if office else f"phản ánh về {sheet.inputs.city}"


def _attention(counts: Counts) -> str:
    if not counts.attention and counts.unplaced:
        return (
            f"chưa xác định được vụ việc cần phản hồi, vì {count(counts.unplaced)} tin, bài chưa được xếp vào vụ việc"
        )
    if not counts.attention:
        return "không có vụ việc nào được gợi ý cần phản hồi"
    urgent = counts.by_level[3]
    text = f"{count(counts.attention)} vụ việc được gợi ý cần phản hồi"
    return f"{text}, trong đó {count(urgent)} vụ việc khẩn" if urgent else text


def _besides(counts: Counts) -> str:
    parts = []
    if counts.reprints:
        parts.append(f"{count(counts.reprints)} tin, bài đăng lại của báo khác")
    if counts.late:
        parts.append(f"{count(counts.late)} tin, bài đến muộn")
    return f". Trong số này có {' và '.join(parts)}" if parts else ""


def health_line(sheet: Sheet) -> str:
    """`11/12 nguồn đủ tin`: printed on the report itself, so that a broken crawl never looks like a quiet press."""
    return health_words(sheet.full, len(sheet.outlets))


def health_words(full: int, every: int) -> str:
    """The same from the number of outlets that gave all they had, and of all."""
    return f"{number(full)}/{number(every)} nguồn đủ tin" if every else "Chưa có nguồn tin nào được theo dõi"


def health_notes(sheet: Sheet, style: Style) -> tuple[str, ...]:
    """What the reader must know of the crawl, one sentence each, the gravest first."""
    return ((failure(sheet),) if sheet.crawl_failed else ()) + troubles(sheet, style)


def troubles(sheet: Sheet, style: Style) -> tuple[str, ...]:
    """Which outlets did not give all they had, and why; outlets with the same trouble are told together."""
    named: defaultdict[str, list[str]] = defaultdict(list)
    for row in sheet.outlets:
        if row.state.state not in FULL_STATES or row.state.reason_vi.startswith((DRIFTED_VI, EMPTY_VI)):
            named[trouble(row.state, style)].append(row.state.name)
    notes = [f"{', '.join(names)}: {words}" for words, names in named.items()]
    unasked = sum(row.state.reason_vi.endswith(NOT_ASKED_VI) for row in sheet.outlets)
    if unasked:
        notes.append(f"{count(unasked)} nguồn {NOT_ASKED_VI}")
    if sheet.counts.unplaced:
        notes.append(f"{count(sheet.counts.unplaced)} tin, bài chưa được xếp vào vụ việc")
    return tuple(notes)


def failure(sheet: Sheet) -> str:
    """The sentence that says the crawl failed."""
    if not sheet.outlets:
        return "Chưa thu thập được tin: chưa có nguồn tin nào được theo dõi"
    return f"Đợt thu thập tin thất bại: không lấy được tin từ nguồn nào trong {number(len(sheet.outlets))} nguồn"


def trouble(outlet: OutletState, style: Style) -> str:
    """What is wrong with an outlet and, for one that no longer answers, its last answer."""
    text = outlet.reason_vi or style.states.get(outlet.state, outlet.state).lower()
    if outlet.last_success_at is None or outlet.state in REACHED_STATES:
        return text
    return f"{text}, lần cuối trả lời {date_time(outlet.last_success_at)}"


def change(now: int, before: int | Decimal, digits: int = 0) -> str:
    """`31 (+4)`: what it was, and how far today is from it."""
    return f"{number(before, digits)} ({signed(now - before, digits)})"
