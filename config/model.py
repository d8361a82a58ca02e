"""What can be configured: outlets and settings, typed. The loader turns TOML into these and checks them."""

from __future__ import annotations

from datetime import date, time
from typing import Literal

import msgspec

Tier = Literal["central", "ministry", "local", "magazine", "aggregator", "official"]
"""central: national paper; ministry: a ministry's or sector's paper; local: a city or province paper;
aggregator: a licensed site that reprints; official: a public body's own site (not press)."""

SheetFormat = Literal["html", "json", "docx", "xlsx", "pdf", "eml"]
"""The files a sheet can be had as."""


class OutletRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an outlet marks up its articles, from one date to another. CSS selectors, one string each."""

    name: str
    """Short and lasting, `2024`: goes into `extractor` as `rule:<outlet>/<name>`."""
    body: str
    """Selects the body's blocks (paragraphs, subheadings) or the one container that holds them."""
    title: str | None = None
    """The headline; None = JSON-LD, og:title, h1."""
    sapo: str | None = None
    """The lead paragraph."""
    published: str | None = None
    """The element whose text is the time; JSON-LD and meta come first where they exist."""
    captions: str | None = None
    """Captions of pictures and videos: kept apart from the body."""
    section: str | None = None
    """The section or the breadcrumb."""
    drop: str | None = None
    """Selects what stands inside the body and is not part of it (related links, boxes, bylines)."""
    valid_from: date | None = None
    """First day of publication the rule holds for; None = from the beginning."""
    valid_until: date | None = None
    """Last day it holds for; None = still. A new layout gets a new rule, the old one stays."""
    verified: bool = True
    """False: as another crawler recorded it, never seen on a page; it only counts where the generic reader agrees."""


class Outlet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A press organisation's site (or an official site) that we visit."""

    id: str
    """Lower-case slug, stable for ever."""
    name: str
    """As it is printed in the sheet."""
    domains: tuple[str, ...]
    """Hosts whose pages belong to this outlet; subdomains count."""
    tier: Tier
    """Counts in the rank of issues, never in their level."""
    owner: str | None = None
    """The body that publishes it."""
    feeds: tuple[str, ...] = ()
    """RSS, Atom or RDF addresses."""
    sitemaps: tuple[str, ...] = ()
    """News sitemaps, plain sitemaps with lastmod, or indexes of them."""
    sections: tuple[str, ...] = ()
    """Listing pages whose links are read where feeds and sitemaps do not announce everything."""
    search_url: str | None = None
    """The site's own search page, `{query}` where the words stand (URL-encoded); asked for a breaking topic."""
    fetch_pages: bool = True
    """False: only what the feed says is kept (fate `teaser`), the pages are never asked for."""
    pace_seconds: float | None = None
    """Seconds between two requests to one host; None = the settings' default."""
    city_default: bool = False
    """True for the city's own papers: unnamed «thành phố», «Sở Y tế» there are Hải Phòng's."""
    date_order: Literal["dmy", "mdy"] = "dmy"
    """How the site writes ambiguous dates."""
    title_suffix: str | None = None
    """What the site appends to titles in meta tags (« - Báo X»)."""
    permission: str | None = None
    """What is known of robots, permission, load."""
    verified: bool = False
    """True when feeds and rule were checked against a real page or the live site."""
    active: bool = True
    """False: kept for its archive, no longer visited."""
    rules: tuple[OutletRule, ...] = ()
    """Written as `[[rule]]` blocks; the first that is valid on the page's date and matches is used."""


class Crawl(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How we visit."""

    user_agent: str = "diembao/0.1 (+mailto:diembao@example.invalid; press review of a public office)"
    """Identified, with a contact: set your own address before the first night."""
    pace_seconds: float = 3.0
    """Seconds between two requests to one host, where the outlet says nothing else."""
    timeout_seconds: float = 20.0
    """A page that takes longer gets the fate `timeout`."""
    max_page_bytes: int = 5_000_000
    """A larger page gets the fate `too-big`; counted after decompression."""
    max_feed_bytes: int = 10_000_000
    """The same for feeds and sitemaps."""
    max_redirects: int = 5
    """More than these, or a circle, get the fate `redirect-loop`."""
    retry_after_wait_seconds: float = 30.0
    """A Retry-After up to this long is waited for in the run; a longer one defers the URL."""
    retries: int = 2
    """Further tries for a 5xx, a timeout or a broken connection within the run."""
    concurrent_requests: int = 64
    """Over all hosts; one host never has more than one."""
    recheck_hours: tuple[int, ...] = (24, 48, 72)
    """Stored articles in scope are asked again (conditionally) when they are this old."""
    remember_days: int = 7
    """A lasting failure (4xx, not an article …) is not asked again before this many days."""
    max_crawl_delay_seconds: float = 60.0
    """A Crawl-delay in robots.txt slows us down to this at most."""
    max_requests_per_host: int = 2_000
    """A host gets at most this many requests on a day of Hải Phòng, from night, topics and watches together,
    robots.txt and further tries included; the rest stays due. 0: no limit."""
    reach_timeout_seconds: float = 10.0
    """An outlet that cannot be connected to within this time counts as unreachable for the run."""


class Analysis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How pages are read."""

    workers: int = 2
    """Worker processes that read pages, away from the crawl."""
    page_seconds: float = 1.0
    """Wall time a page may hold a worker before it is killed (fate `too-slow`)."""


class Scope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which articles enter issues and sheets; everything fetched is stored and tagged all the same."""

    about_city: bool = True
    """Articles about the city."""
    mentions: bool = True
    """Articles that mention one of its bodies or units."""
    least_confidence: float = 0.5
    """A mention below this does not bring an article into scope."""


class Sheet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the morning sheet says."""

    city: str = "thành phố Hải Phòng"
    """As the sheet writes it."""
    addressees: tuple[str, ...] = (
        "Thường trực Thành ủy",
        "Lãnh đạo Ủy ban nhân dân thành phố",
        "Ban Tuyên giáo và Dân vận Thành ủy",
    )
    """«Kính gửi», in order."""
    day_starts_at: str = "06:00"
    """The window of a sheet runs from this time of day to the same the next morning."""
    top: int = 10
    """Rows of section II."""
    excerpt_words: int = 60
    """Longest excerpt, in words; the press law allows a short quotation."""
    late_days: int = 3
    """An article found late is carried when it was published at most this many days before the window."""
    only_new: bool = True
    """What a sheet that was sent has told is not repeated in a later one unless it has moved."""
    formats: tuple[SheetFormat, ...] = ("html", "json", "docx", "xlsx")
    """What a night writes, of html, json, docx, xlsx, pdf, eml; `diembao report --format` names others."""


class Retention(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long things stay; `purge` removes what is older."""

    text_days: int = 180
    """Full text older than this is removed by `purge`; title, link, excerpt and hash stay."""
    fates_days: int = 400
    """What became of each URL is kept for runs begun within this many days; the counts of a run stay."""
    polls_days: int = 90
    """Every answer of a feed is kept this long; its last one and its last success stay."""
    addresses_days: int = 400
    """An address that nobody has announced for this many days is forgotten; its article stays, and is known by it."""


class Calendar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Non-working days beside Saturdays and Sundays, and Saturdays or Sundays that are worked."""

    holidays: tuple[date, ...] = ()
    """Non-working days that fall on Monday to Friday."""
    worked: tuple[date, ...] = ()
    """Saturdays and Sundays that are worked in exchange."""


class Night(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the night has to be through."""

    limited: bool = True
    """False: a crawl takes the time it takes, and the sheet comes after it."""
    sheet_by: time = time(6, 30)
    """A night that began before this time of its morning has a sheet by then, from whatever is there."""
    reserve_minutes: float = 6.0
    """The crawl ends so long before, for grouping and the sheet; pages not asked for stay due and are counted."""


class Period(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the weekly and the monthly sheet say."""

    week_ends_at: time | None = None
    """A week is the seven days up to this time of its day (15:00 where Thursday 15:00 is the habit); None = when a
    sheet's day starts."""
    month_ends_on: int = 0
    """0: the calendar month; 25: from the 26th of the month before to the 25th (1 to 28)."""
    outlets: int = 15
    """Outlets named; the rest are told together."""
    bodies: int = 20
    """Agencies and units named."""
    issues: int = 20
    """The most covered issues."""


class Channel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way out of the office, written as `[[delivery.channels]]`: a folder, a mail server, or a chat."""

    name: str
    """Short and lasting: logs and the store know the channel by it, never by an address."""
    kind: Literal["folder", "mail", "chat"]
    """mail: SMTP; chat: any service of apprise."""
    folder: str = ""
    """folder: absolute path; the files go into a folder of the day below it."""
    host: str = ""
    """mail: the server."""
    port: int = 587
    """mail: its port."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """mail: «none» only for a relay on this machine; a certificate is always checked."""
    sender: str = ""
    """mail: From."""
    to: tuple[str, ...] = ()
    """mail: the office's own receivers."""
    user: str = ""
    """mail: to log in as; empty = without login."""
    secret: str = ""
    """Where the password (mail) or the apprise address (chat) is: `env:NAME` or `file:/absolute/path`; never itself."""
    offices: tuple[str, ...] = ()
    """Ids of agencies and units: the channel gets their sheets (`report send D --for ID`) and no other; empty = every
    sheet that is not for one office."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an approved sheet leaves the office with `diembao report send`."""

    channels: tuple[Channel, ...] = ()
    """Nothing is sent anywhere but there."""
    attempts: int = 4
    """Tries per channel and call; only what may pass by itself is tried again."""
    wait_seconds: float = 2.0
    """Before the second try; doubled before each further one."""
    timeout_seconds: float = 30.0
    """For one answer of a server."""


class Alerts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A short digest to the office's own people when something cannot wait for the morning."""

    channels: tuple[str, ...] = ()
    """Names of `delivery.channels`, mail or chat; empty = no alerts."""
    level: int = 3
    """Issues from this level on."""
    spikes: bool = True
    """Issues whose coverage rises sharply."""
    silent: bool = True
    """Outlets that turn silent, broken, blocked or forbidden."""
    quiet_from: time = time(22)
    """From this time of day on nothing is sent; it waits."""
    quiet_until: time = time(6)
    """Until then. The same as `quiet_from`: no quiet hours."""
    most_a_day: int = 8
    """Digests a day; what comes later waits for the next day."""
    most_matters: int = 10
    """Matters named in one digest; the rest are counted."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`settings.toml`, one table each."""

    builtin_outlets: bool = True
    """False in an overlay: only the overlay's own outlets are visited (the demo does this)."""
    crawl: Crawl = Crawl()
    """How we visit."""
    analysis: Analysis = Analysis()
    """How pages are read."""
    scope: Scope = Scope()
    """What enters issues and sheets."""
    sheet: Sheet = Sheet()
    """The morning sheet."""
    retention: Retention = Retention()
    """What expires."""
    calendar: Calendar = Calendar()
    """Working days."""
    night: Night = Night()
    """When the night has to be through."""
    period: Period = Period()
    """The weekly and the monthly sheet."""
    delivery: Delivery = Delivery()
    """Where an approved sheet goes."""
    alerts: Alerts = Alerts()
    """What cannot wait."""
