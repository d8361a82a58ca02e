"""The sheet of one agency or unit: who belongs to it, and its files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from config.loader import Config
from gazetteer.called import called
from gazetteer.records import WHOLE_CITY, Gazetteer, Record, Unit
from report.files import KEPT_STATES, Target, Written, standing, write_files
from report.gather import printed_name
from report.inputs import Office, SheetInputs
from report.laid import sheet_of
from report.signable import OFFICES, daily_id, of_office
from report.style import load_style
from report.write import kept_inputs, known_hashes
from storage.store import Store


def office_of(gazetteer: Gazetteer, wanted: str, city: str) -> Office:
    """The agency or unit with that id or name, with its children and what it was before.

    Raises LookupError that says what to do when nothing, or more than one thing in force, is called so.
    """
    plain = wanted.rpartition("@")[2]
    record = gazetteer.get(plain)
    if record is None and not gazetteer.lookup(wanted):
        meant = called(gazetteer, wanted)  # «UBND TP», «UBND phường Lê Chân»
        record = gazetteer.get(meant) if meant else None
    if record is None:
        named = gazetteer.lookup(wanted)
        found = [each for each in named if each.valid_until is None] or list(named)
        if len(found) != 1:
            ids = ", ".join(each.id for each in found)
            remedy = f"say which: {ids}" if found else "`diembao gazetteer lookup NAME` prints ids"
            raise LookupError(f"{wanted!r} is no agency or unit; {remedy}")
        record = found[0]
    name = printed_name(gazetteer.name(record.id), city)
    unit = isinstance(record, Unit)
    inside = f"{name[:1].lower()}{name[1:]}" if unit else name
    return Office(
        body_id=record.id,
        name=name,
        addressee=f"Ủy ban nhân dân {inside}" if unit else name,
        inside=inside,
        ids=frozenset(_family(gazetteer, record.id)),
    )


def offices_in(inputs: SheetInputs, gazetteer: Gazetteer) -> list[Office]:
    """Every agency and unit in force today with at least one matter in the sheet, in order of id; the city left out."""
    laid = sheet_of(inputs)
    named = {body.rpartition("@")[2] for issue in laid.issues for body in issue.bodies}
    heirs = {heir for body in named for heir in gazetteer.current_successors(body)} - WHOLE_CITY
    made = [office_of(gazetteer, heir, inputs.city) for heir in sorted(heirs)]
    return [office for office in made if any(office.holds(body) for issue in laid.issues for body in issue.bodies)]


def write_office(
    store: Store,
    config: Config,
    day: date,
    office: Office,
    *,
    folder: Path,
    flat: bool = False,
    formats: Sequence[str] | None = None,
) -> Written | None:
    """Write the kept sheet of `day` for one office; None when no sheet of that day is kept.

    To `folder`/D/co-quan/diem-bao-D-ID.*, with `flat` to `folder` itself. The store remembers the hashes of the files,
    so that one which a person has edited is left alone.
    """
    kept = store.load_report(daily_id(day))
    if kept is None:
        return None
    return write_for(store, config, kept_inputs(store, config, kept), office, folder=folder, flat=flat, formats=formats)


def write_for(
    store: Store,
    config: Config,
    inputs: SheetInputs,
    office: Office,
    *,
    folder: Path,
    flat: bool = False,
    formats: Sequence[str] | None = None,
) -> Written:
    """The same from the inputs of the whole sheet; one that is approved or sent is left as it is."""
    sheet = of_office(inputs.day, office)
    signed = store.load_report(sheet.report_id)
    stem = sheet.stem
    target = Target(
        folder=(folder if flat else folder / inputs.day.isoformat() / OFFICES).absolute(),
        stem=stem,
        formats=tuple(formats or config.settings.sheet.formats),
        ours=known_hashes(store, inputs.day, stem),
    )
    if signed is not None and signed.state in KEPT_STATES and not flat:
        return standing(target)
    written = write_files(sheet_of(inputs, office), load_style(config.folders), config.folders, target)
    store.remember_files(daily_id(inputs.day), written.drafts(store.clock()))
    return written


def _family(gazetteer: Gazetteer, record_id: str) -> set[str]:
    """The record, everything below it, and everything these came from (land alone makes no ancestor)."""
    children: dict[str, list[str]] = {}
    records: tuple[Record, ...] = (*gazetteer.units.values(), *gazetteer.agencies.values())
    for each in records:
        if each.parent:
            children.setdefault(each.parent, []).append(each.id)
    found: set[str] = set()
    waiting = [record_id]
    while waiting:
        step = waiting.pop()
        if step in found:
            continue
        found.add(step)
        waiting += children.get(step, [])
        waiting += [before for before in gazetteer.predecessors(step) if _gave_people(gazetteer, before, step)]
    return found


def _gave_people(gazetteer: Gazetteer, before: str, heir: str) -> bool:
    record = gazetteer.get(before)
    if record is None:
        return False
    if isinstance(record, Unit) and record.level != _level(gazetteer, heir):
        return False
    return any(link.id == heir and link.extent != "area" for link in record.successors)


def _level(gazetteer: Gazetteer, record_id: str) -> str | None:
    record = gazetteer.get(record_id)
    return record.level if isinstance(record, Unit) else None
