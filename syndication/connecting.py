"""The network behind the archive: one handler that reaches a host by the step that its request names.

Facts of the world (library-edges 5.2, tried): Scrapy's own handler speaks to servers without the new renegotiation and to
1024-bit keys, but its OpenSSL 4 knows no TLS 1.0; Scrapy's aiohttp handler uses the system's OpenSSL, which does. The
first is more forgiving about HTTP itself, so it stays the default.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin

from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]  # it ships no types

from syndication.addresses import address_key, host_of
from syndication.attempts import CONNECTION, FAILED, STEP, OnlyByTls, Unreached, outcome_of
from syndication.certificates import worth_of
from syndication.glossary import Certificate, Step
from syndication.items import Connection
from syndication.ladder import combined
from syndication.middlewares import run_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.core.downloader.handlers._aiohttp import _ClientResponse
    from scrapy.core.downloader.handlers._base_streaming import _BaseResponseArgs
    from scrapy.crawler import Crawler
    from scrapy.http import Headers, Response

_TLS_VERSION = "lenient_tls_version"
LEGACY_RENEGOTIATION = 0x4  # OP_LEGACY_SERVER_CONNECT; ssl names it from Python 3.12 on


def lenient_context() -> ssl.SSLContext:
    """TLS as old servers need it: every version and cipher that the system's OpenSSL has, the old renegotiation."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= LEGACY_RENEGOTIATION
    return context


class LadderHandler(BaseDownloadHandler):
    """Sends a request by the step in its meta, and notes there how the server was reached."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._clock = run_of(crawler).clock
        self._default = _DefaultHandler(crawler)
        self._lenient: _LenientHandler | None = None  # most runs never need it
        self._worth: dict[tuple[str, tuple[bytes, ...]], Certificate] = {}

    async def download_request(self, request: Request) -> Response:
        """The answer; its address is that which was asked in the end (http at the step `plain`).

        Raises:
            Unreached: this attempt failed as others at the same request did before; it says what they come to together.
        """
        host = host_of(request.url)
        named, step = request.meta.get(STEP, (host, Step.DEFAULT))
        if named != host or not request.url.startswith("https:"):
            step = Step.DEFAULT
        request.meta[CONNECTION] = Connection(step, "", Certificate.NONE)
        try:
            return await self._send(request, host, step)
        except Exception as problem:
            failed = request.meta.get(FAILED, ())
            if not failed:
                raise
            outcome, detail = outcome_of(problem)
            tried = [*failed, (step, outcome, detail)]
            told = "; ".join(f"{name}: {what} {words}"[:160] for name, what, words in tried)
            raise Unreached(combined([(name, what) for name, what, _ in tried]), told, (outcome, detail)) from problem

    async def _send(self, request: Request, host: str, step: Step) -> Response:
        if step is Step.PLAIN:
            address = f"http:{request.url.removeprefix('https:')}"
            response = await self._default.download_request(request.replace(url=address))
            location = (response.headers.get("Location") or b"").decode("latin-1")
            target = urljoin(address, location)
            if location and target.startswith("https:") and address_key(target) == address_key(address):
                raise OnlyByTls("plain http leads back to https")
            return response
        if not request.url.startswith("https:"):
            return await self._default.download_request(request)
        if step is Step.LENIENT:
            if self._lenient is None:
                self._lenient = _LenientHandler(self.crawler)
            response = await self._lenient.download_request(request)
            version: str = request.meta.pop(_TLS_VERSION)
            chain: tuple[bytes, ...] = (response.certificate,) if response.certificate else ()
        else:
            response = await self._default.download_request(request)
            version, chain = self._default.handshakes.last(host)
        request.meta[CONNECTION] = Connection(step, version, self._worth_of(chain, host))
        return response

    def _worth_of(self, chain: tuple[bytes, ...], host: str) -> Certificate:
        key = host, chain
        if key not in self._worth:
            self._worth[key] = worth_of(chain, host, self._clock.now())
        return self._worth[key]

    async def close(self) -> None:
        """Closes the connections."""
        await self._default.close()
        if self._lenient is not None:
            await self._lenient.close()


class _DefaultHandler(HTTP11DownloadHandler):
    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.handshakes = _Handshakes(self._contextFactory)
        self._contextFactory = cast("IPolicyForHTTPS", self.handshakes)


@implementer(IPolicyForHTTPS)
class _Handshakes:
    """Scrapy's TLS settings, and each host's last connections, which tell version and certificates."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._connections: dict[str, list[SSL.Connection]] = {}

    def creatorForNetloc(self, hostname: bytes, port: int) -> _Creator:
        """Twisted's way to ask for a connection's TLS."""
        return _Creator(self._inner.creatorForNetloc(hostname, port), self._connections, hostname.decode("ascii"))

    def last(self, host: str) -> tuple[str, tuple[bytes, ...]]:
        """TLS version and certificates (DER, the host's own first) of a host's last connection that showed any.

        A newer one may still be greeting, or have broken off, while an older one gives the answer.
        """
        opened = self._connections[host]
        shown = next((place for place in reversed(range(len(opened))) if opened[place].get_peer_cert_chain()), 0)
        del opened[:shown]
        chain = opened[0].get_peer_cert_chain() or []
        return opened[0].get_protocol_version_name(), tuple(_der(certificate) for certificate in chain)


@implementer(IOpenSSLClientConnectionCreator)
class _Creator:
    def __init__(self, inner: Any, connections: dict[str, list[SSL.Connection]], host: str) -> None:
        self._inner, self._connections, self._host = inner, connections, host

    def clientConnectionForTLS(self, protocol: Any) -> SSL.Connection:
        """Twisted's way to ask for a connection."""
        connection: SSL.Connection = self._inner.clientConnectionForTLS(protocol)
        # Scrapy's callback only logs what is wrong; `worth_of` tells it afterwards. Without any callback OpenSSL would go
        # on calling Scrapy's, which pyOpenSSL has freed by then.
        connection.set_verify(SSL.VERIFY_PEER, lambda *_: True)
        self._connections.setdefault(self._host, []).append(connection)
        return connection


class _LenientHandler(AiohttpDownloadHandler):
    experimental = False  # known, and used for nothing but the ladder's second step

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._ssl_context = lenient_context()

    @staticmethod
    def _build_base_response_args(response: _ClientResponse, request: Request, headers: Headers) -> _BaseResponseArgs:
        spoken = response._ssl_object
        request.meta[_TLS_VERSION] = (spoken.version() if spoken else None) or ""
        return AiohttpDownloadHandler._build_base_response_args(response, request, headers)


def _der(certificate: Any) -> bytes:
    encoded: bytes = certificate.to_cryptography().public_bytes(Encoding.DER)
    return encoded
