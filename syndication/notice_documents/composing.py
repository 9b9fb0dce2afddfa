"""Composing: all that a notice says, from one frozen copy and the records of earlier notices; nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndication.clock import beijing_date
from syndication.notice_documents.annexes import (
    Annex,
    change_annex,
    column_annex,
    finding_annex,
    mended_annex,
    result_annexes,
    unseen_annex,
)
from syndication.notice_documents.figures import Figures, read_figures
from syndication.notice_documents.findings import Finding, column_findings, release_findings
from syndication.notice_documents.issued import Issued, open_findings, replaced_by
from syndication.notice_documents.rounds import SETTLED, Change, Mended, changes, follow_up
from syndication.store.notices import last_run

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import date, datetime

    from syndication.store.periods import Period


@dataclass(frozen=True)
class EditionFacts:
    """What a notice says of the edition: its measure, the paper that it rests on, and how well that paper's text is known."""

    id: str
    name: str
    hours: int
    calendar: str
    document: str
    document_number: str
    confidence: str


@dataclass(frozen=True)
class Terms:
    """What is fixed before anything is read: number, moment, person, period, edition, day of mending, the copy's hash.

    `replaces` is the number of the notice that this one replaces, or empty.
    """

    number: str
    made_at: datetime
    made_by: str
    period: Period
    edition: EditionFacts
    rectify_by: date
    replaces: str
    snapshot_sha256: str


@dataclass(frozen=True)
class LastRun:
    """The run up to which the frozen copy knows; `finished_at` as stored."""

    run_id: str
    finished_at: str
    evidence_hash: str


@dataclass(frozen=True)
class Composed:
    """A notice before it is written. `annexes` in their order, each with rows or without."""

    terms: Terms
    figures: Figures
    about_releases: tuple[Finding, ...]
    about_columns: tuple[Finding, ...]
    mended: tuple[Mended, ...]
    changes: tuple[Change, ...]
    annexes: tuple[Annex, ...]
    last_run: LastRun | None

    @property
    def record(self) -> Issued:
        """What later notices need of this one."""
        return Issued(
            self.terms.number, self.terms.made_at, self.terms.made_by, self.terms.period, self.terms.rectify_by,
            self.terms.replaces, (*self.about_releases, *self.about_columns),
            tuple(sorted(one.finding.key for one in self.mended if one.state in SETTLED)),
        )  # fmt: skip


def compose(connection: sqlite3.Connection, terms: Terms, earlier: Sequence[Issued]) -> Composed:
    """The notice of a frozen copy; `earlier` are the records of all notices before it, in the order of their numbers."""
    period = terms.period
    about_releases = release_findings(connection, period, terms.edition.hours, terms.rectify_by)
    about_columns = column_findings(connection, period, terms.rectify_by)
    before = replaced_by(period, earlier)
    mended = follow_up(connection, open_findings(period, earlier), period.edition, beijing_date(terms.made_at))
    changed = changes(connection, before.findings, (*about_releases, *about_columns), period.edition) if before else ()
    run = last_run(connection)
    annexes = [
        *result_annexes(connection, period), finding_annex(about_releases), column_annex(connection, period, about_columns),
        unseen_annex(connection, period),
    ]  # fmt: skip
    if mended:
        annexes.append(mended_annex(mended))
    if before:
        annexes.append(change_annex(changed))
    return Composed(
        terms, read_figures(connection, period, about_releases, about_columns), about_releases, about_columns, mended, changed,
        tuple(annexes), LastRun(run["run_id"], run["finished_at"], run["evidence_hash"]) if run else None,
    )  # fmt: skip
