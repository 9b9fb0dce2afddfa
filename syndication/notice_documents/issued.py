"""What was issued: each notice's findings, kept in the data folder's `notices/` so that later notices can follow them up.

A reissue replaces the notice of the same period, edition and level. A finding stays open until a later notice told that
it was mended.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from syndication.clock import from_text, to_text
from syndication.glossary import Level
from syndication.notice_documents.findings import Finding
from syndication.notices import NoticeError
from syndication.store.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Key = tuple[str, str]


@dataclass(frozen=True)
class Issued:
    """One notice as it went out. `mended` are the findings of earlier notices that it told as settled.

    `made_by` is the person who made it, empty where nobody was named.
    """

    number: str
    made_at: datetime
    made_by: str
    period: Period
    rectify_by: date
    replaces: str
    findings: tuple[Finding, ...]
    mended: tuple[Key, ...]

    def to_text(self) -> str:
        """JSON in a fixed form, so that its hash says something."""
        content = {
            "number": self.number, "made_at": to_text(self.made_at), "made_by": self.made_by,
            "period": period_to_json(self.period), "rectify_by": self.rectify_by.isoformat(), "replaces": self.replaces,
            "findings": [one.to_json() for one in self.findings], "mended": [list(key) for key in self.mended],
        }  # fmt: skip
        return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def read_issued(text: str, where: str) -> Issued:
    """Reads what `Issued.to_text` wrote; `where` is told in the error. Raises NoticeError for anything else."""
    try:
        content = json.loads(text)
        return Issued(
            number=str(content["number"]), made_at=from_text(content["made_at"]), made_by=str(content["made_by"]),
            period=read_period(content["period"]),
            rectify_by=date.fromisoformat(content["rectify_by"]), replaces=str(content["replaces"]),
            findings=tuple(Finding.from_json(each) for each in content["findings"]),
            mended=tuple((str(portal), str(release)) for portal, release in content["mended"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as fault:
        raise NoticeError(f"{where} 无法读取，请从备份恢复。 {where} is no record of a notice ({fault}); restore it.") from fault


def period_to_json(period: Period) -> dict[str, str]:
    """As manifests and records keep it; an empty level means both."""
    return {
        "first": period.first.isoformat(), "last": period.last.isoformat(), "edition": period.edition,
        "level": period.level.value if period.level else "",
    }  # fmt: skip


def read_period(content: Mapping[str, Any]) -> Period:
    """Reads what `period_to_json` wrote. Raises KeyError or ValueError for anything else."""
    level = Level(content["level"]) if content["level"] else None
    return Period(date.fromisoformat(content["first"]), date.fromisoformat(content["last"]), str(content["edition"]), level)


def replaced_by(period: Period, issued: Iterable[Issued]) -> Issued | None:
    """The last notice of the same period, edition and level; None for a first issue."""
    same = [one for one in issued if one.period == period]
    return same[-1] if same else None


def relevant(period: Period, issued: Iterable[Issued]) -> tuple[Issued, ...]:
    """The notices that a notice of this period must know: those of earlier periods of the edition, and of the same one."""
    return tuple(
        one for one in issued
        if one.period == period or (one.period.edition == period.edition and one.period.last < period.first)
    )  # fmt: skip


def open_findings(period: Period, issued: Sequence[Issued]) -> list[tuple[Issued, Finding]]:
    """The findings of earlier periods of the edition that no notice told as mended, each with its notice, oldest first.

    `issued` in the order of their numbers. Of two notices about one period the later counts.
    """
    spans: dict[Period, dict[Key, tuple[Issued, Finding]]] = {}
    for one in issued:
        if one.period.edition != period.edition or one.period.last >= period.first:
            continue
        for known in spans.values():
            for key in one.mended:
                known.pop(key, None)
        spans[one.period] = {finding.key: (one, finding) for finding in one.findings}
    latest = {key: entry for known in spans.values() for key, entry in known.items()}
    return [
        (one, finding) for one, finding in latest.values() if period.level is None or finding.level == period.level.value
    ]
