"""`syndication serve`: the pages of a data folder in a browser, by Datasette in this process.

The database is opened read-only and followed while a nightly writes it; this works because it is in WAL mode.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import webbrowser
from contextlib import closing
from typing import TYPE_CHECKING

import click

from syndication.accounts import read_accounts
from syndication.clock import SystemClock
from syndication.errors import DataFolderError, SyndicationError
from syndication.folders import data_folder, data_option
from syndication.lock import PROBE_LASTS, hold
from syndication.store.database import FILE_NAME, is_up_to_date, open_database
from syndication.store.reading import ensure_wal, is_ours

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


class ListeningError(SyndicationError):
    """The address and port cannot be listened on; choose another."""


def database_of(folder: Path) -> Path:
    """The database of a data folder, of this version's schema, ready to be read while another process writes.

    Raises DataFolderError where there is none, where it is another program's, or where it cannot be put into WAL mode;
    LockedError where it is an older version's and a command works on it.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise DataFolderError(
            f"没有找到数据库 {path}。请先运行 syndication nightly（或 replay、demo），或用 --data 指定数据目录。 "
            f"No database at {path}: run `syndication nightly`, `replay` or `demo` first, or name its folder by --data."
        )
    if not is_ours(path):
        raise DataFolderError(f"{path} 不是本程序的数据库。 {path} is not a database of this program.")
    ensure_wal(path)
    if not is_up_to_date(path):
        with hold(folder, "serve", SystemClock().now(), behind="probe", patience=PROBE_LASTS):
            open_database(folder).close()
    return path


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that is bound there; raises ListeningError where it cannot be."""
    family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, number)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as fault:
        listener.close()
        raise ListeningError(
            f"无法在 {host}:{port} 提供服务（{fault.strerror}），可用 --port 换一个端口。 "
            f"Cannot listen on {host}:{port}: {fault.strerror}; choose another with --port."
        ) from fault
    return listener


def address_of(listener: socket.socket) -> str:
    """The address at which a browser of this machine reaches the socket."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def check_door(folder: Path, host: str, *, anyone_may_read: bool) -> str:
    """What is told of who may read; raises DataFolderError where nobody was set up and others could reach the pages.

    Only this machine can reach a loopback address; there the pages are open until a first user is added.
    """
    users = len(read_accounts(folder).users)
    if anyone_may_read:
        return "注意：已设为任何人都可查看（--anyone-may-read）；复核和 SQL 仍须登录。"
    if users:
        return f"查看须登录（共 {users} 个用户）。"
    if not _is_loopback(host):
        raise DataFolderError(
            f"尚未设置用户，不能在 {host} 上提供服务。请先运行 syndication users add 用户名 --role 管理，"
            f"或用 --anyone-may-read 明确允许任何人查看。 "
            f"No users yet: run `syndication users add NAME --role 管理` before serving on {host}, or say --anyone-may-read."
        )
    return "尚未设置用户：本机任何人都可查看。syndication users add 用户名 --role 管理 之后查看须登录。"


def _named(host: str) -> tuple[str, ...]:
    """The address to listen on as a name of the server; none where it stands for all addresses."""
    return () if host in ("", "0.0.0.0", "::") else (host,)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def run_server(
    database: Path, listener: socket.socket, *, open_browser: bool, base_url: str = "/", anyone_may_read: bool = False,
    host_names: Collection[str] = (), door: str = "",
) -> None:  # fmt: skip
    """Serves until it is stopped (Ctrl-C or a TERM signal); `host_names` as for `publish.configuration.make_datasette`."""
    import uvicorn  # here: half a second that no other command should wait for

    from syndication.publish.configuration import make_datasette

    address = address_of(listener).rstrip("/") + base_url
    datasette = make_datasette(
        database, base_url=base_url, anyone_may_read=anyone_may_read, host_names=host_names
    )
    config = uvicorn.Config(datasette.app(), log_level="warning", lifespan="on", workers=1)
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.02)
    if server.started:
        click.echo(f"监测页面：{address}  （按 Ctrl-C 结束）")
        click.echo(f"Serving {database} at {address} (Ctrl-C ends it)")
        if door:
            click.echo(door)
        if open_browser:
            await asyncio.to_thread(webbrowser.open, address)
    await serving


class HostName(click.ParamType[str]):
    """A name or address that stands in a browser's address bar, without port or path."""

    name = "NAME"

    def split_envvar_value(self, rv: str) -> list[str]:
        """Names with commas or blanks between them; a file that a shell reads has commas."""
        return rv.replace(",", " ").split()

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name as it is compared; fails for what is none."""
        from syndication.publish.host_names import told_name

        try:
            return told_name(value)
        except ValueError:
            self.fail(f"{value!r} 不是主机名（不带端口和路径）。 Not a host name (without port and path).", param, ctx)


@click.command("serve", short_help="Show the database in a browser.")
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(0, 65535), help="The port; 0: a free one.")
@click.option("--open", "open_browser", is_flag=True, help="Open a browser.")
@click.option("--prefix", default="/", envvar="SYNDICATION_PREFIX", show_default=True, show_envvar=True,
              help="The path under which a proxy shows the pages.")  # fmt: skip
@click.option("--host-name", "host_names", type=HostName(), multiple=True, envvar="SYNDICATION_HOST_NAMES",
              show_envvar=True,
              help="A name at which browsers reach the pages, besides this machine's; may be repeated.")  # fmt: skip
@click.option("--anyone-may-read", is_flag=True, help="Reading needs no sign-in; reviewing and SQL still do.")
def serve_command(
    data: Path | None, host: str, port: int, open_browser: bool, prefix: str, host_names: tuple[str, ...], anyone_may_read: bool
) -> None:
    """Show verdicts, portals and releases in a browser, in Chinese.

    Reading needs a sign-in as soon as `syndication users add` added somebody; before that only this machine may read.
    Requests for a host that is not named are refused: behind a proxy, name what stands in the address bar.

    Example: syndication serve --data data --port 8001 --host-name monitor.example.gov.cn
    """
    database = database_of(data_folder(data))
    door = check_door(database.parent, host, anyone_may_read=anyone_may_read)
    base_url = f"/{prefix.strip('/')}/" if prefix.strip("/") else "/"
    with closing(listening_socket(host, port)) as listener:
        serving = run_server(
            database, listener, open_browser=open_browser, base_url=base_url, anyone_may_read=anyone_may_read,
            host_names=(*host_names, *_named(host)), door=door,
        )  # fmt: skip
        asyncio.run(serving)
