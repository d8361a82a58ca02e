"""What a person typed into a search, read: words, "phrases", -exclusions, and the names of agencies and units in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from gazetteer.called import called
from gazetteer.records import WHOLE_CITY, Agency, Gazetteer, Record, Unit
from vietnamese.normal import unaccent
from vietnamese.words import syllables

_PART = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
_SPAN = re.compile(r"(\d{1,6})([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_ABBREVIATION = re.compile(r"(?<!\w)[^\W\d_]{2,}(?<=[A-ZĐ]{2})(?!\w)")
_LONGEST_NAME = 12
"""Syllables; no name of the records has more."""

Syllables = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A query read: each part is a run of syllables that must stand together."""

    wanted: tuple[Syllables, ...]
    unwanted: tuple[Syllables, ...]
    accented: bool
    """Whether the query was written with diacritics."""
    named: tuple[tuple[str, ...], ...] = ()
    """For each wanted part the ids that it names: an article that mentions one of them has the part, whatever words
    it uses. Empty, or one tuple (empty for a plain word) a part."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id that the query names, in order."""
        return tuple(dict.fromkeys(each for ids in self.named for each in ids))


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What looking for a topic may cost."""

    pages: int = 150
    """Fetched a round."""
    seconds: float = 120.0
    """After which nothing more is asked."""


class Names:
    """The names of a gazetteer, as a query may write them: with diacritics or without."""

    def __init__(self, book: Gazetteer) -> None:
        self._book = book
        self._exact: dict[Syllables, list[Record]] = defaultdict(list)
        self._folded: dict[Syllables, list[Record]] = defaultdict(list)
        self._all: list[Record] = [*book.units.values(), *book.agencies.values()]
        for record in self._all:
            for name in dict.fromkeys(_names_of(record)):
                self._add(name, [record])
        for body in book.bodies.values():
            # «công an thành phố» is no «An Thành»: what every unit has is read as one word that names nobody.
            for head in body.heads:
                self._add(head, [])

    def _add(self, name: str, records: list[Record]) -> None:
        form = tuple(syllables(name))
        if len(form) > 1:
            self._exact[form] += records
            self._folded[_bare(form)] += records

    def ids(self, form: Syllables, *, accented: bool) -> tuple[str, ...] | None:
        """The ids that a name means, old and new (`line`); None when it is no name.

        () for the city itself and for the head of a body that every unit has: they narrow nothing down.
        """
        records = (self._exact if accented else self._folded).get(form if accented else _bare(form))
        if records is None:
            return None
        if any(record.id in WHOLE_CITY for record in records):
            return ()
        return line(self._book, records)

    def meant(self, typed: str) -> tuple[str, ...] | None:
        """The ids that a name with an abbreviation in capitals means: «Sở GTVT», «UBND TP». None for no such name."""
        body = called(self._book, typed) if _ABBREVIATION.search(typed) else None
        if body is None or body in WHOLE_CITY:
            return None
        kind, _, plain = body.rpartition("@")
        record = self._book.get(plain)
        near = line(self._book, [record]) if record else (plain,)
        return tuple(f"{kind}@{each}" for each in near) if kind else near

    def exact_ids(self, name: str) -> tuple[str, ...]:
        """The records that bear a name, or that have this id (`ubnd@n11383` too), and nothing else; empty for nobody.

        A body of a unit may be called by its name, «UBND phường Lê Chân», and all as the press calls them: «UBND TP».
        """
        if self._book.get(name) is not None:
            return (name,)
        form = tuple(syllables(name))
        index = self._exact if _bare(form) != form else self._folded
        records = index.get(form, []) or self._book.lookup(name)
        if records:
            return tuple(dict.fromkeys(record.id for record in records))
        bodies = self._bodies_of(form, index)
        if bodies and not any(each.rpartition("@")[2] in WHOLE_CITY for each in bodies):
            return bodies
        meant = called(self._book, name)
        return (meant,) if meant else bodies

    def _bodies_of(self, form: Syllables, index: Mapping[Syllables, list[Record]]) -> tuple[str, ...]:
        for kind, body in self._book.bodies.items():
            for head in body.heads:
                words = tuple(syllables(head)) if index is self._exact else _bare(tuple(syllables(head)))
                units = [each for each in index.get(form[len(words) :], []) if isinstance(each, Unit)]
                if form[: len(words)] == words and units:
                    return tuple(dict.fromkeys(f"{kind}@{unit.id}" for unit in units))
        return ()

    def spread(self, ids: Sequence[str]) -> tuple[str, ...]:
        """The ids with all units and agencies below them, and who came before and after each."""
        found = dict.fromkeys(ids)
        for each in ids:
            kind, _, plain = each.rpartition("@")
            record = self._book.get(plain)
            if record is not None:
                found |= dict.fromkeys(f"{kind}@{near}" if kind else near for near in line(self._book, [record]))
                below = [] if kind or record.id in WHOLE_CITY else self._below(record.id)
                found |= dict.fromkeys(below)
        return tuple(found)

    def _below(self, record_id: str) -> list[str]:
        return [record.id for record in self._all if record.parent == record_id]


def line(book: Gazetteer, records: Sequence[Record]) -> tuple[str, ...]:
    """The records, what of their own tier they came from, and who took them over; in order of id.

    Where one of them is in force it takes the place of those that ended: «Lê Chân» is the ward and the former district,
    not every ward that got a piece of the district.
    """
    kept = {record.id for record in records}
    in_force = any(record.valid_until is None for record in records)
    for record in records:
        kept.update(before.id for before in book.history(record.id) if _came_before(before, record))
        if not in_force:
            kept.update(book.current_successors(record.id))
    return tuple(sorted(kept))


def _came_before(before: Record, record: Record) -> bool:
    if before.valid_until is None and before.id != record.id:
        return isinstance(record, Agency) and record.valid_until is not None
    return not isinstance(record, Unit) or (isinstance(before, Unit) and before.level == record.level)


def _names_of(record: Record) -> Iterator[str]:
    if isinstance(record, Unit):
        yield from (record.name, record.full_name, *(alias.name for alias in record.aliases))
    else:
        yield from (record.name, *record.heads, *record.names)


def _bare(form: Syllables) -> Syllables:
    return tuple(unaccent(syllable) for syllable in form)


def read_query(words: str, names: Names | None = None) -> Query:
    """Read words, "phrases" and -exclusions. Folded when nothing in it carries a diacritic.

    With `names`, words that together are the name of an agency or unit become one part that knows its ids.
    """
    wanted: list[tuple[Syllables, str, bool]] = []
    unwanted: list[Syllables] = []
    for minus, phrase, word in _PART.findall(words):
        part = tuple(syllables(phrase or word))
        if part and minus:
            unwanted.append(part)
        elif part:
            wanted.append((part, word, bool(phrase)))
    flat = [syllable for part in (*(part for part, *_ in wanted), *unwanted) for syllable in part]
    accented = any(unaccent(syllable) != syllable for syllable in flat)
    if names is None:
        return Query(wanted=tuple(part for part, *_ in wanted), unwanted=tuple(unwanted), accented=accented)
    found = list(_with_names(wanted, names, accented=accented))
    return Query(
        wanted=tuple(part for part, _ in found),
        unwanted=tuple(unwanted),
        accented=accented,
        named=tuple(ids for _, ids in found),
    )


def _with_names(
    parts: Sequence[tuple[Syllables, str, bool]], names: Names, *, accented: bool
) -> Iterator[tuple[Syllables, tuple[str, ...]]]:
    """The parts with their ids; neighbouring words that make the longest name become one part."""
    start = 0
    while start < len(parts):
        for end in _ends(parts, start):
            joined = tuple(syllable for part, *_ in parts[start:end] for syllable in part)
            ids = names.ids(joined, accented=accented)
            if ids is None:
                ids = names.meant(" ".join(word for _, word, _ in parts[start:end]))
            if ids is not None:
                yield joined, ids
                start = end
                break
        else:
            yield parts[start][0], ()
            start += 1


def _ends(parts: Sequence[tuple[Syllables, str, bool]], start: int) -> Iterable[int]:
    """Where a name that begins at `start` may end, the longest first; a phrase stands alone."""
    end = start + 1
    if not parts[start][2]:
        while end < len(parts) and not parts[end][2] and end - start < _LONGEST_NAME:
            end += 1
    return range(end, start, -1)


def relevance(query: Query, title: str, rest: str = "") -> float:
    """How well a title and what stands beside it fit, 0 to 1: the share of wanted parts found, half for the rest only.

    0 when an unwanted part stands there. For an article of which only the teaser is known.
    """
    in_title, everywhere = padded(title, query), padded(f"{title}\n{rest}", query)
    if any(f" {' '.join(part)} " in everywhere for part in query.unwanted) or not query.wanted:
        return 0.0
    score = 0.0
    for part in query.wanted:
        phrase = f" {' '.join(part)} "
        score += 1.0 if phrase in in_title else 0.75 if phrase in everywhere else 0.0
    return score / len(query.wanted)


def padded(text: str, query: Query) -> str:
    """The syllables of `text` as the query is written, a blank around each: a part is in it when ` part ` is."""
    words = " ".join(syllables(text))
    return f" {words if query.accented else unaccent(words)} "


def read_span(text: str) -> timedelta:
    """`45s`, `10m`, `6h`, `3d`, `2w`. ValueError for anything else, or for nothing at all."""
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None or not int(found[1]):
        raise ValueError(f"{text!r} is no length of time; write 45s, 10m, 6h or 3d")
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])
