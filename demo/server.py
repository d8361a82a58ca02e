"""The town over HTTP: one threaded server on 127.0.0.1, routed by the Host header.

By hand: `python -m demo.server --port 0 --hosts-file hosts.toml --day 1`. Control, at Host 127.0.0.1 only:
`GET /control/day?n=3`, `GET /control/requests`, `GET /control/reset`.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self, cast
from urllib.parse import parse_qs, urlsplit

from demo.answer import Answer, plain
from demo.load import PRIVATE_PORT
from demo.town import Town


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One request that the server answered."""

    at: float
    """Seconds, monotonic."""
    host: str
    path: str
    method: str
    status: int
    size: int
    """Bytes of the body; 0 for a body that is sent piece by piece (endless, drip: faults both)."""
    conditional: bool
    """Came with If-None-Match or If-Modified-Since."""
    fault: bool
    day: int


class TownServer:
    """Serves a town until closed; use as a context manager. `seen` lists every request answered."""

    def __init__(self, town: Town | None = None, *, port: int = 0) -> None:
        self.town = town or Town()
        self.seen: list[Seen] = []
        self._http = _Http(("127.0.0.1", port), _Handler)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._http.server_address[1])

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop and close the socket."""
        self._http.shutdown()
        self._http.server_close()

    def hosts_toml(self) -> str:
        """The text of a `--hosts` file: every host of the town at this server."""
        return "".join(f'"{host}" = "127.0.0.1:{self.port}"\n' for host in self.town.hosts)

    def write_hosts(self, file: Path) -> Path:
        """Write `hosts_toml` to `file`; its folder must exist."""
        file.write_text(self.hosts_toml(), encoding="utf-8")
        return file

    def forget(self) -> None:
        """Empty the record and let the 429 be answered anew."""
        self.seen.clear()
        self.town.reset()

    def control(self, target: str) -> Answer:
        """The answer to a control request."""
        parts = urlsplit(target)
        match parts.path:
            case "/control/day":
                return self._day(parse_qs(parts.query).get("n", [""])[0])
            case "/control/requests":
                body = json.dumps([asdict(s) for s in list(self.seen)]).encode()
                return Answer(status=200, headers={"Content-Type": "application/json"}, body=body)
            case "/control/reset":
                self.forget()
                return plain(200, "forgotten")
            case _:
                return plain(404, "control: day?n=1..6, requests, reset")

    def _day(self, wanted: str) -> Answer:
        try:
            if wanted:
                self.town.set_day(int(wanted))
        except ValueError as error:
            return plain(400, str(error))
        return plain(200, str(self.town.day))


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    owner: TownServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Quiet about a visitor who hung up, or was killed; anything else is a fault of the town."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "town"
    sys_version = ""
    timeout = 30
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer with body."""
        self._serve(with_body=True)

    def do_HEAD(self) -> None:
        """Answer without body."""
        self._serve(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class names it so)
        """Silent: `seen` is the record."""

    def _serve(self, *, with_body: bool) -> None:
        owner = cast("_Http", self.server).owner
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0].lower()
        own = host in {"127.0.0.1", "localhost"}
        day = owner.town.day
        answer = self._conditional(owner.control(self.path) if own else owner.town.answer(host, self.path))
        whole = len(answer.body) if isinstance(answer.body, bytes) and with_body else 0
        seen = Seen(
            at=time.monotonic(),
            host=host,
            path=self.path,
            method=self.command,
            status=answer.status,
            size=whole,
            conditional=self._is_conditional(),
            fault=answer.fault,
            day=day,
        )
        if not own:  # before the answer goes out: who has it can rely on the record
            owner.seen.append(seen)
        try:
            self._send(answer, with_body=with_body)
        except (ConnectionError, TimeoutError):  # the reader had enough: part of the play (endless, drip)
            self.close_connection = True

    def _is_conditional(self) -> bool:
        return "If-None-Match" in self.headers or "If-Modified-Since" in self.headers

    def _conditional(self, answer: Answer) -> Answer:
        """304 where the reader has this state already; If-None-Match goes before If-Modified-Since."""
        tag, changed = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
        asked = self.headers.get("If-None-Match")
        if asked is not None:
            same = tag is not None and tag in {t.strip().removeprefix("W/") for t in asked.split(",")}
        else:
            same = changed is not None and self.headers.get("If-Modified-Since") == changed
        if not same:
            return answer
        kept = {k: v for k, v in answer.headers.items() if k in {"ETag", "Last-Modified"}}
        return Answer(status=304, headers=kept, fault=answer.fault)

    def _send(self, answer: Answer, *, with_body: bool) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if isinstance(answer.body, bytes):
            if answer.status != 304:  # noqa: PLR2004  (Not Modified has no body, hence no length)
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if with_body:
                self.wfile.write(answer.body)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if with_body:
            self._send_chunks(answer.body)

    def _send_chunks(self, pieces: Iterator[bytes]) -> None:
        for piece in pieces:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")


class Listener:
    """A socket on a loopback address that plays the private one: counts connections, answers nothing."""

    def __init__(self, host: str = "127.0.0.99", port: int = 0) -> None:
        self.connections = 0
        self._socket = socket.create_server((host, port))
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on: give it to `Town(private_port=…)`."""
        return int(self._socket.getsockname()[1])

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the socket."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(2)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # closed
                return
            self.connections += 1
            connection.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; the port goes to standard output and the hosts to `--hosts-file`."""
    parser = argparse.ArgumentParser(prog="demo.server", description="Serve the demo press town on loopback.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 = any free one")
    parser.add_argument("--day", type=int, default=1, help="1 to 6: morning of 2026-09-10 to 2026-09-15")
    parser.add_argument("--hosts-file", type=Path, help="where to write the TOML for --hosts")
    parser.add_argument("--private-port", type=int, default=PRIVATE_PORT, help="port in links to 127.0.0.99")
    chosen = parser.parse_args(arguments)
    with TownServer(Town(day=chosen.day, private_port=chosen.private_port), port=chosen.port) as server:
        if chosen.hosts_file:
            server.write_hosts(chosen.hosts_file)
        print(f"http://127.0.0.1:{server.port}/control/day", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
