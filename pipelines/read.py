"""Page to what it says: one parse, then layers, each of which leaves its mark on what the next one needs.

metadata -> outlet rule or generic container -> headline, sapo, time -> repair pass -> judgement. Pure: no clock but
the page's `fetched_at`, no network, no store.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal, cast
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from config.model import Outlet
from crawler.guard import within
from pipelines.blocks import BLOCKS, Block
from pipelines.credit import credited_outlet, is_credit, without_photo_credit
from pipelines.generic import generic_blocks
from pipelines.headline import find_title, without_site
from pipelines.judge_page import judge_page
from pipelines.locate import beside_headline, following, preceding, text_of
from pipelines.metadata import Metadata, plain, read_metadata
from pipelines.parse import parse
from pipelines.repair import Repaired, repair, without_imprint
from pipelines.rules import RuleMatch, agrees, apply_rules
from pipelines.sapo import find_sapo, lead_of, sapo_text
from pipelines.text import bare, clean
from pipelines.times import Published, machine_time, modified_time, settle, visible_time
from storage.doubt import DOUBT, is_checked
from storage.records import FateWord, Page, PublishedFrom
from vietnamese.clock import LOCAL

_ZONE, _SMALL_ZONE = 250, 40
"""Elements looked at behind the headline for sapo and time: up to a known body, and where no body was found."""
_AFTER = 60
"""Elements looked at for a time in each of the three elements behind the body."""
_RUNNING, _MOST_RUNNING = 120, 3
"""Characters that make a paragraph long, and how many such paragraphs make running text."""
_LINKED = 0.5
"""Share of linked characters from which a block is no running text."""
_LOST = 400
"""Characters of running text that may stand before headline or sapo: more, and it is another headline further down."""
_LEAST_TITLE, _MOST_SOURCE = 4, 90
"""Characters: the shortest headline, the longest line that names a source."""
_HEADLINE = 20
"""Characters from which a link in the body counts as the headline of another article."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one page says. No byline, no author: there is no field for one."""

    title: str | None = None
    sapo: str | None = None
    paragraphs: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    section: str | None = None
    published_at: datetime | None = None
    published_from: PublishedFrom | None = None
    published_raw: str | None = None
    published_precision: Literal["minute", "day"] | None = None
    modified_at: datetime | None = None
    canonical_url: str | None = None
    """rel=canonical or og:url when it lies on the outlet's own domains, else where the page came from."""
    credited_outlet: str | None = None
    extractor: str = ""
    """`rule:<outlet>/<name>`, `blocks`, `trafilatura-fast` or `trafilatura`; empty where nothing was read."""
    fate: FateWord | None = None
    """Set when this is no article that can be kept."""
    detail: str | None = None
    """Why, for a person."""


@dataclass(frozen=True, kw_only=True)
class _Places:
    """Where on the page things stand."""

    blocks: list[Block]
    container: HtmlElement | None
    title: HtmlElement | None
    sapo: HtmlElement | None
    extractor: str
    match: RuleMatch | None


def read_page(page: Page, *, outlet: Outlet | None, rules: bool = True, press: frozenset[str] = frozenset()) -> Reading:
    """What `page` says; `outlet` gives rules, domains and date order, None reads it as a page of nobody.

    Never raises on what a page holds. `rules=False` leaves the outlet's selectors out; `press` are names of outlets,
    folded by `press_names`, that a source line may credit beside what is called like an institution.
    """
    tree = parse(page.body, page.content_type)
    if tree is None:
        return Reading(fate=FateWord.NOT_ARTICLE, detail="empty page", canonical_url=page.url)
    meta = read_metadata(tree, microdata=b"item" in page.body or b"\x00" in page.body)
    places = _find(tree, meta, outlet if rules else None, check=is_checked(page.requested_url))
    title = _title(places.title, meta, outlet, urlsplit(page.url).hostname or "")
    sapo, blocks = _sapo(places, meta)
    fixed = repair(blocks, title=title, sapo=sapo, authors=meta.authors, press=press)
    published = _published(places, meta, page, outlet)
    shown = published.precision if published is not None else None
    fate, detail = judge_page(
        meta=meta, url=page.url, title=title, sapo=sapo, paragraphs=fixed.paragraphs, shown=shown,
        running=lambda: _running(places),
    )  # fmt: skip
    credited = fixed.credited_outlet or _credited_beside(places.container, press)
    return _reading(page, outlet, meta, places, title, sapo, fixed, credited, published, fate, detail)


@dataclass(frozen=True, kw_only=True)
class Located:
    """Where the generic reader finds things on a page."""

    tree: HtmlElement
    body: HtmlElement | None
    title: HtmlElement | None
    sapo: HtmlElement | None
    published: HtmlElement | None


def located(page: Page) -> Located | None:
    """Where things stand on `page`, found without rules; None for an empty page."""
    tree = parse(page.body, page.content_type)
    if tree is None:
        return None
    places = _find(tree, read_metadata(tree), None, check=False)
    dated = [one for one in _time_zone(places) if visible_time([one], now=page.fetched_at, order="dmy") is not None]
    when = min(dated, key=lambda one: len(one.text_content()), default=None)
    return Located(tree=tree, body=places.container, title=places.title, sapo=places.sapo, published=when)


def _reading(
    page: Page, outlet: Outlet | None, meta: Metadata, places: _Places, title: str | None, sapo: str | None,
    fixed: Repaired, credited: str | None, published: Published | None, fate: FateWord | None, detail: str | None,
) -> Reading:  # fmt: skip
    order = outlet.date_order if outlet else "dmy"
    section = text_of(places.match.section) if places.match and places.match.section is not None else meta.section
    return Reading(
        title=title,
        sapo=sapo,
        paragraphs=fixed.paragraphs,
        captions=_captions(places, fixed),
        section=section,
        published_at=published.at.astimezone(LOCAL) if published else None,
        published_from=published.source if published else None,
        published_raw=published.raw if published else None,
        published_precision=published.precision if published else None,
        modified_at=modified_time(meta, now=page.fetched_at, order=order),
        canonical_url=canonical_url(meta, page.url, outlet),
        credited_outlet=credited,
        extractor=places.extractor,
        fate=fate,
        detail=detail,
    )


def _find(tree: HtmlElement, meta: Metadata, outlet: Outlet | None, *, check: bool) -> _Places:
    match = apply_rules(tree, outlet) if outlet is not None and outlet.rules else None
    title = match.title if match and match.title is not None else find_title(tree, meta)
    blocks, container, extractor = _blocks(tree, meta, outlet, match, title, check=check)
    match = match if extractor.startswith("rule:") else None
    blocks = _behind(without_imprint(blocks), title)
    sapo = match.sapo if match else None
    if sapo is None and title is not None:
        sapo = find_sapo(_zone(title, container), container, meta.descriptions)
    return _Places(blocks=blocks, container=container, title=title, sapo=sapo, extractor=extractor, match=match)


def _blocks(
    tree: HtmlElement, meta: Metadata, outlet: Outlet | None, match: RuleMatch | None, title: HtmlElement | None,
    *, check: bool,
) -> tuple[list[Block], HtmlElement | None, str]:  # fmt: skip
    """Blocks, container and the layer that won: a rule that nobody has verified must agree with the generic way.

    `check` compares a verified rule with the generic way too: where they differ, its name gets a `?`.
    """
    if match is None or outlet is None:
        return generic_blocks(tree, title, meta.descriptions)
    name = f"rule:{outlet.id}/{match.rule.name}"
    trusted = outlet.verified and match.rule.verified
    if trusted and not check:
        return match.blocks, match.container, name
    found = generic_blocks(tree, title, meta.descriptions)
    if agrees(match.blocks, found[0]):
        return match.blocks, match.container, name
    return (match.blocks, match.container, name + DOUBT) if trusted else found


def _behind(blocks: list[Block], element: HtmlElement | None) -> list[Block]:
    """The blocks behind the last one that stands in `element`; all of them when that would lose running text."""
    if element is None:
        return blocks
    own = {element, *element.iterdescendants()}
    inside = [at for at, block in enumerate(blocks) if block.element in own]
    if not inside:
        return blocks
    before = sum(len(block.text) for block in blocks[: inside[0]] if block.kind == "text" and block.links < _LINKED)
    return blocks[inside[-1] + 1 :] if before <= _LOST else blocks


def _within(node: HtmlElement, element: HtmlElement) -> bool:
    return node is element or any(ancestor is element for ancestor in node.iterancestors())


def _running(places: _Places) -> bool | None:
    """Whether the container holds several long paragraphs, and fewer headlines of other articles; None without one."""
    if places.container is None:
        return None
    texts = [block for block in places.blocks if block.kind == "text" and block.links < _LINKED]
    long = sum(len(block.text) >= _RUNNING for block in texts)
    heads = sum(len(text_of(link)) >= _HEADLINE for link in places.container.iter("a"))
    return long >= _MOST_RUNNING and heads < long


def _zone(title: HtmlElement, container: HtmlElement | None) -> Iterator[HtmlElement]:
    """Elements between the headline and the first paragraph; when the body holds the headline, up to its third."""
    inside = container is not None and _within(title, container)
    running, most, entered = 0, _MOST_RUNNING, inside
    for element in following(title, _ZONE if container is not None else _SMALL_ZONE):
        if element is container:
            entered, most = True, running
        elif entered and container is not None and not _within(element, container):
            return
        running += element.tag in BLOCKS and len((element.text or "").strip()) > _RUNNING
        if running > most:
            return
        yield element


def _title(element: HtmlElement | None, meta: Metadata, outlet: Outlet | None, host: str) -> str | None:
    text = text_of(element) if element is not None else ""
    if len(text) < _LEAST_TITLE:
        text = without_site(next((title for title in meta.titles if len(title) >= _LEAST_TITLE), ""), host)
    suffix = clean(outlet.title_suffix or "") if outlet else ""
    for end in (suffix, f"- {meta.site_name}", f"| {meta.site_name}"):
        if end and text.endswith(end) and len(text) > len(end):
            text = text.removesuffix(end).rstrip(" -|–")
    return plain(text) or None


def _sapo(places: _Places, meta: Metadata) -> tuple[str | None, list[Block]]:
    """The lead and the blocks that are left for the body."""
    if places.sapo is not None and (text := sapo_text(places.sapo, meta.authors)):
        rest = _behind(places.blocks, places.sapo)
        own = {places.sapo, *places.sapo.iterdescendants()}
        if any(block.element in own for block in rest) or not _has_text(rest):
            return None, places.blocks
        return text, rest
    at = lead_of(places.blocks, meta.descriptions)
    if at is None:
        return None, places.blocks
    pictures = [block for block in places.blocks[:at] if block.kind in {"caption", "image"}]
    return places.blocks[at].text, pictures + places.blocks[at + 1 :]


def _has_text(blocks: list[Block]) -> bool:
    return any(block.kind in {"text", "caption"} for block in blocks)


def _published(places: _Places, meta: Metadata, page: Page, outlet: Outlet | None) -> Published | None:
    order = outlet.date_order if outlet else "dmy"
    machine = machine_time(meta, now=page.fetched_at, order=order)
    if places.match is not None and places.match.published is not None:
        element = places.match.published
        shown = visible_time([element, *element.iterdescendants()], now=page.fetched_at, order=order)
    elif places.match is not None and machine is not None and machine.raw.endswith(("+07:00", "+0700")):
        return machine
    else:
        shown = visible_time(_time_zone(places), now=page.fetched_at, order=order, behind=places.title)
    return settle(machine, shown)


def _time_zone(places: _Places) -> Iterator[HtmlElement]:
    """Elements that may show the time of this article: under the headline, above it, behind the body."""
    if places.title is None:
        if places.container is not None:
            yield from (one for one in preceding(places.container) if not beside_headline(one, ""))
        return
    headline = bare(places.title.text_content())
    behind = islice(places.container.itersiblings(), 3) if places.container is not None else ()
    for element in (
        *_zone(places.title, places.container),
        *preceding(places.title),
        *(inner for sibling in behind for inner in islice(sibling.iter("*"), _AFTER)),
    ):
        if not beside_headline(element, headline):
            yield element


_SOURCES = etree.XPath("(.//*[contains(@class, 'ource') or contains(@class, 'guon')])[position() <= 6]")


def _credited_beside(container: HtmlElement | None, press: frozenset[str]) -> str | None:
    """The institution named in an element called source, inside the body or beside it."""
    if container is None:
        return None
    around = container.getparent()
    for element in cast("list[HtmlElement]", _SOURCES(container if around is None else around)):
        text = text_of(element)
        if 0 < len(text) <= _MOST_SOURCE and (
            name := credited_outlet(text, press) or credited_outlet(f"Nguồn: {text}", press)
        ):
            return name
    return None


def press_names(outlets: Iterable[Outlet]) -> frozenset[str]:
    """The names of `outlets` as `read_page` wants them."""
    return frozenset(bare(outlet.name) for outlet in outlets)


def _captions(places: _Places, fixed: Repaired) -> tuple[str, ...]:
    """Captions without photo credits, each once."""
    extra = [text_of(element) for element in places.match.captions] if places.match else []
    texts = [without_photo_credit(text) for text in (*fixed.captions, *extra)]
    return tuple({bare(text): text for text in texts if bare(text) and not is_credit(text)}.values())


def canonical_url(meta: Metadata, url: str, outlet: Outlet | None) -> str:
    """rel=canonical, else og:url, when on the outlet's own domains and not its front page; else `url`."""
    for candidate in (meta.canonical, meta.og_url):
        if not candidate:
            continue
        try:
            whole = urljoin(url, candidate)
            parts = urlsplit(whole)
        except ValueError:  # «http://[» is no address
            continue
        own = outlet.domains if outlet else _same_site(url)
        host = (parts.hostname or "").lower()
        if within(host, own) and parts.path not in {"", "/"}:
            return whole
    return url


def _same_site(url: str) -> tuple[str, ...]:
    """The site of `url` for an unknown outlet: its last labels (`com.vn` and the like count as one)."""
    host = (urlsplit(url).hostname or "").lower()
    return (_SITE.sub(r"\1", host),)


_SITE = re.compile(r"^.*?([^.]+\.(?:(?:com|net|org|gov|edu|info)\.[a-z]{2}|[^.]+))$")
