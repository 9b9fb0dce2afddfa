"""What both spiders do with an answer: one look, one outcome, a decoded page. No attempt ends without a look."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy import Request

from syndication.attempts import CONNECTION, CUT, EVIDENCE_ID, LOOKED_AT, VALIDATOR, outcome_of
from syndication.challenge import recognise_block
from syndication.decode import decode_page
from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Look, Validator

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from syndication.clock import Clock
    from syndication.items import Ask, Page

log = logging.getLogger(__name__)

_ENDS = (b">", b"}", b"]", b")", b";")
"""How a page or data that is whole ends, also where its server told a wrong length."""


def request_for(
    ask: Ask, callback: Callable[..., Any], errback: Callable[..., Any], /, *, follow: bool = True, priority: int = 0,
    known: Validator | None = None, **context: Any,
) -> Request:  # fmt: skip
    """The Scrapy request of an ask; the same address may be asked twice a run.

    Every status reaches the callback; redirections are followed unless `follow` is False. With `known` the server need
    not send a page again that did not change since.
    """
    meta: dict[str, Any] = {} if follow else {"dont_redirect": True}
    headers = dict(ask.headers)
    if known is not None:
        meta[VALIDATOR] = known
        conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        headers.update({name: value for name, value in conditions.items() if value})
    return Request(
        ask.url, method=ask.method, headers=headers, body=ask.body, callback=callback, errback=errback,
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
        meta.get(EVIDENCE_ID, ""), meta.get("download_latency"), meta.get(CONNECTION),
    )  # fmt: skip


def look_of_failure(failure: Failure, clock: Clock, portal_id: str, channel_id: str, url: str) -> Look:
    """The look that a failed attempt leaves."""
    request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy on every errback
    assert failure.value is not None  # Scrapy's failures hold the exception
    outcome, detail = outcome_of(failure.value)
    moment = looked_at(request.meta, clock)
    meta = request.meta
    return Look(
        portal_id, channel_id, url, moment, outcome, detail, None, meta.get(EVIDENCE_ID, ""), None, meta.get(CONNECTION)
    )  # fmt: skip


def validator_of(response: Response) -> Validator | None:
    """What a whole answer says of itself for the next time; None where it says nothing or lies in no evidence."""
    etag, modified = ((response.headers.get(name) or b"").decode("latin-1") for name in ("ETag", "Last-Modified"))
    evidence_id = response.meta.get(EVIDENCE_ID, "")
    if response.status != 200 or not evidence_id or not (etag or modified) or CUT in response.flags:
        return None
    return Validator(etag, modified, evidence_id)


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
    if 300 <= response.status < 400 and response.headers.get("Location"):
        raise UnreadablePage(Outcome.REDIRECT_LOOP, f"HTTP {response.status} that cannot be followed")
    if CUT in response.flags and not response.body.rstrip().endswith(_ENDS):
        raise UnreadablePage(Outcome.REFUSED, f"the connection ended after {len(response.body)} bytes of the page")
    if not response.body:
        raise UnreadablePage(Outcome.EMPTY, f"HTTP {response.status} with an empty body")
    moment = looked_at(response.meta, clock)
    return decode_page(response.url, response.status, headers, response.body, moment, charset)


def reading_failed(problem: Exception, url: str) -> UnreadablePage:
    """A fault of our own reading: said loudly in the log, kept as an observation, never the end of a crawl."""
    log.exception("reading %s failed", url)
    return UnreadablePage(Outcome.LAYOUT_CHANGED, f"the reader failed: {type(problem).__name__}: {problem}")
