"""The fleet over real sockets: a server on loopback that plays every site, and a handler that sends all requests there.

`python -m syndication.rehearsal.live --data DIR --port PORT --at 2026-03-02T02:15:00Z` is one night of the real program
against such a server, at a given moment; with a command behind it (`… portals discover`), that command instead. No
address of the world outside is ever asked: what the handler is given goes to the loopback port or nowhere.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

from syndication.clock import FixedClock, from_text, to_text
from syndication.glossary import Outcome
from syndication.middlewares import run_of
from syndication.rehearsal.fleet import Silence
from syndication.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from syndication.rehearsal.fleet import Fleet

ADDRESS, MOMENT = "X-Rehearsal-Address", "X-Rehearsal-Moment"
PORT_SETTING = "REHEARSAL_PORT"
LOOPBACK = "127.0.0.1"
SECONDS_OF_SILENCE = 20.0  # twice the time-out below, which is long enough for a machine under load


class _FleetServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, fleet: Fleet, delay: float) -> None:
        super().__init__((LOOPBACK, 0), _Site)
        self.fleet, self.delay = fleet, delay


class _Site(BaseHTTPRequestHandler):
    """Answers as the site would that the request's own header names, at the moment that it names."""

    protocol_version = "HTTP/1.1"
    server: _FleetServer

    def _reply(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        if self.server.delay:
            time.sleep(self.server.delay)
        answer = self.server.fleet.answer(self.headers[ADDRESS], from_text(self.headers[MOMENT]))
        if isinstance(answer, Silence):
            if answer.outcome is Outcome.TIMEOUT:
                time.sleep(SECONDS_OF_SILENCE)
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in answer.headers):
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_POST = _reply

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the crawl keeps its own record."""


@contextmanager
def serving(fleet: Fleet, *, delay: float = 0.0) -> Iterator[int]:
    """Plays a fleet on a free loopback port; gives the port. `delay` seconds pass before each answer."""
    server = _FleetServer(fleet, delay)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class LoopbackHandler(HTTP11DownloadHandler):
    """Sends every request to the fleet's port, with the address it was meant for and the run's time in headers."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._clock = run_of(crawler).clock
        self._port = crawler.settings.getint(PORT_SETTING)

    async def download_request(self, request: Request) -> Response:
        """The fleet's answer, under the address that was asked for."""
        headers = request.headers.copy()
        headers[ADDRESS], headers[MOMENT] = request.url, to_text(self._clock.now())
        sent = request.replace(url=f"http://{LOOPBACK}:{self._port}/", headers=headers)
        response = await super().download_request(sent)
        request.meta.update(sent.meta)
        return response.replace(url=request.url)


def settings(port: int) -> dict[str, object]:
    """Scrapy settings for a crawl of the fleet: no delays, short patience."""
    return {
        "NETWORK_HANDLER": "syndication.rehearsal.live.LoopbackHandler", PORT_SETTING: port, "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False, "DOWNLOAD_TIMEOUT": SECONDS_OF_SILENCE / 2, "RETRY_TIMES": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    }  # fmt: skip


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--port", type=int, required=True)
@click.option("--at", "moment", required=True, help="The night's moment, UTC: 2026-03-02T02:15:00Z.")
@click.argument("command", nargs=-1)
def main(data: Path, port: int, moment: str, command: tuple[str, ...]) -> None:
    """One night, or another command, against a fleet that is served on a loopback port."""
    from syndication.nightly import nightly
    from syndication.progress import Progress
    from syndication.summary_text import print_summary

    if command:
        from syndication.cli import main as command_line

        surroundings = Surroundings(FixedClock(from_text(moment)), settings(port))
        command_line.main([*command, "--data", str(data)], prog_name="syndication", obj=surroundings)
    night = nightly(data, FixedClock(from_text(moment)), Progress(), settings(port))
    print_summary(Console(), night)
    sys.exit(0)


if __name__ == "__main__":
    main()
