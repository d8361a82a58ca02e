"""One night at a time: a lock file that dies with its process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NightIsRunningError(Exception):
    """Another process holds the lock; the message says which."""


@contextmanager
def night_lock(home: Path, *, what: str, name: str = "night") -> Iterator[None]:
    """Hold `home/<name>.lock` while the block runs.

    The kernel frees the lock when the process ends, however it ends, so a killed night never blocks the next one.
    Raises NightIsRunningError at once when somebody else holds it.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / f"{name}.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise NightIsRunningError(
                f"a {name} is running already ({file.read().strip() or 'unknown'}; lock {home / f'{name}.lock'}). "
                "Wait for it to end, or stop that process"
            ) from None
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()}: {what}\n")
        file.flush()
        yield


def holder(home: Path, name: str = "night") -> str | None:
    """Who holds `home/<name>.lock`, in the words it left there; None when nobody does."""
    path = home / f"{name}.lock"
    if not path.exists():
        return None
    with path.open("r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return file.read().strip() or "unknown"
    return None
