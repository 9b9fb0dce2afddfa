"""Addresses: when two of them name the same page, and which site they belong to.

Portals write one page as http or https, with or without `www.`, with a fragment or a default port; all are one key.
"""

from __future__ import annotations

from urllib.parse import urlsplit

GOV_CN = "www.gov.cn"
PUSH = f"https://{GOV_CN}/pushinfo/v150203/"
RELEASE_LISTS = {
    "push_feed": f"{PUSH}rss.xml",
    "push_json": f"{PUSH}pushinfo.jsonp",
    "zuixin": f"https://{GOV_CN}/zhengce/zuixin/ZUIXINZHENGCE.json",
}
"""Where www.gov.cn lists its releases, by the name that the store keeps with a listing."""


def address_key(url: str) -> str:
    """A key that is equal for addresses of the same page: no scheme, `www.`, default port or fragment."""
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").removeprefix("www.")
    port = "" if parts.port in {None, 80, 443} else f":{parts.port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{port}{parts.path or '/'}{query}"


def host_of(url: str) -> str:
    """The host in lower case, without port; empty for an address without one."""
    return urlsplit(url.strip()).hostname or ""


def on_gov_cn(url: str) -> bool:
    """Whether the address lies on www.gov.cn itself (not on another site under gov.cn)."""
    return host_of(url).removeprefix("www.") == "gov.cn"
