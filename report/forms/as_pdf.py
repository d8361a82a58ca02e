"""The sheet as PDF: the print form of its own HTML, set by WeasyPrint in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from report.forms.as_html import as_html
from report.forms.pdf_worker import MISSING_LIBRARY
from report.forms.unavailable import FormatUnavailableError

if TYPE_CHECKING:
    from report.sheet import Sheet
    from report.style import Style

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
"""Of Debian and Ubuntu; WeasyPrint draws with them."""

LONGEST_SECONDS = 300.0
"""A thousand articles take under ten; what takes longer than this is stuck."""

_WORKER = Path(__file__).with_name("pdf_worker.py")


def as_pdf(sheet: Sheet, style: Style, folders: Sequence[Path]) -> bytes:
    """The PDF. The same sheet, words, template and fonts give the same bytes.

    Raises FormatUnavailableError where a system library is missing (it names the packages) or the engine fails, and
    what `as_html` raises.
    """
    return pdf_of(as_html(sheet, style, folders, paper=True), made_at=int(sheet.inputs.generated_at.timestamp()))


def pdf_of(html: bytes, *, made_at: int) -> bytes:
    """Any page of ours as PDF; `made_at` (seconds since 1970) stands in for the clock. Fetches nothing."""
    command = [sys.executable, "-P", str(_WORKER)]
    try:
        done = subprocess.run(  # noqa: S603 (our own file, no argument from outside)
            command,
            input=html,
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=False,
            env=os.environ | {"SOURCE_DATE_EPOCH": str(made_at)},
        )
    except subprocess.TimeoutExpired as error:
        raise FormatUnavailableError(f"pdf: not done after {LONGEST_SECONDS:.0f} s and stopped") from error
    if done.returncode == 0:
        return done.stdout
    last = (done.stderr.decode(errors="replace").strip().splitlines() or ["no message"])[-1]
    if done.returncode == MISSING_LIBRARY:
        raise FormatUnavailableError(f"pdf: a system library is missing; apt-get install {PACKAGES} ({last})")
    raise FormatUnavailableError(f"pdf: WeasyPrint failed: {last}")
