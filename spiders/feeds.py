"""The spider of feeds."""

from __future__ import annotations

from spiders.base import OutletSpider
from spiders.read_feed import FeedResult, parse_feed

__all__ = ["FeedResult", "FeedsSpider", "parse_feed"]


class FeedsSpider(OutletSpider):
    """Asks the feeds of its outlets, then fetches what is due: `scrapy crawl feeds -a outlet=vnexpress`."""

    name = "feeds"
    kinds = ("feed",)
