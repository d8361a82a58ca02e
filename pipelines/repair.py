"""What generic extraction gets wrong on Vietnamese sites, mended on blocks: no tree is changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pipelines.blocks import Block
from pipelines.credit import credited_outlet, is_credit, is_name, is_source
from pipelines.names import CALLS, COMMENT_MARKS, END_MARKS, IMPRINT, NOISE
from pipelines.text import bare

_MOST_CAPTION = 400
"""Characters of a caption that nothing but its place shows to be one."""
_FRAME, _FRAME_MORE = 1.2, 30
"""What frames an image with its caption holds at most so many times the caption's text, and so many characters more."""
_MOST_LINE = 90
"""Characters of a line that is no paragraph: a credit, a date, the heading of a box."""
_LINKED = 0.8
"""Share of linked characters from which a line is only a link."""
_MOSTLY_LINKED, _BESIDE_LINK = 0.6, 22
"""A bullet and a date may stand beside a linked headline."""
_REPEAT_LEAST = 30
"""Characters, letters and figures only, from which a repeated paragraph is one; shorter lines may come twice."""
_END_SHARE, _BEHIND_SHARE = 0.3, 0.5
"""An article may end behind this share of its text, and what is cut off is at most this share of what stays."""
_COMMENTS_BEHIND, _FEW_READERS = 250, 2
"""Characters before the heading of readers' comments; lines such as «2 giờ trước» that make a list of comments."""
_SAID_AGO = re.compile(
    r"(?i)\d+ (?:giây|phút|giờ|tiếng|ngày|tuần|tháng|năm) trước|\b(?:thích|trả lời|like|reply)\b\W+\d+\W*$"
)
_MOST_TAG, _FEW_TAGS, _TAG_LINKS = 30, 3, 0.3
"""A line of tags: characters of each, more of them than this, and the share of the line that is linked."""
_STORY_CAPTIONS, _STORY_SHARE = 3, 2.0
"""A photo story: captions, and how many times the text they hold."""
_WHOLLY = 0.9
"""Share of bold or slanted characters of a line that is wholly so."""
_MONTH_AND_YEAR = 2
"""Figures in a line: «Tháng 3 năm 2014» is a subheading."""
_LINKS_BEHIND = 0.4
"""Share of linked characters of a line that is no caption, and may open what stands behind the article."""
_SIGNATURE = 6
"""Words of a wholly bold last line without a full stop: who signs, no subheading, for nothing comes behind it."""
_DATE_WORD = (
    r"(?:thứ\s+\w+|chủ nhật|cn|t\d|ngày(?:\s+đăng)?|tháng|năm|cập nhật|đăng lúc|lúc|gmt|am|pm|giờ|phút|h|viết|')"
)
_FIGURES = re.compile(r"\d+")
_DATE_REST = re.compile(r"[\d/:|•·]+")
_COUNTER = re.compile(r"(?i)^\W*(?:số )?(?:lượt|lần) (?:xem|đọc|truy cập)\W*\d*\W*$")
"""A counter of visits: part of the page, not of the article."""
_DATE_LINE = re.compile(rf"(?:{_DATE_WORD}|[\s\d/:.,|()+\-–])*", re.IGNORECASE)
_DATE_WORDS = re.compile(
    rf"\b{_DATE_WORD}\b|\d+\s?[-/:.]\s?\d+(?:\s?[-/:.]\s?\d+)?|\(?gmt\s?\+?\s?7?\)?", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?…\"”»)\]]$")


@dataclass(frozen=True, kw_only=True)
class Repaired:
    """The body after the repair pass."""

    paragraphs: tuple[str, ...]
    captions: tuple[str, ...]
    credited_outlet: str | None


def repair(
    blocks: Sequence[Block],
    *,
    title: str | None,
    sapo: str | None,
    authors: tuple[str, ...],
    press: frozenset[str] = frozenset(),
) -> Repaired:
    """Paragraphs and captions out of blocks: links, calls, credits, repeats of title and sapo left out."""
    kept = [block for block in blocks if not (_is_link(block) or _is_date_line(block) or _is_call(block))]
    kept = _captions_marked(_ended(_without_readers(kept)))
    kept = _without_repeats(kept, title=title, sapo=sapo)
    kept, lines = _without_credits(kept, authors)
    kept = _photo_story(kept)
    body = [block.text for block in kept if block.kind in {"text", "heading"}]
    captions = dict.fromkeys(block.text for block in kept if block.kind == "caption")
    known = {bare(text) for text in body if len(text) > _MOST_LINE}
    return Repaired(
        paragraphs=tuple(body),
        captions=tuple(text for text in captions if bare(text) not in known and not is_credit(text, authors)),
        credited_outlet=next((name for line in lines if (name := credited_outlet(line, press))), None),
    )


def without_imprint(blocks: list[Block]) -> list[Block]:
    """Blocks without the imprint: its lines, the list they stand in, and what of it is left at the very end."""
    lists = {block.element.getparent() for block in blocks if block.element.tag == "li" and IMPRINT.match(block.text)}
    kept = [block for block in blocks if block.element.tag != "li" or block.element.getparent() not in lists]
    while kept and kept[-1].kind == "text" and IMPRINT.match(kept[-1].text):
        kept.pop()
    return kept


def _captions_marked(blocks: Sequence[Block]) -> list[Block]:
    """A short centred or slanted line right behind an image is its caption."""
    marked: list[Block] = []
    after_image = False
    for block in blocks:
        if block.kind == "image":
            after_image = True
        elif block.kind == "text" and after_image and len(block.text) <= _MOST_CAPTION and _captionish(block):
            marked.append(replace(block, kind="caption"))
            after_image = False
            continue
        elif block.kind == "text" and marked and marked[-1].kind == "caption" and marked[-1].text == block.text:
            continue
        else:
            after_image = False
        marked.append(block)
    return marked


def _captionish(block: Block) -> bool:
    if block.links > _LINKS_BEHIND:
        return False
    if block.centred or block.slanted > _WHOLLY:
        return True
    return (len(block.text) < _MOST_CAPTION / 2 and _framed_with_image(block)) or bool(
        re.search(r"(?i)[.(\-–]\s*\(?ảnh\s*:[^.]{0,40}\)?\.?$", block.text)
    )


def _framed_with_image(block: Block) -> bool:
    """Whether an element holds an image and, beside it, nothing but this line."""
    if any(node.tag == "figure" for node in (block.element, *islice(block.element.iterancestors(), 2))):
        return True
    for level, node in enumerate((block.element, *islice(block.element.iterancestors(), 4))):
        if len(node.text_content()) > _FRAME * len(block.text) + _FRAME_MORE:
            return False
        if (level or node.tag in {"td", "dd"}) and any(True for _ in node.iter("img", "picture", "amp-img")):
            return True
    return False


def _is_link(block: Block) -> bool:
    """A line that is only a link: to another article, never part of this one."""
    if block.kind not in {"text", "heading"}:
        return False
    pieces = block.text.split(", ")
    if block.links >= _TAG_LINKS and len(pieces) > _FEW_TAGS and not _SENTENCE_END.search(block.text):
        return all(len(piece) <= _MOST_TAG for piece in pieces)
    beside = len(block.text) * (1 - block.links)
    return block.links >= _LINKED or (block.links >= _MOSTLY_LINKED and beside <= _BESIDE_LINK)


def _is_call(block: Block) -> bool:
    return block.kind in {"text", "heading"} and CALLS.match(block.text) is not None


def _is_date_line(block: Block) -> bool:
    """A line that is only a date, as it stands under a headline."""
    if block.kind != "text" or len(block.text) > 2 * _MOST_LINE:
        return False
    if NOISE.fullmatch(block.text):
        return True
    if len(block.text) > _MOST_LINE / 2:
        return False
    if _COUNTER.match(block.text):
        return True
    if block.element.tag in {"td", "th"} and block.text.isdigit():
        return False
    return _DATE_LINE.fullmatch(block.text) is not None and len(_FIGURES.findall(block.text)) != _MONTH_AND_YEAR


def _photo_story(blocks: list[Block]) -> list[Block]:
    """Captions are the text where there is next to no other: they become it, in place."""
    text = sum(len(block.text) for block in blocks if block.kind == "text")
    captions = [block for block in blocks if block.kind == "caption"]
    if len(captions) < _STORY_CAPTIONS or sum(len(block.text) for block in captions) < _STORY_SHARE * text:
        return blocks
    return [replace(block, kind="text") if block.kind == "caption" else block for block in blocks]


def _ended(blocks: list[Block]) -> list[Block]:
    """Cut at the first line that opens what comes after an article; where much text follows, only that line goes."""
    total = sum(len(block.text) for block in blocks) or 1
    before, kept = 0, list[Block]()
    for at, block in enumerate(blocks):
        short = len(block.text) <= _MOST_LINE or block.links > _LINKS_BEHIND
        if before > _COMMENTS_BEHIND and COMMENT_MARKS.fullmatch(block.text):
            return kept
        if before > _END_SHARE * total and short and (END_MARKS.match(block.text) or IMPRINT.match(block.text)):
            behind = sum(len(one.text) * (1 - one.links) for one in blocks[at + 1 :] if one.kind == "text")
            if behind <= _BEHIND_SHARE * before:
                return kept
            continue
        before += len(block.text)
        kept.append(block)
    return kept


def _without_readers(blocks: list[Block]) -> list[Block]:
    """Cut where readers begin to speak: two lines or more of «name - 7 ngày trước Thích», each beside their words."""
    lines = [at for at, block in enumerate(blocks) if len(block.text) <= _MOST_LINE and _SAID_AGO.search(block.text)]
    if len(lines) < _FEW_READERS:
        return blocks
    first = lines[0] - (lines[-1] == len(blocks) - 1)
    before = sum(len(block.text) for block in blocks[:first])
    return blocks[:first] if before > _END_SHARE * sum(len(block.text) for block in blocks) else blocks


def _without_repeats(blocks: list[Block], *, title: str | None, sapo: str | None) -> list[Block]:
    seen = {bare(text) for text in (title, sapo) if text}
    kept: list[Block] = []
    for block in blocks:
        form = bare(block.text)
        if block.kind in {"text", "heading"} and form in seen:
            continue
        if block.kind == "text" and len(form) >= _REPEAT_LEAST:
            seen.add(form)
        kept.append(block)
    return kept


def _without_credits(blocks: list[Block], authors: tuple[str, ...]) -> tuple[list[Block], list[str]]:
    """Credit lines off both ends (images and captions between them do not matter) and out of the middle."""
    found: list[str] = []
    kept = _without_tail(blocks, authors)
    while (at := _last(kept)) is not None and _closes_with_byline(kept, at, authors):
        found.append(kept.pop(at).text)
    if at is not None:
        kept[at], cut = _tail_cut(kept[at], authors)
        found.extend(cut)
    while (first := _first(kept)) is not None and _opens_with_byline(kept, first, authors):
        found.append(kept.pop(first).text)
    middle = [block for block in kept if block.kind == "text" and is_source(block.text)]
    return [block for block in kept if block not in middle], found + [block.text for block in middle]


def _opens_with_byline(blocks: list[Block], first: int, authors: tuple[str, ...]) -> bool:
    """Whether the first line is a byline, perhaps with the date: «Nguyễn Văn A - Thứ Hai, 24/12/2012»."""
    block = blocks[first]
    if _is_byline(block, authors, end=False):
        return True
    if block.kind != "text" or len(block.text) > _MOST_LINE or len(blocks) == first + 1:
        return False
    return is_name(block.text) or _named_and_dated(block.text, authors)


def _closes_with_byline(blocks: list[Block], last: int, authors: tuple[str, ...]) -> bool:
    """Whether the last line is a byline, perhaps with the date."""
    block = blocks[last]
    if _is_byline(block, authors, end=True):
        return True
    return block.kind == "text" and len(block.text) <= _MOST_LINE and _named_and_dated(block.text, authors)


def _named_and_dated(text: str, authors: tuple[str, ...]) -> bool:
    """Whether a line is a date, with nothing or only a name beside it."""
    rest = _DATE_WORDS.sub(" ", text)
    if rest == text or not any(c.isdigit() for c in text):
        return False
    bare_rest = _DATE_REST.sub(" ", rest).strip(" .,|–-")
    return not bare_rest or is_name(bare_rest) or is_credit(bare_rest, authors)


def _without_tail(blocks: list[Block], authors: tuple[str, ...]) -> list[Block]:
    """Without the short lines («loading…», «Theo dòng sự kiện:») that stand behind a byline at the end."""
    kept = list(blocks)
    lines = [at for at, block in enumerate(kept) if block.kind in {"text", "heading"}]
    for place in range(len(lines) - 2, max(-1, len(lines) - 6), -1):
        behind = lines[place + 1 :]
        if any(len(kept[at].text) > _MOST_LINE * 2 / 3 for at in behind):
            break
        if any(_is_byline(kept[at], authors, end=True) for at in behind):
            break
        if _is_byline(kept[lines[place]], authors, end=False):
            return [block for at, block in enumerate(kept) if at not in behind]
    while (at := _last(kept)) is not None and kept[at].text.endswith(":") and len(kept[at].text) <= _MOST_LINE:
        kept.pop(at)
    return kept


def _last(blocks: list[Block]) -> int | None:
    return next((at for at in range(len(blocks) - 1, -1, -1) if blocks[at].kind in {"text", "heading"}), None)


def _first(blocks: list[Block]) -> int | None:
    return next((at for at, block in enumerate(blocks) if block.kind in {"text", "heading"}), None)


def _is_byline(block: Block, authors: tuple[str, ...], *, end: bool) -> bool:
    text = block.text
    if len(text) > _MOST_LINE:
        return False
    if is_credit(text, authors):
        return True
    if block.right and not _SENTENCE_END.search(text):
        return True
    if end and block.strong > _WHOLLY and len(text.split()) <= _SIGNATURE and text[-1].isalnum():
        return True
    marked = block.right or block.strong > _WHOLLY or block.slanted > _WHOLLY or end
    return marked and block.kind == "text" and is_name(text)


def _tail_cut(block: Block, authors: tuple[str, ...]) -> tuple[Block, list[str]]:
    """The last paragraph without a byline glued to its end."""
    tail = block.tail
    if (
        tail
        and block.text.endswith(tail)
        and len(tail) < len(block.text)
        and (is_credit(tail, authors) or is_name(tail))
    ):
        rest = block.text[: -len(tail)].rstrip(" -–|")
        if rest and _SENTENCE_END.search(rest):
            return replace(block, text=rest), [tail]
    glued = re.search(r"(?<=[.!?”\"/])\s*\(?((?:Theo|Nguồn:?)\s[^.()]{2,60})\)?\.?$", block.text)
    if glued and is_credit(glued[1]):
        return replace(block, text=block.text[: glued.start()].rstrip()), [glued[1]]
    return block, []
