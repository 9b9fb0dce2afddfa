"""Between Scrapy and the network: evidence of every attempt, answers from an archive, a time limit for each host."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Headers
from scrapy.responsetypes import responsetypes
from scrapy.utils.misc import build_from_crawler, load_object

from spiders.families.measured import RENDERED
from syndication.addresses import host_of
from syndication.attempts import (
    ARCHIVED,
    CONNECTION,
    CUT,
    EVIDENCE_ID,
    LOOKED_AT,
    REFERS_TO,
    SERVED,
    VALIDATOR,
    ArchivedFailure,
    HostTimeUp,
    outcome_of,
)
from syndication.errors import EvidenceError
from syndication.evidence import read_answer
from syndication.glossary import Outcome, Step
from syndication.render import BrowserHandler
from syndication.run import RUN_SETTING

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from syndication.evidence import Record
    from syndication.run import Run

NOT_MODIFIED = 304
_OF_THE_BODY = (b"Content-Type", b"Content-Encoding")


def run_of(crawler: Crawler) -> Run:
    """The run that a component works for. Raises NotConfigured under plain `scrapy crawl`, which has none."""
    run: Run | None = crawler.settings.get(RUN_SETTING)
    if run is None:
        raise NotConfigured("no run: use `syndication nightly` or `syndication replay`")
    return run


class ArchiveHandler(BaseDownloadHandler):
    """Answers from the run's archive; what it lacks is asked of the network, or in a replay is `not_archived`.

    It stands in the place of Scrapy's own handler, so that all middlewares and spiders work as on the live sites.
    """

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._run = run_of(crawler)
        live = self._run.writer is not None
        self._network = build_from_crawler(load_object(crawler.settings["NETWORK_HANDLER"]), crawler) if live else None
        self._browser = BrowserHandler(crawler.settings, self._network) if self._network is not None else None

    async def download_request(self, request: Request) -> Response:
        """The archived answer of a request, or what the network says.

        In a run that was taken up again a record answers a request once: what comes after it (a second attempt, the page
        behind a redirection to itself) is asked of the network.
        """
        archive = self._run.archive
        record = archive.find(request.url, request.method, request.body) if archive else None
        request.meta.pop(ARCHIVED, None)
        request.meta.pop(CONNECTION, None)
        if record is not None and self._network is not None and record.evidence_id in request.meta.get(SERVED, ()):
            record = None
        if record is None:
            if self._network is None or self._browser is None:
                raise ArchivedFailure(Outcome.NOT_ARCHIVED, "the evidence file has no record of this address")
            source = self._browser if request.method == RENDERED else self._network
            response: Response = await source.download_request(request)
            return response
        request.meta[ARCHIVED], request.meta[CONNECTION] = record, record.connection
        request.meta[SERVED] = (*request.meta.get(SERVED, ()), record.evidence_id)
        if record.outcome is not None:
            raise ArchivedFailure(record.outcome, record.detail)
        assert archive is not None  # a record came from it
        return _archived_response(archive.run_file.path, record, request.url)

    async def close(self) -> None:
        """Closes the network's connections, if it was used."""
        if self._browser is not None:
            await self._browser.close()
        if self._network is not None:
            await self._network.close()


def _archived_response(path: Path, record: Record, asked: str) -> Response:
    """The answer that a record holds, under the address that was asked for (http where https did not answer)."""
    answer = read_answer(path, record)
    headers = Headers()
    for name, value in answer.headers:
        headers.appendlist(name, value)
    plain = record.connection is not None and record.connection.step is Step.PLAIN
    url = f"http:{asked.removeprefix('https:')}" if plain and asked.startswith("https:") else asked
    kind = responsetypes.from_args(headers=headers, url=url, body=answer.body)
    return kind(
        url=url, status=answer.status, headers=headers, body=answer.body, flags=[CUT] if record.truncated else []
    )  # fmt: skip


class EvidenceMiddleware:
    """Writes every answer and every failed attempt to the run's file, and stamps the request with time and record.

    It stands nearest to the downloader, so that bodies are as they came (compressed, before redirects and repetitions).
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> EvidenceMiddleware:
        """Scrapy's way to build it."""
        return cls(run_of(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        """Records an answer."""
        record = request.meta.get(ARCHIVED)
        if record is None and self._run.writer is not None:
            headers = tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, values in response.headers.items() for value in values
            )  # fmt: skip
            known = request.meta.get(VALIDATOR) if response.status == NOT_MODIFIED else None
            with self._run.writing():
                record = self._run.writer.answer(
                    response.url, request.method, request.body, self._run.clock.now(), response.status, headers,
                    b"" if known else response.body, request.meta.get(CONNECTION), known.evidence_id if known else "",
                    CUT in response.flags,
                )  # fmt: skip
                self._run.store.add_evidence(self._run.run_id, self._run.evidence_name, [record])
        self._stamp(request, record)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Records an attempt that got no answer; one that was not even made stands in the archive already, if it is there."""
        record = request.meta.get(ARCHIVED)
        if record is None and self._run.writer is not None:
            outcome, detail = outcome_of(exception)
            archive = self._run.archive
            known = archive.find(request.url, request.method, request.body) if archive else None
            if isinstance(exception, IgnoreRequest) and known is not None and known.outcome is outcome:
                record = known
            else:
                with self._run.writing():
                    record = self._run.writer.failure(
                        request.url, request.method, request.body, self._run.clock.now(), outcome, detail,
                        request.meta.get(CONNECTION),
                    )  # fmt: skip
                    self._run.store.add_evidence(self._run.run_id, self._run.evidence_name, [record])
        self._stamp(request, record)

    def _stamp(self, request: Request, record: Record | None) -> None:
        request.meta[LOOKED_AT] = record.fetched_at if record else self._run.clock.now()
        request.meta[EVIDENCE_ID] = record.evidence_id if record else ""
        if record is not None:
            request.meta[REFERS_TO] = record.refers_to


class UnchangedMiddleware:
    """Gives a page that did not change its body, from the evidence of the look that got it; its status stays 304."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> UnchangedMiddleware:
        """Scrapy's way to build it."""
        return cls(run_of(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        """Fills in a 304. Raises ArchivedFailure `not_archived` where the evidence that it refers to is not here."""
        refers_to = request.meta.get(REFERS_TO)
        if response.status != NOT_MODIFIED or not refers_to:
            return response
        found = self._run.store.find_evidence(refers_to)
        path = self._run.folder / found[0] if found else None
        if found is None or path is None or not path.is_file():
            raise ArchivedFailure(Outcome.NOT_ARCHIVED, f"the page did not change since record {refers_to}, which is not here")
        try:
            whole = _archived_response(path, found[1], response.url)
        except EvidenceError as problem:
            raise ArchivedFailure(Outcome.NOT_ARCHIVED, f"the page did not change, and {problem}") from problem
        for name in [name for name in whole.headers if name not in _OF_THE_BODY]:
            del whole.headers[name]
        filled: Response = whole.replace(status=response.status)
        return filled


class HostTimeMiddleware:
    """Gives each host a share of the run's time: a dead host never holds the run.

    The clock of a host starts with its first request; after `HOST_TIME_LIMIT` seconds further requests end as timeouts.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._started: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HostTimeMiddleware:
        """Scrapy's way to build it."""
        seconds = crawler.settings.getfloat("HOST_TIME_LIMIT")
        if not seconds:
            raise NotConfigured
        return cls(seconds)

    def process_request(self, request: Request) -> None:
        """Lets a request pass while its host has time left."""
        started = self._started.setdefault(host_of(request.url), time.monotonic())
        if time.monotonic() - started > self._seconds:
            raise HostTimeUp(f"the host had its {self._seconds:.0f} s of this run")
