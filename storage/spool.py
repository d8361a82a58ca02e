"""What the store could not take: batches of outcomes as files, written into it later, in order, once.

A batch is one file, `NNNNNNNN-<run>.json`, complete or not there at all. It goes when it is committed; a process killed
between the two commits it again, and the store, which decides a URL once in a run, changes nothing.
Files hold full text: only the owner may read them, and they expire with it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from storage.records import Outcome

if TYPE_CHECKING:
    from storage.store import Store

_NAME = re.compile(r"(\d{8})-.*\.json")
_DAMAGED = ".damaged"


class _Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One file."""

    run_id: str
    outcomes: tuple[Outcome, ...]


def spooled(folder: Path) -> list[Path]:
    """The batches that wait, oldest first; those that could not be read, too."""
    found = [file for file in folder.glob("*.json*") if _NAME.match(file.name)]
    return sorted(found)


def keep(folder: Path, run_id: str, outcomes: Sequence[Outcome]) -> Path:
    """Put a batch behind those that wait already; returns its file. OSError when the disk does not take it either."""
    folder.mkdir(parents=True, exist_ok=True)
    last = max((int(file.name[:8]) for file in spooled(folder)), default=0)
    # json's own escapes: hostile text may hold half a surrogate pair, for which there is no UTF-8.
    written = json.dumps(msgspec.to_builtins(_Batch(run_id=run_id, outcomes=tuple(outcomes)))).encode()
    part = folder / f"{os.getpid()}.part"
    try:
        with open(part, "wb", opener=_private) as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
        return _numbered(part, last + 1, _plain(run_id))
    finally:
        part.unlink(missing_ok=True)


def _numbered(part: Path, number: int, name: str) -> Path:
    """Give `part` its name, under the first number from `number` on that no other process took meanwhile."""
    while True:
        target = part.with_name(f"{number:08}-{name}.json")
        try:
            os.link(part, target)  # a rename would overwrite what another process put there
        except FileExistsError:
            number += 1
        else:
            return target


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _plain(run_id: str) -> str:
    return re.sub(r"[^\w.-]", "_", run_id, flags=re.ASCII)


def drain(folder: Path, store: Store) -> int:
    """Commit what waits, oldest first, each batch once; returns how many outcomes. StoreError: the rest still waits.

    A file that cannot be read is put aside (`.damaged`) and stays for a person.
    """
    written = 0
    for file in spooled(folder):
        if file.name.endswith(_DAMAGED):
            continue
        with suppress(FileNotFoundError):  # another process has it
            batch = _read(file)
            if batch is None:
                file.rename(file.with_name(file.name + _DAMAGED))
                continue
            store.adopt_run(batch.run_id)
            store.commit(batch.run_id, batch.outcomes)
            file.unlink()
            written += len(batch.outcomes)
    return written


def _read(file: Path) -> _Batch | None:
    try:
        return msgspec.convert(json.loads(file.read_bytes()), _Batch)
    except ValueError:  # no JSON, or not that of a batch
        return None
