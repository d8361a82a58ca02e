"""Where we may connect: never to a private address, and with a hosts file nowhere but where it says.

Two gates: `Guard.refuses(url)` judges what a URL says, before any request; `refuses_ip` judges what a name resolved
to, at the moment of connecting (`crawler.endpoints`), so that a name that changes its mind is caught too.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from config.loader import ConfigError

LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".onion")
"""Names that mean a machine nearby, never an outlet (RFC 6761, 6762, 8375)."""

_NUMERIC = re.compile(r"(?i)[0-9a-fx.]*[0-9a-f]\.?")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.ip_network("::/96")
"""IPv6 addresses that end in an IPv4 one (RFC 4291, given up); `::` and `::1` lie in it, and are private either way."""
_IP = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, kw_only=True)
class HostMap:
    """A hosts file: host name -> loopback address and port. With one, nothing else is connected to."""

    targets: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    @classmethod
    def load(cls, file: Path) -> HostMap:
        """Read TOML lines `"vnexpress.net" = "127.0.0.1:8081"`. ConfigError on what is no loopback address and port."""
        try:
            rows = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(
                file, "--hosts", str(error), 'Write lines as "vnexpress.net" = "127.0.0.1:8081"'
            ) from error
        return cls(targets={host.lower(): _target(file, host, value) for host, value in rows.items()})

    def target(self, host: str) -> tuple[str, int] | None:
        """Address and port for `host` (exact name), or None."""
        return self.targets.get(host.lower().rstrip("."))

    def covers(self, url: str) -> bool:
        """True when the host of `url` is mapped."""
        return self.target(host_of(url)) is not None


def _target(file: Path, host: str, value: object) -> tuple[str, int]:
    address, _, port = str(value).rpartition(":")
    try:
        if ipaddress.ip_address(address.strip("[]")).is_loopback and 0 < int(port) < 65536:  # noqa: PLR2004 - TCP ports
            return address.strip("[]"), int(port)
    except ValueError:
        pass
    raise ConfigError(file, host, f"{value!r} is no loopback address and port", 'Write it as "127.0.0.1:8081"')


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Judges URLs before they are asked for."""

    hosts: HostMap | None = None

    def refuses(self, url: str) -> str | None:
        """Why `url` may not be asked for, for a person; None when it may."""
        if reason := self.private(url):
            return reason
        if self.hosts is None or self.hosts.covers(url):
            return None
        return f"{host_of(url)} is not in the hosts file"

    def private(self, url: str) -> str | None:
        """Why `url`, by what it says alone, leads to a private address or nowhere; None when it does not."""
        try:
            parts = urlsplit(url)
            host, port = plain_host(parts.hostname or ""), parts.port
        except ValueError:
            return "not a web address"
        if parts.scheme not in {"http", "https"} or not host or port == 0:
            return "not a web address"
        if parts.username is not None or "\\" in url.partition("//")[2].partition("/")[0]:
            return "user name in the address"
        if self.hosts is not None and self.hosts.target(host):
            return None
        return refuses_host(host)


def host_of(url: str) -> str:
    """The host of `url` in lower case, or "" when it has none."""
    try:
        return plain_host(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def within(host: str, domains: Iterable[str]) -> bool:
    """True when `host` is one of `domains` or below one."""
    return any(host == domain or host.endswith("." + domain) for domain in domains)


def plain_host(host: str) -> str:
    """`host` in the one form that is compared: compatibility digits and dots folded, lower case, no last dot."""
    return unicodedata.normalize("NFKC", host.replace("\u3002", ".")).lower().rstrip(".")


def refuses_host(host: str) -> str | None:
    """Why a host, taken by its name or literal address alone, is private; None when it is a public one."""
    address = literal(host)
    if address is not None:
        return refuses_ip(address)
    if host == "localhost" or host.endswith(LOCAL_SUFFIXES) or "." not in host:
        return f"{host} is a local name"
    return None


def literal(host: str) -> _IP | None:
    """The address that `host` writes, in any notation a resolver takes (`0x7f.1`, `2130706433`, `[::1]`), or None."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    if not _NUMERIC.fullmatch(host):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
    except OSError:
        return None


def refuses_ip(address: _IP) -> str | None:
    """Why an address is not a public one; None when it is. Addresses inside addresses (mapped, 6to4) are looked at."""
    inner = _inside(address)
    if inner is not None:
        return refuses_ip(inner)
    if address.is_global and not address.is_multicast and address not in _LOCAL_NAT64:
        return None
    return f"{address} is a private address"


def _inside(address: _IP) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64 or address in _COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
