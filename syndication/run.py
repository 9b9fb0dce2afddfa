"""One run: what the crawl, the matching and the judging of one night (or probe, or replay) share.

Middlewares and pipelines reach it through the setting `SYNDICATION_RUN`; spiders see only `registry`, `rules` and
`knowledge`.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syndication.trouble import TROUBLES, Unwritten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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
    `robots` holds what hosts said in their robots.txt, by host (see `syndication.robots`).
    `broken` is why nothing more can be written; `stop` ends the crawl that is under way.
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
    robots: dict[str, Any] = field(default_factory=dict)
    broken: Exception | None = None
    stop: Callable[[], None] | None = None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around every write of a crawl: the first that fails ends the run, since no look may be lost or half kept.

        Raises:
            Unwritten: a write failed, now or before.
        """
        if self.broken is not None:
            raise Unwritten("the run can write no more")
        try:
            yield
        except TROUBLES as problem:
            self.broken = problem
            if self.stop is not None:
                self.stop()
            raise Unwritten(str(problem)) from problem

    @property
    def evidence_name(self) -> str:
        """The evidence file as the store names it: relative to the data folder."""
        return self.evidence_file.relative_to(self.folder).as_posix()

    def __deepcopy__(self, memo: dict[int, object]) -> Run:
        """Scrapy copies its settings deeply; the run stays one."""
        return self
