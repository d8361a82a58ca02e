"""The headline: what the metadata say, where it is shown; else what looks like one (class, size, a date under it)."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

from lxml.html import HtmlElement

from pipelines.blocks import SKIPPED, hidden, names_of
from pipelines.container import find_container
from pipelines.locate import following
from pipelines.metadata import Metadata
from pipelines.names import FRAME_NAMES, is_box
from pipelines.text import bare, clean
from pipelines.times import DATE_LIKE

_NAMED = re.compile(
    r"(?i)title|tieu[-_]?de|headline|contentheading|(?:^|[\s_-])(?:tit|heading|tua|ten[-_]?bai|h1)(?:$|[\s_-])"
)
_NOT_NAMED = re.compile(r"(?i)sub|box|cate|widget|block|module|relat|other|list|menu|site|pretitle|zone|banner|logo")
_LARGE = re.compile(r"(?i)font-size\s*:\s*(?:1[6-9]|[2-4]\d)(?:\.\d+)?\s*p[xt]|font-size\s*:\s*(?:x-|xx-)?large")
_FONT_SIZE = re.compile(r"(\+*)(\d{1,3})")
_HOME = re.compile(r"(?i)(?:https?://[^/]+)?/?(?:(?:index|default|home)\.\w+)?")
_TITLE_PARTS = re.compile(r"\s+[-–|»:]{1,2}\s+")
_MOST_HEADINGS = 120
"""Headings looked at on one page."""
_FEW = 3
"""Children that an element which is one line may have."""
_ALIKE, _WEAK = 0.95, 0.3
"""`_likeness` from which a heading is the headline at once, and from which it is one when no better one comes."""
_SHORT_LINE, _LEAST_TITLE = 200, 8
"""Characters: the longest line that may be a headline; the shortest one, letters and figures only."""
_TAGS = ("div", "p", "span", "td", "font", "strong", "b", "h1", "h2", "h3", "h4")
_LEAST, _MOST, _LEAST_WORDS = 20, 250, 4
"""Characters and words of what looks like a headline."""
_RUNNING = 120
"""Characters of a paragraph with which the body has begun: no headline comes behind it."""
_LOOKED_AT, _NEAR, _MOST_PARTS = 4000, 14, 6
"""Elements: looked at on a page, looked at for a date behind a headline, and children that a headline may have."""
_ENOUGH = 3
"""Points of `_score` that make a headline: its class alone, or two lesser signs."""
_TWO = 2
"""Parts of a title, letters of a site's short name: fewer say nothing."""


def find_title(tree: HtmlElement, meta: Metadata) -> HtmlElement | None:
    """The element that shows the headline: the one that says most of what the metadata say, else the first real h1."""
    wanted = [form for title in meta.titles if len(form := bare(title)) >= _LEAST_TITLE]
    best: tuple[float, HtmlElement] | None = None
    first: HtmlElement | None = None
    for element in islice(tree.iter("h1", "h2", "h3"), _MOST_HEADINGS):
        form = bare(element.text_content()[: 2 * _SHORT_LINE])
        if len(form) < _LEAST_TITLE or _leads_home(element):
            continue
        likeness = max((_likeness(form, title) for title in wanted), default=0.0)
        if likeness >= _ALIKE:
            return element
        if likeness and (best is None or likeness > best[0]):
            best = (likeness, element)
        if first is None and element.tag == "h1":
            first = element
    if best is not None and best[0] >= _WEAK:
        return best[1]
    if first is not None and _reworded(first, meta) and not is_site_name(first, meta):
        return first
    titled = _titled(tree, meta)
    if titled is not None:
        return titled
    looked = headline_by_look(tree, meta, find_container(tree))
    if looked is not None:
        return looked
    return best[1] if best is not None else first


def _reworded(element: HtmlElement, meta: Metadata) -> bool:
    """Whether a heading shares half its words with a title that the metadata word otherwise."""
    words = set(element.text_content().lower().split())
    return any(len(words & set(title.lower().split())) >= len(words) / 2 for title in meta.titles)


def _likeness(form: str, title: str) -> float:
    """How much of a metadata title a shown line covers; its beginning counts, its end only half."""
    if form == title:
        return 1.0
    if title.startswith(form):
        return 1.0 if len(form) > 2 * _LEAST_TITLE else len(form) / len(title)
    return 0.5 * len(form) / len(title) if form in title else 0.0


def _titled(tree: HtmlElement, meta: Metadata) -> HtmlElement | None:
    """A headline that is no heading: the first short element that a metadata title, or most of one, begins with."""
    wanted = set()
    for title in meta.titles:
        whole = bare(title)
        parts = (bare(part) for part in _TITLE_PARTS.split(title))
        wanted |= {form for form in (whole, *parts) if len(form) >= max(2 * _LEAST_TITLE, len(whole) / 2)}
    for element in tree.iter("div", "p", "span", "td", "strong", "b", "font", "a"):
        own = element.text_content() if len(element) <= _FEW else ""
        form = bare(own) if _LEAST_TITLE < len(own) < _SHORT_LINE * 2 else ""
        if len(form) >= _LEAST_TITLE * 2 and any(title.startswith(form) for title in wanted):
            return element
    return None


def headline_by_look(tree: HtmlElement, meta: Metadata, container: HtmlElement | None) -> HtmlElement | None:
    """The element before the running text of `container` that looks most like a headline; None where none does."""
    if container is None:
        return None
    known = [set(title.lower().split()) for title in meta.titles]
    best: tuple[int, HtmlElement] | None = None
    inside = False
    for element in islice(tree.iter(_TAGS), _LOOKED_AT):
        inside = inside or element is container or container in element.iterancestors()
        score = _score(element, known)
        if score >= _ENOUGH and (best is None or score > best[0]):
            best = (score, element)
        if inside and len((element.text or "").strip()) > _RUNNING:
            break
    return best[1] if best else None


def _score(element: HtmlElement, known: list[set[str]]) -> int:
    """How much speaks for a headline: name, size, words of the page's title, a date close behind."""
    if len(element) > _MOST_PARTS or hidden(element):
        return 0
    text = clean(element.text_content()[: 2 * _MOST])
    words = text.split()
    if not _LEAST <= len(text) <= _MOST or len(words) < _LEAST_WORDS or text.endswith(":") or _elsewhere(element):
        return 0
    names = names_of(element)
    named = _NAMED.search(names) is not None and _NOT_NAMED.search(names) is None
    folded = {word.lower() for word in words}
    told = any(len(folded & title) >= len(title) / 2 for title in known if len(title) >= _LEAST_WORDS)
    score = 3 * named + 2 * _large(element) + 2 * told + (element.tag in {"b", "strong"})
    if not score:
        return 0
    return score + 2 * _dated(element) - 3 * bool(DATE_LIKE.search(text) and len(words) < 2 * _LEAST_WORDS)


def _large(element: HtmlElement) -> bool:
    if element.tag in {"h1", "h2", "h3"}:
        return True
    size = _FONT_SIZE.fullmatch(element.get("size") or "") if element.tag == "font" else None
    if size is not None:
        return int(size[2]) >= (1 if size[1] else 4)
    return _LARGE.search(element.get("style") or "") is not None


def _elsewhere(element: HtmlElement) -> bool:
    """Whether it is a link, stands in one, or in the frame of the page."""
    if any(len(link.text_content()) > _LEAST for link in element.iter("a")):
        return True
    for node in islice(element.iterancestors(), 8):
        names = names_of(node)
        framed = names != " " and (FRAME_NAMES.search(names) or is_box(names))
        if framed or node.tag in {"a", "nav", "footer", "aside"}:
            return True
    return False


def _dated(element: HtmlElement) -> bool:
    """Whether a short line with a date stands close behind."""
    last = element
    for node in element.iter():
        last = node
    for node in (*islice(last.itersiblings(), 2), *following(last, _NEAR)):
        if node.tag in SKIPPED:
            continue
        text = clean(node.text_content()[:200])
        if len(text) < _MOST / 3 and DATE_LIKE.search(text):
            return True
    return False


def is_site_name(element: HtmlElement, meta: Metadata) -> bool:
    """Whether a heading is the site's name: linked to the front page, or what the page's title ends in."""
    if _leads_home(element):
        return True
    form = bare(element.text_content())
    if meta.site_name and form == bare(meta.site_name):
        return True
    ends = (bare(part) for title in meta.titles for part in _TITLE_PARTS.split(title)[1:])
    return form in ends


_SITE_WORDS = re.compile(
    r"(?i)^(?:báo|tạp chí|trang|cổng|website|tin tức|diễn đàn|blog)\b"
    r"|\b(?:online|điện tử|news|media|\.com|\.vn|\.net)\b|\.(?:vn|com|net|org)$"
)


def without_site(title: str, host: str) -> str:
    """A page's `<title>` without the part that names the site: its name in the address, or called like one."""
    parts = _TITLE_PARTS.split(title)
    if len(parts) < _TWO:
        return title
    address = bare(host.replace("-", ""))
    for own, rest in ((parts[0], parts[1]), (parts[-1], parts[0])):
        short = bare(_plain_letters(own))
        if len(rest.split()) >= _LEAST_WORDS and (_SITE_WORDS.search(own) or (len(short) > _TWO and short in address)):
            return rest
    return title


def _plain_letters(text: str) -> str:
    marks = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in marks if not unicodedata.combining(c))


def _leads_home(element: HtmlElement) -> bool:
    """Whether a heading is linked to the front page."""
    links = (*element.iter("a"), *islice(element.iterancestors("a"), 1))
    return any(_HOME.fullmatch((link.get("href") or "-").strip()) for link in links)
