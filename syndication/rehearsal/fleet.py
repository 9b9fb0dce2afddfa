"""The fleet: what a server at any address would send at any moment. A pure function of the story; it opens no socket.

`Fleet.answer` is all that a recorder (build.py) or a real server needs. Times matter in three places only: what a list
shows, when a site is down, and what a page says of its own making.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from syndication.glossary import Outcome
from syndication.rehearsal import failing, lists, sheets
from syndication.rehearsal.government import GOV_CN, PUSH_SCRIPT, GovernmentSite, older_url
from syndication.rehearsal.lists import ListRow, Masthead
from syndication.rehearsal.scenario import How, Posting, Prints, StoryChannel, StoryPortal
from syndication.rehearsal.sheets import PORTAL_SHEETS, Sheet
from syndication.rehearsal.texts import Text, altered, text_of
from syndication.rehearsal.wire import HTML, JSON, XML, Answer, Silence, error, key, reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from syndication.rehearsal.scenario import Story

__all__ = ["Answer", "Fleet", "Placed", "Silence"]

ROWS_A_PAGE = 12  # of a TRS column; other shapes show all on one page
ROWS_ON_HOME = 6
FOR_PEOPLE = frozenset({"trs", "plain", "table"})  # the shapes whose address is the page that people read
COLUMN_PAGE = "/gwyxx/"  # that page, for a list that comes as data
DATA: Mapping[str, tuple[Callable[[list[ListRow]], str], str]] = {
    "hanweb": (lists.hanweb, XML), "jpaas": (lists.jpaas, JSON), "api": (lists.api, JSON), "search": (lists.search, JSON),
    "push": (lists.push_rows, "application/javascript"),
}  # fmt: skip
"""Shapes that need nothing but rows: how they are drawn, and as what they are sent."""


@dataclass(frozen=True)
class Placed:
    """A posting with its address: `href` as its list writes it, `url` the absolute one."""

    portal: StoryPortal
    posting: Posting
    text: Text
    href: str
    url: str


class Fleet:
    """All sites of a story."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.government = GovernmentSite(
            story,
            {
                int(posting.about): posting.printed
                for portal in story.portals
                for posting in portal.postings
                if posting.how is How.LINK and posting.about.isdigit()
            },
        )
        self.portals = {portal.host: portal for portal in story.portals}
        self._placed = {
            portal.id: tuple(self._place(portal, number) for number in range(len(portal.postings)))
            for portal in story.portals
        }
        self._pages = {
            key(placed.url): placed
            for row in self._placed.values()
            for placed in row
            if placed.posting.how is not How.LINK
        }

    def answer(self, url: str, at: datetime) -> Answer | Silence:
        """What a GET of this address gets at this moment."""
        host = urlsplit(url).hostname or ""
        if host == GOV_CN:
            return self.government.answer(url, at)
        portal = self.portals.get(host)
        if portal is None:
            return Silence(Outcome.DNS, f"no address for {host}")
        if portal.challenge:
            return failing.challenge(at)
        path = key(url).removeprefix(host)
        for outage in portal.outages:
            if outage.since <= at < outage.until and path.startswith(outage.path):
                if outage.outcome is Outcome.EMPTY:
                    return self._emptied(portal, path, at)
                return failing.answer(outage, host, path, at, lambda: self._site(portal, path, at))
        return self._site(portal, path, at)

    def placed(self, portal: StoryPortal) -> tuple[Placed, ...]:
        """All postings of a portal with their addresses, in the order of the story."""
        return self._placed[portal.id]

    def shown(self, portal: StoryPortal, channel: str, at: datetime) -> list[Placed]:
        """What a channel shows at a moment, newest printed time first, as publishing systems sort."""
        there = [
            placed
            for placed in self._placed[portal.id]
            if placed.posting.channel == channel and placed.posting.stands(at)
        ]
        return sorted(there, key=lambda placed: placed.posting.printed, reverse=True)

    def shown_on_home(self, portal: StoryPortal, at: datetime) -> list[Placed]:
        """The newest postings of the portal's first channel, which its home page repeats, then the home page's own."""
        first = self.shown(portal, portal.channels[0].id, at)[:ROWS_ON_HOME] if portal.channels else []
        return first + self.shown(portal, "home", at)

    def _site(self, portal: StoryPortal, path: str, at: datetime) -> Answer:
        if path == "/":
            return reply(200, self._home(portal, at), portal.list_content_type, at, portal.charset)
        for channel in portal.channels:
            page = _page_number(channel, path)
            if page is not None:
                return self._list(portal, channel, page, at)
        if path == COLUMN_PAGE and portal.channels and portal.channels[0].shape not in FOR_PEOPLE:
            return self._column_page(portal, portal.channels[0], at)
        placed = self._pages.get(f"{portal.host}{path}")
        if placed is None or not placed.posting.stands(at):
            return error(404, at)
        if placed.posting.article_fails_until and at < placed.posting.article_fails_until:
            return error(502, at)
        return self._article(placed, at)

    def _home(self, portal: StoryPortal, at: datetime) -> str:
        head = Masthead(portal.name, "首页", _label(portal.charset))
        news = [_row(portal, placed, home=True) for placed in self.shown(portal, "home", at)]
        if portal.embed:
            return lists.home(head, lists.push_block(PUSH_SCRIPT), news)
        channel = portal.channels[0]
        rows = [_row(portal, placed, home=True) for placed in self.shown(portal, channel.id, at)[:ROWS_ON_HOME]]
        entry = f"{portal.origin}{channel.path}" if channel.shape in FOR_PEOPLE else COLUMN_PAGE
        return lists.home(head, lists.column_block(channel.name, entry, rows), news)

    def _column_page(self, portal: StoryPortal, channel: StoryChannel, at: datetime) -> Answer:
        """The page on which people read a list that comes as data."""
        head = Masthead(portal.name, channel.name, _label(portal.charset))
        rows = [_row(portal, placed) for placed in self.shown(portal, channel.id, at)]
        return reply(
            200, lists.column_page(head, channel.shape, channel.path, rows), portal.list_content_type, at, portal.charset
        )  # fmt: skip

    def _emptied(self, portal: StoryPortal, path: str, at: datetime) -> Answer:
        """A page without anything: a list without rows, any other page without content."""
        for channel in portal.channels:
            if _page_number(channel, path) == 0:
                return self._list(portal, channel, 0, at, shown=[])
        return reply(200, "", HTML, at)

    def _list(
        self, portal: StoryPortal, channel: StoryChannel, page: int, at: datetime, shown: list[Placed] | None = None
    ) -> Answer:
        head = Masthead(portal.name, channel.name, _label(portal.charset))
        shown = self.shown(portal, channel.id, at) if shown is None else shown
        rows = [_row(portal, placed, nested=self._nested(portal, placed, at)) for placed in shown]
        if channel.shape == "trs":
            pages = max(1, -(-len(rows) // ROWS_A_PAGE))
            if page >= pages:
                return error(404, at)
            text = lists.trs(head, rows[page * ROWS_A_PAGE : (page + 1) * ROWS_A_PAGE], pages, page)
            return reply(200, text, portal.list_content_type, at, portal.charset)
        if channel.shape in {"plain", "table"}:
            text = lists.plain(head, rows) if channel.shape == "plain" else lists.table(head, rows)
            return reply(200, text, portal.list_content_type, at, portal.charset)
        if channel.shape == "feed":
            return reply(200, lists.feed(rows, channel.name, portal.home_url), XML, at)
        if channel.shape == "xinhua_ds":
            return reply(200, lists.xinhua_ds(rows, channel.name), JSON, at)
        if channel.shape in DATA:
            draw, content_type = DATA[channel.shape]
            return reply(200, draw(rows), content_type, at)
        raise ValueError(f"{portal.id}: no such shape: {channel.shape}")

    def _nested(self, portal: StoryPortal, row: Placed, at: datetime) -> tuple[tuple[str, str], ...]:
        return tuple(
            (placed.text.title, placed.href)
            for placed in self.shown(portal, "related", at)
            if placed.posting.about == row.posting.about
        )

    def _article(self, placed: Placed, at: datetime) -> Answer:
        portal, posting = placed.portal, placed.posting
        if posting.how in {How.JUMP, How.REDIRECT, How.REFRESH}:
            target = self.story.release(posting.about).url
            if posting.how is How.REDIRECT:
                return reply(302, "", HTML, at, extra=(("Location", target),))
            leading_on = (
                sheets.jump(target, portal.name)
                if posting.how is How.JUMP
                else sheets.refresh(target, placed.text.title)
            )
            return reply(200, leading_on, HTML, at)
        text = altered(placed.text) if posting.altered_at and posting.altered_at <= at else placed.text
        sheet = Sheet(
            text,
            _printed(posting),
            text.source,
            f"{portal.name}门户网站",
            "国务院信息",
            _label(portal.charset),
            at,
        )
        return reply(200, PORTAL_SHEETS[portal.article_shape](sheet), portal.article_content_type, at, portal.charset)

    def _place(self, portal: StoryPortal, number: int) -> Placed:
        posting = portal.postings[number]
        href = self._href(portal, posting, number)
        url = href
        if href.startswith("./"):
            channel = _channel_of(portal, posting)
            url = f"{portal.origin}{channel.path.rpartition('/')[0]}/{href[2:]}"
        elif href.startswith("../"):
            url = f"{portal.origin}/{href[3:]}"
        elif href.startswith("/"):
            url = f"{portal.origin}{href}"
        return Placed(portal, posting, text_of(posting, portal, self.story), href, url)

    def _href(self, portal: StoryPortal, posting: Posting, number: int) -> str:
        day, serial = posting.printed, 640000 + number
        if posting.how is How.LINK:
            if posting.about.isdigit():
                return older_url(int(posting.about), day)
            return f"{posting.scheme}{self.story.release(posting.about).url.removeprefix('https')}"
        if posting.how in {How.JUMP, How.REDIRECT}:
            return f"/jump?url={quote(self.story.release(posting.about).url, safe='')}"
        if posting.channel == "home":
            return f"/yw/{day:%Y%m}/t{day:%Y%m%d}_{serial}.html"
        shape = _channel_of(portal, posting).shape
        if shape in {"trs", "plain"}:
            return f"./{day:%Y%m}/t{day:%Y%m%d}_{serial}.html"
        if shape == "hanweb":
            return f"/art/{day.year}/{day.month}/{day.day}/art_393_{serial}.html"
        if shape == "table":
            return f"/{portal.id}/xinwen/gwyxx/101034447238812{serial}.html"
        if shape == "xinhua_ds":
            return f"../{day:%Y%m%d}/{serial:032x}/c.html"
        if shape == "jpaas":
            return f"/xxgk/gwyxx/art/{day.year}/art_{serial:032x}.html"
        if shape == "feed":
            return f"{portal.origin}/zcwj/{serial}.html"
        return f"/zwgk/gwyxx/{serial}.html"


def _channel_of(portal: StoryPortal, posting: Posting) -> StoryChannel:
    wanted = portal.channels[0].id if posting.channel == "related" else posting.channel
    return {channel.id: channel for channel in portal.channels}[wanted]


def _page_number(channel: StoryChannel, path: str) -> int | None:
    if path == channel.path:
        return 0
    stem, dot, suffix = channel.path.rpartition(".")
    number = path.removeprefix(f"{stem}_").removesuffix(f"{dot}{suffix}")
    return int(number) if channel.shape == "trs" and number.isdigit() and path == f"{stem}_{number}.{suffix}" else None


def _row(
    portal: StoryPortal, placed: Placed, *, home: bool = False, nested: tuple[tuple[str, str], ...] = ()
) -> ListRow:
    href = placed.url if home and placed.url.startswith(portal.origin) else placed.href
    return ListRow(placed.text.title, href, placed.posting.printed, placed.posting.prints is Prints.MINUTE, nested)


def _printed(posting: Posting) -> str:
    if posting.prints is Prints.DAY:
        return f"{posting.printed:%Y-%m-%d}"
    return (
        f"{posting.printed:%Y-%m-%d} 00:00" if posting.prints is Prints.FILLER else f"{posting.printed:%Y-%m-%d %H:%M}"
    )


def _label(charset: str) -> str:
    return "gb2312" if charset == "gbk" else charset
