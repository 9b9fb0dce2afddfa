"""The documents: generated ones are fresh, commands and links in all of them exist, each is reached and fits on a screen."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from conftest import ROOT

from syndication.cli import main
from syndication.glossary import CHINESE, Flag, Mode, Status
from syndication.reference import schema
from syndication.reference.meaning import meaning_fragment
from syndication.reference.pages import pages

GENERATED = pages(ROOT)
PAGES = sorted((ROOT / "docs").glob("*.md"))
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
DOCUMENTS = [*READMES, *PAGES]
ONE_SCREEN = 70
LONGER = {"verdicts.zh-CN.md": "a page for readers outside, in one piece; the pages show it too"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_document_is_fresh(name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == GENERATED[name], "stale: make docs"


# --- commands and links ---


def commands_in(text: str) -> list[str]:
    """What documents tell people to type: lines of code blocks and inline code that begin with the program's name."""
    text = re.sub(r"\\\n\s*", " ", text)
    blocks = re.findall(r"^```(?:sh)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    inline = [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))]
    told = []
    for line in [*lines, *inline]:
        code = re.sub(r"\s#\s.*", "", line).replace("\\|", "|")
        if found := re.search(r"(?:^|[\s/])(syndication [a-z][a-z-]*(?=\s|$).*)", code):
            told.append(re.split(r"\s(?:&&|\|\||\||>|2>|<)", found[1])[0])
    return told


def check_command(line: str) -> None:
    """Raises AssertionError for a command or an option that the program does not have."""
    words = shlex.split(line.replace("…", "X"))[1:]
    command: click.Command = main
    path = []
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            assert path, f"no command {words[0]}"
            break
        path.append(words[0])
        command = command.commands[words.pop(0)]
    known = {"--help", "-h"} | {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    unknown = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)} - known
    assert not unknown, f"{' '.join(path)} has no {sorted(unknown)}"


TOLD = [(path, line) for path in DOCUMENTS if name_of(path) not in GENERATED for line in commands_in(path.read_text("utf-8"))]


def test_commands_are_found_in_documents() -> None:
    text = "```sh\nsudo -u syndication /opt/bin/syndication init /srv/syndication # makes\n```\nand `syndication runs --json`"
    assert commands_in(text) == [
        "syndication init /srv/syndication", "syndication runs --json",
    ]  # fmt: skip
    assert len(TOLD) > 50


@pytest.mark.parametrize(("path", "line"), [pytest.param(*each, id=f"{name_of(each[0])}: {each[1]}") for each in TOLD])
def test_what_documents_say_to_type_exists(path: Path, line: str) -> None:
    check_command(line)


@pytest.mark.parametrize("line", ["syndication nigthly", "syndication nightly --date data", "syndication notice verify --csv x"])
def test_a_wrong_command_is_seen(line: str) -> None:
    with pytest.raises(AssertionError):
        check_command(line)


def links_in(path: Path) -> list[str]:
    """Targets of links and images that are files of the repository, without those in code."""
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", path.read_text("utf-8"), flags=re.M | re.S)
    return [unquote(target) for target in re.findall(r"\]\(([^)\s]+)\)", text) if ":" not in target]


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_and_images_lead_somewhere(path: Path) -> None:
    broken = []
    for target in links_in(path):
        file, _, anchor = target.partition("#")
        place = (path.parent / file).resolve() if file else path
        if not place.is_file() or (anchor and anchor not in anchors(place)):
            broken.append(target)
    assert broken == []


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub makes of headings."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.M | re.S), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_pages_that_are_named_exist(path: Path) -> None:
    folders, ends = "docs|tests|deploy|data|syndication|spiders|benchmarks", "md|py|toml|csv|conf|env|sql"
    named = re.findall(rf"(?<![\w/])(?:{folders})/[\w./-]+\.(?:{ends})\b", path.read_text("utf-8"))
    missing = [name for name in named if not (ROOT / name).is_file() and not (ROOT / "syndication" / name).is_file()]
    assert missing == []


def test_every_page_and_image_is_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        if page.suffix == ".md":
            waiting += [(page.parent / target.partition("#")[0]).resolve() for target in links_in(page)]
    there = {*PAGES, *(ROOT / "docs" / "images").iterdir()}
    assert sorted(map(name_of, there - seen)) == []


# --- what documents are like ---


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if name_of(path) not in GENERATED], ids=name_of)
def test_a_page_fits_on_a_screen(path: Path) -> None:
    lines = path.read_text("utf-8").count("\n")
    assert lines <= ONE_SCREEN or (path.name in LONGER and lines <= 2 * ONE_SCREEN)


def test_images_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs" / "images").iterdir()}
    assert {name: size for name, size in sizes.items() if size > 150_000} == {}


def typed_in(text: str) -> list[str]:
    """The lines of the blocks of commands, without their remarks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [re.sub(r"\s+#.*", "", line) for block in blocks for line in block.splitlines()]


def test_both_readmes_say_the_same() -> None:
    english, chinese = (path.read_text("utf-8") for path in READMES)
    assert re.findall(r"^(#+) ", english, re.MULTILINE) == re.findall(r"^(#+) ", chinese, re.MULTILINE)
    assert typed_in(english) == typed_in(chinese)
    images = [re.findall(r"docs/images/[\w.-]+", text) for text in (english, chinese)]
    assert images[0] == images[1]


@pytest.mark.parametrize("name", ["verdicts.md", "verdicts.zh-CN.md"])
def test_the_page_on_verdicts_has_every_word(name: str) -> None:
    text = (ROOT / "docs" / name).read_text("utf-8")
    words = [CHINESE[word] for kind in (Status, Flag, Mode) for word in kind]
    assert [word for word in words if word not in text] == []
    if name == "verdicts.md":
        assert [word for word in (*Status, *Flag) if f"`{word}`" not in text] == []


def test_the_meaning_page_has_no_signs_of_a_template() -> None:
    with pytest.raises(ValueError, match="template"):
        meaning_fragment("a {{ b }}")


def test_words_that_are_written_alike_have_one_chinese() -> None:
    kinds = {type(word) for word in CHINESE}
    assert len({word for kind in kinds for word in kind}) == len(CHINESE)
    source = (ROOT / "syndication" / "glossary.py").read_text("utf-8")
    names = {f"{kind.__name__}.{word.name}": str(word) for kind in kinds for word in kind}
    told: dict[str, set[str]] = {}
    for name, chinese in re.findall(r'(\w+\.[A-Z_]+): "([^"]*[\u4e00-\u9fff][^"]*)"', source):
        told.setdefault(names[name], set()).add(chinese)
    assert {word: found for word, found in told.items() if len(found) > 1} == {}


# --- the schema's meanings ---


def test_every_meaning_is_used() -> None:
    database = schema.fresh()
    columns = {(each.name, column.name) for each in [*database.tables, *database.views] for column in each.columns}
    found = schema.meanings()
    assert set(found["columns"]) - {name for _, name in columns} == set()
    assert {(table, name) for table, names in found["tables"].items() for name in names} - columns == set()


def test_the_public_columns_are_those_of_the_design() -> None:
    columns = [column.name for column in schema.fresh()["verdict_list"].columns]
    public = columns[: columns.index("reviewed") + 1]
    assert public == [
        "verdict_id", "portal_id", "portal_name", "level", "release_url", "document_number", "title", "released_at", "edition",
        "deadline", "status", "mode", "flags", "earliest", "latest", "lag_hours", "page_url", "reviewed",
    ]  # fmt: skip
