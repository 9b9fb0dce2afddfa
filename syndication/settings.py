"""Scrapy's settings. Nothing here reads the registry or opens the database; `syndication.crawl` adds the run.

The operator's contact comes from the environment (`SYNDICATION_CONTACT`): a portal's webmaster must know whom to ask.
"""

from __future__ import annotations

import os

from syndication import __version__

BOT_NAME = "policy-syndication"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"

CONTACT = os.environ.get("SYNDICATION_CONTACT", "").strip()
USER_AGENT = f"policy-syndication/{__version__} (+{CONTACT or 'government website inspection; no contact configured'})"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",  # several portals send an English site otherwise
}

ROBOTSTXT_OBEY = True
COOKIES_ENABLED = True
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False  # new in Scrapy 2.19 and on by default

CONCURRENT_REQUESTS = 64
CONCURRENT_REQUESTS_PER_DOMAIN = 2
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0.5
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1.0
AUTOTHROTTLE_MAX_DELAY = 20.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0

DOWNLOAD_TIMEOUT = 40
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = False  # a cut page is told by its end (spiders.looking)
RETRY_TIMES = 1
RETRY_WAIT = 5.0  # seconds before the second attempt; doubled with each further failure of the host
RETRY_WAIT_MOST = 90.0  # a server that asks for more by Retry-After is not asked again this run
HOST_FAILURES = 4  # failed attempts in a row after which a host is not asked any more this run
HTTPERROR_ALLOW_ALL = True  # every status is a look
REDIRECT_MAX_TIMES = 8
HOST_TIME_LIMIT = 20 * 60.0
CLOSESPIDER_TIMEOUT = 3 * 60 * 60
DEPTH_LIMIT = 0

DOWNLOAD_HANDLERS = dict.fromkeys(("http", "https"), "syndication.middlewares.ArchiveHandler")
NETWORK_HANDLER = "syndication.connecting.LadderHandler"  # behind the archive

BROWSER = os.environ.get("SYNDICATION_BROWSER", "").strip()  # for channels with the option render; else chromium on PATH
BROWSER_ARGUMENTS: list[str] = []
RENDER_TIMEOUT = 40

DOWNLOADER_MIDDLEWARES = {
    "syndication.middlewares.HostTimeMiddleware": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # in its place:
    "syndication.robots.SharedRobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # in its place:
    "syndication.hosts.HostMiddleware": 650,
    "syndication.middlewares.UnchangedMiddleware": 970,
    "syndication.middlewares.EvidenceMiddleware": 980,  # nearest to the downloader
}
ITEM_PIPELINES = {"syndication.pipelines.StorePipeline": 300}

LOG_LEVEL = "WARNING"
LOG_SHORT_NAMES = True
