"""One notice made or checked in a process of its own, asked and answered in JSON; `publish.workbench.notices` starts it.

Fact of the world: a notice of a quarter takes seconds of a processor and a copy of the database; the server, which is one
process, would answer nobody meanwhile. Ended by a signal, the process still takes away what it had half made.
"""

from __future__ import annotations

import json
import signal
import sys
from datetime import date
from pathlib import Path
from typing import Any

from syndication.clock import SystemClock
from syndication.errors import LockedError, SyndicationError
from syndication.glossary import Level
from syndication.notice_documents.making import Wish, make_notice
from syndication.notice_documents.shelf import check, declare_void
from syndication.store.periods import Period

BUSY = "另有通报正在生成或核验，请稍候再试。"


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Makes the notice that is asked for, or checks or voids the one that is named: `number`, else `error` with the reason."""
    data, now = Path(asked["folder"]), SystemClock().now()
    try:
        if asked["do"] == "void":
            declare_void(data, asked["number"], asked["reason"], asked["by"], now)
            return {"number": asked["number"], "error": ""}
        if asked["do"] == "check":
            check(data, asked["number"], asked["by"], now)
            return {"number": asked["number"], "error": ""}
        period = Period(
            date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"]), asked["edition"],
            Level(asked["level"]) if asked["level"] else None,
        )  # fmt: skip
        made = make_notice(data, Wish(period, date.fromisoformat(asked["rectify_by"]), by=asked["by"]), None, now)
    except LockedError:
        return {"number": "", "error": BUSY}
    except SyndicationError as fault:
        return {"number": "", "error": fault.for_inspectors}
    return {"number": made.composed.terms.number, "error": ""}


def _ended(*_: object) -> None:
    sys.exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _ended)
    print(json.dumps(answer(json.load(sys.stdin))), flush=True)
