"""The ledger agrees with itself and with the closed list of fates."""

from __future__ import annotations

from config.loader import BUILTIN
from demo.ledger import build_ledger
from demo.load import load_town
from gazetteer.load import load

FATES = {
    "stored", "unchanged", "revised", "teaser", "duplicate", "not-article", "off-language", "robots", "http-4xx",
    "http-5xx", "timeout", "too-big", "too-slow", "redirect-loop", "private-address", "no-text", "gone", "deferred",
    "failed",
}  # fmt: skip


def test_fates_are_of_the_closed_list_and_one_per_url_and_night() -> None:
    ledger = build_ledger()
    assert {f.fate for f in ledger.fates} <= FATES
    keys = [(f.night, f.url) for f in ledger.fates]
    assert len(keys) == len(set(keys))


def test_every_mention_stands_in_its_text() -> None:
    for article in load_town().articles:
        text = " ".join((article.title, article.sapo, *article.paragraphs))
        assert [s for s in article.means.values() if s not in text] == [], article.key


def test_urls_are_unique_and_matters_hold_every_article() -> None:
    ledger = build_ledger()
    urls = [a.url for a in ledger.articles]
    assert len(urls) == len(set(urls))
    assert sorted(u for urls in ledger.matters.values() for u in urls) == sorted(urls)


def test_a_reprint_comes_after_what_it_repeats() -> None:
    by_key = {a.key: a for a in load_town().articles}
    reprints = [a for a in by_key.values() if a.reprint_of]
    assert reprints
    for reprint in reprints:
        assert by_key[reprint.reprint_of or ""].published < reprint.published, reprint.key


def test_every_id_meant_is_in_force_or_known_to_the_gazetteer() -> None:
    gazetteer = load([BUILTIN])
    ids = {i.split("@")[-1] for a in load_town().articles for i in (*a.means, *a.may)}
    assert [i for i in sorted(ids) if gazetteer.get(i) is None] == []


def test_every_night_has_edits_removals_and_repeats_where_the_data_say_so() -> None:
    ledger = build_ledger()
    assert {f.night for f in ledger.revisions} == {2, 3, 5, 6}
    assert {f.night for f in ledger.removals} == {3, 6}
    fate = {(f.night, f.url): f.fate for f in ledger.fates}
    for article in ledger.articles:
        if article.kind == "full":
            assert fate[article.night, article.url] == "stored"
            assert (article.night - 1, article.url) not in fate
            assert article.night == 6 or fate[article.night + 1, article.url] in {"unchanged", "revised", "gone"}


def test_who_was_first_is_the_earliest_of_its_matter() -> None:
    ledger = build_ledger()
    published = {a.url: a.published_at for a in ledger.articles}
    for urls in ledger.matters.values():
        assert published[urls[0]] == min(published[u] for u in urls)
    firsts = {a.url for a in ledger.articles if a.story == "reprint"} & {urls[0] for urls in ledger.matters.values()}
    assert not firsts
