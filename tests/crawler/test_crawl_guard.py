"""No private address is ever connected to: by literal, by redirect, by name."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from twisted.web.client import URI

from config.loader import ConfigError
from crawler.endpoints import GuardedEndpoints
from crawler.errors import ForeignHostError, RefusedAddressError, UnreachableError
from crawler.gate import check
from crawler.guard import Guard, HostMap, literal, refuses_ip
from crawler.run import run_all

PRIVATE = [
    "http://127.0.0.1/",
    "http://127.0.0.99:8080/a",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://172.16.0.9/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://0.0.0.0/",
    "http://0/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.1/",
    "http://127.0.0.1./",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://a.localhost/",
    "http://may-in.local/",
    "http://kho.internal/",
    "http://intranet/",
    "http://bao.example@127.0.0.1/",
    "http://127.0.0.1@bao.example/",
    "http://bao.example:x@bao.example/",
    "http://127.0.0.1\\@bao.example/",
    "http://１２７.0.0.1/",
    "http://127。0。0。1/",
    "file:///etc/passwd",
    "ftp://bao.example/a",
    "http:///a",
    "http://bao.example:99999/",
    "http://[1/",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_private_addresses_are_refused_in_any_notation(url: str) -> None:
    assert Guard().refuses(url)
    with pytest.raises(RefusedAddressError):
        check(Guard(hosts=HostMap(targets={"bao.example": ("127.0.0.1", 80)})), url, {"domains": ("bao.example",)})


@pytest.mark.parametrize(
    "url", ["https://vnexpress.net/a.html", "http://1.1.1.1/", "http://[2606:4700::1]/", "http://báo.vn/"]
)
def test_public_addresses_pass(url: str) -> None:
    assert Guard().refuses(url) is None


def test_hosts_file_leaves_only_its_hosts() -> None:
    guard = Guard(hosts=HostMap(targets={"vnexpress.net": ("127.0.0.1", 8081)}))
    assert guard.refuses("https://vnexpress.net/a") is None
    assert guard.refuses("https://VNEXPRESS.net./a") is None
    assert guard.refuses("https://tuoitre.vn/") == "tuoitre.vn is not in the hosts file"
    assert guard.refuses("http://127.0.0.1:8081/") == "127.0.0.1 is a private address"


def test_foreign_host_is_told_apart() -> None:
    with pytest.raises(ForeignHostError, match="foreign-host: khac.vn"):
        check(Guard(), "http://khac.vn/", {"domains": ("bao.vn",)})
    check(Guard(), "http://the-thao.bao.vn/", {"domains": ("bao.vn",)})
    with pytest.raises(ForeignHostError):
        check(Guard(), "http://giabao.vn/", {"domains": ("bao.vn",)})


@pytest.mark.parametrize(
    "line", ['"a.vn" = "10.0.0.1:80"', '"a.vn" = "127.0.0.1"', '"a.vn" = "127.0.0.1:0"', '"a.vn" = 8', "a b"]
)
def test_hosts_file_must_name_loopback(tmp_path: Path, line: str) -> None:
    file = tmp_path / "hosts.toml"
    file.write_text(line)
    with pytest.raises(ConfigError):
        HostMap.load(file)


def test_hosts_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "hosts.toml"
    file.write_text('"VnExpress.net" = "127.0.0.1:8081"\n"b.vn" = "[::1]:90"\n')
    hosts = HostMap.load(file)
    assert (hosts.target("vnexpress.net"), hosts.target("b.vn")) == (("127.0.0.1", 8081), ("::1", 90))
    assert hosts.covers("https://vnexpress.net/rss")
    assert not hosts.covers("https://c.vn/")


def test_literal_knows_names_from_numbers() -> None:
    assert literal("fe.de") is None
    assert literal("cafe.vn") is None
    assert str(literal("0xA9FEA9FE")) == "169.254.169.254"


def test_links_and_redirects_to_private_addresses_make_no_connection(night: Any, site: Any, private_site: Any) -> None:
    night.outlet()
    inner = f"http://127.0.0.99:{private_site.port}"
    site.feed("bao.example", f"{inner}/link", "http://bao.example/hop", "http://bao.example/name", "http://localhost/x")
    site.put("bao.example", "/hop", "", 302, Location=f"{inner}/redirect")
    site.put("bao.example", "/name", "", 302, Location="http://con.bao.example/redirect")
    night.run()
    assert private_site.asked == []
    assert night.fates() == {
        f"127.0.0.99:{private_site.port}/link": "private-address",
        "bao.example/hop": "private-address",
        "bao.example/name": "private-address",
        "localhost/x": "private-address",
    }
    assert night.details()["bao.example/name"] == "con.bao.example is not in the hosts file"


def test_feed_at_a_private_address_is_not_asked(night: Any, site: Any, private_site: Any) -> None:
    night.outlet(feeds=(f"http://127.0.0.99:{private_site.port}/rss", "http://bao.example/rss"))
    site.feed("bao.example")
    night.run()
    assert private_site.asked == []
    assert site.paths("bao.example", "/rss")


def _endpoints(**more: Any) -> GuardedEndpoints:
    from twisted.internet import reactor

    given = {"reactor": reactor, "tls": None, "hosts": None, "reach_seconds": 1.0} | more
    return GuardedEndpoints(resolvers=ThreadPoolExecutor(2), **given)


async def _connect(endpoints: GuardedEndpoints, url: str) -> Any:
    from twisted.internet.protocol import Factory, Protocol

    connected = endpoints.endpointForURI(URI.fromBytes(url.encode())).connect(Factory.forProtocol(Protocol))
    protocol = await connected.asFuture(asyncio.get_running_loop())
    protocol.transport.abortConnection()
    return protocol


def _resolves(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]
    monkeypatch.setattr("crawler.endpoints.socket.getaddrinfo", lambda *_, **__: rows)


def test_a_name_that_resolves_to_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, private_site: Any
) -> None:
    _resolves(monkeypatch, "127.0.0.99")

    async def go() -> None:
        with pytest.raises(RefusedAddressError, match=r"lua\.vn: 127\.0\.0\.99 is a private address"):
            await _connect(_endpoints(), f"http://lua.vn:{private_site.port}/")

    run_all([go()])
    assert private_site.asked == []


def test_the_address_judged_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch, site: Any) -> None:
    """A name that changes its mind between two questions gains nothing: it is asked once."""
    asked = []

    def resolve(*_: Any, **__: Any) -> Any:
        asked.append(1)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.99"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]

    monkeypatch.setattr("crawler.endpoints.socket.getaddrinfo", resolve)

    async def go() -> None:
        only_99 = _endpoints(refuses=lambda ip: "private" if str(ip) == "127.0.0.99" else None)
        protocol = await _connect(only_99, f"http://doi.vn:{site.port}/")
        assert protocol.transport.getPeer().host == "127.0.0.1"

    run_all([go()])
    assert asked == [1]


def test_nobody_there_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolves(monkeypatch, "127.0.0.2")

    async def go() -> None:
        with pytest.raises(UnreachableError, match="connection refused"):
            await _connect(_endpoints(refuses=lambda _: None), "http://tat.vn:9/")

    run_all([go()])


def test_unknown_name_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("crawler.endpoints.socket.getaddrinfo", unknown)

    async def go() -> None:
        with pytest.raises(UnreachableError, match="unknown host name"):
            await _connect(_endpoints(), "http://khong-co.vn/")

    run_all([go()])


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_public_ips_pass(address: str) -> None:
    import ipaddress

    assert refuses_ip(ipaddress.ip_address(address)) is None
