"""The spider of all portals, in one process: home pages, channels, and the articles of new postings.

Each attempt ends as one look, also the failed one. Lists are followed to further pages until they overlap what was seen
before or pass the oldest release that is still looked for, within `MOST_PAGES`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from rapidfuzz import fuzz, process
from scrapy import Spider

from spiders.families import family_of, options_for_further_pages
from spiders.families.home import read_home
from spiders.families.measured import as_shown
from spiders.looking import look_of, look_of_failure, page_of, reading_failed, request_for, validator_of
from syndication.addresses import address_key, on_gov_cn
from syndication.article import read_article
from syndication.challenge import home_instead_of_article, links_of
from syndication.errors import UnreadablePage
from syndication.glossary import Outcome, Role
from syndication.items import Article, ArticleLook, Ask, ChannelLook, Knowledge, Look
from syndication.reach import reaches_back_to
from syndication.run import RUN_SETTING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from syndication.clock import Clock
    from syndication.items import Channel, Page, Row, Validator
    from syndication.registry import Registry
    from syndication.rules import Rules

MOST_PAGES = 5
MOST_HOPS = 5
TITLE_LIKENESS = 80.0
"""rapidfuzz partial ratio from which a link on a home page is worth reading: a look-alike costs one request."""
FILES = (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".wps", ".ofd", ".zip", ".rar", ".jpg", ".png", ".mp4")


class PortalsSpider(Spider):
    """Yields a ChannelLook for each channel and home page, and an ArticleLook for each new posting."""

    name = "portals"

    def __init__(
        self, registry: Registry, rules: Rules, clock: Clock, knowledge: Knowledge,
        only: frozenset[str] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.registry, self.rules, self.clock, self.knowledge = registry, rules, clock, knowledge
        self._only = only
        self._asked: set[str] = set()
        self._home_links: dict[str, frozenset[str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> PortalsSpider:
        """Takes registry, rules, clock and knowledge of the run."""
        run = crawler.settings[RUN_SETTING]
        if run is None:
            raise ValueError("the spiders need a run: use `syndication nightly` or `syndication replay`")
        return super().from_crawler(
            crawler, *args, registry=run.registry, rules=run.rules, clock=run.clock, knowledge=run.knowledge, **kwargs,
        )  # fmt: skip

    async def start(self) -> AsyncIterator[Request]:
        """Asks for the home page of every active portal; its channels follow when that look has ended.

        In this order an article is compared with the home page of the same night, however fast each of them came.
        """
        homes = {channel.portal_id for channel in self._channels() if channel.role is Role.HOME}
        for channel in self._channels():
            if channel.role is Role.HOME or channel.portal_id not in homes:
                yield self._ask_first(channel)

    def _channels(self) -> Iterator[Channel]:
        return (channel for channel in self.registry.channels if self._only is None or channel.id in self._only)

    def _is_front(self, channel: Channel) -> bool:
        """Whether a channel is the home page of its portal (the first one, should it have several)."""
        homes = (one for one in self._channels() if one.portal_id == channel.portal_id and one.role is Role.HOME)
        return channel == next(homes, None)

    def _ask_channels_after(self, channel: Channel) -> Iterator[Request]:
        """The other channels of a portal, where the look that has ended was the one at its home page."""
        if self._is_front(channel):
            for other in self._channels():
                if other.portal_id == channel.portal_id and other.role is not Role.HOME:
                    yield self._ask_first(other)

    def _ask_first(self, channel: Channel) -> Request:
        return self._ask_list(family_of(channel.family).first(channel), channel, None, priority=10)

    def _ask_list(self, ask: Ask, channel: Channel, so_far: ChannelLook | None, priority: int = 5) -> Request:
        ask = as_shown(ask, channel.options)
        known = self.knowledge.validators.get(channel.id) if so_far is None and ask.method == "GET" else None
        return request_for(
            ask, self.read_list, self.list_failed, priority=priority, known=known, channel=channel, so_far=so_far, ask=ask
        )  # fmt: skip

    def read_list(
        self, response: Response, channel: Channel, so_far: ChannelLook | None, ask: Ask
    ) -> Iterator[ChannelLook | Request]:
        """A page of a channel's list, or a home page."""
        outcome = Outcome.UNCHANGED if response.status == 304 else Outcome.OK
        look = look_of(response, self.clock, channel.portal_id, channel.id, channel.url, outcome)
        try:
            page = replace(page_of(response, self.clock, channel.options.get("encoding")), ask=ask)
            found, following = self._read_page(page, channel, so_far, look, validator_of(response))
        except UnreadablePage as problem:
            yield from self._end_list(problem.outcome, problem.detail, look, channel, so_far)
            return
        except Exception as problem:
            failed = reading_failed(problem, response.url)
            yield from self._end_list(failed.outcome, failed.detail, look, channel, so_far)
            return
        if following is not None and found.pages < MOST_PAGES and not (found.rows and self._reaches(found)):
            yield self._ask_list(following, channel, found)
        else:
            yield from self._finish(found, channel)

    def _read_page(
        self, page: Page, channel: Channel, so_far: ChannelLook | None, look: Look, validator: Validator | None
    ) -> tuple[ChannelLook, Ask | None]:
        if channel.role is Role.HOME:
            home = read_home(page, self.rules.column_names, self.rules.prominence)
            if self._is_front(channel):
                self._home_links[channel.portal_id] = links_of(page)
            return ChannelLook(look, home.rows, column=home.column, validator=validator), None
        options = channel.options if so_far is None else options_for_further_pages(channel.options)
        listing = family_of(channel.family).read(page, options)
        rows = listing.rows
        if so_far is not None:
            known = {address_key(row.url) for row in so_far.rows}
            rows = so_far.rows + tuple(row for row in rows if address_key(row.url) not in known)
            look, validator = so_far.look, so_far.validator
        whole = listing.total is not None and len(rows) >= listing.total
        pages = so_far.pages + 1 if so_far else 1
        return ChannelLook(look, rows, pages=pages, whole=whole, validator=validator), listing.next

    def _reaches(self, found: ChannelLook) -> bool:
        portal = found.look.portal_id
        in_order = [row for row in found.rows if not row.pinned]
        if any(f"{portal} {address_key(row.url)}" in self.knowledge.listed for row in in_order):
            return True
        if self.knowledge.oldest_open is None:
            return True
        reach = reaches_back_to(in_order, found.look.looked_at)
        return reach is not None and reach <= self.knowledge.oldest_open

    def _end_list(
        self, outcome: Outcome, detail: str, look: Look, channel: Channel, so_far: ChannelLook | None
    ) -> Iterator[ChannelLook | Request]:
        """A page that could not be read: the list ends with the pages before it, or the look failed."""
        if so_far is None:
            yield ChannelLook(replace(look, outcome=outcome, detail=detail))
            yield from self._ask_channels_after(channel)
            return
        note = f"page {so_far.pages + 1}: {outcome} {detail}"
        yield from self._finish(replace(so_far, look=replace(so_far.look, detail=note)), channel)

    def list_failed(self, failure: Failure) -> Iterator[ChannelLook | Request]:
        """A list that gave no answer."""
        context = failure.request.cb_kwargs  # type: ignore[attr-defined]  # set by Scrapy
        channel = context["channel"]
        look = look_of_failure(failure, self.clock, channel.portal_id, channel.id, channel.url)
        yield from self._end_list(look.outcome, look.detail, look, channel, context["so_far"])

    def _finish(self, found: ChannelLook, channel: Channel) -> Iterator[ChannelLook | Request]:
        yield found
        for row in found.rows:
            if self._is_worth_reading(row, channel):
                self._asked.add(f"{channel.portal_id} {address_key(row.url)}")
                yield self._ask_article(row.url, channel, row)
        yield from self._ask_channels_after(channel)

    def _is_worth_reading(self, row: Row, channel: Channel) -> bool:
        key = f"{channel.portal_id} {address_key(row.url)}"
        if key in self._asked or key in self.knowledge.read or on_gov_cn(row.url):
            return False
        if urlsplit(row.url).path.lower().endswith(FILES):
            return False
        if channel.role is not Role.HOME:
            return True
        titles = self.knowledge.release_titles
        return process.extractOne(row.title, titles, scorer=fuzz.partial_ratio, score_cutoff=TITLE_LIKENESS) is not None

    def _ask_article(self, url: str, channel: Channel, row: Row, hops: int = 0) -> Request:
        return request_for(
            Ask(url), self.read_posting, self.posting_failed, follow=False, channel=channel, row=row, hops=hops
        )  # fmt: skip

    def read_posting(
        self, response: Response, channel: Channel, row: Row, hops: int
    ) -> Iterator[ArticleLook | Request]:
        """A posting's page. A redirection is followed by hand: one that leads to www.gov.cn is the answer itself."""
        look = look_of(response, self.clock, channel.portal_id, channel.id, row.url, Outcome.OK)
        location = response.headers.get("Location")
        if 300 <= response.status < 400 and location:
            target = urljoin(response.url, location.decode("utf-8", "replace"))
            if on_gov_cn(target):
                yield ArticleLook(look, row.url, Article(row.url, row.title, "", row.declared, "", "", target=target))
            elif hops < MOST_HOPS:
                yield self._ask_article(target, channel, row, hops + 1)
            else:
                failed = replace(look, outcome=Outcome.REDIRECT_LOOP, detail=f"{hops} redirections")
                yield ArticleLook(failed, row.url)
            return
        try:
            page = page_of(response, self.clock, channel.options.get("encoding"))
            block = home_instead_of_article(page, row.url, self._home_links.get(channel.portal_id, frozenset()))
            if block:
                raise UnreadablePage(*block)
            article = read_article(page, row=row)
        except UnreadablePage as problem:
            yield ArticleLook(replace(look, outcome=problem.outcome, detail=problem.detail), row.url)
        except Exception as problem:
            failed_reading = reading_failed(problem, response.url)
            failed = replace(look, outcome=failed_reading.outcome, detail=failed_reading.detail)
            yield ArticleLook(failed, row.url)
        else:
            yield ArticleLook(look, row.url, article)

    def posting_failed(self, failure: Failure) -> Iterator[ArticleLook]:
        """A posting's page that gave no answer."""
        context = failure.request.cb_kwargs  # type: ignore[attr-defined]  # set by Scrapy
        channel, row = context["channel"], context["row"]
        yield ArticleLook(look_of_failure(failure, self.clock, channel.portal_id, channel.id, row.url), row.url)
