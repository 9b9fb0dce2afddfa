"""`notice verify`: a notice's files against its manifest, and the whole notice composed again from its frozen copy.

The draft is there to be edited: a changed one is told and is no fault. Everything else must be what the program made.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syndication import __version__
from syndication.notice_documents.composing import compose
from syndication.notice_documents.making import LETTER, read_earlier, write_documents
from syndication.notice_documents.manifest import (
    EARLIER,
    KEPT_TEMPLATE,
    NAME,
    RECORD,
    SNAPSHOT,
    build_manifest,
    read_files,
    read_manifest,
    read_terms,
    sha256,
)
from syndication.notice_documents.numbering import Register
from syndication.store.snapshot import thawed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syndication.notice_documents.composing import Composed

NOT_COMPARED = ("program_version", "made_with", "files")
"""What may differ without the notice saying anything else."""


@dataclass(frozen=True)
class Checked:
    """What came of it: `faults` a line each, none where all agrees; `told` is what a reader should know besides."""

    number: str
    files: int
    faults: tuple[str, ...]
    told: tuple[str, ...]


def verify_notice(folder: Path, data: Path | None = None) -> Checked:
    """Checks a notice's folder; with a data folder also its number and its manifest against the register.

    Raises NoticeError where the folder holds no notice.
    """
    manifest = read_manifest(folder)
    terms, noted = read_terms(manifest), read_files(manifest)
    faults, told = _files(folder, noted)
    if noted.get(SNAPSHOT) != terms.snapshot_sha256:
        faults.append(f"{NAME} 中快照的两处记录不一致")
    if data is not None:
        faults += _registered(folder, data, terms.number)
    if all((folder / name).is_file() and sha256(folder / name) == noted.get(name) for name in (SNAPSHOT, KEPT_TEMPLATE, EARLIER)):
        with thawed(folder / SNAPSHOT) as connection:
            composed = compose(connection, terms, read_earlier(folder))
        more, besides = _again(folder, manifest, noted, composed)
        faults, told = faults + more, told + besides
    else:
        faults.append("依据不全或被改动，无法重新计算")
    return Checked(terms.number, len(noted), tuple(faults), tuple(told))


def _files(folder: Path, noted: Mapping[str, str]) -> tuple[list[str], list[str]]:
    faults: list[str] = []
    told: list[str] = []
    for name, digest in noted.items():
        path = folder / name
        if not path.is_file():
            faults.append(f"缺少文件 {name}")
        elif sha256(path) != digest:
            (told if name == LETTER else faults).append(f"{name} 与生成时不同，已被改动")
    known = {*noted, NAME}
    present = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    told.extend(f"{name} 不是程序生成的文件" for name in sorted(present) if name not in known)
    return faults, told


def _registered(folder: Path, data: Path, number: str) -> list[str]:
    entry = next((one for one in Register(data).entries() if one.number == number), None)
    if entry is None:
        return [f"编号 {number} 没有登记"]
    if entry.spent:
        return [f"编号 {number} 只登记为已用，此处没有其通报"]
    if entry.manifest_sha256 != sha256(folder / NAME):
        return [f"{NAME} 与编号登记的不同，已被改动"]
    return []


def _again(
    folder: Path, manifest: dict[str, Any], noted: Mapping[str, str], composed: Composed
) -> tuple[list[str], list[str]]:
    """The notice composed and written again beside the first one."""
    with tempfile.TemporaryDirectory(prefix="syndication-notice-") as place:
        again = Path(place)
        for name in (KEPT_TEMPLATE, EARLIER):
            (again / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(folder / name, again / name)
        files = write_documents(composed, again)
        (again / RECORD).write_text(composed.record.to_text(), encoding="utf-8")
        made = build_manifest(composed, again, (*files, KEPT_TEMPLATE, EARLIER, RECORD))
    faults = [
        f"重新计算的 {key} 不同：{manifest.get(key)} → {made[key]}"
        for key in made if key not in NOT_COMPARED and _plainly(made[key]) != manifest.get(key)
    ]  # fmt: skip
    faults += [f"{NAME} 中多出 {key}" for key in manifest if key not in made]
    same_makers = manifest.get("made_with") == made["made_with"]
    told = []
    if not same_makers or manifest.get("program_version") != __version__:
        told.append(f"通报由程序 {manifest.get('program_version')} 生成，现用 {__version__} 核对")
    faults += [f"{NAME} 中多出文件 {name}" for name in noted if name not in made["files"] and name != SNAPSHOT]
    for name, file in made["files"].items():
        if file["sha256"] == noted.get(name):
            continue
        if not same_makers and name.endswith((".docx", ".xlsx")):
            told.append(f"{name} 由其他版本的程序库写成，无法逐字节比较")
        else:
            faults.append(f"重新生成的 {name} 与通报的不同")
    return faults, told


def _plainly(value: object) -> object:
    """As JSON gives it back."""
    return json.loads(json.dumps(value))
