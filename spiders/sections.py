"""The spider of sections."""

from __future__ import annotations

from spiders.base import OutletSpider
from spiders.read_section import parse_section, read_section

__all__ = ["SectionsSpider", "parse_section", "read_section"]


class SectionsSpider(OutletSpider):
    """Asks the listing pages of its outlets, then fetches what is due: `scrapy crawl sections -a outlet=vnexpress`."""

    name = "sections"
    kinds = ("section",)
