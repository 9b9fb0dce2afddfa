"""The spider of www.gov.cn: the push feed, the push widget's data, the list of latest policies, and article pages.

What the push feed lists carries the duty to republish; the other lists are read to cross-check it (design.md, Releases).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from scrapy import Spider

from spiders.families import family_of
from spiders.families.json_list import read_zuixin
from spiders.looking import look_of, look_of_failure, looked_at, page_of, reading_failed, request_for
from syndication.addresses import RELEASE_LISTS, address_key, on_gov_cn
from syndication.article import read_article
from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Ask, Knowledge, ReleaseListLook, ReleaseLook
from syndication.run import RUN_SETTING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from syndication.clock import Clock
    from syndication.items import Page, Row

RECENT = timedelta(days=45)
"""Rows of the latest-policies list (about 1,100, going back for years) older than this are listed, not read."""


def _read_feed(page: Page) -> tuple[Row, ...]:
    return family_of("feed").read(page, {}).rows


def _read_push_json(page: Page) -> tuple[Row, ...]:
    return family_of("pushinfo").read(page, {}).rows


SOURCES: dict[str, tuple[str, Callable[[Page], tuple[Row, ...]]]] = {
    "push_feed": (RELEASE_LISTS["push_feed"], _read_feed),
    "push_json": (RELEASE_LISTS["push_json"], _read_push_json),
    "zuixin": (RELEASE_LISTS["zuixin"], read_zuixin),
}


class ReleasesSpider(Spider):
    """Yields a ReleaseListLook for each list and a ReleaseLook for each page that was not read before."""

    name = "releases"

    def __init__(self, clock: Clock, knowledge: Knowledge, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.clock, self.knowledge = clock, knowledge
        self._asked: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> ReleasesSpider:
        """Takes the run's clock and knowledge; plain `scrapy crawl releases` needs a run and says so."""
        run = crawler.settings[RUN_SETTING]
        if run is None:
            raise ValueError("the spiders need a run: use `syndication nightly` or `syndication replay`")
        return super().from_crawler(crawler, *args, clock=run.clock, knowledge=run.knowledge, **kwargs)

    async def start(self) -> AsyncIterator[Request]:
        """Asks for the lists, and for the releases that a person added."""
        for source, (url, _) in SOURCES.items():
            yield request_for(Ask(url), self.read_list, self.list_failed, source=source, url=url)
        for url in self.knowledge.wanted:
            for request in self._ask_release(url, None):
                yield request

    def read_list(self, response: Response, source: str, url: str) -> Iterator[ReleaseListLook | Request]:
        """One list of www.gov.cn."""
        rows: tuple[Row, ...] = ()
        outcome, detail = Outcome.OK, ""
        try:
            rows = SOURCES[source][1](page_of(response, self.clock))
        except UnreadablePage as problem:
            outcome, detail = problem.outcome, problem.detail
        except Exception as problem:
            outcome, detail = reading_failed(problem, url).outcome, f"{type(problem).__name__}: {problem}"
        yield ReleaseListLook(look_of(response, self.clock, "", "", url, outcome, detail), source, rows)
        oldest = looked_at(response.meta, self.clock) - RECENT
        for row in rows:
            if source == "push_feed" or row.declared is None or row.declared.interval.latest > oldest:
                yield from self._ask_release(row.url, row)

    def list_failed(self, failure: Failure) -> Iterator[ReleaseListLook]:
        """A list that gave no answer."""
        source, url = (failure.request.cb_kwargs[key] for key in ("source", "url"))  # type: ignore[attr-defined]
        yield ReleaseListLook(look_of_failure(failure, self.clock, "", "", url), source)

    def _ask_release(self, url: str, row: Row | None) -> Iterator[Request]:
        key = address_key(url)
        if key in self._asked or key in self.knowledge.releases_read or not on_gov_cn(url):
            return
        self._asked.add(key)
        yield request_for(Ask(url), self.read_release, self.release_failed, release_url=url, row=row)

    def read_release(self, response: Response, release_url: str, row: Row | None) -> Iterator[ReleaseLook]:
        """A release's own page."""
        article, outcome, detail = None, Outcome.OK, ""
        try:
            article = read_article(page_of(response, self.clock), row=row)
        except UnreadablePage as problem:
            outcome, detail = problem.outcome, problem.detail
        except Exception as problem:
            outcome, detail = reading_failed(problem, release_url).outcome, f"{type(problem).__name__}: {problem}"
        look = look_of(response, self.clock, "", "", release_url, outcome, detail)
        yield ReleaseLook(look, release_url, article)

    def release_failed(self, failure: Failure) -> Iterator[ReleaseLook]:
        """A release's page that gave no answer."""
        url = failure.request.cb_kwargs["release_url"]  # type: ignore[attr-defined]  # set by Scrapy
        yield ReleaseLook(look_of_failure(failure, self.clock, "", "", url), url)
