"""The spider of sitemaps."""

from __future__ import annotations

from spiders.base import OutletSpider


class SitemapsSpider(OutletSpider):
    """Asks the news sitemaps of its outlets, then fetches what is due: `scrapy crawl sitemaps -a outlet=vnexpress`."""

    name = "sitemaps"
    kinds = ("sitemap",)
