"""Other readers on the same pages, run by `extract.py --others` in an environment of their own.

usage: python others.py PAGES.jsonl OUT.json

PAGES.jsonl: one object a line with set, file (absolute path, perhaps .gz), url. OUT.json: for each reader its version,
its CPU milliseconds per page, and its rows (set, file, title, body). Needs nothing of the project.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import json
import logging
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

Read = Callable[[bytes, str, str], tuple[str | None, str | None, str | None]]
"""Bytes, URL and language to title, body and date, as the reader gives them."""


def newspaper4k(body: bytes, url: str, language: str) -> tuple[str | None, str | None, str | None]:
    import newspaper

    article = newspaper.Article(url, language=language, fetch_images=False)
    article.download(input_html=body.decode("utf-8", "replace"))
    article.parse()
    return article.title, article.text, article.publish_date.isoformat() if article.publish_date else None


def resiliparse(body: bytes, _url: str, _language: str) -> tuple[str | None, str | None, str | None]:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse_from_bytes(body, "utf-8")
    return tree.title, extract_plain_text(tree, main_content=True, alt_texts=False), None


def news_please(body: bytes, url: str, _language: str) -> tuple[str | None, str | None, str | None]:
    from newsplease import NewsPlease

    article = NewsPlease.from_html(body.decode("utf-8", "replace"), url=url, fetch_images=False)
    when = getattr(article, "date_publish", None)
    return article.title, article.maintext, when.isoformat() if when else None


READERS: dict[str, tuple[str, Read]] = {
    "newspaper4k": ("newspaper4k", newspaper4k),
    "resiliparse": ("resiliparse", resiliparse),
    "news-please": ("news-please", news_please),
}


def run(pages: list[dict[str, str]], read: Read) -> list[dict[str, Any]]:
    rows = []
    for page in pages:
        raw = Path(page["file"]).read_bytes()
        raw = gzip.decompress(raw) if page["file"].endswith(".gz") else raw
        began = time.process_time()
        try:
            title, body, when = read(raw, page["url"], "en" if page["set"] == "english" else "vi")
        except Exception as error:  # noqa: BLE001 - a reader that fails has read nothing
            title, body, when = None, None, None
            print(f"{read.__name__}: {type(error).__name__} on one page", file=sys.stderr)
        spent = (time.process_time() - began) * 1000
        rows.append(page | {"title": title, "body": body or "", "published_at": when, "ms": spent})
    return rows


def main() -> int:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    pages = [json.loads(line) for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
    out: dict[str, Any] = {}
    for name, (package, read) in READERS.items():
        try:
            version = importlib.metadata.version(package)
            run(pages[:1], read)
        except (ImportError, importlib.metadata.PackageNotFoundError) as error:
            out[name] = {"missing": str(error)}
            continue
        out[name] = {"version": version, "rows": run(pages, read)}
    Path(sys.argv[2]).write_text(json.dumps(out, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
