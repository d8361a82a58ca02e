"""`edits.toml`: what the analyst changes of a draft. Read, checked, and written once for every issue of the sheet.

What stands in the file is never rewritten: a later run only adds the issues that are new to it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from config.loader import ConfigError
from report.inputs import Edits, IssueEdit
from report.sheet import IssueRow, Sheet
from report.style import Style
from vietnamese.numbers import number, short_date

NAME = "edits.toml"

_HEAD = """\
# Phần sửa của chuyên viên cho điểm báo sáng {day}. Bỏ dấu # ở đầu dòng để dùng.
# Tệp này được giữ nguyên qua các lần lập lại bản tin và áp dụng cho mọi định dạng; lần sau chỉ thêm vụ việc mới.
#   summary   tóm tắt thay cho trích dẫn, không quá {words} từ
#   level     mức độ 0, 1, 2, 3 (thay cho gợi ý)
#   drop      true: bỏ vụ việc khỏi bản tin
#   pin       1: xếp thứ nhất, 2: xếp thứ hai …
#   merge     mã của vụ việc mà vụ việc này thuộc về
#   proposal  đề xuất xử lý
#   deadline  hạn, viết "15/9/2026" hoặc 2026-09-15

[outlook]
# Mục VI, mỗi dòng là một đoạn.
# forecast = \"\"\"
# \"\"\"
# recommendations = \"\"\"
# \"\"\"
"""
_ROW = """
[issue."{id}"]
# {title}
# {about}
# summary = ""
# level = {level}
# drop = true
# pin = 1
# merge = ""
# proposal = ""
# deadline = ""
"""
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_UNFIT = re.compile(r"[\x00-\x1f\x7f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
_TITLE_LETTERS = 160


class _Outlook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    forecast: str = ""
    recommendations: str = ""


class _Issue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    summary: str | None = None
    level: Annotated[int, msgspec.Meta(ge=0, le=3)] | None = None
    drop: bool = False
    pin: Annotated[int, msgspec.Meta(ge=1)] | None = None
    merge: str | None = None
    proposal: str = ""
    deadline: Any = ""


_Table = TypeVar("_Table", bound=msgspec.Struct)


def read_edits(file: Path, *, issues: Iterable[str], words: int) -> Edits:
    """The edits of a file, nothing where there is none.

    `issues` are the ids of the sheet; `words` is the most a summary may have. Raises ConfigError naming the file, the
    key and the remedy: unknown keys and issues, a level outside 0 to 3, an endless summary, joining in a circle.
    """
    edits = _read(file, words)
    check(file, edits, issues)
    return edits


def readable_edits(file: Path, *, issues: Iterable[str], words: int) -> tuple[Edits, str | None]:
    """What of a file can be used, and the first mistake: a night must not stop for one, nor lose the other edits."""
    try:
        edits = _read(file, words)
    except ConfigError as error:
        return Edits(), str(error)
    known = frozenset(issues)
    try:
        check(file, edits, known)
    except ConfigError as error:
        return _fitting(edits, known), str(error)
    return edits, None


def _fitting(edits: Edits, known: frozenset[str]) -> Edits:
    """Only what is said of issues of the sheet, without joinings that lead nowhere."""
    fit = {
        key: edit if edit.merge in known and not _circles(edits, key) else replace(edit, merge=None)
        for key, edit in edits.issues.items()
        if key in known
    }
    return replace(edits, issues=fit)


def _read(file: Path, words: int) -> Edits:
    """The edits as the file says, each table right in itself."""
    if not file.is_file():
        return Edits()
    raw = _parsed(file)
    for table in raw.keys() - {"outlook", "issue"}:
        raise ConfigError(file, table, "unknown table", 'Write [outlook] or [issue."<id>"]')
    outlook = _converted(file, "outlook", raw.get("outlook", {}), _Outlook)
    tables = raw.get("issue", {})
    if not isinstance(tables, dict):
        raise ConfigError(file, "issue", "not a table", 'Write [issue."<id>"] and the keys below it')
    made = {key: _edit(file, key, table, words) for key, table in tables.items()}
    return Edits(
        issues={key: edit for key, edit in made.items() if edit != IssueEdit()},
        forecast=outlook.forecast.strip(),
        recommendations=outlook.recommendations.strip(),
    )


def write_rows(file: Path, sheet: Sheet, style: Style, words: int) -> bool:
    """Add a commented table for every issue of `sheet` that `file` does not name yet; returns whether any was new.

    A file that cannot be read is left as it is (`read_edits` tells what is wrong). Raises OSError.
    """
    try:
        known = _parsed(file).get("issue", {}) if file.is_file() else {}
    except ConfigError:
        return False
    new = [issue for issue in sheet.issues if issue.issue_id not in known]
    if file.is_file() and not new:
        return False
    head = "" if file.is_file() else _HEAD.format(day=short_date(sheet.day), words=words)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:
        stream.write(head + "".join(_row(issue, style) for issue in new))
    return True


def _row(issue: IssueRow, style: Style) -> str:
    outlets = f"{number(len(issue.articles))} bài / {number(issue.newsrooms)} báo"
    return _ROW.format(
        id=issue.issue_id.replace("\\", "\\\\").replace('"', '\\"'),
        title=_UNFIT.sub(" ", issue.lead.title)[:_TITLE_LETTERS],
        about=f"mức {issue.level} ({style.levels[issue.level].lower()}), {outlets}",
        level=issue.level,
    )


def _parsed(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(file, "(encoding)", str(error), "Save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            file, "(syntax)", str(error), 'Put texts between "…", several lines between """…"""'
        ) from error


def _converted(file: Path, where: str, raw: object, kind: type[_Table]) -> _Table:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        names = ", ".join(kind.__struct_fields__)
        raise ConfigError(
            file, where, str(error), f"The keys are {names}; the head of the file explains each"
        ) from error


def _edit(file: Path, issue_id: str, raw: object, words: int) -> IssueEdit:
    where = f"issue.{issue_id}"
    made = _converted(file, where, raw, _Issue)
    summary = " ".join((made.summary or "").split())
    if len(summary.split()) > words:
        raise ConfigError(
            file, f"{where}.summary", f"{len(summary.split())} words", f"Shorten it to at most {words} words"
        )
    if not isinstance(made.deadline, date | str) or _no_day(made.deadline):
        raise ConfigError(file, f"{where}.deadline", f"{made.deadline!r} is no day", 'Write "15/9/2026" or 2026-09-15')
    return IssueEdit(
        summary=summary or None,
        level=made.level,
        drop=made.drop,
        pin=made.pin,
        merge=made.merge or None,
        proposal=made.proposal.strip(),
        deadline=short_date(made.deadline) if isinstance(made.deadline, date) else made.deadline.strip(),
    )


def _no_day(deadline: date | str) -> bool:
    """Whether it looks like a day and is none: 30/2/2026."""
    written = isinstance(deadline, str) and _DAY.fullmatch(deadline.strip())
    if not written:
        return False
    try:
        date(*(int(part) for part in reversed(written.groups())))
    except ValueError:
        return True
    return False


def check(file: Path, edits: Edits, issues: Iterable[str]) -> None:
    """Every issue named must be of the sheet, and joining must end somewhere: else ConfigError."""
    known = frozenset(issues)
    for issue_id, edit in edits.issues.items():
        if issue_id not in known:
            remedy = "Take the table out, or move what it says to an issue of the sheet"
            raise ConfigError(file, f"issue.{issue_id}", "no issue of this sheet", remedy)
        if edit.merge is not None and edit.merge not in known:
            remedy = f"Write the id of another table of this file, not {edit.merge!r}"
            raise ConfigError(file, f"issue.{issue_id}.merge", "no issue of this sheet", remedy)
        if _circles(edits, issue_id):
            raise ConfigError(
                file, f"issue.{issue_id}.merge", "joins in a circle", "Let the issue that stays have no merge"
            )


def _circles(edits: Edits, issue_id: str) -> bool:
    seen = {issue_id}
    step = edits.of(issue_id).merge
    while step is not None and step not in seen:
        seen.add(step)
        step = edits.of(step).merge
    return step is not None


def edits_data(edits: Edits) -> dict[str, Any]:
    """The edits as JSON values: what the sheet and its reports row say of them."""
    return {
        "issues": {key: _changed(edit) for key, edit in sorted(edits.issues.items())},
        "forecast": edits.forecast,
        "recommendations": edits.recommendations,
    }


def _changed(edit: IssueEdit) -> dict[str, Any]:
    names = ("summary", "level", "drop", "pin", "merge", "proposal", "deadline")
    plain = IssueEdit()
    return {name: getattr(edit, name) for name in names if getattr(edit, name) != getattr(plain, name)}


def edits_from(data: Mapping[str, Any]) -> Edits:
    """The other way round. ValueError where it is none."""
    try:
        return msgspec.convert(json.loads(json.dumps(data)), Edits)
    except msgspec.ValidationError as error:
        raise ValueError(f"not edits: {error}") from error
