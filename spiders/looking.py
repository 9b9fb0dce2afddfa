"""What both spiders do with an answer: one look, one outcome, a decoded page. No attempt ends without a look."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy import Request

from syndication.attempts import outcome_of
from syndication.challenge import recognise_block
from syndication.decode import decode_page
from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Look
from syndication.middlewares import EVIDENCE_ID, LOOKED_AT

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from syndication.clock import Clock
    from syndication.items import Ask, Page

log = logging.getLogger(__name__)


def request_for(
    ask: Ask, callback: Callable[..., Any], errback: Callable[..., Any], /, *, follow: bool = True, priority: int = 0,
    **context: Any,
) -> Request:  # fmt: skip
    """The Scrapy request of an ask: every status reaches the callback, and the same address may be asked twice a run."""
    meta: dict[str, Any] = {"handle_httpstatus_all": True, "dont_merge_cookies": False}
    if not follow:
        meta["dont_redirect"] = True
    return Request(
        ask.url, method=ask.method, headers=dict(ask.headers), body=ask.body, callback=callback, errback=errback,
        dont_filter=True, meta=meta, cb_kwargs=context, priority=priority,
    )  # fmt: skip


def looked_at(meta: dict[str, Any], clock: Clock) -> datetime:
    """When the answer came, by the evidence's record; the run's clock where there was no attempt."""
    moment: datetime | None = meta.get(LOOKED_AT)
    return moment or clock.now()


def look_of(
    response: Response, clock: Clock, portal_id: str, channel_id: str, url: str, outcome: Outcome, detail: str = ""
) -> Look:
    """The look that an answer leaves."""
    meta = response.meta
    return Look(
        portal_id, channel_id, url, looked_at(meta, clock), outcome, detail, response.status,
        meta.get(EVIDENCE_ID, ""), meta.get("download_latency"),
    )  # fmt: skip


def look_of_failure(failure: Failure, clock: Clock, portal_id: str, channel_id: str, url: str) -> Look:
    """The look that a failed attempt leaves."""
    request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy on every errback
    assert failure.value is not None  # Scrapy's failures hold the exception
    outcome, detail = outcome_of(failure.value)
    moment = looked_at(request.meta, clock)
    return Look(portal_id, channel_id, url, moment, outcome, detail, None, request.meta.get(EVIDENCE_ID, ""), None)


def page_of(response: Response, clock: Clock, charset: str | None = None) -> Page:
    """The answer, decoded.

    Raises:
        UnreadablePage: the answer is a challenge, an error or no readable text; the outcome says which.
    """
    headers = {
        name.decode("latin-1"): value[-1].decode("latin-1") for name, value in response.headers.items() if value
    }
    block = recognise_block(response.status, headers, response.body)
    if block:
        raise UnreadablePage(*block)
    if response.status >= 400 or response.status < 200:
        raise UnreadablePage(Outcome.HTTP_ERROR, f"HTTP {response.status}")
    if not response.body:
        raise UnreadablePage(Outcome.EMPTY, f"HTTP {response.status} with an empty body")
    moment = looked_at(response.meta, clock)
    return decode_page(response.url, response.status, headers, response.body, moment, charset)


def reading_failed(problem: Exception, url: str) -> UnreadablePage:
    """A fault of our own reading: said loudly in the log, kept as an observation, never the end of a crawl."""
    log.exception("reading %s failed", url)
    return UnreadablePage(Outcome.LAYOUT_CHANGED, f"the reader failed: {type(problem).__name__}: {problem}")
