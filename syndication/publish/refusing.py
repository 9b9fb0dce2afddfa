"""Requests that reach no page: methods that nothing here takes, forms that cannot be read, forms whose token is stale.

Facts of the world: Datasette 0.65 fails with 500 where a method has no view, or a POST leads to a list; asgi-csrf, which it
puts around everything, fails likewise over bytes that are no form, and answers a stale token with a bare English sentence.
No other page can be given to it.

Such a request is asked again, as a GET of an address of our own that no visitor can ask for: there is a session, a token for
the frame's forms, and `publish.faults`, which tells what was wrong. Forms are read whole first; what somebody typed into one
that is refused is shown on that page, for it may be lost from the page before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from asgi_csrf import error_messages  # type: ignore[import-untyped]  # it ships no types
from datasette.utils.asgi import Base400, NotFound  # type: ignore[import-untyped]  # Datasette ships no types

if TYPE_CHECKING:
    from collections.abc import Mapping

ROUTE = r"^/-/refused(?:\.json)?$"
LONGEST_FORM = 256 * 1024  # bytes; the longest field holds 2,000 characters
_STALE = frozenset(message.encode() for message in error_messages.values())
_FORM_TYPE = b"application/x-www-form-urlencoded"
_FAULT, _FORM, _ASKED = "syndication.refused", "syndication.form", "syndication.asked_path"
"""Where a request's scope holds why it is refused, the form that came with it, and the path that was asked for."""


class WrongMethod(Base400):  # type: ignore[misc]  # as above
    """The address does not take this method; use a link or a form of the pages."""

    status = 405


class UnreadableForm(Base400):  # type: ignore[misc]  # as above
    """What was sent is no form of the pages."""


class StaleForm(Base400):  # type: ignore[misc]  # as above
    """The form's token is not that of the browser: open the form again and send it again."""

    status = 403


def telling(app: Any) -> Any:
    """The ASGI application, which then answers such requests with a page."""

    async def told(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await app(scope, receive, send)
            return
        if scope["method"] != "POST" or not scope["path"].startswith("/-/"):
            await app(_again(scope, WrongMethod("Method not allowed")), _nothing, send)
            return
        form = await _whole(receive)
        if form is None:
            return
        if not _is_form(scope, form):
            await app(_again(scope, UnreadableForm("This is no form")), _nothing, send)
            return
        scope = {**scope, _FORM: form}
        starts: list[Any] = []

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start" and message["status"] == StaleForm.status:
                starts.append(message)  # its body says whether it is a page
                return
            if starts and message.get("body") in _STALE:
                starts.clear()
                await app(_again(scope, StaleForm("The form is stale")), _nothing, send)
                return
            if starts:
                await send(starts.pop())
            await send(message)

        await app(scope, _once(form, receive), sending)

    return told


def refused_page(request: Any) -> Any:
    """The address of our own: raises why the request was refused; NotFound for a visitor who asks for it."""
    raise request.scope.get(_FAULT) or NotFound("404")


def asked_path(request: Any) -> str:
    """The path and query that a visitor asked for, without the proxy's."""
    return str(request.scope.get(_ASKED) or request.full_path)


def typed(request: Any) -> Mapping[str, str]:
    """The fields of the form that came with a request; empty where none did."""
    return dict(parse_qsl(request.scope.get(_FORM, b"").decode("utf-8", "replace")))


def _again(scope: Any, fault: Exception) -> Any:
    path = "/-/refused.json" if scope["path"].endswith(".json") else "/-/refused"
    return {
        **scope, "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", _FAULT: fault,
        _ASKED: scope["path"],
    }  # fmt: skip


def _is_form(scope: Any, form: bytes) -> bool:
    kinds = [value.partition(b";")[0].strip().lower() for name, value in scope["headers"] if name.lower() == b"content-type"]
    return len(form) <= LONGEST_FORM and form.isascii() and (kinds == [_FORM_TYPE] or not (kinds or form))


async def _whole(receive: Any) -> bytes | None:
    """A request's body, or as much as shows that it is too long; None where the visitor went away."""
    body = b""
    while len(body) <= LONGEST_FORM:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body


def _once(body: bytes, receive: Any) -> Any:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Any:
        return waiting.pop() if waiting else await receive()

    return received


async def _nothing() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}
