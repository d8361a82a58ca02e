"""What a page says of itself in machine-readable form: JSON-LD, itemprop, Open Graph, meta tags, canonical link."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from lxml import etree
from lxml.html import HtmlElement

from pipelines.text import clean
from storage.records import PublishedFrom

Json: TypeAlias = "Any"
"""A JSON value: whatever a page put there."""
ARTICLE_TYPES = frozenset(
    {
        "newsarticle",
        "article",
        "reportagenewsarticle",
        "blogposting",
        "analysisnewsarticle",
        "liveblogposting",
        "report",
    }
)
_LISTING_TYPES = frozenset({"collectionpage", "itemlist", "searchresultspage"})
_PUBLISHED_META = (
    "article:published_time", "article:published", "og:published_time", "pubdate", "publishdate", "publish-date",
    "dc.date.issued", "dc.date", "dcterms.created", "date", "datepublished", "publication_date", "parsely-pub-date",
    "sailthru.date", "og:article:published_time", "publish_date", "published_date", "cxenseparse:recs:publishtime",
)  # fmt: skip
_MODIFIED_META = (
    "article:modified_time",
    "og:updated_time",
    "lastmod",
    "last-modified",
    "dcterms.modified",
    "datemodified",
)
_TITLE_META = ("og:title", "twitter:title", "title", "dc.title", "headline")
_SAPO_META = ("og:description", "description", "twitter:description", "dc.description")
_SECTION_META = ("article:section", "section", "category", "og:article:section")
_BROKEN = re.compile(r"[\x00-\x1f]+")
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_FIELD = r'"%s"\s*:\s*"((?:[^"\\]|\\.){1,400})"'
_LD_DEPTH = 12


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """A date as the page wrote it, and where."""

    raw: str
    source: PublishedFrom


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """Everything found in machine-readable form; nothing is judged yet. `authors` never leaves the reader."""

    titles: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()
    published: tuple[Stamp, ...] = ()
    modified: tuple[str, ...] = ()
    canonical: str | None = None
    og_url: str | None = None
    section: str | None = None
    og_type: str | None = None
    types: frozenset[str] = frozenset()
    """Lower-case JSON-LD and microdata types."""
    authors: tuple[str, ...] = ()
    """Only to recognise a byline in the text and drop it."""
    site_name: str | None = None
    ld_body: str | None = None

    @property
    def types_an_article(self) -> bool:
        """Its JSON-LD or microdata describe an article."""
        return bool(self.types & ARTICLE_TYPES)

    @property
    def is_article(self) -> bool:
        """The page calls itself an article."""
        return self.types_an_article or (self.og_type or "").lower() in {"article", "news"}

    @property
    def is_listing(self) -> bool:
        """The page calls itself a list."""
        return bool(self.types & _LISTING_TYPES) and not self.types_an_article


@dataclass(kw_only=True)
class _Found:
    """Collects while the tree is read."""

    meta: dict[str, str] = field(default_factory=dict)
    ld: list[dict[str, Any]] = field(default_factory=list)
    broken_ld: list[str] = field(default_factory=list)
    props: dict[str, list[str]] = field(default_factory=dict)
    types: set[str] = field(default_factory=set)


def read_metadata(tree: HtmlElement, *, microdata: bool = True) -> Metadata:
    """Everything the page states of itself; never raises on broken JSON or odd markup.

    `microdata=False` spares the search for it on a page whose bytes hold none.
    """
    found = _Found()
    _collect_meta(tree, found)
    _collect_ld(tree, found)
    article = _article_of(found.ld)
    if microdata and not article.get("datePublished"):
        _collect_props(tree, found)
    link = tree.find(".//link[@rel='canonical']")
    crumbs = _breadcrumb(found.ld)
    return Metadata(
        titles=_texts(
            [
                _text(article.get("headline")),
                *_metas(found, _TITLE_META),
                *found.props.get("headline", []),
                _title_tag(tree),
            ]
        ),
        descriptions=_texts([_text(article.get("description")), *_metas(found, _SAPO_META)]),
        published=tuple(_published(found, article)),
        modified=_texts(
            [_text(article.get("dateModified")), *_metas(found, _MODIFIED_META), *found.props.get("datemodified", [])]
        ),
        canonical=_url(link.get("href") if link is not None else None),
        og_url=_url(found.meta.get("og:url")),
        section=_first(
            [crumbs[-1] if crumbs else None, *_metas(found, _SECTION_META), _text(article.get("articleSection"))]
        ),
        og_type=found.meta.get("og:type"),
        types=frozenset(found.types | {name for node in found.ld for name in _type(node)}),
        authors=_texts([*_names(article.get("author")), found.meta.get("author"), *found.props.get("author", [])]),
        site_name=_first([found.meta.get("og:site_name")]),
        ld_body=_text(article.get("articleBody")),
    )


def _collect_meta(tree: HtmlElement, found: _Found) -> None:
    for element in tree.iter("meta"):
        content = element.get("content")
        if not content:
            continue
        for attribute in ("property", "name", "itemprop"):
            key = (element.get(attribute) or "").strip().lower()
            if key:
                found.meta.setdefault(key, content)


def _collect_ld(tree: HtmlElement, found: _Found) -> None:
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text:
            continue
        text = script.text.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
        value = _loads(text)
        if value is None:
            found.broken_ld.append(text[:200_000])
        else:
            found.ld.extend(_nodes(value))


def _loads(text: str) -> Json:
    """The JSON value, mended where it is broken in the usual ways (raw line breaks, trailing commas); None else."""
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", _BROKEN.sub(" ", text))):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(value: Json, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Every typed object in a JSON-LD value: lists, graphs and main entities are opened."""
    if depth > _LD_DEPTH:
        return
    if isinstance(value, list):
        for entry in value[:200]:
            yield from _nodes(entry, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item"):
            if isinstance(value.get(key), (list, dict)):
                yield from _nodes(value[key], depth + 1)


def _type(node: Mapping[str, Any]) -> list[str]:
    kind = node.get("@type")
    return [str(name).rsplit("/", 1)[-1].lower() for name in (kind if isinstance(kind, list) else [kind])]


def _article_of(nodes: list[dict[str, Any]]) -> Mapping[str, Any]:
    """The node that describes the article, the one with a date first; empty when there is none."""
    articles = [node for node in nodes if ARTICLE_TYPES & set(_type(node))]
    dated = [node for node in articles if node.get("datePublished")]
    fallback = [node for node in nodes if node.get("datePublished") and {"webpage", "videoobject"} & set(_type(node))]
    return next(iter([*dated, *articles, *fallback]), {})


def _breadcrumb(nodes: list[dict[str, Any]]) -> list[str]:
    for node in nodes:
        entries = node.get("itemListElement")
        if "breadcrumblist" in _type(node) and isinstance(entries, list):
            names = [
                _text(entry.get("name")) or _text(entry.get("item")) for entry in entries if isinstance(entry, dict)
            ]
            return [name for name in names if name and not _HOME.fullmatch(name)][:3]
    return []


_HOME = re.compile(r"(?i)trang chủ|home|trang nhất|https?://.*|.*\.(?:vn|com|net)")


_MICRODATA = etree.XPath("//*[@itemprop or @itemtype]")


def _collect_props(tree: HtmlElement, found: _Found) -> None:
    for element in cast("list[HtmlElement]", _MICRODATA(tree)):
        key = (element.get("itemprop") or "").strip().lower()
        if key in {"datepublished", "datecreated", "datemodified", "headline", "author"}:
            value = element.get("content") or element.get("datetime") or element.get("title") or element.text_content()
            found.props.setdefault(key, []).append(value[:300])
        if kind := element.get("itemtype"):
            found.types.add(kind.rstrip("/").rsplit("/", 1)[-1].lower())


def _published(found: _Found, article: Mapping[str, Any]) -> Iterator[Stamp]:
    if raw := _text(article.get("datePublished")):
        yield Stamp(raw=raw, source="json-ld")
    for text in found.broken_ld:
        if match := re.search(_FIELD % "datePublished", text):
            yield Stamp(raw=html.unescape(match[1]), source="json-ld")
    for name in _PUBLISHED_META:
        if raw := found.meta.get(name):
            yield Stamp(raw=raw, source="meta")
    for key in ("datepublished", "datecreated"):
        for raw in found.props.get(key, [])[:2]:
            yield Stamp(raw=raw, source="itemprop")


def _names(author: Json) -> list[str]:
    entries = author if isinstance(author, list) else [author]
    return [name for entry in entries if (name := _text(entry.get("name") if isinstance(entry, dict) else entry))]


def _metas(found: _Found, names: tuple[str, ...]) -> list[str]:
    return [found.meta[name] for name in names if name in found.meta]


def _title_tag(tree: HtmlElement) -> str | None:
    element = tree.find(".//title")
    return element.text if element is not None else None


def _text(value: Json) -> str | None:
    """A JSON-LD value as text: the string, the first of a list, the name of an object."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value")
    return value if isinstance(value, str) and value.strip() else None


def plain(text: str) -> str:
    """`text` unescaped (twice where it was escaped twice), without tags, clean."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    return clean(re.sub(r"</?[a-zA-Z][^<>]*>", " ", text) if "<" in text else text)


def _texts(values: list[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for value in values if value and (text := plain(value[:20_000]))))


def _first(values: list[str | None]) -> str | None:
    return next(iter(_texts(values)), None)


def _url(value: str | None) -> str | None:
    text = (value or "").strip()
    return text if text.startswith(("http://", "https://", "/")) else None
