"""Processes for untrusted bytes: they may be shot, and a new pool takes the place of one that was given up."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from pebble import ProcessExpired, ProcessPool

logger = logging.getLogger(__name__)

TRIES = 2
"""A worker that died may have died innocent: the kernel kills the largest process, not the guilty one."""

DIED = (ProcessExpired, BrokenProcessPool)
"""What the future of a task raises whose worker died."""


class Workers:
    """`count` processes that load what `initializer` loads, once each, and run functions. Used from several threads."""

    def __init__(
        self, count: int, *, tasks: int, initializer: Callable[..., None], initargs: tuple[object, ...] = ()
    ) -> None:
        """`tasks`: a worker is replaced after so many, so that nothing it has gathered grows for ever."""
        self._made_with: dict[str, Any] = {
            "max_workers": count,
            "max_tasks": tasks,
            "initializer": initializer,
            "initargs": initargs,
            "context": multiprocessing.get_context("spawn"),
        }
        self._lock, self.ended = threading.Lock(), False
        self._pool: Any = ProcessPool(**self._made_with)

    def schedule(self, function: Callable[..., Any], timeout: float | None = None, **call: Any) -> Any:  # noqa: ANN401 - pebble has no types
        """A future of `function` (importable; `call`: its `args` and `kwargs`), killed after `timeout` seconds.

        The future raises TimeoutError then, one of `DIED` when the worker died, or what the function raised.
        RuntimeError when the workers were ended.
        """
        return self._living().schedule(function, timeout=timeout, **call)

    def _living(self) -> Any:  # noqa: ANN401 - pebble has no types
        """The pool; a new one where pebble has given its own up, as it does when an idle worker is killed."""
        with self._lock:
            if not self.ended and not self._pool.active:
                logger.error("the worker processes were killed; new ones are started")
                # Not stopped here: this may be a thread of the old pool.
                threading.Thread(target=self._pool.stop, daemon=True).start()
                self._pool = ProcessPool(**self._made_with)
            return self._pool

    def close(self) -> None:
        """Finish what is scheduled, then end the workers."""
        self.ended = True
        self._pool.close()
        self._pool.join()

    def stop(self) -> None:
        """End the workers at once; what was under way is cancelled."""
        self.ended = True
        self._pool.stop()
        self._pool.join()

    def pids(self) -> list[int]:
        """The processes that are there now."""
        return list(self._pool._pool_manager.worker_manager.workers)  # noqa: SLF001 - pebble has no other way to them


def confine(memory_bytes: int) -> None:
    """Called in a worker at its start: it can be ended at any moment, and takes at most so much address space."""
    # pebble's own handler waits for Python to run again; a document that is stuck in C never lets it.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, resource.getrlimit(resource.RLIMIT_AS)[1]))
