"""A correction note: what is known now beside what a sent sheet said. The sheet itself stays as it is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from config.loader import Config
from report.compare import compare, lines
from report.files import replace_file
from report.forms.as_json import as_data
from report.gather import Making
from report.laid import sheet_of
from report.signable import daily, daily_id
from report.signing.approve import ApprovalError, approved
from report.style import load_style
from report.write import fresh_inputs, kept_inputs
from storage.report_records import ReportAct
from storage.store import Store


def write_note(store: Store, config: Config, folder: Path, day: date, *, who: str, now: datetime) -> Path | None:
    """Write `folder`/D/dinh-chinh-D-N.json and .txt, N counting up; None when nothing has changed.

    Raises ApprovalError when the sheet was not sent.
    """
    report = store.load_report(daily_id(day))
    if report is None:
        raise ApprovalError(f"there is no sheet of {day}; make it with `{daily(day).maker}`")
    if report.state != "sent" or approved(store, daily(day)) is None:
        raise ApprovalError(f"the sheet of {day} was not sent; edit the draft instead")
    style = load_style(config.folders)
    then = kept_inputs(store, config, report)
    making = Making(run_id=report.run_id or "", generated_at=now.replace(microsecond=0), health=then.health)
    fresh = fresh_inputs(store, config, day, making)
    known = {key: edit for key, edit in then.edits.issues.items() if key in fresh.issues}
    fresh = replace(fresh, edits=replace(then.edits, issues=known))
    changes = compare(as_data(sheet_of(then), style), as_data(sheet_of(fresh), style))
    told = list(lines(changes))
    if not told:
        return None
    there = folder / day.isoformat()
    number = len(list(there.glob(f"dinh-chinh-{day}-*.json"))) + 1
    note = there / f"dinh-chinh-{day}-{number}.json"
    replace_file(note, (json.dumps(changes, ensure_ascii=False, indent=1) + "\n").encode())
    replace_file(note.with_suffix(".txt"), ("\n".join(told) + "\n").encode())
    store.act_on_report(report.report_id, ReportAct(act="corrected", who=who, at=now, detail=note.name))
    return note
