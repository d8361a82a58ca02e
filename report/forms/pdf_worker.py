"""Sets one page of HTML as PDF: HTML on standard input, PDF on standard output. Started by `report/forms/as_pdf.py`.

A process of its own: the layout engine takes its memory with it when it ends, can be stopped, and lets the other
formats be made meanwhile. It loads nothing but the engine and asks nobody for anything.
"""

from __future__ import annotations

import gc
import sys

MISSING_LIBRARY = 3
"""Exit code: the engine is there, the system libraries it draws with are not."""


def main() -> int:
    """Read, set, write; 0, or MISSING_LIBRARY with the loader's message on standard error."""
    try:
        import weasyprint
        from weasyprint.urls import URLFetcher
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return MISSING_LIBRARY

    class Refuse(URLFetcher):  # type: ignore[misc]  # the engine has no types
        """Nothing is fetched, from nowhere."""

        def fetch(self, url: str, headers: object = None) -> object:  # noqa: ARG002 (the engine's own signature)
            raise ValueError(f"refused: {url}")

    gc.freeze()
    gc.set_threshold(200_000, 20, 20)  # the engine makes millions of boxes and hardly any garbage: a third faster
    page = weasyprint.HTML(string=sys.stdin.buffer.read().decode(), url_fetcher=Refuse())
    sys.stdout.buffer.write(page.write_pdf())
    return 0


if __name__ == "__main__":
    sys.exit(main())
