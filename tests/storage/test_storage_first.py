from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import select

from gazetteer.mention import Mention
from storage.records import Article, Discovered, FateWord, FeedPoll, Outcome, Teaser
from storage.store import Store
from storage.urls import article_id
from storage.views import v1_articles, v1_fates, v1_mentions

NIGHT = datetime(2026, 9, 9, 20, 0, tzinfo=UTC)


def test_one_article_goes_all_the_way(store: Store) -> None:
    url = "https://vnexpress.net/a-1.html"
    run = store.begin_run("nightly", date(2026, 9, 10))
    poll = FeedPoll(feed_url="https://vnexpress.net/rss", outlet_id="vnexpress", polled_at=NIGHT, status=200)
    item = Discovered(
        url=url, outlet_id="vnexpress", via="feed", via_url=poll.feed_url, teaser=Teaser(title="Tiêu đề", sapo="Sapo")
    )
    assert store.discover(run.run_id, poll, [item]) == 1
    (row,) = store.due(run.run_id, "vnexpress")
    assert row.teaser == item.teaser
    mention = Mention(
        entity_id="ubnd@n1", kind="body", field="text", start=0, end=4, surface="UBND", rule="r", confidence=0.9
    )
    article = Article(
        article_id=article_id(url),
        outlet_id="vnexpress",
        url=url,
        canonical_url=url,
        title="Đường mới ở Hải Phòng",
        sapo="Sapo",
        paragraphs=("UBND nói.", "Hai."),
        content_hash="aa",
        mentions=(mention,),
        about_city=True,
    )
    (fate,) = store.commit(run.run_id, [Outcome(url=url, outlet_id="vnexpress", fate=FateWord.STORED, article=article)])
    assert fate.fate == FateWord.STORED
    assert store.due(run.run_id, "vnexpress") == []
    assert store.close_fates(run.run_id) == {}
    assert store.finish_run(run.run_id, "done").counts == {"stored": 1}
    (stored,) = store.rows(select(v1_articles))
    assert (stored["title"], stored["excerpt"], stored["first_seen_at"]) == (article.title, "Sapo", NIGHT)
    (kept,) = store.rows(select(v1_mentions))
    assert (kept["entity_id"], kept["unit_id"], kept["end"]) == ("ubnd@n1", "n1", 4)
    assert [f["fate"] for f in store.rows(select(v1_fates))] == ["stored"]
    for query in ("đường mới", "duong hai phong", '"UBND nói" -ba'):
        assert [hit.article_id for hit in store.search(query)] == [article.article_id], query
    for query in ("đường cũ", "dương", '"hai duong"', "đường -ubnd"):
        assert store.search(query) == [], query
    assert [i.article_id for i in store.pending_issues()] == [article.article_id]
    assert store.claim_host("vnexpress.net", 3.0) == 0.0
    assert 2.0 < store.claim_host("vnexpress.net", 3.0) <= 3.0
