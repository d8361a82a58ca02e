"""The front page of an outlet: its feeds in the head, today's news as a list."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from demo.feeds import Item
from demo.model import TownArticle, TownOutlet

_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "rdf": "application/rdf+xml"}


def front(outlet: TownOutlet, items: Iterable[Item]) -> str:
    """The page as HTML; sitemaps are not named on it, as in life."""
    feeds = "".join(
        f'<link rel="alternate" type="{_TYPES[feed.form]}" href="{feed.path}">\n'
        for feed in outlet.feeds
        if feed.form in _TYPES
    )
    menu = "".join(f'<a href="/{slug}">{escape(name)}</a>\n' for slug, name in outlet.sections.items())
    news = "".join(f'<h3><a href="{escape(each.url)}">{escape(each.title)}</a></h3>\n' for each in items)
    return (
        f'<!DOCTYPE html>\n<html lang="vi"><head><meta charset="utf-8"><title>{escape(outlet.name)}</title>\n{feeds}'
        f"</head><body><nav>{menu}</nav>\n<main>{news}</main></body></html>\n"
    )


def results(outlet: TownOutlet, found: Iterable[TownArticle]) -> str:
    """The page of its own search: the headlines found, in a frame like any other page's."""
    menu = "".join(f'<a href="/{slug}">{escape(name)}</a>\n' for slug, name in outlet.sections.items())
    hits = "".join(f'<h3><a href="{escape(each.url)}">{escape(each.title)}</a></h3>\n' for each in found)
    return (
        f'<!DOCTYPE html>\n<html lang="vi"><head><meta charset="utf-8"><title>Tìm kiếm - {escape(outlet.name)}</title>'
        f"</head><body><nav>{menu}</nav>\n<main>{hits or '<p>Không có kết quả.</p>'}</main></body></html>\n"
    )
