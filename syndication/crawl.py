"""Runs the spiders of a run inside one reactor: first www.gov.cn, then all portals in one process.

Scrapy's reactor cannot start twice in a process, so a command hands all that it wants crawled to `drive` as one
coroutine; a replay of many files is one such coroutine.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, TypeVar, cast

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.downloadermiddlewares import cookies
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.log import configure_logging
from scrapy.utils.reactor import install_reactor
from tldextract import TLDExtract

from syndication.errors import Interrupted, SpidersMissingError
from syndication.logs import others_write
from syndication.render import require_browser
from syndication.run import RUN_SETTING

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from twisted.internet.asyncioreactor import AsyncioSelectorReactor

    from syndication.run import Run

T = TypeVar("T")
SPIDERS = ("pages", "portals", "releases", "scout")
NAME_THREADS = 32
REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
REPLAY = {  # nobody is on the other side: no politeness, no repetition, no robots.txt, no limits of time
    "DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False, "RETRY_ENABLED": False, "ROBOTSTXT_OBEY": False,
    "HOST_TIME_LIMIT": 0, "CLOSESPIDER_TIMEOUT": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
}  # fmt: skip


def settings_for(run: Run, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Scrapy's settings for one run: the project's, then what replay or resuming needs, then the caller's."""
    settings = Settings()
    settings.setmodule("syndication.settings", priority="project")
    if run.writer is None:
        settings.setdict(REPLAY, priority="cmdline")
    settings.setdict(dict(overrides or {}), priority="cmdline")
    settings.set(RUN_SETTING, run, priority="cmdline")
    return settings


async def crawl(run: Run, spider: str, overrides: Mapping[str, Any] | None = None, **arguments: Any) -> None:
    """Runs one spider of a run to its end.

    Raises:
        SpidersMissingError: Scrapy sees other spiders than this program ships.
        BrowserMissingError: a channel is to be rendered, and there is no browser.
        OSError, sqlite3.Error: nothing more could be written; what was written is whole, and the run can be taken up.
    """
    settings = settings_for(run, overrides)
    seen = tuple(sorted(get_spider_loader(settings).list()))
    if seen != SPIDERS:
        raise SpidersMissingError(
            "爬虫清单不符：环境中另有名为 spiders 的包，请把本程序安装在独立的虚拟环境中。 "
            f"Scrapy finds the spiders {seen or 'none'} instead of {SPIDERS}: another package called `spiders` is in"
            " the way. Install this program in a virtual environment of its own."
        )
    if run.writer is not None:
        require_browser(run.registry, settings)
    _keep_to_the_sites()
    runner = AsyncCrawlerRunner(settings)
    stopping: list[asyncio.Task[None]] = []
    run.stop = lambda: stopping.append(asyncio.get_event_loop().create_task(runner.stop()))
    try:
        await runner.crawl(spider, **arguments)
        await asyncio.gather(*stopping)
    finally:
        run.stop = None
    if run.broken is not None:
        run.store.rollback()
        if run.writer is not None:
            run.writer.abandon()
        raise run.broken
    run.store.commit()


def _keep_to_the_sites() -> None:
    """A night asks www.gov.cn and the portals and nobody else.

    Scrapy's cookie jar would have tldextract fetch the list of public suffixes from its makers when a cookie bears a domain;
    the copy that ships with tldextract is enough.
    """
    cookies._split_domain = TLDExtract(suffix_list_urls=(), include_psl_private_domains=True)


def drive(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine that crawls, in a reactor of its own; once a process.

    Raises:
        Interrupted: a signal stopped the reactor before the work was done.
    """
    install_reactor(REACTOR)
    configure_logging({"LOG_LEVEL": "WARNING", "LOG_INSTALL_ROOT_HANDLER": not others_write()})
    # that robots.txt could not be had stands in the evidence; a traceback for each dead host tells nobody anything
    logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)
    from twisted.internet import reactor as installed  # only after the right one was installed

    reactor = cast("AsyncioSelectorReactor", installed)
    # names are resolved in these threads, each as long as the system's resolver takes: dead names must not fill them all
    reactor.getThreadPool().adjustPoolsize(maxthreads=NAME_THREADS)
    done: list[asyncio.Task[T]] = []

    def begin() -> None:
        task = asyncio.get_event_loop().create_task(work)
        task.add_done_callback(finish)

    def finish(task: asyncio.Task[T]) -> None:
        done.append(task)
        reactor.stop()  # type: ignore[no-untyped-call]  # Twisted ships no types for it

    reactor.callWhenRunning(begin)
    reactor.run()  # type: ignore[no-untyped-call]  # Twisted ships no types for it
    if not done:
        raise Interrupted(
            "已按信号停止，已写入的内容完整保留；六小时内重新运行同一命令，将从中断处继续。 "
            "stopped by a signal; start the same command again and it goes on where it was"
        )
    return done[0].result()
