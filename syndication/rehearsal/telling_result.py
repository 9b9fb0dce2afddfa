"""What a rehearsal came to, for the operator's eyes and for machines; and what to do where something differs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from syndication.glossary import Flag, Mode, Status, chinese
from syndication.rehearsal.scoring import accuses_falsely

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syndication.rehearsal.rehearse import Rehearsed
    from syndication.rehearsal.scoring import Answer, Compared, Score

SHOWN = 10
"""How many answers that differ are shown to people; `--json` gives all."""
WHEN_TO_RUN = "本命令应在每次升级后运行，并每周运行一次（deploy/syndication-rehearsal.timer）。"
WHAT_TO_DO = (
    "处理办法：在查明原因之前，不要用本版本出具通报；升级后出现的，请退回上一版本，"
    "再用 syndication rehearse --keep 目录 重新演练，将其中的 answers.csv 与 data 目录交维护人员。"
)
FALSE = "出现误判：本版本会冤枉网站，请立即停用定时任务（systemctl stop syndication-nightly.timer syndication-probe.timer）。"


def as_lines(done: Rehearsed) -> Iterator[str]:
    """The result for people, line by line."""
    result = done.result
    yield (
        f"演练：{done.portals} 个虚构网站，{done.nights} 夜，截止时刻探测 {done.probes} 次，"
        f"用时 {done.seconds / 60:.1f} 分钟（处理器 {done.cpu_seconds / 60:.1f} 分钟）。"
    )
    for title, scores, kind in (
        ("判定", result.statuses, Status), ("转载方式", result.modes, Mode), ("标记", result.flags, Flag)
    ):  # fmt: skip
        yield f"【{title}】"
        yield from (_line(one, chinese(kind(one.word))) for one in scores)
    yield (
        f"事实已定的 {result.told} 条中，判定与事实一致 {result.settled} 条（{_share(_part(result.settled, result.told))}），"
        f"仍为待核或未能观测 {result.open} 条（{_share(_part(result.open, result.told))}）。"
    )
    yield f"途中曾判为问题、后已更正的按时转载 {result.taken_back} 条（必须为 0）。"
    yield f"答案 {result.answers} 条，不一致 {len(result.differences)} 条；"
    yield f"误判为问题的 {result.false_accusations} 条（必须为 0）。"
    yield from _differences(result.differences)
    if result.false_accusations or result.taken_back:
        yield FALSE
    if not done.sound:
        yield WHAT_TO_DO
    yield WHEN_TO_RUN


def as_data(done: Rehearsed) -> dict[str, object]:
    """The result for machines, with every answer that differs."""
    result = done.result
    return {
        "portals": done.portals, "nights": done.nights, "probes": done.probes, "seconds": round(done.seconds, 1),
        "cpu_seconds": round(done.cpu_seconds, 1),
        "answers": result.answers, "different": len(result.differences),
        "false_accusations": result.false_accusations, "taken_back": result.taken_back,
        "truth": {"told": result.told, "settled": result.settled, "open": result.open},
        "statuses": [_score(one) for one in result.statuses],
        "modes": [_score(one) for one in result.modes],
        "flags": [_score(one) for one in result.flags],
        "differences": [
            {
                "edition": one.edition, "portal": one.portal, "release_url": one.release_url,
                "expected": list(one.known), "said": list(one.said), "truth": one.truth.status if one.truth else None,
                "false_accusation": accuses_falsely(one), "looks_lacking": one.unseen,
                "accused_for_a_time": one.accused_for_a_time,
            }
            for one in result.differences
        ],
    }  # fmt: skip


def _differences(differences: Sequence[Compared]) -> Iterator[str]:
    first = sorted(differences, key=lambda one: not (accuses_falsely(one) or one.accused_for_a_time))[:SHOWN]
    for one in first:
        true = f"，事实为{_words((one.truth.status, '', ''))}" if one.truth else ""
        lacking = "（截止前后应看而未看）" if one.unseen else "（途中曾判为问题）" if one.accused_for_a_time else ""
        yield f"  {one.edition} {one.portal} {one.release_url}：应为{_words(one.known)}，判为{_words(one.said)}{true}{lacking}"
    if len(differences) > len(first):
        yield f"  另有 {len(differences) - len(first)} 条，用 --json 查看全部。"


def _score(one: Score) -> dict[str, object]:
    return {**asdict(one), "recall": one.recall, "precision": one.precision}


def _line(one: Score, word: str) -> str:
    return (
        f"{word}：应有 {one.true}，判出 {one.said}，相符 {one.right}；"
        f"召回率 {_share(one.recall)}，准确率 {_share(one.precision)}"
    )


def _words(answer: Answer) -> str:
    status, mode, flags = answer
    if not status:
        return "无判定"
    words = [chinese(Status(status)), *([chinese(Mode(mode))] if mode else []), *(chinese(Flag(f)) for f in flags.split())]
    return " ".join(words)


def _part(count: int, whole: int) -> float | None:
    return count / whole if whole else None


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"
