"""One review in a process of its own, asked and answered in JSON; `publish.workbench.reviewing` starts it.

Facts of the world: a review is a run (syndication.review_run), which fetches with Scrapy; its reactor starts once in a
process and takes that process's signals. The server must not be that process.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from syndication.clock import SystemClock
from syndication.errors import LockedError, SyndicationError, chinese_part
from syndication.glossary import Decision, Status
from syndication.progress import Progress
from syndication.review_run import Wish, review


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Records a review: `review_id` of what was recorded, else `error` with the reason."""
    try:
        wish = Wish(
            Decision(asked["decision"]), asked["reason"], asked["by"], asked["url"],
            Status(asked["to"]) if asked["to"] else None,
        )  # fmt: skip
        done = review(Path(asked["folder"]), SystemClock(), Progress(), asked["verdict"], wish, lambda _: True)
    except LockedError:
        return {"review_id": None, "error": "另有任务（如夜间任务）正在写入，请待其结束后再提交。"}
    except SyndicationError as fault:
        return {"review_id": None, "error": fault.for_inspectors}
    return {"review_id": done.review_id, "error": chinese_part(done.outlook.refusal)}


if __name__ == "__main__":
    told = answer(json.load(sys.stdin))
    print(json.dumps(told), flush=True)
