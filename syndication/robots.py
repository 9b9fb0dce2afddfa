"""robots.txt, asked of each host once a run: its crawls (releases, portals, single pages) share what they were told.

Fact (Scrapy 2.19): the middleware keeps what a robots.txt says for one crawl, so each further crawl of a night would ask again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from twisted.internet.defer import Deferred

from syndication.middlewares import run_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class SharedRobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's own, with the run's memory; a host whose answer never came in the crawl before is asked again."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        robots = run_of(crawler).robots
        for host in [host for host, known in robots.items() if isinstance(known, Deferred)]:
            del robots[host]
        self._parsers = robots
