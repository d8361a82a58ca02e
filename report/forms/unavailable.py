"""The one thing that can keep a single format from being made."""

from __future__ import annotations


class FormatUnavailableError(Exception):
    """A format cannot be made on this machine; the text names what to install. The other formats still can."""
