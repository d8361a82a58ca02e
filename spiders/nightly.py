"""The night: all outlets, feeds and sitemaps, side by side."""

from __future__ import annotations

from spiders.base import OutletSpider


class NightlySpider(OutletSpider):
    """Asks feeds and sitemaps of all active outlets, then fetches what is due: `scrapy crawl nightly`."""

    name = "nightly"
    kinds = ("feed", "sitemap")
