"""Scrapy 2.19's traps, and certificates: its default does not verify them."""

from __future__ import annotations

import datetime as dt
import inspect
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import load_object

from crawler.endpoints import GuardedEndpoints
from crawler.errors import UnreachableError
from crawler.handler import GuardedHandler
from crawler.run import project_settings, run_all
from spiders.feeds import FeedsSpider
from spiders.nightly import NightlySpider
from spiders.sitemaps import SitemapsSpider

SPIDERS = [FeedsSpider, NightlySpider, SitemapsSpider]


@pytest.mark.parametrize("spider", SPIDERS)
def test_spiders_start_the_way_scrapy_still_knows(spider: Any) -> None:
    assert not hasattr(spider, "start_requests"), "ignored by Scrapy 2.19 without a word"
    assert inspect.isasyncgenfunction(spider.start)


@pytest.mark.parametrize("spider", SPIDERS)
def test_spiders_are_short(spider: Any) -> None:
    assert len(inspect.getsource(spider).splitlines()) <= 60


def test_spider_middlewares_can_be_awaited() -> None:
    """One that only has a plain process_spider_output loses every item in Scrapy 2.19."""
    settings = project_settings()
    for name in build_component_list(settings.get_component_priority_dict_with_base("SPIDER_MIDDLEWARES")):
        found = load_object(name)
        plain = getattr(found, "process_spider_output", None)
        assert plain is None or inspect.isasyncgenfunction(plain) or hasattr(found, "process_spider_output_async"), name


def test_nothing_is_remembered_in_a_jobdir() -> None:
    assert project_settings()["JOBDIR"] is None


def test_security_settings() -> None:
    settings = project_settings()
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert settings.getbool("ROBOTSTXT_OBEY")
    for name in (
        "COOKIES_ENABLED",
        "TELNETCONSOLE_ENABLED",
        "REFERER_ENABLED",
        "HTTPPROXY_ENABLED",
        "REMOTE_CONTROL_ENABLED",
    ):
        assert not settings.getbool(name), name
    handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, path in handlers.items() if path} == {"http", "https"}


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def tls_server(tmp_path: Path) -> Any:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bao.vn")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(now - dt.timedelta(1)).not_valid_after(now + dt.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("bao.vn")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = tmp_path / "tls.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    server.asked = []  # type: ignore[attr-defined]
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


async def _ask(port: int, **settings: Any) -> int:
    """One request through the real handler; the name bao.vn leads to the loopback server."""
    from twisted.internet import reactor

    given = project_settings()
    given.setdict(settings, priority="cmdline")
    crawler = Crawler(FeedsSpider, given)
    crawler._apply_settings()
    handler = GuardedHandler(crawler)
    handler._endpoints = GuardedEndpoints(
        reactor=reactor, tls=handler._contextFactory, hosts=None, reach_seconds=2.0, refuses=lambda _: None,
        resolvers=ThreadPoolExecutor(1),
    )  # fmt: skip
    try:
        response = await handler.download_request(Request(f"https://bao.vn:{port}/", meta={"download_timeout": 5}))
    finally:
        await handler.close()
    return int(response.status)


def test_certificate_nobody_vouches_for_is_refused(tls_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    port = tls_server.server_address[1]
    monkeypatch.setattr("crawler.endpoints.socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", 0))])

    async def go() -> None:
        with pytest.raises(UnreachableError, match="TLS: certificate verify failed"):
            await _ask(port)
        assert tls_server.asked == []
        assert await _ask(port, DOWNLOAD_VERIFY_CERTIFICATES=False) == 200, "only the certificate was in the way"

    run_all([go()])
