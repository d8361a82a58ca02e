"""When an outlet has changed its markup: told by what read its last articles, kept in the `extractor` column. Pure.

`rule:<outlet>/<name>` means that the rule read it, a `?` behind it that the generic reader held another text for the
body; anything else means that no rule found its body.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

DOUBT = "?"
"""Behind the name of a rule in `extractor`: the generic reader disagrees."""
IN_A_ROW = 4
"""So many articles in a row, newest first, make a drift: one photo story does not."""
_SAMPLE = 4
"""One article in so many is read both ways."""

EMPTY_VI = "nguồn cấp rỗng"
"""How the note of an outlet begins that answers with feeds in which nothing stands: a fact, told, and no error."""

NOT_ASKED, NOT_ASKED_VI = "not asked in this run", "chưa được hỏi trong đêm"
"""The reason of an outlet that nobody asked: it is not to blame, and nothing is known of it."""

DRIFTED_VI = "trang đã đổi mẫu"
"""How the sheet's health note begins for a drifted outlet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """What is wrong with the rules of one outlet."""

    outlet_id: str
    missed: int
    """Articles in a row, newest first, whose body no rule found."""
    disagreed: int
    """Checked articles in a row for which the generic reader held another text."""

    @property
    def reason(self) -> str:
        """For the operator."""
        if self.missed >= IN_A_ROW:
            return f"drifted: no rule matched the last {self.missed} articles; `diembao outlets doctor` proposes one"
        return f"drifted: the rule disagrees with the generic reader on {self.disagreed} articles in a row"

    @property
    def reason_vi(self) -> str:
        """For the sheet."""
        return f"{DRIFTED_VI}, tin được đọc bằng cách dự phòng"

    @property
    def count_vi(self) -> str:
        """For the sheet, behind what an outlet lacks: how often its rules did not fit."""
        return f"bộ chọn không khớp {max(self.missed, self.disagreed)} lần"


def is_checked(url: str) -> bool:
    """Whether the page at `url` is read both ways, rule and generic: one in four, always the same ones."""
    return zlib.crc32(url.encode()) % _SAMPLE == 0


def judge_drift(outlet_id: str, read: Sequence[tuple[str, str]]) -> Drift | None:
    """The drift that articles (URL, extractor; newest first) show, or None."""
    missed = len(list(takewhile(_missed, (extractor for _, extractor in read))))
    disagreed = _disagreed(read)
    if missed < IN_A_ROW and disagreed < IN_A_ROW:
        return None
    return Drift(outlet_id=outlet_id, missed=missed, disagreed=disagreed)


def _disagreed(read: Sequence[tuple[str, str]]) -> int:
    """Articles in a row that no rule found or that the generic reader reads otherwise; unchecked ones are passed over.

    An unchecked article says nothing against doubts, but it shows that the rule finds bodies again.
    """
    bad, found_again = 0, False
    for url, extractor in read:
        if not _missed(extractor) and not extractor.endswith(DOUBT):
            if is_checked(url):
                break
            found_again = True
        elif _missed(extractor) and found_again:
            break
        else:
            bad += 1
    return bad


def _missed(extractor: str) -> bool:
    return not extractor.startswith("rule:")
