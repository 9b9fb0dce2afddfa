"""The checks of `syndication doctor` that look beyond this machine: www.gov.cn, the resolver, proxies.

Each list of www.gov.cn is asked once; of the portals only the names are asked for.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from syndication import machine
from syndication.addresses import host_of
from syndication.errors import SyndicationError
from syndication.finding import KEEP_TIME, Finding, Health
from syndication.running import read_files
from syndication.settings import USER_AGENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from syndication.clock import Clock

CLOCK_OFF = timedelta(seconds=60)


def proxies(environment: dict[str, str]) -> Iterator[Finding]:
    """The proxies that requests would go through."""
    found = machine.proxies(environment)
    if found:
        said = "、".join(f"{name}={address}" for name, address in found.items())
        yield Finding("代理", Health.NOTE, f"将通过代理访问：{said}", "不需要时从环境中去掉；代理的缓存会使观测时间失准")


def government(
    addresses: Sequence[str], clock: Clock, reach: Callable[[str, str], machine.Reached]
) -> Iterator[Finding]:
    """The lists of www.gov.cn, each asked once, and how far its clock is from ours."""
    for url in addresses:
        found = reach(url, USER_AGENT)
        if found.problem:
            advice = "检查域名解析、防火墙和代理；这一列表读不到时，发布时间无从得知"
            yield Finding("中国政府网", Health.BAD, f"{url}：{found.problem}", advice)
            continue
        off = abs(found.served_at - clock.now()) if found.served_at else None
        if off is not None and off > CLOCK_OFF:
            yield Finding("时钟", Health.BAD, f"与中国政府网服务器相差 {int(off.total_seconds())} 秒", KEEP_TIME)
        yield Finding("中国政府网", Health.OK, url)


def portal_names(
    folder: Path, unresolved: Callable[[Iterable[str]], tuple[list[str], list[str]]]
) -> Iterator[Finding]:
    """Whether the portals' names can be resolved from here; the portals themselves are not asked."""
    try:
        registry = read_files(folder).registry
    except SyndicationError:  # told by `_files` already
        return
    hosts = {host_of(portal.home_url) for portal in registry.portals}
    if not hosts:
        return
    dead, silent = unresolved(hosts)
    missing = [*dead, *silent]
    if not missing:
        yield Finding("门户域名", Health.OK, f"{len(hosts)} 个均可解析")
    elif len(missing) == len(hosts):
        advice = "检查 /etc/resolv.conf 和防火墙：所有门户都将记为未能观测"
        yield Finding("门户域名", Health.BAD, f"{len(hosts)} 个均无法解析", advice)
    else:
        shown = "、".join(missing[:5]) + ("……" if len(missing) > 5 else "")
        advice = "核对 portals.csv 的网址；syndication portals check --live 可逐个查看"
        yield Finding("门户域名", Health.NOTE, f"{len(missing)} 个无法解析（共 {len(hosts)} 个）：{shown}", advice)
