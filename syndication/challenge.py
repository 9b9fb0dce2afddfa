"""Pages that come instead of the page: challenges, captchas, refusals. They are named, never solved.

Facts of the world (survey, corpus): they come with 200 as well as with 403, 412 or 521, and parsed as articles or lists
they look like an empty portal. An ordinary page may load the same vendors' scripts and carry a login captcha, so a page
that shows a reader some text is a block only if that text says so.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syndication.glossary import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syndication.items import Page

READ = 400_000  # characters of a page that are looked at; Ruishu's scripts grow to 200 kB
SILENT = 60  # visible characters: a page that shows no more is nothing but its scripts
SHORT = 800  # visible characters of the longest notice of a firewall
LONGEST_SITE_NAME = 20  # characters
MANY_LINKS = 40  # fewer than any home page has
MOST_LINKS_OF_A_NOTICE = 10
HOME_SHARE = 0.8  # of the links of a page and of the home page together that both have: it is the home page

_SCRIPTS = re.compile(r"<(script|style|noscript|title)\b[^<>]*>.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_COMMENTS = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAGS = re.compile(r"<[^<>]*>")
_TITLE = re.compile(r"<title[^<>]*>\s*([^<]{0,300})", re.IGNORECASE)
_HREF = re.compile(r"<a\s[^<>]*?href\s*=\s*[\"']?([^\"'<>\s]+)", re.IGNORECASE)
_CONCATENATED = re.compile(r"\('(.)'\)\s*\+\s*")

_CHALLENGES = (
    ("jsl", r"__jsl_clearance|__jsluid|\(\"bts\"|\"bts\":\s*\["),
    ("Ruishu", r"\$_ts\b|<meta[^<>]+\br=[\"']m[\"']"),
    ("EdgeOne", r"EO_Bot_Ssid|__tst_status|EO-Bot|edgeone"),
    ("C3VK", r"\bC3VK\b"),
    ("WZWS", r"wzws_?(?:sessionid|challenge|confirm|cid|method)"),
    ("Aliyun WAF", r"acw_sc__v[23]|aliyun_?waf|_waf_bd8ce2ce37"),
    ("Cloudflare", r"cdn-cgi/challenge-platform|cf[-_]chl|__cf_chl"),
    ("Huawei WAF", r"HWWAFSES(?:ID|TIME)"),
    ("Imperva", r"_Incapsula_Resource|visid_incap"),
)
_CAPTCHAS = (
    ("Geetest", r"geetest"),
    ("Tencent", r"TencentCaptcha|TCaptcha|captcha\.qq\.com"),
    ("Aliyun", r"AliyunCaptcha|/_____tmd_____/|x5secdata|awsc\.js|noCaptcha"),
    ("slider", r"slide-?(?:verify|captcha|block|r-?bar)|drag-?(?:verify|captcha)|滑块|滑动|拖动"),
)
_FIREWALLS = (
    ("openresty", r"openresty"),
    ("创宇盾", r"创宇盾|365cyd|yunaq|知道创宇"),
    ("雷池", r"雷池|safeline|长亭"),
    ("安全狗", r"safedog|安全狗"),
    ("云锁", r"yunsuo|云锁"),
    ("安恒", r"安恒|dbappsecurity|明御|玄武盾"),
    ("绿盟", r"绿盟|nsfocus"),
    ("深信服", r"深信服|sangfor"),
    ("奇安信", r"360网站卫士|360wzb|wangzhan\.360|qianxin|奇安信|网神"),
    ("阿里云", r"aliyun|阿里云"),
    ("腾讯云", r"tencent|腾讯云|edgeone"),
    ("华为云", r"hwwaf|华为云|huaweicloud"),
    ("宝塔", r"宝塔|btwaf"),
    ("网宿", r"网宿|wangsu|cdnetworks"),
    ("Cloudflare", r"cloudflare"),
    ("Tengine", r"tengine"),
    ("nginx", r"nginx"),
    ("WAF", r"\bwaf\b|防火墙"),
)
_CAPTCHA_WORDS = re.compile(
    r"滑块|滑动验证|(?:拖动|向右滑动).{0,12}(?:验证|完成|拼图)|人机验证|人机识别|安全验证|访问验证|请输入(?:图中)?验证码|"
    r"点击.{0,6}完成验证|verify (?:that )?you are (?:a )?human|complete the security check",
    re.IGNORECASE,
)
_WAIT_WORDS = re.compile(
    r"安全检查中|正在检查.{0,8}浏览器|浏览器安全检查|正在进行安全(?:检测|验证)|checking your browser|just a moment",
    re.IGNORECASE,
)
_REFUSALS = re.compile(
    r"(?:访问|请求).{0,12}(?:被.{0,8}(?:拦截|阻断|拒绝|禁止|屏蔽)|(?:有可能)?对网站造成.{0,4}威胁)|拒绝访问|禁止访问|"
    r"您的\s?IP.{0,20}(?:限制|禁止|封|拦截|黑名单)|没有权限访问|无权访问|不合法(?:的)?(?:参数|请求)|非法(?:访问|请求)|"
    r"(?:访问|请求|操作)(?:过于|太)频繁|访问受限|access (?:is |was )?denied|403 forbidden|"
    r"request (?:was |has been )?(?:blocked|rejected)|you have been blocked",
    re.IGNORECASE,
)
_RELOADS = re.compile(
    r"location\.reload|location(?:\.href)?\s*=\s*(?:window\.|document\.)?location|location\.pathname|"
    r"location\.replace\s*\(\s*(?:window\.|document\.)?location"
)
_FORBIDDEN_STATUSES = frozenset({401, 403, 405, 418, 451})
_SITE_NAME = re.compile(r"(?:首页|网站|网|人民政府|部|委员会|局|厅|署|办公室|银行|兵团|门户)$|^欢迎")
_ROOTS = frozenset({"", "index.html", "index.htm", "index.shtml", "index.jsp", "index.aspx"})


def recognise_block(status: int, headers: Mapping[str, str], page_or_body: bytes | str) -> tuple[Outcome, str] | None:
    """What came instead of a page: `forbidden`, `challenge`, `captcha` or `http_error`, with the vendor, else None.

    Args:
        status: HTTP status.
        headers: any spelling of the names; `Server` names the firewall where the page does not.
        page_or_body: the decoded text, or the body as received (it may not be decodable).
    """
    text = page_or_body if isinstance(page_or_body, str) else _loosely_decoded(page_or_body[: READ * 4])
    if status < 400 and len(text) > READ:
        return None  # no block is as large as that
    text = text[:READ]
    if _has_page(text):
        return _refusal(status, _title(text), "", "") if status >= 400 else None
    server = next((value for name, value in headers.items() if name.lower() == "server"), "")
    title, visible = _title(text), _visible(text)
    scripts = _CONCATENATED.sub(r"\1", text) if "('_')" in text else text
    return _challenge(status, scripts, title, visible) or _refusal(status, title, visible, f"{text} {server}")


def home_instead_of_article(
    page: Page, asked_url: str, home_links: frozenset[str] = frozenset()
) -> tuple[Outcome, str] | None:
    """Named where a site answers its home page instead of the article that was asked for (CSRC, after bursts).

    `home_links` are what `links_of` gave for the site's home page, if it was read.
    """
    if is_root(asked_url):
        return None
    if is_root(page.url) or looks_like_home(page) or _shows(page, home_links):
        return Outcome.CHALLENGE, "the home page came instead of the article"
    return None


def links_of(page: Page) -> frozenset[str]:
    """The addresses that a page links, as it writes them: what tells a site's home page from its other pages."""
    return frozenset(_HREF.findall(page.text[:READ]))


def _shows(page: Page, home_links: frozenset[str]) -> bool:
    if len(home_links) < MANY_LINKS:
        return False
    links = links_of(page)
    return len(links & home_links) >= HOME_SHARE * len(links | home_links)


def is_root(url: str) -> bool:
    """Whether an address is that of a home page: no path, or the name of the index file."""
    parts = urlsplit(url)
    return parts.path.strip("/").lower() in _ROOTS and not parts.query


def looks_like_home(page: Page) -> bool:
    """Whether a page names itself the home page of its site.

    Its title is the site's name and nothing else, it has the links of a home page, and none of the standard tags of a
    column or an article.
    """
    head = page.text[:READ]
    tags = {name.lower() for name in re.findall(r"<meta[^<>]+name\s*=\s*[\"']?(\w+)", head, re.IGNORECASE)}
    if tags & {"articletitle", "columnname", "pubdate", "firstpublishedtime", "contentsource"}:
        return False
    parts = [part for part in re.split(r"[_\-–—|\s]+", _title(head)) if part]
    if not parts or not all(_SITE_NAME.search(part) and len(part) <= LONGEST_SITE_NAME for part in parts):
        return False
    return len(re.findall(r"<a\s[^<>]*href", head, re.IGNORECASE)) >= MANY_LINKS


def _challenge(status: int, scripts: str, title: str, visible: str) -> tuple[Outcome, str] | None:
    said = f"{title} {visible}"
    silent, short = len(visible) <= SILENT, len(visible) <= SHORT
    vendor = _vendor(_CHALLENGES, scripts)
    if (short and _CAPTCHA_WORDS.search(said)) or (silent and _CAPTCHA_WORDS.search(scripts)):
        return Outcome.CAPTCHA, f"{_vendor(_CAPTCHAS, scripts) or vendor or 'unnamed'} captcha (HTTP {status})"
    if short and _WAIT_WORDS.search(said):
        return Outcome.CHALLENGE, f"{vendor or 'unnamed'} challenge (HTTP {status})"
    if not silent or "<script" not in scripts.lower():
        return None
    vendor = vendor or {412: "Ruishu", 521: "jsl"}.get(status, "")
    if vendor:
        return Outcome.CHALLENGE, f"{vendor} challenge (HTTP {status})"
    if "document.cookie" in scripts and _RELOADS.search(scripts):
        return Outcome.CHALLENGE, f"a script that sets a cookie and loads the page again (HTTP {status})"
    return None


def _refusal(status: int, title: str, visible: str, everything: str) -> tuple[Outcome, str] | None:
    says_no = len(visible) <= SHORT and bool(_REFUSALS.search(f"{title} {visible}"))
    if status in _FORBIDDEN_STATUSES or says_no:
        firewall = _vendor(_FIREWALLS, everything) if len(visible) <= SHORT else ""
        return Outcome.FORBIDDEN, f"{firewall or 'the server'} refuses (HTTP {status}){f': {title}' if title else ''}"
    if status >= 400:
        known = status in HTTPStatus._value2member_map_
        return Outcome.HTTP_ERROR, f"HTTP {status}{f' {HTTPStatus(status).phrase}' if known else ''}"
    return None


def _vendor(signs: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, sign in signs if re.search(sign, text, re.IGNORECASE)), "")


def _has_page(text: str) -> bool:
    """Whether the markup is that of a page with content or navigation, of its own or to be filled by scripts."""
    if re.search(r"ArticleTitle|SiteName|firstpublishedtime|SiteIDCode", text, re.IGNORECASE):
        return True
    links = islice(re.finditer(r"<(?:a|li)\b", text, re.IGNORECASE), MOST_LINKS_OF_A_NOTICE + 1)
    return len(list(links)) > MOST_LINKS_OF_A_NOTICE


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
