"""A fast server of many made-up outlets, for measuring throughput: one asyncio process, pages of a wanted size.

usage: python benchmarks/press_server.py [--outlets 300] [--articles 40] [--kilobytes 250]

Prints its port, then serves until it is ended. The path alone names outlet and article (`/o017/bai-viet-17-3.htm`), so
any host name may be mapped to it. `/stats` tells what was answered so far, `/reset` forgets it. Every page has a text
of its own between the navigation, scripts and lists of links that real pages are full of; pages and feeds answer
conditional requests. Needs nothing beside the standard library.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from collections import Counter
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from functools import lru_cache

ICT = timezone(timedelta(hours=7))
MORNING = datetime(2026, 9, 10, 5, 30, tzinfo=ICT)
"""The night that reads the outlets stands here."""
IN_SCOPE = 20
"""One article in so many is about the city."""
_SYLLABLES = (
    "công trình người dân thành phố đường phố học sinh bệnh viện dự án nhà máy khu vực cơ quan chức năng kiểm tra "
    "tổ chức hoạt động chương trình kế hoạch doanh nghiệp sản xuất kinh doanh thị trường giá cả hàng hóa xuất khẩu "
    "du lịch lễ hội văn hóa thể thao giáo dục đào tạo môi trường nước thải rác thải khí hậu mưa bão ngập lụt giao "
    "thông tai nạn xe tải cầu vượt nút đèn tín hiệu quy hoạch đất đai bồi thường giải phóng mặt bằng khiếu nại tố "
    "cáo đơn thư phản ánh cử tri kiến nghị đại biểu hội đồng nghị quyết quyết định thông báo văn bản chỉ đạo báo cáo "
    "kết quả đánh giá phát triển bền vững chuyển đổi số ứng dụng công nghệ thông tin dữ liệu hồ sơ thủ tục hành chính"
)
_WORDS = _SYLLABLES.split()
_SCRIPT = (
    "window.__q=window.__q||[];__q.push(['track',{zone:%d,slot:'top-%d',w:300,h:250,lazy:true,ref:'%08x'}]);"
    "document.addEventListener('scroll',function(e){var n=e.target;if(n&&n.dataset){n.dataset.seen=1}});\n"
)
_LINK = (
    '<li class="item-news"><a class="thumb" href="/o%03d/muc-%d.htm" title="%s"><img loading="lazy" width="180" '
    'height="108" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="%s"></a><h3 class="title-news">'
    '<a href="/o%03d/tin-%d.htm">%s</a></h3><span class="time-count" data-time="%d"></span></li>\n'
)


def words(chance: random.Random, count: int) -> str:
    """`count` syllables as a sentence."""
    text = " ".join(chance.choices(_WORDS, k=count))
    return text[0].upper() + text[1:]


@lru_cache(maxsize=1)
def frame(kilobytes: int) -> tuple[bytes, bytes]:
    """What stands before and behind the article: two thirds of a page's bytes are scripts, one third lists of links."""
    chance = random.Random(1)
    scripts, links = [], []
    while sum(map(len, scripts)) < kilobytes * 1000 * 0.6:
        number = len(scripts)
        scripts.append(_SCRIPT % (number, number, chance.getrandbits(32)))
    while sum(map(len, links)) < kilobytes * 1000 * 0.28:
        number, title = len(links), words(chance, 11)
        links.append(_LINK % (number % 300, number, title, title, number % 300, number, title, number))
    half = len(scripts) // 2
    menu = f"<header><nav><ul>{''.join(links[:20])}</ul></nav></header>"
    before = f"<script>{''.join(scripts[:half])}</script>"
    behind = f"<aside><ul>{''.join(links[20:])}</ul></aside><script>{''.join(scripts[half:])}</script>"
    return (before + "</head><body>" + menu).encode(), (behind + "<footer>Liên hệ</footer></body></html>").encode()


class Press:
    """The outlets: which path gets which answer."""

    def __init__(self, outlets: int, articles: int, kilobytes: int) -> None:
        self.outlets, self.articles, self.kilobytes = outlets, articles, kilobytes
        self.counts: Counter[str] = Counter()
        frame(kilobytes)

    def published(self, outlet: int, number: int) -> datetime:
        """Articles are spread over the day before the morning."""
        return MORNING - timedelta(minutes=10 + (outlet * 7 + number * 33) % 1380)

    def title(self, outlet: int, number: int) -> str:
        """The headline of one article."""
        chance = random.Random(outlet * 1000 + number)
        about = "Hải Phòng: " if (outlet + number) % IN_SCOPE == 0 else ""
        return f"{about}{words(chance, 10)} số {outlet}-{number}"

    def page(self, outlet: int, number: int) -> bytes:
        """One article in its frame."""
        before, behind = frame(self.kilobytes)
        chance = random.Random(outlet * 1000 + number + 500_000)
        title, when = self.title(outlet, number), self.published(outlet, number)
        place = "tại phường Lê Chân, thành phố Hải Phòng" if (outlet + number) % IN_SCOPE == 0 else "tại địa phương"
        body = "".join(
            f"<p>{words(chance, chance.randint(35, 60))} {place if n == 0 else ''}. {words(chance, 20)}.</p>\n"
            for n in range(chance.randint(7, 12))
        )
        url = f"http://o{outlet:03d}.example{path(outlet, number)}"
        head = (
            f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>'
            f'<link rel="canonical" href="{url}"><meta property="og:type" content="article">'
            f'<meta property="article:published_time" content="{when.isoformat()}">'
        )
        article = (
            f'<main><h1 class="title">{title}</h1><span class="date">{when:%d/%m/%Y %H:%M}</span>'
            f'<p class="sapo">{words(chance, 30)}.</p><article class="detail">\n{body}</article></main>'
        )
        return b"".join((head.encode(), before, article.encode(), behind))

    def feed(self, outlet: int) -> bytes:
        """All articles of an outlet as RSS 2.0."""
        rows = "".join(
            f"<item><title>{self.title(outlet, n)}</title><link>http://o{outlet:03d}.example{path(outlet, n)}</link>"
            f"<pubDate>{format_datetime(self.published(outlet, n))}</pubDate><description>{words(random.Random(n), 20)}"
            "</description></item>\n"
            for n in range(self.articles)
        )
        return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{rows}</channel></rss>'.encode()

    def answer(self, target: str, tag_asked: str) -> tuple[int, str, bytes, str]:
        """Status, content type, body and entity tag of a request."""
        parts = target.strip("/").split("/")
        if target == "/stats":
            return 200, "application/json", json.dumps(self.counts).encode(), ""
        if target == "/reset":
            self.counts.clear()
            return 200, "text/plain", b"forgotten", ""
        tag = f'"{target}"'
        try:
            outlet = int(parts[0][1:])
            if tag_asked == tag:
                return 304, "", b"", tag
            if parts[1] == "tin-moi.rss":
                return 200, "application/rss+xml; charset=utf-8", self.feed(outlet), tag
            number = int(parts[1].removesuffix(".htm").rsplit("-", 1)[1])
            if parts[1].startswith("bai-viet-") and number < self.articles:
                return 200, "text/html; charset=utf-8", self.page(outlet, number), tag
        except (IndexError, ValueError):
            pass
        return 404, "text/plain", b"not found", ""


def path(outlet: int, number: int) -> str:
    """The address of an article at its host."""
    return f"/o{outlet:03d}/bai-viet-{outlet}-{number}.htm"


class Connection(asyncio.Protocol):
    """One connection that is kept open: requests without bodies, answered in order."""

    def __init__(self, press: Press) -> None:
        self.press, self.waiting = press, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            head, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
            self._answer(head.decode("latin-1"))

    def _answer(self, head: str) -> None:
        lines = head.split("\r\n")
        asked = next((line.split(":", 1)[1].strip() for line in lines if line.lower().startswith("if-none-match")), "")
        target = lines[0].split(" ")[1]
        status, kind, body, tag = self.press.answer(target, asked)
        told = [f"HTTP/1.1 {status} OK", f"ETag: {tag}"] if tag else [f"HTTP/1.1 {status} OK"]
        if status != 304:
            told += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        if target not in {"/stats", "/reset"}:
            self.press.counts.update({f"status_{status}": 1, "requests": 1, "bytes": len(body)})
        self.transport.write(("\r\n".join(told) + "\r\n\r\n").encode() + body)


async def serve(press: Press) -> None:
    """Serve on a free port of loopback until ended; the port is printed."""
    server = await asyncio.get_running_loop().create_server(lambda: Connection(press), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--outlets", type=int, default=300)
    parser.add_argument("--articles", type=int, default=40)
    parser.add_argument("--kilobytes", type=int, default=250)
    options = parser.parse_args()
    asyncio.run(serve(Press(options.outlets, options.articles, options.kilobytes)))
