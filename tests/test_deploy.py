"""What deploy/ starts exists: every command and option of units, cron lines and documents is one of the program's."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess

import pytest
from conftest import ROOT

from syndication.alert_rules import load_alerts
from syndication.cli import main

DEPLOY = ROOT / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
SERVICES = sorted(DEPLOY.glob("*.service"))
HARD = ("NoNewPrivileges=true", "ProtectSystem=strict", "PrivateTmp=true", "CapabilityBoundingSet=", "User=syndication")


def started():
    for path in SERVICES:
        for line in re.findall(r"^ExecStart=(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE):
            yield pytest.param(line, id=path.name)
    for line in (DEPLOY / "crontab").read_text(encoding="utf-8").splitlines():
        if "/bin/syndication" in line:
            command = line[line.index("/opt") :].partition(">>")[0]
            yield pytest.param(command, id=f"cron {command.split()[1]}")


@pytest.mark.parametrize("line", list(started()))
def test_what_is_started_is_a_command_with_its_options(line):
    program, name, *words = shlex.split(line)
    assert program == "/opt/syndication/bin/syndication"
    command = main.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= known


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_services_are_hardened(path):
    text = path.read_text(encoding="utf-8")
    assert [line for line in HARD if line not in text.splitlines()] == []
    assert "EnvironmentFile=-/etc/syndication.env" in text


@pytest.mark.parametrize("path", [path for path in UNITS if path.suffix == ".timer"], ids=lambda path: path.name)
def test_each_timer_has_its_service(path):
    assert path.with_suffix(".service").is_file()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_knows_every_line(path, tmp_path):
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/syndication/bin/syndication", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / path.name)], capture_output=True, text=True, check=False
    )
    assert [line for line in done.stderr.splitlines() if "Unknown" in line or "Failed to parse" in line] == []


def test_nginx_and_the_program_have_the_same_name_and_path():
    nginx = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    given = dict(re.findall(r"^(SYNDICATION_\w+)=(.+)$", (DEPLOY / "syndication.env").read_text(encoding="utf-8"), re.MULTILINE))
    assert {parameter.envvar for parameter in main.commands["serve"].params} >= {"SYNDICATION_HOST_NAMES", "SYNDICATION_PREFIX"}
    assert set(re.findall(r"server_name (\S+);", nginx)) == set(given["SYNDICATION_HOST_NAMES"].split())
    paths = set(re.findall(r"location (?:= |~ \^)?(/\w+/)", nginx))
    assert paths == {given["SYNDICATION_PREFIX"]}
    assert "proxy_set_header Host $host;" in (DEPLOY / "nginx-proxy.conf").read_text(encoding="utf-8")


def test_the_example_of_alerts_can_be_loaded(tmp_path):
    shutil.copyfile(DEPLOY / "alerts.toml", tmp_path / "alerts.toml")
    rules = load_alerts(tmp_path, {"SYNDICATION_OPERATORS_URL": "json://hook"})
    assert rules.operators == ("json://hook",)
    assert rules.readers == ()


@pytest.mark.parametrize("name", ["install.md", "first-night.md", "when-it-fails.md"])
def test_commands_of_the_documents_exist(name):
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:bin/|^|`)syndication (\w+)", text, re.MULTILINE))
    assert named
    assert named <= set(main.commands)
    for file in re.findall(r"deploy/([\w.*-]+)", text):
        assert list(DEPLOY.glob(file)), file
