"""Files that expire with the full text: archived pages and backups, both of which hold it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from storage.spool import spooled
from vietnamese.clock import LOCAL, to_local, to_utc

if TYPE_CHECKING:
    from config.places import Places

_DAY = re.compile(r"(\d{4})/(\d{2})/(\d{2})")
_ARCHIVED = (".warc.gz", ".index.jsonl")
_BACKUP = re.compile(r"(?:replaced-|from-\d{4}-)?diembao-(\d{8}-\d{6})\.(?:db|copy\.zip)")


def backup_file(where: Places, now: datetime) -> Path:
    """Where a backup made at `now` (aware) lies: `backup/diembao-YYYYMMDD-HHMMSS.db`, by local time."""
    return where.home / "backup" / f"diembao-{to_local(now):%Y%m%d-%H%M%S}.db"


def expired_files(where: Places, before: datetime) -> list[Path]:
    """Archived pages of days before that moment's, backups and spooled batches made before it, in order.

    Nothing else is named.
    """
    return [
        *_old_pages(where.archive, to_utc(before).date()),
        *_old_backups(where.home / "backup", before),
        *(file for file in spooled(where.spool) if file.stat().st_mtime < before.timestamp()),
    ]


def _old_pages(archive: Path, first_kept: date) -> Iterator[Path]:
    for folder in sorted(archive.glob("*/*/*")):
        day = _day(folder.relative_to(archive).as_posix())
        if day is not None and day < first_kept and folder.is_dir() and not folder.is_symlink():
            yield from (file for file in sorted(folder.iterdir()) if file.name.endswith(_ARCHIVED))


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _old_backups(folder: Path, before: datetime) -> Iterator[Path]:
    for file in sorted(folder.glob("*diembao-*")):
        found = _BACKUP.fullmatch(file.name)
        if found and datetime.strptime(found[1], "%Y%m%d-%H%M%S").replace(tzinfo=LOCAL) < before:
            yield file


def remove(files: Iterable[Path], archive: Path) -> None:
    """Delete the files and the day folders under `archive` that they leave empty."""
    for file in files:
        file.unlink(missing_ok=True)
        folder = file.parent
        while folder != archive and archive in folder.parents and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent
