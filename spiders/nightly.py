"""The night: all outlets, their feeds, sitemaps and sections, side by side."""

from __future__ import annotations

from spiders.base import OutletSpider


class NightlySpider(OutletSpider):
    """Asks feeds, sitemaps and sections of all active outlets, then fetches what is due: `scrapy crawl nightly`."""

    name = "nightly"
    kinds = ("feed", "sitemap", "section")
    rests = True
