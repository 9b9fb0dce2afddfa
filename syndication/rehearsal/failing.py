"""How a site of the fleet fails: on the wire, by a status, or with a page that is none.

Each outcome of a look (`Outcome`) has its picture here, after what real portals were seen to send (survey).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syndication.glossary import Outcome
from syndication.rehearsal import sheets
from syndication.rehearsal.wire import HTML, Answer, Silence, error, reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from syndication.rehearsal.scenario import Outage

WIRES = frozenset({Outcome.TIMEOUT, Outcome.DNS, Outcome.TLS, Outcome.REFUSED})
"""What fails before there is an answer."""
RELAUNCHED = "<html><head><title>新版上线</title></head><body><p>页面升级中，敬请期待。</p></body></html>"
NO_ROBOTS = "User-agent: *\nDisallow: /\n"


def challenge(at: datetime) -> Answer:
    """A script in place of every page, answered 521."""
    return reply(521, sheets.CHALLENGE, "text/html", at)


def answer(outage: Outage, host: str, path: str, at: datetime, page: Callable[[], Answer]) -> Answer | Silence:
    """What comes instead of a page while an outage lasts; `page` makes what would come otherwise.

    Raises:
        ValueError: an outcome that nobody has drawn.
    """
    if outage.outcome in WIRES:
        return Silence(outage.outcome, f"{host}: {outage.outcome} (rehearsed)")
    if outage.status is not None:
        return error(outage.status, at)
    if outage.outcome is Outcome.CHALLENGE:
        return challenge(at)
    if outage.outcome is Outcome.ROBOTS:
        return reply(200, NO_ROBOTS, "text/plain", at) if path == "/robots.txt" else page()
    if path == "/robots.txt":
        return page()
    if outage.outcome is Outcome.LAYOUT_CHANGED:
        return reply(200, RELAUNCHED, HTML, at)
    if outage.outcome is Outcome.MOJIBAKE:
        there = page()
        body = there.body.decode("utf-8").encode().decode("latin-1").encode()
        headers = tuple((name, value) for name, value in there.headers if name != "Content-Length")
        return Answer(there.status, (*headers, ("Content-Length", str(len(body)))), body)
    raise ValueError(f"{host}: nobody knows how {outage.outcome} looks")
