"""Where a crawl may get to: by name, address, redirect, saved page; proven at a server that must see nothing."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.web.client import URI

from crawler.endpoints import GuardedEndpoints
from crawler.errors import RefusedAddressError
from crawler.guard import Guard, refuses_ip
from crawler.run import run_all
from pipelines.archive import raw_page

B = "bao.example"

INNER = [
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.31.255.255",
    "192.168.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.251",
    "255.255.255.255",
    "0.0.0.0",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fdff::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "2001:db8::1",
    "2001:0:a00:1::f5ff:fffe",
    "::10.0.0.1",
    "64:ff9b:1::a00:1",
]


@pytest.mark.parametrize("address", INNER)
def test_no_inner_address_is_connected_to_whatever_a_name_says(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    rows = [(family, socket.SOCK_STREAM, 6, "", (address, 80))]
    monkeypatch.setattr("crawler.endpoints.socket.getaddrinfo", lambda *_, **__: rows)

    async def go() -> None:
        with pytest.raises(RefusedAddressError):
            await _connect("http://bao.vn/")

    run_all([go()])


@given(st.ip_addresses(v=4), st.sampled_from(["{0}", "0x{1:08x}", "{1}", "0{1:o}", "[::ffff:{0}]", "[64:ff9b::{0}]"]))
def test_every_notation_of_an_address_is_judged_as_the_address(address: ipaddress.IPv4Address, form: str) -> None:
    """Also the decimal, hexadecimal and octal ones that resolvers take."""
    refused = Guard().refuses(f"http://{form.format(address, int(address))}/")
    assert bool(refused) == bool(refuses_ip(address))


@given(st.ip_addresses(network="fc00::/7") | st.ip_addresses(network="fe80::/10") | st.ip_addresses(network="ff00::/8"))
def test_inner_ranges_of_ipv6_are_refused(address: ipaddress.IPv6Address) -> None:
    assert Guard().refuses(f"http://[{address}]/")


async def _connect(url: str) -> Any:
    from twisted.internet import reactor
    from twisted.internet.protocol import Factory, Protocol

    endpoints = GuardedEndpoints(
        reactor=reactor, tls=None, hosts=None, reach_seconds=1.0, resolvers=ThreadPoolExecutor(1)
    )
    made = endpoints.endpointForURI(URI.fromBytes(url.encode())).connect(Factory.forProtocol(Protocol))
    return await made.asFuture(asyncio.get_running_loop())


def test_a_name_that_turns_private_between_the_judgement_and_the_redirect_is_caught(
    night: Any, site: Any, private_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the first answer is public (our loopback plays it), every later one the inner network's."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> Any:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.99"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr("crawler.endpoints.socket.getaddrinfo", resolve)
    monkeypatch.setattr(
        "crawler.endpoints.refuses_ip", lambda ip: None if str(ip) == "127.0.0.1" else f"{ip} is a private address"
    )
    monkeypatch.setattr(
        GuardedEndpoints.__init__, "__kwdefaults__",
        GuardedEndpoints.__init__.__kwdefaults__
        | {"refuses": lambda ip: None if str(ip) == "127.0.0.1" else f"{ip} is a private address"},
    )  # fmt: skip
    night.live = True
    night.outlet(feeds=(f"http://{B}:{site.port}/rss",))
    site.feed(B, f"http://{B}:{site.port}/a")

    def closing(_before: int, _headers: dict[str, str]) -> Any:
        return type(site.pages[B, "/rss"])(404, b"", {"Connection": "close"})

    site.pages[B, "/robots.txt"] = closing
    night.run()
    assert len(asked) > 1, "it was resolved anew for the next connection"
    assert private_site.asked == []
    assert [row.path for row in site.asked] == ["/robots.txt"]


@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "Refresh"])
def test_headers_of_an_answer_lead_nowhere(night: Any, site: Any, private_site: Any, name: str) -> None:
    night.outlet()
    inner = f"http://127.0.0.99:{private_site.port}/"
    value = f"0;url={inner}" if name == "Refresh" else inner
    site.feed(B, f"http://{B}/a")
    site.article(B, "/a", **{name: value})
    night.run()
    assert night.fates() == {f"{B}/a": "stored"}
    assert private_site.asked == []


def test_what_a_page_points_to_is_not_asked_for(night: Any, site: Any, private_site: Any) -> None:
    """Pictures, scripts, frames, style sheets, meta refresh, base, canonical, AMP, next page of another host."""
    night.outlet()
    inner = f"http://127.0.0.99:{private_site.port}"
    site.feed(B, f"http://{B}/a")
    body = (
        f'<html><head><base href="{inner}/"><meta http-equiv=refresh content="0;url={inner}/r">'
        f'<link rel=canonical href="{inner}/c"><link rel=amphtml href="{inner}/amp"><link rel=next href="{inner}/2">'
        f'<link rel=stylesheet href="{inner}/s.css"><script src="{inner}/j.js"></script><title>Tin</title></head><body>'
        f'<article><h1>Tin</h1><img src="{inner}/p.png"><iframe src="{inner}/f"></iframe>'
        + "<p>Cầu Bính được sửa mặt đường từ tối nay, xe khách đi đường vòng qua phà.</p>" * 9
        + "</article></body></html>"
    )
    site.put(B, "/a", body)
    night.run()
    assert private_site.asked == []
    assert [row.path for row in site.paths(B)] == ["/robots.txt", "/rss", "/a"]


def test_an_outlet_leads_to_its_own_hosts_only(night: Any, site: Any) -> None:
    """Also where the other host belongs to another outlet that is visited in the same night."""
    night.outlet()
    night.outlet("dai.example")
    site.feed(B, "http://dai.example/of-others", f"http://{B}/hop")
    site.feed("dai.example")
    site.put(B, "/hop", "", 302, Location="http://dai.example/target")
    night.run()
    assert {row.path for row in site.paths("dai.example")} == {"/robots.txt", "/rss"}
    assert set(night.fates().values()) == {"not-article"}


@pytest.mark.parametrize(
    "address",
    [
        "../../secret#sha1:A",
        "/etc#sha1:A",
        "2026/../../..#sha1:A",
        "..\\..#sha1:A",
        "2026/09/10/#",
        "",
        "#",
        "\0#sha1:A",
    ],
)
def test_no_address_of_a_page_leads_out_of_the_archive(tmp_path: Path, address: str) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "x.index.jsonl").write_text('{"digest": "sha1:A", "offset": 0}\n')
    (secret / "x.warc.gz").write_bytes(b"not to be opened")
    (tmp_path / "a" / "archive").mkdir(parents=True)
    assert raw_page(tmp_path / "a" / "archive", address) is None


def test_the_address_in_the_url_makes_no_file_name(night: Any, site: Any) -> None:
    night.outlet()
    paths = ["/../../../../etc/passwd", "/..%2f..%2fx.html", "/a/..;/b.html"]
    site.feed(B, *(f"http://{B}{path}" for path in paths))
    for path in paths:
        site.article(B, path)
    site.article(B, "/etc/passwd")
    night.run()
    made = {file.relative_to(night.home).parts[0] for file in night.home.rglob("*") if file.is_file()}
    assert made <= {"archive", "test.db", "test.db-wal", "test.db-shm"}
    names = {file.name for file in (night.home / "archive").rglob("*") if file.is_file()}
    assert names == {f"{night.run_id}-1.warc.gz", f"{night.run_id}-1.index.jsonl"}
