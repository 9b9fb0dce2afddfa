"""What an operator sees of nights: the log's lines, the table of runs, and messages on a change of state and only then."""

from __future__ import annotations

import email
import email.policy
import importlib
import json
import logging
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from faults import FIRST, SECOND, finish, start
from posts import mail_server, webhook
from test_replay import data_from

from syndication.alert_rules import AlertsError, load_alerts
from syndication.alert_sending import by_apprise
from syndication.alerts import STATE_FILE, tell
from syndication.clock import from_text
from syndication.logs import _LogFile
from syndication.rehearsal.build import build
from syndication.rehearsal.cast import story
from syndication.rehearsal.fleet import Fleet
from syndication.rehearsal.live import serving
from syndication.store import open_database
from syndication.store.summary import summarise

AFTER = from_text(SECOND)
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise 2.2 imports it


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """A data folder after two nights, and the log that they wrote."""
    parent = tmp_path_factory.mktemp("nights")
    folder = data_from(build(parent / "rehearsal").data, parent / "data")
    with serving(Fleet(story())) as port:
        for moment in (FIRST, SECOND):
            finish(start(folder, port, moment, "nightly", "--log-file", str(parent / "log" / "nightly.jsonl")), status=2)
    return folder, parent / "log" / "nightly.jsonl"


@pytest.fixture
def folder(nights, tmp_path):
    return shutil.copytree(nights[0], tmp_path / "data")


BOTH = '[operators]\nurls = ["json://nobody"]\n[readers]\nurls = ["json://reader"]\n[when]\nblind_nights = 2\n'


def write_alerts(folder, text=BOTH):
    (folder / "alerts.toml").write_text(text, encoding="utf-8")


class Post:
    """Stands for the way of a message."""

    def __init__(self, arrives=True):
        self.sent, self.arrives = [], arrives

    def __call__(self, addresses, title, text):
        self.sent.append((tuple(addresses), title, text))
        return self.arrives


def test_the_log_is_json_lines_with_the_run(nights):
    lines = [json.loads(line) for line in nights[1].read_text(encoding="utf-8").splitlines()]
    runs = {line["run"] for line in lines if line["message"] == "run ends"}
    assert runs == {"20260302T181500Z-nightly", "20260303T061500Z-nightly"}
    assert {line["command"] for line in lines} == {"nightly"}
    assert [line["figures"]["looks"] > 0 for line in lines if line["message"] == "run ends"] == [True, True]


def test_an_error_is_a_line_of_the_log_too(syndication, tmp_path):
    syndication("nightly", "--data", tmp_path / "none", "--log-file", tmp_path / "log.jsonl", status=1)
    (line,) = (json.loads(one) for one in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines())
    assert line["level"] == "error"
    assert "portals.csv is missing" in line["message"]


NO_DEVICE = pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is not on this machine")


@pytest.mark.parametrize("log", [pytest.param("/dev/full", marks=NO_DEVICE), "/dev/null/none/log.jsonl"])
def test_a_log_that_cannot_be_written_is_told_once_and_ends_nothing(nights, tmp_path, monkeypatch, log):
    folder = data_from(nights[0], tmp_path / "data")
    monkeypatch.setenv("SYNDICATION_LOG", log)
    with serving(Fleet(story())) as port:
        said = finish(start(folder, port, FIRST, "nightly"), status=2)
    assert said.count(f"日志文件 {log} 无法写入") == 1


def test_a_log_whose_folder_goes_during_a_night_is_told_once_and_is_made_when_it_is_back(tmp_path, capfd):
    handler = _LogFile(tmp_path / "log" / "night.jsonl", encoding="utf-8", delay=True)
    record = logging.LogRecord("syndication", logging.INFO, __file__, 1, "a line", None, None)
    handler.begin()
    (tmp_path / "log").rename(tmp_path / "moved")
    handler.emit(record)
    handler.emit(record)
    (tmp_path / "log").mkdir()
    handler.emit(record)
    handler.close()
    assert capfd.readouterr().err.count("无法写入") == 1
    assert (tmp_path / "log" / "night.jsonl").read_text(encoding="utf-8") == "a line\n"


def test_runs_are_listed_with_their_figures(nights, syndication):
    runs = json.loads(syndication("runs", "--data", nights[0], "--json").stdout)
    assert [run["run_id"] for run in runs] == ["20260303T061500Z-nightly", "20260302T181500Z-nightly"]
    database = open_database(nights[0])
    for run in runs:
        looks, failed = database.execute(
            "SELECT count(*), sum(outcome NOT IN ('ok', 'unchanged')) FROM observations WHERE run_id = ?", (run["run_id"],)
        ).fetchone()
        assert (run["state"], run["looks"], run["failed"]) == ("done", looks, failed)
        assert run["blind"] == len(summarise(database, run["run_id"]).blind) > 0
    database.close()
    lines = [json.loads(line) for line in nights[1].read_text(encoding="utf-8").splitlines()]
    figures = [line["figures"] for line in lines if line["message"] == "run ends"]
    assert [run["changes"] for run in reversed(runs)] == [one["changes"] for one in figures]
    assert figures[0]["new"] > 0 == figures[0]["changes"]
    assert "--kind" in syndication("runs", "--data", nights[0], "--kind", "foo", status=2).stderr
    table = syndication("runs", "--data", nights[0], "-n", "1").stdout
    assert "夜间监测" in table
    assert "20260302T181500Z" not in table


def test_a_change_is_told_once_errors_to_operators_and_figures_to_readers(folder):
    write_alerts(folder)
    post = Post()
    tell(folder, AFTER, command="nightly", send=post)
    told = {addresses: text for addresses, _, text in post.sent}
    assert "连续 2 夜未能观测：样例安全部（anquan）" in told[("json://nobody",)]
    assert "超时" in told[("json://reader",)]
    assert "超时" not in told[("json://nobody",)]
    assert tell(folder, AFTER, command="nightly", send=post) == 0
    assert len(post.sent) == 2


def test_a_portal_that_answers_again_is_told_and_one_good_night_less_is_no_recovery(folder):
    write_alerts(folder)
    tell(folder, AFTER, send=Post())
    write_alerts(folder, '[operators]\nurls = ["json://nobody"]\n[when]\nblind_nights = 3\n')
    assert tell(folder, AFTER, send=Post()) == 0
    database = open_database(folder)
    database.execute("UPDATE observations SET outcome = 'ok' WHERE portal_id = 'anquan' AND run_id = '20260303T061500Z-nightly'")
    database.conn.commit()
    database.close()
    post = Post()
    tell(folder, AFTER, send=post)
    assert [(title, text.splitlines()[0]) for _, title, text in post.sent] == [
        ("政策转载监测：已恢复正常", "· 已恢复观测：样例安全部（anquan）。")
    ]  # fmt: skip


def test_a_failed_night_is_told_once_and_so_is_the_next_good_one(folder):
    write_alerts(folder)
    tell(folder, AFTER, command="nightly", send=Post())
    for expected in ("磁盘", None):
        post = Post()
        tell(folder, AFTER, command="nightly", failed=OSError("磁盘"), send=post)
        assert [expected in text for _, _, text in post.sent] == ([True] if expected else [])
    post = Post()
    tell(folder, AFTER, command="nightly", send=post)
    assert "syndication nightly 已恢复正常。" in post.sent[0][2]


def test_what_did_not_arrive_is_told_again(folder):
    write_alerts(folder)
    assert tell(folder, AFTER, send=Post(arrives=False)) == 0
    assert not (folder / STATE_FILE).exists()
    assert tell(folder, AFTER, send=Post()) > 0


def test_nights_that_stay_away_are_told(folder):
    write_alerts(folder)
    tell(folder, AFTER, send=Post())
    post = Post()
    tell(folder, AFTER + timedelta(hours=37), send=post)
    assert "夜间监测已超过 36 小时没有完成，最近一次：2026-03-03 14:15" in post.sent[0][2]


def test_lists_of_www_gov_cn_that_fail_or_disagree_are_told(folder):
    write_alerts(folder)
    tell(folder, AFTER, send=Post())
    database = open_database(folder)
    database.execute(
        "UPDATE observations SET outcome = 'timeout' WHERE kind = 'release_list' AND url LIKE '%rss.xml'"
        " AND run_id = '20260303T061500Z-nightly'"
    )
    database.execute("DELETE FROM release_listings WHERE source = 'push_json'")
    database.execute(
        "UPDATE releases SET released_earliest = '2026-03-01T00:00:00Z' WHERE release_id = (SELECT min(release_id) FROM"
        " release_listings WHERE source = 'push_feed')"
    )
    database.conn.commit()
    database.close()
    post = Post()
    tell(folder, AFTER, send=post)
    text = "\n".join(text for _, _, text in post.sent)
    assert "中国政府网发布列表未能读取：push_feed" in text
    assert "中国政府网各发布列表不一致" in text
    assert tell(folder, AFTER, send=Post()) == 0


def test_a_message_reaches_a_webhook_and_an_unknown_address_keeps_its_secret(folder, syndication):
    pytest.importorskip("apprise", reason="the extra `alerts` is not installed")
    with webhook() as (address, received):
        write_alerts(folder, f'[operators]\nurls = ["{address}"]\n')
        assert "已发送" in syndication("alerts", "--test", "--data", folder).stdout
        said = syndication("alerts", "--data", folder).stdout
    assert "已告知变化" in said
    assert [one["title"] for one in received] == ["政策转载监测：测试", "政策转载监测：需要处理"]
    write_alerts(folder, '[operators]\nurls = ["nosuch://secret-key"]\n')
    said = syndication("alerts", "--test", "--data", folder, status=1).stderr
    assert "nosuch://" in said
    assert "secret-key" not in said


def test_a_night_ends_well_where_nobody_can_be_told(folder, syndication):
    write_alerts(folder, '[operators]\nurls = ["json://127.0.0.1:9/"]\n')
    with serving(Fleet(story())) as port:
        finish(start(folder, port, "2026-03-03T18:15:00Z", "nightly"), status=2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("operators = 1", "operators"),
        ("[operators]\nurl = []", "operators.url"),
        ("[operators]\nurls = [1]", "operators.urls"),
        ('[operators]\nurls = ["$NOWHERE"]', "NOWHERE"),
        ("[when]\nblind_nights = 0", "when.blind_nights"),
        ("[when]\nnights = 1", "when.nights"),
        ("[operator]\n", "operator"),
        ("[[", "TOML"),
    ],
)
def test_a_wrong_key_of_the_rules_is_named(tmp_path, text, said):
    (tmp_path / "alerts.toml").write_text(text, encoding="utf-8")
    with pytest.raises(AlertsError, match=said):
        load_alerts(tmp_path, {})


def test_addresses_may_come_from_the_environment(tmp_path):
    (tmp_path / "alerts.toml").write_text('[operators]\nurls = ["$HOOK"]', encoding="utf-8")
    assert load_alerts(tmp_path, {"HOOK": "json://somewhere"}).operators == ("json://somewhere",)
    assert load_alerts(tmp_path / "elsewhere") is None


TAKEN = b'{"errcode": 0, "errmsg": "ok"}'
ROBOTS = {
    "wecombot": ("wecombot://KEY-OF-A-ROBOT", TAKEN, b'{"errcode": 93000, "errmsg": "invalid webhook url"}'),
    "dingtalk": ("dingtalk://TOKENOFAROBOT/", TAKEN, b'{"errcode": 310000, "errmsg": "keywords not in content"}'),
    "feishu": ("feishu://TOKENOFAROBOT", b'{"StatusCode": 0}', b'{"code": 19001, "msg": "param invalid"}'),
}


@pytest.fixture
def robot(monkeypatch):
    """Leads a robot's messages to loopback; gives the function that does so."""

    def lead(name, address):
        plugin = importlib.import_module(f"apprise.plugins.{name}")
        (kind,) = (value for key, value in vars(plugin).items() if key.lower() == f"notify{name}")
        own = "{key}" if name == "wecombot" else "{token}"
        monkeypatch.setattr(kind, "notify_url", address.replace("json:", "http:") + own)
        monkeypatch.setattr(kind, "request_rate_per_sec", 0)

    return lead


@pytest.mark.parametrize("name", ROBOTS)
def test_a_change_reaches_each_robot_and_a_refusal_with_status_200_is_no_arrival(folder, robot, name):
    pytest.importorskip("apprise", reason="the extra `alerts` is not installed")
    address, taken, refused = ROBOTS[name]
    write_alerts(folder, f'[operators]\nurls = ["{address}"]\n[when]\nblind_nights = 2\n')
    with webhook(refused) as (where, received):
        robot(name, where)
        tell(folder, AFTER)
        assert received
        assert "portal:anquan" not in (folder / STATE_FILE).read_text(encoding="utf-8")
    with webhook(taken) as (where, received):
        robot(name, where)
        assert tell(folder, AFTER) > 0
        assert "连续 2 夜未能观测：样例安全部（anquan）" in json.dumps(received, ensure_ascii=False)
        assert tell(folder, AFTER) == 0


def test_a_long_message_goes_to_wecom_in_pieces_that_it_takes(robot):
    pytest.importorskip("apprise", reason="the extra `alerts` is not installed")
    text = "\n".join(f"· 连续 3 夜未能观测：第{number}省人民政府网站" for number in range(120))
    with webhook(b'{"errcode": 0}') as (where, received):
        robot("wecombot", where)
        assert by_apprise(["wecombot://KEY-OF-A-ROBOT"], "政策转载监测：需要处理", text)
    pieces = [one["text"]["content"] for one in received]
    assert len(pieces) > 1
    assert max(len(piece.encode()) for piece in pieces) <= 2048
    for number in range(120):
        assert any(f"第{number}省" in piece for piece in pieces)


def test_a_change_reaches_a_mail_box(folder):
    pytest.importorskip("apprise", reason="the extra `alerts` is not installed")
    with mail_server() as (port, mails):
        address = f"mailto://127.0.0.1:{port}/?from=monitor@example.gov.cn&to=duty@example.gov.cn&mode=insecure"
        write_alerts(folder, BOTH.replace("json://nobody", address).replace("json://reader", address.replace("duty", "office")))
        assert tell(folder, AFTER) > 0
    told = [email.message_from_bytes(mail, policy=email.policy.default) for mail in mails]
    assert [(mail["To"], mail["Subject"]) for mail in told] == [
        ("duty@example.gov.cn", "政策转载监测：需要处理"), ("office@example.gov.cn", "政策转载监测：数据更新"),
    ]  # fmt: skip
    assert "超时" in told[1].get_body(("plain", "html")).get_content()


def test_a_job_of_the_machine_is_told_of_when_it_fails_and_when_it_is_well_again(folder, syndication):
    pytest.importorskip("apprise", reason="the extra `alerts` is not installed")
    with webhook() as (address, received):
        write_alerts(folder, f'[operators]\nurls = ["{address}"]\n')
        for result in ("success", "exit-code", "exit-code", "success", "0"):
            syndication("alerts", "--job", "syndication-backup", "--result", result, "--data", folder)
    said = [line for one in received for line in one["message"].splitlines() if "syndication-backup" in line]
    assert [("未能完成（exit-code）" in line, "已恢复正常" in line) for line in said] == [(True, False), (False, True)]
    assert "--result" in syndication("alerts", "--job", "x", "--data", folder, status=2).stderr


def test_of_a_night_the_unit_tells_only_what_the_program_could_not(folder):
    """A failed night is told by itself; that its unit failed then, or was stopped by a person, is no second message."""
    write_alerts(folder)
    tell(folder, AFTER, command="nightly", send=Post())

    def told(result=None, failed=None):
        post = Post()
        job = ("syndication-nightly", result) if result else None
        tell(folder, AFTER, command="" if result else "nightly", failed=failed, job=job, send=post)
        return [text.splitlines()[0] for _, _, text in post.sent]

    assert told("exit-code") == []  # stopped by a signal, which is no news
    assert ["未能完成：磁盘" in line for line in told(failed=OSError("磁盘"))] == [True]
    assert told("exit-code") == []
    assert told("start-limit-hit") == []
    assert told() == ["· syndication nightly 已恢复正常。"]
    assert ["未能完成（signal）" in line for line in told("signal")] == [True]
    assert told("signal") == []
    assert told() == ["· syndication nightly 已恢复正常。"]
    assert told("success") == []
