"""Around every answer: the host's name, the audit log, headers that bound what a page may do, cookies hidden from scripts.

What comes in under a proxy's path goes on without it (publish.prefix); the log has the address as it was asked for.

The log is a file of JSON lines a month in the data folder's `audit/`, outside the database that is served: who saw,
exported and decided what, and when. A page that cannot be logged is not shown.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itsdangerous import BadSignature

from syndication.clock import beijing_date, to_text
from syndication.publish import access, host_names, prefix
from syndication.publish.site import site_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

FOLDER = "audit"
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""For Datasette's own pages, which hold scripts and styles in the page; ours say less (workbench.pages.POLICY)."""
_STATIC = re.compile(r"/-/static(?:-plugins)?/|/favicon\.ico$")
_EXPORT = re.compile(r"\.(?:csv|xlsx|docx|zip|json)$")
_NOTED = "syndication.audit"
"""Where a request's scope holds what its page adds to the line of the log."""

Headers = list[tuple[bytes, bytes]]


def guarded(app: Any, datasette: Any) -> Any:
    """The ASGI application with all that around it."""
    own = frozenset((datasette.plugin_config("syndication") or {}).get("host_names", ()))
    base_url = str(datasette.setting("base_url"))

    async def guard(asked: Any, receive: Any, send: Any) -> None:
        if asked["type"] != "http":
            await app(asked, receive, send)
            return
        scope = prefix.taken_off(asked, base_url)
        hosts = [value for name, value in scope["headers"] if name.lower() == b"host"]
        known = host_names.is_own(hosts, own, str((scope.get("server") or ("",))[0]))
        if known and _STATIC.match(scope["path"]):
            await app(scope, receive, send)
            return
        # datasette-auth-passwords would take a password with every request, without an end to the guesses
        headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"authorization"]
        scope = {**scope, "headers": headers, _NOTED: {}}

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                _log(datasette, {**scope, "path": asked["path"]}, message["status"])
                headers = prefix.put_before(message.get("headers", ()), base_url)
                message = {**message, "headers": _secured(headers, scope["scheme"] == "https")}
            await send(message)

        await (app(scope, receive, sending) if known else host_names.refuse(sending))

    return guard


def _secured(headers: Iterable[tuple[bytes, bytes]], tls: bool) -> Headers:
    found = [(name, _cookie(value, tls) if name.lower() == b"set-cookie" else value) for name, value in headers]
    names = {name.lower() for name, _ in found}
    found += [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
    if b"content-security-policy" not in names:
        found.append((b"content-security-policy", POLICY.encode()))
    return found


def _cookie(value: bytes, tls: bool) -> bytes:
    told = value.decode("latin-1")
    present = {part.strip().partition("=")[0].lower() for part in told.split(";")}
    told += "" if "httponly" in present else "; HttpOnly"
    told += "" if "samesite" in present else "; SameSite=Lax"
    told += "; Secure" if tls and "secure" not in present else ""
    return told.encode("latin-1")


def _log(datasette: Any, scope: Any, status: int) -> None:
    site = site_of(datasette)
    if site is None:
        return
    actor = _actor(datasette, scope)
    now = site.wall.now()
    role = access.role_of(datasette, actor)
    line = {
        "at": to_text(now), "who": actor.get("id") if actor else None, "role": role, "from": (scope.get("client") or ("",))[0],
        "did": _deed(scope["method"], scope["path"]), "method": scope["method"], "path": scope["path"],
        "query": scope["query_string"].decode("latin-1"), "status": status, **scope[_NOTED],
    }  # fmt: skip
    write_line(Path(datasette.databases[site.first].path).parent, now, line)


def note(request: Any, **facts: str) -> None:
    """Has the line of the log say more: `did` in other words, and what was done to what."""
    request.scope[_NOTED].update(facts)


def _deed(method: str, path: str) -> str:
    if path.endswith(("/-/login", "/-/logout")):
        return path.rpartition("/")[2]
    if method == "POST":
        return "decide"
    return "export" if _EXPORT.search(path) else "see"


def write_line(folder: Path, now: datetime, line: dict[str, Any]) -> None:
    """Appends a line to the month's file; both it and its folder are the owner's only."""
    place = folder / FOLDER
    place.mkdir(mode=0o700, exist_ok=True)
    path = place / f"{beijing_date(now):%Y-%m}.jsonl"
    told = json.dumps(line, ensure_ascii=False) + "\n"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        file.write(told.encode("utf-8", "replace"))


def _actor(datasette: Any, scope: Any) -> dict[str, Any] | None:
    """Whose session the request bears; routes see it, what is around them must look itself."""
    cookies = b"; ".join(value for name, value in scope["headers"] if name.lower() == b"cookie").decode("latin-1")
    found = re.search(rf"(?:^|;\s*){access.COOKIE}=\"?([^;\"]+)", cookies)
    if not found:
        return None
    try:
        actor: Any = datasette.unsign(found[1], "actor").get("a")
    except (BadSignature, AttributeError):
        return None
    return actor if isinstance(actor, dict) else None
