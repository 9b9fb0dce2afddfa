"""Rules of matching that a pair of texts alone does not show: addresses, thresholds as data, cards, explanations."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from syndication.clock import day_interval
from syndication.errors import RulesError
from syndication.glossary import Mode
from syndication.matching import Matcher, PostingText, ReleaseText, load_thresholds, same_address
from syndication.matching.marks import DocumentNumber, own_numbers, read_acts, read_number
from syndication.matching.titles import compare_titles, title_form

PAIR = Path(__file__).parent / "pairs" / "copy-plain"
TITLE, _, TEXT = (PAIR / "release.txt").read_text("utf-8").partition("\n")
RELEASE = ReleaseText("r", "https://www.gov.cn/zhengce/content/203105/content_7700001.htm", TITLE, TEXT)
LONG = 1_000


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("https://www.gov.cn/a/b.htm", "http://gov.cn/a/b.htm", True),
        ("https://www.gov.cn/a/b.htm#top", "https://www.gov.cn:443/a/b.htm", True),
        ("https://www.gov.cn/a/index.htm", "https://www.gov.cn/a/", True),
        ("https://www.gov.cn/a/b.htm?id=1", "https://www.gov.cn/a/b.htm?id=2", False),
        ("https://www.gov.cn/a/b.htm", "https://www.haichuan.gov.cn/a/b.htm", False),
        ("", "", False),
        ("javascript:void(0)", "javascript:void(0)", False),
        ("http://[broken", "http://[broken", False),
    ],
)
def test_same_address(a: str, b: str, same: bool) -> None:
    assert same_address(a, b) is same


def test_encoded_addresses_are_followed_twice() -> None:
    once = "https://www.gov.cn/zhengce/content/203105/content_7700001.htm".replace(":", "%3A").replace("/", "%2F")
    for carried in (once, once.replace("%", "%25")):
        found = Matcher([RELEASE]).match(PostingText("p", f"https://a.example/out?to={carried}", "x", read=False))
        assert [(m.mode, m.score) for m in found] == [(Mode.WRAPPED_LINK, 1.0)]


def test_a_body_that_links_to_several_releases_is_a_list() -> None:
    other = ReleaseText("s", "https://www.gov.cn/s.htm", "国务院关于授予青禾水文站集体嘉奖令的决定", "二〇三〇年汛期" * 20)
    page = PostingText("p", "https://a.example/", "最新文件", "详见链接", links=(RELEASE.url, other.url))
    assert Matcher([RELEASE, other]).match(page) == []


def test_card_shows_both_places_of_what_agrees() -> None:
    page = "首页 > 政策\n" + TEXT.replace("（", "(")
    [match] = Matcher([RELEASE]).match(PostingText("p", "https://a.example/", TITLE, page, source="中国政府网"))
    card = json.loads(json.dumps(match.card))
    fragment = card["fragments"][0]
    begin, end = fragment["release"]
    first, last = fragment["page"]
    assert TEXT[begin:end].replace("（", "(") == page[first:last]
    assert card["figures"]["coverage"] == 1.0
    assert card["document_number"] == "国办发〔2031〕17号"
    assert (card["rule"], card["source"]) == (match.rule, "中国政府网")


def test_card_shows_what_differs() -> None:
    changed = TEXT.replace("45%", "35%").replace("3.5米", "2.5米")
    card = Matcher([RELEASE]).explain(PostingText("p", "https://a.example/", TITLE, changed), "r")
    shown = [(TEXT[slice(*c["release_at"])], changed[slice(*c["page_at"])]) for c in card["conflicts"]]
    assert ("4", "3") in shown
    assert ("3", "2") in shown


def test_explanation_says_why_not() -> None:
    page = PostingText("p", "https://a.example/", "全省春耕备耕现场会召开", "会议要求各地抢抓农时，落实好补贴政策。")
    card = Matcher([RELEASE]).explain(page, "r")
    assert (card["rule"], card["fragments"], card["conflicts"]) == ("", [], [])
    with pytest.raises(KeyError):
        Matcher([RELEASE]).explain(page, "unknown")


def test_two_releases_with_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="two releases have the id r"):
        Matcher([RELEASE, RELEASE])


def test_no_releases_no_matches() -> None:
    assert Matcher([]).match(PostingText("p", "https://a.example/", TITLE, TEXT)) == []


@pytest.mark.parametrize(
    ("published", "decided"),
    [(date(2031, 5, 9), [True]), (date(2031, 5, 7), [True]), (date(2031, 5, 2), [False]),
     (date(2029, 5, 2), [False]), (date(1970, 1, 1), [False])],
)
def test_a_posting_cannot_be_older_than_the_paper(published: date, decided: list[bool]) -> None:
    came = datetime(2031, 6, 1, tzinfo=UTC)
    release = ReleaseText("r", RELEASE.url, TITLE, TEXT, issued_on=date(2031, 5, 9), released_at=came)
    page = PostingText("p", "https://a.example/", TITLE, TEXT, published=day_interval(published))
    assert [m.decided for m in Matcher([release]).match(page)] == decided
    link = PostingText("p", RELEASE.url, TITLE, read=False, published=day_interval(published))
    assert [m.mode for m in Matcher([release]).match(link)] == [Mode.LINK]  # no doubt here


def test_a_false_date_excuses_no_other_text() -> None:
    release = ReleaseText("r", RELEASE.url, TITLE, TEXT, issued_on=date(2031, 5, 9))
    early = day_interval(date(2030, 5, 9))
    for text, title in ((TEXT.replace("3.5米", "2.5米"), TITLE), (TEXT[: len(TEXT) // 2], TITLE), (TEXT, "别的标题")):
        assert Matcher([release]).match(PostingText("p", "https://a.example/", title, text, published=early)) == []


NEWS = "\n日前，国务院办公厅发布了《国务院办公厅关于促进城市慢行交通健康发展的指导意见》。"


@pytest.mark.parametrize(
    ("text", "number", "rule"),
    [
        ("", "", "title_no_text"),
        (TITLE, "", "title_no_text"),
        ("扫一扫 打印 关闭", "", "title_no_text"),
        (TITLE + NEWS + "\n附件：意见.pdf", "", "title_no_text"),
        (f"现将《{TITLE}》转发给你们。", "", "title_no_text"),
        (TITLE + NEWS, "", "title"),
        ("本市召开交通工作调度会，听取了各区上月工作的进展，安排了下月的重点任务，要求各单位认真抓好各项工作。", "", "title"),
    ],
)
def test_a_paper_that_is_only_attached_goes_to_a_person(text: str, number: str, rule: str) -> None:
    [match] = Matcher([RELEASE]).match(PostingText("p", "https://a.example/", TITLE, text, document_number=number))
    assert (match.mode, match.rule, match.decided) == (Mode.TITLE_ONLY, rule, rule == "title")


def test_the_number_of_a_page_without_text_is_enough_for_a_person() -> None:
    page = PostingText("p", "https://a.example/", "文件", "", document_number="国办发〔2031〕17号")
    assert [(m.rule, m.decided) for m in Matcher([RELEASE]).match(page)] == [("title_no_text", False)]


@pytest.mark.parametrize(
    "title",
    [
        "国办发〔2031〕17号",
        f"国办发〔2031〕17号 {TITLE}",
        f"{TITLE}（国办发〔2031〕17号）",
        TITLE[:16],
        TITLE.removeprefix("国务院办公厅"),
        "国务院办公厅印发《关于促进城市慢行交通健康发展的指导意见》",
        f"转发{TITLE}",
        f"海川省人民政府办公厅转发{TITLE}的通知",
        TITLE.replace("健康发展", "发展"),
    ],
)
def test_an_unread_page_that_names_the_release_is_neither_match_nor_none(title: str) -> None:
    found = Matcher([RELEASE]).match(PostingText("p", "https://a.example/", title, read=False))
    assert [m.decided for m in found] == [False]


@pytest.mark.parametrize(
    "title",
    [
        f"《{TITLE}》解读",
        f"国务院办公厅有关负责人就《{TITLE}》答记者问",
        f"图解：{TITLE}",
        f"我省贯彻落实{TITLE}",
        "海川省关于促进城市慢行交通健康发展的指导意见",
        "海川省人民政府办公厅关于促进城市慢行交通健康发展的实施意见",
        "国办发〔2031〕18号",
        "国务院办公厅关于促进",
    ],
)
def test_an_unread_look_alike_is_none(title: str) -> None:
    assert Matcher([RELEASE]).match(PostingText("p", "https://a.example/", title, read=False)) == []


def test_a_cut_title_of_several_releases_stands_for_all_of_them() -> None:
    both = [RELEASE, ReleaseText("s", "https://www.gov.cn/s.htm", TITLE.replace("指导意见", "若干政策"), "无" * 80)]
    found = Matcher(both).match(PostingText("p", "https://a.example/", TITLE[:20], read=False))
    assert {(m.release_id, m.decided) for m in found} == {("r", False), ("s", False)}


@pytest.mark.parametrize(
    ("raw", "normal", "cut"),
    [
        ("【转载】国务院关于授予嘉奖令的决定", "国务院关于授予嘉奖令的决定", False),
        ("转载：国务院关于授予嘉奖令的决定（全文）", "国务院关于授予嘉奖令的决定", False),
        ("国务院关于授予嘉奖令的决定（3）", "国务院关于授予嘉奖令的决定", False),
        ("国务院关于授予嘉奖令的决定_国务院文件_某某网", "国务院关于授予嘉奖令的决定", False),
        ("国务院关于授予嘉奖令…", "国务院关于授予嘉奖令", True),
        ("转载", "转载", False),
        ("", "", False),
    ],
)
def test_title_without_what_portals_put_around_it(raw: str, normal: str, cut: bool) -> None:
    form = title_form(raw)
    assert (form.normal, form.cut) == (normal, cut)


@pytest.mark.parametrize(
    ("posting", "release", "same", "rival"),
    [
        ("国务院办公厅关于2031年部分节假日安排的通知", "国务院办公厅关于2032年部分节假日安排的通知", False, "2 ≠ 1"),
        ("关于同意设立青禾综合试验区的批复", "关于同意设立云岭综合试验区的批复", False, "云岭 ≠ 青禾"),
        ("海川省水上浮标管理条例", "水上浮标管理条例", False, "≠ 海川省"),
        ("国务院办公厅关于促进城市慢行交通…", "国务院办公厅关于促进城市慢行交通健康发展的意见", True, ""),
        ("国务院办公厅关于促进城市漫行交通健康发展的意见", "国务院办公厅关于促进城市慢行交通健康发展的意见", True, ""),
        ("转发《水上浮标管理条例》的通知", "水上浮标管理条例", False, ""),
        ("通知", "通知", False, ""),
    ],
)
def test_titles_are_compared_by_what_tells_papers_apart(posting: str, release: str, same: bool, rival: str) -> None:
    figures = compare_titles(title_form(posting), title_form(release))
    assert (figures.same, figures.rival) == (same, rival)


def test_numbers_of_a_papers_own_and_of_those_it_names() -> None:
    text = "关于某事的通知\n国办发［２０３１］１７ 号\n"
    text += "根据《意见》（国发〔2030〕4号）要求，现通知如下。\n发文字号：海政办发〔2031〕33号\n"
    assert own_numbers(text) == [DocumentNumber("国办发", 2031, 17), DocumentNumber("海政办发", 2031, 33)]
    assert read_number("国函〔2031〕第5号") == DocumentNumber("国函", 2031, 5)
    assert read_number("无") is None


def test_acts_under_a_title() -> None:
    text = "条例\n"
    text += "（2011年6月1日国务院令第1号公布　根据2022年3月15日《关于修改部分法规的决定》修订）\n第一条 2031年1月1日起施行。\n"
    assert [(act.day, act.amends) for act in read_acts(text)] == [((2011, 6, 1), False), ((2022, 3, 15), True)]


def test_thresholds_are_data(tmp_path: Path) -> None:
    shipped = (files("syndication") / "defaults/matching.toml").read_text("utf-8")
    own = tmp_path / "matching.toml"
    own.write_text(shipped.replace("full_coverage = 0.95", "full_coverage = 0.99"), "utf-8")
    assert load_thresholds(own).full_coverage == 0.99
    assert load_thresholds().full_coverage == 0.95


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("full_coverage", "ful_coverage"), "full_coverage is missing"),
        (("[full]", "[full]\nnobody = 1"), "nobody reads nobody"),
        (("full_coverage = 0.95", 'full_coverage = "much"'), "full_coverage must be a number"),
        (("passage_distance = 6", "passage_distance = 6.5"), "passage_distance must be a whole number"),
        (("[full]", "[full"), "matching.toml"),
    ],
)
def test_wrong_thresholds_are_named(tmp_path: Path, change: tuple[str, str], reason: str) -> None:
    shipped = (files("syndication") / "defaults/matching.toml").read_text("utf-8")
    own = tmp_path / "matching.toml"
    own.write_text(shipped.replace(*change), "utf-8")
    with pytest.raises(RulesError, match=reason):
        load_thresholds(own)
