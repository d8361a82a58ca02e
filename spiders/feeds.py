"""The spider of feeds."""

from __future__ import annotations

from spiders.base import OutletSpider


class FeedsSpider(OutletSpider):
    """Asks the feeds of its outlets, then fetches what is due: `scrapy crawl feeds -a outlet=vnexpress`."""

    name = "feeds"
    kinds = ("feed",)
