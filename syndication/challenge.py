"""Pages that come instead of the page: challenges, captchas, refusals. They are named, never solved.

Facts of the world (survey, corpus): they come with 200 as well as with 403, 412 or 521, and parsed as articles or lists
they look like an empty portal. An ordinary page may load the same vendors' scripts and carry a login captcha, so a page
that shows a reader some text is a block only if that text says so.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syndication.glossary import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syndication.items import Page

READ = 400_000  # characters of a page that are looked at; Ruishu's scripts grow to 200 kB
SILENT = 60  # visible characters: a page that shows no more is nothing but its scripts
SHORT = 800  # visible characters of the longest notice of a firewall
MANY_LINKS = 40

_SCRIPTS = re.compile(r"<(script|style|noscript|title)\b[^>]*>.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_COMMENTS = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")
_TITLE = re.compile(r"<title[^>]*>\s*(.*?)\s*</title", re.IGNORECASE | re.DOTALL)
_CONCATENATED = re.compile(r"\('(.)'\)\s*\+\s*")

_CHALLENGES = (
    ("jsl", re.compile(r"__jsl_clearance|__jsluid|\(\"bts\"|\"bts\":\s*\[")),
    ("Ruishu", re.compile(r"\$_ts\b|<meta[^>]+\br=[\"']m[\"']", re.IGNORECASE)),
    ("EdgeOne", re.compile(r"EO_Bot_Ssid|__tst_status|EO-Bot|edgeone", re.IGNORECASE)),
    ("C3VK", re.compile(r"\bC3VK\b")),
    ("WZWS", re.compile(r"wzws_?(?:sessionid|challenge|confirm|cid|method)", re.IGNORECASE)),
    ("Aliyun WAF", re.compile(r"acw_sc__v[23]|aliyun_waf|_waf_bd8ce2ce37|aliyunwaf_", re.IGNORECASE)),
    ("Cloudflare", re.compile(r"cdn-cgi/challenge-platform|cf[-_]chl|__cf_chl", re.IGNORECASE)),
    ("Huawei WAF", re.compile(r"HWWAFSES(?:ID|TIME)", re.IGNORECASE)),
    ("Imperva", re.compile(r"_Incapsula_Resource|visid_incap", re.IGNORECASE)),
)
_CAPTCHAS = (
    ("Geetest", re.compile(r"geetest|initGeetest", re.IGNORECASE)),
    ("Tencent captcha", re.compile(r"TencentCaptcha|TCaptcha|captcha\.qq\.com", re.IGNORECASE)),
    ("Aliyun captcha", re.compile(r"AliyunCaptcha|/_____tmd_____/|x5secdata|awsc\.js|noCaptcha", re.IGNORECASE)),
    ("slider", re.compile(r"slide-?(?:verify|captcha|block|r-?bar)|drag-?(?:verify|captcha)|滑块|滑动验证|拖动", re.IGNORECASE)),
)
_CAPTCHA_WORDS = re.compile(r"滑块|滑动验证|(?:拖动|向右滑动).{0,12}(?:验证|完成|拼图)|人机验证|人机识别|安全验证|访问验证|请输入(?:图中)?验证码|点击.{0,6}完成验证|"
                            r"verify (?:that )?you are (?:a )?human|complete the security check", re.IGNORECASE)  # fmt: skip
_WAIT_WORDS = re.compile(r"安全检查中|正在检查.{0,8}浏览器|浏览器安全检查|checking your browser|just a moment|请开启\s*JavaScript.{0,20}(?:继续|刷新)|"
                         r"正在进行安全(?:检测|验证)", re.IGNORECASE)  # fmt: skip
_REFUSALS = re.compile(
    r"(?:访问|请求|操作|行为).{0,12}(?:被.{0,8}(?:拦截|阻断|拒绝|禁止|屏蔽)|存在.{0,8}(?:风险|威胁|攻击))|您的IP.{0,20}(?:限制|禁止|封|拦截|黑名单)|"
    r"拒绝访问|禁止访问|没有权限访问|无权访问|不合法(?:的)?(?:参数|请求)|非法(?:访问|请求)|(?:访问|请求|操作)(?:过于|太)频繁|访问受限|已被(?:防火墙|管理员|安全).{0,10}(?:拦截|阻断)|"
    r"access (?:is )?denied|403 forbidden|request (?:was |has been )?(?:blocked|rejected)|you have been blocked",
    re.IGNORECASE,
)
_FIREWALLS = (
    ("openresty", re.compile(r"openresty", re.IGNORECASE)),
    ("创宇盾", re.compile(r"创宇盾|365cyd|yunaq|知道创宇", re.IGNORECASE)),
    ("雷池", re.compile(r"雷池|safeline|长亭", re.IGNORECASE)),
    ("网站安全狗", re.compile(r"safedog|安全狗", re.IGNORECASE)),
    ("云锁", re.compile(r"yunsuo|云锁", re.IGNORECASE)),
    ("安恒", re.compile(r"安恒|dbappsecurity|明御|玄武盾", re.IGNORECASE)),
    ("绿盟", re.compile(r"绿盟|nsfocus", re.IGNORECASE)),
    ("深信服", re.compile(r"深信服|sangfor", re.IGNORECASE)),
    ("360", re.compile(r"360(?:网站卫士|wzb|wzws|磐云)|wangzhan\.360|qianxin|奇安信|网神", re.IGNORECASE)),
    ("阿里云", re.compile(r"aliyun|阿里云", re.IGNORECASE)),
    ("腾讯云", re.compile(r"tencent|腾讯云|edgeone", re.IGNORECASE)),
    ("华为云", re.compile(r"hwwaf|华为云|huaweicloud", re.IGNORECASE)),
    ("宝塔", re.compile(r"宝塔|btwaf", re.IGNORECASE)),
    ("网宿", re.compile(r"网宿|wangsu|cdnetworks", re.IGNORECASE)),
    ("Cloudflare", re.compile(r"cloudflare", re.IGNORECASE)),
    ("Tengine", re.compile(r"tengine", re.IGNORECASE)),
    ("nginx", re.compile(r"nginx", re.IGNORECASE)),
    ("WAF", re.compile(r"\bwaf\b|web应用防火墙|防火墙", re.IGNORECASE)),
)
_RELOADS = re.compile(r"location\.reload|location\.(?:href|replace)\s*[=(]\s*(?:window\.|document\.)?location|location\s*=\s*location|location\.pathname")  # fmt: skip
_FORBIDDEN_STATUSES = frozenset({401, 403, 405, 418, 451})
_HOME_TITLE = re.compile(r"首页|门户网站$|(?:人民政府|部|委员会|总局|局|厅|署|政府网)$")


def recognise_block(
    status: int, headers: Mapping[str, str], page_or_body: bytes | str
) -> tuple[Outcome, str] | None:
    """What came instead of a page: `forbidden`, `challenge`, `captcha` or `http_error`, with the vendor; None for a page.

    Args:
        status: HTTP status.
        headers: any spelling of the names; `Server` names the firewall where the page does not.
        page_or_body: the decoded text, or the body as received (it may not be decodable).
    """
    text = page_or_body if isinstance(page_or_body, str) else _loosely_decoded(page_or_body)
    if status < 400 and len(text) > READ:
        return None  # no block is as large as that
    text = text[:READ]
    server = next((value for name, value in headers.items() if name.lower() == "server"), "")
    title, visible = _title(text), _visible(text)
    scripts = _CONCATENATED.sub(r"\1", text) if "('_')" in text else text
    return _challenge(status, scripts, title, visible) or _refusal(status, title, visible, f"{text} {server}")


def home_instead_of_article(page: Page, asked_url: str) -> tuple[Outcome, str] | None:
    """Named where a site answers its home page instead of the article that was asked for (CSRC, after bursts)."""
    asked, answered = urlsplit(asked_url), urlsplit(page.url)
    if asked.path.strip("/") in {"", "index.html", "index.htm", "index.shtml"} and not asked.query:
        return None
    moved = answered.path.strip("/") in {"", "index.html", "index.htm", "index.shtml"} and not answered.query
    if moved or looks_like_home(page):
        return Outcome.CHALLENGE, "the home page came instead of the article"
    return None


def looks_like_home(page: Page) -> bool:
    """Whether a page names itself the home page of its site: the site's tags without those of column and article."""
    head = page.text[:READ]
    names = {name.lower() for name in re.findall(r"<meta[^>]+name\s*=\s*[\"']?(\w+)", head, re.IGNORECASE)}
    if names & {"articletitle", "columnname", "pubdate", "firstpublishedtime", "contentsource"}:
        return False
    links = len(re.findall(r"<a\s[^>]*href", page.text, re.IGNORECASE))
    title = _title(head)
    return links >= MANY_LINKS and bool(_HOME_TITLE.search(title)) and ("sitename" in names or "首页" in title)


def _challenge(status: int, scripts: str, title: str, visible: str) -> tuple[Outcome, str] | None:
    silent = len(visible) <= SILENT
    short = len(visible) <= SHORT
    if short and _CAPTCHA_WORDS.search(f"{title} {visible}"):
        return Outcome.CAPTCHA, f"{_vendor(_CAPTCHAS, scripts) or 'unnamed'} captcha (HTTP {status})"
    if silent and (vendor := _vendor(_CAPTCHAS, scripts)) and not _has_page(scripts):
        return Outcome.CAPTCHA, f"{vendor} captcha (HTTP {status})"
    vendor = _vendor(_CHALLENGES, scripts)
    if vendor and silent and not _has_page(scripts):
        return Outcome.CHALLENGE, f"{vendor} challenge (HTTP {status})"
    if short and _WAIT_WORDS.search(f"{title} {visible}"):
        return Outcome.CHALLENGE, f"{vendor or 'unnamed'} challenge (HTTP {status})"
    has_script = "<script" in scripts.lower()
    if status in {412, 521} and has_script and silent:
        return Outcome.CHALLENGE, f"{vendor or {412: 'Ruishu', 521: 'jsl'}[status]} challenge (HTTP {status})"
    if silent and has_script and "document.cookie" in scripts and _RELOADS.search(scripts) and not _has_page(scripts):
        return Outcome.CHALLENGE, f"a script that sets a cookie and loads the page again (HTTP {status})"
    return None


def _refusal(status: int, title: str, visible: str, everything: str) -> tuple[Outcome, str] | None:
    says_no = len(visible) <= SHORT and bool(_REFUSALS.search(f"{title} {visible}"))
    if status in _FORBIDDEN_STATUSES or says_no:
        firewall = _vendor(_FIREWALLS, everything[:READ]) if len(visible) <= SHORT else ""
        return Outcome.FORBIDDEN, f"{firewall or 'the server'} refuses (HTTP {status}){f': {title}' if title else ''}"
    if status >= 400:
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "unknown status"
        return Outcome.HTTP_ERROR, f"HTTP {status} {phrase}"
    return None


def _vendor(signs: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> str:
    return next((name for name, sign in signs if sign.search(text)), "")


def _has_page(text: str) -> bool:
    """Whether markup shows that this is a page that scripts fill, not a page made of a challenge."""
    return len(re.findall(r"<(?:a|li|p|link)\b", text, re.IGNORECASE)) > 10 or bool(re.search(r"ArticleTitle|SiteName", text))


def _title(text: str) -> str:
    found = _TITLE.search(text)
    return " ".join(found[1].split())[:120] if found else ""


def _visible(text: str) -> str:
    if not text.lstrip().startswith("<") and "<html" not in text[:2000].lower():
        return text  # JSON or plain text: all of it is seen
    bare = _TAGS.sub(" ", _SCRIPTS.sub(" ", _COMMENTS.sub(" ", text)))
    return " ".join(bare.replace("&nbsp;", " ").split())


def _loosely_decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("gb18030", errors="replace")
