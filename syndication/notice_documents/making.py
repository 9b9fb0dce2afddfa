"""Making a notice: freeze, compose, write into a folder aside, take a number, put the folder in its place.

Whatever fails before the number is taken leaves nothing behind; what fails after it leaves a number that is never used
again. What a power cut left of a folder aside is removed by the next notice. Notices have a lock of their own, so that one
can be made while a nightly runs.
"""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from syndication.lock import hold
from syndication.notice_documents.annexes import write_csv
from syndication.notice_documents.composing import Composed, EditionFacts, Terms, compose
from syndication.notice_documents.issued import period_to_json, read_issued, relevant, replaced_by
from syndication.notice_documents.letter import write_letter
from syndication.notice_documents.manifest import (
    BASIS,
    EARLIER,
    KEPT_TEMPLATE,
    NAME,
    OWN_TEMPLATE,
    RECORD,
    SNAPSHOT,
    build_manifest,
    cautions,
    sha256,
    to_bytes,
)
from syndication.notice_documents.numbering import FOLDER, Register
from syndication.notice_documents.spans import day_name, span_name
from syndication.notice_documents.wording import SOURCES
from syndication.notice_documents.workbook import write_workbook
from syndication.notices import NoticeError, check_edition
from syndication.rules import load_rules
from syndication.store.database import FILE_NAME
from syndication.store.reading import open_reader
from syndication.store.snapshot import freeze
from syndication.trouble import explained

if TYPE_CHECKING:
    from datetime import date, datetime

    from syndication.notice_documents.issued import Issued
    from syndication.store.periods import Period

TEMPLATE = Path(__file__).with_name("template.docx")
LETTER, WORKBOOK = "通报草稿.docx", "附件.xlsx"


@dataclass(frozen=True)
class Wish:
    """What a notice is asked for: the period, until when problems are to be mended, a template, and who asks.

    Without a template the data folder's is taken, without that the one that ships.
    """

    period: Period
    rectify_by: date
    template: Path | None = None
    by: str = ""


@dataclass(frozen=True)
class Made:
    """A notice in its place."""

    folder: Path
    composed: Composed
    files: tuple[str, ...]
    cautions: tuple[str, ...]


_NOTHING_OWED = (
    "检查期内没有应转载的发布，没有生成通报，也没有使用编号；请核对检查期、规则版本和级别。"
    " No verdict in this period: no notice was made and no number was used; check period, edition and level."
)


def make_notice(data: Path, wish: Wish, target: Path | None, at: datetime) -> Made:
    """Makes the notice of a data folder in a new folder `target` at an aware moment; without one in `notices/NUMBER` of it.

    Raises NoticeError for an edition without verdicts, a period in which no portal owed anything (unless earlier
    notices are followed up), a template that cannot be filled or a folder that exists; LockedError while another notice
    is made; DataFolderError for a database that cannot be read.
    """
    if target is not None and target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise NoticeError(f"{target} 已存在，请另选文件夹。 {target} exists; name a new folder.")
    if not (data / FILE_NAME).is_file():
        open_reader(data / FILE_NAME)  # says what to run
    edition = _edition(data, wish.period.edition)
    with hold(data / FOLDER, "notice", at):
        register = Register(data)
        _sweep(register.folder)
        number = register.next_number(at)
        place = target or register.folder / number
        part = place.with_name(f".{place.name}.part")
        earlier = relevant(wish.period, register.issued())
        before = replaced_by(wish.period, earlier)
        try:
            with explained(place.parent, output=target is not None):
                shutil.rmtree(part, ignore_errors=True)
                (part / BASIS).mkdir(parents=True)
                freeze(data / FILE_NAME, part / SNAPSHOT)
                terms = Terms(
                    number, at, wish.by, wish.period, edition, wish.rectify_by, before.number if before else "",
                    sha256(part / SNAPSHOT),
                )  # fmt: skip
                own = data / OWN_TEMPLATE
                shutil.copyfile(wish.template or (own if own.is_file() else TEMPLATE), part / KEPT_TEMPLATE)
                (part / EARLIER).write_text(json.dumps([one.to_text() for one in earlier], ensure_ascii=False), encoding="utf-8")
                with closing(open_reader(part / SNAPSHOT)) as connection:
                    check_edition(connection, wish.period.edition)
                    composed = compose(connection, terms, earlier)
                if not composed.figures.all.owed and not earlier:
                    raise NoticeError(_NOTHING_OWED)
                files = write_documents(composed, part)
                (part / RECORD).write_text(composed.record.to_text(), encoding="utf-8")
                manifest = build_manifest(composed, part, (*files, SNAPSHOT, KEPT_TEMPLATE, EARLIER, RECORD))
                (part / NAME).write_bytes(to_bytes(manifest))
                register.add(composed.record, sha256(part / NAME))
                if place.exists():
                    place.rmdir()
                part.rename(place)
        except OSError as fault:
            raise NoticeError(f"无法写入 {place}：{fault.strerror}。 Cannot write {place}: {fault.strerror}.") from fault
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return Made(place, composed, files, cautions(manifest))


def _sweep(folder: Path) -> None:
    """Removes what processes that were ended left half made. The caller holds the lock, so nobody works on them."""
    for path in folder.glob(".*.part"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)


def write_documents(composed: Composed, folder: Path) -> tuple[str, ...]:
    """Writes letter, workbook and annex files into a folder that holds the template; gives their names."""
    write_letter(composed, folder / KEPT_TEMPLATE, folder / LETTER)
    write_workbook(_about(composed), composed.annexes, composed.terms.number, composed.terms.made_at, folder / WORKBOOK)
    names = []
    for place, annex in enumerate(composed.annexes, 1):
        names.append(f"附件{place}-{annex.name}.csv")
        write_csv(annex, folder / names[-1])
    return (LETTER, WORKBOOK, *names)


def read_earlier(folder: Path) -> tuple[Issued, ...]:
    """The records of earlier notices that a notice was composed with. Raises NoticeError for a file that is none."""
    try:
        texts = json.loads((folder / EARLIER).read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise NoticeError(f"{folder / EARLIER} 无法读取。 {folder / EARLIER} cannot be read: {fault}.") from fault
    return tuple(read_issued(text, str(folder / EARLIER)) for text in texts)


def _edition(data: Path, name: str) -> EditionFacts:
    rules = load_rules(data)
    found = next((one for one in rules.editions if one.id == name), None)
    if found is None:
        told = "、".join(one.id for one in rules.editions)
        raise NoticeError(f"rules.toml 没有规则版本 {name}；已有：{told}。 No edition {name} in rules.toml.")
    basis = found.basis
    return EditionFacts(
        found.id, found.name, found.hours, found.calendar, basis.document, basis.number, basis.confidence
    )  # fmt: skip


def _about(composed: Composed) -> list[tuple[str, str]]:
    terms, figures = composed.terms, composed.figures
    period = period_to_json(terms.period)
    return [
        ("通报编号", f"{terms.number}（草稿，未经签发）"),
        ("检查期", f"{span_name(terms.period.first, terms.period.last)}（{period['first']} 至 {period['last']} 的发布）"),
        ("规则版本", f"{terms.edition.id} {terms.edition.name}"),
        ("检查依据", f"《{terms.edition.document}》（{terms.edition.document_number}）"),
        ("检查依据的文本来源", SOURCES[terms.edition.confidence]),
        ("可观测门户", f"{figures.observed.some} 个，共 {figures.all.portals} 个；部分文件未能观测 {figures.observed.partly} 个"),
        ("可判定件次", f"{figures.all.decided} 件次，共 {figures.all.owed} 件次；按时转载 {figures.all.on_time} 件次"),
        ("统计口径", "可判定为按时、超时、未转载之和；待核、未能观测、未到期、免于考核不计入比例，也不是问题认定"),
        ("超时(小时)", "可证明的最少超时：转载时间为区间时，按区间的起点计算"),
        ("整改期限", day_name(terms.rectify_by)),
        ("替代编号", terms.replaces or "无"),
        ("快照 SHA-256", terms.snapshot_sha256),
    ]
