"""Pages given as files: the function behind `diembao analyse DIR --manifest M.jsonl -o OUT.jsonl`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config.loader import Config
from gazetteer.files import mention_row
from pipelines.pool import AnalysisPool
from pipelines.read import Reading
from storage.records import FateWord, Outcome, Page
from vietnamese.clock import iso


class ManifestError(Exception):
    """A mistake in a manifest: which line, what is wrong."""


@dataclass(frozen=True, kw_only=True)
class PageFile:
    """One article row of a manifest."""

    file: str
    """Relative to the folder of the pages, `/` between its parts."""
    url: str
    outlet: str | None = None
    """Slug or domain; None or unknown: decided by the host of `url`."""


def read_manifest(path: Path) -> list[PageFile]:
    """The article rows of a manifest (JSON lines with file, kind, url, outlet), in order.

    Raises ManifestError for a line that is no such row, OSError when the file cannot be read.
    """
    rows: list[PageFile] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if row.get("kind", "article") == "article":
                rows.append(PageFile(file=str(row["file"]), url=str(row.get("url") or ""), outlet=row.get("outlet")))
        except (ValueError, KeyError, AttributeError) as error:
            raise ManifestError(f"{path}, line {number}: {error!r}; a row has file, kind, url, outlet") from error
    return rows


def missing_files(folder: Path, rows: Sequence[PageFile]) -> list[str]:
    """The files of a manifest that are not in the folder, in order."""
    return [row.file for row in rows if not (folder / row.file).is_file()]


def analyse_files(
    folder: Path,
    rows: Sequence[PageFile],
    *,
    config: Config,
    rules: bool = True,
    tagging: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[dict[str, Any]]:
    """One output row per manifest row, in order, read in killable workers; `progress` gets (done, all).

    A file that is missing (`missing_files`) gives a row with the fate `failed`; nothing a page holds raises.
    """
    settings = config.settings.analysis
    now = datetime.now(UTC)
    missing = frozenset(missing_files(folder, rows))
    with AnalysisPool(
        config.folders[1:], workers=settings.workers, page_seconds=settings.page_seconds, tagging=tagging
    ) as pool:
        pool.warm()
        tasks = ((_page(folder, row, config, now), None, rules) for row in rows if row.file not in missing)
        done = pool.map(tasks)
        for number, row in enumerate(rows, 1):
            yield _row(row.file, None, None) if row.file in missing else _row(row.file, *next(done))
            if progress is not None:
                progress(number, len(rows))


def page_of(body: bytes, *, url: str, outlet_id: str | None, fetched_at: datetime | None = None) -> Page:
    """A page out of bytes and the address it was saved from; without a time it counts as read now."""
    return Page(
        url=url,
        requested_url=url,
        status=200,
        body=body,
        content_type=None,
        outlet_id=outlet_id,
        fetched_at=fetched_at or datetime.now(UTC),
    )


def _page(folder: Path, row: PageFile, config: Config, now: datetime) -> Page:
    outlet = config.outlets.get(row.outlet or "")
    for host in ((urlsplit(row.url).hostname or "").lower(), row.outlet or ""):
        outlet = outlet or config.outlet_of_host(host)
    return page_of(
        (folder / row.file).read_bytes(), url=row.url, outlet_id=outlet.id if outlet else None, fetched_at=now
    )


def _row(file: str, outcome: Outcome | None, reading: Reading | None) -> dict[str, Any]:
    """One row of the output as interfaces fix it; what was read is shown even where it is no article."""
    row = reading_row(file, reading or Reading(fate=outcome.fate if outcome else FateWord.FAILED))
    article = outcome.article if outcome else None
    row["mentions"] = [mention_row(mention) for mention in (article.mentions if article else ())]
    return row


def reading_row(file: str, reading: Reading) -> dict[str, Any]:
    """What a reading says as a JSON object, times with +07:00."""
    return {
        "file": file,
        "title": reading.title,
        "sapo": reading.sapo,
        "body": list(reading.paragraphs),
        "captions": list(reading.captions),
        "published_at": iso(reading.published_at) if reading.published_at else None,
        "published_from": reading.published_from,
        "published_raw": reading.published_raw,
        "canonical_url": reading.canonical_url,
        "section": reading.section,
        "extractor": reading.extractor,
        "fate": str(reading.fate) if reading.fate else str(FateWord.STORED),
    }
