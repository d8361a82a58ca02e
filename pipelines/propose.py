"""Propose an outlet rule from stored pages: selectors of what the generic reader found, that hold on most of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from config.model import Outlet, OutletRule
from pipelines.locate import boxes
from pipelines.read import Reading, located, read_page
from pipelines.select import select
from storage.records import Page

_LEAST_SHARE = 0.6
"""Share of the pages a selector must hold on to be proposed."""
_NAME = re.compile(r"[A-Za-z][A-Za-z_-]*[A-Za-z0-9]?")
_MOST_CLASSES = 2
_LEAST_DROPS, _MOST_DROPS = 2, 12


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One page read by the rules as they are and by the proposed one."""

    url: str
    old: Reading
    new: Reading


def propose_rule(pages: Sequence[Page], *, name: str) -> OutletRule | None:
    """A rule for `pages` of one outlet, newest first; None where the pages have no body in common."""
    votes: dict[str, Counter[str]] = {key: Counter() for key in ("body", "title", "sapo", "published")}
    trees: list[HtmlElement] = []
    bodies: list[HtmlElement] = []
    for page in pages:
        places = located(page)
        if places is None:
            continue
        trees.append(places.tree)
        if places.body is not None:
            bodies.append(places.body)
        for key, counted in votes.items():
            element = getattr(places, key)
            css = selector_of(element) if element is not None else None
            if css is not None and next(iter(select(places.tree, css)), None) is element:
                counted[css] += 1
    chosen = {key: _chosen(counted, len(trees)) for key, counted in votes.items()}
    if chosen["body"] is None:
        return None
    return OutletRule(
        name=name, body=chosen["body"], title=chosen["title"], sapo=chosen["sapo"], published=chosen["published"],
        drop=_dropped(bodies),
    )  # fmt: skip


def _dropped(bodies: Sequence[HtmlElement]) -> str | None:
    """Selectors of the boxes inside the bodies, most frequent first: each on two pages and never on running text."""
    found: Counter[str] = Counter()
    spoiled: set[str] = set()
    for body in bodies:
        inside = boxes(body)
        names = {css for box in inside if (css := _lasting(box)) is not None}
        found.update(names)
        for css in names | found.keys():
            spoiled |= {css for element in select(body, css) if not _lies_in(element, inside)}
    kept = [css for css, count in found.most_common() if count >= _LEAST_DROPS and css not in spoiled]
    return ", ".join(kept[:_MOST_DROPS]) or None


def _lies_in(element: HtmlElement, inside: Collection[HtmlElement]) -> bool:
    return element in inside or any(node in inside for node in element.iterancestors())


def _chosen(counted: Counter[str], pages: int) -> str | None:
    css, count = next(iter(counted.most_common(1)), ("", 0))
    return css if count and count >= _LEAST_SHARE * pages else None


def selector_of(element: HtmlElement) -> str | None:
    """The shortest lasting selector of an element: its id or classes without figures, else those of a parent."""
    own = _lasting(element)
    if own is not None:
        return own
    for parent in islice(element.iterancestors(), 3):
        above = _lasting(parent)
        if above is not None:
            return f"{above} {element.tag}"
    return "h1" if element.tag == "h1" else None


def _lasting(element: HtmlElement) -> str | None:
    if (own := element.get("id")) and _NAME.fullmatch(own):
        return f"{element.tag}#{own}"
    classes = [name for name in (element.get("class") or "").split() if _NAME.fullmatch(name)][:_MOST_CLASSES]
    return f"{element.tag}.{'.'.join(classes)}" if classes else None


def compared(pages: Sequence[Page], outlet: Outlet, proposed: Outlet) -> list[Compared]:
    """Each page read both ways."""
    return [
        Compared(url=page.url, old=read_page(page, outlet=outlet), new=read_page(page, outlet=proposed))
        for page in pages
    ]
