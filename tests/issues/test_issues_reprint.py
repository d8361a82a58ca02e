from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from config.model import Settings
from issues.group import Grouper
from issues.profile import Profile
from issues.reprint import overlap, reprint
from issues.update import update_issues
from issues.weights import grouping_weights
from pipelines.fingerprint import signature
from storage.issue_schema import reprint_keys
from storage.records import FateWord, Outcome
from storage.store import Store
from storage.urls import article_id
from storage.views import v1_issue_articles


def by_title(profiles: list[Profile], start: str) -> Profile:
    return next(p for p in profiles if p.title_key.startswith(start))


def test_a_shortened_copy_is_found_with_its_original(profiles: list[Profile]) -> None:
    original, copy = by_title(profiles, "cháy lớn ở chợ"), by_title(profiles, "35 gian hàng")
    found = reprint(copy, original)
    assert found is not None
    assert (found.original, found.copy, found.kind) == (original.article_id, copy.article_id, "trimmed")
    assert found.overlap is not None
    assert found.overlap.contained == 1.0
    assert found.overlap.shared == overlap(copy.shingles, original.shingles).shared


def test_a_follow_up_of_the_same_matter_is_no_reprint(profiles: list[Profile]) -> None:
    assert reprint(by_title(profiles, "vụ cháy chợ"), by_title(profiles, "cháy lớn ở chợ")) is None


def test_who_was_first_decides_and_a_credit_line_outdoes_it(profiles: list[Profile]) -> None:
    original, copy = by_title(profiles, "cháy lớn ở chợ"), by_title(profiles, "35 gian hàng")
    plain = replace(copy, credited="", at=(original.at or 0) - 1)
    found = reprint(plain, original)
    assert found is not None
    assert (found.original, found.why) == (plain.article_id, "time")
    credited = replace(copy, at=(original.at or 0) - 1)
    found = reprint(credited, original)
    assert found is not None
    assert (found.original, found.why) == (original.article_id, "credit")


def test_kinds(profiles: list[Profile]) -> None:
    original = by_title(profiles, "cháy lớn ở chợ")
    same = replace(original, article_id="x", outlet_id="bao-x", at=(original.at or 0) + 0.1)
    found = reprint(same, original)
    assert found is not None
    assert found.kind == "verbatim"
    longer = by_title(profiles, "35 gian hàng")
    found = reprint(replace(original, at=(longer.at or 0) + 1), replace(longer, credited=""))
    assert found is not None
    assert found.kind == "extended"


def test_teasers_with_one_title_are_one_family(profiles: list[Profile]) -> None:
    teaser = replace(by_title(profiles, "cháy lớn ở chợ"), shingles=overlap_free())
    other = replace(teaser, article_id="other", outlet_id="bao-x", at=(teaser.at or 0) + 0.1)
    found = reprint(other, teaser)
    assert found is not None
    assert (found.kind, found.original) == ("title-only", teaser.article_id)


def test_a_daily_title_is_not_yesterdays(profiles: list[Profile]) -> None:
    today = replace(by_title(profiles, "thời tiết hôm nay 4"), shingles=overlap_free())
    tomorrow = replace(today, article_id="other", at=(today.at or 0) + 1)
    assert reprint(tomorrow, today) is None


def test_an_earlier_article_found_later_turns_the_direction(profiles: list[Profile]) -> None:
    original = by_title(profiles, "cháy lớn ở chợ")
    copy = replace(by_title(profiles, "35 gian hàng"), credited="")
    grouper = Grouper(grouping_weights())
    first = grouper.add(copy)
    second = grouper.add(original)
    assert second.issue_id == first.issue_id
    assert second.reprint is None
    assert second.turned is not None
    assert second.turned.copy == copy.article_id


def test_an_agencys_line_leads_to_the_outlet_of_its_wire(profiles: list[Profile]) -> None:
    original, copy = by_title(profiles, "cháy lớn ở chợ"), by_title(profiles, "35 gian hàng")
    wire = replace(original, outlet_id="vietnamplus")
    earlier = replace(copy, credited="(TTXVN)", at=(original.at or 0) - 0.1)
    found = reprint(earlier, wire)
    assert found is not None
    assert (found.original, found.why) == (wire.article_id, "credit")
    found = reprint(earlier, original)
    assert found is not None
    assert (found.original, found.why) == (earlier.article_id, "time"), "no wire of that agency"


# older than what is kept in memory: found in the store's index


def lay(store: Store, *made: Any) -> dict[str, Any]:
    run = store.begin_run("nightly", made[0].published_at.date())
    store.commit(run.run_id, [Outcome(url=a.url, outlet_id=a.outlet_id, fate=FateWord.STORED, article=a) for a in made])
    update_issues(store, Settings(), now=made[-1].published_at)
    store.finish_run(run.run_id, "done")
    return {row["article_id"]: row for row in store.rows(select(v1_issue_articles))}


def again(article: Any, days: float, name: str = "lai", **more: Any) -> Any:
    url = f"https://bao-nam.vn/{name}"
    given = {
        "outlet_id": "bao-nam",
        "credited_outlet": None,
        "published_at": article.published_at + timedelta(days=days),
    }
    return replace(article, article_id=article_id(url), url=url, canonical_url=url, **(given | more))


def test_a_copy_of_a_text_of_last_month_is_found_in_the_index(store: Store, coverage: Any) -> None:
    fire = next(a for matter, a in coverage.values() if matter == "fire")
    lay(store, fire)
    later = again(fire, 40, title="Nhìn lại vụ cháy chợ ở Lê Chân")
    row = lay(store, later)[later.article_id]
    assert (row["reprint_of"], row["reprint_kind"]) == (fire.article_id, "verbatim")
    (placed,) = store.placed_articles([later.article_id])
    assert placed.placement.evidence["reprint"]["jaccard"] == 1.0


def test_over_weeks_an_equal_title_alone_is_no_copy(store: Store, coverage: Any) -> None:
    fire = next(a for matter, a in coverage.values() if matter == "fire")
    lay(store, fire)
    other = again(fire, 40, paragraphs=tuple(reversed([p[::-1] for p in fire.paragraphs])), signature=b"")
    assert lay(store, other)[other.article_id]["reprint_of"] is None


def test_an_older_text_found_late_turns_the_one_that_copied_it(store: Store, coverage: Any) -> None:
    fire = next(a for matter, a in coverage.values() if matter == "fire")
    lay(store, fire)
    lay(store, again(fire, 60, "khac", title="Tin khác hẳn về phường An Biên", paragraphs=("Chữ.",), signature=b""))
    older = again(fire, -30)
    rows = lay(store, older)
    assert (rows[fire.article_id]["reprint_of"], rows[older.article_id]["reprint_of"]) == (older.article_id, None)


def test_the_index_is_a_function_of_what_is_placed(store: Store, coverage: Any) -> None:
    made = [a for _, a in coverage.values()]

    def index() -> list[Any]:
        return [tuple(row.values()) for row in store.rows(select(reprint_keys).order_by(*reprint_keys.c))]

    lay(store, *made)
    before = index()
    with_text = [a for a in made if len(a.text.split()) > 4]
    assert {row[1] for row in before} == {a.article_id for a in with_text}
    changed = replace(with_text[0], paragraphs=("Văn bản hoàn toàn khác, không còn gì của bài cũ nữa.",))
    fresh = replace(changed, content_hash="khac", signature=signature(changed.text))
    lay(store, fresh)
    assert len(index()) == len(before)
    assert index() != before
    lay(store, with_text[0])
    assert index() == before


def overlap_free() -> Any:
    from issues.profile import shingle_hashes

    return shingle_hashes("")
