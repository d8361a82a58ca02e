"""Every Scrapy setting of the house, in one place.

What an operator may change stands in `config/settings.toml`, section `[crawl]`; the base spider lays those values over
these (`configured`).
"""

from __future__ import annotations

from typing import Any

from config.model import Crawl

BOT_NAME = "diembao"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"

# The engine: asyncio, so that spiders, middlewares and pipelines are plain coroutines.
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"

# One request to a host at a time; spacing is the pacer's (crawler/pace.py), never Scrapy's own random delay.
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 0
# For every answer Scrapy starts so many tasks to take the items it gave; ours give one, and a hundred cost 4 ms.
CONCURRENT_ITEMS = 4
AUTOTHROTTLE_ENABLED = False

# Security. Scrapy 2.19 does not verify certificates unless told to.
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_HANDLERS = {
    "http": "crawler.handler.GuardedHandler",
    "https": "crawler.handler.GuardedHandler",
    # No other scheme can be asked for: a feed must not make us read a file.
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
HTTPPROXY_ENABLED = False  # a proxy from the environment would connect past the guard
COOKIES_ENABLED = False
REFERER_ENABLED = False  # the outlet need not know who announced the page
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
HTTPCACHE_ENABLED = False

# Politeness.
ROBOTSTXT_OBEY = True
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/rss+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "vi",
}
USER_AGENT = Crawl().user_agent

# Limits; `configured` sets them from config/settings.toml.
DOWNLOAD_MAXSIZE = Crawl().max_page_bytes
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_TIMEOUT = Crawl().timeout_seconds
DOWNLOAD_FAIL_ON_DATALOSS = True
REACTOR_THREADPOOL_MAXSIZE = 4

# A request passes from the first to the last, its answer from the last to the first.
DOWNLOADER_MIDDLEWARES = {
    "crawler.gate.GateMiddleware": 50,
    "crawler.robots.RobotsMiddleware": 100,
    "crawler.retry.RetryMiddleware": 550,
    "crawler.unpack.UnpackMiddleware": 590,
    "crawler.redirect.RedirectMiddleware": 600,
    # Ours take the place of these.
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
}

# Every status reaches the spider: each is somebody's fate.
HTTPERROR_ALLOW_ALL = True
SPIDER_MIDDLEWARES = {"scrapy.spidermiddlewares.depth.DepthMiddleware": None}

ITEM_PIPELINES = {
    "pipelines.further.FurtherPagesPipeline": 50,
    "pipelines.archive.ArchivePipeline": 100,
    "pipelines.analysis.AnalysisPipeline": 200,
    "pipelines.store.StorePipeline": 300,
}
EXTENSIONS = {"crawler.extensions.ProgressExtension": 500}

# What is remembered lies in the store, not in a JOBDIR, whose list of seen requests would empty the second run.
JOBDIR = None

LOG_LEVEL = "INFO"
LOG_FORMATTER = "crawler.log.Formatter"
LOG_VERSIONS: list[str] = []
LOGSTATS_INTERVAL = 0
STATS_DUMP = False


def configured(crawl: Crawl) -> dict[str, Any]:
    """The Scrapy settings that follow from `[crawl]` of the configuration."""
    return {
        "USER_AGENT": crawl.user_agent,
        "DOWNLOAD_MAXSIZE": crawl.max_page_bytes,
        "DOWNLOAD_TIMEOUT": crawl.timeout_seconds,
        "CONCURRENT_REQUESTS": crawl.concurrent_requests,
    }
