"""A person answers for a sheet: draft -> approved -> sent. What was signed is kept, bytes and hash, and never changes.

Delivery stands apart: `sent_files` gives what is to be delivered, `Store.save_delivery` notes how it went.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

from report.edits import edits_from
from report.files import replace_file, sha256
from report.signable import Signable
from report.signing.lasting import keep_for_good
from storage.report_records import Report, ReportAct, ReportFile
from storage.store import Store
from vietnamese.numbers import short_date

SENT_FOLDER = "da-gui"
_SIGNED = frozenset({".docx", ".pdf"})
"""Endings of a file that a person signed."""


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


def approve(
    store: Store, folder: Path, sheet: Signable, *, who: str, now: datetime, edited: Path | None = None
) -> Approved:
    """Keep what lies of the sheet below `folder` (`reports/`) as the approved version, `edited` in place of our DOCX.

    A DOCX that was edited where it lies counts like `edited`: our other renderings, which say something else, are then
    not part of what was signed, except the JSON. What the analyst joined, pinned and weighed in `edits.toml` holds from
    now on (`report.signing.lasting`). Raises ApprovalError where there is no draft, it was sent already, or `edited` is
    empty or neither a `.docx` nor a `.pdf`.
    """
    report = _row_of(store, sheet)
    if report.state == "sent":
        later = f"; later facts go into `diembao report correction {sheet.day}`" if sheet.kind == "daily" else ""
        raise ApprovalError(f"{sheet.words} was sent{later}")
    ours = {file.sha256 for file in store.report_files(sheet.drafts_in, "draft")}
    there = _lying(sheet.folder(folder), sheet)
    main = _main(there, edited, sheet)
    changed = edited is not None or sha256(main[1]) not in ours
    held = {main[0]: main[1]} | {
        name: content for name, content in there.items() if name != main[0] and (name.endswith(".json") or not changed)
    }
    files = [_file(name, content, now) for name, content in held.items()]
    if edited is not None:
        replace_file(sheet.folder(folder) / main[0], main[1])
    if sheet.office and store.load_report(sheet.report_id) is None:
        store.save_report(report)
    store.act_on_report(report.report_id, ReportAct(act="approved", who=who, at=now, detail=files[0].sha256), files)
    if report.inputs.get("edits"):
        why = f"duyệt bản tin {short_date(sheet.day)}"
        keep_for_good(store, edits_from(report.inputs["edits"]), by=who, why=why, now=now)
    return Approved(report_id=report.report_id, main=files[0], files=tuple(files))


def approved(store: Store, sheet: Signable) -> Approved | None:
    """What was signed of the sheet; None while it is a draft. The bytes are checked against their hash."""
    report = store.load_report(sheet.report_id)
    if report is None or report.state == "draft":
        return None
    files = store.report_files(report.report_id, "approved")
    for file in files:
        if sha256(file.content or b"") != file.sha256:
            raise ApprovalError(f"{file.name} in the store is not what was signed: its hash differs")
    acts = [act for act in store.report_acts(report.report_id) if act.act == "approved"]
    main = next((file for file in files if acts and file.sha256 == acts[-1].detail), None)
    return Approved(report_id=report.report_id, main=main, files=tuple(files)) if main else None


def sent_files(store: Store, sheet: Signable) -> tuple[ReportFile, ...]:
    """What is to be delivered, the main file first. Raises ApprovalError while nobody has approved it."""
    signed = approved(store, sheet)
    if signed is None:
        remedy = f"do so with `diembao report approve {sheet.day}{sheet.option}`"
        raise ApprovalError(f"nobody has approved {sheet.words}; {remedy}")
    return (signed.main, *(file for file in signed.files if file != signed.main))


def send(store: Store, folder: Path, sheet: Signable, *, who: str, now: datetime) -> list[Path]:
    """Put the signed bytes into `da-gui` beside the sheet and mark it sent; a second time changes nothing.

    Delivery by mail or chat follows with `sent_files`. Raises ApprovalError while nobody has approved it.
    """
    files = sent_files(store, sheet)
    there = sheet.folder(folder) / SENT_FOLDER
    there.mkdir(parents=True, exist_ok=True)
    for file in files:
        if not (there / file.name).exists():
            replace_file(there / file.name, file.content or b"")
    report = store.load_report(sheet.report_id)
    if report is not None and report.state != "sent":
        store.act_on_report(report.report_id, ReportAct(act="sent", who=who, at=now, detail=files[0].sha256))
    return [there / file.name for file in files]


def _row_of(store: Store, sheet: Signable) -> Report:
    """The sheet's row; that of an office is made of its morning's when somebody answers for it."""
    known = store.load_report(sheet.report_id)
    whole = store.load_report(sheet.drafts_in)
    if known is not None:
        return known
    if whole is None:
        raise ApprovalError(f"there is no {sheet.words.removeprefix('the ')}; make it with `{sheet.maker}`")
    return replace(
        whole,
        report_id=sheet.report_id,
        kind=sheet.kind,
        path=f"{sheet.folder(Path()).as_posix()}/{sheet.stem}.html",
        inputs={"office": sheet.office},
        state="draft",
        articles=(),
    )


def _lying(folder: Path, sheet: Signable) -> dict[str, bytes]:
    """The files of the sheet as they lie there, by name."""
    return {file.name: file.read_bytes() for file in sorted(folder.glob(f"{sheet.stem}.*")) if file.is_file()}


def _main(there: dict[str, bytes], edited: Path | None, sheet: Signable) -> tuple[str, bytes]:
    if edited is not None:
        return f"{sheet.stem}{edited.suffix.lower()}", _signed_bytes(edited)
    for ending in (".docx", ".html", ".json"):
        if f"{sheet.stem}{ending}" in there:
            return f"{sheet.stem}{ending}", there[f"{sheet.stem}{ending}"]
    raise ApprovalError(f"no file of {sheet.words} is there; write it with `{sheet.maker}`")


def doubt_of(edited: Path) -> str | None:
    """What is odd about an edited file, for a person to see; None where it is what its ending says."""
    content = edited.read_bytes()
    if edited.suffix.lower() == ".pdf":
        return None if content.startswith(b"%PDF") else "is no PDF"
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            archive.getinfo("word/document.xml")
    except (zipfile.BadZipFile, KeyError):
        return "is no Word file"
    return None


def _signed_bytes(edited: Path) -> bytes:
    content = edited.read_bytes()
    if edited.suffix.lower() not in _SIGNED or not content:
        raise ApprovalError(f"{edited} is empty or neither .docx nor .pdf; give the sheet as it was edited and signed")
    return content


def _file(name: str, content: bytes, now: datetime) -> ReportFile:
    return ReportFile(role="approved", name=name, sha256=sha256(content), made_at=now, content=content)
