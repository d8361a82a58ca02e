"""Untrusted bytes are parsed aside, in a process that may be shot: 80,000 attributes hold a feed parser for 80 s."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from crawler.workers import DIED, TRIES, Workers, confine

_P = ParamSpec("_P")
_T = TypeVar("_T")

SECONDS = 5.0
"""Wall time a feed may hold the worker; 2,000 items take half a second."""
MEMORY_BYTES = 2 * 1024**3
TASKS = 2_000
"""Feeds after which the worker is replaced."""


class TooSlowError(Exception):
    """The worker was killed: it took too long, too much memory, or died."""


class _Shared:
    workers: Workers | None = None


async def aside(function: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """What `function` returns, worked out in the worker process. TooSlowError when the worker had to be killed.

    `function` must be importable, its arguments and result must pickle. What it raises is raised here.
    """
    for _ in range(TRIES):
        work = _workers().schedule(function, SECONDS, args=args, kwargs=kwargs)
        try:
            result: _T = await asyncio.wrap_future(work)
        except TimeoutError:
            raise TooSlowError(f"took longer than {SECONDS:.0f} s to read") from None
        except DIED:
            continue
        except MemoryError:
            break
        return result
    raise TooSlowError("could not be read: the worker died over it")


def stop_aside() -> None:
    """End the worker, if there is one."""
    workers, _Shared.workers = _Shared.workers, None
    if workers is not None:
        workers.stop()


def _workers() -> Workers:
    if _Shared.workers is None:
        _Shared.workers = Workers(1, tasks=TASKS, initializer=partial(confine, MEMORY_BYTES))
    return _Shared.workers
