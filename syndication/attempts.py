"""What a failed attempt was: from the downloader's exceptions to one outcome of the glossary's list.

The keys under which an attempt's marks stand in a request's `meta` are here too, for all that stands on its way.
"""

from __future__ import annotations

import ssl

import aiohttp
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    UnsupportedURLSchemeError,
)

from syndication.evidence import LONGEST_DETAIL
from syndication.glossary import Outcome

ARCHIVED = "archived_record"  # the record that answered, where the archive did
LOOKED_AT = "looked_at"
EVIDENCE_ID = "evidence_id"
REFERS_TO = "refers_to"  # the evidence id of the body of a page that did not change
CUT = "dataloss"  # Scrapy's flag of an answer whose connection ended before its body
CONNECTION = "connection"  # how the server was reached
STEP = "ladder_step"  # (host, step): how it is to be reached
FAILED = "ladder_failed"  # (step, outcome, detail) of each attempt at this request that failed
SERVED = "served_records"  # ids of the records that answered this request so far
VALIDATOR = "validator"  # what the request says of the page that is known already


class ArchivedFailure(Exception):
    """Raised by the archive handler for an attempt whose record says that it failed; ends as that outcome."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome, self.detail = outcome, detail


class Unreached(Exception):
    """Raised where a further attempt at a request failed: `last` is its own outcome and words, the rest that of all."""

    def __init__(self, outcome: Outcome, detail: str, last: tuple[Outcome, str]) -> None:
        super().__init__(detail)
        self.outcome, self.detail, self.last = outcome, detail, last


class NotShown(Exception):
    """Raised where the browser of this machine could not show a page that was fetched; ends as `not_shown`."""


class OnlyByTls(Exception):
    """Raised where plain http, tried because TLS fails, only leads back to https; ends as `tls`."""


class HostTimeUp(IgnoreRequest):
    """Raised where a host has had its share of a run's time; the look ends as `timeout`."""


class HostGaveUp(IgnoreRequest):
    """Raised where a host failed so often in a row that it is not asked any more; ends as it did the last time."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome, self.detail = outcome, detail


def outcome_of(problem: BaseException) -> tuple[Outcome, str]:
    """The outcome of a failed attempt and a line of detail. Anything unknown is `refused` with the error's own words."""
    detail = " ".join(str(problem).split())[:300] or type(problem).__name__
    if isinstance(problem, ArchivedFailure | Unreached | HostGaveUp):
        return problem.outcome, problem.detail[:LONGEST_DETAIL]
    if isinstance(problem, NotShown):
        return Outcome.NOT_SHOWN, detail
    if isinstance(problem, DownloadTimeoutError | HostTimeUp):
        return Outcome.TIMEOUT, detail
    if isinstance(problem, CannotResolveHostError):
        return Outcome.DNS, detail
    if isinstance(problem, DownloadCancelledError):
        return Outcome.TOO_LARGE, "larger than DOWNLOAD_MAXSIZE" if detail == type(problem).__name__ else detail
    if isinstance(problem, IgnoreRequest):
        return _outcome_of_refusal(detail)
    if isinstance(problem, UnsupportedURLSchemeError):
        return Outcome.REDIRECT_LOOP, detail
    if isinstance(problem, OnlyByTls) or _is_tls(problem):
        return Outcome.TLS, detail
    return Outcome.REFUSED, f"{type(problem).__name__}: {detail}"


def is_silent(problem: BaseException) -> bool:
    """Whether nobody was there to speak to: the connection was refused, or nothing came in time.

    Told by the words of `outcome_of`, since an attempt of a run that is taken up again left nothing else.
    """
    outcome, detail = problem.last if isinstance(problem, Unreached) else outcome_of(problem)
    return outcome is Outcome.TIMEOUT or (
        outcome is Outcome.REFUSED and detail.startswith(DownloadConnectionRefusedError.__name__)
    )  # fmt: skip


def _outcome_of_refusal(detail: str) -> tuple[Outcome, str]:
    """What Scrapy's own middlewares mean when they drop a request: they say so in words only (Scrapy 2.19)."""
    if "max redirections reached" in detail:
        return Outcome.REDIRECT_LOOP, detail
    if "DOWNLOAD_MAXSIZE" in detail:  # with figures that depend on the run's settings
        return Outcome.TOO_LARGE, "unpacks into more than DOWNLOAD_MAXSIZE"
    return Outcome.ROBOTS, detail


def _is_tls(problem: BaseException) -> bool:
    """Whether a TLS error stands anywhere in the chain of causes (Twisted wraps it in reasons, aiohttp in its own)."""
    seen: set[int] = set()
    queue: list[object] = [problem]
    while queue:
        found = queue.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, ssl.SSLError | aiohttp.ClientSSLError) or type(found).__module__.startswith("OpenSSL"):
            return True
        queue += [part for part in (getattr(found, "__cause__", None), getattr(found, "value", None)) if part]
        queue += list(getattr(found, "reasons", None) or [])
    return False
