"""Whether this machine can be left alone with the job, check by check, and for each fault what to do.

Nothing is written but trial files that are removed again; of the world only www.gov.cn is asked, each of its lists once, and
the resolver for the names of the portals.
"""

from __future__ import annotations

import importlib.util
import os
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from syndication import lock, machine
from syndication.alert_rules import load_alerts
from syndication.alert_sending import sender_to
from syndication.checkup_network import government, portal_names, proxies
from syndication.clock import beijing_text, from_text
from syndication.errors import DataFolderError, LockedError, SyndicationError
from syndication.finding import KEEP_TIME, Finding, Health
from syndication.logs import VARIABLE as LOG_VARIABLE
from syndication.render import require_browser
from syndication.running import read_files
from syndication.store.database import FILE_NAME
from syndication.store.nights import NightRows
from syndication.store.reading import is_ours, open_reader
from syndication.store.trial import wal_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scrapy.settings import Settings

    from syndication.clock import Clock
    from syndication.registry import Registry

PROGRAM = Path(__file__)
ROOM_NEEDED, ROOM_WANTED = 10**9, 10 * 10**9
INODES_NEEDED = 10_000
OLDEST_SQLITE = (3, 37, 0)
GIGABYTE = 10**9


def examine(
    folder: Path, clock: Clock, addresses: Sequence[str], *, environment: dict[str, str] | None = None,
    reach: Callable[[str, str], machine.Reached] = machine.reach,
    unresolved: Callable[[Iterable[str]], tuple[list[str], list[str]]] = machine.unresolved,
) -> Iterator[Finding]:  # fmt: skip
    """All checks, one after the other.

    Args:
        folder: the data folder, which may not be there yet.
        clock: the machine's.
        addresses: of www.gov.cn's lists; none are asked where it is empty.
        environment: the process's where not given.
        reach: asks an address, with a user agent.
        unresolved: of names, those that do not resolve and those of which nothing was heard.
    """
    environment = dict(os.environ) if environment is None else environment
    yield from _time(clock)
    if not folder.is_dir():
        yield Finding("数据目录", Health.BAD, f"{folder} 不存在", f"运行 syndication init {folder}，或用 --data 指定数据目录")
        return
    yield from _folder(folder)
    yield from _room(folder)
    yield from _database(folder, clock)
    yield from _files(folder)
    yield from _fonts()
    yield _contact(environment)
    yield _log(environment)
    yield _spiders()
    yield from _alerts(folder)
    yield from proxies(environment)
    if addresses:
        yield from government(addresses, clock, reach)
        yield from portal_names(folder, unresolved)


def _time(clock: Clock) -> Iterator[Finding]:
    now, installed = clock.now(), datetime.fromtimestamp(PROGRAM.stat().st_mtime, UTC)
    if now < installed - timedelta(days=1):
        yield Finding("时钟", Health.BAD, f"{beijing_text(now)}（北京时间），早于程序安装时间", KEEP_TIME)
    else:
        yield Finding("时钟", Health.OK, f"{beijing_text(now, seconds=True)}（北京时间）")
    kept = machine.clock_is_kept()
    if kept:
        yield Finding("时钟同步", Health.OK, "已与时间服务器同步")
    elif kept is None:
        advice = "确认本机启用了 NTP（chrony 或 systemd-timesyncd）"
        yield Finding("时钟同步", Health.NOTE, "无法得知时钟是否与时间服务器同步", advice)
    else:
        yield Finding("时钟同步", Health.BAD, "时钟未与时间服务器同步，观测时间不能作为依据", KEEP_TIME)
    if machine.zone_is_known("Asia/Shanghai"):
        yield Finding("时区数据", Health.OK, "有 Asia/Shanghai")
    else:
        yield Finding("时区数据", Health.BAD, "系统缺少 Asia/Shanghai，定时任务会按错误时间启动", "apt-get install tzdata")


def _folder(folder: Path) -> Iterator[Finding]:
    about, me = folder.stat(), os.geteuid()
    foreign = sorted(path.name for path in folder.iterdir() if not os.access(path, os.W_OK))
    if not os.access(folder, os.W_OK | os.X_OK) or foreign:
        which = f"：{'、'.join(foreign[:5])}" if foreign else ""
        advice = f"chown -R syndication: {folder}，并以该用户运行"
        yield Finding("目录权限", Health.BAD, f"当前用户不能写入 {folder}{which}", advice)
    elif about.st_uid != me:
        said = f"{folder} 属于用户 {about.st_uid}，当前用户为 {me}"
        yield Finding("目录权限", Health.NOTE, said, "以目录所有者的身份运行全部命令")
    else:
        yield Finding("目录权限", Health.OK, f"可写，属于当前用户（{me}）")
    mask = os.umask(0o027)
    os.umask(mask)
    if about.st_mode & stat.S_IWOTH or not mask & stat.S_IWOTH:
        yield Finding("他人可写", Health.BAD, "其他用户可以改写数据或证据", f"chmod o-w {folder}，umask 027")
    if me == 0:
        yield Finding("运行用户", Health.NOTE, "当前为 root", "以专用用户 syndication 运行；root 写入的文件该用户无法改写")
    try:
        with lock.hold(folder, "doctor", datetime.fromtimestamp(PROGRAM.stat().st_mtime, UTC)):
            yield Finding("目录锁", Health.OK, "没有其他命令在使用数据目录")
    except LockedError as taken:
        yield Finding("目录锁", Health.NOTE, f"其他命令正在使用：{taken}", "等其结束即可")
    except DataFolderError as problem:
        yield Finding("目录锁", Health.BAD, str(problem), "先解决目录权限")


def _room(folder: Path) -> Iterator[Finding]:
    room = machine.room(folder)
    said = f"剩余 {room.free / GIGABYTE:.1f} GB，共 {room.total / GIGABYTE:.1f} GB"
    if room.free < ROOM_NEEDED:
        yield Finding("磁盘空间", Health.BAD, said, "至少留出 1 GB；清理磁盘，或 syndication retention --keep-days 400")
    elif room.free < ROOM_WANTED:
        yield Finding("磁盘空间", Health.NOTE, said, "全国 103 家门户每年约需 10—20 GB")
    else:
        yield Finding("磁盘空间", Health.OK, said)
    if room.inodes is not None and room.inodes < INODES_NEEDED:
        yield Finding("文件数上限", Health.BAD, f"只能再建 {room.inodes} 个文件", "清理小文件，或换用其他分区")
    kind = machine.filesystem_kind(folder)
    if kind in machine.NETWORK_KINDS:
        yield Finding("文件系统", Health.BAD, f"数据目录在网络存储上（{kind}），数据库可能损坏", "把数据目录移到本机磁盘")
    else:
        yield Finding("文件系统", Health.OK, kind or "未知类型")


def _database(folder: Path, clock: Clock) -> Iterator[Finding]:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield Finding("SQLite", Health.BAD, version, "需要 3.37 或更高版本：换用较新的系统或 Python")
    if os.access(folder, os.W_OK):
        problem = wal_problem(folder)
        if problem:
            yield Finding("SQLite 日志", Health.BAD, f"不能使用预写日志：{problem}", "把数据目录移到本机磁盘")
        elif sqlite3.sqlite_version_info >= OLDEST_SQLITE:
            yield Finding("SQLite", Health.OK, f"{version}，预写日志可用")
    path = folder / FILE_NAME
    if not path.is_file():
        yield Finding("数据库", Health.OK, "尚未建立，首夜监测时自动建立")
        return
    if not is_ours(path):
        yield Finding("数据库", Health.BAD, f"{path} 不是本程序的数据库或已损坏", "syndication restore 恢复最近的备份")
        return
    with closing(open_reader(path)) as connection:
        newest = NightRows(connection).newest_moment()
    if newest is not None and clock.now() < from_text(newest):
        yield Finding("时钟", Health.BAD, f"早于最近批次的 {beijing_text(from_text(newest))}（北京时间）", KEEP_TIME)
    else:
        when = beijing_text(from_text(newest)) if newest else "无"
        yield Finding("数据库", Health.OK, f"最近批次：{when}")


def _files(folder: Path) -> Iterator[Finding]:
    try:
        files = read_files(folder)
    except SyndicationError as problem:
        yield Finding("登记表与规则", Health.BAD, str(problem), "按提示改正该文件")
        return
    portals, channels = files.registry.portals, files.registry.channels
    said = f"门户 {len(portals)} 家，栏目 {len(channels)} 个，规则版本 {len(files.rules.editions)} 个"
    yield Finding("登记表与规则", Health.OK, said)
    yield from _rendering(files.registry)


def _fonts() -> Iterator[Finding]:
    """A font for Chinese: for measured home pages, pictures, and a notice that is turned into PDF here."""
    found = machine.font_for_chinese()
    if found:
        yield Finding("中文字体", Health.OK, found)
    elif found is None:
        said = "无法得知有无中文字体（没有 fc-list）"
        yield Finding("中文字体", Health.NOTE, said, "apt-get install fontconfig fonts-wqy-microhei")
    else:
        said = "没有中文字体：首页栏目位置会量错，本机转换的 PDF 和截图显示为方框"
        yield Finding("中文字体", Health.BAD, said, "apt-get install fonts-wqy-microhei")


def _contact(environment: dict[str, str]) -> Finding:
    contact = environment.get("SYNDICATION_CONTACT", "").strip()
    if contact:
        return Finding("联系方式", Health.OK, contact)
    advice = "设置 SYNDICATION_CONTACT（网址或邮箱），如写入 /etc/syndication.env"
    return Finding("联系方式", Health.BAD, "未设置：被访问网站的管理员无从联系", advice)


def _log(environment: dict[str, str]) -> Finding:
    path = environment.get(LOG_VARIABLE, "")
    if not path:
        return Finding("日志文件", Health.OK, f"未设置 {LOG_VARIABLE}，只写到标准错误")
    problem = machine.write_problem(Path(path))
    if problem:
        advice = f"建立其目录并使当前用户可写（install -d -o syndication），或改正 {LOG_VARIABLE}"
        return Finding("日志文件", Health.BAD, f"{path} 无法写入：{problem}", advice)
    return Finding("日志文件", Health.OK, f"{path} 可写")


def _spiders() -> Finding:
    from scrapy.spiderloader import get_spider_loader

    from syndication.crawl import SPIDERS

    seen = tuple(sorted(get_spider_loader(_settings()).list()))
    if seen == SPIDERS:
        return Finding("爬虫", Health.OK, "、".join(seen))
    return Finding("爬虫", Health.BAD, f"发现 {seen}，应为 {SPIDERS}", "把本程序安装在独立的虚拟环境中")


def _settings() -> Settings:
    from scrapy.settings import Settings  # Scrapy's imports take a second

    settings = Settings()
    settings.setmodule("syndication.settings", priority="project")
    return settings


def _alerts(folder: Path) -> Iterator[Finding]:
    try:
        rules = load_alerts(folder)
        if rules is not None and importlib.util.find_spec("apprise") is not None:
            sender_to((*rules.operators, *rules.readers))
    except SyndicationError as problem:
        yield Finding("告警", Health.BAD, str(problem), "按提示改正 alerts.toml")
        return
    if rules is None or not rules.operators:
        yield Finding("告警", Health.NOTE, "未配置：监测失败时不会有人得知", "在数据目录写 alerts.toml，见 docs/install.md")
    elif importlib.util.find_spec("apprise") is None:
        yield Finding("告警", Health.BAD, "已配置，但未安装发送组件", "/opt/syndication/bin/pip install apprise")
    else:
        yield Finding("告警", Health.OK, f"运维 {len(rules.operators)} 个地址，读者 {len(rules.readers)} 个地址")


def _rendering(registry: Registry) -> Iterator[Finding]:
    """A browser, where a channel wants to be shown by one."""
    if not any(channel.options.get("render") for channel in registry.channels):
        return
    try:
        require_browser(registry, _settings())
    except SyndicationError as problem:
        yield Finding("浏览器", Health.BAD, str(problem), "按提示安装，或去掉栏目的 render 选项")
