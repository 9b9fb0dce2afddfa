"""One run: what the crawl, the matching and the judging of one night (or probe, or replay) share.

Middlewares and pipelines reach it through the setting `SYNDICATION_RUN`; spiders see only `registry`, `rules` and
`knowledge`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from syndication.clock import Clock
    from syndication.evidence import Archive, EvidenceWriter
    from syndication.items import Knowledge
    from syndication.progress import Progress
    from syndication.registry import Registry
    from syndication.rules import Rules
    from syndication.store import Store

RUN_SETTING = "SYNDICATION_RUN"


@dataclass(frozen=True)
class Course:
    """What a run looks at: www.gov.cn or not, and which channels (None: all)."""

    releases: bool = True
    channels: frozenset[str] | None = None


@dataclass
class Run:
    """The parts of one run.

    `held` are looks that are not recorded before a person agreed (see `syndication.pipelines.HoldPipeline`).
    `archive` answers in place of the network what it holds; with `writer` None nothing else may be asked (a replay).
    """

    run_id: str
    kind: str
    started_at: datetime
    folder: Path
    clock: Clock
    registry: Registry
    rules: Rules
    store: Store
    evidence_file: Path
    knowledge: Knowledge
    archive: Archive | None = None
    writer: EvidenceWriter | None = None
    looks: int = 0
    failed_looks: int = 0
    progress: Progress | None = None
    course: Course = field(default_factory=Course)
    held: list[object] = field(default_factory=list)

    @property
    def evidence_name(self) -> str:
        """The evidence file as the store names it: relative to the data folder."""
        return self.evidence_file.relative_to(self.folder).as_posix()

    def __deepcopy__(self, memo: dict[int, object]) -> Run:
        """Scrapy copies its settings deeply; the run stays one."""
        return self
