"""A fleet on real sockets at a moment that is set from outside, and the witness of who was asked for what when.

Each site has ports of its own (`trouble.Playground`), TLS where its address has it. What fails on the wire fails there: a
name that does not resolve, a closed port, a server that says nothing or no TLS.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from syndication.glossary import Certificate, Outcome
from syndication.rehearsal.failing import WIRES
from syndication.rehearsal.fleet import Silence
from syndication.rehearsal.government import GOV_CN
from syndication.rehearsal.trouble import Reply, Site, Wire, playing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from syndication.rehearsal.fleet import Fleet
    from syndication.rehearsal.trouble import Asked, Playground

BROKEN, SILENT, CLOSED = (f"{wire}.example" for wire in (Wire.BROKEN, Wire.SILENT, Wire.CLOSED))
_INSTEAD = {Outcome.TLS: BROKEN, Outcome.TIMEOUT: SILENT, Outcome.REFUSED: CLOSED}


class Stage:
    """The sites of a fleet, all at one moment; it remembers each address that it was asked for, with the moments."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.moment = fleet.story.looks[0]
        self.end = self.moment
        self.ground: Playground | None = None
        self._asked: dict[str, list[datetime]] = {}

    def sites(self) -> list[Site]:
        """What the playground is to open: every portal, www.gov.cn, and the ports of trouble."""
        found = [self._site(portal.host, portal.origin) for portal in self.fleet.story.portals]
        troubles = [(BROKEN, Wire.BROKEN, Wire.CLOSED), (SILENT, Wire.SILENT, Wire.SILENT), (CLOSED, Wire.CLOSED, Wire.CLOSED)]
        found += [
            Site(name, "html", lambda asked: Reply(404), name=name, https=https, http=http, certificate=Certificate.NONE)
            for name, https, http in troubles
        ]  # fmt: skip
        return [*found, self._site(GOV_CN, "both")]

    def _site(self, host: str, origin: str) -> Site:
        def answer(asked: Asked) -> Reply:
            moments = self._asked.setdefault(f"{host}{asked.path}", [])
            if not moments or moments[-1] != self.moment:
                moments.append(self.moment)
            found = self.fleet.answer(f"https://{host}{asked.path}", self.moment)
            if isinstance(found, Silence):  # of a part of the site: the rest answers, so there is a server
                return Reply(504)
            return Reply(found.status, found.body, tuple(one for one in found.headers if one[0] != "Content-Length"))

        secure, plain = origin.startswith(("https", "both")), origin.startswith(("http:", "both"))
        return Site(
            host, "html", answer, name=host, https=Wire.OPEN if secure else Wire.CLOSED,
            http=Wire.OPEN if plain else Wire.CLOSED,
        )  # fmt: skip

    def asked(self, host: str, path: str) -> list[datetime]:
        """When an address was asked for, each moment once, in order (`answers.Witness`)."""
        return self._asked.get(f"{host}{path}", [])

    def addresses(self) -> list[str]:
        """Every address that was asked for, host and path."""
        return sorted(self._asked)

    def set(self, moment: datetime) -> None:
        """The moment at which all sites stand from now on."""
        assert self.ground is not None
        self.moment = self.end = moment
        self.ground.log.clear()
        self.ground.asked.clear()

    def names(self) -> dict[str, Mapping[int, int]]:
        """To which loopback ports the names lead at this moment; a name that is not there does not resolve."""
        assert self.ground is not None
        ports: dict[str, Mapping[int, int]] = dict(self.ground.names)
        for portal in self.fleet.story.portals:
            for outage in portal.outages:
                if outage.path or outage.outcome not in WIRES or not outage.since <= self.moment < outage.until:
                    continue
                if outage.outcome is Outcome.DNS:
                    del ports[portal.host]
                else:
                    ports[portal.host] = ports[_INSTEAD[outage.outcome]]
                break
        return ports


@contextmanager
def staging(fleet: Fleet, folder: Path) -> Iterator[Stage]:
    """Opens the ports of a fleet; certificates are made in `folder`."""
    stage = Stage(fleet)
    with playing(stage.sites(), folder) as ground:
        stage.ground = ground
        yield stage
