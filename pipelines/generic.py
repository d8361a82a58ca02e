"""A page of an unknown outlet: our own container first, trafilatura's body where ours is empty or far shorter."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from pipelines.blocks import Block, blocks_of
from pipelines.container import find_container
from pipelines.locate import boxes
from pipelines.text import bare, clean

_ENOUGH = 250
"""Characters of running text with which a reader has found the body."""
_FAR_LONGER = 2.0
"""So many times the text of our own container must trafilatura find to be believed."""
_MOST_ELEMENTS = 40_000
"""Elements from which trafilatura would take longer than a page may take."""


def generic_blocks(
    tree: HtmlElement, title: HtmlElement | None, descriptions: tuple[str, ...] = ()
) -> tuple[list[Block], HtmlElement | None, str]:
    """Blocks, the container they came from (None for trafilatura's) and the name of the layer that won."""
    container = find_container(tree, title)
    blocks = blocks_of(container, boxes(container), title) if container is not None else []
    if length_of(blocks, captions=True) >= _ENOUGH:
        return blocks, container, "blocks"
    other, name = trafilatura_blocks(tree, descriptions)
    if length_of(other) > _FAR_LONGER * length_of(blocks, captions=True):
        return other, None, name
    return blocks, container, "blocks"


def trafilatura_blocks(tree: HtmlElement, descriptions: tuple[str, ...] = ()) -> tuple[list[Block], str]:
    """What trafilatura makes of the tree: its fast mode, and its whole cascade where that finds next to nothing.

    A line that only a meta tag holds (`descriptions`) is not shown on the page and is left out.
    """
    unseen = {bare(text) for text in descriptions}
    for fast, name in ((True, "trafilatura-fast"), (False, "trafilatura")):
        blocks = [block for block in _trafilatura(tree, fast=fast) if bare(block.text) not in unseen]
        if length_of(blocks) >= _ENOUGH or not fast:
            return blocks, name
    return [], "trafilatura"


def _trafilatura(tree: HtmlElement, *, fast: bool) -> list[Block]:
    from trafilatura import bare_extraction

    if sum(1 for _ in islice(tree.iter(), _MOST_ELEMENTS)) == _MOST_ELEMENTS:
        return []
    try:
        document: Any = bare_extraction(tree, fast=fast, with_metadata=False, include_comments=False)
    except Exception:  # noqa: BLE001 - a generic extractor that fails on a page has found nothing there
        return []
    text: str = (document.text or "") if document is not None else ""
    return [
        Block(text=line, kind="text", element=tree) for raw in text.split("\n") if (line := clean(raw.lstrip("- ")))
    ]


def length_of(blocks: Sequence[Block], *, captions: bool = False) -> int:
    """Characters of running text in `blocks`, links left out; with `captions` those too."""
    kinds = {"text", "heading", "caption"} if captions else {"text", "heading"}
    return sum(int(len(block.text) * (1 - block.links)) for block in blocks if block.kind in kinds)
