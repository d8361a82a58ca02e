"""How a connection is made: the name is resolved by us, every address judged, and the judged address connected to."""

# Twisted's objects have no types:
# ruff: noqa: ANN401

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from crawler.errors import RefusedAddressError, UnreachableError
from crawler.guard import HostMap, refuses_host, refuses_ip

ADDRESSES = 3
"""How many addresses of a name are tried, IPv4 first."""

RESOLVERS = 32
"""Threads that ask for names: with no network each waits for its own timeout, and they must not queue."""

Refuses = Callable[[Any], str | None]


@implementer(IAgentEndpointFactory)
class GuardedEndpoints:
    """Gives Twisted's HTTP agent the only endpoints it may use."""

    def __init__(
        self,
        *,
        reactor: Any,
        tls: Any,
        hosts: HostMap | None,
        reach_seconds: float,
        resolvers: ThreadPoolExecutor,
        refuses: Refuses = refuses_ip,
    ) -> None:
        self._reactor, self._tls, self._hosts = reactor, tls, hosts
        self._reach_seconds, self._resolvers, self._refuses = reach_seconds, resolvers, refuses

    def endpointForURI(self, uri: Any) -> Any:  # noqa: N802 - the interface is Twisted's
        """The endpoint for one URL: under a hosts file the mapped loopback address, plain, whatever the scheme."""
        host = uri.host.decode("ascii").strip("[]")
        if self._hosts is not None:
            return _Endpoint(lambda factory: self._mapped(host, factory))
        direct = _Endpoint(lambda factory: self._direct(host, uri.port, factory))
        if uri.scheme == b"https":
            return wrapClientTLS(self._tls.creatorForNetloc(uri.host, uri.port), direct)  # type: ignore[arg-type]
        return direct

    async def _mapped(self, host: str, factory: Any) -> Any:
        target = self._hosts.target(host) if self._hosts else None
        if target is None:
            raise RefusedAddressError(refuses_host(host) or f"{host} is not in the hosts file")
        return await self._connect(*target, factory, self._reach_seconds)

    async def _direct(self, host: str, port: int, factory: Any) -> Any:
        """Resolve, judge, connect, all within the time an outlet has to be reached."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._reach_seconds
        problem = "no address"
        for address in await self._addresses(host, port):
            left = until - loop.time()
            if left <= 0:
                break
            try:
                return await self._connect(address, port, factory, left)
            except UnreachableError as error:
                problem = str(error)
        raise UnreachableError(problem)

    async def _addresses(self, host: str, port: int) -> list[str]:
        """Public addresses of `host`. RefusedAddressError when it has none but private ones."""
        ask = asyncio.get_running_loop().run_in_executor(
            self._resolvers, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        try:
            rows = await asyncio.wait_for(ask, self._reach_seconds)
        except TimeoutError:
            raise UnreachableError("the name server does not answer") from None
        except (OSError, UnicodeError):
            raise UnreachableError("unknown host name") from None
        found = list(dict.fromkeys(str(row[4][0]).partition("%")[0] for row in sorted(rows, key=lambda row: row[0])))
        public = [each for each in found if self._refuses(ipaddress.ip_address(each)) is None]
        if found and not public:
            raise RefusedAddressError(f"{host}: {self._refuses(ipaddress.ip_address(found[0]))}")
        return public[:ADDRESSES]

    async def _connect(self, address: str, port: int, factory: Any, seconds: float) -> Any:
        kind = TCP6ClientEndpoint if ":" in address else TCP4ClientEndpoint
        endpoint = kind(self._reactor, address, port, timeout=max(seconds, 0.1))
        try:
            return await endpoint.connect(factory).asFuture(asyncio.get_running_loop())
        except ConnectError as error:
            raise UnreachableError(_words(error)) from None


def _words(error: ConnectError) -> str:
    name = type(error).__name__
    return {
        "ConnectionRefusedError": "connection refused",
        "TimeoutError": "no answer to the connection",
        "TCPTimedOutError": "no answer to the connection",
        "NoRouteError": "no route",
    }.get(name, f"no connection ({name})")


@implementer(IStreamClientEndpoint)
class _Endpoint:
    """An endpoint made of one coroutine."""

    def __init__(self, connect: Callable[[Any], Any]) -> None:
        self._connect = connect

    def connect(self, factory: Any) -> Any:
        """Connect; the Deferred gives the protocol."""
        return Deferred.fromFuture(asyncio.ensure_future(self._connect(factory)))
