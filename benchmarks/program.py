"""The program as a person starts it: the command line of this checkout, with a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


def command(*arguments: str) -> list[str]:
    """`diembao` with arguments, run by this Python."""
    return [sys.executable, "-P", "-m", "diembao", *arguments]


def environment(home: Path | str) -> dict[str, str]:
    """What a command needs to find this checkout and to keep its state, in SQLite, in `home`."""
    return os.environ | {"DIEMBAO_HOME": str(home), "PYTHONPATH": str(CHECKOUT), "DIEMBAO_DATABASE_URL": ""}


def whole(*arguments: str, home: Path | str) -> str:
    """Run a command to its end and return what it printed; RuntimeError unless it ended with 0 or 3."""
    done = subprocess.run(command(*arguments), env=environment(home), capture_output=True, text=True, check=False)
    if done.returncode not in {0, 3}:
        raise RuntimeError(f"diembao {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout
