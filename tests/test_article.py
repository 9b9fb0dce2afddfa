"""Articles: our own saved pages against the reading that stands beside them, the pages of the corpus, and the traps."""

from __future__ import annotations

import csv
import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

from syndication.article import normal_number, read_article
from syndication.article.body import without_furniture
from syndication.article.numbers import own_number
from syndication.clock import beijing_text, read_declared
from syndication.decode import decode_page
from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Article, Page, Row
from syndication.parse import parse_command, parse_file

PAGES = Path(__file__).parent / "pages"
LOOKED_AT = datetime(2024, 12, 1, tzinfo=UTC)
PROSE = "为落实上级部署，现就做好水库巡查和渡口安全工作提出以下意见，请结合本地实际认真贯彻执行，确保汛期平稳。"


def article_of(markup: str, url: str = "https://www.lj.example/xw/1.html", row: Row | None = None) -> Article:
    return read_article(Page(url, 200, "text/html", markup, "utf-8", "test", LOOKED_AT), row=row)


def outcome_of(markup: str) -> Outcome:
    try:
        article_of(markup)
    except UnreadablePage as problem:
        return problem.outcome
    return Outcome.OK


def page_with(head: str = "", above: str = "", body: str = f"<p>{PROSE}</p>", title: str = "渡口安全意见") -> str:
    return f'<html><head><title>{title}</title>{head}</head><body>{above}<div id="zoom">{body}</div></body></html>'


# --- saved pages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("saved", sorted(PAGES.glob("*.html")), ids=lambda path: path.stem)
def test_a_saved_page_reads_as_a_person_has_read_it(saved: Path) -> None:
    read = parse_file(saved, f"https://www.lj.example/xw/202405/{saved.name}", None, LOOKED_AT)
    expected = saved.with_suffix(".json")
    if not expected.exists():
        expected.write_text(json.dumps(read, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        pytest.fail(f"{expected} was written: read it, then run again")
    assert read == json.loads(expected.read_text(encoding="utf-8"))


def test_an_article_is_not_made_of_a_list_or_a_home_page() -> None:
    for name, outcome in (("list_in_a_content_place", Outcome.LAYOUT_CHANGED),
                          ("home_instead_of_the_article", Outcome.CHALLENGE),
                          ("challenge_jsl", Outcome.CHALLENGE)):  # fmt: skip
        body = (PAGES / f"{name}.html").read_bytes()
        with pytest.raises(UnreadablePage) as caught:
            read_article(decode_page("https://www.lj.example/a/1.html", 200, {}, body))
        assert caught.value.outcome is outcome


# --- the corpus -------------------------------------------------------------------------------------------------

J = "江西省市场监督管理局"
CORPUS_ARTICLES = {  # file: beginning of the title, time, source, document number
    "govcn_gongbao_2007_article": ("全国人民代表大会常务委员会关于批准财政部发行特别国债", "2007-08-20", "", ""),
    "jiangxi_art_14075_1574386": ("中共江西省市场监督管理局党组关于", "2020-02-28", J, "赣市监党组〔2020〕16号"),
    "jiangxi_art_14236_1505204": ("解读《关于金融支持防控", "2020-02-13 22:22", "", ""),
    "jiangxi_art_14236_1508410": ("解读《江西省2020年国民经济", "2020-02-20 11:42", "", ""),
    "jiangxi_art_14236_1509135": ("解读《进一步创新优化“赣服通”", "2020-02-18 16:57", "", ""),
    "jiangxi_art_18825_1496018": ("江西省消保委发布", "2020-02-06 09:49", J, ""),
    "jiangxi_art_18830_1514486": ("江西省市场监督管理局食品安全", "2020-02-26 09:26", J, ""),
    "jiangxi_art_18830_1579802": ("江西省市场监督管理局关于新型", "2020-03-12 16:43", J, ""),
    "jiangxi_art_4969_1497540": ("江西省人民政府办公厅印发关于金融", "2020-02-09 21:14", "", "赣府厅字〔2020〕14号"),
    "jiangxi_art_4969_1506197": ("江西省人民政府办公厅关于对当前", "2020-02-17 10:13", "", "赣府厅明〔2020〕20号"),
    "jiangxi_art_4975_1503934": ("江西省人民政府办公厅关于新时代", "2020-02-13 15:04", "", "赣府厅发〔2020〕4号"),
    "jiangxi_art_4975_1515154": ("江西省人民政府关于抢时间", "2020-03-02 18:44", "", "赣府发〔2020〕6号"),
    "jiangxi_art_4975_1533696": ("江西省人民政府办公厅关于加快", "2020-03-06 11:32", "", "赣府厅发〔2020〕7号"),
    "jiangxi_art_4975_1566875": ("江西省人民政府关于修改《江西", "2020-03-10 07:54", "", "省政府令第223号"),
    "jiangxi_art_4975_1602177": ("江西省人民政府办公厅印发关于完善", "2020-03-19 08:50", "", "赣府厅发〔2020〕10号"),
    "jiangxi_art_5358_1580134": ("2020年全省粮食", "2020-03-13 10:55", "省粮食和物资储备局", "赣粮办发〔2020〕3号"),
    "jiangxi_art_5400_1505309": ("关于疫情防控期间", "2020-02-14 10:44", J, "赣市监新冠〔2020〕21号"),
    "jiangxi_art_5400_1512993": ("江西省市场监管局办公室", "2020-02-24", J, "赣市监办〔2020〕5号"),
    "jiangxi_art_5400_1580152": ("2020年计量标准器具", "2020-03-12", J, ""),
    "jiangxi_art_5400_1597952": ("2020年法定计量检定", "2020-03-18", J, ""),
    "jiangxi_art_5408_1590243": ("江西省市场监管局印发《关于有效", "2020-02-12", J, "赣市监综〔2020〕1号"),
    "nfra_article_rendered_20240712": ("国家金融监督管理总局行政处罚", "2024-07-12 17:33", "保险和非银机构检查局",
                                       "金罚决字〔2024〕36号"),
    "shanxi_prov_article_20190918": ("山西品牌丝路行（南美站）正式启动", "2019-09-18 06:23", "山西日报", ""),
    "zj_fgw_hanweb_article_20161122": ("1-10月德清县固定资产", "2016-11-22 09:53", "省发改委", ""),
}  # fmt: skip
GOVCN_2018 = {  # number in the address: document number, 成文日期
    5350427: ("国办发〔2018〕115号", "2018-12-04"), 5350734: ("国办发〔2018〕121号", "2018-12-11"),
    5351177: ("国令第707号", "2018-12-18"), 5351181: ("国发〔2018〕41号", "2018-12-13"),
    5351573: ("国办函〔2004〕88号", "2004-12-17"), 5351586: ("国办函〔2005〕69号", "2005-07-14"),
    5351590: ("国办函〔2006〕69号", "2006-09-07"), 5351593: ("国办函〔2006〕70号", "2006-09-07"),
    5351596: ("国办函〔2006〕71号", "2006-09-07"), 5351598: ("国办函〔2006〕82号", "2006-10-18"),
    5351607: ("国办函〔2005〕21号", "2005-03-03"), 5351624: ("国办函〔2004〕36号", "2004-04-17"),
    5351649: ("国办函〔2004〕80号", "2004-11-04"), 5351671: ("国办函〔2004〕71号", "2004-10-15"),
    5351707: ("国办函〔2004〕57号", "2004-08-12"), 5351713: ("国办发〔1996〕2号", "1996-02-05"),
    5351718: ("国办发〔1996〕25号", "1996-06-29"), 5352010: ("国办发〔2018〕124号", "2018-12-18"),
    5352666: ("国办发〔2018〕123号", "2018-12-07"), 5353307: ("国发〔2018〕43号", "2018-12-21"),
    5353308: ("国发〔2018〕42号", "2018-12-21"),
}  # fmt: skip


def printed(article: Article) -> str:
    if article.declared is None:
        return ""
    moment = beijing_text(article.declared.interval.earliest)
    return moment[:10] if article.declared.precision == "day" else moment


def test_every_article_of_the_corpus_reads_right(corpus) -> None:
    for name, (title, when, source, number) in CORPUS_ARTICLES.items():
        body = (corpus / "pages" / f"{name}.html").read_bytes()
        article = read_article(decode_page("http://www.x.example/a/1.html", 200, {}, body))
        assert article.title.startswith(title), name
        assert (printed(article), article.source, article.document_number) == (when, source, number), name
        assert "扫一扫" not in article.text, name
        assert "相关解读" not in article.text, name
        assert "发布时间" not in article.text[:50], name


def test_every_paper_of_2018_reads_right(corpus) -> None:
    for name, (number, issued) in GOVCN_2018.items():
        path = corpus / "pages" / "govcn_2018" / f"content_{name}.html"
        article = read_article(decode_page("https://www.gov.cn/zhengce/content/1.htm", 200, {}, path.read_bytes()))
        assert (article.document_number, str(article.issued_on)) == (number, issued), name
        assert article.issuer.startswith("国务院"), name
        assert article.title in re.sub(r"\s", "", article.text), name  # split over lines in the body
        assert printed(article).startswith("2018-12-"), name
        assert article.declared is not None
        assert article.declared.source == "label", name


def test_the_other_pages_of_the_corpus_are_no_articles(corpus) -> None:
    kinds = {}
    for path in sorted([*corpus.glob("pages/*_list_*.html"), *corpus.glob("pages/antibot_*.html")]):
        read = parse_file(path, "https://www.x.example/a/", None, LOOKED_AT)
        kinds[path.stem.split("_")[0] + path.stem[-3:]] = (read["kind"], read["outcome"], len(read.get("rows", ())))
    home = parse_file(corpus / "pages" / "govcn_home_20230927_saved.html", "https://www.x.example/h", None, LOOKED_AT)
    assert kinds == {"ndrc607": ("list", "ok", 12), "hebei609": ("list", "ok", 20),
                     "antibotmps": ("block", "challenge", 0), "antibot403": ("block", "forbidden", 0)}  # fmt: skip
    assert (home["kind"], home["family"]) == ("list", "home")


def replayed(corpus: Path, wanted: set[str]) -> dict[str, Article]:
    found: dict[str, Article] = {}
    for path in sorted(corpus.glob("replay-2018-12/*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                url = record.rec_headers["WARC-Target-URI"] if record.rec_type == "response" else ""
                if url in wanted and url not in found:
                    headers = dict(record.http_headers.headers)
                    body = record.content_stream().read()
                    found[url] = read_article(decode_page(url, 200, headers, body))
    return found


def test_republications_in_the_replay_are_the_releases_word_for_word(corpus) -> None:
    with (corpus / "replay-2018-12" / "truth.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["scenario"].startswith(("copy", "backdated"))]
    articles = replayed(corpus, {row["page_url"] for row in rows} | {row["release_url"] for row in rows})
    assert len(rows) == 21
    for row in rows:
        posting, release = articles[row["page_url"]], articles[row["release_url"]]
        assert printed(posting) == row["declared"], row["page_url"]
        assert posting.title == release.title
        assert posting.document_number == release.document_number == row["document_number"]
        assert posting.text == release.text
        assert posting.source in {"中国政府网", "国务院办公厅", ""}
        released = beijing_text(release.declared.interval.earliest, seconds=True)
        assert released == row["released_at"][:19].replace("T", " ")


# --- times ------------------------------------------------------------------------------------------------------

ROW = Row("https://www.lj.example/xw/1.html", "渡口安全意见", read_declared("2024-05-09 08:30", "list"))


@pytest.mark.parametrize(("head", "above", "url", "row", "expected"), [
    ('<meta name="PubDate" content="2024-05-06 09:12">', "发布时间：2024-05-07 10:00", "/t20240508_1.html", ROW,
     ("2024-05-06 09:12", "meta")),
    ('<META NAME=\'publishdate\' content="2024-05-06 09:12:13">', "", "/1.html", None, ("2024-05-06 09:12", "meta")),
    ('<meta name="PubDate" content="null"><meta name="PubDate" content="2024-05-06">', "", "/1.html", None,
     ("2024-05-06", "meta")),
    ("", "<p>发布时间：2024-05-07 10:00</p>", "/t20240508_1.html", ROW, ("2024-05-07 10:00", "label")),
    ("", "<dl><dt>发布日期：</dt><dd>2024年5月7日</dd></dl>", "/1.html", None, ("2024-05-07", "label")),
    ("", "<p>[ 索引号 ] 1 [ 发布日期 ]：2024-05-07</p>", "/1.html", None, ("2024-05-07", "label")),
    ("", "<div>2024-05-07 16:05　来源：临江日报</div>", "/1.html", None, ("2024-05-07 16:05", "label")),
    ("", "<div>来源：临江日报 2024-05-07 16:05</div>", "/1.html", None, ("2024-05-07 16:05", "label")),
    ("", "<span id='pubtime'>2024年05月07日 16:05</span>", "/1.html", None, ("2024-05-07 16:05", "label")),
    ("", "<i alt='发布时间：2019-01-01 01:01'></i>", "/1.html", ROW, ("2024-05-09 08:30", "list")),
    ("", "<p style='display: none'>发布时间：2019-01-01</p>", "/1.html", ROW, ("2024-05-09 08:30", "list")),
    ("", "<p>成文日期：2024-05-01</p>", "/art/2024/5/8/art_1.html", ROW, ("2024-05-09 08:30", "list")),
    ("", "", "/202405/t20240508_1.html", None, ("2024-05-08", "url")),
    ("", "", "/art/2024/5/8/art_1_2.html", None, ("2024-05-08", "url")),
    ("", "", "/content/2024-05/08/content_1.htm", None, ("2024-05-08", "url")),
    ("", "", "/t20991231_1.html", None, None),  # no day after the look
    ("", "", "/n100/1.html", None, None),
    ('<meta name="PubDate" content="2024-05-09 00:00">', "", "/1.html", ROW, ("2024-05-09 08:30", "list")),
    ('<meta name="PubDate" content="2024-05-08 00:00">', "", "/1.html", ROW, ("2024-05-08", "meta")),
    ('<meta name="PubDate" content="2024-05-06 09:12"><meta name="Maketime" content="2024-05-06 09:12:40">', "",
     "/t20240506_1.html", None, ("2024-05-06", "url")),
    ('<meta name="PubDate" content="2024-05-06 09:12"><meta name="Maketime" content="2024-05-06 09:12:40">', "",
     "/1.html", None, None),
    ('<meta name="firstpublishedtime" content="2024-05-06-09:12:40">'
     '<meta name="others" content="页面生成时间 2024-05-06 09:12:40">', "", "/1.html", None, ("2024-05-06 09:12", "meta")),
])  # fmt: skip
def test_declared_time(head: str, above: str, url: str, row: Row | None, expected: tuple[str, str] | None) -> None:
    article = article_of(page_with(head, above), f"https://www.lj.example{url}", row)
    found = (printed(article), article.declared.source) if article.declared else None
    assert found == expected


def test_a_meeting_in_the_text_is_no_publication() -> None:
    text = f"<p>{PROSE}</p>" * 9 + "<p>时间：2023-01-02 09:00</p><p>发布时间：2023-01-02</p>"
    assert article_of(page_with(body=text)).declared is None


# --- titles, sources, numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("head", "above", "title", "expected"), [
    ('<meta name="ArticleTitle" content="关于渡口的意见">', "<h1>别的</h1>", "x", "关于渡口的意见"),
    ('<meta name="ArticleTitle" content="{{data.title}}">', "<h1>关于渡口<br>的意见</h1>", "x", "关于渡口的意见"),
    ('<meta name="ArticleTitle" content="关于渡口…">', "<h1>关于渡口的意见</h1>", "x", "关于渡口的意见"),
    ('<meta name="SiteName" content="临江市"><meta name="ArticleTitle" content="临江市">',
     "<div class='con-title'><p>关于渡口</p> <p><span>安全的意见</span></p></div>", "临江市", "关于渡口安全的意见"),
    ("", "<h1 id='ti'>关于渡口&nbsp;安全的意见</h1>", "x", "关于渡口 安全的意见"),
    ("", "", "关于渡口安全的意见_国务院部门文件_样例政府网", "关于渡口安全的意见"),
    ("", "", "关于渡口安全的意见-政策文件-临江市水利局", "关于渡口安全的意见-政策文件"),
    ('<meta name="ColumnName" content="政策文件">', "", "关于渡口的意见-政策文件-临江市水利局", "关于渡口的意见"),
    ('<meta name="SiteName" content="临江市人民政府"><meta name="ColumnName" content="政策 文件">', "",
     "临江市人民政府 政策 文件 关于渡口安全的意见", "关于渡口安全的意见"),
    ("", "", "2024年10－12月渡口—水库工作", "2024年10－12月渡口—水库工作"),
])  # fmt: skip
def test_title(head: str, above: str, title: str, expected: str) -> None:
    assert article_of(page_with(head, above, title=title)).title == expected


def test_the_row_gives_the_title_that_the_page_lacks() -> None:
    assert article_of(page_with(title=""), row=ROW).title == "渡口安全意见"
    with pytest.raises(UnreadablePage, match="no title"):
        article_of(page_with(title=""))


@pytest.mark.parametrize(("above", "expected"), [
    ("<span>信息来源：中国政府网</span>", "中国政府网"),
    ("<span>发布日期：2026-06-02 　信息来源：中国政府网</span>", "中国政府网"),
    ("<div>来源：新华社 作者：某某 浏览次数：12 【字体：大 中 小】</div>", "新华社"),
    ("<div>来源：国务院办公厅　时间：2024-05-06 打印</div>", "国务院办公厅"),
    ("<div>2024-05-06 10:00 来源: 中国政府网 | 打印</div>", "中国政府网"),
    ("<td><b>来　源：</b></td><td>临江市 政府办</td>", "临江市 政府办"),
    ("<div>来源：</div><div>临江日报</div>", "临江日报"),
    ("<span>来源：{{data.docSource}}</span>", ""),
    ("<span>来源：无</span>", ""),
    ("<span alt='来源：模板'></span>", ""),
    ("", ""),
])  # fmt: skip
def test_source(above: str, expected: str) -> None:
    assert article_of(page_with(above=f"<div>{above}</div>")).source == expected


@pytest.mark.parametrize(("raw", "expected"), [
    ("国办发〔2018〕115号", "国办发〔2018〕115号"),
    ("国办发[2018]115号", "国办发〔2018〕115号"),
    ("国办发（２０１８）１１５号", "国办发〔2018〕115号"),
    ("国办发【2018】第115号", "国办发〔2018〕115号"),
    ("国办发 〔 2018 〕 005 号", "国办发〔2018〕5号"),
    ("国令第707号", "国令第707号"),
    ("中华人民共和国国务院令\u3000第707号", "国令第707号"),
    ("国务院令第707号", "国令第707号"),
    ("国家发展改革委令2026年第44号", "国家发展改革委令〔2026〕44号"),
    ("江西省人民政府令第223号", "江西省人民政府令第223号"),
    ("根据国发〔2018〕41号文件", ""),
    ("2018年第12号", ""),
    ("无", ""),
    ("", ""),
])  # fmt: skip
def test_normal_number(raw: str, expected: str) -> None:
    assert normal_number(raw) == expected


@pytest.mark.parametrize(("table", "title", "body", "expected"), [
    ("国发〔2018〕41号", "", ["国办发〔2018〕1号"], "国发〔2018〕41号"),
    ("", "关于渡口的意见", ["关于渡口的意见", "（国发[2018]41号）", PROSE], "国发〔2018〕41号"),
    ("", "渡运条例", ["中华人民共和国国务院令", "第 990 号", PROSE], "国令第990号"),
    ("", "关于渡口的意见", ["各省：", PROSE * 2, "国发〔2018〕41号"], ""),  # below the text
    ("", "关于渡口的意见", ["按照国发〔2018〕41号要求，现通知如下。"], ""),  # within a sentence
    ("", "处罚决定（样罚字〔2024〕3号）", [PROSE], "样罚字〔2024〕3号"),
    ("", "转发渡口意见的通知（国发〔2018〕41号）", [PROSE], ""),
    ("", "转发国发〔2018〕41号的通知", [PROSE], ""),
    ("/", "", [], ""),
])  # fmt: skip
def test_own_number(table: str, title: str, body: list[str], expected: str) -> None:
    assert own_number(table, title, body) == expected


# --- body, links ------------------------------------------------------------------------------------------------


def test_furniture_goes_and_text_stays() -> None:
    kept = ["国务院", "2018年12月4日", "（此件公开发布）", "附件：名单", "日期：另行通知", "作者单位：略", "大中小学校"]
    gone = ["您当前的位置：首页 > 要闻", "发布时间：2024-05-06 来源：中国政府网", "【字体：大 中 小】", "打印本页 关闭窗口",
            "扫一扫在手机打开当前页", "责任编辑：某某", "上一篇：旧闻", "2024-05-06 10:00"]  # fmt: skip
    assert list(without_furniture(gone[:4] + kept + gone[4:])) == kept
    assert list(without_furniture([PROSE, "相关链接：", "一图读懂", "解读二"])) == [PROSE]


def test_one_line_a_paragraph_and_a_row() -> None:
    body = (
        "<p>第一段<span>续</span></p>第二段<br>第三段<div>第四段</div><!-- 注 -->"
        "<table><tr><th>渡口</th><th>载客</th></tr><tr><td><p>东渡</p></td><td>40<br>人</td></tr></table>"
        "<script>var x=1;</script><p style='display:none'>隐藏</p><ul><li>第五段</li><li>第六段</li></ul>"
    )
    lines = ["第一段续", "第二段", "第三段", "第四段", "渡口\t载客", "东渡\t40 人", "第五段", "第六段"]
    assert article_of(page_with(body=body)).text.split("\n") == lines


def test_a_text_in_several_parts_is_read_whole() -> None:
    parts = "".join(f'<div class="TRS_Editor"><p>{at}、{PROSE}</p></div>' for at in "一二三")
    article = article_of(f"<html><title>渡口安全意见</title><div class='w'>{parts}</div></html>")
    assert [line[0] for line in article.text.split("\n")] == ["一", "二", "三"]


@pytest.mark.parametrize(("markup", "target"), [
    (page_with(body='<a href="//www.gov.cn/a.htm">渡口安全意见</a>'), "https://www.gov.cn/a.htm"),
    (page_with(body="https://www.gov.cn/a.htm"), "https://www.gov.cn/a.htm"),
    (page_with(body='<p>点击查看原文：</p><a href="/b.html"><b>渡口</b></a>'), "https://www.lj.example/b.html"),
    (page_with(body=f'<p>{PROSE}</p><a href="https://www.gov.cn/a.htm">链接</a>'), ""),
    (page_with(body='<a href="/a.pdf">渡口安全意见.pdf</a>'), ""),
    (page_with(body='<img src="1.jpg"><a href="/b.html">渡口安全意见</a>'), ""),
    (page_with(body='<a href="/b.html">一</a><a href="/c.html">二</a>'), ""),
    (page_with(body="<script>location.replace('/b.html')</script>"), "https://www.lj.example/b.html"),
    (page_with(head="<script>function go(){location.href='/s'}</script>"), ""),
    (page_with(head="<script>window.location.href='/xw/1.html'+location.search</script>"), ""),
    (f"<title>渡口</title><p>{PROSE * 9}</p><div id='zoom'></div><script>top.location='/b.html'</script>",
     "https://www.lj.example/b.html"),
    ("<title>渡口</title><script>window.location='https://www.gov.cn/a.htm';</script>", "https://www.gov.cn/a.htm"),
    ("<title>渡口</title><script>window.open('/b.html','_self')</script>", "https://www.lj.example/b.html"),
    ("<title>渡口</title><meta http-equiv=refresh content='3;url=/b.html'>", "https://www.lj.example/b.html"),
    (page_with(head='<meta http-equiv="refresh" content="300">'), ""),
    (page_with(head='<meta http-equiv="refresh" content="300;url=https://www.lj.example/xw/1.html">'), ""),
])  # fmt: skip
def test_where_a_page_leads_on(markup: str, target: str) -> None:
    assert article_of(markup).target == target


def test_links_are_absolute_and_files_are_told_apart() -> None:
    body = (
        f'<p>{PROSE}</p><a href="a.html">a</a><a href="/f/x.PDF">x</a>'
        '<a href="javascript:void(0)">j</a><a href="#top">t</a>'
        '<a href="//www.gov.cn/b.htm">b</a><a href="mailto:a@b.c">m</a><a href="http://[bad">bad</a>'
        '<a href="/down.jsp?f=a&amp;name=y.docx">y</a><div class="share"><a href="http://weibo.example/">w</a></div>'
    )
    article = article_of(page_with("<base href='https://www.lj.example/base/'>", body=body))
    files = ("https://www.lj.example/f/x.PDF", "https://www.lj.example/down.jsp?f=a&name=y.docx")
    assert article.attachments == files
    assert article.links == ("https://www.lj.example/base/a.html", files[0], "https://www.gov.cn/b.htm", files[1])


@pytest.mark.parametrize(("markup", "outcome"), [
    ("", Outcome.EMPTY), (" \n ", Outcome.EMPTY), ("<!-- -->", Outcome.EMPTY),
    ("<html><title>渡口</title><body>短</body></html>", Outcome.LAYOUT_CHANGED),
])  # fmt: skip
def test_nothing_to_read_is_said(markup: str, outcome: Outcome) -> None:
    with pytest.raises(UnreadablePage) as caught:
        article_of(markup)
    assert caught.value.outcome is outcome


# --- hostile markup ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("markup", [
    "<div>" * 2_000_000,
    page_with(body="<table><tr><td>" * 500_000),
    page_with(above="<h1>" * 2000 + "<h1>x</h1>" * 20_000),
    page_with(above='<div class="content share zoom">' * 2000 + f"<p>{PROSE}</p>" * 2000),
    page_with(above="<!--<$[标题]>begin-->" * 50_000),
    page_with(body='<img src="data:image/png;base64,' + "A" * 5_000_000 + f'"><p>{PROSE}</p>'),
    "<title>" + "a-" * 500_000 + "</title>" + page_with(),
    "<" * 3_000_000,
], ids=["nested", "tables", "headings", "places", "comments", "inlined", "title", "brackets"])  # fmt: skip
def test_hostile_markup_ends_in_bounded_time(markup: str) -> None:
    began = time.perf_counter()
    assert outcome_of(markup) in {Outcome.OK, Outcome.LAYOUT_CHANGED}
    assert time.perf_counter() - began < 20


def test_a_text_below_hundreds_of_open_tags_is_read() -> None:
    assert article_of(page_with(body="<font>" * 600 + PROSE)).text == PROSE


# --- the command ------------------------------------------------------------------------------------------------


def test_parse_prints_json_and_names_a_wrong_family() -> None:
    page = str(PAGES / "list_in_a_content_place.html")
    url = ["--url", "https://www.lj.example/tb/", "--looked-at", "2024-05-01 08:00"]
    printed_json = CliRunner().invoke(parse_command, [page, *url, "--family", "html"])
    assert printed_json.exit_code == 0, printed_json.output
    read = json.loads(printed_json.output)
    assert (read["outcome"], read["kind"], len(read["rows"])) == ("ok", "list", 12)
    assert read["rows"][0]["declared"]["time"] == "2024-04-01"
    wrong = CliRunner().invoke(parse_command, [page, *url, "--family", "nonsense"])
    assert wrong.exit_code == 2
    assert "no such family" in wrong.output
    assert CliRunner().invoke(parse_command, [page, "--url", "x", "--looked-at", "soon"]).exit_code == 2


def test_parse_reads_the_lists_of_the_push_side_too(corpus):
    from syndication.parse import parse_file

    path = corpus / "api" / "govcn_ZUIXINZHENGCE_head25_20260727.json"
    looked_at = datetime(2026, 7, 27, tzinfo=UTC)
    said = parse_file(path, "https://www.gov.cn/zhengce/zuixin/ZUIXINZHENGCE.json", None, looked_at)
    assert (said["outcome"], said["family"], len(said["rows"])) == ("ok", "zuixin", 25)
