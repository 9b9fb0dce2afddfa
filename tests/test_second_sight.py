"""The second sight: carried pages that are withdrawn, altered, or only dressed anew; over real sockets, killed and replayed."""

from __future__ import annotations

import json
import signal
import time
from datetime import timedelta

import pytest
from conftest import ROOT
from tampering import Tampered, page, registry_of, reworded, run, start
from test_replay import content, data_from

from syndication.clock import from_text
from syndication.decode import decode_page
from syndication.errors import RulesError
from syndication.glossary import Finding, Flag
from syndication.rehearsal.build import build
from syndication.rehearsal.live import serving
from syndication.rules import load_rules
from syndication.second_sight import Comparison, Seen, compare, due, gone, judge_look, proven
from syndication.store import open_database

# --- what is due, and what looks prove together --------------------------------------------------------------------

FIRST_SEEN = from_text("2026-03-01T12:15:00Z")
DAYS = (1, 7, 30)


def later(hours):
    return FIRST_SEEN + timedelta(hours=hours)


def looks(*found):
    return [Seen(later(hours), Finding(word)) for hours, word in found]


DUE = {
    # name: (looks so far, hours since the first sight, what is due)
    "the same night": ([], 12, ""),
    "a night that begins a little early": ([], 22, "day 1"),
    "the next night": ([], 24, "day 1"),
    "done": (looks((24, "same")), 48, ""),
    "it could not be seen: once more": (looks((24, "unseen")), 48, "day 1"),
    "it could not be seen for days: the week comes next": (looks((24, "unseen")), 24 * 6.5, ""),
    "a week": (looks((24, "same")), 24 * 7, "day 7"),
    "a week, though the first night was missed": ([], 24 * 7, "day 7"),
    "a month": (looks((24, "same"), (24 * 7, "same")), 24 * 30, "day 30"),
    "after the month": (looks((24, "same"), (24 * 7, "same"), (24 * 30, "same")), 24 * 31, ""),
    "long after the month nothing is made up for": ([], 24 * 36, ""),
    "gone: asked again before anybody is told": (looks((24, "gone")), 48, "confirm"),
    "altered: asked again": (looks((24, "altered")), 36, "confirm"),
    "two looks within hours are one hiccup": (looks((24, "gone")), 28, ""),
    "gone and confirmed": (looks((24, "gone"), (48, "gone")), 72, ""),
    "gone, and then it could not be seen": (looks((24, "gone"), (48, "unseen")), 72, "confirm"),
    "gone on the last day": (looks((24 * 30, "gone")), 24 * 31, "confirm"),
}


@pytest.mark.parametrize("name", DUE)
def test_due(name):
    seen, hours, step = DUE[name]
    assert due(FIRST_SEEN, seen, DAYS, later(hours)) == step


def test_days_are_data(tmp_path):
    shipped = (ROOT / "data" / "rules.toml").read_text(encoding="utf-8")
    assert load_rules(tmp_path).second_sight_days == (1, 7, 30)
    for given, days in (("[2, 14]", (2, 14)), ("[]", ())):
        (tmp_path / "rules.toml").write_text(shipped.replace("[1, 7, 30]", given), encoding="utf-8")
        assert load_rules(tmp_path).second_sight_days == days
        assert due(FIRST_SEEN, [], days, later(24)) == ""
    for wrong in ("[7, 1]", "[0, 7]", "[1.5]", '"daily"'):
        (tmp_path / "rules.toml").write_text(shipped.replace("[1, 7, 30]", wrong), encoding="utf-8")
        with pytest.raises(RulesError, match=r"second_sight\.after_days"):
            load_rules(tmp_path)


PROVEN = {
    "nothing found": (looks((24, "same"), (168, "same")), {}),
    "gone once": (looks((24, "gone")), {}),
    "gone twice": (looks((24, "gone"), (48, "gone")), {Flag.WITHDRAWN: (24, 48)}),
    "gone twice within hours": (looks((24, "gone"), (27, "gone")), {}),
    "gone, not seen, gone": (looks((24, "gone"), (48, "unseen"), (72, "gone")), {Flag.WITHDRAWN: (24, 72)}),
    "gone, there again, gone": (looks((24, "gone"), (48, "same"), (72, "gone")), {}),
    "withdrawn and put up again": (looks((24, "gone"), (48, "gone"), (168, "same")), {}),
    "altered twice": (looks((24, "altered"), (48, "altered")), {Flag.ALTERED: (24, 48)}),
    "altered, then as before": (looks((24, "altered"), (48, "altered"), (168, "same")), {}),
    "altered, then withdrawn": (
        looks((24, "altered"), (48, "altered"), (168, "gone"), (192, "gone")),
        {Flag.WITHDRAWN: (168, 192), Flag.ALTERED: (24, 48)}),
}  # fmt: skip


@pytest.mark.parametrize("name", PROVEN)
def test_proven(name):
    seen, expected = PROVEN[name]
    assert dict(proven(seen)) == {flag: (later(first), later(last)) for flag, (first, last) in expected.items()}


# --- what changed --------------------------------------------------------------------------------------------------

RELEASE = "\n".join((
    "各省、自治区、直辖市人民政府，国务院各部委、各直属机构：",
    "样例街巷照明事关群众夜间出行，近年来各地积累了不少经验，但灯杆老化、巡查不及时的问题仍然存在，现就有关工作通知如下。",
    "一、到2027年，主要街巷亮灯率提高到百分之九十五以上，报修后四十八小时内修复。",
    "二、县级以上地方应当建立灯杆台账，每半年公布一次更换情况，接受群众监督。",
    "三、所需经费由地方统筹安排，不得以照明为名向商户摊派费用。",
    "样例办公厅",
    "2026年3月1日",
))  # fmt: skip
BODY = f"{RELEASE}\n责任编辑：某某\n浏览次数：17"
FRAME = ("首页 政务公开 互动交流", "您的位置：首页 > 国务院信息", "扫一扫在手机打开当前页", "主办单位：样例省政府办公厅")


def shown(text, before=FRAME[:2], after=FRAME[2:]):
    return "\n".join((*before, text, *after))


SAME = {
    "nothing changed": shown(BODY),
    "the counter and the editor changed": shown(BODY.replace("17", "2045").replace("责任编辑：某某", "编辑：另一人")),
    "a new template around the text": shown(RELEASE, ("无障碍 长者模式", "网站首页"), ("上一篇：无", "版权所有")),
    "a line of furniture in the midst": shown(BODY.replace("二、县级", "【字号：大 中 小】\n二、县级")),
    "lines broken elsewhere, other punctuation and width": shown(BODY.replace("，", ",").replace("。", "。\n")),
}


@pytest.mark.parametrize("name", SAME)
def test_not_altered(name):
    found = compare(BODY, [RELEASE], SAME[name])
    assert found.changes == ()
    assert found.left > 0.97


ALTERED = {
    # name: (what is replaced by what, kind, a word of the old side, a word of the new side)
    "a figure": (("百分之九十五", "百分之八十五"), "changed", "九十五", "八十五"),
    "a day at the end": (("2026年3月1日", "2026年3月2日"), "changed", "3月1日", "3月2日"),
    "a sentence went": (("，不得以照明为名向商户摊派费用", ""), "cut", "摊派费用", ""),
    "a clause came in": (("接受群众监督", "原则上接受群众监督"), "added", "接受群众", "原则上接受"),
    "a paragraph came in": (
        ("三、所需", "另：本省各市自本通知印发之日起可以延后三年执行前述各项要求。\n三、所需"), "added", "三所需", "延后三年"),
    "the beginning went": (("各省、自治区、直辖市人民政府，国务院各部委、各直属机构：\n", ""), "cut", "各省", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", ALTERED)
def test_altered(name):
    (old, new), kind, before, after = ALTERED[name]
    assert old in BODY
    change, = compare(BODY, [RELEASE], shown(BODY.replace(old, new))).changes
    assert change.kind == kind
    assert before.replace("、", "") in change.before.replace("、", "")
    assert after in change.after


def test_a_change_at_the_very_end():
    change, = compare(RELEASE, [RELEASE], shown(RELEASE.replace("3月1日", "3月2日"))).changes
    assert (change.kind, change.before.endswith("3月1日"), "3月2日" in change.after) == ("cut", True, True)


def test_a_slip_that_is_put_right_is_no_alteration():
    slipped = BODY.replace("亮灯率", "亮灯卛")
    assert compare(slipped, [RELEASE], shown(BODY)).changes == ()
    short = BODY.replace("二、县级以上地方应当建立灯杆台账，每半年公布一次更换情况，接受群众监督。\n", "")
    assert compare(short, [RELEASE], shown(BODY)).changes == ()


def test_what_the_portal_wrote_itself_is_its_own():
    with_note = f"编者按：本省正在制定实施细则，敬请关注。\n{BODY}"
    assert compare(with_note, [RELEASE], shown(BODY)).changes == ()


def test_a_page_that_carries_no_text_has_nothing_to_be_altered():
    assert compare("", [RELEASE], shown(BODY)) == Comparison(0, 1.0, ())
    assert compare("本省要闻", [], shown(BODY)) == Comparison(0, 1.0, ())


LOST, KEPT = Comparison(300, 0.0, ()), Comparison(300, 1.0, ())


def test_an_error_text_on_a_page_that_still_carries_the_release_says_nothing():
    assert judge_look("error text: 附件不存在", True, KEPT) is Finding.SAME
    assert judge_look("error text: 页面不存在", True, LOST) is Finding.GONE
    assert judge_look("", False, LOST) is Finding.UNSEEN
    assert judge_look("", False, KEPT) is Finding.SAME


@pytest.mark.parametrize("text", [
    "您访问的页面不存在", "对不起，该信息已被删除！", "抱歉，您要查看的文章已下线", "404 Not Found", "没有找到您要访问的页面",
    "该内容已撤下",
])  # fmt: skip
def test_error_texts(text):
    made = decode_page("https://p.example/1.html", 200, {}, f"<html><body><p>{text}</p></body></html>".encode(), FIRST_SEEN)
    assert gone(200, made, (text,), "https://p.example/1.html") == f"error text: {text}"


@pytest.mark.parametrize("text", [
    "各地要及时删除已失效的信息", "二、不存在上述情形的，页面应当显示办理结果",
    "对已删除内容的处理情况，应当自收到通知之日起三日内书面告知样例主管部门，并说明页面不存在的原因和后续整改安排以及责任人",
])  # fmt: skip
def test_no_error_texts(text):
    assert gone(200, None, (text,), "https://p.example/1.html") == ""
    made = decode_page("https://p.example/1.html", 200, {}, f"<html><body><p>{text}</p></body></html>".encode(), FIRST_SEEN)
    assert judge_look(gone(200, made, (text,), "https://p.example/1.html"), True, KEPT) is Finding.SAME


# --- over real sockets ---------------------------------------------------------------------------------------------

YUNLING = "https://www.yunling.example/xwdt/gwyxx/202603/t20260301_640021.html"
WANGCHUAN = "https://www.wangchuan.example/art/2026/3/1/art_393_640009.html"
BIHU = "https://www.bihu.example/bihu/xinwen/gwyxx/101034447238812640009.html"
QINGYU = "https://www.qingyu.example/20260301/0000000000000000000000000009c40b/c.html"
JINSUI = "https://www.jinsui.example/xxgk/gwyxx/art/2026/art_0000000000000000000000000009c40a.html"
LIANGSHI = "https://www.liangshi.example/gwyxx/202603/t20260301_640015.html"
GOVERNMENT = "https://www.gov.cn/zhengce/content/202603/content_9000601.htm"
PORTALS = ("yunling", "wangchuan", "bihu", "qingyu", "jinsui", "liangshi")
FIRST, NEXT, AGAIN, WEEK = (
    "2026-03-01T12:15:00Z", "2026-03-02T12:15:00Z", "2026-03-02T20:15:00Z", "2026-03-08T12:15:00Z"
)  # fmt: skip
SINCE = from_text("2026-03-02T00:00:00Z")
ERROR = "<html><head><title>提示</title></head><body><div>首页 政务公开</div><p>您访问的页面不存在或已被删除</p></body></html>"
FILE = '<p>附件：<a href="/fujian/river.pdf">河湖名录.pdf</a></p>'


def since(change, until=None):
    """A change that is there from the first morning on, or until a moment."""
    return lambda answer, at: change(answer) if at >= SINCE and (until is None or at < from_text(until)) else answer


def with_file(answer, _):
    return reworded(answer, ("（一）基本思路", f"{FILE}（一）基本思路"))


CHANGES = {
    YUNLING: since(lambda _: page("<html><body><h1>Not Found</h1></body></html>", 404), until=WEEK),
    WANGCHUAN: since(lambda answer: reworded(answer, ("比例提高到73%以上", "比例提高到53%以上"))),
    BIHU: since(lambda _: page(ERROR), until=AGAIN),
    QINGYU: since(lambda answer: page(ERROR)),
    JINSUI: lambda answer, at: reworded(
        with_file(answer, at),
        *([('<div class="article">', '<div class="new"><p>长者模式</p>'), ("</body>", "<p>浏览次数：35</p></body>")]
          if at >= SINCE else []),
    ),
    LIANGSHI: since(lambda _: page("<html><body>502</body></html>", 502)),
    GOVERNMENT: lambda answer, at: reworded(
        with_file(answer, at), ("（二）主要目标", f"{FILE.replace('river', 'second')}（二）主要目标")
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    return build(tmp_path_factory.mktemp("rehearsal")).data


@pytest.fixture(scope="module")
def port():
    with serving(Tampered(CHANGES), delay=0.005) as number:
        yield number


@pytest.fixture(scope="module")
def watched(registry, port, tmp_path_factory):
    """The data folder after four nights, with what stood in it after the third."""
    folder = registry_of(registry, tmp_path_factory.mktemp("watched") / "data", *PORTALS)
    for at in (FIRST, NEXT, AGAIN):
        run(folder, port, at)
    third = findings(folder), flags(folder)
    run(folder, port, WEEK)
    return folder, third


def findings(folder):
    database = open_database(folder)
    rows = database.execute(
        "SELECT p.portal_id, s.looked_at, s.due, s.finding, s.detail FROM second_sights s JOIN postings p USING (posting_id)"
        " JOIN matches m USING (posting_id) JOIN releases r USING (release_id) WHERE r.url = ? ORDER BY 1, 2", (GOVERNMENT,)
    ).fetchall()
    database.close()
    return rows


def flags(folder):
    database = open_database(folder)
    rows = database.execute(
        "SELECT portal_id, status, flags FROM verdict_list WHERE release_url = ? AND edition = 'inspection-24h'", (GOVERNMENT,)
    ).fetchall()
    database.close()
    return {portal: (status, said) for portal, status, said in rows}


def test_each_carried_page_is_looked_at_again(watched):
    _, (third, _) = watched
    error = "error text: 您访问的页面不存在或已被删除"
    assert third == [
        ("bihu", NEXT, "day 1", "gone", error),
        ("bihu", AGAIN, "confirm", "same", ""),
        ("jinsui", NEXT, "day 1", "same", ""),
        ("liangshi", NEXT, "day 1", "unseen", third[3][4]),
        ("liangshi", AGAIN, "day 1", "unseen", third[4][4]),
        ("qingyu", NEXT, "day 1", "gone", error),
        ("qingyu", AGAIN, "confirm", "gone", error),
        ("wangchuan", NEXT, "day 1", "altered", ""),
        ("wangchuan", AGAIN, "confirm", "altered", ""),
        ("yunling", NEXT, "day 1", "gone", "HTTP 404"),
        ("yunling", AGAIN, "confirm", "gone", "HTTP 404"),
    ]
    assert third[3][4].startswith("http_error")


def test_flags_stand_beside_a_status_that_stays(watched):
    folder, (_, third) = watched
    assert third == {
        "yunling": ("on_time", "withdrawn"), "qingyu": ("on_time", "withdrawn"), "wangchuan": ("on_time", "altered"),
        "bihu": ("on_time", ""), "jinsui": ("on_time", ""), "liangshi": ("on_time", ""),
    }  # fmt: skip
    assert flags(folder)["yunling"] == ("on_time", "")  # put up again within the week
    database = open_database(folder)
    kept, = database.execute(
        "SELECT count(*) FROM superseded_verdicts s JOIN releases r USING (release_id) WHERE s.portal_id = 'yunling'"
        " AND r.url = ? AND s.flags = 'withdrawn' AND s.edition = 'inspection-24h'", (GOVERNMENT,)).fetchone()  # fmt: skip
    database.close()
    assert kept == 1


def test_an_alteration_says_what_was_there_and_what_is(watched):
    folder, _ = watched
    database = open_database(folder)
    changes, evidence = database.execute(
        "SELECT s.changes, e.url FROM second_sights s JOIN postings p USING (posting_id) JOIN evidence e"
        " ON e.evidence_id = s.evidence_id WHERE p.portal_id = 'wangchuan' AND s.looked_at = ? AND s.finding = 'altered'", (NEXT,)
    ).fetchone()  # fmt: skip
    proof, = database.execute(
        "SELECT v.proof FROM verdicts v JOIN releases r USING (release_id) WHERE v.portal_id = 'wangchuan' AND r.url = ?"
        " AND v.edition = 'inspection-24h'", (GOVERNMENT,)).fetchone()  # fmt: skip
    database.close()
    (change,) = json.loads(changes)
    assert (change["kind"], "提高到73%" in change["before"], "提高到53%" in change["after"]) == ("changed", True, True)
    assert evidence.endswith("art_393_640009.html")
    assert json.loads(proof)["altered"].startswith(NEXT)


def test_dead_links_and_missing_files_are_advice_and_no_flag(watched):
    folder, _ = watched
    database = open_database(folder)
    rows = database.execute("SELECT advice, detail FROM posting_advice WHERE page_url = ? ORDER BY 1", (JINSUI,)).fetchall()
    others = {row[0] for row in database.execute("SELECT advice FROM posting_advice WHERE page_url <> ?", (JINSUI,))}
    database.close()
    assert rows == [("attachments_missing", "1 / 2"), ("dead_link", "https://www.jinsui.example/fujian/river.pdf")]
    assert others == {"attachments_missing"}


CONTENT = (
    "SELECT p.portal_id, p.url_key, s.run_id, s.looked_at, s.due, s.finding, s.detail, s.text_left, s.changes"
    " FROM second_sights s JOIN postings p USING (posting_id)",
    "SELECT w.run_id, p.portal_id, p.url_key, w.due FROM second_sight_plan w JOIN postings p USING (posting_id)",
    "SELECT run_id, kind, started_at, finished_at, state, second_sights FROM runs",
    "SELECT advice, page_url, detail FROM posting_advice",
)


def everything(folder):
    database = open_database(folder)
    found = {query: sorted(map(repr, database.execute(query).fetchall())) for query in CONTENT}
    database.close()
    return {**content(folder), **found}


def differing(one, other):
    """What only one of two databases says, by question; the number of records aside (robots.txt may come from the file)."""
    return {name: sorted(set(one[name]) ^ set(other[name])) for name in one if name != "runs" and one[name] != other[name]}


def test_the_files_alone_give_the_same_rows(watched, syndication, tmp_path):
    folder, _ = watched
    again = data_from(folder, tmp_path / "data")
    syndication("replay", folder / "evidence", "--data", again)
    assert differing(everything(again), everything(folder)) == {}


def test_a_night_killed_while_it_looks_again_ends_with_the_same_rows(watched, registry, port, tmp_path):
    folder, _ = watched
    again = registry_of(registry, tmp_path / "data", *PORTALS)
    run(again, port, FIRST)
    begun = time.monotonic()
    run(again, port, NEXT)
    lasted = time.monotonic() - begun
    for share in (0.6, 0.75, 0.85, 0.95):
        process = start(again, port, AGAIN)
        time.sleep(lasted * share)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    run(again, port, AGAIN)
    run(again, port, WEEK)
    assert differing(everything(again), everything(folder)) == {}
