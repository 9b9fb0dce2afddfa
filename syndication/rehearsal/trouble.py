"""A server of trouble on loopback: many sites, each with its own way to answer or to fail, over real sockets.

Each site has a port of its own in the place of 443 and of 80, so that what happens before HTTP is real too: closed ports,
servers that accept and say nothing, TLS that is old, weak or broken. What a site says is a function of what it is asked.
"""

from __future__ import annotations

import csv
import itertools
import json
import selectors
import socket
import ssl
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from syndication.glossary import Certificate, Level, Outcome, Role, Step
from syndication.registry import CHANNEL_COLUMNS, PORTAL_COLUMNS
from syndication.rehearsal.authority import Authority

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

LOOPBACK = "127.0.0.1"
CHUNK = 100_003  # bytes
PATIENCE = 20.0  # seconds that a silent connection is held open


class Wire(StrEnum):
    """What is at a port: what belongs there, or a kind of trouble."""

    OPEN = "open"
    OLD = "old"  # TLS 1.0 and nothing newer
    WEAK = "weak"  # a key of 1024 bits
    BROKEN = "broken"  # answers a TLS greeting with plain words
    SILENT = "silent"  # accepts, and says nothing
    DRIPPING = "dripping"  # says its headers at one byte a second, and never comes to their end
    CLOSED = "closed"


@dataclass(frozen=True)
class Asked:
    """A request as a site sees it: `times` counts this one among those for the same path in the same night."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    night: int
    times: int
    secure: bool


@dataclass(frozen=True)
class Reply:
    """What a site sends. `length` is told in place of the true one; `pause` are seconds before each byte of the body."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),)
    length: int | None = None
    chunked: bool = False
    pause: float = 0.0


@dataclass(frozen=True)
class Site:
    """A portal of trouble: a row of portals.csv, its one channel, what is at its ports, and what must come of it."""

    id: str
    family: str
    answer: Callable[[Asked], Reply]
    outcome: Outcome = Outcome.OK
    home_outcome: Outcome = Outcome.OK
    path: str = "/gwyxx/index.html"
    options: Mapping[str, object] = field(default_factory=dict)
    scheme: str = "https"
    https: Wire = Wire.OPEN
    http: Wire = Wire.OPEN
    certificate: Certificate = Certificate.VALID
    step: Step = Step.DEFAULT
    known: bool = True  # its name resolves
    name: str = ""  # of the host, where it is not `<id>.example`

    @property
    def host(self) -> str:
        """The host of its addresses; `.example` is a domain that nobody can own (RFC 2606)."""
        return self.name or f"{self.id}.example"

    @property
    def origin(self) -> str:
        """Its addresses up to the path."""
        return f"{self.scheme}://{self.host}"


class Playground:
    """The ports of all sites, served by threads. `night` is told to the sites; `faults` are failed connections."""

    def __init__(self, sites: Sequence[Site], folder: Path) -> None:
        self.night = 1
        self.faults: list[str] = []
        self.asked: Counter[tuple[str, str, int]] = Counter()
        self.log: list[tuple[str, Asked]] = []
        self.authority = Authority(folder)
        self.names: dict[str, dict[int, int]] = {}
        self._selector = selectors.DefaultSelector()
        self._sockets: list[socket.socket] = []
        self._closing = False
        for site in sites:
            ports = {443: self._open(site, site.https, tls=True), 80: self._open(site, site.http, tls=False)}
            if site.known:
                self.names[site.host] = ports

    def _open(self, site: Site, wire: Wire, *, tls: bool) -> int:
        listener = socket.create_server((LOOPBACK, 0), backlog=64) if wire is not Wire.CLOSED else socket.socket()
        if wire is Wire.CLOSED:
            listener.bind((LOOPBACK, 0))  # held, so that nobody else listens there
        else:
            context = None
            if tls and wire in {Wire.OPEN, Wire.OLD, Wire.WEAK}:
                context = self.authority.context(
                    site.host, site.certificate, weak=wire is Wire.WEAK, old=wire is Wire.OLD
                )
            self._selector.register(listener, selectors.EVENT_READ, (site, wire, context))
        self._sockets.append(listener)
        port: int = listener.getsockname()[1]
        return port

    def run(self) -> None:
        """Accepts until `close`; each connection gets a thread."""
        while not self._closing:
            for key, _ in self._selector.select(0.1):
                assert isinstance(key.fileobj, socket.socket)
                connection, _ = key.fileobj.accept()
                threading.Thread(target=self._talk, args=(connection, *key.data), daemon=True).start()

    def _talk(self, connection: socket.socket, site: Site, wire: Wire, context: ssl.SSLContext | None) -> None:
        with connection:
            connection.settimeout(PATIENCE)
            try:
                if wire is Wire.SILENT:
                    while connection.recv(4096):
                        pass
                elif wire is Wire.DRIPPING:
                    connection.recv(4096)
                    for byte in itertools.chain(b"HTTP/1.1 200 OK\r\nX-Padding: ", itertools.repeat(ord("a"))):
                        connection.sendall(bytes([byte]))
                        time.sleep(1)
                elif wire is Wire.BROKEN:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\nThis is plain HTTP.\r\n")
                elif context is not None:
                    with context.wrap_socket(connection, server_side=True) as secured:
                        _Conversation(secured, self, site, secure=True)
                else:
                    _Conversation(connection, self, site, secure=False)
            except OSError as fault:  # ssl.SSLError is one: clients give up here, as they are meant to
                self.faults.append(f"{site.id}: {fault}")

    def told(self, site: Site, asked: Asked) -> None:
        """Keeps what a site was asked."""
        self.log.append((site.id, asked))

    def close(self) -> None:
        """Ends `run` and closes the ports."""
        self._closing = True
        for listener in self._sockets:
            listener.close()


class _Conversation(BaseHTTPRequestHandler):
    """One connection to a site, through as many requests as the client sends."""

    protocol_version = "HTTP/1.1"

    def __init__(self, connection: socket.socket, ground: Playground, site: Site, *, secure: bool) -> None:
        self._ground, self._site, self._secure = ground, site, secure
        super().__init__(connection, (LOOPBACK, 0), None)  # type: ignore[arg-type]  # no socketserver is behind it

    def _reply(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        ground = self._ground
        key = self._site.id, self.path, ground.night
        ground.asked[key] += 1
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body, ground.night, ground.asked[key], self._secure)
        ground.told(self._site, asked)
        reply = self._site.answer(asked)
        known = reply.status in HTTPStatus._value2member_map_
        self.send_response_only(reply.status, None if known else "Unknown")
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif reply.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
        self.end_headers()
        self._send_body(reply)
        self.close_connection = self.close_connection or reply.length is not None

    do_GET = do_POST = _reply

    def _send_body(self, reply: Reply) -> None:
        if reply.chunked:
            for start in range(0, len(reply.body), CHUNK):
                part = reply.body[start : start + CHUNK]
                self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
        elif reply.pause:
            for byte in reply.body:
                time.sleep(reply.pause)
                self.wfile.write(bytes([byte]))
        else:
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the crawl keeps its own record."""


def write_registry(sites: Sequence[Site], folder: Path) -> None:
    """The data folder's files that name the sites as portals, each with one channel."""
    folder.mkdir(parents=True, exist_ok=True)
    portals = [{"id": s.id, "name": s.id, "level": Level.PROVINCE, "home_url": f"{s.origin}/"} for s in sites]
    channels = [
        {"id": f"{s.id}-gwy", "portal_id": s.id, "name": "国务院信息", "url": f"{s.origin}{s.path}", "family": s.family,
         "role": Role.COLUMN, "options": json.dumps(s.options) if s.options else ""}
        for s in sites
    ]  # fmt: skip
    for name, columns, rows in (("portals", PORTAL_COLUMNS, portals), ("channels", CHANNEL_COLUMNS, channels)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)


@contextmanager
def playing(sites: Sequence[Site], folder: Path) -> Iterator[Playground]:
    """Serves sites on loopback; their certificates are made in `folder`."""
    ground = Playground(sites, folder)
    thread = threading.Thread(target=ground.run, daemon=True)
    thread.start()
    try:
        yield ground
    finally:
        ground.close()
        thread.join()
