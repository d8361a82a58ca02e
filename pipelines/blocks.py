"""A container to its blocks: paragraphs, subheadings, captions, in order, with what is needed to judge them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from lxml.html import HtmlElement

from pipelines.text import clean

Kind = Literal["text", "heading", "caption", "image"]

SKIPPED = frozenset(
    {"script", "style", "noscript", "template", "iframe", "video", "audio", "object", "embed", "svg", "form", "button",
     "input", "select", "textarea", "nav", "link", "meta", "map", "canvas", "dialog", "head", "title", "ins"}
)  # fmt: skip
BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
     "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "menu",
     "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "caption"}
)  # fmt: skip
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
IMAGES = frozenset({"img", "picture", "amp-img"})
_HIDDEN = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden")
_ALIGN_STYLE = re.compile(r"(?i)text-align\s*:\s*(right|end|center|left|justify)")
_ALIGN_CLASS = re.compile(r"(?i)(?:^|[\s-])(?:text-?|align-?)(right|center|left|justify)(?:\s|$)")
CAPTION_CLASS = re.compile(
    r"(?i)caption|chu[-_]?thich|img[-_]?desc|image[-_]?desc|photo[-_]?desc|desc[-_]?(?:img|image|photo)|note[-_]?(?:img|image|photo)"
    r"|(?:^|\s)(?:image|photo|picture|cap|wp-media-credit)(?:\s|$)"
)
_NOISE_BREAKS, _PARAGRAPH = 2, 40
_DATELINE = re.compile(r"location|dateline|stamp", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});")
_PIXELS = re.compile(r"(\d{1,4})(?:px)?")
_ICON = 40
"""Pixels under which an image is an icon and no picture of the article."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One run of text between two block borders."""

    text: str
    kind: Kind
    element: HtmlElement
    """The innermost block element that holds it."""
    links: float = 0.0
    """Share of the characters that stand in links."""
    strong: float = 0.0
    """Share of the characters that are bold."""
    slanted: float = 0.0
    right: bool = False
    centred: bool = False
    tail: str = ""
    """The last bold, slanted or `<br>`-parted piece of the text: where a byline hides."""


class _Walker:
    """Collects blocks of one container; `drop` holds elements that are left out with all they hold.

    `border` is an element that stands alone though it is no block: a headline amid running text.
    """

    def __init__(self, drop: frozenset[HtmlElement], border: HtmlElement | None) -> None:
        self.blocks: list[Block] = []
        self.drop, self.border = drop, border
        self.pieces: list[tuple[str, bool, bool, bool]] = []
        self.breaks = 0

    def element(
        self, node: HtmlElement, owner: HtmlElement, style: tuple[bool, bool, bool], caption: HtmlElement | None
    ) -> None:
        """Walk `node`; `style` is (in a link, bold, slanted), `caption` the caption element around it."""
        tag = node.tag
        if not isinstance(tag, str) or tag in SKIPPED or node in self.drop or hidden(node):
            return
        if tag == "br":
            self.line_break(owner, caption)
            return
        if tag in IMAGES:
            self.image(node, owner, caption)
            return
        block = tag in BLOCKS or node is self.border
        if block:
            self.flush(owner, caption)
            owner = node
        if caption is None and is_caption(node):
            caption = node
        style = (style[0] or tag == "a", style[1] or tag in _BOLD or _bold_style(node), style[2] or tag in _SLANTED)
        self.text(node.text, style)
        for child in node:
            self.element(child, owner, style, caption)
            self.tail(child, style)
        if block:
            self.flush(owner, caption)

    def text(self, text: str | None, style: tuple[bool, bool, bool]) -> None:
        if text:
            self.pieces.append((text, *style))
            if not text.isspace():
                self.breaks = 0

    def tail(self, child: HtmlElement, style: tuple[bool, bool, bool]) -> None:
        """The text behind `child`; what parts a dateline from it is made by the style sheet and stands nowhere."""
        if child.tail and child.tail[0].isalnum() and _DATELINE.search(child.get("class") or ""):
            self.text(" - ", style)
        self.text(child.tail, style)

    def line_break(self, owner: HtmlElement, caption: HtmlElement | None) -> None:
        """Two `<br>` in a row part two entries, and so does one behind a whole sentence; else it is a blank."""
        self.breaks += 1
        if self.breaks >= _NOISE_BREAKS or self.sentence_ended():
            self.flush(owner, caption)
        elif self.pieces:
            self.pieces.append(("\n\n", False, False, False))

    def sentence_ended(self) -> bool:
        """Whether what was gathered is a paragraph by its length and its end."""
        text = "".join(piece[0] for piece in self.pieces).rstrip()
        return len(text) >= _PARAGRAPH and text[-1] in '.!?…”":;'

    def image(self, node: HtmlElement, owner: HtmlElement, caption: HtmlElement | None) -> None:
        if node.tag == "img" and _tiny(node):
            return
        if any(not text.isspace() for text, *_ in self.pieces):
            self.flush(owner, caption)
        self.blocks.append(Block(text="", kind="image", element=owner))

    def flush(self, owner: HtmlElement, caption: HtmlElement | None) -> None:
        self.breaks = 0
        if not self.pieces:
            return
        pieces, self.pieces = self.pieces, []
        text = clean(_unescaped("".join(piece[0] for piece in pieces)))
        if not any(c.isalnum() for c in text):
            return
        shares = _shares(pieces)
        kind: Kind = "caption" if caption is not None else "heading" if owner.tag in HEADINGS else "text"
        self.blocks.append(
            Block(
                text=text, kind=kind, element=owner, links=shares[0], strong=shares[1], slanted=shares[2],
                right=_aligned(owner, "right"), centred=_aligned(owner, "center"), tail=_tail(pieces),
            )
        )  # fmt: skip


_BOLD, _SLANTED = frozenset({"b", "strong", "th"}), frozenset({"i", "em"})


def blocks_of(
    container: HtmlElement, drop: frozenset[HtmlElement] = frozenset(), border: HtmlElement | None = None
) -> list[Block]:
    """The blocks of `container` in order; images stand among them as blocks without text."""
    walker = _Walker(drop, border)
    owner = container
    walker.text(container.text, (False, False, False))
    for child in container:
        walker.element(child, owner, (False, False, False), None)
        walker.tail(child, (False, False, False))
    walker.flush(owner, container if is_caption(container) else None)
    return walker.blocks


def _shares(pieces: list[tuple[str, bool, bool, bool]]) -> list[float]:
    """The shares of the characters that are linked, bold, slanted."""
    total, counted = 0, [0, 0, 0]
    for text, *style in pieces:
        if not text.isspace():
            size = len(text)
            total += size
            for at in (0, 1, 2):
                if style[at]:
                    counted[at] += size
    return [count / (total or 1) for count in counted]


def _unescaped(text: str) -> str:
    """`text` without entities: one escaped twice in the page is still there after the parse."""
    return html.unescape(text) if "&" in text and _ENTITY.search(text) else text


def hidden(node: HtmlElement) -> bool:
    """Whether the element says itself that it is not shown."""
    style = node.get("style")
    return (style is not None and _HIDDEN.search(style) is not None) or node.get("hidden") is not None


def names_of(node: HtmlElement) -> str:
    """Class and id in one string, for patterns."""
    return f"{node.get('class') or ''} {node.get('id') or ''}"


def is_caption(node: HtmlElement) -> bool:
    """Whether an element is a caption by tag or class."""
    if node.tag == "figcaption":
        return True
    name = node.get("class")
    return name is not None and node.tag not in {"figure", "table", "tr", "tbody", "img"} and _caption_class(name)


@lru_cache(maxsize=4096)
def _caption_class(name: str) -> bool:
    return CAPTION_CLASS.search(name) is not None


def _bold_style(node: HtmlElement) -> bool:
    style = node.get("style")
    return style is not None and re.search(r"(?i)font-weight\s*:\s*(?:bold|[6-9]00)", style) is not None


def _tiny(node: HtmlElement) -> bool:
    sizes = (_PIXELS.fullmatch(node.get(name) or "") for name in ("width", "height"))
    return any(size is not None and int(size[1]) < _ICON for size in sizes)


def _aligned(owner: HtmlElement, word: str) -> bool:
    """Whether a block is set `right` or `center`: by itself, by the one element that fills it, or by its parent."""
    inner = (
        owner[0] if len(owner) == 1 and not (owner.text or "").strip() and not (owner[0].tail or "").strip() else None
    )
    for node in (inner, owner, owner.getparent()):
        if node is not None and (said := _said_alignment(node)):
            return said == word
    return False


def _said_alignment(node: HtmlElement) -> str | None:
    return _alignment(node.get("style"), node.get("align"), node.get("class"), node.tag == "center")


@lru_cache(maxsize=4096)
def _alignment(style: str | None, word: str | None, names: str | None, centred: bool) -> str | None:  # noqa: FBT001
    match = _ALIGN_STYLE.search(style) if style else None
    if match is None and not word and names:
        match = _ALIGN_CLASS.search(names)
    said = (match[1] if match else word or ("center" if centred else "")).lower()
    return {"": None, "end": "right"}.get(said, said)


def _tail(pieces: list[tuple[str, bool, bool, bool]]) -> str:
    """The text behind the last `<br>` or, without one, the last bold or slanted piece."""
    texts = [piece for piece in pieces if piece[0].strip()]
    if not texts:
        return ""
    breaks = [at for at, piece in enumerate(pieces) if piece[0] == "\n\n"]
    if breaks and (after := clean("".join(piece[0] for piece in pieces[breaks[-1] + 1 :]))):
        return after
    run: list[str] = []
    for text, _, strong, slanted in reversed(texts):
        if not (strong or slanted):
            break
        run.append(text)
    return clean("".join(reversed(run))) if len(run) < len(texts) else ""
