"""The scout: looks once at lists to find out what they are. For `portals discover`, `check --live` and `fixture`.

It either tries channels of the registry as they stand, or goes from home pages to the addresses that may give the column
of State Council policy information, finds the family of each and tries it. It reads no articles and judges nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz, process
from scrapy import Spider

from spiders.families import family_of, recognise
from spiders.families.candidates import Candidate, candidates, data_addresses, looks_like_paper
from spiders.families.home import read_home
from spiders.families.json_shape import options_of
from spiders.families.labels import bare_name
from spiders.families.measured import as_shown
from spiders.looking import look_of, look_of_failure, page_of, reading_failed, request_for
from syndication.addresses import on_gov_cn
from syndication.errors import UnreadablePage
from syndication.glossary import Outcome, Role
from syndication.items import Ask, Look, TrialLook
from syndication.run import RUN_SETTING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from syndication.items import Channel, ColumnSight, Page, Row
    from syndication.run import Run

MOST_STEPS = 4
"""How many requests one list may take: a column's page, what its scripts ask for, one more."""
TITLE_LIKENESS = 92.0
"""rapidfuzz ratio from which two titles are the same; a title that was cut with … is compared as far as it goes."""


@dataclass(frozen=True)
class HomeFinding:
    """A home page as the scout saw it; `column` is None where it could not be read."""

    portal_id: str
    look: Look
    column: ColumnSight | None = None


@dataclass(frozen=True)
class ListFinding:
    """A list that was tried. `family` is '' where none reads it; `page` is the answer that holds the rows.

    `releases` counts the rows that are, or are worded as, releases; `carried` of the `known` open releases those that
    stand in the list. `named`: the lexicon has the name that the home page gives it.
    """

    portal_id: str
    channel_id: str
    name: str
    url: str
    why: str
    look: Look
    family: str
    options: Mapping[str, Any]
    rows: tuple[Row, ...] = ()
    page: Page | None = None
    releases: int = 0
    carried: int = 0
    known: int = 0
    named: bool = False


@dataclass(frozen=True)
class _Trial:
    portal_id: str
    channel_id: str
    name: str
    url: str
    why: str
    family: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    rest: tuple[str, ...] = ()  # further addresses to try
    data: bool = False  # the address is data that a page's script asks for
    steps: int = 1


class ScoutSpider(Spider):
    """Yields a TrialLook for each attempt, and tells `report` what was found.

    Args:
        portals: discover: the ids of the portals whose home pages are searched.
        channels: check: the channels that are tried as they stand.
    """

    name = "scout"

    def __init__(
        self, run: Run, report: Callable[[HomeFinding | ListFinding], None],
        portals: frozenset[str] = frozenset(), channels: tuple[Channel, ...] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self._registry, self._rules, self._clock = run.registry, run.rules, run.clock
        self._titles = tuple(dict.fromkeys(run.knowledge.release_titles))
        self._names = frozenset(bare_name(name) for name in run.rules.column_names)
        self._report, self._portals, self._channels = report, portals, channels

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> ScoutSpider:
        """Takes the run."""
        run = crawler.settings[RUN_SETTING]
        if run is None:
            raise ValueError("the scout needs a run: use `syndication portals discover` or `portals check --live`")
        return super().from_crawler(crawler, *args, run=run, **kwargs)

    async def start(self) -> AsyncIterator[Request]:
        """Asks for the home pages to search and for the channels to try."""
        for channel in self._registry.channels:
            if channel.role is Role.HOME and channel.portal_id in self._portals:
                ask = as_shown(family_of("home").first(channel), channel.options)
                yield request_for(ask, self.read_home, self.home_failed, channel=channel, ask=ask)
        for channel in self._channels:
            trial = _Trial(
                channel.portal_id, channel.id, channel.name, channel.url, "registry", channel.family, channel.options
            )
            yield self._ask(family_of(channel.family).first(channel), trial)

    def read_home(self, response: Response, channel: Channel, ask: Ask) -> Iterator[TrialLook | Request]:
        """A home page: how it shows the column, and which addresses to try."""
        look = look_of(response, self._clock, channel.portal_id, channel.id, channel.url, Outcome.OK)
        try:
            page = replace(page_of(response, self._clock, channel.options.get("encoding")), ask=ask)
            column = read_home(page, self._rules.column_names, self._rules.prominence).column
            found = candidates(page, self._rules.column_names, self._is_release)
        except UnreadablePage as problem:
            yield self._home_ended(replace(look, outcome=problem.outcome, detail=problem.detail))
            return
        except Exception as problem:
            failed = reading_failed(problem, response.url)
            yield self._home_ended(replace(look, outcome=failed.outcome, detail=failed.detail))
            return
        yield self._home_ended(look, column)
        for candidate in found:
            if not on_gov_cn(candidate.url):
                yield self._ask(Ask(candidate.url), self._trial(channel.portal_id, candidate))

    def home_failed(self, failure: Failure) -> Iterator[TrialLook]:
        """A home page that gave no answer."""
        channel = failure.request.cb_kwargs["channel"]  # type: ignore[attr-defined]  # set by Scrapy
        yield self._home_ended(look_of_failure(failure, self._clock, channel.portal_id, channel.id, channel.url))

    def _home_ended(self, look: Look, column: ColumnSight | None = None) -> TrialLook:
        self._report(HomeFinding(look.portal_id, look, column))
        return TrialLook(look)

    def _trial(self, portal_id: str, candidate: Candidate) -> _Trial:
        family = "pushinfo" if candidate.why == "embed" else ""
        return _Trial(portal_id, "", candidate.name, candidate.url, candidate.why, family)

    def _ask(self, ask: Ask, trial: _Trial) -> Request:
        ask = as_shown(ask, trial.options)
        return request_for(ask, self.read_list, self.list_failed, trial=trial, ask=ask, priority=trial.steps)

    def read_list(self, response: Response, trial: _Trial, ask: Ask) -> Iterator[TrialLook | Request]:
        """An answer to a trial: rows, or where they are, or that no family reads it."""
        look = look_of(response, self._clock, trial.portal_id, trial.channel_id, trial.url, Outcome.OK)
        try:
            page = replace(page_of(response, self._clock, trial.options.get("encoding")), ask=ask)
            read = self._read(page, trial)
        except UnreadablePage as problem:
            yield from self._failed(replace(look, outcome=problem.outcome, detail=problem.detail), trial)
            return
        except Exception as problem:
            failed = reading_failed(problem, response.url)
            yield from self._failed(replace(look, outcome=failed.outcome, detail=failed.detail), trial)
            return
        if isinstance(read, tuple):
            following, known = read
            yield TrialLook(replace(look, url=ask.url))
            yield self._ask(following, replace(known, steps=trial.steps + 1))
        else:
            self._report(replace(read, look=look))
            yield TrialLook(replace(look, url=ask.url), len(read.rows))

    def list_failed(self, failure: Failure) -> Iterator[TrialLook | Request]:
        """A trial that gave no answer."""
        trial = failure.request.cb_kwargs["trial"]  # type: ignore[attr-defined]  # set by Scrapy
        look = look_of_failure(failure, self._clock, trial.portal_id, trial.channel_id, trial.url)
        yield from self._failed(look, trial)

    def _failed(self, look: Look, trial: _Trial) -> Iterator[TrialLook | Request]:
        yield TrialLook(look)
        if trial.rest:
            yield self._ask(Ask(trial.rest[0]), replace(trial, rest=trial.rest[1:], data=True))
        else:
            self._report(self._finding(trial, look, "", {}))

    def _read(self, page: Page, trial: _Trial) -> ListFinding | tuple[Ask, _Trial]:
        """The finding, or what to ask next. Raises UnreadablePage where no family reads the page."""
        for name in [trial.family] if trial.family else [name for name in recognise(page) if name != "home"]:
            listing = family_of(name).read(page, trial.options)
            if listing.rows:
                found = replace(trial, url=page.url) if trial.data else trial
                return self._finding(found, None, name, trial.options, listing.rows, page)
            if listing.next and trial.steps < MOST_STEPS:
                return listing.next, replace(trial, family=name)
        options = options_of(page.text) if not trial.family else None
        if options is not None:
            rows = family_of("json").read(page, options).rows
            return self._finding(replace(trial, url=page.url), None, "json", options, rows, page)
        addresses = () if trial.family or trial.data else tuple(data_addresses(page))
        if addresses:
            return Ask(addresses[0]), replace(trial, rest=addresses[1:], data=True)
        raise UnreadablePage(Outcome.LAYOUT_CHANGED, "no family reads rows in it")

    def _finding(
        self, trial: _Trial, look: Look | None, family: str, options: Mapping[str, Any],
        rows: tuple[Row, ...] = (), page: Page | None = None,
    ) -> ListFinding:  # fmt: skip
        moment = look or Look(trial.portal_id, trial.channel_id, trial.url, self._clock.now(), Outcome.OK)
        titles = [row.title for row in rows]
        carried = sum(self._stands_in(title, titles) for title in self._titles)
        releases = sum(self._is_release(row.title, row.url) for row in rows)
        return ListFinding(
            trial.portal_id, trial.channel_id, trial.name, trial.url, trial.why, moment, family, options, rows, page,
            releases, carried, len(self._titles), bare_name(trial.name) in self._names,
        )  # fmt: skip

    def _is_release(self, title: str, url: str) -> bool:
        return on_gov_cn(url) or looks_like_paper(title) or self._stands_in(title, self._titles)

    @staticmethod
    def _stands_in(title: str, others: list[str] | tuple[str, ...]) -> bool:
        if process.extractOne(title, others, scorer=fuzz.ratio, score_cutoff=TITLE_LIKENESS):
            return True
        stem = title.rstrip("….。 ")
        return len(stem) >= 12 and stem != title and any(other.startswith(stem) for other in others)
