"""`syndication users`: who may sign in to the pages, and as what; kept in the data folder's `accounts.json`, mode 600.

Passwords are kept as datasette-auth-passwords hashes them (PBKDF2-SHA256, 480,000 rounds). The file also holds the secret
that signs sessions, so that a restart signs nobody out; it is no part of the database that is served.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import sys
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import click

from syndication.clock import SystemClock, to_text
from syndication.errors import SyndicationError
from syndication.folders import data_folder, data_option

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_NAME = "accounts.json"
SHORTEST_PASSWORD = 10
_NAME = re.compile(r"[\w.@-]{1,40}")


class AccountsError(SyndicationError):
    """The accounts cannot be read or changed as asked; the message says what to do."""


class UserRole(StrEnum):
    """What a person may do; each may do what the one before may."""

    VIEWER = "viewer"
    REVIEWER = "reviewer"
    ADMIN = "admin"


ROLE_WORDS: Mapping[UserRole, str] = {UserRole.VIEWER: "查看", UserRole.REVIEWER: "复核", UserRole.ADMIN: "管理"}


@dataclass(frozen=True)
class User:
    """A person who may sign in."""

    role: UserRole
    password_hash: str
    added_at: str

    @property
    def stamp(self) -> str:
        """Changes with the password: sessions that were opened with the old one end."""
        return hashlib.sha256(self.password_hash.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Accounts:
    """The users by name, and the secret that signs their sessions (empty where there is no file)."""

    secret: str
    users: Mapping[str, User]


def read_accounts(folder: Path) -> Accounts:
    """The accounts of a data folder; none where there is no file.

    Raises AccountsError for a file that is none of ours, or that others may read.
    """
    path = folder / FILE_NAME
    try:
        mode = path.stat().st_mode
        found = json.loads(path.read_text("utf-8"))
        if mode & 0o077:
            raise AccountsError(f"{path} 可被其他用户读取，请执行 chmod 600。 Others may read {path}: chmod 600 it.")
        users = {
            str(name): User(UserRole(user["role"]), str(user["password_hash"]), str(user["added_at"]))
            for name, user in found["users"].items()
        }
        return Accounts(str(found["secret"]), users)
    except FileNotFoundError:
        return Accounts("", {})
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as fault:
        raise AccountsError(f"{path} 无法读取：{fault!r}。 {path} cannot be read.") from fault


def write_accounts(folder: Path, accounts: Accounts) -> None:
    """Replaces the file, whole or not at all; only its owner may read it."""
    path = folder / FILE_NAME
    part = path.with_name(f".{FILE_NAME}.{os.getpid()}.part")
    told = {"secret": accounts.secret or secrets.token_hex(32), "users": {n: asdict(u) for n, u in accounts.users.items()}}
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(told, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as fault:
        raise AccountsError(f"无法写入 {path}：{fault.strerror}。 Cannot write {path}: {fault.strerror}.") from fault
    finally:
        part.unlink(missing_ok=True)


def add_user(folder: Path, name: str, role: UserRole, password: str, at: str) -> bool:
    """Adds a person, or gives one who is there a new role and password; whether the person is new."""
    from datasette_auth_passwords.utils import hash_password  # type: ignore[import-untyped]  # it ships no types

    if not _NAME.fullmatch(name):
        raise AccountsError(f"用户名“{name}”只能由文字、数字和 . - _ @ 组成，不超过 40 字。 Not a user name: {name!r}")
    if len(password) < SHORTEST_PASSWORD:
        raise AccountsError(f"密码至少 {SHORTEST_PASSWORD} 个字符。 A password has {SHORTEST_PASSWORD} characters or more.")
    accounts = read_accounts(folder)
    user = User(role, hash_password(password), at)
    write_accounts(folder, replace(accounts, users={**accounts.users, name: user}))
    return name not in accounts.users


def remove_user(folder: Path, name: str) -> None:
    """Removes a person; sessions end with the next page. Raises AccountsError for a name that is not there."""
    accounts = read_accounts(folder)
    if name not in accounts.users:
        raise AccountsError(f"没有用户 {name}。 There is no user {name}.")
    write_accounts(folder, replace(accounts, users={n: user for n, user in accounts.users.items() if n != name}))


class RoleWord(click.ParamType[UserRole]):
    """A role by its Chinese or its English word."""

    name = "查看|复核|管理"

    def convert(self, value: str | UserRole, param: click.Parameter | None, ctx: click.Context | None) -> UserRole:
        """The role; fails for any other word."""
        words = {told: role for role, told in ROLE_WORDS.items()} | {role.value: role for role in UserRole}
        if value not in words:
            self.fail(f"{value!r}：角色须为 查看、复核、管理 之一。 A role is one of {', '.join(UserRole)}.", param, ctx)
        return words[value]


@click.group("users", short_help="Who may sign in to the pages.")
def users_command() -> None:
    """Who may sign in to the pages, and as what: 查看 sees, 复核 also reviews, 管理 also asks SQL.

    Example: syndication users add wang --role 复核
    """


@users_command.command("add")
@click.argument("name")
@click.option("--role", type=RoleWord(), required=True, help="What the person may do.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it.")
@data_option
def add_command(name: str, role: UserRole, password_stdin: bool, data: Path | None) -> None:
    """Add a person, or change role and password of one who is there.

    Example: syndication users add wang --role 复核 --data data
    """
    folder = data_folder(data)
    if not folder.is_dir():
        raise AccountsError(f"没有数据目录 {folder}。 There is no folder {folder}.")
    ask = "密码（至少 10 个字符） Password"
    password = (
        sys.stdin.readline().rstrip("\r\n") if password_stdin
        else click.prompt(ask, hide_input=True, confirmation_prompt=True)
    )  # fmt: skip
    new = add_user(folder, name, role, password, to_text(SystemClock().now()))
    click.echo(f"{'已添加' if new else '已更新'}用户 {name}（{ROLE_WORDS[role]}）。此后查看页面须登录。")


@users_command.command("list")
@data_option
def list_command(data: Path | None) -> None:
    """Who may sign in.

    Example: syndication users list --data data
    """
    users = read_accounts(data_folder(data)).users
    for name, user in users.items():
        click.echo(f"{name}\t{ROLE_WORDS[user.role]}\t{user.added_at}")
    if not users:
        click.echo("没有用户。 No users.")


@users_command.command("remove")
@click.argument("name")
@data_option
def remove_command(name: str, data: Path | None) -> None:
    """Remove a person; an open session ends with the next page.

    Example: syndication users remove wang
    """
    remove_user(data_folder(data), name)
    click.echo(f"已删除用户 {name}。")
