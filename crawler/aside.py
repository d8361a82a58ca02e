"""Untrusted bytes are parsed aside, in a process that may be shot: 80,000 attributes hold a feed parser for 80 s."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import resource
import signal
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from typing import Any, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

_P = ParamSpec("_P")
_T = TypeVar("_T")

SECONDS = 5.0
"""Wall time a feed may hold the worker; 2,000 items take half a second."""
MEMORY_BYTES = 2 * 1024**3
TASKS = 2_000
"""The worker is replaced after so many feeds, so that nothing it has gathered grows for ever."""


TRIES = 2
"""A worker that died may have died innocent: the kernel kills the largest process, not the guilty one."""

logger = logging.getLogger(__name__)


class TooSlowError(Exception):
    """The worker was killed: it took too long, too much memory, or died."""


class _Shared:
    pool: ProcessPool | None = None


async def aside(function: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """What `function` returns, worked out in the worker process. TooSlowError when the worker had to be killed.

    `function` must be importable, its arguments and result must pickle. What it raises is raised here.
    """
    for _ in range(TRIES):
        work: Any = _pool().schedule(function, args=args, kwargs=kwargs, timeout=SECONDS)
        try:
            result: _T = await asyncio.wrap_future(work)
        except TimeoutError:
            raise TooSlowError(f"took longer than {SECONDS:.0f} s to read") from None
        except (ProcessExpired, BrokenProcessPool):
            continue
        except MemoryError:
            break
        return result
    raise TooSlowError("could not be read: the worker died over it")


def stop_aside() -> None:
    """End the worker, if there is one."""
    pool, _Shared.pool = _Shared.pool, None
    if pool is not None:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _pool() -> ProcessPool:
    """The pool; a new one where pebble has given its own up, as it does when an idle worker is killed."""
    if _Shared.pool is not None and not _Shared.pool.active:
        logger.error("the worker that reads feeds was killed; a new one is started")
        stop_aside()
    if _Shared.pool is None:
        spawn = multiprocessing.get_context("spawn")
        _Shared.pool = ProcessPool(max_workers=1, max_tasks=TASKS, initializer=_start, context=spawn)
    return _Shared.pool


def _start() -> None:
    # pebble's own handler waits for Python to run again; a document that is stuck in C never lets it.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
