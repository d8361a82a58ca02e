"""The spider of sections."""

from __future__ import annotations

from spiders.base import OutletSpider


class SectionsSpider(OutletSpider):
    """Asks the listing pages of its outlets, then fetches what is due: `scrapy crawl sections -a outlet=vnexpress`."""

    name = "sections"
    kinds = ("section",)
