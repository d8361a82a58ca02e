"""The spider of sitemaps."""

from __future__ import annotations

from spiders.base import OutletSpider
from spiders.read_sitemap import parse_sitemap

__all__ = ["SitemapsSpider", "parse_sitemap"]


class SitemapsSpider(OutletSpider):
    """Asks the news sitemaps of its outlets, then fetches what is due: `scrapy crawl sitemaps -a outlet=vnexpress`."""

    name = "sitemaps"
    kinds = ("sitemap",)
