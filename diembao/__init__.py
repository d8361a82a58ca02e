"""The command line: one thin file per command."""

__version__ = "0.1.0"
