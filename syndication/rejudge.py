"""`syndication rejudge`: all verdicts anew from the stored observations, shown as a table before anything is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndication import __version__, lock, steps
from syndication.clock import from_text
from syndication.rules import load_rules, load_rules_file
from syndication.running import new_run_name
from syndication.store import Store
from syndication.store.database import require_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from syndication.clock import Clock
    from syndication.store.deciding import Change, NewVerdict


@dataclass(frozen=True)
class Rejudged:
    """What would change, and how many verdicts were written (0: nothing was)."""

    changes: tuple[Change, ...]
    judged: int
    written: int

    @property
    def counts(self) -> Counter[tuple[str, str | None, str]]:
        """Changes by edition, status before and status after."""
        return Counter((change.edition, change.before, change.after) for change in self.changes)


def rejudge(folder: Path, clock: Clock, edition_file: Path | None, agree: Callable[[Rejudged], bool]) -> Rejudged:
    """Judges all releases anew as of the last run's end; writes if `agree` says so. The replaced verdicts are kept.

    Args:
        folder: the data folder; its database is made no newer than its last look.
        clock: for the name of the run that is noted.
        edition_file: a rules.toml to judge by in place of the folder's.
        agree: is shown what would change and says whether to write it.

    Raises:
        DataFolderError: there is no database.
        RulesError: the rules cannot be used, or a working calendar does not know a year.
    """
    require_database(folder)
    rules = load_rules_file(edition_file) if edition_file else load_rules(folder)
    with lock.hold(folder, "rejudge", clock.now()):
        store = Store(folder)
        try:
            known = store.last_finished()
            if known is None:
                return Rejudged((), 0, 0)
            rows, as_of = store.deciding(), from_text(known)
            counted = 0

            def verdicts() -> Iterator[NewVerdict]:
                nonlocal counted
                for verdict in steps.judge_stored(rows, rules, as_of, steps.BEGINNING):
                    counted += 1
                    yield verdict

            changes = tuple(rows.changes(verdicts()))
            found = Rejudged(changes, counted, 0)
            if not agree(found):
                return found
            run_id = new_run_name("rejudge", clock.now())
            store.start_run(run_id, "rejudge", clock.now(), "", __version__)
            written = steps.judge_all(store, rules, run_id, as_of, steps.BEGINNING)
            store.finish_run(run_id, "done", clock.now(), 0, None)
            return Rejudged(found.changes, found.judged, written)
        finally:
            store.close()
