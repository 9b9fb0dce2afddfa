"""What comes instead of a page is named with its vendor; an ordinary page never is."""

from __future__ import annotations

import pytest

from syndication.challenge import home_instead_of_article, looks_like_home, recognise_block
from syndication.glossary import Outcome
from syndication.items import Page

LETTERS = "+".join(f"('{letter}')" for letter in "__jsl_clearance_s=17")
JSL = f"<script>document.cookie={LETTERS}+(1+6+'');location.href=location.pathname+location.search</script>"
RUISHU = (
    '<html><head><meta charset="utf-8"><meta id="9DhefwqGPrzGxEp9hPaoag" content="abc" r="m">'
    "<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=1;$_ts.cd='qEy';</script>"
    f'<script src="/4IhbCVBs2eCb/x.js" r="m"></script></head><body>{"<!-- -->" * 50}</body></html>'
)
C3VK = "<html><script>document.cookie='C3VK=ab12;path=/;max-age=300';window.location.reload();</script></html>"
EDGEONE = (
    "<html><script>var a=1,b=2;document.cookie='__tst_status='+(a+b)+'#';"
    "document.cookie='EO_Bot_Ssid=3';location.reload();</script></html>"
)
SLIDER = (
    "<html><head><title>安全验证</title><style>.slide-verify{width:300px}</style></head><body>"
    "<div>请按住滑块，拖动到最右边</div><script>function slideVerify(){}</script></body></html>"
)
REFUSED = (
    "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n"
    "<hr><center>openresty</center>\r\n</body>\r\n</html>"
)
FIREWALL = (
    "<html><head><title>访问被拦截</title></head>"
    "<body>您的访问请求可能对网站造成威胁，已被 Web应用防火墙 拦截！请求被拦截 编号 1</body></html>"
)


@pytest.mark.parametrize(("status", "body", "outcome", "vendor"), [
    (521, JSL, Outcome.CHALLENGE, "jsl"),
    (200, JSL, Outcome.CHALLENGE, "jsl"),
    (521, "<script>var _0x=1;</script>", Outcome.CHALLENGE, "jsl"),
    (412, RUISHU, Outcome.CHALLENGE, "Ruishu"),
    (200, RUISHU, Outcome.CHALLENGE, "Ruishu"),
    (412, "<html><script>eval(1)</script></html>", Outcome.CHALLENGE, "Ruishu"),
    (200, EDGEONE, Outcome.CHALLENGE, "EdgeOne"),
    (200, C3VK, Outcome.CHALLENGE, "C3VK"),
    (200, "<script>document.cookie='x=1';location.replace(location.href)</script>", Outcome.CHALLENGE, "sets a cookie"),
    (503, "<html><title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/x.js'></script></html>",
     Outcome.CHALLENGE, "Cloudflare"),
    (200, "<html><script>var arg1='A1';</script><script>var n='acw_sc__v2';</script></html>",
     Outcome.CHALLENGE, "Aliyun"),
    (200, SLIDER, Outcome.CAPTCHA, "slider"),
    (403, SLIDER, Outcome.CAPTCHA, "slider"),
    (200, "<html><title>访问验证</title><script src='https://g.alicdn.com/AWSC/AWSC/awsc.js'></script></html>",
     Outcome.CAPTCHA, "Aliyun"),
    (403, REFUSED, Outcome.FORBIDDEN, "openresty"),
    (200, REFUSED, Outcome.FORBIDDEN, "openresty"),
    (200, FIREWALL, Outcome.FORBIDDEN, "WAF"),
    (405, "<html><body>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。阿里云</body></html>",
     Outcome.FORBIDDEN, "阿里云"),
    (200, '{"code": 429, "msg": "访问过于频繁，请稍后再试"}', Outcome.FORBIDDEN, "refuses"),
    (403, "", Outcome.FORBIDDEN, "refuses"),
    (404, "<html><title>404</title><body>页面不存在</body></html>", Outcome.HTTP_ERROR, "HTTP 404 Not Found"),
    (412, "precondition", Outcome.HTTP_ERROR, "HTTP 412"),
    (429, "slow down", Outcome.HTTP_ERROR, "HTTP 429 Too Many Requests"),
    (508, "", Outcome.HTTP_ERROR, "HTTP 508"),
    (567, "", Outcome.HTTP_ERROR, "HTTP 567"),
])  # fmt: skip
def test_a_block_is_named_with_its_vendor(status: int, body: str, outcome: Outcome, vendor: str) -> None:
    for sent in (body, body.encode(), body.encode("gb18030")):
        named = recognise_block(status, {}, sent)
        assert named is not None
        assert named[0] is outcome
        assert vendor in named[1]


def test_the_server_header_names_the_firewall() -> None:
    assert recognise_block(403, {"server": "Tengine"}, b"") == (Outcome.FORBIDDEN, "Tengine refuses (HTTP 403)")


PARAGRAPH = "<p>为落实上级部署，现就做好水库巡查和渡口安全工作提出以下意见，请结合本地实际认真贯彻执行。</p>"


@pytest.mark.parametrize("body", [
    f"<html><body>{PARAGRAPH * 3}<script>$_ts=window['$_ts'];</script></body></html>",  # passed Ruishu
    f"<html><body>{PARAGRAPH * 3}<script src='//static.geetest.com/gt.js'></script><a>登录</a></body></html>",
    f"<html><body>{PARAGRAPH * 20}禁止访问涉密系统。拖动滑块完成验证。</body></html>",  # a paper about it
    "<html><meta name='SiteName' content='x'><div id='app'></div><script src='geetest.js'></script></html>",
    "<html><head><title>转发</title></head><script>location.href='https://www.gov.cn/zhengce/content/1.htm'</script></html>",
    '{"rows": [], "total": 0}',
    "",
    "<rss><channel><title>国务院信息</title></channel></rss>",
])  # fmt: skip
def test_an_ordinary_page_is_no_block(body: str) -> None:
    assert recognise_block(200, {"Server": "nginx", "Set-Cookie": "__jsluid_s=1; HWWAFSESID=2"}, body.encode()) is None
    assert recognise_block(304, {}, body.encode()) is None


def test_no_page_of_the_corpus_is_a_block_but_the_two_that_are(corpus) -> None:
    named = {}
    for path in sorted(corpus.glob("p*/**/*.html")) + sorted(corpus.glob("negatives/**/*.html")):
        if block := recognise_block(200, {"Server": "openresty"}, path.read_bytes()):
            named[path.name] = (block[0], block[1].split()[0])
    assert named == {
        "antibot_jsl_challenge1_mps.html": (Outcome.CHALLENGE, "jsl"),
        "antibot_mofcom_403.html": (Outcome.FORBIDDEN, "openresty"),
    }


def home(title: str, meta: str = '<meta name="SiteName" content="x">', links: int = 60) -> Page:
    items = "".join(f'<li><a href="/{at}.html">第{at}条要闻</a></li>' for at in range(links))
    text = f"<html><head><title>{title}</title>{meta}</head><body><ul>{items}</ul></body></html>"
    return Page("https://www.lj.example/a/1.html", 200, "text/html", text, "utf-8", "test")


@pytest.mark.parametrize("title", ["首页", "临江市人民政府", "样例委员会_首页", "样例政府网_门户网站", "样例部 - 网站"])
def test_a_home_page_is_known_by_its_title(title: str) -> None:
    page = home(title)
    assert looks_like_home(page)
    assert home_instead_of_article(page, "https://www.lj.example/a/1.html") is not None
    assert home_instead_of_article(page, "https://www.lj.example/index.html") is None


@pytest.mark.parametrize("page", [
    home("关于渡口安全的通知-临江市人民政府"),
    home("临江市召开会议 - 临江市人民政府门户网站", meta=""),
    home("临江市人民政府", meta='<meta name="ArticleTitle" content="关于渡口安全的通知">'),
    home("政策文件-临江市水利局", meta='<meta name="ColumnName" content="政策文件">'),
    home("临江市人民政府", links=5),
    home(""),
])  # fmt: skip
def test_an_article_or_a_list_is_no_home_page(page: Page) -> None:
    assert home_instead_of_article(page, page.url) is None


def test_an_answer_from_the_root_is_the_home_page() -> None:
    page = Page("https://www.lj.example/", 200, "text/html", "<html><p>样例</p></html>", "utf-8", "test")
    outcome, detail = home_instead_of_article(page, "https://www.lj.example/a/1.html") or ("", "")
    assert (outcome, detail) == (Outcome.CHALLENGE, "the home page came instead of the article")
