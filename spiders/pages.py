"""The spider of single pages: carried postings that are looked at again, and a page that a portal named.

A redirection is followed by hand, so that one that leads on to www.gov.cn is seen for what it is. Of the addresses to which
a carried page links only the head is asked for: whether a file is there, not what it holds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from scrapy import Spider

from spiders.looking import look_of, look_of_failure, page_of, reading_failed, request_for
from syndication.addresses import address_key, on_gov_cn
from syndication.article import page_text, read_article
from syndication.challenge import is_root
from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Article, ArticleLook, Ask, LinkLook, SecondLook
from syndication.run import RUN_SETTING
from syndication.second_sight import gone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from syndication.clock import Clock
    from syndication.items import CarriedPage, Look, Page
    from syndication.registry import Registry

MOST_HOPS = 5
MOST_LINKS = 20  # of one page


class PagesSpider(Spider):
    """Yields a SecondLook for each page that is due, a LinkLook for each of its links, an ArticleLook for a named page."""

    name = "pages"

    def __init__(self, registry: Registry, clock: Clock, pages: Sequence[CarriedPage] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.clock, self.pages = clock, pages
        self._encodings = {channel.id: channel.options.get("encoding") for channel in registry.channels}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> PagesSpider:
        """Takes registry and clock of the run; the pages are given to the crawl."""
        run = crawler.settings[RUN_SETTING]
        if run is None:
            raise ValueError("the spiders need a run: use `syndication nightly` or `syndication replay`")
        return super().from_crawler(crawler, *args, registry=run.registry, clock=run.clock, **kwargs)

    async def start(self) -> AsyncIterator[Request]:
        """Asks for each page, and for the head of what it links to: each address once."""
        asked: set[str] = set()
        for page in self.pages:
            yield self._ask(page.url, page, 0)
            for link in page.links[:MOST_LINKS] if page.due else ():
                if address_key(link) not in asked:
                    asked.add(address_key(link))
                    yield request_for(Ask(link, method="HEAD"), self.read_link, self.link_failed, priority=-5, link=link)

    def _ask(self, url: str, page: CarriedPage, hops: int) -> Request:
        return request_for(Ask(url), self.read_page, self.page_failed, follow=False, page=page, hops=hops)

    def read_page(
        self, response: Response, page: CarriedPage, hops: int
    ) -> Iterator[SecondLook | ArticleLook | Request]:
        """A page, or a redirection on the way to it."""
        look = look_of(response, self.clock, page.portal_id, page.channel_id, page.url, Outcome.OK)
        location = response.headers.get("Location")
        if 300 <= response.status < 400 and location:
            target = urljoin(response.url, location.decode("utf-8", "replace"))
            if on_gov_cn(target):
                yield self._leads_on(look, page, target)
            elif hops < MOST_HOPS:
                yield self._ask(target, page, hops + 1)
            else:
                yield self._end(replace(look, outcome=Outcome.REDIRECT_LOOP, detail=f"{hops} redirections"), page)
            return
        yield self._read(response, look, page)

    def _leads_on(self, look: Look, page: CarriedPage, target: str) -> SecondLook | ArticleLook:
        """A redirection to www.gov.cn is the carrying itself, unless it ends at the home page there."""
        if not page.due:
            return ArticleLook(look, page.url, Article(page.url, "", "", None, "", "", target=target))
        if is_root(target):
            return SecondLook(look, page, gone=f"leads to {target}")
        return SecondLook(look, page, readable=True)

    def _read(self, response: Response, look: Look, page: CarriedPage) -> SecondLook | ArticleLook:
        decoded: Page | None = None
        article: Article | None = None
        lines: tuple[str, ...] = ()
        try:
            decoded = page_of(response, self.clock, self._encodings.get(page.channel_id))
            lines = page_text(decoded)
            article = read_article(decoded)
        except UnreadablePage as problem:
            look = replace(look, outcome=problem.outcome, detail=problem.detail)
        except Exception as problem:
            failed = reading_failed(problem, response.url)
            look = replace(look, outcome=failed.outcome, detail=failed.detail)
        if not page.due:
            return ArticleLook(look, page.url, article)
        return SecondLook(look, page, gone(response.status, decoded, lines, page.url), article is not None, lines)

    def page_failed(self, failure: Failure) -> Iterator[SecondLook | ArticleLook]:
        """A page that gave no answer."""
        page = failure.request.cb_kwargs["page"]  # type: ignore[attr-defined]  # set by Scrapy
        yield self._end(look_of_failure(failure, self.clock, page.portal_id, page.channel_id, page.url), page)

    def _end(self, look: Look, page: CarriedPage) -> SecondLook | ArticleLook:
        return SecondLook(look, page) if page.due else ArticleLook(look, page.url)

    def read_link(self, response: Response, link: str) -> Iterator[LinkLook]:
        """The head of an address that a carried page links to."""
        outcome = Outcome.OK if response.status < 400 else Outcome.HTTP_ERROR
        detail = "" if outcome is Outcome.OK else f"HTTP {response.status}"
        yield LinkLook(look_of(response, self.clock, "", "", link, outcome, detail))

    def link_failed(self, failure: Failure) -> Iterator[LinkLook]:
        """A link that gave no answer."""
        link = failure.request.cb_kwargs["link"]  # type: ignore[attr-defined]  # set by Scrapy
        yield LinkLook(look_of_failure(failure, self.clock, "", "", link))
