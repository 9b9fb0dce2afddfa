"""The draft of the notice: the names that the template may use, filled from figures, findings and rounds.

A share is told as `占可判定的40件次的87.5%`, never without its denominator. The office edits the template; a name that
is not among these is refused, so that a misspelt one leaves no gap in a notice.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from syndication.clock import beijing_date, beijing_text, from_text
from syndication.glossary import Level
from syndication.notice_documents.annexes import FINDINGS
from syndication.notice_documents.packing import repack
from syndication.notice_documents.rounds import MENDED, UNMENDED, ChangeKind, State
from syndication.notice_documents.spans import day_name, days_name, span_name
from syndication.notices import NoticeError

if TYPE_CHECKING:
    from pathlib import Path

    from syndication.notice_documents.composing import Composed
    from syndication.notice_documents.figures import Figures
    from syndication.notice_documents.wording import Share

Value = str | int | list[str]

_ADDRESSEES = {
    None: "各省、自治区、直辖市人民政府，新疆生产建设兵团，国务院各部委、各直属机构",
    Level.PROVINCE: "各省、自治区、直辖市人民政府，新疆生产建设兵团",
    Level.DEPARTMENT: "国务院各部委、各直属机构",
}
NOTICE = "通报"
"""In the name of a paper that reports a check: its measure is taken as a pattern, while a rule is followed."""
LONGEST_SPAN = 10
"""Characters of a span's name that still leave room for 国务院重要信息 on the title's first line."""
_DEPARTMENTS, _PROVINCES = "国务院部门网站", "省级政府门户网站"
_WITHHELD = {
    "reviewed": "已经复核改判", "disputed": "复核结论与监测判定不一致、待再次复核", "unattributed": "尚未归责或不能归责于网站",
}  # fmt: skip


def context(composed: Composed) -> dict[str, Value]:
    """The values of the template by their names; docs/notice.md lists them."""
    return {
        **_head(composed), **_observed(composed), **_columns(composed), **_rates(composed), **_problems(composed),
        **_rounds(composed),
    }  # fmt: skip


def write_letter(composed: Composed, template: Path, target: Path) -> None:
    """Fills the template. Raises NoticeError where it is no template or uses a name that there is none of."""
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    try:
        document = DocxTemplate(str(template))
        document.render(context(composed), environment, autoescape=True)
        properties = document.docx.core_properties
        properties.title = f"通报草稿 {composed.terms.number}"
        properties.created = properties.modified = composed.terms.made_at.replace(tzinfo=None)
        document.save(str(target))
    except TemplateError as fault:
        raise NoticeError(f"模板无法填写：{fault}。 The template cannot be filled: {fault}.") from fault
    except (OpcError, BadZipFile, KeyError, ValueError) as fault:
        raise NoticeError("模板不是可用的 DOCX 文件。 The template is no DOCX file that can be used.") from fault
    repack(target)


def _head(composed: Composed) -> dict[str, Value]:
    terms, figures = composed.terms, composed.figures
    period = terms.period
    corps = "（含新疆生产建设兵团）" if figures.with_corps else ""
    groups = [
        f"{counts.portals}个{name}{corps if level is Level.PROVINCE else ''}" for level, name, counts in (
            (Level.DEPARTMENT, _DEPARTMENTS, figures.departments), (Level.PROVINCE, _PROVINCES, figures.provinces),
        ) if period.level in {None, level}
    ]  # fmt: skip
    span = span_name(period.first, period.last)
    basis = f"《{terms.edition.document}》（{terms.edition.document_number}）"
    measure = "个工作日小时" if terms.edition.calendar == "working" else "小时"
    names = [f"{place}.{annex.name}" for place, annex in enumerate(composed.annexes, 1)]
    return {
        "编号": terms.number, "检查期": span, "标题": _title(span),
        "起止日期": days_name(period.first, period.last), "主送": _ADDRESSEES[period.level],
        "检查依据": basis, "依据": f"参照{basis}的口径" if NOTICE in terms.edition.document else f"按照{basis}的要求",
        "检查范围": "和".join(groups),
        "时限": f"{terms.edition.hours}{measure}", "规则版本": terms.edition.id,
        "整改期限": day_name(terms.rectify_by), "成文日期": day_name(beijing_date(terms.made_at)),
        "清单附件": f"附件{1 + [annex.name for annex in composed.annexes].index(FINDINGS)}",
        "附件清单": [f"附件：{names[0]}", *(f"　　　{name}" for name in names[1:])],
        "数据截至": _until(composed), "数据批次": composed.last_run.run_id if composed.last_run else "无",
        "快照": terms.snapshot_sha256,
    }  # fmt: skip


def _title(span: str) -> str:
    """In two lines of like length: 20 characters of the title's size fill one, and a word is not torn."""
    if len(span) > LONGEST_SPAN:
        return f"关于{span}\n国务院重要信息转载情况专项检查的通报"
    return f"关于{span}国务院重要信息\n转载情况专项检查的通报"


def _until(composed: Composed) -> str:
    run = composed.last_run
    if run is None:
        return "尚无批次"
    at = beijing_text(from_text(run.finished_at))
    return f"{day_name(beijing_date(from_text(run.finished_at)))}{at[-5:]}"


def _observed(composed: Composed) -> dict[str, Value]:
    figures = composed.figures
    return {
        "门户总数": figures.all.portals, "部门网站数": figures.departments.portals, "省级网站数": figures.provinces.portals,
        "发布件数": figures.releases, "发布起讫": _days_of(figures), "可观测门户数": figures.observed.some,
        "全程可观测数": figures.observed.wholly, "部分可观测数": figures.observed.partly,
        "未能观测门户数": figures.observed.never, "尚无到期门户数": figures.observed.undue,
        "观测分类": _there_are([
            ("全程可观测{}个", figures.observed.wholly), ("部分信息未能观测{}个", figures.observed.partly),
        ]),
        "不可观测": _there_are([
            ("到期信息均未能观测的网站{}个", figures.observed.never), ("尚无到期信息的网站{}个", figures.observed.undue),
        ]),
    }  # fmt: skip


def _days_of(figures: Figures) -> str:
    """`（发布于2018年12月20日至2018年12月29日）`; empty where there was nothing."""
    if not figures.releases:
        return ""
    return f"（发布于{days_name(date.fromisoformat(figures.first_release), date.fromisoformat(figures.last_release))}）"


def _columns(composed: Composed) -> dict[str, Value]:
    figures, columns = composed.figures, composed.figures.columns
    parts = [
        f"{name}{own.shown}个，{_of(own.share, '看到首页的', '个网站')}"
        for name, own in ((_DEPARTMENTS, figures.department_columns), (_PROVINCES, figures.province_columns)) if own.seen
    ]  # fmt: skip
    prominent = _of(columns.prominent_share, "判断过的", "个网站")
    placed = f"按显著位置规则判断过的首页中，专栏位于显著位置的{columns.prominent}个，{prominent}。" if columns.judged else ""
    return {
        "首页可见数": columns.seen, "首页未见数": columns.watched - columns.seen, "有专栏数": columns.shown,
        "专栏占比": _of(columns.share, "看到首页的", "个网站"), "专栏分级": _both(composed, parts), "显著位置": placed,
    }  # fmt: skip


def _rates(composed: Composed) -> dict[str, Value]:
    figures, counts = composed.figures, composed.figures.all
    parts = [
        f"{name}{own.on_time}件次，{_of(own.rate, '可判定的', '件次')}"
        for name, own in ((_DEPARTMENTS, figures.departments), (_PROVINCES, figures.provinces)) if own.decided
    ]  # fmt: skip
    return {
        "应转载": counts.owed, "可判定": counts.decided, "按时": counts.on_time,
        "按时占比": _of(counts.rate, "可判定的", "件次"), "按时分级": _both(composed, parts),
        "有判定门户数": counts.decided_portals, "全部按时门户数": counts.punctual_portals,
        "全部按时占比": _of(counts.punctual, "有可判定件次的", "个网站"), "待核": counts.undetermined,
        "未能观测": counts.not_observed, "未到期": counts.pending, "免于考核": counts.exempt,
        "不计比例": _there_are([
            ("待核{}件次", counts.undetermined), ("未能观测{}件次", counts.not_observed), ("未到期{}件次", counts.pending),
            ("免于考核{}件次", counts.exempt),
        ]),
    }  # fmt: skip


def _problems(composed: Composed) -> dict[str, Value]:
    figures = composed.figures
    named = [f"{one.site}（可判定{one.decided}件次中{one.findings}件次）" for one in figures.most_burdened]
    withheld = {why: count for why, count in figures.withheld.items() if count}
    return {
        "问题件次": figures.late + figures.missing, "超时件次": figures.late, "未转载件次": figures.missing,
        "问题门户数": figures.portals_with_findings, "已复核件次": figures.reviewed,
        "问题较多": f"问题较多的有：{'、'.join(named)}。" if named else "", "疑似伪造件次": figures.backdated,
        "未列入件次": sum(withheld.values()),
        "未列入原因": "、".join(f"{_WITHHELD[why]}（{n}件次）" for why, n in withheld.items()),
        "未见专栏数": figures.portals_without_column, "未见专栏网站": "、".join(one.site for one in composed.about_columns),
    }  # fmt: skip


def _rounds(composed: Composed) -> dict[str, Value]:
    states = Counter(one.state for one in composed.mended)
    kinds = Counter(one.kind for one in composed.changes)
    settled = {*MENDED, *UNMENDED, State.BEFORE, State.REVOKED, State.NOT_DUE}
    return {
        "往期编号": "、".join(sorted({one.notice for one in composed.mended})), "往期问题数": len(composed.mended),
        "往期已整改": sum(states[state] for state in MENDED), "往期未整改": sum(states[state] for state in UNMENDED),
        "往期已撤销": states[State.REVOKED], "往期通报前已转载": states[State.BEFORE],
        "往期未到期限": states[State.NOT_DUE],
        "往期未核实": sum(count for state, count in states.items() if state not in settled),
        "往期分类": _there_are([
            ("超过时限但在通报前已转载的{}条", states[State.BEFORE]),
            ("经核查已整改的{}条", sum(states[state] for state in MENDED)),
            ("逾期仍未整改的{}条", sum(states[state] for state in UNMENDED)), ("整改期限未到的{}条", states[State.NOT_DUE]),
            ("已撤销认定的{}条", states[State.REVOKED]),
            ("待核或者未能核实的{}条", sum(count for state, count in states.items() if state not in settled)),
        ]),
        "替代编号": composed.terms.replaces, "新增数": kinds[ChangeKind.ADDED], "撤销数": kinds[ChangeKind.REMOVED],
        "变更数": kinds[ChangeKind.CHANGED],
    }  # fmt: skip


def _of(share: Share, whole: str, unit: str) -> str:
    """A share with its denominator: `占看到首页的11个网站的90.9%`."""
    if not share.of:
        return f"没有{whole}{unit.removeprefix('个')}，不计算比例"
    return f"占{whole}{share.of}{unit}的{share.text}"


def _there_are(parts: list[tuple[str, int]]) -> str:
    """What there is any of, as a list of words: `待核15件次，未能观测12件次`."""
    return "，".join(words.format(number) for words, number in parts if number)


def _both(composed: Composed, parts: list[str]) -> str:
    """By level, where both were asked for; with one level it would say the same twice."""
    return f"其中，{'；'.join(parts)}。" if composed.terms.period.level is None and parts else ""
