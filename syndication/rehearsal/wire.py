"""What goes over the wire: an answer or a silence, and how addresses are compared."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syndication.clock import BEIJING
from syndication.rehearsal import sheets

if TYPE_CHECKING:
    from datetime import datetime

    from syndication.glossary import Outcome

REASONS = {200: "OK", 302: "Found", 403: "Forbidden", 404: "Not Found", 502: "Bad Gateway", 521: "Web Server Is Down"}
HTML, JSON, XML = "text/html; charset=utf-8", "application/json", "text/xml"


@dataclass(frozen=True)
class Answer:
    """What a server sends: status, headers in order, body as bytes."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Silence:
    """No answer: how the connection fails, and what a log would say of it."""

    outcome: Outcome
    detail: str


def key(url: str) -> str:
    """What tells pages apart: host, path and query; http and https are one."""
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"


def reply(
    status: int,
    text: str,
    content_type: str,
    at: datetime,
    charset: str = "utf-8",
    extra: tuple[tuple[str, str], ...] = (),
) -> Answer:
    """A page as a server sends it, with the usual headers."""
    body = text.encode(charset)
    headers = (
        ("Content-Type", content_type),
        ("Date", format_datetime(at.astimezone(BEIJING))),
        ("Content-Length", str(len(body))),
        *extra,
    )
    return Answer(status, headers, body)


def error(status: int, at: datetime) -> Answer:
    """A gateway's page for a status."""
    return reply(status, sheets.error(status, REASONS[status]), "text/html", at)
