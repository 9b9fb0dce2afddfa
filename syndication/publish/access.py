"""Who may do what on the pages: signed-in persons by their role, everybody else by the door.

The door is locked as soon as `syndication users add` made a first user, and in front of every address but this machine's
own (`syndication.serve`). An operator may open reading on purpose; reviewing and SQL always need a person.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syndication.accounts import FILE_NAME, Accounts, UserRole, read_accounts
from syndication.publish.site import site_of

if TYPE_CHECKING:
    from collections.abc import Mapping

COOKIE = "ds_actor"
"""The cookie that bears a person's session (publish.signing_in)."""
REVIEW = "syndication-review"
"""The permission to decide on verdicts."""
NOTICE = "syndication-notice"
"""The permission to make and to check notices."""


class Door(StrEnum):
    """Who may read without signing in, and why."""

    LOCKED = "locked"  # nobody
    OPENED = "opened"  # everybody: the operator said so
    NO_USERS = "no_users"  # everybody who reaches the server: nobody was set up yet


def accounts_of(datasette: Any) -> Accounts:
    """The accounts of the data folder that is served, as they are now."""
    site = site_of(datasette)
    if site is None:
        return Accounts("", {})
    folder = Path(datasette.databases[site.first].path).parent
    path = folder / FILE_NAME
    return _read(folder, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=8)
def _read(folder: Path, changed: int) -> Accounts:
    """`changed` makes a file that was replaced be read again."""
    return read_accounts(folder)


def door_of(datasette: Any) -> Door:
    """Who may read without signing in."""
    own = datasette.plugin_config("syndication") or {}
    if own.get("anyone_may_read"):
        return Door.OPENED
    return Door.LOCKED if accounts_of(datasette).users else Door.NO_USERS


def role_of(datasette: Any, actor: Mapping[str, Any] | None) -> UserRole | None:
    """A signed-in person's role as the accounts have it now; None for everybody else and for ended sessions."""
    user = accounts_of(datasette).users.get(str(actor.get("id"))) if actor else None
    return user.role if user and actor and actor.get("stamp") == user.stamp else None


def may(datasette: Any, actor: Mapping[str, Any] | None, action: str) -> bool | None:
    """Whether a visitor may do one of Datasette's actions, `REVIEW` or `NOTICE`; None leaves it to Datasette."""
    role = role_of(datasette, actor)
    if action.startswith("view-"):
        return None if role or door_of(datasette) is not Door.LOCKED else False
    if action in (REVIEW, NOTICE):
        return role in (UserRole.REVIEWER, UserRole.ADMIN)
    if action == "execute-sql":
        return True if role is UserRole.ADMIN else False if accounts_of(datasette).users else None
    return None
