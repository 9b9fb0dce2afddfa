"""To which host names the pages answer: this machine's own, the address that a request came in at, what the operator names.

Fact of the world: the name of somebody else's site can be made to lead to this machine (DNS rebinding). To the browser our
pages are then that site's own, and its scripts read them. The Host header still says the other name; an address in
figures is nobody's to lead elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?", re.ASCII)
_HEADER = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[^:\[\]]+)(?::\d{1,5})?", re.ASCII | re.IGNORECASE)
_STYLE = """
body { margin: 0; color: #1d2530; line-height: 1.6; font-family: "Microsoft YaHei", "PingFang SC", sans-serif; }
header { padding: .6em 1.2em; background: #0b4f8a; color: #fff; font-weight: bold; }
main { padding: .4em 1.2em; max-width: 50rem; overflow-wrap: anywhere; }
"""
_PAGE = f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>网址有误 · 国务院信息转载监测</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>
<body><header>国务院信息转载监测</header><main><h1>网址有误（421）</h1>
<p>浏览器使用的网址不属于本系统，为安全起见没有显示任何内容。请使用管理员告知的网址打开。</p>
<p>管理员：如该网址确属本系统，请在启动时用 <code>syndication serve --host-name 主机名</code>
（或环境变量 <code>SYNDICATION_HOST_NAMES</code>）写明。</p></main></body></html>"""
POLICY = f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
"""The page may hold its own style, and nothing else."""


def told_name(written: str) -> str:
    """A host name or address as it is compared. Raises ValueError for what is none (with a port, a path, a wildcard)."""
    name = written.strip().lower().removesuffix(".")
    try:
        return ipaddress.ip_address(name.removeprefix("[").removesuffix("]")).compressed
    except ValueError:
        if not _NAME.fullmatch(name):
            raise ValueError(written) from None
    return name


def is_own(hosts: Sequence[bytes], own: Collection[str], reached_at: str) -> bool:
    """Whether a request's Host headers name this server.

    `own` are the operator's names, as `told_name` gives them; `reached_at` is the address at which the request came in.
    """
    if len(hosts) != 1:
        return False
    found = _HEADER.fullmatch(hosts[0].decode("latin-1"))
    if not found:
        return False
    try:
        host = told_name(found["host"])
    except ValueError:
        return False
    if host == "localhost" or host in own:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback or host == ipaddress.ip_address(reached_at).compressed
    except ValueError:
        return False


async def refuse(send: Any) -> None:
    """Answers a request for another host, over ASGI."""
    body = _PAGE.encode()
    headers = [
        (b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode()),
        (b"content-security-policy", POLICY.encode()), (b"cache-control", b"no-store"),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": body})
