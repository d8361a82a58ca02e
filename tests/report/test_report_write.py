"""From a real store to files and back: what is in the window, what is late, what is kept."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from report.signable import daily_id
from report.verify import verify
from report.write import write_again, write_sheet
from storage.records import FateWord, Outcome
from vietnamese.clock import LOCAL

THURSDAY = date(2026, 9, 10)
FRIDAY = date(2026, 9, 11)


def at(day, hour, minute=0):
    return datetime(2026, 9, day, hour, minute, tzinfo=LOCAL)


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


def test_the_same_moment_gives_the_same_bytes_and_so_does_writing_it_again_later(full):
    full.sheet(FRIDAY)
    files = [full.reports / "2026-09-11" / f"diem-bao-2026-09-11.{name}" for name in ("html", "json")]
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
    kept = full.store.load_report(daily_id(FRIDAY))
    assert (kept.state, kept.path, kept.run_id) == ("draft", "2026-09-11/diem-bao-2026-09-11.html", "nightly-20260911")
    assert len(kept.articles) == 4
    assert sum(article.late for article in kept.articles) == 1
    assert [row["id"] for row in kept.inputs["health"]] == ["alpha", "beta", "gop"]


@pytest.mark.parametrize("word", ["approved", "sent"])
def test_an_approved_or_sent_sheet_is_never_overwritten(full, word):
    full.sheet(FRIDAY)
    full.store.save_report(replace(full.store.load_report(daily_id(FRIDAY)), state=word))
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
    assert full.store.load_report(daily_id(FRIDAY)).generated_at == full.now


def test_the_words_of_an_article_that_its_outlet_removed_are_not_repeated(full):
    before = full.sheet(FRIDAY)
    url = next(a["url"] for i in before["issues"] for a in i["articles"] if a["title"] == "Tin b2")
    full.now = at(12, 6)
    run = full.run(date(2026, 9, 12))
    full.store.commit(run, [Outcome(url=url, outlet_id="beta", fate=FateWord.GONE)])
    again = json.loads(write_again(full.store, full.config, FRIDAY, folder=full.reports / "again").json.read_bytes())
    (gone,) = (a for i in again["issues"] for a in i["articles"] if a["url"] == url)
    assert (gone["gone"], gone["excerpt"]) == (True, None)
    assert again["counts"] == before["counts"]
    assert "báo đã gỡ" in (full.reports / "again" / "2026-09-11" / "diem-bao-2026-09-11.html").read_text("utf-8")


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
