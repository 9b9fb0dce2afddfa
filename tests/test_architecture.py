"""The rooms and who may enter them (docs/design.md): an import is a fact, so each rule is a few lines over the syntax trees."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest
from conftest import ROOT

MODULES = sorted([*ROOT.glob("spiders/**/*.py"), *ROOT.glob("syndication/**/*.py")])
SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE FROM|WITH \w+ AS|PRAGMA|ATTACH|(CREATE|ALTER|DROP) (TABLE|VIEW|INDEX)) (?!\()")
SQL_ROOM = "syndication/store/"


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def imports(path):
    """The modules that a file imports when it runs (not those for its type checker only)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    checked_only = {
        node for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test).endswith("TYPE_CHECKING")
        for node in ast.walk(block)
    }  # fmt: skip
    for node in ast.walk(tree):
        if node in checked_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def enters(path, *rooms):
    return sorted({name for name in imports(path) if any(name == room or name.startswith(room + ".") for room in rooms)})


@pytest.mark.parametrize("path", [p for p in MODULES if name_of(p).startswith("spiders/")], ids=name_of)
def test_spiders_never_touch_the_store(path):
    assert enters(path, "sqlite3", "sqlite_utils", "syndication.store", "syndication.steps", "datasette") == []


def test_judging_is_pure():
    path = ROOT / "syndication" / "judging.py"
    allowed = {"__future__", "bisect", "dataclasses", "datetime", "typing", "syndication.glossary"}
    assert set(imports(path)) <= allowed


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_zones_stand_in_one_module(path):
    if name_of(path) == "syndication/clock.py":
        return
    text = path.read_text(encoding="utf-8")
    assert re.search(r"\btimezone\(", text) is None
    assert "ZoneInfo" not in text
    assert ".now(tz" not in text
    assert "datetime.now" not in text
    assert "date.today" not in text


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_sql_stands_in_the_store_only(path):
    if name_of(path).startswith(SQL_ROOM):
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert [text for text in texts if SQL.match(text)] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_spiders_are_ours():
    code = "import spiders, syndication, os; print(os.path.commonpath([spiders.__file__, syndication.__file__]))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert said.strip() == str(ROOT)


def test_scrapy_lists_exactly_our_spiders():
    said = subprocess.run([sys.executable, "-m", "scrapy", "list"], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.split() == ["pages", "portals", "releases", "scout"]


def test_a_crawl_asks_nobody_for_the_public_suffixes():
    from scrapy.downloadermiddlewares import cookies

    from syndication.crawl import _keep_to_the_sites

    _keep_to_the_sites()
    assert cookies._split_domain.suffix_list_urls == ()
    assert cookies._split_domain("www.portal.gov.cn").suffix == "gov.cn"
