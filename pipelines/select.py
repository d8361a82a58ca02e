"""CSS selectors on a page: the plain ones matched by hand, which is far quicker than XPath's string functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from cssselect import HTMLTranslator, SelectorError
from lxml import etree
from lxml.html import HtmlElement

_PART = re.compile(
    r"(?P<combinator>\s*>\s*|\s+)?(?P<tag>[a-zA-Z][\w-]*)?(?P<rest>(?:[.#][\w-]+|\[[\w-]+=(?:'[^']*'|\"[^\"]*\")\])*)"
)
_PIECE = re.compile(r"\.(?P<cls>[\w-]+)|#(?P<id>[\w-]+)|\[(?P<name>[\w-]+)=['\"](?P<value>[^'\"]*)['\"]\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Compound:
    """`div.a#b[c='d']` and how it hangs on what stands before it."""

    child: bool
    tag: str | None
    classes: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]

    @property
    def only_id(self) -> bool:
        """`#b`: what the parser's own index of ids finds at once."""
        return self.tag is None and not self.classes and len(self.attributes) == 1 and self.attributes[0][0] == "id"

    def fits(self, element: HtmlElement) -> bool:
        if self.tag is not None and element.tag != self.tag:
            return False
        for name, value in self.attributes:
            if element.get(name) != value:
                return False
        if not self.classes:
            return True
        names = element.get("class")
        if names is None or self.classes[0] not in names:
            return False
        own = names.split()
        return all(name in own for name in self.classes)


_BY_ID = etree.XPath("id($name)")
_Chain = tuple[_Compound, ...]


@lru_cache(maxsize=1024)
def selector(css: str) -> etree.XPath:
    """The compiled selector; raises cssselect.SelectorError for one that is not CSS."""
    return etree.XPath(HTMLTranslator().css_to_xpath(css))


@lru_cache(maxsize=1024)
def _plain(css: str) -> tuple[_Chain, ...] | None:
    """The chains of a selector of tags, classes, ids, equal attributes, descendants and children; None for others."""
    if "," in css and "[" in css and re.search(r"\[[^\]]*,", css):
        return None
    chains = tuple(_chain(part.strip()) for part in css.split(","))
    return None if any(chain is None for chain in chains) else cast("tuple[_Chain, ...]", chains)


def _chain(css: str) -> _Chain | None:
    at, found = 0, list[_Compound]()
    while at < len(css):
        match = _PART.match(css, at)
        if match is None or match.end() == at or not (match["tag"] or match["rest"]):
            return None
        if found and match["combinator"] is None:
            return None
        pieces = list(_PIECE.finditer(match["rest"]))
        attributes = [("id", one["id"]) for one in pieces if one["id"]]
        attributes += [(one["name"], one["value"]) for one in pieces if one["name"]]
        found.append(
            _Compound(
                child=">" in (match["combinator"] or ""), tag=match["tag"] and match["tag"].lower(),
                classes=tuple(one["cls"] for one in pieces if one["cls"]), attributes=tuple(attributes),
            )
        )  # fmt: skip
        at = match.end()
    return tuple(found) or None


def select(tree: HtmlElement, css: str | None, *, first: bool = False) -> list[HtmlElement]:
    """Elements that `css` selects, in document order; none for None or for a selector that is not CSS.

    `first` may stop at the first one.
    """
    if not css:
        return []
    chains = _plain(css)
    if chains is None:
        try:
            return cast("list[HtmlElement]", selector(css)(tree))
        except (SelectorError, etree.XPathError):
            return []
    if len(chains) == 1 and len(chains[0]) == 1 and chains[0][0].only_id and tree.getparent() is None:
        return cast("list[HtmlElement]", _BY_ID(tree, name=chains[0][0].attributes[0][1]))
    found = _matches(tree, chains)
    return [element for element in [next(found, None)] if element is not None] if first else list(found)


def _matches(tree: HtmlElement, chains: tuple[_Chain, ...]) -> Iterator[HtmlElement]:
    """Elements that one of `chains` fits; the class is looked at before anything is called."""
    last = chains[0][-1]
    if len(chains) == 1 and len(chains[0]) > 1 and not (last.child or last.classes or last.attributes):
        yield from _below(tree, chains[0])
        return
    tags = {chain[-1].tag for chain in chains}
    named = cast("set[str]", tags) if None not in tags else {etree.Element}
    keyed = [(chain[-1].classes[0] if chain[-1].classes else None, chain) for chain in chains]
    for element in tree.iter(*named):
        names = element.get("class", "")
        for key, chain in keyed:
            if (key is None or key in names) and _fits(element, chain):
                yield element
                break


def _below(tree: HtmlElement, chain: _Chain) -> Iterator[HtmlElement]:
    """What a chain that ends in a mere tag selects: looked for under what stands before it."""
    last, seen = chain[-1], set[HtmlElement]()
    for above in _matches(tree, (chain[:-1],)):
        for element in above.iterdescendants(last.tag):
            if element not in seen:
                seen.add(element)
                yield element


def _fits(element: HtmlElement, chain: _Chain) -> bool:
    """Whether `element` is the last of `chain`, and what stands before it in `chain` is above it."""
    if not chain[-1].fits(element):
        return False
    if len(chain) == 1:
        return True
    parent = element.getparent()
    while parent is not None:
        if _fits(parent, chain[:-1]):
            return True
        parent = None if chain[-1].child else parent.getparent()
    return False
