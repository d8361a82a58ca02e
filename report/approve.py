"""A person answers for a sheet: draft -> approved -> sent. What was signed is kept, bytes and hash, and never changes.

Delivery stands apart: `sent_files` gives what is to be delivered, `Store.save_delivery` notes how it went.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from report.edits import edits_from
from report.files import NAME_OF_DAY, replace_file, sha256
from report.lasting import keep_for_good
from report.write import report_id
from storage.report_records import ReportAct, ReportFile
from storage.store import Store
from vietnamese.numbers import short_date

SENT_FOLDER = "da-gui"


class ApprovalError(Exception):
    """The report is not in a state for this; the text says what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Approved:
    """What was signed."""

    report_id: str
    main: ReportFile
    """What people read: the edited file, else the DOCX, else the HTML."""
    files: tuple[ReportFile, ...]
    """All of it: the main file and, where nobody edited it, the other formats; always the JSON."""


def approve(store: Store, folder: Path, day: date, *, who: str, now: datetime, edited: Path | None = None) -> Approved:
    """Keep what lies in `folder`/D (`reports/`) as the approved version, `edited` in place of our DOCX.

    A DOCX that was edited where it lies counts like `edited`: our other renderings, which say something else, are then
    not part of what was signed, except the JSON. What the analyst joined, pinned and weighed in `edits.toml` holds from
    now on (`report.lasting`). Raises ApprovalError where there is no draft, or it was sent already.
    """
    report = store.load_report(report_id(day))
    if report is None:
        raise ApprovalError(f"there is no sheet of {day}; make it with `diembao report --date {day}`")
    if report.state == "sent":
        raise ApprovalError(f"the sheet of {day} was sent; later facts go into `diembao report correction {day}`")
    ours = {file.sha256 for file in store.report_files(report.report_id, "draft")}
    there = _lying(folder / day.isoformat(), day)
    main = _main(there, edited, day)
    changed = edited is not None or sha256(main[1]) not in ours
    held = {main[0]: main[1]} | {
        name: content for name, content in there.items() if name != main[0] and (name.endswith(".json") or not changed)
    }
    files = [_file(name, content, now) for name, content in held.items()]
    if edited is not None:
        replace_file(folder / day.isoformat() / main[0], main[1])
    store.act_on_report(report.report_id, ReportAct(act="approved", who=who, at=now, detail=files[0].sha256), files)
    if report.inputs.get("edits"):
        why = f"duyệt bản tin {short_date(day)}"
        keep_for_good(store, edits_from(report.inputs["edits"]), by=who, why=why, now=now)
    return Approved(report_id=report.report_id, main=files[0], files=tuple(files))


def approved(store: Store, day: date) -> Approved | None:
    """What was signed for the morning `day`; None while it is a draft. The bytes are checked against their hash."""
    report = store.load_report(report_id(day))
    if report is None or report.state == "draft":
        return None
    files = store.report_files(report.report_id, "approved")
    for file in files:
        if sha256(file.content or b"") != file.sha256:
            raise ApprovalError(f"{file.name} in the store is not what was signed: its hash differs")
    acts = [act for act in store.report_acts(report.report_id) if act.act == "approved"]
    main = next((file for file in files if acts and file.sha256 == acts[-1].detail), None)
    return Approved(report_id=report.report_id, main=main, files=tuple(files)) if main else None


def sent_files(store: Store, day: date) -> tuple[ReportFile, ...]:
    """What is to be delivered, the main file first. Raises ApprovalError while nobody has approved it."""
    signed = approved(store, day)
    if signed is None:
        raise ApprovalError(f"nobody has approved the sheet of {day}; do so with `diembao report approve {day}`")
    return (signed.main, *(file for file in signed.files if file != signed.main))


def send(store: Store, folder: Path, day: date, *, who: str, now: datetime) -> list[Path]:
    """Put the signed bytes into `folder`/D/da-gui and mark the report sent; a second time changes nothing.

    Delivery by mail or chat follows with `sent_files`. Raises ApprovalError while nobody has approved it.
    """
    files = sent_files(store, day)
    there = folder / day.isoformat() / SENT_FOLDER
    there.mkdir(parents=True, exist_ok=True)
    for file in files:
        if not (there / file.name).exists():
            replace_file(there / file.name, file.content or b"")
    report = store.load_report(report_id(day))
    if report is not None and report.state != "sent":
        store.act_on_report(report.report_id, ReportAct(act="sent", who=who, at=now, detail=files[0].sha256))
    return [there / file.name for file in files]


def _lying(folder: Path, day: date) -> dict[str, bytes]:
    """The files of the morning as they lie there, by name."""
    stem = NAME_OF_DAY.format(day=day.isoformat())
    return {file.name: file.read_bytes() for file in sorted(folder.glob(f"{stem}.*")) if file.is_file()}


def _main(there: dict[str, bytes], edited: Path | None, day: date) -> tuple[str, bytes]:
    stem = NAME_OF_DAY.format(day=day.isoformat())
    if edited is not None:
        return f"{stem}{edited.suffix.lower() or '.docx'}", edited.read_bytes()
    for ending in (".docx", ".html", ".json"):
        if f"{stem}{ending}" in there:
            return f"{stem}{ending}", there[f"{stem}{ending}"]
    raise ApprovalError(f"no file of the sheet of {day} is there; write it with `diembao report --date {day}`")


def _file(name: str, content: bytes, now: datetime) -> ReportFile:
    return ReportFile(role="approved", name=name, sha256=sha256(content), made_at=now, content=content)
