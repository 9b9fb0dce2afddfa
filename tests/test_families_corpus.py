"""The lists and home pages of the corpus, with counts and titles that were read by eye; the corpus is not in the repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from families_reading import page_of

from spiders.families import family_of, recognise
from spiders.families.home import read_home
from spiders.families.json_list import read_zuixin
from syndication.errors import UnreadablePage
from syndication.glossary import ColumnState
from syndication.items import Page

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")


def saved(name: str, url: str) -> Page:
    return page_of((CORPUS / name).read_text(encoding="utf-8"), url, "2026-09-15T00:00:00Z")


def test_ndrc_takes_no_interpretations() -> None:
    page = saved("pages/ndrc_list_fzggwl_202607.html", "https://www.ndrc.gov.cn/xxgk/zcfb/fzggwl/index.html")
    listing = family_of("html").read(page, {})
    assert len(listing.rows) == 12
    assert listing.rows[0].url == "https://www.ndrc.gov.cn/xxgk/zcfb/fzggwl/202607/t20260731_1406815.html"
    assert listing.rows[0].title == "《国家发展改革委关于修改、废止一批规章和行政规范性文件的决定》 2026年第45号令"
    assert listing.rows[1].declared is not None
    assert listing.rows[1].declared.raw == "2026/07/17"
    assert listing.rows[-1].title == "《天然气利用管理办法》 2024年第21号令"
    assert not any("/jd/" in row.url or row.pinned for row in listing.rows)
    assert listing.next is not None
    assert listing.next.url == "https://www.ndrc.gov.cn/xxgk/zcfb/fzggwl/index_1.html"
    chosen = family_of("html").read(page, {"css": "ul.u-list > li"})
    assert chosen.rows == listing.rows


def test_hebei_has_one_pinned_row() -> None:
    page = saved("pages/hebei_zrzy_list_202609.html", "https://zrzy.hebei.gov.cn/heb/xinwen/stdt/index.html")
    listing = family_of("html").read(page, {})
    assert len(listing.rows) == 20
    assert [row.title for row in listing.rows if row.pinned] == ["河北：举报矿产资源违法线索有奖励"]
    assert listing.rows[1].title == "我省在第二届全国不动产登记技能竞赛中载誉而归"
    assert listing.rows[-1].title == "河北省自然资源厅加快推进“一张图”建设"
    assert all(row.declared and row.declared.source == "list" for row in listing.rows)
    assert listing.next is not None
    assert listing.next.url == "https://zrzy.hebei.gov.cn/heb/xinwen/stdt/index_2.html"


def test_home_page_of_gov_cn() -> None:
    page = saved("pages/govcn_home_20230927_saved.html", "https://www.gov.cn/")
    reading = read_home(page, ["国务院重要政策信息", "国务院信息"])
    titles = [row.title for row in reading.rows]
    assert len(titles) == 47
    assert titles[0] == "中共中央政治局召开会议 中共中央总书记习近平主持会议"
    assert "国务院办公厅印发《保障农民工工资支付工作考核办法》" in titles
    assert {"国务院批复同意山东省、", "山西省国土空间规划"} <= set(titles)
    assert reading.column.state is ColumnState.NO_ENTRY


def test_new_policies() -> None:
    rows = read_zuixin(
        saved("api/govcn_ZUIXINZHENGCE_head25_20260727.json", "https://www.gov.cn/zhengce/zuixin/Z.json")
    )
    assert len(rows) == 25
    assert rows[1].title == "国办印发《关于国务院行政复议案件处理程序的若干规定》的通知"
    assert rows[-1].url == "https://www.gov.cn/zhengce/content/202606/content_7071451.htm"


def test_datasource_of_nea() -> None:
    page = saved("api/nea_datasource_excerpt_202609.json", "https://www.nea.gov.cn/xwzx/ds_8839d76f.json")
    first, second = family_of("xinhua_ds").read(page, {}).rows
    assert (first.title, first.url) == (
        "5年再增约10亿“风光”意味着什么",
        "https://www.nea.gov.cn/20260911/69011dd21bcc4722ad27d6e43083b277/c.html",
    )
    assert second.declared is not None
    assert (second.declared.raw, second.declared.precision) == ("2026-09-04 15:08:27", "second")
    assert recognise(page) == ["xinhua_ds"]


@pytest.mark.parametrize("name", ["antibot_jsl_challenge1_mps.html", "antibot_mofcom_403.html"])
def test_what_blocks_a_look_is_no_list_and_no_home_page(name: str) -> None:
    page = saved(f"pages/{name}", "https://www.mps.gov.cn/")
    assert recognise(page) == []
    with pytest.raises(UnreadablePage):
        read_home(page, ["国务院信息"])


@pytest.mark.parametrize(
    "name",
    ["jiangxi_art_14075_1574386.html", "shanxi_prov_article_20190918.html", "nfra_article_rendered_20240712.html",
     "govcn_gongbao_2007_article.html", "zj_fgw_hanweb_article_20161122.html"],
)  # fmt: skip
def test_articles_are_no_lists(name: str) -> None:
    assert "html" not in recognise(saved(f"pages/{name}", "https://www.example.cn/a/b.html"))
