"""From a real store to files and back: what is in the window, what is late, and whether every number can be found."""

import copy
import json
import shutil
import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from config.loader import BUILTIN, load
from config.model import Outlet
from gazetteer.load import load as load_gazetteer
from gazetteer.mention import Mention
from issues.update import update_issues
from report.verify import verify
from report.write import report_id, write_again, write_sheet
from storage.issue_records import IssueRecord, Placement
from storage.records import Article, FateWord, Outcome
from storage.store import open_store
from storage.urls import article_id
from storage.views import v1_fates, v1_issues
from vietnamese.clock import LOCAL

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
        record = IssueRecord(
            issue_id=issue, title=f"Vụ {issue}", level=level, field_of=field, first_at=first, last_at=first
        )
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
def full(filled, tmp_path, state, name_of):
    """A copy of the two mornings that a test may change."""
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    made = Morning(tmp_path, state, name_of)
    made.now = at(11, 6, 10)
    yield made
    made.store.close()


def ids(sheet):
    return {a["url"].rpartition("/")[2][:-5] for i in sheet["issues"] for a in i["articles"]} | {
        a["url"].rpartition("/")[2][:-5] for a in sheet["unplaced"]
    }


def late(sheet):
    return {a["url"].rpartition("/")[2][:-5] for i in sheet["issues"] for a in i["articles"] if a["late"]}


def test_the_window_decides_what_a_sheet_holds(morning):
    morning.add("before", at(9, 5, 59))
    morning.add("first", at(9, 6))
    morning.add("last", at(10, 5, 59))
    morning.add("after", at(10, 6))
    sheet = morning.sheet()
    assert ids(sheet) == {"first", "last"}
    assert sheet["counts"]["articles"] == 2


def test_an_undated_article_is_windowed_by_when_it_was_first_seen(morning):
    morning.now = at(10, 5, 50)
    morning.add("undated", None)
    morning.now = at(10, 6, 10)
    assert ids(morning.sheet()) == {"undated"}


def test_out_of_scope_articles_stay_out(full):
    assert "elsewhere" not in ids(full.sheet(FRIDAY))


def test_what_was_found_late_is_carried_once_and_marked(full):
    friday = full.sheet(FRIDAY)
    assert late(friday) == {"late"}
    assert (friday["counts"]["late"], friday["counts"]["articles"]) == (1, 4)
    assert "a1" not in ids(friday), "Thursday's sheet has told it"
    full.now = at(12, 6, 10)
    assert "late" not in ids(full.sheet(date(2026, 9, 12)))
    assert late(full.sheet(FRIDAY)) == {"late"}, "a sheet written again still carries it"


def test_what_a_later_crawl_finds_in_an_earlier_window_is_late_in_the_next_sheet(morning):
    morning.add("a1", at(9, 8))
    morning.sheet()
    morning.now = at(11, 6, 10)
    morning.add("missed", at(9, 23), day=FRIDAY)
    assert late(morning.sheet(FRIDAY)) == {"missed"}


def test_the_first_night_is_not_flooded_with_late_articles(morning):
    morning.add("old", at(9, 5))
    morning.add("new", at(9, 7))
    assert ids(morning.sheet()) == {"new"}


def test_nothing_older_than_the_settings_allow_is_late(full):
    full.add("too-old", at(6, 5), day=FRIDAY)
    full.add("just-not", at(7, 6), day=FRIDAY)
    assert late(full.sheet(FRIDAY)) == {"late", "just-not"}


def test_monday_carries_the_week_end_and_saturday_one_day(morning):
    for day, hour in ((11, 7), (12, 7), (13, 7), (14, 5)):
        morning.now = at(14, 6, 10)
        morning.add(f"d{day}", at(day, hour), day=date(2026, 9, 14))
    assert ids(morning.sheet(date(2026, 9, 14))) == {"d11", "d12", "d13", "d14"}
    assert ids(morning.sheet(date(2026, 9, 12))) == {"d11"}
    assert ids(morning.sheet(date(2026, 9, 13))) == {"d12"}


def test_every_number_of_both_sheets_is_found_in_the_store(full):
    thursday = json.loads((full.reports / "2026-09-10" / "diem-bao-2026-09-10.json").read_bytes())
    friday = full.sheet(FRIDAY)
    assert verify(thursday, full.store) == []
    assert verify(friday, full.store) == []
    assert friday["compare"]["yesterday"] == {"date": "2026-09-10", "articles": 3, "issues": 2, "attention": 1}
    assert friday["counts"]["unplaced"] == 1


def test_an_older_sheet_still_agrees_after_later_articles_moved_its_issues(full):
    thursday = json.loads((full.reports / "2026-09-10" / "diem-bao-2026-09-10.json").read_bytes())
    before = {issue["id"]: (issue["level"], issue["field_of"]) for issue in thursday["issues"]}
    assert before == {"i1": (3, 9), "i2": (0, 7)}
    full.add("worse", at(10, 15), day=FRIDAY, issue="i2", level=3, field=5)
    full.add("again", at(10, 16), day=FRIDAY, issue="i2", level=1, field=5)
    friday = full.sheet(FRIDAY)
    assert next((i["level"], i["field_of"]) for i in friday["issues"] if i["id"] == "i2") == (3, 5)
    assert verify(thursday, full.store) == []
    assert verify(friday, full.store) == []
    again = write_again(full.store, full.config, THURSDAY, folder=full.reports / "again")
    assert json.loads(again.json.read_bytes()) == thursday


def test_a_fresh_sheet_agrees_with_the_issues_of_the_store(morning):
    """Placed by the real issues room, so that its rules and those of `report.then` cannot drift apart."""
    fire = "Cháy lớn tại kho hàng ở phường An Biên, Hải Phòng, một công nhân tử vong"
    titles = [
        fire,
        fire,
        "Sở Xây dựng Hải Phòng xử phạt công trình trái phép ở phường Đồ Sơn",
        "Khai giảng năm học mới",
    ]
    for number, title in enumerate(titles):
        outlet = ("alpha", "gop", "beta", "alpha")[number]
        morning.add(f"t{number}", at(9, 8 + number), outlet=outlet, issue=None, title=title, body=f"{title}. " * 12)
    counts = update_issues(morning.store, morning.config.settings, now=morning.now, folders=morning.config.folders)
    assert counts["placed"] == 4
    sheet = morning.sheet()
    known = morning.store.rows(select(v1_issues).order_by(v1_issues.c.issue_id))
    told = sorted(sheet["issues"], key=lambda issue: issue["id"])
    assert [(i["id"], i["title"], i["level"], i["field_of"], i["reasons"]) for i in told] == [
        (k["issue_id"], k["title"], k["level"], k["field_of"], k["level_reasons"]) for k in known
    ]
    assert max(issue["level"] for issue in told) >= 1
    assert verify(sheet, morning.store) == []


def _number_paths(value, path=()):
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return
    if isinstance(value, int | float):
        yield path
        return
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _number_paths(inner, (*path, key))


def test_any_wrong_number_planted_anywhere_is_found(full):
    sheet = full.sheet(FRIDAY)
    paths = list(_number_paths(sheet))
    assert len(paths) > 80
    for path in paths:
        damaged = copy.deepcopy(sheet)
        holder = damaged
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] += 1
        assert verify(damaged, full.store), f"nobody noticed a wrong {path}"


def test_a_dropped_an_added_and_a_moved_article_are_found(full):
    sheet = full.sheet(FRIDAY)
    dropped, moved = copy.deepcopy(sheet), copy.deepcopy(sheet)
    dropped["unplaced"].clear()
    moved["issues"][0]["articles"], moved["issues"][1]["articles"] = (
        moved["issues"][1]["articles"], moved["issues"][0]["articles"],
    )  # fmt: skip
    assert any("articles" in str(difference) for difference in verify(dropped, full.store))
    assert any("issue_id" in str(difference) for difference in verify(moved, full.store))


@pytest.mark.parametrize(
    "broken", [{}, {"schema": "diembao/sheet/2"}, {"schema": "diembao/sheet/1", "date": "2026-09-11"}]
)
def test_what_is_no_sheet_is_refused(full, broken):
    with pytest.raises(ValueError, match="not a"):
        verify(broken, full.store)


def test_the_printed_queries_give_the_numbers_in_plain_sqlite(full, tmp_path):
    sheet = full.sheet(FRIDAY)
    with sqlite3.connect(tmp_path / "diembao.db") as plain:
        for name in ("articles", "issues", "late", "reprints", "newsrooms", "unplaced"):
            (found,) = plain.execute(sheet["queries"][f"counts.{name}"]).fetchone()
            assert found == sheet["counts"][name], name
        levels = dict(plain.execute(sheet["queries"]["counts.by_level"]).fetchall())
        assert levels == {int(k): v for k, v in sheet["counts"]["by_level"].items() if v}
        issues = {row[0]: row[1:] for row in plain.execute(sheet["queries"]["issues"])}
        assert issues == {
            i["id"]: (len(i["articles"]), i["newsrooms"], i["independent_newsrooms"]) for i in sheet["issues"]
        }
        for query in sheet["queries"].values():
            plain.execute(query).fetchall()
    plain.close()


@pytest.mark.postgres
def test_postgres_gives_the_same_sheet_and_verifies_it(full, tmp_path, state, name_of, postgres_url):
    other = fill(Morning(tmp_path / "postgres", state, name_of, postgres_url))
    try:
        sheet, same = full.sheet(FRIDAY), other.sheet(FRIDAY)
        assert verify(same, other.store) == []
        with other.store.engine.connect() as connection:
            for name in ("counts.articles", "counts.issues", "counts.late"):
                found = connection.exec_driver_sql(same["queries"][name]).scalar_one()
                assert found == same["counts"][name.partition(".")[2]], name
        assert {**same, "queries": None} == {**sheet, "queries": None}
    finally:
        other.store.close()


def test_the_same_moment_gives_the_same_bytes_and_so_does_writing_it_again_later(full):
    full.sheet(FRIDAY)
    files = sorted((full.reports / "2026-09-11").iterdir())
    before = [file.read_bytes() for file in files]
    full.sheet(FRIDAY)
    assert [file.read_bytes() for file in files] == before
    full.now = at(13, 9)
    full.add("afterwards", at(10, 11), day=date(2026, 9, 13), issue="i9")
    again = write_again(full.store, full.config, FRIDAY, folder=full.reports / "again")
    assert [again.html.read_bytes(), again.json.read_bytes()] == before
    flat = write_again(full.store, full.config, FRIDAY, folder=full.reports / "flat", flat=True)
    assert flat.html == full.reports / "flat" / "diem-bao-2026-09-11.html"
    assert flat.html.read_bytes() == before[0]


def test_writing_again_what_never_was_gives_nothing(morning):
    assert write_again(morning.store, morning.config, FRIDAY, folder=morning.reports) is None


def test_the_reports_row_remembers_what_the_sheet_was_made_of(full):
    full.sheet(FRIDAY)
    kept = full.store.load_report(report_id(FRIDAY))
    assert (kept.state, kept.path, kept.run_id) == ("draft", "2026-09-11/diem-bao-2026-09-11.html", "nightly-20260911")
    assert len(kept.articles) == 4
    assert sum(article.late for article in kept.articles) == 1
    assert [row["id"] for row in kept.inputs["health"]] == ["alpha", "beta", "gop"]


@pytest.mark.parametrize("word", ["approved", "sent"])
def test_an_approved_or_sent_sheet_is_never_overwritten(full, word):
    full.sheet(FRIDAY)
    full.store.save_report(replace(full.store.load_report(report_id(FRIDAY)), state=word))
    files = full.reports / "2026-09-11"
    before = {file: file.read_bytes() for file in files.iterdir()}
    full.add("more", at(10, 13), day=FRIDAY)
    options = {"health": full.health(FRIDAY), "run_id": "nightly-20260911.2", "now": full.now, "folder": full.reports}
    assert not write_sheet(full.store, full.config, FRIDAY, **options).written
    assert not write_again(full.store, full.config, FRIDAY, folder=full.reports).written
    assert {file: file.read_bytes() for file in files.iterdir()} == before


def test_a_sheet_that_cannot_be_made_leaves_the_old_one_whole(full, monkeypatch):
    full.sheet(FRIDAY)
    before = {file: file.read_bytes() for file in (full.reports / "2026-09-11").iterdir()}

    def full_disk(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        full.sheet(FRIDAY, now=full.now + timedelta(hours=1))
    assert {file: file.read_bytes() for file in (full.reports / "2026-09-11").iterdir()} == before
    assert full.store.load_report(report_id(FRIDAY)).generated_at == full.now


def test_an_empty_store_makes_a_sheet_that_says_so(morning):
    sheet = morning.sheet()
    assert (sheet["counts"]["articles"], sheet["health"]["crawl_failed"]) == (0, False)
    assert verify(sheet, morning.store) == []


def test_a_failed_crawl_makes_a_sheet_that_says_that(morning, state):
    broken = (state(id="alpha", name="Báo alpha", state="broken", reason_vi="không kết nối được", stored=0),)
    sheet = morning.sheet(health=broken)
    assert sheet["health"]["crawl_failed"]
    assert "thất bại" in sheet["health"]["notes"][0]
    assert "thất bại" in (morning.reports / "2026-09-10" / "diem-bao-2026-09-10.html").read_text(encoding="utf-8")


def test_names_come_from_the_gazetteer_and_the_city_itself_is_no_addressee(full):
    friday = full.sheet(FRIDAY, name_of=None)
    names = {body["id"]: body["name"] for body in friday["bodies"]}
    assert names["so-xay-dung"] == "Sở Xây dựng"
    assert names["n11413"].startswith("Phường ")
    html = (full.reports / "2026-09-10" / "diem-bao-2026-09-10.html").read_text(encoding="utf-8")
    assert '<th scope="row">Thành phố Hải Phòng</th>' not in html
