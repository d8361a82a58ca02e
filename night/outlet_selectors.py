"""A first rule for an outlet nobody has looked at: selectors whose text equals what the generic reader read. Pure.

The generic reader is the truth here: a selector is taken when, used as a rule, it gives the same paragraphs on every
page, and of equal ones the innermost and shortest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml.html import HtmlElement

from config.model import Outlet, OutletRule
from pipelines.locate import text_of
from pipelines.metadata import read_metadata
from pipelines.parse import parse
from pipelines.read import Reading, read_page
from pipelines.text import bare, clean
from storage.records import Page
from vietnamese.dates import parse_time

LEAST_SAME = 0.95
"""Share of text that a body selector must have in common with the generic reading."""

RULE_NAME = "draft"
_HOLDS = 0.9
_MOST_CANDIDATES = 24
_LONGEST_STAMP = 80
_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]*\d?(?:[A-Za-z_-]+\d?)*")
"""Class names and ids that look lasting: no run of digits, no sign that would need escaping."""
_SEPARATOR = re.compile(r"\s[-–|•]\s(?=\S)")
_LONGEST_NAME, _LONGEST_SUFFIX = 40, 60
_LONGEST_DATELINE = 40
"""Letters that may stand before a lead in the same element: «HẢI PHÒNG – », «(TTXVN) »."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Derived:
    """What the pages of one outlet have in common."""

    rule: OutletRule | None = None
    """None when no selector says what the generic reader says."""
    same: float = 0.0
    """Share of the text on which the rule and the generic reader agree, the worst page counting."""
    pages: int = 0
    """Articles it was derived from."""
    title_suffix: str | None = None
    site_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Seen:
    page: Page
    tree: HtmlElement
    reading: Reading
    site_name: str | None


def derive(pages: Sequence[Page]) -> Derived:
    """The rule, title suffix and name that fit all of `pages` that are articles; never raises on what they hold."""
    seen = [each for each in map(_seen, pages) if each is not None]
    if not seen:
        return Derived()
    known = Derived(pages=len(seen), title_suffix=_suffix(seen), site_name=_common(each.site_name for each in seen))
    body, same = _body(seen)
    if body is None:
        return known
    rule = OutletRule(
        name=RULE_NAME,
        body=body,
        title=_selector(seen, _is_title),
        sapo=_selector(seen, _is_sapo),
        published=_selector(seen, _is_stamp),
        verified=False,
    )
    return Derived(rule=rule, same=same, pages=len(seen), title_suffix=known.title_suffix, site_name=known.site_name)


def sameness(ours: Iterable[str], theirs: Iterable[str]) -> float:
    """Share of text (characters of whole paragraphs) that two readings of a body have in common, 0 to 1."""
    a, b = Counter(map(bare, ours)), Counter(map(bare, theirs))
    common = sum(len(form) * count for form, count in (a & b).items())
    total = sum(len(form) * count for form, count in a.items()) + sum(len(form) * count for form, count in b.items())
    return 2 * common / total if total else 0.0


def _seen(page: Page) -> _Seen | None:
    tree = parse(page.body, page.content_type)
    if tree is None:
        return None
    reading = read_page(page, outlet=None)
    if reading.fate is not None or not reading.paragraphs:
        return None
    meta = read_metadata(tree)
    return _Seen(page=page, tree=tree, reading=reading, site_name=meta.site_name)


# the body


def _body(seen: Sequence[_Seen]) -> tuple[str | None, float]:
    """The selector under which all pages read best, and how well the worst of them does."""
    best: tuple[float, int, str] | None = None
    for place, css in enumerate(_body_candidates(seen)):
        same = min(_read_by(each, css) for each in seen)
        if same >= LEAST_SAME and (best is None or same > best[0] + 0.005):
            best = (same, place, css)
        if best is not None and best[0] > 0.999:  # noqa: PLR2004 - equal
            break
    return (best[2], best[0]) if best else (None, 0.0)


def _read_by(seen: _Seen, css: str) -> float:
    """How much of the generic reading the page gives when `css` is its rule."""
    rule = OutletRule(name=RULE_NAME, body=css)
    outlet = Outlet(id="draft", name="draft", domains=("draft.invalid",), tier="central", verified=True, rules=(rule,))
    reading = read_page(seen.page, outlet=outlet)
    if reading.extractor != f"rule:draft/{RULE_NAME}":
        return 0.0
    return sameness(reading.paragraphs, seen.reading.paragraphs)


def _body_candidates(seen: Sequence[_Seen]) -> list[str]:
    """Selectors that hold the text on every page, innermost first, the shorter of equal ones first."""
    depths: dict[str, list[int]] = {}
    for each in seen:
        there: dict[str, int] = {}
        for depth, element in enumerate(_holders(each)):
            for css in _names(element):
                there.setdefault(css, depth)
        for css, depth in there.items():
            depths.setdefault(css, []).append(depth)
    whole = [css for css, found in depths.items() if len(found) == len(seen)]
    whole.sort(key=lambda css: (max(depths[css]), _bare_tag(css), "#" not in css, len(css)))
    inner = [f"{css} > p" for css in whole[:3]]
    return [*whole[:_MOST_CANDIDATES], *inner]


def _holders(seen: _Seen) -> Iterator[HtmlElement]:
    """Elements that hold nearly all of the body's text, innermost first."""
    wanted = [form for form in map(bare, seen.reading.paragraphs) if form]
    total = sum(map(len, wanted))
    best = seen.tree.find("body")
    chain: list[HtmlElement] = []
    while best is not None:
        chain.append(best)
        best = next(
            (child for child in best if isinstance(child.tag, str) and _held(child, wanted) >= _HOLDS * total), None
        )
    yield from reversed(chain)


def _held(element: HtmlElement, wanted: Sequence[str]) -> int:
    text = bare(str(element.text_content()))
    return sum(len(form) for form in wanted if form in text)


# headline, lead, time


def _selector(seen: Sequence[_Seen], fits: Callable[[_Seen, HtmlElement], bool]) -> str | None:
    """The narrowest selector whose first element `fits` wherever any element does, and that misleads nowhere."""
    votes: Counter[str] = Counter()
    sizes: dict[str, tuple[int, int]] = {}
    having = 0
    for each in seen:
        fitting = [element for element in _short_elements(each.tree) if fits(each, element)]
        having += bool(fitting)
        votes.update({css for element in fitting for css in _names(element)})
        for element in fitting:
            size = (len(element.text_content()), len(element))
            sizes |= {css: min(sizes.get(css, size), size) for css in _names(element)}
    for css, count in sorted(votes.items(), key=lambda vote: (_bare_tag(vote[0]), sizes[vote[0]], len(vote[0]), vote)):
        firsts = [(each, first) for each in seen for first in each.tree.cssselect(css)[:1]]
        if count == having and all(fits(each, first) for each, first in firsts):
            return css
    return None


def _short_elements(tree: HtmlElement) -> Iterator[HtmlElement]:
    for element in tree.iter(
        "h1", "h2", "h3", "h4", "p", "div", "span", "time", "td", "strong", "b", "li", "em", "small"
    ):
        if len(element) <= 6 and len(element.text_content()) < 1500:  # noqa: PLR2004 - a line or a lead
            yield element


def _is_title(seen: _Seen, element: HtmlElement) -> bool:
    title = bare(seen.reading.title or "")
    return bool(title) and element.tag not in {"li", "b", "em"} and bare(text_of(element)) == title


def _is_sapo(seen: _Seen, element: HtmlElement) -> bool:
    sapo = bare(seen.reading.sapo or "")
    text = bare(text_of(element))
    return bool(sapo) and text.endswith(sapo) and len(text) - len(sapo) < _LONGEST_DATELINE


def _is_stamp(seen: _Seen, element: HtmlElement) -> bool:
    text = clean(text_of(element))
    if seen.reading.published_at is None or not 8 <= len(text) <= _LONGEST_STAMP:  # noqa: PLR2004 - 1/1/2026
        return False
    found = parse_time(text, now=seen.page.fetched_at)
    return found is not None and _minute(found.at) == _minute(seen.reading.published_at)


def _minute(at: datetime) -> float:
    return at.timestamp() // 60


def _names(element: HtmlElement) -> list[str]:
    """`div#id`, `div.class`: what an element can be called by that will last."""
    tag = str(element.tag)
    names = [f"{tag}#{each}" for each in [element.get("id") or ""] if _lasting(each)]
    names += [f"{tag}.{each}" for each in (element.get("class") or "").split() if _lasting(each)]
    if tag in {"article", "time"} or (tag == "h1" and not names):
        names.append(tag)
    return names


def _bare_tag(css: str) -> bool:
    return "." not in css and "#" not in css


def _lasting(name: str) -> bool:
    return len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None


# the site


def _suffix(seen: Sequence[_Seen]) -> str | None:
    """What the site appends to titles: the same ending on every page; of a single page the last part only."""
    rests = []
    for each in seen:
        whole, title = clean(each.tree.findtext(".//title") or ""), clean(each.reading.title or "")
        if not title or not whole.startswith(title):
            return None
        rests.append(whole.removeprefix(title))
    same = _common_ending(rests)
    parts = [found.start() for found in _SEPARATOR.finditer(same)]
    if not parts:
        return None
    ending = same[parts[0] if len(seen) > 1 else parts[-1] :].strip()
    return f" {ending}" if len(ending) <= _LONGEST_SUFFIX else None


def _common_ending(texts: Sequence[str]) -> str:
    shortest = min(texts, key=len)
    ends = (shortest[at:] for at in range(len(shortest)))
    return next((end for end in ends if all(text.endswith(end) for text in texts)), "")


def _common(names: Iterable[str | None]) -> str | None:
    counted = Counter(name for name in names if name)
    return counted.most_common(1)[0][0] if counted else None
