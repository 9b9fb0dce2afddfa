"""What a spider yields is recorded in the store of its run, or held until a person agreed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import DropItem

from syndication.glossary import ANSWERED
from syndication.middlewares import run_of
from syndication.trouble import Unwritten

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from syndication.run import Run


class HoldPipeline:
    """Keeps looks with the run in place of recording them: a person decides first (`syndication review --url`)."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HoldPipeline:
        """Scrapy's way to build it."""
        return cls(run_of(crawler))

    def process_item(self, item: Any) -> Any:
        """Keeps one look."""
        self._run.held.append(item)
        return item


class StorePipeline:
    """Hands every look to the store; counts looks and failed looks for the run's summary."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        """Scrapy's way to build it."""
        return cls(run_of(crawler))

    def process_item(self, item: Any) -> Any:
        """Records one look; one of a run that can write no more is dropped, and made again when the run is taken up."""
        try:
            with self._run.writing():
                self._run.store.record(self._run.run_id, item)
        except Unwritten as problem:
            raise DropItem(str(problem), log_level="DEBUG") from problem
        if self._run.progress is not None:
            self._run.progress.step()
        self._run.looks += 1
        self._run.failed_looks += item.look.outcome not in ANSWERED
        return item

    def close_spider(self) -> None:
        """Commits what is still open."""
        if self._run.broken is None:
            with suppress(Unwritten), self._run.writing():  # the crawl raises what broke it
                self._run.store.commit()
