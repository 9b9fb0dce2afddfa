"""The doctor finds what would spoil the first night, says what to do, and asks no address that it was not given."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

import pytest

from syndication import lock
from syndication.addresses import RELEASE_LISTS
from syndication.checkup import examine
from syndication.clock import FixedClock, SystemClock, from_text
from syndication.finding import Health
from syndication.init_folder import write_folder
from syndication.machine import Reached, Room, filesystem_kind, proxies, reach, unresolved
from syndication.rehearsal.trouble import playing
from syndication.rehearsal.troubled import government
from syndication.store import Store
from syndication.store.trial import wal_problem

NOW = SystemClock().now()
ENVIRONMENT = {"SYNDICATION_CONTACT": "https://monitor.example/contact"}


@pytest.fixture
def folder(tmp_path):
    write_folder(tmp_path / "data")
    return tmp_path / "data"


def found(folder, *, addresses=(), environment=ENVIRONMENT, now=NOW, **more):
    return list(examine(folder, FixedClock(now), addresses, environment=environment, **more))


def bad(findings):
    return {one.check: f"{one.said} {one.advice}" for one in findings if one.health is Health.BAD}


def test_a_sound_machine_is_found_sound(folder):
    findings = found(folder)
    unkept = {"时钟同步"}  # a container's clock may be kept by its host
    assert set(bad(findings)) <= unkept
    assert {"磁盘空间", "SQLite", "登记表与规则", "爬虫", "联系方式"} <= {one.check for one in findings}
    assert not (folder / "syndication.db").exists()
    assert [path.name for path in folder.iterdir() if path.name.startswith(".doctor")] == []


def test_every_fault_says_what_to_do(folder, tmp_path):
    for findings in (found(folder, environment={}), found(tmp_path / "nowhere")):
        assert all(one.advice for one in findings if one.health is not Health.OK)
    assert "syndication init" in bad(found(tmp_path / "nowhere"))["数据目录"]
    assert "SYNDICATION_CONTACT" in bad(found(folder, environment={}))["联系方式"]


def test_a_wrong_row_is_named(folder):
    with (folder / "channels.csv").open("a", encoding="utf-8") as file:
        file.write("x,nobody,栏目,http://x.example/,auto,column,,\n")
    assert "channels.csv, line" in bad(found(folder))["登记表与规则"]


def test_a_clock_before_the_last_run_or_the_program_is_found(folder):
    store = Store(folder)
    later = NOW + timedelta(hours=1)
    store.start_run("r", "nightly", later, "evidence/r.warc.gz", "1")
    store.close()
    assert "早于最近批次" in bad(found(folder))["时钟"]
    said = [one.said for one in found(folder, now=from_text("2001-01-01T00:00:00Z")) if one.check == "时钟"]
    assert any("早于程序安装时间" in one for one in said)


def test_a_database_of_another_program_is_found(folder):
    (folder / "syndication.db").write_bytes(b"no database" * 500)
    assert "恢复" in bad(found(folder))["数据库"]


def test_little_room_and_network_storage_are_found(folder, monkeypatch):
    monkeypatch.setattr("syndication.machine.room", lambda folder: Room(10**8, 10**10, 50))
    monkeypatch.setattr("syndication.machine.filesystem_kind", lambda folder: "nfs4")
    assert {"磁盘空间", "文件数上限", "文件系统"} <= set(bad(found(folder)))


def test_a_missing_package_for_alerts_is_found(folder, monkeypatch):
    (folder / "alerts.toml").write_text('[operators]\nurls = ["json://x"]', encoding="utf-8")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "install apprise" in bad(found(folder))["告警"]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise 2.2 imports it
def test_an_address_of_alerts_that_nobody_knows_is_found_and_keeps_its_secret(folder):
    pytest.importorskip("apprise", reason="the extra `alerts` is not installed")
    for address, known in (("json://hook.example", True), ("nosuch://secret", False)):
        (folder / "alerts.toml").write_text(f'[operators]\nurls = ["{address}"]', encoding="utf-8")
        findings = found(folder)
        assert ("告警" in bad(findings)) is not known
        assert all("secret" not in one.said for one in findings)
    assert "nosuch://" in bad(findings)["告警"]


def test_a_log_that_could_not_be_written_is_found_and_one_that_could_is_not_made(folder, tmp_path):
    def log(path):
        return bad(found(folder, environment={**ENVIRONMENT, "SYNDICATION_LOG": str(path)})).get("日志文件", "")

    assert log(tmp_path / "new" / "log.jsonl") == ""
    assert "无法写入" in log("/dev/null/log.jsonl")
    assert "无法写入" in log(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    (tmp_path / "log.jsonl").write_text("a line\n", encoding="utf-8")
    assert log(tmp_path / "log.jsonl") == ""
    assert (tmp_path / "log.jsonl").read_text(encoding="utf-8") == "a line\n"


def test_a_taken_folder_is_noted_and_no_fault(folder):
    with lock.hold(folder, "nightly", NOW):
        findings = found(folder)
    assert [one.health for one in findings if one.check == "目录锁"] == [Health.NOTE]


def test_a_world_writable_folder_is_found(folder):
    folder.chmod(0o777)
    assert "chmod o-w" in bad(found(folder))["他人可写"]


def test_addresses_are_asked_as_given_and_their_clock_is_compared(folder):
    asked = []

    def answer(url, agent):
        asked.append(url)
        return Reached(url, "", NOW + timedelta(minutes=5)) if url.endswith("1") else Reached(url, "HTTP 503")

    addresses = ("http://a.example/1", "http://a.example/2")
    findings = found(folder, addresses=addresses, reach=answer, unresolved=lambda names: ([], []))
    assert asked == ["http://a.example/1", "http://a.example/2"]
    assert "相差 300 秒" in bad(findings)["时钟"]
    assert "HTTP 503" in bad(findings)["中国政府网"]


@pytest.mark.parametrize(("dead", "silent", "health"), [(0, 0, Health.OK), (1, 1, Health.NOTE), (100, 3, Health.BAD)])
def test_names_of_portals_that_do_not_resolve_are_told(folder, dead, silent, health):
    def unresolved(names):
        known = sorted(names)
        return known[:dead], known[dead : dead + silent]

    findings = found(folder, addresses=("http://a.example/1",), reach=lambda url, _: Reached(url, ""), unresolved=unresolved)
    assert [one.health for one in findings if one.check == "门户域名"] == [health]


def test_names_are_asked_of_the_resolver_alone_and_not_for_ever(monkeypatch):
    released = threading.Event()

    def resolver(name, port, **more):
        if name == "dead.example":
            raise socket.gaierror(-2, "Name or service not known")
        if name == "silent.example":
            released.wait(30)
        return [("loopback",)]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    try:
        assert unresolved(["dead.example", "good.example", "silent.example"], 0.5) == (["dead.example"], ["silent.example"])
    finally:
        released.set()


@pytest.mark.parametrize(("fonts", "health"), [("WenQuanYi Micro Hei", Health.OK), ("", Health.BAD), (None, Health.NOTE)])
def test_a_missing_font_is_told(folder, monkeypatch, fonts, health):
    monkeypatch.setattr("syndication.machine.font_for_chinese", lambda: fonts)
    assert [one.health for one in found(folder) if one.check == "中文字体"] == [health]


DOCTOR = """
import json, socket, sys
from syndication.rehearsal.loopback import Names
socket.getaddrinfo = Names(json.loads(sys.argv[1])).getaddrinfo
from syndication.cli import main
main(sys.argv[2:])
"""


def test_the_command_asks_the_three_lists_over_tls_and_nobody_else(folder, tmp_path):
    at = from_text("2026-03-05T18:15:00Z")
    with playing([government(at)], tmp_path / "keys") as ground:
        environment = {**os.environ, **ENVIRONMENT, "SSL_CERT_FILE": str(ground.authority.root_file)}
        command = [sys.executable, "-c", DOCTOR, json.dumps(ground.names), "doctor", "--json", "--data", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
        asked = {asked.path for _, asked in ground.log}
    assert done.stderr == ""
    rows = {(row["check"], row["said"]): row["health"] for row in json.loads(done.stdout)}
    assert asked == {urlsplit(url).path for url in RELEASE_LISTS.values()}
    assert len(asked) == 3
    assert {rows["中国政府网", url] for url in RELEASE_LISTS.values()} == {"ok"}
    assert [health for (check, _), health in rows.items() if check == "门户域名"] == ["bad"]  # only www.gov.cn has a name here


def test_an_address_is_reached_refused_or_unknown():
    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response_only(200 if self.path == "/good" else 500)
            self.send_header("Date", format_datetime(NOW, usegmt=True))
            self.end_headers()

        def log_message(self, *said):
            pass

    server = HTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        assert reach(f"{address}/good", "agent") == Reached(f"{address}/good", "", NOW)
        assert reach(f"{address}/bad", "agent").problem == "HTTP 500"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert "refused" in reach(address, "agent").problem


def test_an_unknown_name_is_told(monkeypatch):
    def nobody(*asked, **more):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    assert "无法解析" in reach("http://portal.example/", "agent").problem


def test_the_kind_of_a_file_system_is_read_from_the_longest_mount(tmp_path):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"30 22 0:40 / {tmp_path} rw - nfs4 server:/x rw\n"
        "31 22 0:41 / /srv/with\\040space rw - cifs //s/x rw\n",
        encoding="utf-8",
    )  # fmt: skip
    assert filesystem_kind(tmp_path / "data", mounts) == "nfs4"
    assert filesystem_kind(tmp_path.parent.parent, mounts) == "ext4"
    assert filesystem_kind(tmp_path, tmp_path / "none") == ""


def test_a_password_of_a_proxy_is_not_shown():
    shown = proxies({"https_proxy": "http://user:secret@proxy.example:3128", "http_proxy": ""})
    assert shown == {"https_proxy": "http://proxy.example:3128"}


def test_the_trial_database_is_removed(tmp_path):
    assert wal_problem(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_all_as_text_and_as_json(folder, syndication, monkeypatch):
    monkeypatch.delenv("SYNDICATION_CONTACT", raising=False)
    said = syndication("doctor", "--offline", "--data", folder, status=1).stdout
    assert "[有误] 联系方式" in said
    assert "处理：" in said
    rows = json.loads(syndication("doctor", "--offline", "--json", "--data", folder, status=1).stdout)
    assert {"check": "联系方式", "health": "bad"}.items() <= next(r for r in rows if r["check"] == "联系方式").items()
    assert all("gov.cn" not in json.dumps(row) for row in rows if row["check"] == "中国政府网")
