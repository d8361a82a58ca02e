"""Mornings to make sheets of: one of plain data (twelve articles, six matters), two in a real store."""

import copy
import json
import shutil
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from config.loader import BUILTIN, load
from config.model import Calendar, Outlet
from gazetteer.load import load as load_gazetteer
from gazetteer.mention import Mention
from issues.edits import rules_of
from report.inputs import Body, EarlierSheet, IssueScore, OutletName, OutletState, SheetArticle, SheetInputs, SheetIssue
from report.sheet import build_sheet
from report.style import load_style
from report.window import window_for
from report.write import write_sheet
from storage.issue_records import IssueRecord, Placement
from storage.records import Article, FateWord, Outcome
from storage.store import open_store
from storage.urls import article_id
from storage.views import v1_fates
from vietnamese.clock import LOCAL

DAY = date(2026, 9, 10)
WINDOW = window_for(DAY, Calendar())


@dataclass(frozen=True, kw_only=True)
class State(OutletState):
    """A health row with what is usual filled in."""

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
        level_score=1.5,
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


THURSDAY = date(2026, 9, 10)
FRIDAY = date(2026, 9, 11)


def at(day, hour, minute=0):
    return datetime(2026, 9, day, hour, minute, tzinfo=LOCAL)


class Morning:
    """A store with a clock that can be set, filled through the store's own doors."""

    def __init__(self, folder, state, name_of, address=None):
        self.name_of = name_of
        self.now = at(10, 6, 10)
        self.config = load()
        self.store = open_store(address or folder / "diembao.db", lambda: self.now)
        self.reports = folder / "reports"
        self.state = state
        self.store.sync_outlets(
            Outlet(id=name, name=f"Báo {name}", domains=(f"{name}.example",), tier=tier, active=False)
            for name, tier in (("alpha", "central"), ("beta", "local"), ("gop", "aggregator"))
        )
        self.runs = {}

    def run(self, day):
        if day not in self.runs:
            self.runs[day] = self.store.begin_run("nightly", day).run_id
        return self.runs[day]

    def add(
        self,
        slug,
        published,
        *,
        day=THURSDAY,
        outlet="alpha",
        issue="i1",
        level=1,
        field=3,
        of=None,
        about=True,
        bodies=(),
        title=None,
        body="Thân bài.",
    ):
        """Store an article, found now, and place it in an issue; returns its id."""
        url = f"https://{outlet}.example/{slug}.html"
        made = Article(
            article_id=article_id(url),
            outlet_id=outlet,
            url=url,
            canonical_url=url,
            title=title or f"Tin {slug}",
            sapo="Một câu dẫn.",
            paragraphs=(body,),
            published_at=published,
            content_hash=slug,
            about_city=about,
            mentions=tuple(
                Mention(entity_id=body, kind="unit", field="text", start=3 * n, end=3 * n + 2, surface="Th", rule="r",
                        confidence=0.9)
                for n, body in enumerate(bodies)
            ),
        )  # fmt: skip
        self.store.commit(self.run(day), [Outcome(url=url, outlet_id=outlet, fate=FateWord.STORED, article=made)])
        if issue:
            self.place(made.article_id, issue, level=level, field=field, of=of, first=published or self.now)
        return made.article_id

    def place(self, key, issue, *, level, field, of, first):
        decided = rules_of(self.store.issue_edits()).decided
        given = decided.levels.get(issue)
        record = IssueRecord(
            issue_id=issue, title=f"Vụ {issue}", level=level if given is None else given, field_of=field,
            first_at=first, last_at=first, given_level=given, pinned=issue in decided.pinned,
        )  # fmt: skip
        placement = Placement(
            article_id=key,
            issue_id=issue,
            level=level,
            field_of=field,
            reprint_of=of,
            level_score=2.5,
            level_reasons=("vì",),
        )
        self.store.save_placements([placement], [record])

    def health(self, day):
        counts = self.store.rows(_stored_query(self.run(day)))
        stored = {row["outlet_id"]: row["n"] for row in counts}
        return tuple(self.state(id=n, name=f"Báo {n}", stored=stored.get(n, 0)) for n in ("alpha", "beta", "gop"))

    def sheet(self, day=THURSDAY, **changes):
        """Write the sheet of `day` now; returns the parsed JSON."""
        options = {"health": self.health(day), "run_id": self.run(day), "now": self.now, "folder": self.reports}
        options["name_of"] = self.name_of
        return json.loads(write_sheet(self.store, self.config, day, **options | changes).json.read_bytes())


def _stored_query(run_id):
    fates = v1_fates.c
    return select(fates.outlet_id, func.count().label("n")).where(fates.run_id == run_id).group_by(fates.outlet_id)


@pytest.fixture(scope="session")
def name_of():
    return load_gazetteer([BUILTIN]).name


@pytest.fixture
def morning(tmp_path, state, name_of):
    made = Morning(tmp_path, state, name_of)
    yield made
    made.store.close()


def fill(morning):
    """Two mornings: an ordinary Thursday, and a Friday with late, reprinted and unplaced articles."""
    first = morning.add("a1", at(9, 8), level=3, field=9, bodies=("n11413", "p31"))
    morning.add("a2", at(9, 9), outlet="gop", level=3, field=9, of=first, bodies=("n11413",))
    morning.add("a3", at(9, 20), outlet="beta", issue="i2", level=0, field=7)
    morning.sheet()
    morning.now = at(11, 6, 10)
    morning.add("b1", at(10, 9), day=FRIDAY, level=3, field=9, bodies=("n11413", "so-xay-dung"))
    morning.add("b2", at(10, 10), day=FRIDAY, outlet="beta", issue="i3", level=2, field=3, bodies=("so-xay-dung",))
    morning.add("late", at(9, 5), day=FRIDAY, outlet="beta", issue="i4", level=0, field=1)
    morning.add("alone", at(10, 12), day=FRIDAY, issue=None)
    morning.add("elsewhere", at(10, 12), day=FRIDAY, issue=None, about=False)
    return morning


@pytest.fixture(scope="session")
def filled(tmp_path_factory, state, name_of):
    """A folder with the store and the sheet of two mornings, made once."""
    folder = tmp_path_factory.mktemp("filled")
    fill(Morning(folder, state, name_of)).store.close()
    return folder


@pytest.fixture
def fill_store():
    """Fills a morning's store with the two mornings."""
    return fill


@pytest.fixture
def make_morning(state, name_of):
    """Makes a morning in a folder, on a database of one's own."""
    return lambda folder, address: Morning(folder, state, name_of, address)


@pytest.fixture(scope="session")
def make_morning_of(state, name_of):
    """Opens the morning that lies in a folder."""
    return lambda folder: Morning(folder, state, name_of)


@pytest.fixture
def full(filled, tmp_path, state, name_of):
    """A copy of the two mornings that a test may change."""
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    made = Morning(tmp_path, state, name_of)
    made.now = at(11, 6, 10)
    yield made
    made.store.close()


class Leaves:
    """The numbers of a parsed JSON file by their paths, and the file with one of them wrong."""

    KEYED = frozenset({"by_level", "by_field", "days", "score_parts", "issues"})
    """Tables whose keys are data."""

    def paths(self, value, path=()):
        if isinstance(value, bool) or value is None or isinstance(value, str):
            return
        if isinstance(value, int | float):
            yield path
            return
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from self.paths(inner, (*path, key))

    def of_each_kind(self, value):
        """The first and the last path of every kind: `issues[*].articles[*].level` is one."""
        kinds = {}
        for path in self.paths(value):
            above = ("", *path)
            kind = tuple(
                "*" if isinstance(key, int) or above[n] in self.KEYED else key for n, key in enumerate(path)
            )  # fmt: skip
            kinds.setdefault(kind, []).append(path)
        return [path for found in kinds.values() for path in dict.fromkeys((found[0], found[-1]))]

    def names(self, value, path, where):
        """Whether `where` is what a difference at `path` is called: by the id of the row and the number's name."""
        row_id = None
        for key in path:
            value = value[key]
            row_id = value.get("article_id") or value.get("id") or row_id if isinstance(value, dict) else row_id
        if path[0] == "edits":
            return where == "edits"
        if row_id is None:
            return where == ".".join(map(str, path))
        table = "articles" if "articles" in path[:-1] else path[0]
        return where == f"{table}[{row_id}].{'score_parts' if 'score_parts' in path else path[-1]}"

    def one_more(self, value, path):
        damaged = copy.deepcopy(value)
        holder = damaged
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] += 1
        return damaged


@pytest.fixture(scope="session")
def leaves():
    return Leaves()
