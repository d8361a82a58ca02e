"""The brief as one self-contained page and as lines for a terminal; what it is made of is read from the store."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from gazetteer.load import load
from gazetteer.records import WHOLE_CITY
from report.forms.as_html import rendered
from report.kinds.brief import Brief, BriefArticle, Entry, make_brief
from report.style import template_folders
from storage.schema import articles
from storage.search import LEAST_CONFIDENCE
from storage.views import v1_articles, v1_outlets
from vietnamese.clock import to_local
from vietnamese.normal import unaccent
from vietnamese.numbers import count, date_time

if TYPE_CHECKING:
    from config.loader import Config
    from storage.store import Store

_BODIES = 12
"""Names printed in a terminal; the page has all."""


def gather_brief(
    store: Store,
    config: Config,
    words: str,
    found: Mapping[str, str],
    *,
    passing: int = 0,
    unreachable: Sequence[str] = (),
) -> Brief:
    """The brief of the articles `found` (id -> why it was found), as the store has them now."""
    made = [*_articles(store, config, found)]
    now = store.clock()
    return make_brief(words, made, now, passing=passing, unreachable=unreachable)


def _articles(store: Store, config: Config, found: Mapping[str, str]) -> Iterator[BriefArticle]:
    book = load(config.folders)
    names = {row["outlet_id"]: row["name"] for row in store.rows(select(v1_outlets.c.outlet_id, v1_outlets.c.name))}
    mentions = store.mentions_of(found)
    query = select(v1_articles, articles.c.sapo, articles.c.paragraphs).join(
        articles, articles.c.article_id == v1_articles.c.article_id
    )
    for row in store.rows(query.where(v1_articles.c.article_id.in_(list(found)))):
        named = [
            mention.entity_id
            for mention in mentions.get(row["article_id"], ())
            if mention.confidence >= LEAST_CONFIDENCE and mention.entity_id.rpartition("@")[2] not in WHOLE_CITY
        ]
        yield BriefArticle(
            article_id=row["article_id"],
            outlet=names.get(row["outlet_id"], row["outlet_id"]),
            url=row["url"],
            title=row["title"],
            excerpt=row["excerpt"],
            at=row["published_at"] or row["first_seen_at"],
            dated=row["published_at"] is not None,
            text="\n".join([row["sapo"] or "", *row["paragraphs"]]),
            bodies=tuple(book.name(each) for each in dict.fromkeys(named)),
            credited_outlet=row["credited_outlet"],
            reprint=row["reprint_of"] is not None,
            why=found[row["article_id"]],
        )


def write_brief(brief: Brief, config: Config, folder: Path) -> Path:
    """Write the page to `folder` under a name of its own, and return its absolute path. It appears whole."""
    page = brief_html(brief, config.folders)
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / f"{to_local(brief.made_at):%Y%m%d-%H%M%S}-{slug(brief.words)}.html").resolve()
    part = file.with_name(file.name + ".part")
    part.write_bytes(page)
    part.replace(file)
    return file


def slug(words: str) -> str:
    """`bãi rác "Đình Vũ"` -> `bai-rac-dinh-vu`: what a file may be called."""
    return re.sub(r"[^a-z0-9]+", "-", unaccent(words)).strip("-")[:60] or "topic"


def brief_html(brief: Brief, folders: Sequence[Path]) -> bytes:
    """The page, UTF-8; `report/brief.html` of a configuration folder may replace ours."""
    shown = {"brief": brief, "after": after_phrase, "adds": adds_phrase}
    text = rendered(template_folders(folders), "brief.html", shown)
    return text.encode("utf-8", errors="replace")


def brief_lines(brief: Brief) -> list[str]:
    """The same for a terminal."""
    lines = [f"ĐIỂM BÁO NHANH: {brief.words}", _head(brief)]
    if brief.first is not None:
        lines.append(f"Đưa tin đầu tiên: {brief.first.outlet}, {date_time(brief.first.at)}")
    for number, entry in enumerate(brief.entries, 1):
        article = entry.article
        lines += [
            " ".join([f"{number:>3}.", date_time(article.at), *filter(None, [after_phrase(entry)]), _said(article)]),
            f"     {article.url}",
        ]
        lines += [f"     {line}" for line in adds_phrase(entry)]
    if brief.bodies:
        shown = [f"{name} ({number})" for name, number in brief.bodies[:_BODIES]]
        lines.append(f"Cơ quan, địa bàn được nêu: {'; '.join(shown)}")
    if brief.unreachable:
        lines.append(f"Không hỏi được: {', '.join(brief.unreachable)}")
    return lines


def _said(article: BriefArticle) -> str:
    return f"{article.outlet}: {article.title}"


def _head(brief: Brief) -> str:
    if not brief.entries:
        return f"Lập lúc {date_time(brief.made_at)}. Chưa có tin, bài nào."
    told = f"{count(len(brief.entries))} tin, bài của {count(brief.outlets)} báo, trang tin"
    passing = f"; {count(brief.passing)} bài khác chỉ nhắc qua" if brief.passing else ""
    return f"Lập lúc {date_time(brief.made_at)}. {told}{passing}."


def after_phrase(entry: Entry) -> str:
    """How long after the first: `+2 giờ 05`; empty for the first itself."""
    minutes = round(entry.after / timedelta(minutes=1))
    if minutes <= 0:
        return ""
    days, rest = divmod(minutes, 24 * 60)
    hours = f"{rest // 60} giờ {rest % 60:02d}"
    return f"(+{days} ngày {hours})" if days else f"(+{hours})"


def adds_phrase(entry: Entry) -> list[str]:
    """What an article adds, in one or two lines; the first one is quoted with its excerpt."""
    article = entry.article
    if entry.repeats:
        source = f" (nguồn: {article.credited_outlet})" if article.credited_outlet else ""
        return [f"Đăng lại, không có nội dung mới{source}."]
    if not entry.after and entry.added is None and not entry.figures:
        return [article.excerpt] if article.excerpt else []
    lines = [f"Số liệu mới: {'; '.join(entry.figures)}."] if entry.figures else []
    if entry.added:
        lines.append(f"Điểm mới: {entry.added}")
    return lines or ["Không có nội dung mới so với các bài trước."]
