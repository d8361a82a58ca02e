"""What `diembao tag` and `diembao group` do with files: JSON lines in, JSON lines out, every row answered."""

from __future__ import annotations

import json
import lzma
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gazetteer.files import out_row, tag_row
from gazetteer.tag import OutletHint
from issues.cues import GroupingCues, grouping_cues
from issues.fields import FieldCues, field_cues
from issues.group import Grouper
from issues.level import judge
from issues.levelcues import LevelCues, level_cues
from issues.profile import Profile, profile
from issues.weights import grouping_weights
from pipelines.fingerprint import signature
from vietnamese.normal import unaccent

if TYPE_CHECKING:
    from config.loader import Config
    from gazetteer.records import Gazetteer

Row = dict[str, Any]
Progress = Callable[[int, int], None]
"""Called with (done, all)."""
_PROGRESS_EVERY = 20


@dataclass(frozen=True, kw_only=True)
class Tagger:
    """Everything a row is tagged with."""

    gazetteer: Gazetteer
    outlets: Mapping[str, OutletHint]
    levels: LevelCues
    fields: FieldCues

    def row(self, given: Row) -> Row:
        """One row out for one row in: id, about_city, mentions, level, reasons, level_score, field_of.

        Raises ValueError when the row has no id or a value that is no text.
        """
        tagging, seen = tag_row(self.gazetteer, given, self.outlets)
        verdict = judge(
            title=seen.title,
            sapo=seen.sapo,
            text=seen.text,
            mentions=tagging.mentions,
            about_city=tagging.about_city,
            cues=self.levels,
            fields=self.fields,
        )
        return out_row(tagging, seen) | {
            "level": verdict.level,
            "reasons": list(verdict.reasons),
            "level_score": verdict.level_score,
            "field_of": verdict.field_of,
        }


def tagger(config: Config) -> Tagger:
    """The tagger of a configuration."""
    from gazetteer.load import load

    return Tagger(
        gazetteer=load(config.folders),
        outlets=outlet_hints(config),
        levels=level_cues(config.folders),
        fields=field_cues(config.folders),
    )


def outlet_hints(config: Config) -> dict[str, OutletHint]:
    """Hints by slug, domain and display name, in lower case."""
    hints: dict[str, OutletHint] = {}
    for outlet in config.outlets.values():
        hint = OutletHint(id=outlet.id, city_default=outlet.city_default)
        hints |= dict.fromkeys((outlet.id, outlet.name.lower(), *outlet.domains), hint)
    return hints


def tag_file(source: Path, output: Path, *, config: Config, on_progress: Progress | None = None) -> int:
    """Tag the rows of `source` (.jsonl or .jsonl.xz) into `output`; returns how many.

    Raises ValueError naming the line where one is no JSON object or has no id; OSError where a file cannot be had.
    """
    work = tagger(config)
    rows = list(read_rows(source))
    return write_rows(output, (work.row(row) for row in _watched(rows, on_progress)))


def group_file(source: Path, output: Path, *, config: Config, on_progress: Progress | None = None) -> int:
    """Group the rows of `source` in order of published_at (undated ones last), all of them, into `output`.

    Rows come out in the order they had: id, issue_id, reprint_of. Returns how many. Raises as `tag_file` does.
    """
    rows = list(read_rows(source))
    found = group_rows(rows, config=config, on_progress=on_progress)
    return write_rows(output, found)


def group_rows(rows: Sequence[Row], *, config: Config, on_progress: Progress | None = None) -> list[Row]:
    """The grouping of rows as plain data, one result a row, in their order."""
    reader = row_reader(config)
    articles = sorted(
        (reader.profile(row) for row in rows),
        key=lambda p: (p.at if p.at is not None else math.inf, p.article_id),
    )
    issue, original = grouped(_watched(articles, on_progress), config)
    return [
        {"id": row["id"], "issue_id": issue[str(row["id"])], "reprint_of": original.get(str(row["id"]))} for row in rows
    ]


def grouped(articles: Iterable[Profile], config: Config) -> tuple[dict[str, str], dict[str, str]]:
    """Place articles one by one, as they come: issue and (for copies) original of each, by article id."""
    grouper = Grouper(grouping_weights(config.folders))
    issue: dict[str, str] = {}
    original: dict[str, str] = {}
    for article in articles:
        joined = grouper.add(article)
        issue |= {joined.article_id: joined.issue_id, **joined.moved}
        for reprint in (joined.reprint, joined.turned):
            if reprint:
                original[reprint.copy] = reprint.original
    return issue, original


@dataclass(frozen=True, kw_only=True)
class RowReader:
    """Makes profiles of rows as files carry them, tagged as the store's articles are."""

    gazetteer: Gazetteer
    outlets: Mapping[str, OutletHint]
    cues: GroupingCues

    def profile(self, row: Row) -> Profile:
        """The profile of a row. Raises ValueError when it has no id or a value that is no text."""
        tagging, seen = tag_row(self.gazetteer, row, self.outlets)
        return profile(
            article_id=seen.id,
            outlet_id=seen.outlet.id if seen.outlet else _slug(row.get("outlet") or ""),
            title=seen.title,
            sapo=seen.sapo,
            text=seen.text,
            at=seen.published_at,
            cues=self.cues,
            signature=signature(seen.text),
            mentions=tagging.mentions,
        )


def row_reader(config: Config) -> RowReader:
    """The reader of rows of a configuration."""
    from gazetteer.load import load

    return RowReader(gazetteer=load(config.folders), outlets=outlet_hints(config), cues=grouping_cues(config.folders))


def _slug(outlet: str) -> str:
    """An outlet that is not configured: its name without the section («Báo X - Thời sự»)."""
    return "-".join(unaccent(outlet.partition(" - ")[0]).split())


def read_rows(source: Path, *, key: str = "id") -> Iterator[Row]:
    """The JSON objects of a .jsonl or .jsonl.xz file, blank lines left out; each must have `key`.

    Raises ValueError naming file and line where one has not.
    """
    opener = lzma.open if source.suffix == ".xz" else open
    with opener(source, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _object(line, source, number, key)


def _object(line: str, source: Path, number: int, key: str) -> Row:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"{source}:{number}: no JSON: {error}") from error
    if not isinstance(row, dict) or key not in row:
        raise ValueError(f"{source}:{number}: no object with {key!r}")
    return row


def write_rows(output: Path, rows: Iterable[Row]) -> int:
    """Write rows as JSON lines; the file is whole or not there. Returns how many."""
    beside = output.with_name(output.name + ".part")
    count = 0
    with beside.open("w", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    beside.replace(output)
    return count


def _watched(rows: Sequence[Any], on_progress: Progress | None) -> Iterator[Any]:
    for done, row in enumerate(rows, start=1):
        yield row
        if on_progress and (done % _PROGRESS_EVERY == 0 or done == len(rows)):
            on_progress(done, len(rows))
