"""Read and check the gazetteer's TOML: `<folder>/gazetteer/*.toml`, later folders win by id."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from config.loader import ConfigError
from gazetteer.records import (
    CITY,
    COMMUNE_TYPES,
    DISTRICT_TYPES,
    Agency,
    Alias,
    BodyKind,
    Gazetteer,
    Province,
    Record,
    Successor,
    Trust,
    Unit,
)
from gazetteer.wordlists import CUES, LISTS, WordLists
from vietnamese.normal import nfc

_TABLES = {"period", "agency", "abbreviations", "body", "provinces", "names", "names_proposed", "cues"}
_UNIT_KEYS = {"type", "name", "parent", "from", "until", "to", "now", "aliases", "source", "confidence"}
_AGENCY_KEYS = {
    *(
        "id",
        "name",
        "kind",
        "parent",
        "from",
        "until",
        "to",
        "heads",
        "names",
        "place",
        "bare",
        "capital",
        "placed",
        "covers",
    ),
    *("source", "confidence", "note"),
}
_BODY_KEYS = {"heads", "p31", "p30", "bare", "weak", "city_alone"}
_PROVINCE_KEYS = {"name", "former", "aliases", "places"}
_UNIT_TYPES = DISTRICT_TYPES | COMMUNE_TYPES | {"tỉnh"}
_EXTENTS = {"part", "rest", "area"}
_BARE = {"context", "later", "never"}
_TIERS = tuple("ABCD")


def load(folders: Sequence[Path]) -> Gazetteer:
    """The gazetteer of `folders`, lowest first; `version` is a hash of all files read.

    Raises ConfigError (file, key, problem, remedy) on the first mistake, also when no folder has records.
    """
    digest = hashlib.sha256()
    raw: list[tuple[Path, dict[str, Any]]] = []
    for folder in folders:
        for file in sorted((folder / "gazetteer").glob("*.toml")):
            content = file.read_bytes()
            digest.update(file.name.encode() + b"\0" + content)
            raw.append((file, _parsed(file, content)))
    if not raw:
        places = ", ".join(str(folder / "gazetteer") for folder in folders) or "(no folder given)"
        raise ConfigError(
            Path(places), "(files)", "no gazetteer files", "Give a folder that holds gazetteer/units.toml"
        )
    gazetteer = _built(raw, digest.hexdigest()[:12])
    _check_links(gazetteer, raw[0][0].parent)
    return gazetteer


def _built(raw: Sequence[tuple[Path, dict[str, Any]]], version: str) -> Gazetteer:
    units: dict[str, Unit] = {}
    agencies: dict[str, Agency] = {}
    bodies: dict[str, BodyKind] = {}
    provinces: dict[str, Province] = {}
    trust: dict[str, Trust] = {}
    drafts: set[str] = set()
    abbreviations: dict[str, tuple[str, ...]] = {}
    cues: dict[str, dict[str, tuple[str, ...]]] = {"before": {}, "words": {}}
    for file, content in raw:
        _known(file, "", content, _TABLES)
        units |= _units(file, content)
        agencies |= _agencies(file, content)
        bodies |= {kind: _body(file, kind, block) for kind, block in _tables(file, content, "body").items()}
        provinces |= {code: _province(file, code, block) for code, block in _tables(file, content, "provinces").items()}
        trust |= _trust(file, _table(file, content, "names"))
        drafts |= set(_texts(file, "names_proposed", _table(file, content, "names_proposed"), "drafts"))
        for table, lists in _cues(file, _tables(file, content, "cues")).items():
            cues[table] |= lists
        short = _table(file, content, "abbreviations")
        abbreviations |= {long: _texts(file, "abbreviations", short, long) for long in short}
    return Gazetteer(
        units=units,
        agencies=agencies,
        bodies=bodies,
        provinces=provinces,
        trust=trust,
        drafts=frozenset(drafts),
        abbreviations=abbreviations,
        words=WordLists.of(cues["before"], cues["words"]),
        version=version,
    )


def _parsed(file: Path, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(nfc(content.decode("utf-8-sig")))  # an editor may have written letters and marks apart
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(file, "(syntax)", str(error), "Write valid TOML in UTF-8") from error


def _known(file: Path, where: str, block: Mapping[str, Any], keys: set[str]) -> None:
    for key in block:
        if key not in keys:
            raise ConfigError(file, f"{where}{key}", "unknown key", f"Use one of: {', '.join(sorted(keys))}")


def _blocks(file: Path, content: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The blocks `[[key]]` of a file; none where it has none."""
    value = content.get(key, [])
    if not isinstance(value, list) or not all(isinstance(block, dict) for block in value):
        raise ConfigError(file, key, "no blocks", f"Begin each block with [[{key}]]")
    return value


def _table(file: Path, content: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The table `[key]` of a file or block; empty where it has none."""
    value = content.get(key, {})
    if not isinstance(value, dict):
        raise ConfigError(file, key, "no table", f"Begin it with [{key}]")
    return value


def _tables(file: Path, content: Mapping[str, Any], key: str) -> dict[str, dict[str, Any]]:
    """The tables `[key.…]` of a file or block, by the name behind the dot."""
    return {name: _table(file, _table(file, content, key), name) for name in _table(file, content, key)}


def _text(file: Path, where: str, block: Mapping[str, Any], key: str) -> str:
    value = block.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(file, f"{where}.{key}", "missing or not a text", f'Write {key} = "..."')
    return value


def _optional_text(file: Path, where: str, block: Mapping[str, Any], key: str) -> str | None:
    return None if block.get(key) is None else _text(file, where, block, key)


def _texts(file: Path, where: str, block: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = block.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(file, f"{where}.{key}", "not a list of texts", f'Write {key} = ["...", "..."]')
    return tuple(value)


def _day(file: Path, where: str, block: Mapping[str, Any], key: str) -> date | None:
    value = block.get(key)
    if value is not None and type(value) is not date:
        raise ConfigError(
            file, f"{where}.{key}", f"{value!r} is not a day", f"Write {key} = 2025-07-01, without quotes"
        )
    return value


def _days(file: Path, where: str, block: Mapping[str, Any]) -> tuple[date | None, date | None]:
    since, until = _day(file, where, block, "from"), _day(file, where, block, "until")
    if since and until and since > until:
        raise ConfigError(
            file, f"{where}.until", f"ends ({until}) before it begins ({since})", "Exchange from and until"
        )
    return since, until


def _units(file: Path, content: Mapping[str, Any]) -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for period in _blocks(file, content, "period"):
        defaults = {key: value for key, value in period.items() if key not in {"title", "units"}}
        _known(file, f"period {period.get('title', '?')!r}.", defaults, _UNIT_KEYS)
        for unit_id, block in _tables(file, period, "units").items():
            if unit_id in found:
                raise ConfigError(file, unit_id, "this id stands twice", "Give each record an id of its own")
            found[unit_id] = _unit(file, unit_id, {**defaults, **block})
    return found


def _unit(file: Path, unit_id: str, block: Mapping[str, Any]) -> Unit:
    _known(file, f"{unit_id}.", block, _UNIT_KEYS)
    kind = _text(file, unit_id, block, "type")
    if kind not in _UNIT_TYPES:
        raise ConfigError(
            file, f"{unit_id}.type", f"{kind!r} is no type of unit", f"Use {', '.join(sorted(_UNIT_TYPES))}"
        )
    if unit_id[0] not in "pdcn" or not unit_id[1:2].isdecimal():
        raise ConfigError(file, unit_id, "not an id of a unit", "Use p, d, c or n and a number, as in n11383")
    since, until = _days(file, unit_id, block)
    return Unit(
        id=unit_id,
        type=kind,
        name=_text(file, unit_id, block, "name"),
        parent=_optional_text(file, unit_id, block, "parent"),
        valid_from=since,
        valid_until=until,
        successors=_successors(file, unit_id, block),
        now=_texts(file, unit_id, block, "now"),
        aliases=_aliases(file, unit_id, block),
        source=_texts(file, unit_id, block, "source"),
        confidence=_optional_text(file, unit_id, block, "confidence") or "high",
    )


def _aliases(file: Path, where: str, block: Mapping[str, Any]) -> tuple[Alias, ...]:
    value = block.get("aliases", [])
    if not isinstance(value, list) or not all(isinstance(alias, str | dict) for alias in value):
        raise ConfigError(file, f"{where}.aliases", "not a list of names", 'Write aliases = ["...", { name = "..." }]')
    return tuple(_alias(file, where, alias) for alias in value)


def _alias(file: Path, where: str, raw: str | Mapping[str, Any]) -> Alias:
    if isinstance(raw, str):
        return Alias(name=raw)
    _known(file, f"{where}.aliases.", raw, {"name", "from", "until"})
    since, until = _days(file, f"{where}.aliases", raw)
    return Alias(name=_text(file, f"{where}.aliases", raw, "name"), valid_from=since, valid_until=until)


def _successors(file: Path, where: str, block: Mapping[str, Any]) -> tuple[Successor, ...]:
    found: list[Successor] = []
    for link in _texts(file, where, block, "to"):
        heir, colon, extent = link.partition(":")
        if colon and extent not in _EXTENTS:
            raise ConfigError(file, f"{where}.to", f"{link!r}: unknown extent", "Write id, id:part, id:rest or id:area")
        found.append(Successor(id=heir, extent=extent or "full"))  # type: ignore[arg-type]
    return tuple(found)


def _agencies(file: Path, content: Mapping[str, Any]) -> dict[str, Agency]:
    found: dict[str, Agency] = {}
    for block in _blocks(file, content, "agency"):
        agency_id = _text(file, "agency", block, "id")
        if agency_id in found:
            raise ConfigError(file, agency_id, "this id stands twice", "Give each record an id of its own")
        found[agency_id] = _agency(file, agency_id, block)
    return found


def _agency(file: Path, agency_id: str, block: Mapping[str, Any]) -> Agency:
    _known(file, f"{agency_id}.", block, _AGENCY_KEYS)
    bare = _optional_text(file, agency_id, block, "bare") or "context"
    if bare not in _BARE:
        raise ConfigError(file, f"{agency_id}.bare", f"{bare!r}", "Write context, later or never")
    since, until = _days(file, agency_id, block)
    return Agency(
        id=agency_id,
        name=_text(file, agency_id, block, "name"),
        kind=_text(file, agency_id, block, "kind"),
        parent=_optional_text(file, agency_id, block, "parent"),
        valid_from=since,
        valid_until=until,
        successors=_successors(file, agency_id, block),
        heads=_texts(file, agency_id, block, "heads"),
        names=_texts(file, agency_id, block, "names"),
        place=_optional_text(file, agency_id, block, "place") or CITY,
        bare=bare,  # type: ignore[arg-type]
        capital=_texts(file, agency_id, block, "capital"),
        placed=_texts(file, agency_id, block, "placed"),
        covers=_optional_text(file, agency_id, block, "covers"),
        source=_texts(file, agency_id, block, "source"),
        confidence=_optional_text(file, agency_id, block, "confidence") or "high",
        note=_optional_text(file, agency_id, block, "note"),
    )


def _body(file: Path, kind: str, block: Mapping[str, Any]) -> BodyKind:
    _known(file, f"body.{kind}.", block, _BODY_KEYS)
    heads = _texts(file, f"body.{kind}", block, "heads")
    if not heads:
        raise ConfigError(file, f"body.{kind}.heads", "no head", 'Write heads = ["UBND", ...]')
    return BodyKind(
        kind=kind,
        heads=heads,
        p31=_optional_text(file, f"body.{kind}", block, "p31"),
        p30=_optional_text(file, f"body.{kind}", block, "p30"),
        bare=_texts(file, f"body.{kind}", block, "bare"),
        weak=_texts(file, f"body.{kind}", block, "weak"),
        city_alone=_texts(file, f"body.{kind}", block, "city_alone"),
    )


def _province(file: Path, code: str, block: Mapping[str, Any]) -> Province:
    where = f"provinces.{code}"
    _known(file, f"{where}.", block, _PROVINCE_KEYS)
    return Province(
        code=code,
        name=_text(file, where, block, "name"),
        former=_texts(file, where, block, "former"),
        aliases=_texts(file, where, block, "aliases"),
        places=_texts(file, where, block, "places"),
    )


def _trust(file: Path, names: Mapping[str, Any]) -> dict[str, Trust]:
    found: dict[str, Trust] = {}
    for name, block in names.items():
        where = f"names.{name}"
        typed = _table(file, block, "typed") if isinstance(block, dict) else {}
        if not isinstance(block, dict) or any(tier not in _TIERS for tier in (block.get("tier"), *typed.values())):
            raise ConfigError(file, where, f"{block!r} has no tier A to D", 'Write { tier = "B", flags = ["street"] }')
        _known(file, f"{where}.", block, {"tier", "typed", "flags"})
        flags = frozenset(_texts(file, where, block, "flags"))
        found[name] = Trust(tier=block["tier"], typed=typed, flags=flags)
    return found


def _cues(file: Path, tables: Mapping[str, Any]) -> dict[str, dict[str, tuple[str, ...]]]:
    _known(file, "cues.", tables, {"before", "words"})
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for table, names in (("before", CUES), ("words", LISTS)):
        block = tables.get(table, {})
        _known(file, f"cues.{table}.", block, set(names))
        found[table] = {name: _texts(file, f"cues.{table}", block, name) for name in block}
    return found


def _check_links(gazetteer: Gazetteer, folder: Path) -> None:
    """Parents, successors and the agencies of `bodies.toml` must exist; ended units must lead somewhere."""
    records: tuple[Record, ...] = (*gazetteer.units.values(), *gazetteer.agencies.values())
    for record in records:
        file = folder / ("units.toml" if isinstance(record, Unit) else "agencies.toml")
        for key, target in (("parent", record.parent), *(("to", s.id) for s in record.successors), *_now(record)):
            if target is not None and gazetteer.get(target) is None:
                raise ConfigError(
                    file, f"{record.id}.{key}", f"no record {target!r}", "Write the id of an existing record"
                )
        if isinstance(record, Unit) and record.valid_until and not record.successors:
            raise ConfigError(file, f"{record.id}.to", "ended and has no successor", 'Write to = ["n..."]')
    for body in gazetteer.bodies.values():
        for key, target in (("p31", body.p31), ("p30", body.p30)):
            if target is not None and target not in gazetteer.agencies:
                raise ConfigError(
                    folder / "bodies.toml", f"body.{body.kind}.{key}", f"no agency {target!r}", "Write its id"
                )


def _now(record: Record) -> list[tuple[str, str]]:
    return [("now", heir) for heir in record.now] if isinstance(record, Unit) else []
