"""The words of the product (docs/design.md), each with the Chinese that inspectors read. One list of each, here."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Status(StrEnum):
    """What a verdict says."""

    ON_TIME = "on_time"
    LATE = "late"
    MISSING = "missing"
    PENDING = "pending"
    UNDETERMINED = "undetermined"
    NOT_OBSERVED = "not_observed"
    EXEMPT = "exempt"


class Mode(StrEnum):
    """How a posting republishes a release."""

    COPY = "copy"
    ABRIDGED = "abridged"
    LINK = "link"
    WRAPPED_LINK = "wrapped_link"
    EMBED = "embed"
    TITLE_ONLY = "title_only"


class Flag(StrEnum):
    """What a reader of a verdict must know besides its status."""

    BACKDATED = "backdated"
    POSTDATED = "postdated"
    WITHDRAWN = "withdrawn"
    ALTERED = "altered"
    NO_SOURCE = "no_source"
    NO_COLUMN = "no_column"


class Level(StrEnum):
    """A portal's level."""

    DEPARTMENT = "department"
    PROVINCE = "province"


class Role(StrEnum):
    """What a channel proves: in a `column` absence counts, in `news` and on the `home` page only presence does."""

    COLUMN = "column"
    NEWS = "news"
    HOME = "home"


class Outcome(StrEnum):
    """What came of one look at one channel or page. `ACTS` names who acts on it."""

    OK = "ok"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    TIMEOUT = "timeout"
    DNS = "dns"
    TLS = "tls"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    CHALLENGE = "challenge"
    CAPTCHA = "captcha"
    HTTP_ERROR = "http_error"
    ROBOTS = "robots"
    LAYOUT_CHANGED = "layout_changed"
    MOJIBAKE = "mojibake"
    TOO_LARGE = "too_large"
    REDIRECT_LOOP = "redirect_loop"
    NOT_SHOWN = "not_shown"  # it answered, and the browser of this machine could not show it
    NOT_ARCHIVED = "not_archived"


class Step(StrEnum):
    """A step of the ladder on which a host is reached (docs/reaching.md)."""

    DEFAULT = "default"
    LENIENT = "lenient"
    PLAIN = "plain"


class Certificate(StrEnum):
    """What a host's certificate is worth; recorded, never a reason to skip the host."""

    VALID = "valid"
    SELF_SIGNED = "self_signed"
    EXPIRED = "expired"
    NAME_MISMATCH = "name_mismatch"
    UNTRUSTED = "untrusted"
    NONE = "none"


class Fault(StrEnum):
    """Who is answerable for a verdict that is not on time; only the first may enter a notice."""

    PORTAL_SILENT = "portal_silent"
    PORTAL_DOWN = "portal_down"
    MONITOR_BLOCKED = "monitor_blocked"
    SOURCE_REDESIGNED = "source_redesigned"
    MONITOR_BROKEN = "monitor_broken"


class Decision(StrEnum):
    """What a person decided about a verdict."""

    CONFIRM = "confirm"
    OVERTURN = "overturn"
    EXEMPT = "exempt"
    REOPEN = "reopen"


class Finding(StrEnum):
    """What a second look at a carried page found. `unseen`: it says nothing about the page."""

    SAME = "same"
    GONE = "gone"
    ALTERED = "altered"
    UNSEEN = "unseen"


class ColumnState(StrEnum):
    """How a portal's home page shows the column of State Council policy information."""

    NO_ENTRY = "no_entry"
    ENTRY_WITHOUT_LIST = "entry_without_list"
    ENTRY_WITH_LIST = "entry_with_list"
    EMBED = "embed"


# Words that are written alike are one key here (Flag.ALTERED, Finding.ALTERED), so they have one Chinese.
CHINESE: Mapping[StrEnum, str] = {
    Status.ON_TIME: "按时", Status.LATE: "超时", Status.MISSING: "未转载", Status.PENDING: "未到期",
    Status.UNDETERMINED: "待核", Status.NOT_OBSERVED: "未能观测", Status.EXEMPT: "免于考核",
    Mode.COPY: "全文", Mode.ABRIDGED: "节选", Mode.LINK: "链接", Mode.WRAPPED_LINK: "跳转链接",
    Mode.EMBED: "推送组件", Mode.TITLE_ONLY: "仅标题",
    Flag.BACKDATED: "疑似伪造发稿日期", Flag.POSTDATED: "发稿日期晚于首见", Flag.WITHDRAWN: "转载后撤下",
    Flag.ALTERED: "内容不一致", Flag.NO_SOURCE: "未注明来源", Flag.NO_COLUMN: "无专栏",
    Level.DEPARTMENT: "国务院部门", Level.PROVINCE: "省级政府",
    Role.COLUMN: "专栏", Role.NEWS: "要闻栏目", Role.HOME: "首页",
    Outcome.OK: "正常", Outcome.UNCHANGED: "未变化", Outcome.EMPTY: "列表为空", Outcome.TIMEOUT: "超时无响应",
    Outcome.DNS: "域名无法解析", Outcome.TLS: "加密连接失败", Outcome.REFUSED: "连接被拒绝或中断",
    Outcome.FORBIDDEN: "禁止访问", Outcome.CHALLENGE: "防护校验页面", Outcome.CAPTCHA: "人机验证页面",
    Outcome.HTTP_ERROR: "服务器报错", Outcome.ROBOTS: "robots 协议禁止", Outcome.LAYOUT_CHANGED: "页面结构无法识别",
    Outcome.MOJIBAKE: "编码无法识别", Outcome.TOO_LARGE: "响应过大", Outcome.REDIRECT_LOOP: "循环跳转",
    Outcome.NOT_SHOWN: "监测方浏览器未能显示", Outcome.NOT_ARCHIVED: "证据文件中没有该地址",
    Step.DEFAULT: "正常连接", Step.LENIENT: "兼容旧加密协议", Step.PLAIN: "未加密连接",
    Certificate.VALID: "证书有效", Certificate.SELF_SIGNED: "自签名证书", Certificate.EXPIRED: "证书不在有效期内",
    Certificate.NAME_MISMATCH: "证书域名不符", Certificate.UNTRUSTED: "证书签发者不受信任", Certificate.NONE: "无证书",
    Fault.PORTAL_SILENT: "门户未按时转载", Fault.PORTAL_DOWN: "门户无法访问", Fault.MONITOR_BLOCKED: "监测被门户拦截",
    Fault.SOURCE_REDESIGNED: "门户改版或页面异常", Fault.MONITOR_BROKEN: "监测方不足或故障",
    Decision.CONFIRM: "维持原判定", Decision.OVERTURN: "改判", Decision.EXEMPT: "免于考核", Decision.REOPEN: "撤销复核",
    Finding.SAME: "未见变化", Finding.GONE: "页面已不在", Finding.ALTERED: "内容不一致", Finding.UNSEEN: "未能查看",
    ColumnState.NO_ENTRY: "首页无入口", ColumnState.ENTRY_WITHOUT_LIST: "有入口无列表",
    ColumnState.ENTRY_WITH_LIST: "有入口有列表", ColumnState.EMBED: "推送组件",
}

CAUSES: Mapping[str, str] = {
    "observed": "按监测所见的时间", "declared": "按页面标注的时间", "backdated": "标注时间早于证据，按监测所见的时间",
    "postdated": "标注时间晚于首见，按监测所见的时间",
    "twelve_hour_clock": "标注时间疑为十二小时制，按监测所见的时间", "generated": "标注时间为页面生成时间，按监测所见的时间",
    "embed": "首页推送组件", "before_deadline": "未到时限",
    "not_looked_since_deadline": "时限后尚未查看", "interval_holds_deadline": "转载时间的区间跨越时限",
    "another_posting_unclear": "另有稿件待人工核对", "posting_unclear": "有稿件待人工核对",
    "column_not_observed": "时限后有专栏未能查看", "home_not_observed": "时限后首页未能查看",
    "no_column_to_prove_absence": "无专栏可证明此前没有转载", "absent_in_every_column": "时限后查看，各专栏均没有",
    "mode_does_not_count": "转载方式不计入", "push_feed_lacks_release": "推送组件的来源中没有该条",
    "embed_unclear": "首页推送组件时有时无，不能断定是否显示过该条",
    "column_not_registered": "首页有专栏，尚未登记", "no_column": "首页没有专栏",
}  # fmt: skip
"""The rules of `syndication.judging` that decide a verdict, as inspectors read them."""

ACTS: Mapping[Outcome, str] = {
    Outcome.OK: "nobody", Outcome.UNCHANGED: "nobody", Outcome.EMPTY: "operator: look at the page",
    Outcome.TIMEOUT: "look again later", Outcome.DNS: "operator: name servers, else the portal",
    Outcome.TLS: "operator: the TLS ladder, else the portal", Outcome.REFUSED: "look again later",
    Outcome.FORBIDDEN: "operator: ask the portal to admit the monitor",
    Outcome.CHALLENGE: "operator: ask the portal to admit the monitor",
    Outcome.CAPTCHA: "operator: ask the portal to admit the monitor",
    Outcome.HTTP_ERROR: "look again later, else registry: the address",
    Outcome.ROBOTS: "operator: the portal's robots policy", Outcome.LAYOUT_CHANGED: "registry or family: the page changed",
    Outcome.MOJIBAKE: "family: the page's charset", Outcome.TOO_LARGE: "registry: the address",
    Outcome.REDIRECT_LOOP: "registry: the address", Outcome.NOT_SHOWN: "operator: the browser, else take out the option render",
    Outcome.NOT_ARCHIVED: "nobody: a replayed file lacks the address",
}

ANSWERED = frozenset({Outcome.OK, Outcome.UNCHANGED})
"""The outcomes with which a look can prove absence; see `syndication.judging.is_good` for the rest of the definition."""


def chinese(word: StrEnum) -> str:
    """The word as inspectors read it."""
    return CHINESE[word]
