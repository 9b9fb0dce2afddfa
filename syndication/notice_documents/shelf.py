"""The notices that were made, as a page lists them: what each says, its documents, and how checking them came out.

All lies in the data folder's `notices/`: the register, a record a notice, the folder with its documents where it was made
without another one being named, and `NUMBER.checks.jsonl` with the outcome of each check. What the register does not vouch
for is not shown as a notice's word.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syndication import __version__
from syndication.cells import BOM, safe
from syndication.clock import to_text
from syndication.lock import hold
from syndication.notice_documents.checking import verify_notice
from syndication.notice_documents.findings import Kind
from syndication.notice_documents.manifest import BASIS, NAME, read_files
from syndication.notice_documents.numbering import Register, Void, replace_file
from syndication.notice_documents.packing import DATE
from syndication.notice_documents.spans import span_name
from syndication.notices import NoticeError
from syndication.trouble import explained

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from syndication.notice_documents.issued import Issued
    from syndication.notice_documents.numbering import Entry

NOT_AS_REGISTERED = f"{NAME} 与编号登记的不同，已被改动"
CHECKS = ".checks.jsonl"


@dataclass(frozen=True)
class Check:
    """How recomputing a notice came out; `at` as stored, `by` empty where nobody was named."""

    at: str
    by: str
    program_version: str
    faults: tuple[str, ...]
    told: tuple[str, ...]


@dataclass(frozen=True)
class Shelved:
    """One number of the register, with what is known of its notice.

    `period` to `problems` are None or empty for a spent number and for a notice that cannot be read (`fault` says why).
    `folder` is None where the documents lie elsewhere; `manifest` is there where they do not. `checks` are the oldest first.
    """

    number: str
    made_at: str
    spent: bool
    made_by: str = ""
    period: str = ""
    first: str = ""
    last: str = ""
    edition: str = ""
    level: str = ""
    rectify_by: str = ""
    replaces: str = ""
    replaced_by: str = ""
    late: int | None = None
    missing: int | None = None
    no_column: int | None = None
    folder: Path | None = None
    manifest: Mapping[str, Any] | None = None
    fault: str = ""
    checks: tuple[Check, ...] = ()
    void: Void | None = None

    @property
    def documents(self) -> dict[str, Path]:
        """The files of the notice that may be sent, and its manifest, by name; those that are there."""
        if self.folder is None or self.manifest is None:
            return {}
        names = [name for name in read_files(dict(self.manifest)) if not name.startswith(f"{BASIS}/")]
        paths = {name: self.folder / name for name in (*names, NAME)}
        return {name: path for name, path in paths.items() if path.is_file() and not path.is_symlink()}


def shelf(data: Path) -> tuple[Shelved, ...]:
    """All numbers of a data folder, the newest first. Raises NoticeError where the register was changed."""
    register = Register(data)
    found = [_shelved(register, entry) for entry in register.entries()]
    later = {one.replaces: one.number for one in found if one.replaces}
    return tuple(replace(one, replaced_by=later.get(one.number, "")) for one in reversed(found))


def _shelved(register: Register, entry: Entry) -> Shelved:
    bare = Shelved(entry.number, entry.made_at, entry.spent, void=register.void(entry.number))
    if entry.spent:
        return bare
    folder, checks = register.folder / entry.number, read_checks(register, entry.number)
    if (folder / NAME).is_file():
        content = (folder / NAME).read_bytes()
        if hashlib.sha256(content).hexdigest() != entry.manifest_sha256:
            return replace(bare, fault=NOT_AS_REGISTERED, checks=checks)
        return replace(bare, **_from_manifest(json.loads(content)), folder=folder, checks=checks)
    try:
        return replace(bare, **_from_record(register.record(entry)), checks=checks)
    except NoticeError as fault:
        return replace(bare, fault=str(fault), checks=checks)


def _from_manifest(manifest: Mapping[str, Any]) -> dict[str, Any]:
    period, figures = manifest["period"], manifest["figures"]
    return {
        "made_by": manifest["made_by"], "period": period["name"], "first": period["first"], "last": period["last"],
        "edition": period["edition"], "level": period["level"], "rectify_by": manifest["rectify_by"],
        "replaces": manifest["replaces"], "late": figures["late"], "missing": figures["missing"],
        "no_column": figures["portals_without_column"], "manifest": manifest,
    }  # fmt: skip


def _from_record(record: Issued) -> dict[str, Any]:
    period, kinds = record.period, Counter(one.kind for one in record.findings)
    return {
        "made_by": record.made_by, "period": span_name(period.first, period.last), "first": period.first.isoformat(),
        "last": period.last.isoformat(), "edition": period.edition, "level": period.level.value if period.level else "",
        "rectify_by": record.rectify_by.isoformat(), "replaces": record.replaces, "late": kinds[Kind.LATE],
        "missing": kinds[Kind.MISSING], "no_column": kinds[Kind.NO_COLUMN],
    }  # fmt: skip


def annex_rows(one: Shelved, name: str, most: int) -> tuple[list[dict[str, str]], int]:
    """The first rows of an annex as it was issued, and how many it has; none where the notice has no such annex."""
    path = next((path for file, path in one.documents.items() if file.endswith(f"-{name}.csv")), None)
    if path is None:
        return [], 0
    text = path.read_text(encoding="utf-8").removeprefix(BOM)
    rows = [{head: _bare(cell) for head, cell in row.items()} for row in csv.DictReader(io.StringIO(text, newline=""))]
    return rows[:most], len(rows)


def _bare(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return cell[1:] if cell.startswith("'") and safe(cell[1:]) == cell else cell


def as_zip(one: Shelved) -> bytes:
    """All documents of a notice in one archive; the same bytes for the same documents."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in one.documents.items():
            entry = zipfile.ZipInfo(f"{one.number}/{name}", DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return target.getvalue()


def check(data: Path, number: str, by: str, at: datetime) -> Check:
    """Recomputes a notice that lies in the data folder, and keeps how that came out.

    Raises NoticeError for a number without a folder, LockedError while a notice is made or checked.
    """
    register = Register(data)
    with hold(register.folder, "notice verify", at), explained(register.folder):
        if number not in {entry.number for entry in register.entries()} or not (register.folder / number / NAME).is_file():
            raise NoticeError(f"数据目录中没有通报 {number} 的文件。 There is no folder of notice {number}.")
        try:
            found = verify_notice(register.folder / number, data)
            faults, told = found.faults, found.told
        except NoticeError as fault:  # a manifest that cannot be read is how it came out
            faults, told = (str(fault),), ()
        outcome = Check(to_text(at), by, __version__, faults, told)
        lines = [*read_checks(register, number), outcome]
        text = "".join(f"{json.dumps(asdict(one), ensure_ascii=False)}\n" for one in lines)
        replace_file(register.folder / f"{number}{CHECKS}", text.encode())
    return outcome


def declare_void(data: Path, number: str, reason: str, by: str, at: datetime) -> None:
    """Keeps that a notice was never sent: it is neither replaced nor followed up, and its number stays spent.

    Raises NoticeError for a number without a notice, one that is void already, or without a reason; LockedError while a
    notice is made.
    """
    if not reason.strip() or not by.strip():
        raise NoticeError("作废须有理由和经办人。 To declare a notice void needs a reason (--reason) and a person (--by).")
    register = Register(data)
    with hold(register.folder, "notice void", at), explained(register.folder):
        register.declare_void(number, Void(" ".join(reason.split()), " ".join(by.split()), to_text(at)))


def read_checks(register: Register, number: str) -> tuple[Check, ...]:
    """How checks of a notice came out, the oldest first. Raises NoticeError for a file that is none of ours."""
    path = register.folder / f"{number}{CHECKS}"
    try:
        lines = [json.loads(line) for line in path.read_bytes().splitlines()]
        return tuple(
            Check(str(one["at"]), str(one["by"]), str(one["program_version"]), tuple(one["faults"]), tuple(one["told"]))
            for one in lines
        )
    except FileNotFoundError:
        return ()
    except (ValueError, KeyError, TypeError) as fault:
        raise NoticeError(f"{path} 无法读取，可以删除。 {path} cannot be read ({fault}); it may be deleted.") from fault
