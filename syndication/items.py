"""The values that cross module borders: frozen, without behaviour. All times are aware, in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from typing import Any

    from syndication.clock import Declared
    from syndication.glossary import Certificate, ColumnState, Level, Outcome, Role, Step


# --- registry ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Portal:
    """One watched site, a row of portals.csv."""

    id: str
    name: str
    level: Level
    category: str
    region_code: str
    home_url: str
    site_code: str
    active_from: date | None
    active_to: date | None
    notes: str


@dataclass(frozen=True)
class Channel:
    """One list of a portal, a row of channels.csv; the home page of every portal is one too (`<portal>@home`)."""

    id: str
    portal_id: str
    name: str
    url: str
    family: str
    role: Role
    options: Mapping[str, Any] = field(default_factory=dict)
    notes: str = ""


# --- pages and lists, as read -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """A fetched page, decoded: what families and article reading take. Built by `syndication.decode.decode_page`."""

    url: str
    status: int
    content_type: str
    text: str
    charset: str
    charset_reason: str
    looked_at: datetime | None = None
    ask: Ask | None = None  # the request that led here; lists asked for by POST need it to tell the next page


@dataclass(frozen=True)
class Row:
    """One item of a list: absolute address, whole title, printed time if any. `pinned`: stands above newer rows."""

    url: str
    title: str
    declared: Declared | None = None
    pinned: bool = False


@dataclass(frozen=True)
class Ask:
    """A request that a family wants made. `body` is sent as is; `headers` come on top of the usual ones."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True)
class Listing:
    """A list as a family read it: rows in page order, the next page to ask for, the total if the list says it."""

    rows: tuple[Row, ...]
    next: Ask | None = None
    total: int | None = None


@dataclass(frozen=True)
class Article:
    """An article page as read. `text` is the body with one line a paragraph; empty fields mean: the page has none.

    `links` are the absolute addresses that stand in the body; `target` is where the page as a whole leads on to
    (a redirecting script, a refresh, a body that is nothing but one link), if it does; `attachments` the files.
    """

    url: str
    title: str
    text: str
    declared: Declared | None
    source: str
    document_number: str
    issued_on: date | None = None
    issuer: str = ""
    links: tuple[str, ...] = ()
    target: str = ""
    attachments: tuple[str, ...] = ()
    generated: Declared | None = None  # 页面生成时间, where the page tells it
    reading: str = ""  # which container or extractor gave the body


@dataclass(frozen=True)
class ColumnSight:
    """The column of State Council policy information as a home page shows it.

    `order` counts the blocks of content down to it, `depth` the elements around its name below <body>. Where a browser
    filled the page, `rendered`, and `pixels` is how far below the page's top its name begins (None: it is not shown),
    `first_screen` whether all of it is seen without scrolling. `prominent` is what the rule of rules.toml says of it.
    """

    state: ColumnState
    label: str = ""
    url: str = ""
    embed_url: str = ""
    order: int | None = None
    in_navigation: bool = False
    depth: int | None = None
    rendered: bool = False
    pixels: int | None = None
    first_screen: bool | None = None
    prominent: bool | None = None


# --- reaching a server ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Connection:
    """How a server was reached: the ladder's step, the TLS version (empty for plain http), the certificate's worth."""

    step: Step
    tls: str
    certificate: Certificate


@dataclass(frozen=True)
class Validator:
    """What a good answer said of itself for the next time, and the evidence record that holds its body."""

    etag: str
    last_modified: str
    evidence_id: str


# --- what spiders yield -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Look:
    """What every attempt leaves: which channel or page, when, what came back and where the evidence lies."""

    portal_id: str
    channel_id: str
    url: str
    looked_at: datetime
    outcome: Outcome
    detail: str = ""
    http_status: int | None = None
    evidence_id: str = ""
    seconds: float | None = None
    connection: Connection | None = None


@dataclass(frozen=True)
class ChannelLook:
    """A look at a channel with the rows found; rows are empty unless the outcome is ok.

    `pages` counts the pages read; `whole` says that the list has no further page.
    """

    look: Look
    rows: tuple[Row, ...] = ()
    pages: int = 1
    whole: bool = False
    column: ColumnSight | None = None  # home pages only
    validator: Validator | None = None  # of the list's first page, where the server gave one


@dataclass(frozen=True)
class ArticleLook:
    """A look at an article of a portal; `article` is None unless the outcome is ok."""

    look: Look
    posting_url: str
    article: Article | None = None


@dataclass(frozen=True)
class TrialLook:
    """A look of the scout at a home page or list that it tries; `items` is how many rows were read."""

    look: Look
    items: int | None = None


@dataclass(frozen=True)
class ReleaseListLook:
    """A look at a list of www.gov.cn. `source` is push_feed, push_json, zuixin."""

    look: Look
    source: str
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class ReleaseLook:
    """A look at a release's own page; `article` is None unless the outcome is ok."""

    look: Look
    release_url: str
    article: Article | None = None


@dataclass(frozen=True)
class SecondLook:
    """A second look at a carried page (see `syndication.second_sight`).

    `lines` are all visible lines of the page; `gone` says why it looks withdrawn, judged by itself; `readable`: an article
    stands there, or it leads on to www.gov.cn. All are empty where there was no answer.
    """

    look: Look
    page: CarriedPage
    gone: str = ""
    readable: bool = False
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class LinkLook:
    """A look at an address to which carried pages link; of no portal, since several may link there."""

    look: Look


# --- what a crawl may know beforehand ---------------------------------------------------------------------------


@dataclass(frozen=True)
class CarriedPage:
    """A page that is asked for by itself: a posting that is looked at again, or one that a portal named.

    `channel_id` is a list that led to it (empty for a named page), `links` the addresses in its body; `due` says which
    second look this is (`day 7`, `confirm`), empty for a named page.
    """

    portal_id: str
    url: str
    channel_id: str = ""
    links: tuple[str, ...] = ()
    due: str = ""


@dataclass(frozen=True)
class Knowledge:
    """What earlier runs learned, as the spiders need it; taken from the store before a crawl.

    `read` and `listed` hold `<portal_id> <address key>` of postings whose page was read, and of all that were listed;
    `releases_read` the address keys of releases whose page was read; `release_titles` the open releases' titles;
    `oldest_open` the release time of the oldest release that is still looked for; `wanted` releases that a person added;
    `steps` the step of the ladder by which a host is reached, where it is not the default; `validators` by channel id
    what to send so that a page that did not change need not be sent again.
    """

    read: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    releases_read: frozenset[str] = frozenset()
    release_titles: tuple[str, ...] = ()
    oldest_open: datetime | None = None
    wanted: tuple[str, ...] = ()
    steps: Mapping[str, Step] = field(default_factory=dict)
    validators: Mapping[str, Validator] = field(default_factory=dict)

    def with_releases(self, titles: tuple[str, ...], oldest_open: datetime | None) -> Knowledge:
        """The same with the open releases as they are after www.gov.cn was read."""
        return replace(self, release_titles=titles, oldest_open=oldest_open)
