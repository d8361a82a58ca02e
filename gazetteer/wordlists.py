"""Words beside a name that say what it is (`config/gazetteer/cues.toml`), and the questions asked of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Cue = Literal["street", "built", "water", "school", "firm", "club", "ship", "person"]
CUES: tuple[Cue, ...] = ("street", "built", "water", "school", "firm", "club", "ship", "person")
LISTS = (
    *(
        "not_cues",
        "between",
        "sport",
        "league",
        "old_bodies",
        "districts",
        "firm",
        "links",
        "origins",
        "locative",
        "openers",
    ),
    *("directions", "surnames", "name_words", "longer_names", "acts", "list_openers", "openers_alone", "landmarks"),
)
"""Every list `[cues.words]` may hold."""
_ANYWHERE = ("sport", "league", "old_bodies", "districts")

_NUMBER = re.compile(r"(?:hq-?)?\d{1,4}[a-z]?")
"""`tàu ngầm 184 Hải Phòng`, `số 12 Ngô Quyền`."""
_MOST_WORDS = 4
"""No cue has more words."""
_SIGNATURE = re.compile(r"\([^()\n]{2,40}, (?:\d+ tuổi, )?(?:ở )?$")
"""A reader's or buyer's name and place in brackets: `(Lan Anh, Hải Phòng)`."""
_BORN = re.compile(r"(?:sn \d{4}|\d{2} tuổi)(?:, (?:ở |tại |quê )?| \()$")
_PLATE = re.compile(r"(?<![^\W_])(?:xe|ôtô|ô tô|container|đầu kéo|taxi|bán tải|mang|khách|tải) biển $")
"""A number plate: `xe container biển Hải Phòng`."""
_AFTER_FIRM = re.compile(r"((?: [^\s,.;:()\n]+){1,6}) $")
_VOWELS = "aeiouy"
_FOREIGN = re.compile(rf"[{_VOWELS}]+[^{_VOWELS}\W\d_]+[{_VOWELS}]|[fjwz]")
"""Two syllables in one word without diacritics, or a letter Vietnamese has not."""


@dataclass(frozen=True, kw_only=True)
class WordLists:
    """The lists, as sets or tuples, whichever the question needs."""

    cue_of: Mapping[str, Cue] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sets: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, before: Mapping[str, tuple[str, ...]], words: Mapping[str, tuple[str, ...]]) -> WordLists:
        """From the two tables of the file; a list that is missing is empty."""
        cue_of = {word: cue for cue in reversed(CUES) for word in before.get(cue, ())}
        lists = {name: words.get(name, ()) for name in LISTS}
        lists["origins"] = tuple(f"{word} " for word in lists["origins"])
        lists["locative"] = tuple(f"{word} " for word in lists["locative"])
        lists["districts"] = tuple(f" {word.strip()} " for word in lists["districts"])
        return cls(cue_of=cue_of, lists=lists, sets={name: frozenset(found) for name, found in lists.items()})

    def has(self, name: str, word: str) -> bool:
        """Whether the list holds the word."""
        return word in self.sets.get(name, ())

    @cached_property
    def _last_words(self) -> frozenset[str]:
        """The last word of every cue: where another stands, no cue ends."""
        return frozenset(cue.rpartition(" ")[2] for cue in self.cue_of)

    @cached_property
    def acts(self) -> re.Pattern[str]:
        """A verb of doing, between blanks."""
        return re.compile(rf" (?:{'|'.join(map(re.escape, self.lists['acts']))})(?: |$)")

    @cached_property
    def signals(self) -> dict[str, tuple[str, ...]]:
        """Every word that is looked for anywhere in a text -> the lists it stands in."""
        found: dict[str, tuple[str, ...]] = {}
        for name in _ANYWHERE:
            for word in self.lists.get(name, ()):
                found[word] = (*found.get(word, ()), name)
        return found

    def cue_before(self, left: str) -> Cue | None:
        """What stands right before a name, or None.

        `left` is the match form up to the name, ending in one blank when a word stands there.
        """
        if not left.endswith(" "):
            return None
        words = left.rsplit("\n", 1)[-1].split(" ")[-_MOST_WORDS - 2 : -1]
        if words and words[-1].lstrip("(\"'") not in self._last_words:
            while words and (self.has("between", words[-1]) or _NUMBER.fullmatch(words[-1])):
                words = words[:-1]
            if not words or words[-1].lstrip("(\"'") not in self._last_words:
                return None
        if self.has("not_cues", " ".join(words[-2:])):
            return None
        for length in range(min(_MOST_WORDS, len(words)), 0, -1):
            cue = self.cue_of.get(" ".join(words[-length:]).lstrip("(\"'"))
            if cue:
                return cue
        return None

    def ends_firm_name(self, before: str) -> bool:
        """Whether the words before a place are a firm's name that the place ends, with nothing that links the two."""
        best = -1
        for word in self.lists.get("firm", ()):
            at = before.rfind(word + " ")
            if (
                at >= 0
                and not before[at - 1 : at].isalnum()
                and not self.has("not_cues", _with_word_before(before, at, word))
            ):
                best = max(best, at + len(word))
        found = _AFTER_FIRM.fullmatch(before, best) if best >= 0 else None
        return found is not None and not self.sets["links"].intersection(found[1].split())

    def in_passing(self, before: str) -> bool:
        """Whether the words before a place make it a person's origin or a reader's signature: no place of the event."""
        if before.endswith(self.lists.get("origins", ())):
            return True
        if "(" in before and _SIGNATURE.search(before):
            return True
        if before.endswith("biển ") and _PLATE.search(before):
            return True
        return before.endswith((", ", "ở ", "tại ", "quê ", "(")) and bool(_BORN.search(before))


def _with_word_before(text: str, at: int, word: str) -> str:
    return f"{text[:at].rstrip().rpartition(' ')[2]} {word}"


def is_foreign(word: str) -> bool:
    """Whether a word looks like a brand: no diacritics, two syllables in one or a letter Vietnamese has not."""
    return word.isascii() and bool(_FOREIGN.search(word.lower()))
