"""A morning made by hand: twelve articles on six matters, four outlets, one of them broken."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from config.loader import BUILTIN
from config.model import Calendar
from report.inputs import Body, EarlierSheet, IssueScore, OutletName, SheetArticle, SheetInputs, SheetIssue
from report.sheet import build_sheet
from report.style import load_style
from report.window import window_for
from vietnamese.clock import LOCAL

DAY = date(2026, 9, 10)
WINDOW = window_for(DAY, Calendar())


@dataclass(frozen=True, kw_only=True)
class State:
    """A health row, shaped like the night's."""

    id: str
    name: str
    state: str = "healthy"
    reason: str = "new articles"
    reason_vi: str = "đủ tin"
    last_success_at: datetime | None = datetime(2026, 9, 10, 5, 40, tzinfo=LOCAL)
    last_new_at: datetime | None = datetime(2026, 9, 10, 5, 30, tzinfo=LOCAL)
    stored: int = 3
    failed: int = 0


OUTLETS = {
    "song-cam": OutletName(outlet_id="song-cam", name="Báo Sông Cấm", tier="local"),
    "ban-mai": OutletName(outlet_id="ban-mai", name="Ban Mai", tier="central"),
    "hai-cang": OutletName(outlet_id="hai-cang", name="Hải Cảng Xưa và Nay", tier="magazine"),
    "gop-tin": OutletName(outlet_id="gop-tin", name="Góp Tin", tier="aggregator"),
}
BODIES = {
    "a-so-xd": Body(body_id="a-so-xd", name="Sở Xây dựng", kind="agency"),
    "a-so-yt": Body(body_id="a-so-yt", name="Sở Y tế", kind="agency"),
    "n2": Body(body_id="n2", name="Phường Đồ Sơn", kind="unit"),
    "n1": Body(body_id="n1", name="Phường An Biên", kind="unit"),
    "ubnd@n1": Body(body_id="ubnd@n1", name="Ủy ban nhân dân phường An Biên", kind="body"),
}


def article(number, issue, outlet="ban-mai", *, hour=8, **changes):
    made = SheetArticle(
        article_id=f"{number:016x}",
        outlet_id=outlet,
        url=f"https://{outlet}.example/bai-{number}.html",
        title=f"Bài số {number} về vụ việc {issue}",
        excerpt=f"Đoạn dẫn của bài số {number}.",
        published_at=WINDOW.start + timedelta(hours=hour, minutes=number),
        first_seen_at=WINDOW.end - timedelta(minutes=20),
        kind="full",
        level=1,
        field_of=3,
        reprint_of=None,
        issue_id=issue,
        late=False,
        bodies=(),
    )
    return replace(made, **changes)


ARTICLES = (
    article(1, "i1", "song-cam", level=3, field_of=9, bodies=("n1", "ubnd@n1"),
            title="Cháy kho hàng ở phường An Biên, khói bao trùm khu dân cư",
            excerpt="Đám cháy bùng lên lúc 14 giờ tại kho hàng rộng khoảng 1.200 m² trên địa bàn phường An Biên. "
                    "Lực lượng chức năng đã điều động tám xe chữa cháy đến hiện trường."),
    article(2, "i1", "ban-mai", hour=9, level=3, field_of=9, bodies=("n1",),
            title="Hải Phòng: cháy lớn tại kho hàng, không có thương vong"),
    article(3, "i1", "gop-tin", hour=10, level=3, field_of=9, reprint_of=f"{2:016x}", bodies=("n1",),
            title="Hải Phòng: cháy lớn tại kho hàng, không có thương vong"),
    article(4, "i1", "hai-cang", hour=11, level=2, field_of=9, reprint_of=f"{1:016x}"),
    article(5, "i2", "ban-mai", level=2, field_of=3, bodies=("a-so-xd", "n2"),
            title='Dân kêu cứu vì công trình xây dựng không phép ở Đồ Sơn: "Ai chịu trách nhiệm?"'),
    article(6, "i2", "song-cam", hour=12, level=2, field_of=3, bodies=("a-so-xd",)),
    article(7, "i3", "song-cam", field_of=6, bodies=("a-so-yt",), title="Sở Y tế khai trương trạm cấp cứu vệ tinh"),
    article(8, "i4", "song-cam", field_of=7, level=0, title="Học sinh Hải Phòng vào năm học mới"),
    article(9, "i4", "ban-mai", field_of=7, level=0, late=True, published_at=WINDOW.start - timedelta(hours=5)),
    article(10, "i5", "hai-cang", field_of=8, level=0, kind="teaser", excerpt=None, published_at=None),
    article(11, "i6", "ban-mai", field_of=2, level=0, title="Cảng nước sâu Lạch Huyện đón tàu 165.000 tấn"),
    article(12, "i6", "gop-tin", field_of=2, level=0, reprint_of=f"{11:016x}"),
)  # fmt: skip


def issue(issue_id, level, field_of, *reasons):
    return SheetIssue(issue_id=issue_id, title=f"Vụ việc {issue_id}", level=level, field_of=field_of, reasons=reasons)


ISSUES = {
    "i1": issue("i1", 3, 9, "cháy", "nêu tên UBND phường An Biên"),
    "i2": issue("i2", 2, 3, "kêu cứu", "nêu tên Sở Xây dựng"),
    "i3": issue("i3", 1, 6),
    "i4": issue("i4", 0, 7),
    "i5": issue("i5", 0, 8),
    "i6": issue("i6", 0, None),
}
SCORES = {
    issue_id: IssueScore(
        total=Decimal(10 * found.level) + Decimal("0.5"),
        parts={"level": Decimal(10 * found.level), "tier": Decimal("0.5")},
    )
    for issue_id, found in ISSUES.items()
}
HEALTH = (
    State(id="song-cam", name="Báo Sông Cấm"),
    State(id="ban-mai", name="Ban Mai"),
    State(id="hai-cang", name="Hải Cảng Xưa và Nay", state="quiet", reason_vi="có trả lời, không có tin mới", stored=0),
    State(
        id="gop-tin", name="Góp Tin", state="broken", reason="every feed failed: timeout",
        reason_vi="nguồn cấp lỗi (timeout)", stored=0, failed=4,
        last_success_at=datetime(2026, 9, 9, 5, 30, tzinfo=LOCAL),
    ),
)  # fmt: skip
EARLIER = (
    EarlierSheet(day=date(2026, 9, 8), articles=9, issues=6, attention=1),
    EarlierSheet(day=date(2026, 9, 9), articles=10, issues=7, attention=3),
)
INPUTS = SheetInputs(
    day=DAY,
    window=WINDOW,
    run_id="nightly-20260910",
    generated_at=datetime(2026, 9, 10, 6, 20, tzinfo=LOCAL),
    articles=ARTICLES,
    issues=ISSUES,
    scores=SCORES,
    bodies=BODIES,
    outlets=OUTLETS,
    health=HEALTH,
    earlier=EARLIER,
    addressees=("Thường trực Thành ủy", "Lãnh đạo Ủy ban nhân dân thành phố"),
    queries={"articles": "SELECT count(*) FROM v1_articles"},
)


@pytest.fixture(scope="session")
def inputs():
    return INPUTS


@pytest.fixture(scope="session")
def sheet():
    return build_sheet(INPUTS)


@pytest.fixture(scope="session")
def state():
    """Makes a health row."""
    return State


@pytest.fixture(scope="session")
def make_article():
    """Makes an article: number, issue, outlet, then any field by name."""
    return article


@pytest.fixture(scope="session")
def folders():
    return (BUILTIN,)


@pytest.fixture(scope="session")
def style(folders):
    return load_style(folders)
