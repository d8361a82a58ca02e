"""What a sheet was made of, as bytes: kept with its report so that it can be made again as it was known then.

Titles, links, excerpts and what was derived; no full text. It expires with the full text (`storage.retention`).
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime

import msgspec

from report.inputs import OutletState, SheetInputs
from storage.report_records import ReportFile
from vietnamese.clock import iso


def pack(inputs: SheetInputs) -> bytes:
    """The inputs (with nothing laid over them) as compressed JSON; the same inputs give the same bytes."""
    plain = replace(inputs, health=tuple(_plain(state) for state in inputs.health))
    return gzip.compress(msgspec.json.encode(plain), mtime=0)


def unpack(content: bytes) -> SheetInputs:
    """The other way round. ValueError when it is no snapshot that this version can read."""
    try:
        return msgspec.json.decode(gzip.decompress(content), type=SheetInputs)
    except (OSError, EOFError, msgspec.MsgspecError) as error:
        raise ValueError(f"the snapshot cannot be read: {error}") from error


def snapshot_file(inputs: SheetInputs, now: datetime) -> ReportFile:
    """The snapshot as the store keeps it, made at `now` (aware)."""
    content = pack(inputs)
    digest = hashlib.sha256(content).hexdigest()
    name = iso(inputs.generated_at)
    return ReportFile(role="snapshot", name=name, sha256=digest, made_at=now, content=content)


def as_of(files: Iterable[ReportFile], moment: datetime) -> SheetInputs | None:
    """The newest of the snapshots that were made at or before `moment` (aware); None when none was."""
    known = [file for file in files if file.made_at <= moment and file.content is not None]
    newest = max(known, key=lambda file: (file.made_at, file.name), default=None)
    return unpack(newest.content) if newest and newest.content else None


def _plain(state: OutletState) -> OutletState:
    """What a sheet says of an outlet, without the night's evidence."""
    return OutletState(**{each.name: getattr(state, each.name) for each in fields(OutletState)})
