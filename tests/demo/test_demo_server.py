"""The server really behaves as the town says."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo.server import TownServer
from demo.town import Town

ROOT = Path(__file__).parents[2]


@pytest.fixture
def server() -> Iterator[TownServer]:
    with TownServer(Town(day=1)) as running:
        yield running


def ask(server: TownServer, url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request(method, target, headers={"Host": parts.netloc, **headers})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


def test_routes_by_host(server: TownServer) -> None:
    assert ask(server, "http://bao-cang.example/rss/trang-chu.rss")[0] == 200
    assert ask(server, "http://tinmai.example/rss/trang-chu.rss")[0] == 404
    assert ask(server, "http://unknown.example/")[0] == 404


def test_feeds_and_pages_answer_304_to_their_own_validators(server: TownServer) -> None:
    page = next(a for a in server.town.data.articles if a.edit and a.edit.night == 2)
    for url in ("http://bao-cang.example/rss/trang-chu.rss", page.url):
        status, headers, body = ask(server, url)
        assert status == 200
        assert body
        assert ask(server, url, **{"If-None-Match": headers["ETag"]})[::2] == (304, b"")
        assert ask(server, url, **{"If-Modified-Since": headers["Last-Modified"]})[::2] == (304, b"")
    seen = server.seen[-1]
    assert (seen.status, seen.size, seen.conditional, seen.host) == (304, 0, True, "bao-cang.example")


def test_a_silent_edit_changes_the_validators(server: TownServer) -> None:
    page = next(a for a in server.town.data.articles if a.edit and a.edit.night == 2)
    before = ask(server, page.url)
    server.town.set_day(2)
    after = ask(server, page.url, **{"If-None-Match": before[1]["ETag"]})
    assert after[0] == 200
    assert after[2] != before[2]
    assert ask(server, page.url, **{"If-Modified-Since": before[1]["Last-Modified"]})[0] == 200


def test_head_answers_without_a_body(server: TownServer) -> None:
    status, headers, body = ask(server, "http://bao-cang.example/rss/trang-chu.rss", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 100


def test_the_day_can_be_set_over_http(server: TownServer) -> None:
    base = "http://127.0.0.1"
    assert ask(server, f"{base}/control/day?n=3")[::2] == (200, b"3")
    assert server.town.day == 3
    assert ask(server, f"{base}/control/day?n=9")[0] == 400
    ask(server, "http://bao-cang.example/robots.txt")
    record = json.loads(ask(server, f"{base}/control/requests")[2])
    assert [r["path"] for r in record] == ["/robots.txt"]
    ask(server, f"{base}/control/reset")
    assert server.seen == []


def test_what_is_not_published_yet_is_not_there(server: TownServer) -> None:
    later = next(a for a in server.town.data.articles if a.first_night == 3 and not a.retry_after)
    assert ask(server, later.url)[0] == 404
    server.town.set_day(3)
    assert ask(server, later.url)[0] == 200


def test_it_runs_alone_and_writes_the_hosts_file(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts.toml"
    command = [sys.executable, "-m", "demo.server", "--port", "0", "--hosts-file", str(hosts), "--day", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        address = urlsplit(process.stdout.readline().strip())
        try:
            mapped = tomllib.loads(hosts.read_text(encoding="utf-8"))
            assert mapped["bao-cang.example"] == address.netloc
            connection = http.client.HTTPConnection("127.0.0.1", address.port or 0, timeout=5)
            connection.request("GET", address.path)
            assert connection.getresponse().read() == b"2"
            connection.close()
        finally:
            process.terminate()


def test_a_visitor_who_hangs_up_leaves_no_traceback(server: TownServer, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as visitor:
        visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() sends a reset
        visitor.sendall(b"GET / HT")
    assert ask(server, "http://unknown.example/")[0] == 404
    for answering in [each for each in threading.enumerate() if "process_request_thread" in each.name]:
        answering.join(5)
    assert capfd.readouterr().err == ""
