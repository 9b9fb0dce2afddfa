"""`manifest.json`: what a notice is, what it rests on, and the hash of every file, so that it can be made again and compared."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict
from datetime import date, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from syndication import __version__
from syndication.clock import beijing_date, from_text, to_text
from syndication.notice_documents.composing import EditionFacts, Terms
from syndication.notice_documents.issued import period_to_json, read_period
from syndication.notice_documents.spans import span_name
from syndication.notice_documents.wording import SOURCES, SURE
from syndication.notices import NoticeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from syndication.notice_documents.composing import Composed

NAME = "manifest.json"
BASIS = "basis"
SNAPSHOT, KEPT_TEMPLATE, EARLIER, RECORD = (
    f"{BASIS}/snapshot.db", f"{BASIS}/template.docx", f"{BASIS}/earlier.json", f"{BASIS}/record.json",
)  # fmt: skip
"""What a notice rests on, in its folder."""
OWN_TEMPLATE = "notice-template.docx"
"""The office's template, if it lies in the data folder."""
FORMAT = 1
INSIDE = re.compile(r"(?:basis/)?[^./\\][^/\\]*")
"""Names of files that lie in a notice's folder."""
AT_ONCE = 1 << 20
QUIET = timedelta(days=14)
"""Longer than www.gov.cn ever published nothing: a period that begins so long before its first release was not watched."""


def build_manifest(composed: Composed, folder: Path, files: Iterable[str]) -> dict[str, Any]:
    """The manifest of a composed notice whose files lie in a folder."""
    terms, figures = composed.terms, composed.figures
    return {
        "format": FORMAT,
        "number": terms.number,
        "replaces": terms.replaces,
        "made_at": to_text(terms.made_at),
        "made_by": terms.made_by,
        "program_version": __version__,
        "made_with": {name: version(name) for name in ("xlsxwriter", "docxtpl", "python-docx")},
        "period": {**period_to_json(terms.period), "name": span_name(terms.period.first, terms.period.last)},
        "edition": asdict(terms.edition),
        "rectify_by": terms.rectify_by.isoformat(),
        "snapshot": {
            "sha256": terms.snapshot_sha256,
            "last_run": composed.last_run.run_id if composed.last_run else "",
            "last_run_finished_at": composed.last_run.finished_at if composed.last_run else "",
            "last_run_evidence_hash": composed.last_run.evidence_hash if composed.last_run else "",
        },
        "coverage": {
            **asdict(figures.observed), "observed": figures.observed.some, "home_pages_seen": figures.columns.seen,
        },
        "figures": asdict(figures),
        "rows": {annex.name: len(annex.rows) for annex in composed.annexes},
        "changes": _counted(one.kind.name.lower() for one in composed.changes),
        "mended": _counted(one.state.name.lower() for one in composed.mended),
        "files": {name: {"sha256": sha256(folder / name), "bytes": (folder / name).stat().st_size} for name in files},
    }  # fmt: skip


def cautions(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """What the office should know before it signs, in Chinese, a line each."""
    figures, confidence = manifest["figures"], manifest["edition"]["confidence"]
    found = []
    if confidence != SURE:
        found.append(f"检查依据的文本来源：{SOURCES[confidence]}；签发前请与官方文本核对。")
    if figures["all"]["pending"]:
        found.append(f"还有 {figures['all']['pending']} 件次未到期，或者时限之后尚未查看：判定还会增加。")
    found += _days_apart(manifest)
    if unattributed := figures["withheld"].get("unattributed"):
        found.append(f"{unattributed} 件次没有归责，未列入；较早的判定请先运行 syndication rejudge。")
    if disputed := figures["withheld"].get("disputed"):
        found.append(f"{disputed} 件次的复核结论与监测判定不一致，未列入；请先再次复核。")
    if suspected := figures.get("suspected"):
        found.append(
            f"清单中 {suspected} 件次标有“疑似伪造发稿日期”而未经人工核实，没有写入通报；请先在判定清单中按此标记逐件复核。"
        )
    return tuple(found)


def _days_apart(manifest: Mapping[str, Any]) -> list[str]:
    """Where the period and the days that were watched are not the same."""
    first, last = (date.fromisoformat(manifest["period"][name]) for name in ("first", "last"))
    figures, found = manifest["figures"], []
    finished = manifest["snapshot"]["last_run_finished_at"]
    until = beijing_date(from_text(finished)) if finished else None
    if last >= beijing_date(from_text(manifest["made_at"])):
        found.append(f"检查期（至 {last}）尚未结束。")
    elif until and until <= last:
        found.append(f"监测数据截至 {until}，检查期至 {last}：其后的发布不在其中。")
    if figures["first_release"] and date.fromisoformat(figures["first_release"]) - first > QUIET:
        found.append(f"检查期自 {first} 起，而第一条有判定的发布在 {figures['first_release']}：此前可能尚未开始监测。")
    return found


def _counted(words: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return dict(sorted(found.items()))


def to_bytes(manifest: dict[str, Any]) -> bytes:
    """As it is written: UTF-8, its hash is that of the file."""
    return (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a notice's folder. Raises NoticeError where there is none that this program can read."""
    path = folder / NAME
    try:
        content = json.loads(path.read_bytes())
        known = content["format"]
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise NoticeError(f"{folder} 不是通报文件夹：无法读取 {NAME}。 {folder} has no readable {NAME}: {fault}.") from fault
    if known != FORMAT:
        raise NoticeError(f"{path} 由其他版本生成（格式 {known}）。 {path} is of format {known}; use the version that made it.")
    return dict(content)


def read_terms(manifest: dict[str, Any]) -> Terms:
    """What was fixed before the notice was composed. Raises NoticeError for a manifest that does not say it."""
    try:
        return Terms(
            number=manifest["number"], made_at=from_text(manifest["made_at"]), made_by=str(manifest["made_by"]),
            period=read_period(manifest["period"]),
            edition=EditionFacts(**manifest["edition"]), rectify_by=date.fromisoformat(manifest["rectify_by"]),
            replaces=manifest["replaces"], snapshot_sha256=manifest["snapshot"]["sha256"],
        )  # fmt: skip
    except (KeyError, ValueError, TypeError) as fault:
        raise NoticeError(f"{NAME} 内容不全或被改动：{fault}。 {NAME} was changed: {fault}.") from fault


def read_files(manifest: dict[str, Any]) -> dict[str, str]:
    """The SHA-256 of each file that a manifest lists. Raises NoticeError for a list that this program did not write."""
    try:
        found = {str(name): str(noted["sha256"]) for name, noted in manifest["files"].items()}
    except (KeyError, TypeError, AttributeError) as fault:
        raise NoticeError(f"{NAME} 内容不全或被改动：{fault}。 {NAME} was changed: {fault}.") from fault
    outside = [name for name in found if not INSIDE.fullmatch(name)]
    if outside:
        raise NoticeError(f"{NAME} 列有不属于通报的文件 {outside[0]}。 {NAME} was changed: it lists {outside[0]!r}.")
    return found


def sha256(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(AT_ONCE):
            found.update(block)
    return found.hexdigest()
