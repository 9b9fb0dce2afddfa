"""Signing in and out. Passwords are checked as datasette-auth-passwords does; what its own page lacks is here.

Facts (datasette-auth-passwords 1.1.1): its cookie never ends and scripts may read it, its page is English and takes any
number of guesses, each of which costs the server a fifth of a second of work.

Who was led to the form from a page of ours goes on to that page (`next`). An address there can be anybody's, sent by mail: what
a browser could take for another site's, or for a path beside ours, leads to the front page.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode
from weakref import WeakKeyDictionary

from datasette import Response  # type: ignore[import-untyped]  # Datasette ships no types
from datasette.utils import baseconv  # type: ignore[import-untyped]  # as above

from syndication.publish import access, guarding
from syndication.publish.access import COOKIE
from syndication.publish.site import site_of

if TYPE_CHECKING:
    from collections.abc import Hashable

SESSION_SECONDS = 12 * 3600
FORGOTTEN_AFTER = 15 * 60.0  # seconds
GUESSES_OF_A_NAME = 5  # from one address
GUESSES_FROM_AN_ADDRESS = 20
GUESSES_AT_ONCE = 2
LONGEST_PATH = 2000
_PATH = re.compile(r"/(?!/)[!-\[\]-~]*", re.ASCII)
"""Signs that can be seen, but for the backslash, which browsers take for a slash; and no site before the first slash."""
_NOBODY = "pbkdf2_sha256$480000$00$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
"""What a guess at a name that does not exist is compared with, so that it takes as long as any other."""


@dataclass
class Guesses:
    """Wrong guesses of late, by whom; what is older than `FORGOTTEN_AFTER` is forgotten."""

    wrong: dict[Hashable, deque[float]] = field(default_factory=dict)
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(GUESSES_AT_ONCE))

    def wait(self, address: str, name: str, now: float) -> int:
        """Seconds until this address may guess again; 0: now."""
        limits: tuple[tuple[Hashable, int], ...] = (
            ((address, name), GUESSES_OF_A_NAME), (address, GUESSES_FROM_AN_ADDRESS),
        )  # fmt: skip
        for key, most in limits:
            times = self._recent(key, now)
            if len(times) >= most:
                return int(times[-most] + FORGOTTEN_AFTER - now) + 1
        return 0

    def add(self, address: str, name: str, now: float) -> None:
        """Notes a wrong guess."""
        keys: tuple[Hashable, ...] = ((address, name), address)
        for key in keys:
            self.wrong.setdefault(key, deque(maxlen=GUESSES_FROM_AN_ADDRESS)).append(now)
        for key in [key for key in self.wrong if not self._recent(key, now)]:
            del self.wrong[key]

    def forget(self, address: str, name: str) -> None:
        """A right guess clears the name's."""
        self.wrong.pop((address, name), None)

    def _recent(self, key: Hashable, now: float) -> deque[float]:
        times = self.wrong.get(key, deque())
        while times and times[0] <= now - FORGOTTEN_AFTER:
            times.popleft()
        return times


_guesses: WeakKeyDictionary[Any, Guesses] = WeakKeyDictionary()


async def sign_in_page(datasette: Any, request: Any) -> Any:
    """`/-/login`: the form, and what it sends."""
    if request.method != "POST":
        return await _form(datasette, request, "", 200, own_path(request.args.get("next") or ""))
    given = await request.post_vars()
    name, password = str(given.get("username", ""))[:100], str(given.get("password", ""))[:1000]
    onward = own_path(str(given.get("next", "")))
    guarding.note(request, tried=name)
    if "ds_csrftoken" not in request.cookies:  # asgi-csrf lets a form without any cookie pass
        guarding.note(request, outcome="expired")
        return await _form(datasette, request, "页面已过期，请重新登录。", 403, onward)
    address = (request.scope.get("client") or ("",))[0]
    guesses = _guesses.setdefault(datasette, Guesses())
    if waiting := guesses.wait(address, name, time.monotonic()):
        minutes = -(-waiting // 60)
        guarding.note(request, outcome="too_many")
        refused = await _form(datasette, request, f"尝试次数过多，请 {minutes} 分钟后再试。", 429, onward)
        refused.headers["Retry-After"] = str(waiting)
        return refused
    user = access.accounts_of(datasette).users.get(name)
    async with guesses.at_once:
        right = await asyncio.to_thread(_is_password, password, user.password_hash if user else _NOBODY)
    if not user or not right:
        guesses.add(address, name, time.monotonic())
        guarding.note(request, outcome="wrong")
        return await _form(datasette, request, "用户名或密码不正确。", 403, onward)
    guesses.forget(address, name)
    guarding.note(request, who=name, role=user.role, outcome="signed_in")
    response = Response.redirect(datasette.urls.path(onward))
    response.set_cookie(COOKIE, session(datasette, name), max_age=SESSION_SECONDS, httponly=True, samesite="lax")
    return response


def own_path(written: str) -> str:
    """A path of ours, without the proxy's, to go on to; the front page for everything else, this form among it."""
    path = written.partition("?")[0]
    stepping = {".", ".."} & set(unquote(path).split("/"))
    ours = _PATH.fullmatch(written) and "//" not in path and not stepping and len(written) <= LONGEST_PATH
    return written if ours and path not in ("/-/login", "/-/logout") else "/"


def sign_in_url(datasette: Any, onward: str) -> str:
    """The form, from which a visitor goes on to a path of ours."""
    form, onward = str(datasette.urls.path("/-/login")), own_path(onward)
    return form if onward == "/" else f"{form}?{urlencode({'next': onward}, safe='/')}"


def session(datasette: Any, name: str) -> str:
    """A signed session of a person, which ends by itself and with the person's password."""
    site = site_of(datasette)
    if site is None:
        raise LookupError("sessions are for our databases only")
    ends = int(site.wall.now().timestamp()) + SESSION_SECONDS
    actor = {"id": name, "stamp": access.accounts_of(datasette).users[name].stamp}
    signed: str = datasette.sign({"a": actor, "e": baseconv.base62.encode(ends)}, "actor")
    return signed


async def sign_out(datasette: Any, request: Any) -> Any:
    """`/-/logout`: ends the session (POST only; the form bears a CSRF token)."""
    if request.method == "POST":
        response = Response.redirect(datasette.urls.path("/-/login"))
        response.set_cookie(COOKIE, "", expires=0, max_age=0)
        return response
    return Response.redirect(datasette.urls.path("/"))


def _is_password(password: str, password_hash: str) -> bool:
    from datasette_auth_passwords.utils import verify_password  # type: ignore[import-untyped]  # it ships no types

    return bool(verify_password(password, password_hash))


async def _form(datasette: Any, request: Any, error: str, status: int, onward: str) -> Any:
    from syndication.publish.workbench.pages import rendered

    context = {"error": error, "bare": True, "next": onward}
    return await rendered(datasette, request, "login", context, status=status)
