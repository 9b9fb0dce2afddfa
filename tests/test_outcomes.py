"""Every outcome and every trap by a real answer over a real socket: one night of the program against portals of trouble."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import brotli
import pytest
from backports import zstd
from test_replay import content, data_from
from trouble_night import looks, play

from syndication.glossary import ACTS, Outcome
from syndication.rehearsal.trouble import Reply, Site
from syndication.rehearsal.troubled import ALL, list_page, portal
from syndication.store import open_database

LISTS = Path(__file__).parent / "lists"
SPOKEN = "www.yunling.example.cn"


def trap(path):
    """A portal whose list is a saved one of a family, with the reading that a person checked."""
    family, reading = path.parent.name, json.loads(path.with_name(f"{path.name}.reading.json").read_text(encoding="utf-8"))
    name = re.sub(r"[^a-z0-9]+", "-", f"{family}-{path.name}".lower()).strip("-")
    host = f"{name}.example"
    told = reading.get("url") or f"https://{SPOKEN}/zwgk/gwyxx/index.html"
    address = re.sub(r"^https?://[^/]+", "", told)
    page = Reply(body=path.read_bytes().replace(SPOKEN.encode(), host.encode()), headers=(("Content-Type", kind(path)),))
    options = json.loads(json.dumps(reading.get("options", {})).replace(SPOKEN, host))
    site = Site(name, family, portal(page, path=address.partition("?")[0]), Outcome(reading.get("outcome", "ok")),
                path=address, options=options)  # fmt: skip
    return site, len(reading.get("rows", ()))


def kind(path):
    return {".html": "text/html", ".xml": "text/xml"}.get(path.suffix, "application/json")


def readable(path):
    """Whether the list itself is in the file; others only say where their data is."""
    reading = json.loads(path.with_name(f"{path.name}.reading.json").read_text(encoding="utf-8"))
    return "outcome" in reading or bool(reading.get("rows"))


SAVED = sorted(
    path for path in LISTS.glob("*/*")
    if not path.name.endswith(".json") and path.parent.name != "home" and readable(path)
)  # fmt: skip


def bomb(coding, body):
    """A portal whose list unpacks into 64 MB."""
    page = Reply(body=body, headers=(("Content-Type", "text/html"), ("Content-Encoding", coding)))
    return Site(f"bomb-{coding}", "html", portal(page), Outcome.TOO_LARGE)


BOMBS = (bomb("br", brotli.compress(bytes(64 << 20))), bomb("zstd", zstd.compress(bytes(64 << 20))))  # Scrapy's packages
HOMES = sorted((LISTS / "home").glob("*.html"))


def home(path):
    """A portal whose home page is a saved one."""
    name = f"home-{path.stem.replace('_', '-')}"
    page = Reply(body=path.read_bytes().replace(SPOKEN.encode(), f"{name}.example".encode()))
    return Site(name, "html", portal(Reply(body=list_page()), home=lambda asked: page))


TRAPS = {site.id: (site, count) for site, count in map(trap, SAVED)}
SITES = {site.id: site for site in (*ALL, *(site for site, _ in TRAPS.values()), *BOMBS, *map(home, HOMES))}


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    return play(list(SITES.values()), tmp_path_factory.mktemp("trouble"))


@pytest.fixture(scope="module")
def seen(night):
    return {look["channel_id"]: look for look in looks(night[0])}


def asked(night, name, path):
    return [one for site, one in night[1].log if site == name and one.path == path]


@pytest.mark.parametrize("name", SITES)
def test_each_portal_gives_the_outcome_that_it_must(seen, name):
    site = SITES[name]
    look, home = seen[f"{name}-gwy"], seen[f"{name}@home"]
    assert (look["outcome"], home["outcome"]) == (site.outcome, site.home_outcome), (look["detail"], home["detail"])
    if look["http_status"] is not None:
        assert (look["reach"], look["certificate"]) == (site.step, site.certificate)
        assert bool(look["tls"]) == (site.scheme == "https" and site.step != "plain")


@pytest.mark.parametrize("name", TRAPS)
def test_each_saved_list_is_read_over_the_wire_as_from_its_file(seen, name):
    look = seen[f"{name}-gwy"]
    assert (look["item_count"] or 0) == TRAPS[name][1]


@pytest.mark.parametrize("path", HOMES, ids=lambda path: path.stem)
def test_each_saved_home_page_shows_its_column_over_the_wire(night, path):
    expected = json.loads(path.with_name(f"{path.name}.reading.json").read_text(encoding="utf-8"))["column"]
    database = open_database(night[0])
    found = database.execute(
        "SELECT state, label, position, in_navigation FROM home_columns WHERE portal_id = ?", (home(path).id,)
    ).fetchall()
    database.close()
    assert found == [(expected["state"], expected["label"], expected["order"], int(expected["in_navigation"]))]


def test_every_outcome_of_a_night_is_reached_and_says_who_acts(seen):
    reached = Counter(Outcome(look["outcome"]) for look in seen.values())
    elsewhere = {Outcome.UNCHANGED, Outcome.NOT_ARCHIVED, Outcome.NOT_SHOWN}  # test_reaching, below, test_render
    assert set(Outcome) - set(reached) == elsewhere
    assert ACTS.keys() == set(Outcome)
    assert len(SITES) >= 40
    assert {site.family for site in SITES.values()} | {"home"} == {
        "html", "json", "hanweb_xml", "jpaas", "ucap_search", "xinhua_ds", "feed", "pushinfo", "home",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "vendor"), [
    ("jsl", "jsl"), ("ruishu", "Ruishu"), ("edgeone", "EdgeOne"), ("c3vk", "C3VK"), ("slider", "slider"),
    ("firewall", "WAF"), ("forbidden", "openresty"),
])  # fmt: skip
def test_what_blocks_is_named_with_its_vendor(seen, name, vendor):
    assert vendor in seen[f"{name}-gwy"]["detail"]


def test_the_home_page_in_the_place_of_an_article_is_no_article(night):
    found = [look for look in looks(night[0], "article") if look["portal_id"] == "burst"]
    assert len(found) == 5
    assert {look["outcome"] for look in found} == {"challenge"}
    assert {look["outcome"] for look in looks(night[0], "article") if look["portal_id"] == "trs"} == {"ok"}


@pytest.mark.parametrize(("name", "times"), [
    ("forbidden", 1), ("ruishu", 1), ("jsl", 1), ("gone", 1), ("later", 1), ("gateway", 2), ("recovers", 2), ("slow", 2),
    ("endless", 1), ("bomb-br", 1),
])  # fmt: skip
def test_what_may_pass_is_asked_for_again_and_what_is_a_decision_never(night, name, times):
    assert len(asked(night, name, "/gwyxx/index.html")) == times


def test_a_dead_host_is_given_up_before_all_its_pages_were_asked_for(seen):
    for name in ("silent", "nowhere", "closed"):
        assert "not asked again" in seen[f"{name}-gwy"]["detail"]


def test_a_cookie_is_carried_and_a_redirection_to_itself_followed(night):
    assert [one.headers.get("cookie") for one in asked(night, "justice", "/gwyxx/index.html")] == [None, "visit=1"]
    assert "wzws_sessionid" in asked(night, "statistics", "/gwyxx/index.html")[-1].headers["cookie"]


def test_a_robots_file_is_believed(night):
    assert {one.path for site, one in night[1].log if site == "robots"} == {"/robots.txt"}


def test_every_attempt_lies_in_the_evidence(night):
    database = open_database(night[0])
    kept = database.execute("SELECT count(*) FROM evidence WHERE url = 'https://recovers.example/gwyxx/index.html'")
    assert kept.fetchone()[0] == 2
    unproven = database.execute("SELECT count(*) FROM observations WHERE evidence_id IS NULL").fetchone()[0]
    database.close()
    assert unproven == 0


def test_a_night_of_trouble_ends_without_a_traceback(night):
    assert "Traceback" not in night[2][0]


def test_its_evidence_gives_the_same_again_and_says_what_it_lacks(night, syndication, tmp_path):
    folder = data_from(night[0], tmp_path / "data")
    syndication("replay", night[0] / "evidence", "--data", folder)
    assert content(folder) == content(night[0])
    assert {kept(look) for look in looks(folder)} == {kept(look) for look in looks(night[0])}
    other = data_from(night[0], tmp_path / "other")
    with (other / "portals.csv").open("a", encoding="utf-8") as file:
        file.write("forgotten,forgotten,province,,,https://forgotten.example/,,,,\n")
    syndication("replay", night[0] / "evidence", "--data", other)
    assert {look["outcome"] for look in looks(other) if look["portal_id"] == "forgotten"} == {Outcome.NOT_ARCHIVED}


def kept(look):
    return tuple(look[name] for name in ("channel_id", "outcome", "detail", "reach", "tls", "certificate"))
