"""What an analyst decided in a sheet and what outlives it: joinings, pins and levels go into the log of issue edits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from issues.operate import EditError, Plan, carry_out, level, merge, pin
from report.inputs import Edits
from report.laid import resolve
from storage.store import Store

_log = logging.getLogger(__name__)


def keep_for_good(store: Store, edits: Edits, *, by: str, why: str, now: datetime) -> list[int]:
    """Let the joinings, pins and levels of an approved sheet hold from now on; returns their numbers in the log.

    `diembao issues undo N` takes one back. What holds already, or speaks of an issue that is no more, is passed over.
    Dropping, words, proposals and deadlines are of the one sheet and stay there. Raises StoreError.
    """
    numbers = []
    for operation in _operations(store, edits):
        try:
            numbers.append(carry_out(store, operation(by=by, why=why, now=now)))
        except EditError as error:
            _log.info("not kept for later sheets: %s", error)
    return numbers


def _operations(store: Store, edits: Edits) -> Iterator[Callable[..., Plan]]:
    """In order; each is to be planned when those before it are done."""
    stays = {issue_id: resolve(edits, issue_id) for issue_id in sorted(edits.issues)}
    for issue_id, target in stays.items():
        if target is not None and target != issue_id:
            yield partial(merge, store, issue_id, target)
    own = {issue_id: edits.of(issue_id) for issue_id, target in stays.items() if target == issue_id}
    for issue_id, edit in own.items():
        if edit.pin is not None:
            yield partial(pin, store, issue_id, pinned=True)
        if edit.level is not None:
            yield partial(level, store, issue_id, edit.level)
