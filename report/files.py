"""The files of a sheet on disk: they appear whole, and one that a person has edited is left alone."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from report.forms.formats import render_all
from report.sheet import Sheet
from report.style import Style
from storage.report_records import ReportFile

NAME_OF_DAY = "diem-bao-{day}"
_UNFIT = re.compile(r"[^\w.-]+")

KEPT_STATES = frozenset({"approved", "sent"})
"""A sheet that a person has answered for is never overwritten."""

_NEVER_LENIENT = frozenset({"html", "json"})
"""A night without these has no sheet; any other format may fail alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where to, in which formats."""

    folder: Path
    stem: str
    formats: tuple[str, ...]
    ours: frozenset[str] = frozenset()
    """SHA-256 of everything we have written of this report: a file with other bytes is a person's."""
    lenient: bool = False
    """A mistake in the template of a further format is reported, not raised."""

    def file(self, name: str) -> Path:
        """The file of one format."""
        return self.folder / f"{self.stem}.{name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What came of each format that was asked for."""

    files: Mapping[str, Path] = field(default_factory=dict)
    """Format -> the file, whether it was written now or kept."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """Format -> SHA-256 of what was written now."""
    kept: tuple[Path, ...] = ()
    """Files that a person has edited, left as they are."""
    unavailable: Mapping[str, str] = field(default_factory=dict)
    """Format -> why it could not be made and what to do."""
    stands: bool = False
    """The sheet is approved or sent: nothing was written."""

    def drafts(self, now: datetime) -> list[ReportFile]:
        """What was written, as the store remembers it."""
        return [
            ReportFile(role="draft", name=self.files[name].name, sha256=digest, made_at=now)
            for name, digest in self.digests.items()
        ]


def stem_of(day: date, office: str | None = None) -> str:
    """The name of a sheet's files without its ending: `diem-bao-2026-09-10`, with the id of an office behind it."""
    stem = NAME_OF_DAY.format(day=day.isoformat())
    return stem if office is None else f"{stem}-{_UNFIT.sub('-', office)}"


def write_files(
    sheet: Sheet,
    style: Style,
    folders: Sequence[Path],
    target: Target,
    *,
    ready: Mapping[str, bytes] | None = None,
) -> Written:
    """Render every format of `target`, then put each in its place in one step; nothing is replaced when one fails.

    PDF is made beside the others. `ready` are formats whose bytes stand already. Raises ConfigError
    where a template is wrong, OSError where the disk is full.
    """
    contents, unavailable = _rendered(sheet, style, folders, target, ready or {})
    return put_files(contents, unavailable, target)


def standing(target: Target) -> Written:
    """What came of a sheet that is approved or sent: its files as they lie there."""
    there = {name: target.file(name) for name in target.formats if target.file(name).exists()}
    return Written(files=there, stands=True)


def put_files(contents: Mapping[str, bytes], unavailable: Mapping[str, str], target: Target) -> Written:
    """Put what was rendered (format -> bytes) in its place, each file in one step; a person's file is left alone."""
    kept = tuple(target.file(name) for name in contents if _edited(target, target.file(name)))
    target.folder.mkdir(parents=True, exist_ok=True)
    now = {name: content for name, content in contents.items() if target.file(name) not in kept}
    for name, content in now.items():
        replace_file(target.file(name), content)
    return Written(
        files={name: target.file(name) for name in contents},
        digests={name: sha256(content) for name, content in now.items()},
        kept=kept,
        unavailable=unavailable,
    )


def _rendered(
    sheet: Sheet, style: Style, folders: Sequence[Path], target: Target, ready: Mapping[str, bytes]
) -> tuple[dict[str, bytes], dict[str, str]]:
    wanted = [name for name in target.formats if name not in ready]
    forgiving = set(wanted) - _NEVER_LENIENT if target.lenient else set()
    made = render_all(wanted, sheet, style, folders, forgiving=forgiving)
    known = {**made.files, **ready}
    return {name: known[name] for name in dict.fromkeys(target.formats) if name in known}, dict(made.unavailable)


def _edited(target: Target, file: Path) -> bool:
    """Whether a person has changed the file since we wrote it; without any memory of the report it is ours."""
    return bool(target.ours) and file.exists() and sha256(file.read_bytes()) not in target.ours


def replace_file(file: Path, content: bytes) -> None:
    """Put `content` in place of `file` in one step, so that a killed run leaves the old file or the new one.

    Raises OSError naming the file, whatever the disk says.
    """
    half = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with half.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(file)
    except OSError as error:
        error.filename, error.filename2 = str(file), None
        raise
    finally:
        half.unlink(missing_ok=True)


def sha256(content: bytes) -> str:
    """The digest that files are told apart by."""
    return hashlib.sha256(content).hexdigest()
