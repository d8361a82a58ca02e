"""The planted faults: addresses that an outlet announces and that do not behave."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from html import escape

from demo import pages
from demo.answer import Answer, page, plain, validated
from demo.model import Fault, TownArticle, TownOutlet

BOMB_BYTES = 60_000_000
"""What the gzip bomb unpacks to; it travels as some 60 kB."""
ENDLESS_BYTES = 200_000_000
"""Where the endless page gives up all the same, so that a careless reader does not fill the machine."""
DRIP_SECONDS = 0.25
"""Pause between two bytes of the page that drips; it stops after a minute."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    fault: Fault
    outlet: TownOutlet
    twin: TownArticle | None
    private_port: int


def answer(fault: Fault, outlet: TownOutlet, twin: TownArticle | None, private_port: int) -> Answer:
    """What the faulty address answers."""
    return _BEHAVIOUR[fault.behaviour](_Case(fault=fault, outlet=outlet, twin=twin, private_port=private_port))


def _error(_: _Case) -> Answer:
    return page(500, "<h1>Lỗi máy chủ</h1><p>Hệ thống đang bận, vui lòng quay lại sau.</p>", fault=True)


def _loop(case: _Case) -> Answer:
    """Back to itself, with and without a query."""
    return Answer(status=302, headers={"Location": case.fault.url, "Set-Cookie": "vong=1"}, fault=True)


def _endless(_: _Case) -> Answer:
    return Answer(status=200, headers={"Content-Type": "text/html; charset=utf-8"}, body=_forever(), fault=True)


def _forever() -> Iterator[bytes]:
    piece = ("<p>Bản tin nối dài, đoạn này được lặp lại mãi không dứt.</p>\n" * 400).encode()
    yield b"<!DOCTYPE html><html><body>"
    for _ in range(ENDLESS_BYTES // len(piece)):
        yield piece


def _drip(_: _Case) -> Answer:
    return Answer(status=200, headers={"Content-Type": "text/html; charset=utf-8"}, body=_drops(), fault=True)


def _drops() -> Iterator[bytes]:
    for byte in b"<!DOCTYPE html><html><body><p>" + b". " * 100:
        yield bytes([byte])
        time.sleep(DRIP_SECONDS)


def _bomb(_: _Case) -> Answer:
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "gzip"}
    return Answer(status=200, headers=headers, body=_packed(), fault=True)


@cache
def _packed() -> bytes:
    return gzip.compress(b" " * BOMB_BYTES, 9, mtime=0)


def _to_private(case: _Case) -> Answer:
    return Answer(status=302, headers={"Location": f"http://127.0.0.99:{case.private_port}/quan-tri"}, fault=True)


def _missing(_: _Case) -> Answer:
    return replace(page(404, "<h1>Không tìm thấy trang</h1>"), fault=True)


def _gallery(case: _Case) -> Answer:
    title = escape(case.fault.title)
    frames = "".join(f'<div class="slide"><img src="/anh/{n}.jpg" alt=""></div>' for n in range(1, 9))
    return _light_page(case, f'<h1>{title}</h1><div class="video-player" data-src="/v/1.m3u8"></div>{frames}')


def _english(case: _Case) -> Answer:
    text = "".join(f"<p>{escape(p)}</p>" for p in _ENGLISH)
    return _light_page(case, f'<h1>{escape(case.fault.title)}</h1><article class="fck_detail">{text}</article>')


_ENGLISH = (
    "The harbour ferry will run every forty minutes from the first weekend of October, the operator said in a notice.",
    "Tickets can be bought on board or through the usual counters, and children under six travel free of charge.",
    "The timetable had been thinned out during the summer because one of the two boats was waiting for a new gearbox.",
    "Passengers with bicycles are asked to board first, and the last return trip leaves the island pier at nine.",
    "A spokesman for the pier said that the new shelter would be open before the winter fog sets in.",
)


def _listing(case: _Case) -> Answer:
    rows = "".join(
        f'<article class="item-news"><h3><a href="/chuyen-muc/tin-{n}.html">Điểm tin số {n}</a></h3></article>'
        for n in range(1, 31)
    )
    return _light_page(case, f'<h1>Chuyên mục</h1><div class="list-news">{rows}</div>', kind="website")


def _light_page(case: _Case, body: str, kind: str = "article") -> Answer:
    title, host = escape(case.fault.title), case.outlet.host
    html = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="og:type" content="{kind}"></head><body><header><a href="/">{host}</a></header>{body}'
        "<footer>Liên hệ tòa soạn</footer></body></html>"
    )
    return replace(validated(html.encode(), "text/html; charset=utf-8", case.fault.published), fault=True)


def _twin(case: _Case) -> Answer:
    """The same article at another address; its rel=canonical names the first."""
    if case.twin is None:
        raise ValueError(f"{case.fault.url}: a twin of nothing")
    return replace(
        validated(pages.render(case.twin, case.outlet, []), case.outlet.header, case.twin.published), fault=True
    )


def _forbidden(_: _Case) -> Answer:
    """A page that robots.txt forbids: who asks all the same can be seen in the record."""
    return replace(plain(200, "Trang nội bộ"), fault=True)


_BEHAVIOUR: dict[str, Callable[[_Case], Answer]] = {
    "error-500": _error,
    "redirect-loop": _loop,
    "endless": _endless,
    "drip": _drip,
    "bomb": _bomb,
    "redirect-private": _to_private,
    "missing": _missing,
    "gallery": _gallery,
    "english": _english,
    "listing": _listing,
    "amp": _twin,
    "tracking": _twin,
    "forbidden": _forbidden,
    "elsewhere": _missing,
}
