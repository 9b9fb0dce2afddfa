"""What stands between Scrapy and a host that does not answer: the ladder, second attempts, and giving up in time.

In the place of Scrapy's own middleware for repetitions. Each attempt is a request of its own, so each stands in the
evidence; a run that is taken up again finds there how far it had come.
"""

from __future__ import annotations

import asyncio
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest, NotConfigured

from syndication.addresses import host_of
from syndication.attempts import (
    ARCHIVED,
    CONNECTION,
    FAILED,
    STEP,
    HostGaveUp,
    Unreached,
    is_silent,
    outcome_of,
)
from syndication.challenge import recognise_block
from syndication.glossary import Outcome, Step
from syndication.ladder import Ladder
from syndication.middlewares import run_of
from syndication.patience import REPEATED, REPEATED_STATUSES, HostState, Patience, seconds_asked

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from syndication.evidence import Record
    from syndication.run import Run

REPETITION = "repetition"


class HostMiddleware:
    """Chooses the step by which a host is reached, repeats what is worth it, ends at once what is not."""

    def __init__(self, run: Run, patience: Patience) -> None:
        self._run, self._patience = run, patience
        self._ladder = Ladder(run.knowledge.steps)
        self._hosts: dict[str, HostState] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HostMiddleware:
        """Scrapy's way to build it; a replay needs none, its records are what all attempts came to."""
        run, settings = run_of(crawler), crawler.settings
        if run.writer is None:
            raise NotConfigured
        return cls(run, Patience(
            settings.getint("RETRY_TIMES"), settings.getfloat("RETRY_WAIT"), settings.getfloat("RETRY_WAIT_MOST"),
            settings.getint("HOST_FAILURES"),
        ))  # fmt: skip

    async def process_request(self, request: Request) -> None:
        """Waits until the host may be asked again, and says by which step. Raises HostGaveUp for a dead host."""
        host = host_of(request.url)
        state = self._hosts.setdefault(host, HostState())
        request.meta.pop(ARCHIVED, None)
        while not state.given_up and (left := state.not_before - time.monotonic()) > 0 and not self._in_archive(request):
            await asyncio.sleep(left)
        if state.given_up:
            raise HostGaveUp(state.outcome, f"{state.failures} failures in a row, not asked again: {state.detail}")
        if request.meta.get(STEP, ("", None))[0] != host:
            request.meta[STEP] = host, self._ladder.first(host)
            request.meta.pop(FAILED, None)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Notes that the host answered; an answer that may be better in a while is asked for again."""
        host = host_of(request.url)
        state = self._hosts.setdefault(host, HostState())
        request.meta.pop(FAILED, None)
        connection = request.meta.get(CONNECTION)
        if connection is not None and request.url.startswith("https:"):
            self._ladder.answered(host, connection.step)
        state.failures, state.not_before = 0, 0.0
        if response.status not in REPEATED_STATUSES:
            return response
        headers = {name.decode("latin-1"): values[-1].decode("latin-1") for name, values in response.headers.items()}
        block = recognise_block(response.status, headers, response.body)
        if block and block[0] is not Outcome.HTTP_ERROR:
            return response
        done = max(request.meta.get(REPETITION, 0), sum(r.status == response.status for r in self._records(request)) - 1)
        delay = self._patience.delay(done + 1, self._asked(headers))
        if done >= self._patience.times or delay is None:
            return response
        state.not_before = time.monotonic() + delay
        return self._again(request, self._ladder.first(host), REPETITION, done + 1)

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """After a failed attempt: the ladder's next step, or the same again after a while, or the end of it."""
        outcome, detail = outcome_of(exception)
        if isinstance(exception, IgnoreRequest) or outcome is Outcome.NOT_SHOWN:  # the host is not to blame
            return None
        host = host_of(request.url)
        state = self._hosts.setdefault(host, HostState())
        step = request.meta[STEP][1]
        own = exception.last if isinstance(exception, Unreached) else (outcome, detail)
        failed = self._failed(request) or (*request.meta.get(FAILED, ()), (step, *own))
        if request.url.startswith("https:"):
            archived_end = request.meta.get(ARCHIVED) is not None and any(name is Step.PLAIN for name, _, _ in failed)
            silent = is_silent(exception) or archived_end
            following = self._ladder.following(host, [(name, what) for name, what, _ in failed], silent=silent)
            if following is not None:
                return self._again(request, following, FAILED, failed)
        first = self._ladder.first(host)
        done = sum(name is first for name, _, _ in failed)
        new = 1 if request.meta.get(ARCHIVED) is None else done  # an archived failure stands for all attempts
        state.failures, state.outcome, state.detail = state.failures + new, outcome, detail
        if state.failures >= self._patience.failures:
            state.given_up = True
        elif outcome in REPEATED and done <= self._patience.times:
            state.not_before = time.monotonic() + (self._patience.delay(state.failures) or 0.0)
            return self._again(request, first, FAILED, failed)
        return None

    def _again(self, request: Request, step: Step, key: str, value: object) -> Request:
        again = request.replace(dont_filter=True, priority=request.priority + 1)
        again.meta[STEP] = host_of(request.url), step
        again.meta[key] = value
        return again

    def _asked(self, headers: dict[str, str]) -> float | None:
        named = {name.lower(): value for name, value in headers.items()}
        if "retry-after" not in named:
            return None
        try:
            at = parsedate_to_datetime(named["date"])
        except (KeyError, ValueError):  # it tells no time of its own: ours
            at = self._run.clock.now()
        return seconds_asked(named["retry-after"], at)

    def _records(self, request: Request) -> list[Record]:
        """What the archive of a run that was taken up again holds of a request, if it answered it just now."""
        archive = self._run.archive
        if archive is None or request.meta.get(ARCHIVED) is None:
            return []
        return list(archive.all(request.url, request.method, request.body))

    def _failed(self, request: Request) -> tuple[tuple[Step, Outcome, str], ...]:
        return tuple(
            (record.connection.step if record.connection else Step.DEFAULT, record.outcome, record.detail)
            for record in self._records(request)
            if record.outcome is not None
        )

    def _in_archive(self, request: Request) -> bool:
        archive = self._run.archive
        return archive is not None and archive.find(request.url, request.method, request.body) is not None


