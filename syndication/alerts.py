"""Alerts: a person hears of a change of state, once. Errors go to operators, figures to readers.

The states that were told lie in `alerts-state.json`, beside the database and not in it: a night may fail because the
database cannot be written. Nothing here fails a night.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.alert_rules import load_alerts
from syndication.alert_sending import by_apprise
from syndication.clock import beijing_text
from syndication.errors import Interrupted, LockedError, SyndicationError
from syndication.glossary import Outcome, chinese
from syndication.store.database import FILE_NAME
from syndication.store.nights import NightRows
from syndication.store.reading import open_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from syndication.alert_rules import AlertRules
    from syndication.clock import Clock

log = logging.getLogger(__name__)

TELLING = ("nightly", "probe")
"""Commands that tell themselves how they ended; of their units only that is told which they could not tell."""
SUCCESS = ("success", "0")
"""What systemd ($MONITOR_SERVICE_RESULT) and a shell ($?) say of a job that ended well."""
STATE_FILE = "alerts-state.json"
FINE = ""
NIGHTS = 20
"""Among so many nights the last whole one is looked for."""
SETTLED = timedelta(days=1)
"""Lists of www.gov.cn are filled one after the other; a release younger than this may be missing from one."""
LOOKED_BACK = timedelta(days=10)


@dataclass(frozen=True)
class State:
    """Something that is watched: `state` is empty while all is well, and changes where a person should hear of it."""

    key: str
    state: str
    bad: str
    good: str
    readers: bool = False


@contextmanager
def watched(folder: Path, clock: Clock, command: str) -> Iterator[None]:
    """Around a run: how it ended is told with all else that changed.

    No news is a run that only found the folder taken, or that was told to stop: the next one goes on.
    """
    try:
        yield
    except (LockedError, Interrupted):
        raise
    except Exception as problem:
        _tell_quietly(folder, clock.now(), command, problem)
        raise
    _tell_quietly(folder, clock.now(), command, None)


def tell(
    folder: Path, now: datetime, *, command: str = "", failed: BaseException | None = None,
    job: tuple[str, str] | None = None, send: Callable[[Sequence[str], str, str], bool] | None = None,
) -> int:  # fmt: skip
    """Tells whom alerts.toml names what changed since the last time; gives how many changes were told.

    Args:
        folder: the data folder.
        now: the moment, for the texts.
        command: the run that just ended, if any.
        failed: why it failed.
        job: a job of the machine (a systemd unit, a cron line) that ended, and how: `success` or 0, else it failed.
        send: addresses, title, text; gives whether all were reached. Apprise where not given.

    Raises:
        AlertsError: alerts.toml cannot be used, or the package for sending is missing.
    """
    rules = load_alerts(folder)
    if rules is None:
        return 0
    told = _told(folder)
    ended = [*([_ended(command, failed)] if command else []), *([_job_ended(*job, told)] if job else [])]
    changed = [one for one in (*ended, *_states(folder, rules, now, told)) if one.state != told.get(one.key, FINE)]
    reached: list[State] = []
    count = 0
    for addresses, mine in (
        (rules.operators, [one for one in changed if not one.readers]),
        (rules.readers, [one for one in changed if one.readers]),
    ):
        if mine and (not addresses or (send or by_apprise)(addresses, _title(mine), _text(mine, now))):
            reached += mine
            count += len(mine) if addresses else 0
        elif mine:
            log.error("alerts were not delivered; they are tried again after the next run")
    if reached:
        _note(folder, {**told, **{one.key: one.state for one in reached}})
    return count


def _tell_quietly(folder: Path, now: datetime, command: str, failed: BaseException | None) -> None:
    """As `tell`; what goes wrong is logged, since no alert may fail a night."""
    try:
        tell(folder, now, command=command, failed=failed)
    except SyndicationError as problem:
        log.error("%s", problem)
    except Exception:
        log.exception("alerts could not be sent")


def _title(changed: Sequence[State]) -> str:
    if all(one.readers for one in changed):
        return "政策转载监测：数据更新"
    return "政策转载监测：" + ("已恢复正常" if all(one.state == FINE for one in changed) else "需要处理")


def _text(changed: Sequence[State], now: datetime) -> str:
    lines = [one.bad if one.state != FINE else one.good for one in changed]
    return "\n".join([*(f"· {line}" for line in lines), f"（{beijing_text(now)}，北京时间）"])


def _ended(command: str, failed: BaseException | None) -> State:
    said = f"syndication {command}"
    state = FINE if failed is None else type(failed).__name__
    return State(f"run:{command}", state, f"{said} 未能完成：{failed}", f"{said} 已恢复正常。")


def _job_ended(name: str, result: str, told: Mapping[str, str]) -> State:
    """A job of the machine. One that tells itself has the state of its command, which its next good run ends.

    Of such a job no news is `exit-code`: the program ended by itself, and has told why where it had to.
    """
    command = name.removeprefix("syndication-")
    bad = f"定时任务 {name} 未能完成（{result}）；请运行 journalctl -u {name}，或查看 /var/log/syndication 中的日志。"
    if command in TELLING:
        known = told.get(f"run:{command}", FINE)
        return State(f"run:{command}", known or (FINE if result in (*SUCCESS, "exit-code") else result), bad, "")
    return State(f"job:{name}", FINE if result in SUCCESS else result, bad, f"定时任务 {name} 已恢复正常。")


def _states(folder: Path, rules: AlertRules, now: datetime, told: Mapping[str, str]) -> list[State]:
    if not (folder / FILE_NAME).is_file():
        return [_disk(folder, rules)]
    with closing(open_reader(folder / FILE_NAME)) as connection:
        rows = NightRows(connection)
        return [
            _disk(folder, rules), _age(rows, rules, now), *_portals(rows, rules, told), *_sources(rows),
            _differences(rows, now), *_figures(rows),
        ]  # fmt: skip


def _age(rows: NightRows, rules: AlertRules, now: datetime) -> State:
    done = next((run for run in rows.runs(NIGHTS, "nightly") if run.finished_at and run.state == "done"), None)
    late = done is not None and done.finished_at is not None and now - done.finished_at > timedelta(hours=rules.night_hours)
    last = f"，最近一次：{beijing_text(done.finished_at)}" if done is not None and done.finished_at else ""
    return State(
        "nights", "missing" if late else FINE, f"夜间监测已超过 {rules.night_hours} 小时没有完成{last}。",
        "夜间监测已重新完成。",
    )  # fmt: skip


def _disk(folder: Path, rules: AlertRules) -> State:
    usage = shutil.disk_usage(folder)
    percent = 100 * usage.free // usage.total
    low = percent < rules.disk_free_percent
    return State(
        "disk", "low" if low else FINE, f"数据目录所在磁盘空间不足：剩余 {percent}%（{usage.free // 10**6} MB）。",
        "数据目录所在磁盘空间已恢复。",
    )  # fmt: skip


def _portals(rows: NightRows, rules: AlertRules, told: Mapping[str, str]) -> list[State]:
    blind, names = rows.blind_for(rules.blind_nights), rows.portal_names()
    seen = rows.blind_for(1)
    states = []
    for portal_id, name in names.items():
        key = f"portal:{portal_id}"
        still = key in told and told[key] != FINE and portal_id in seen  # fewer nights are no recovery
        state = "blind" if portal_id in blind or still else FINE
        words = "、".join(chinese(Outcome(word)) for word in blind[portal_id][1].split(",")) if portal_id in blind else ""
        states.append(State(
            key, state, f"连续 {rules.blind_nights} 夜未能观测：{name}（{portal_id}）：{words}。",
            f"已恢复观测：{name}（{portal_id}）。",
        ))  # fmt: skip
    return states


def _sources(rows: NightRows) -> list[State]:
    return [
        State(
            f"source:{one.name}", "silent" if one.silent else FINE,
            f"中国政府网发布列表未能读取：{one.name}（{one.url}）：{chinese(Outcome(one.outcome))}。",
            f"中国政府网发布列表已恢复：{one.name}。",
        )
        for one in rows.sources()
    ]  # fmt: skip


def _differences(rows: NightRows, now: datetime) -> State:
    titles = rows.differences(now - LOOKED_BACK, now - SETTLED)
    shown = "；".join(titles[:5]) + ("……" if len(titles) > 5 else "")
    return State(
        "differences", "|".join(sorted(titles)), f"中国政府网各发布列表不一致，{len(titles)} 件：{shown}。",
        "中国政府网各发布列表已一致。",
    )  # fmt: skip


def _figures(rows: NightRows) -> list[State]:
    return [
        State(
            f"figures:{edition}", f"{counts['late']} {counts['missing']}",
            f"规则版本 {edition}：判定 {counts['verdicts']} 条，其中超时 {counts['late']} 条、未转载 {counts['missing']} 条。",
            "", readers=True,
        )
        for edition, counts in rows.faulty().items()
    ]  # fmt: skip


def _told(folder: Path) -> dict[str, str]:
    try:
        known = json.loads((folder / STATE_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        log.warning("%s is damaged; states are told anew", STATE_FILE)
        return {}
    return {str(key): str(value) for key, value in known.items()}


def _note(folder: Path, states: Mapping[str, str]) -> None:
    part = folder / f"{STATE_FILE}.part"
    kept = {key: value for key, value in sorted(states.items()) if value != FINE}
    with part.open("w", encoding="utf-8") as file:
        json.dump(kept, file, ensure_ascii=False, indent=0)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / STATE_FILE)
