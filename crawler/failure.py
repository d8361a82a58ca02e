"""Ids of our own failures: the same defect at the same place has the same id, in every run."""

from __future__ import annotations

import hashlib
import traceback
from pathlib import Path


def error_id(error: BaseException) -> str:
    """8 hex digits over the kind of the error and the place that raised it; the log tells the rest."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return hashlib.sha256(f"{type(error).__name__} {place}".encode()).hexdigest()[:8]
