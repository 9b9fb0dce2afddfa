"""What a failed attempt was: from the downloader's exceptions to one outcome of the glossary's list."""

from __future__ import annotations

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from syndication.glossary import Outcome


class ArchivedFailure(Exception):
    """Raised by the archive handler for an attempt whose record says that it failed; ends as that outcome."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome, self.detail = outcome, detail


class HostTimeUp(IgnoreRequest):
    """Raised where a host has had its share of a run's time; the look ends as `timeout`."""


_TLS_WORDS = ("ssl", "tls", "certificate", "handshake")


def outcome_of(problem: BaseException) -> tuple[Outcome, str]:
    """The outcome of a failed attempt and a line of detail. Anything unknown is `refused` with the error's own words."""
    detail = " ".join(str(problem).split())[:300] or type(problem).__name__
    if isinstance(problem, ArchivedFailure):
        return problem.outcome, problem.detail
    if isinstance(problem, DownloadTimeoutError | HostTimeUp):
        return Outcome.TIMEOUT, detail
    if isinstance(problem, CannotResolveHostError):
        return Outcome.DNS, detail
    if isinstance(problem, DownloadCancelledError):
        return Outcome.TOO_LARGE, detail
    if isinstance(problem, IgnoreRequest):
        return (Outcome.REDIRECT_LOOP if "redirect" in detail.lower() else Outcome.ROBOTS), detail
    if isinstance(problem, UnsupportedURLSchemeError):
        return Outcome.REDIRECT_LOOP, detail
    if any(word in detail.lower() for word in _TLS_WORDS) or _is_tls(problem):
        return Outcome.TLS, detail
    if isinstance(problem, DownloadConnectionRefusedError | DownloadFailedError | ResponseDataLossError | OSError):
        return Outcome.REFUSED, detail
    return Outcome.REFUSED, f"{type(problem).__name__}: {detail}"


def _is_tls(problem: BaseException) -> bool:
    """Whether a TLS error stands anywhere in the chain of causes (Twisted wraps it in reasons)."""
    seen: set[int] = set()
    queue: list[object] = [problem]
    while queue:
        found = queue.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        module = type(found).__module__
        if module.startswith("OpenSSL") or module == "ssl" or "SSL" in type(found).__name__:
            return True
        queue += [part for part in (getattr(found, "__cause__", None), getattr(found, "value", None)) if part]
        queue += list(getattr(found, "reasons", None) or [])
    return False
