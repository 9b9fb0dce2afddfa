"""A night of the real program against sites on loopback: names lead to loopback ports, and nowhere else.

`python -m syndication.rehearsal.loopback --data DIR --names FILE --at 2026-03-02T18:15:00Z`: FILE is JSON, for each name
the loopback port in the place of 443 and of 80. With a command behind it (`… probe`), that command instead of a night.
Addresses, TLS names and HTTP are untouched; a name that FILE lacks does not resolve, so no address of the world outside
is ever asked.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from twisted.internet._resolver import GAIResolver

from syndication.clock import FixedClock, from_text
from syndication.connecting import LadderHandler
from syndication.rehearsal.troubled import LARGEST
from syndication.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.crawler import Crawler

NAMES_SETTING = "REHEARSAL_NAMES"
LOOPBACK = "127.0.0.1"
QUICKLY = 0.02
"""Seconds before a repetition where a story goes on for hundreds of runs: what fails there fails whenever it is asked."""


class Names:
    """A resolver in the shape of `socket.getaddrinfo`: known names are loopback ports, all others do not resolve."""

    def __init__(self, ports: Mapping[str, Mapping[str, int]]) -> None:
        self._ports = ports

    def getaddrinfo(
        self, host: bytes | str | None, port: bytes | str | int | None, *_: int, **__: int
    ) -> list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int]]]:
        """The loopback port that plays a host's port. Raises socket.gaierror for a host that there is not."""
        name = host.decode("ascii") if isinstance(host, bytes) else host or ""
        found = self._ports.get(name, {}).get(str(int(port or 0)))
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, f"no such name in the rehearsal: {name}")
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (LOOPBACK, found))]


class LoopbackNamesHandler(LadderHandler):
    """The network handler of the real program, in a process whose names lead to loopback."""

    def __init__(self, crawler: Crawler) -> None:
        names = Names(crawler.settings[NAMES_SETTING])
        from twisted.internet import reactor  # only after Scrapy installed the right one

        installed: Any = reactor
        installed.installNameResolver(GAIResolver(installed, getaddrinfo=names.getaddrinfo))
        socket.getaddrinfo = names.getaddrinfo  # type: ignore[assignment]  # asyncio asks here, for aiohttp
        super().__init__(crawler)


def settings(names: Mapping[str, Mapping[str, int]], wait: float = 0.2) -> dict[str, object]:
    """Scrapy settings for a crawl of loopback sites: no politeness, short patience; `wait` seconds before a repetition."""
    return {
        "NETWORK_HANDLER": "syndication.rehearsal.loopback.LoopbackNamesHandler", NAMES_SETTING: dict(names),
        "DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False, "DOWNLOAD_TIMEOUT": 7, "RETRY_WAIT": wait,
        "DOWNLOAD_MAXSIZE": LARGEST,
        "RETRY_WAIT_MOST": 3.0, "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
        "CONCURRENT_REQUESTS": 16,  # the sites share this machine with the crawl: what waits for them must not time out
    }  # fmt: skip


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--names", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--at", "moment", required=True, help="The night's moment, UTC: 2026-03-02T18:15:00Z.")
@click.argument("command", nargs=-1)
def main(data: Path, names: Path, moment: str, command: tuple[str, ...]) -> None:
    """One night, or another command, against sites that are served on loopback."""
    from syndication.nightly import nightly
    from syndication.progress import Progress
    from syndication.summary_text import print_summary

    ports = json.loads(names.read_text(encoding="utf-8"))
    if command:
        from syndication.cli import main as command_line

        surroundings = Surroundings(FixedClock(from_text(moment)), settings(ports, QUICKLY))
        command_line.main([*command, "--data", str(data)], prog_name="syndication", obj=surroundings)
    night = nightly(data, FixedClock(from_text(moment)), Progress(), settings(ports))
    print_summary(Console(), night)


if __name__ == "__main__":
    main()
