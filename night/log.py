"""Logs a person can read, or JSON lines for a machine; one file a run under `logs/`."""

from __future__ import annotations

import gzip
import json
import logging
import os
import shutil
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

from crawler.redact import hide_secrets, one_line
from vietnamese.clock import iso, system_clock

QUIET = ("twisted", "asyncio", "alembic", "trafilatura", "htmldate", "justext", "urllib3", "filelock", "tldextract")
"""Libraries whose informational lines say nothing to an operator."""

PLAIN_DAYS = 7
"""A log that was last written to so long ago is packed."""
KEPT_DAYS = 90
"""And one so long ago removed."""


class _JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the error where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        row = {
            "time": iso(system_clock()),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": hide_secrets(record.getMessage()),
        }
        if record.exc_info:
            row["error"] = hide_secrets(self.formatException(record.exc_info))
        return json.dumps(row, ensure_ascii=False)


class _OneLine(logging.Formatter):
    """A line a person can read; nothing inside a message or a traceback can forge a second entry."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        return hide_secrets(one_line(super().formatMessage(record)))

    def formatException(self, ei: Any) -> str:  # noqa: ANN401, N802 - the signature is logging's
        told = hide_secrets(super().formatException(ei))
        return "\n".join("    " + one_line(line) for line in told.split("\n"))


def start_logging(file: Path, *, as_json: bool = False, verbose: bool = False) -> None:
    """Send all log lines to `file`; errors (with `verbose` everything) to standard error too; tidy its folder.

    Safe to call again: earlier handlers of ours are replaced, so six nights in one process do not write six times.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    tidy(file.parent, time.time())
    form: logging.Formatter = (
        _JsonLines() if as_json else _OneLine("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
    )
    to_file = logging.FileHandler(file, encoding="utf-8")
    to_screen = logging.StreamHandler(sys.stderr)
    to_screen.setLevel(logging.INFO if verbose else logging.ERROR)
    root = logging.getLogger()
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in (to_file, to_screen):
        handler.setFormatter(form)
        root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    warnings.simplefilter("default")


def tidy(folder: Path, now: float) -> None:
    """Pack the logs that nobody has written to for `PLAIN_DAYS`, remove those of `KEPT_DAYS`; `now` in Unix seconds."""
    for file in [*folder.glob("*.log"), *folder.glob("*.log.gz")]:
        with suppress(OSError):  # two processes tidy at once, or the disk is full: another time
            written = file.stat().st_mtime
            if now - written > KEPT_DAYS * 86400:
                file.unlink()
            elif file.suffix == ".log" and now - written > PLAIN_DAYS * 86400:
                _pack(file, written)


def _pack(file: Path, written: float) -> None:
    packed = file.with_name(f"{file.name}.gz")
    half = packed.with_name(f"{packed.name}.{os.getpid()}.part")
    try:
        with half.open("wb") as out, file.open("rb") as plain:
            if packed.exists():  # packed before and written to again: one behind the other
                out.write(packed.read_bytes())
            with gzip.GzipFile(fileobj=out, mode="wb") as member:
                shutil.copyfileobj(plain, member)
        os.utime(half, (written, written))
        half.replace(packed)
        file.unlink()
    finally:
        half.unlink(missing_ok=True)
