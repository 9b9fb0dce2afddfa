"""Errors, each named for its consequence. The command line prints one line of them, without a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from syndication.glossary import Outcome


class SyndicationError(Exception):
    """The base: a message that says what is wrong and what to do, in Chinese and, behind a blank, in English."""

    @property
    def for_inspectors(self) -> str:
        """The Chinese part of the message; all of it where it has none."""
        return chinese_part(str(self))


def chinese_part(message: str) -> str:
    """What stands in a message before its English: the sentences up to the first `。` that a blank follows."""
    told, stop, _ = message.partition("。 ")
    return f"{told}。" if stop else message


class RegistryError(SyndicationError):
    """A row of portals.csv, channels.csv or duties.csv is wrong; a person mends the file. Nothing was loaded.

    `others` are the further wrong cells of the same reading, so that all can be mended at once. `reason` is Chinese and
    English, with a stroke between them.
    """

    path: str
    line: int
    column: str
    reason: str

    def __init__(
        self, path: Path | str, line: int, column: str, reason: str, others: Sequence[RegistryError] = ()
    ) -> None:
        more = "".join(f"; also {one.path}, line {one.line}, column {one.column}: {one.reason}" for one in others[:3])
        rest = f"; and {len(others) - 3} more" if len(others) > 3 else ""
        super().__init__(
            f"{path} 第 {line} 行 {column} 列有误，请改正后重新运行。 {path}, line {line}, column {column}: {reason}{more}{rest}"
        )
        self.path, self.line, self.column, self.reason = str(path), line, column, reason
        self.others = tuple(others)


class RulesError(SyndicationError):
    """rules.toml cannot be used; a person mends the file."""


class DataFolderError(SyndicationError):
    """The data folder lacks what a command needs; the message says where was looked and what to run."""


class LockedError(SyndicationError):
    """Another process of the program holds the data folder; wait for it or stop it."""


class Interrupted(SyndicationError):
    """A signal ended the crawl, as a person or a reboot sends it; the run can be taken up again."""


class ClockError(SyndicationError):
    """The machine's clock cannot be right; set it. Nothing was asked and nothing written."""


class EvidenceError(SyndicationError):
    """An evidence file cannot be read or does not agree with its record."""


class ReviewError(SyndicationError):
    """A review cannot be recorded as it was asked for; the message says why. Nothing was recorded."""


class SpidersMissingError(SyndicationError):
    """Scrapy does not see the spiders that this program ships: another package called `spiders` is in the way."""


class UnreadablePage(SyndicationError):
    """A page was fetched and cannot be read; it becomes an observation with `outcome` and the message as detail.

    Raised by `syndication.decode`, `syndication.article` and the families, caught by the spiders only.
    """

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome, self.detail = outcome, detail
