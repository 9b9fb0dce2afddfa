"""What deploy/ starts exists: every command and option of units, cron lines and documents is one of the program's."""

from __future__ import annotations

import grp
import http.client
import os
import pwd
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import time
import tomllib

import pytest
from conftest import ROOT

from syndication.alert_rules import load_alerts
from syndication.cli import main
from syndication.glossary import Certificate
from syndication.rehearsal.authority import Authority

DEPLOY = ROOT / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
SERVICES = sorted(DEPLOY.glob("*.service"))
HARD = ("NoNewPrivileges=true", "ProtectSystem=strict", "PrivateTmp=true", "CapabilityBoundingSet=", "User=syndication")


def started():
    for path in SERVICES:
        for line in re.findall(r"^ExecStart=(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE):
            yield pytest.param(line, id=path.name)
    for line in (DEPLOY / "crontab").read_text(encoding="utf-8").splitlines():
        if "cron-job" in line and not line.startswith("#"):
            command = line[line.index("/opt") :].replace("/opt/syndication/cron-job", "/opt/syndication/bin/syndication")
            yield pytest.param(command, id=f"cron {command.split()[1]}")


@pytest.mark.parametrize("line", list(started()))
def test_what_is_started_is_a_command_with_its_options(line):
    program, name, *words = shlex.split(line)
    assert program == "/opt/syndication/bin/syndication"
    command = main.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= known


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_what_a_unit_starts_when_it_ends_exists(path):
    for named in re.findall(r"^On(?:Failure|Success)=(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE):
        assert (DEPLOY / named.replace("%N", "")).is_file()


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_the_page_that_a_unit_names_is_installed(path):
    (page,) = re.findall(r"^Documentation=file:/opt/syndication/(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert page in installed()


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_what_a_timer_starts_is_not_started_at_boot(path):
    started_at_boot = "WantedBy=multi-user.target" in path.read_text(encoding="utf-8")
    assert started_at_boot == (path.name == "syndication-serve.service")


def test_a_night_that_fails_for_good_ends_as_failed():
    lines = (DEPLOY / "syndication-nightly.service").read_text(encoding="utf-8").splitlines()
    assert {"Restart=on-failure", "StartLimitBurst=6", "OnFailure=syndication-ended@%N.service"} <= set(lines)
    assert "OnFailure=syndication-ended@%N.service" in (DEPLOY / "syndication-probe.service").read_text(encoding="utf-8")


def installed():
    """What the wheel puts under the environment's folder."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["data-files"]
    return {
        f"{place}/{path.name}": path for place, patterns in data.items() for pattern in patterns for path in ROOT.glob(pattern)
    }


def test_the_wheel_brings_what_is_deployed_and_the_image_builds_it():
    assert {f"share/syndication/{path.name}" for path in DEPLOY.iterdir()} <= set(installed())
    copied = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    for path in installed().values():
        named = path.relative_to(ROOT).parts[0]
        assert re.search(rf"^COPY (.* )?{re.escape(named)} ", copied, re.MULTILINE), named


def commands_of(name):
    """The lines that a page tells to type."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    lines = "".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)).replace("\\\n", " ").splitlines()
    return [line.partition("   #")[0].strip() for line in lines if line]


def test_what_the_page_on_installing_copies_is_deployed():
    copied = [word for line in commands_of("install.md") if line.startswith(("cp ", "install -m")) for word in shlex.split(line)]
    names = [word for word in copied if not word.startswith(("-", "/")) and word not in ("cp", "install", "root", "syndication")]
    assert {"syndication.env", "syndication-command", "alerts.toml", "logrotate"} <= set(names)
    assert [name for name in names if not name.isdigit() and not list(DEPLOY.glob(name))] == []


def test_the_page_on_installing_starts_every_timer():
    enabled = " ".join(line for line in commands_of("install.md") if line.startswith("systemctl enable"))
    assert {path.name for path in UNITS if path.suffix == ".timer"} <= set(enabled.split())


@pytest.mark.parametrize(
    ("page", "before"), [("install.md", "pip install --upgrade"), ("when-it-fails.md", "syndication restore /")]
)
def test_what_a_page_stops_it_starts_again(page, before):
    lines = commands_of(page)
    at = next(number for number, line in enumerate(lines) if before in line)
    stopped = re.findall(r"syndication-\w+\.timer", " ".join(lines[:at]).rpartition("systemctl stop")[2])
    assert len(stopped) == 2
    assert set(stopped) <= set(re.findall(r"syndication-\w+\.timer", " ".join(lines[at:]).partition("systemctl start")[2]))


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_wheel_is_named_in_every_shell(tmp_path, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not on this machine")
    (line,) = (line for line in commands_of("install.md") if "pip install" in line and "--upgrade" not in line)
    (tmp_path / "policy_syndication-0.1.0-py3-none-any.whl").touch()
    said = subprocess.run(
        [shell, "-c", line.replace("/opt/syndication/bin/pip", "echo")], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert said.stdout == "install ./policy_syndication-0.1.0-py3-none-any.whl[alerts]\n"


ENV = DEPLOY / "syndication.env"
HOSTILE = """# a comment
A_PROXY=http://proxy.example.gov.cn:3128

A_MAIL=mailtos://user:pa$$word@mail.example.gov.cn?to=duty@example.gov.cn&mode=insecure;x
WORDS=two words (and more)
LAST=without an end of line"""


def plain(text):
    """As podman's --env-file reads it, and systemd where there are no quotes and backslashes."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_the_environment_is_the_same_for_shells_systemd_and_podman():
    text = re.sub(r"^#(?=[A-Za-z_]+=)", "", ENV.read_text(encoding="utf-8"), flags=re.MULTILINE)  # with all that is optional
    given = plain(text)
    assert set(given) >= {"SYNDICATION_DATA", "SYNDICATION_CONTACT", "SYNDICATION_HOST_NAMES", "SYNDICATION_OPERATORS_URL"}
    for name, value in given.items():
        assert re.fullmatch(r"\w+", name)
        assert re.fullmatch(r"[\w:/.,@%?+-]+", value), name  # nothing that any of them reads in its own way
    printing = 'for name in $NAMES; do eval "printf \'%s=%s\\\\n\' $name \\"\\$$name\\""; done'
    sourced = subprocess.run(
        ["sh", "-c", f"set -a; . {shlex.quote(str(ENV))}; set +a; {printing}"], capture_output=True, text=True, check=True,
        env={"NAMES": " ".join(plain(ENV.read_text(encoding='utf-8')))},
    )  # fmt: skip
    assert plain(sourced.stdout) == plain(ENV.read_text(encoding="utf-8"))


def test_host_names_have_commas_or_blanks_between_them(monkeypatch):
    for text in ("a.example,b.example", "a.example, b.example", "a.example b.example"):
        monkeypatch.setenv("SYNDICATION_HOST_NAMES", text)
        assert main.commands["serve"].make_context("serve", []).params["host_names"] == ("a.example", "b.example")


def placed(name, tmp_path, **places):
    """A script of deploy/ with its places on this machine."""
    script = (DEPLOY / name).read_text(encoding="utf-8")
    for place, here in places.items():
        was = {"program": "/opt/syndication/bin/syndication", "env": "/etc/syndication.env", "log": "/var/log/syndication"}[place]
        script = script.replace(was, str(here))
    (tmp_path / name).write_text(script, encoding="utf-8")
    return tmp_path / name


def test_the_command_has_the_environment_as_it_stands_and_the_user_of_the_program(tmp_path):
    program, called = tmp_path / "program", tmp_path / "setpriv"
    program.write_text("#!/bin/sh\nenv\numask\necho \"$@\"\n", encoding="utf-8")
    called.write_text('#!/bin/sh\necho "$1 $2"; shift 3; exec "$@"\n', encoding="utf-8")
    for path in (program, called):
        path.chmod(0o755)
    (tmp_path / "env").write_text(HOSTILE, encoding="utf-8")
    script = placed("syndication-command", tmp_path, program=program, env=tmp_path / "env")
    done = sh(script, "runs", "-n", "7", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert {f"{name}={value}" for name, value in plain(HOSTILE).items()} <= set(lines)
    assert lines[-2:] == ["0027", "runs -n 7"]
    assert ("--reuid=syndication --regid=syndication" in lines) == (os.geteuid() == 0)
    (tmp_path / "env").unlink()
    assert "无法读取" in sh(script, "runs").stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_systemd_finds_little_to_attack(path, tmp_path):
    shutil.copyfile(path, tmp_path / path.name.replace("@", "@x"))
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(tmp_path / path.name.replace("@", "@x"))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def sh(script, *words, **environment):
    return subprocess.run(
        ["sh", str(script), *words], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )  # fmt: skip


@pytest.mark.parametrize(("job", "status", "told"), [
    ("nightly", 2, None), ("probe", 0, None), ("backup", 0, "0"), ("backup", 1, "1"), ("rehearse", 3, "3"),
])  # fmt: skip
def test_a_job_of_cron_has_its_environment_its_log_and_tells_how_it_ended(tmp_path, job, status, told):
    program, log, data = tmp_path / "program", tmp_path / "log", tmp_path / "data"
    log.mkdir()
    data.mkdir()
    (data / "alerts.toml").write_text("", encoding="utf-8")
    program.write_text(
        f'#!/bin/sh\necho "$SYNDICATION_CONTACT: $*"\n[ "$1" = alerts ] && exit 0\nexit {status}\n', encoding="utf-8"
    )  # fmt: skip
    program.chmod(0o755)
    (tmp_path / "env").write_text(f"{HOSTILE}\nSYNDICATION_CONTACT=https://a.example/\n", encoding="utf-8")
    script = placed("cron-job", tmp_path, program=program, env=tmp_path / "env", log=log)
    done = sh(script, job, "-o", "x y", SYNDICATION_DATA=str(data))
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "")
    said = (log / f"{job}.log").read_text(encoding="utf-8").splitlines()
    assert said[0] == f"https://a.example/: {job} -o x y"
    assert said[1:] == ([f"https://a.example/: alerts --job syndication-{job} --result {told}"] if told else [])


@pytest.mark.skipif(shutil.which("logrotate") is None, reason="logrotate is not on this machine")
def test_logrotate_takes_the_file(tmp_path):
    me, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
    log = tmp_path / "log"
    log.mkdir(mode=0o755)
    (log / "nightly.log").write_text("a line\n", encoding="utf-8")
    text = (DEPLOY / "logrotate").read_text(encoding="utf-8").replace("/var/log/syndication", str(log))
    (tmp_path / "logrotate").write_text(text.replace("syndication syndication", f"{me} {group}"), encoding="utf-8")
    (tmp_path / "logrotate").chmod(0o644)
    command = ["logrotate", "-d", "-s", str(tmp_path / "state"), str(tmp_path / "logrotate")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr
    assert f"considering log {log}/nightly.log" in done.stderr


NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def nginx_site(folder, **changed):
    """nginx's arguments for the site as it ships, with a certificate of the rehearsal's and what is changed in it."""
    Authority(folder / "keys").context("monitor.example", Certificate.VALID)
    (pair,) = (folder / "keys").glob("monitor.example*.pem")  # key and certificate
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    site = site.replace("/etc/nginx/syndication-proxy.conf", str(DEPLOY / "nginx-proxy.conf"))
    site = re.sub(r"ssl_certificate_key [^;]+;", f"ssl_certificate_key {pair};", site)
    site = re.sub(r"ssl_certificate [^;]+;", f"ssl_certificate {pair};", site)
    for line, instead in changed.items():
        assert line in site
        site = site.replace(line, instead)
    (folder / "site.conf").write_text(site, encoding="utf-8")
    kept = "".join(
        f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )  # fmt: skip
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{ access_log off; {kept} include {folder}/site.conf; }}\n",
        encoding="utf-8",
    )  # fmt: skip
    return [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]


@pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine")
def test_nginx_takes_the_file(tmp_path):
    done = subprocess.run([*nginx_site(tmp_path), "-t"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def free_port():
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


@pytest.fixture(scope="module")
def nginx(tmp_path_factory):
    """The port of an nginx with the site as it ships, in front of a program that does not answer."""
    folder, port, plain, nobody = tmp_path_factory.mktemp("nginx"), free_port(), free_port(), free_port()
    command = nginx_site(folder, **{
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl", "listen 80;": f"listen 127.0.0.1:{plain};",
        "127.0.0.1:8001;": f"127.0.0.1:{nobody};",
    })  # fmt: skip
    process = subprocess.Popen([*command, "-g", "daemon off; master_process off;"], stderr=subprocess.PIPE, text=True)
    for _ in range(100):
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield port
    process.terminate()
    process.communicate(timeout=30)


def ask(port, method, path):
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=ssl._create_unverified_context(), timeout=30)
    connection.request(method, path)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8")
    connection.close()
    return answer.status, answer.headers, text


@pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine")
@pytest.mark.parametrize(("path", "status", "told"), [
    ("/nothing", 404, "没有这个页面"), ("/monitor/", 502, "正在重新启动"), ("/monitor/-/verdicts.csv", 502, "正在重新启动"),
])  # fmt: skip
def test_nginx_says_in_chinese_what_it_cannot_do(nginx, path, status, told):
    answered, headers, text = ask(nginx, "GET", path)
    assert (answered, headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert told in text
    assert f"（{status}）" in text
    assert "nginx" not in text
    assert headers["strict-transport-security"]


@pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine")
def test_nginx_leads_from_the_front_to_the_pages(nginx):
    status, headers, _ = ask(nginx, "GET", "/")
    assert status == 302
    assert headers["location"].endswith("/monitor/")


@pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine")
def test_nginx_counts_guesses_and_not_views_of_the_form(nginx):
    assert {ask(nginx, "GET", "/monitor/-/login")[0] for _ in range(20)} == {502}
    assert ask(nginx, "GET", "/monitor/-/verdicts.csv")[0] == 502  # pages that were looked at refuse no export
    guesses = [ask(nginx, "POST", "/monitor/-/login") for _ in range(8)]
    assert [status for status, _, _ in guesses] == [502] * 6 + [429] * 2
    assert "请求过于频繁" in guesses[-1][2]
    assert ask(nginx, "GET", "/monitor/-/login")[0] == 502


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
    assert set(re.findall(r"server_name (\S+);", nginx)) == set(given["SYNDICATION_HOST_NAMES"].split(","))
    paths = set(re.findall(r"location (?:= |~ \^)?(/\w+/)", nginx)) | set(re.findall(r"(?:return 302 |href=')(/[^;']*)", nginx))
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


FILES_OF_TESTS = dict(re.findall(r"\[(\w)\] `(test_\w+\.py)`", (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")))
FAULTS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "faults.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")
][2:]  # fmt: skip


@pytest.mark.parametrize("row", FAULTS, ids=lambda row: row[0][:40])
def test_each_fault_of_the_table_names_tests_that_exist(row):
    named = row[-1]
    files = [FILES_OF_TESTS[letter] for letter in re.findall(r"\[(\w)\]", named)] or re.findall(r"`(test_\w+\.py)`", named)
    assert files, row
    text = "".join((ROOT / "tests" / name).read_text(encoding="utf-8") for name in files)
    if "test_outcomes.py" in files:
        text += (ROOT / "syndication" / "rehearsal" / "troubled.py").read_text(encoding="utf-8")
    for name in re.findall(r"`([^`]+)`", named):
        assert name.rstrip("…") in text or name in files, name
