"""The brief of a breaking topic: who was first, what each article adds to the ones before it, which bodies are named.

Pure: plain data in, plain data out. Nothing is judged; every line can be checked against the articles.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vietnamese.alphabet import sort_key
from vietnamese.words import excerpt, sentences, syllables

EXCERPT_WORDS = 60
ADDED_WORDS = 40
"""A later article is quoted with one new sentence of at most this many words, and figures: 60 words in all."""

_MOST_FIGURES = 4
_FIGURE_WORDS = 3
_LEAST_NEW = 0.6
"""Share of a sentence's runs of three syllables that no earlier article has: below it the sentence is no news."""

_LEAST_SYLLABLES, _MOST_SYLLABLES = 8, 60
_COPIED = 0.15
"""An article with at most this share of new runs repeats an earlier one."""

_FIGURE = re.compile(r"(?<![\w/.,:-])(\d[\d.,]*\d|\d)(%?)(?![\d/:])((?:\s+[^\W\d_]+){0,2})")
_JOINING = frozenset(
    {"tại", "của", "và", "các", "có", "được", "cho", "ở", "trong", "một", "đã", "là", "với", "từ", "đến"}
)
_OF_A_DAY = re.compile(r"(?i)\b(?:ngày|tháng|năm|lúc|số|khoản|điều|quốc lộ|đường)\s*$")
_PERSON = re.compile(
    r"(?i:\b(?:ông|bà|anh|chị|em|cháu|cô|chú|bác|thầy|cụ|nạn nhân|nghi phạm|bị can|PV|phóng viên|tác giả|ảnh))\b[\s:]+"
    r"(?-i:[A-ZĐÀ-ỸƠƯ])"
)
"""A sentence that leads to a private person, or to who wrote or took it, is never quoted from a body."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BriefArticle:
    """One article of the topic, as the store has it."""

    article_id: str
    outlet: str
    """As it is printed."""
    url: str
    title: str
    excerpt: str
    at: datetime
    """Published, or first seen where it has no date."""
    dated: bool
    text: str
    """Sapo and body: read to compare, never printed as a whole."""
    bodies: tuple[str, ...] = ()
    """Printed names of agencies and units it mentions, the city itself left out."""
    credited_outlet: str | None = None
    reprint: bool = False
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One article in the timeline."""

    article: BriefArticle
    after: timedelta
    """How long after the first one."""
    repeats: bool
    """Adds nothing: a reprint, or nearly all of it stood in an earlier article."""
    figures: tuple[str, ...] = ()
    """Figures with the words behind them that no earlier article has: `83 người nhập`."""
    added: str | None = None
    """One sentence that no earlier article has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """One page on one topic."""

    words: str
    """The query as it was asked."""
    made_at: datetime
    entries: tuple[Entry, ...] = ()
    """In order of time."""
    bodies: tuple[tuple[str, int], ...] = ()
    """Names with the number of articles that mention them, most often first."""
    passing: int = 0
    """Articles that only mention it in passing, and are not shown."""
    unreachable: tuple[str, ...] = ()
    """Names of outlets that could not be asked."""

    @property
    def first(self) -> BriefArticle | None:
        """Who was first; None when nothing was found. An article without a date is first only among such."""
        everything = [entry.article for entry in self.entries]
        return next((article for article in everything if article.dated), everything[0] if everything else None)

    @property
    def outlets(self) -> int:
        """How many outlets wrote."""
        return len({entry.article.outlet for entry in self.entries})


@dataclass
class _Told:
    """What the articles so far have told."""

    runs: set[tuple[str, ...]] = field(default_factory=set)
    figures: set[str] = field(default_factory=set)


def make_brief(
    words: str,
    articles: Sequence[BriefArticle],
    made_at: datetime,
    *,
    passing: int = 0,
    unreachable: Sequence[str] = (),
) -> Brief:
    """The brief of the articles, in order of time, then id. The same input always gives the same answer."""
    ordered = sorted(articles, key=lambda article: (article.at, article.article_id))
    told = _Told()
    entries = tuple(_entry(article, ordered[0], told) for article in ordered)
    counts = Counter(body for article in ordered for body in dict.fromkeys(article.bodies))
    bodies = sorted(counts.items(), key=lambda row: (-row[1], sort_key(row[0])))
    return Brief(
        words=words,
        made_at=made_at,
        entries=entries,
        bodies=tuple(bodies),
        passing=passing,
        unreachable=tuple(unreachable),
    )


def _entry(article: BriefArticle, first: BriefArticle, told: _Told) -> Entry:
    """What `article` adds to what was told; it counts as told afterwards."""
    runs = set(_runs(f"{article.title}\n{article.text}"))
    figures = dict(_figures(f"{article.title}.\n{article.text}"))
    new_figures = tuple(shown for value, shown in figures.items() if value not in told.figures)
    is_first = article is first
    share = len(runs - told.runs) / len(runs) if runs else 0.0
    repeats = not is_first and (article.reprint or share <= _COPIED)
    added = None if is_first or repeats else _added(article.text, told)
    told.runs |= runs
    told.figures |= figures.keys()
    return Entry(
        article=article,
        after=article.at - first.at,
        repeats=repeats,
        figures=() if is_first or repeats else new_figures[:_MOST_FIGURES],
        added=added,
    )


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = syllables(text)
    yield from zip(words, words[1:], words[2:], strict=False)


def _figures(text: str) -> Iterator[tuple[str, str]]:
    """Figures (no dates, times, road or law numbers) with up to two words behind them, first come first."""
    for found in _FIGURE.finditer(text):
        if _OF_A_DAY.search(text[max(0, found.start() - 12) : found.start()]):
            continue
        words = f"{found[1]}{found[2]} {found[3]}".split()[:_FIGURE_WORDS]
        while words[-1].lower() in _JOINING:
            words.pop()
        shown = " ".join(words)
        if " " in shown or found[2]:
            yield found[1], shown


def _added(text: str, told: _Told) -> str | None:
    """The newest sentence: most of it in no earlier article, figures before none, then the first."""
    best: tuple[tuple[bool, float], str] | None = None
    for sentence in sentences(text):
        runs = set(_runs(sentence))
        if not _LEAST_SYLLABLES <= len(runs) + 2 <= _MOST_SYLLABLES or _PERSON.search(sentence):
            continue
        share = len(runs - told.runs) / len(runs)
        rank = (bool(re.search(r"\d", sentence)), round(share, 1))
        if share >= _LEAST_NEW and (best is None or rank > best[0]):
            best = (rank, sentence)
    return excerpt(best[1], ADDED_WORDS) if best else None
