"""The download handler: Scrapy's own, with our turn-taking before a request and our endpoints under it."""

# Scrapy's agent takes what it takes:
# ruff: noqa: ANN401

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _ScrapyAgent
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from service_identity import VerificationError
from twisted.web.client import Agent

from crawler.context import context_of
from crawler.endpoints import RESOLVERS, GuardedEndpoints
from crawler.errors import TooBigError, UnreachableError
from crawler.guard import host_of
from crawler.pace import Pacer
from crawler.tally import Tally

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class GuardedHandler(HTTP11DownloadHandler):
    """One request to a host at a time, in the store's rhythm, to public addresses only."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor

        context = context_of(crawler)
        self._tally = context.tally if context else Tally()
        self._resolvers = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="resolver")
        self._pacer = Pacer(
            partial(context.store.claim_host, most=context.crawl.max_requests_per_host) if context else None,
            context.longest_wait if context else 60.0,
            context.store.hold_host if context else None,
        )
        self._endpoints = GuardedEndpoints(
            reactor=reactor,
            tls=self._contextFactory,
            hosts=context.hosts if context else None,
            reach_seconds=context.crawl.reach_timeout_seconds if context else 10.0,
            resolvers=self._resolvers,
        )

    async def download_request(self, request: Request) -> Response:
        """Wait for the host's turn, then ask. HeldError, TooBigError and UnreachableError beside Scrapy's own."""
        async with self._pacer.turn(host_of(request.url), float(request.meta.get("pace", 0.0))):
            try:
                with wrap_twisted_exceptions():
                    response = await maybe_deferred_to_future(self._agent().download_request(request))
            except DownloadCancelledError as error:
                raise TooBigError(
                    f"more than {request.meta.get('download_maxsize', self._default_maxsize)} bytes"
                ) from error
            except DownloadFailedError as error:
                if problem := _tls_problem(error):
                    raise UnreachableError(problem) from error
                raise
            self._tally.answered(len(response.body), response.status)
            return response

    def _agent(self) -> _GuardedAgent:
        return _GuardedAgent(
            endpoints=self._endpoints,
            contextFactory=self._contextFactory,
            pool=self._pool,
            maxsize=self._default_maxsize,
            fail_on_dataloss=True,
            crawler=self._crawler,
        )

    async def close(self) -> None:
        """Close connections and let go of the resolver threads."""
        await super().close()
        self._resolvers.shutdown(wait=False, cancel_futures=True)


class _GuardedAgent(_ScrapyAgent):
    def __init__(self, *, endpoints: GuardedEndpoints, **rest: Any) -> None:
        super().__init__(**rest)
        self._endpoints = endpoints

    def _get_agent(self, request: Request, timeout: float) -> Agent:  # noqa: ARG002 - the signature is Scrapy's
        from twisted.internet import reactor

        agent: Agent = Agent.usingEndpointFactory(reactor, self._endpoints, self._pool)  # type: ignore[no-untyped-call]
        return agent


def _tls_problem(error: DownloadFailedError) -> str | None:
    """What was wrong with the server's certificate, or None when TLS was not the trouble."""
    for reason in getattr(error.__cause__, "reasons", ()):
        if reason.check(VerificationError):
            return "TLS: the certificate is for another name"
        if reason.check(SSL.Error):
            words = [str(row[-1]) for row in reason.value.args[0]] if reason.value.args else []
            return f"TLS: {', '.join(words) or 'handshake failed'}"
    return None
