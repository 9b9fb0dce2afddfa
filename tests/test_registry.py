"""The registry's files: what is refused and where, and that all rows of the shipped files hold together."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from spiders.families import FAMILIES as SPIDER_FAMILIES
from spiders.families import family_of
from syndication.errors import DataFolderError, RegistryError
from syndication.glossary import Level, Role
from syndication.init_folder import EDITED_FILES, init_command
from syndication.registry import FAMILIES, default_file, load_duties, load_registry

DATA = Path(__file__).parents[1] / "data"
REGISTRY = load_registry(DATA)
LISTED = [channel for channel in REGISTRY.channels if not channel.id.endswith("@home")]

PORTALS = "id,name,level,category,region_code,home_url,site_code,active_from,active_to,notes\n"
CHANNELS = "id,portal_id,name,url,family,role,options,notes\n"
DUTIES = "release_url,duty,reason,by,on\n"
A = "a,甲部,department,,,https://a.example/,,,,\n"
LIST = "a-list,a,国务院信息,https://a.example/list/,html,column,,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "portals.csv").write_text(PORTALS + A, encoding="utf-8")
    (tmp_path / "channels.csv").write_text(CHANNELS + LIST, encoding="utf-8")
    return tmp_path


def refused(folder: Path, name: str, content: str | bytes) -> RegistryError:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(RegistryError) as caught:
        load_duties(folder) if name == "duties.csv" else load_registry(folder)
    told, problem = str(caught.value), caught.value
    assert told.startswith(f"{folder / name} 第 {problem.line} 行 {problem.column} 列有误，请改正后重新运行。 ")
    assert f"{folder / name}, line {problem.line}, column {problem.column}: " in told
    return caught.value


# --- the shipped files ----------------------------------------------------------------------------------------------


def test_the_watched_sites_are_71_departments_and_32_provincial_portals() -> None:
    assert Counter(portal.level for portal in REGISTRY.portals) == {Level.DEPARTMENT: 71, Level.PROVINCE: 32}
    codes = [portal.region_code for portal in REGISTRY.portals if portal.level is Level.PROVINCE]
    assert len(set(codes)) == 32
    assert all(re.fullmatch(r"\d{2}0000", code) for code in codes)
    assert not any(portal.region_code for portal in REGISTRY.portals if portal.level is Level.DEPARTMENT)


def test_every_portal_has_a_category_and_exactly_one_home_page() -> None:
    for portal in REGISTRY.portals:
        homes = [channel for channel in REGISTRY.channels_of(portal.id) if channel.role is Role.HOME]
        assert [(home.id, home.url, home.family) for home in homes] == [(f"{portal.id}@home", portal.home_url, "home")]
        assert portal.category


@pytest.mark.parametrize("channel", LISTED, ids=lambda channel: channel.id)
def test_every_listed_channel_belongs_to_its_portal(channel) -> None:
    assert channel.id.startswith(f"{channel.portal_id}-")
    assert REGISTRY.portal(channel.portal_id).home_url != channel.url
    if channel.role is Role.COLUMN:
        assert re.search("国务院|中央", channel.name)


@pytest.mark.parametrize("channel", LISTED, ids=lambda channel: channel.id)
def test_every_listed_channel_gives_its_family_options_that_it_takes(channel) -> None:
    family_of(channel.family).check_options(channel.options)


def test_the_families_that_a_row_may_name_are_those_that_exist() -> None:
    assert set(SPIDER_FAMILIES) == FAMILIES


def test_only_these_portals_have_no_known_list() -> None:
    without = {portal.id for portal in REGISTRY.portals} - {channel.portal_id for channel in LISTED}
    assert without == {"xpcc", "scio", "drc", "119", "ssf", "cea"}


def test_the_chosen_and_the_left_out_departments_stand_in_the_document() -> None:
    text = (DATA.parent / "docs" / "survey.md").read_text(encoding="utf-8")
    left_out = set(re.findall(r"^\| `([a-z0-9-]+)` \| ", text.split("## Left out")[1].split("\n## ")[0], re.MULTILINE))
    assert len(left_out) == 14
    assert not left_out & {portal.id for portal in REGISTRY.portals}


def test_the_packaged_files_are_the_ones_in_data() -> None:
    for name in EDITED_FILES:
        assert default_file(name).read_bytes() == (DATA / name).read_bytes()


# --- reading --------------------------------------------------------------------------------------------------------


def test_what_a_spreadsheet_saves_is_read(folder: Path) -> None:
    rows = PORTALS + 'a,"甲\n部",department,,,https://a.example/,bm07000001,2024/1/5,2026-03-31,\n,,,,,,,,,\n\n'
    (folder / "portals.csv").write_bytes(b"\xef\xbb\xbf" + rows.replace("\n", "\r\n").encode())
    portal = load_registry(folder).portal("a")
    assert (portal.active_from, portal.active_to) == (date(2024, 1, 5), date(2026, 3, 31))
    assert portal.name == "甲\r\n部"


@pytest.mark.parametrize(
    ("day", "active"),
    [(date(2024, 1, 4), 0), (date(2024, 1, 5), 1), (date(2024, 1, 6), 1), (date(2024, 1, 7), 0)],
)
def test_a_portal_is_active_from_and_to_the_days_named(folder: Path, day: date, active: int) -> None:
    row = "a,甲部,department,,,https://a.example/,,2024-01-05,2024-01-06,\n"
    (folder / "portals.csv").write_text(PORTALS + row, encoding="utf-8")
    registry = load_registry(folder).active_on(day)
    assert (len(registry.portals), len(registry.channels)) == (active, active * 2)


def test_a_listed_home_page_is_not_added_again(folder: Path) -> None:
    row = 'a-front,a,首页,https://a.example/,home,home,"{""min_rows"": 5}",\n'
    (folder / "channels.csv").write_text(CHANNELS + row, encoding="utf-8")
    assert [channel.id for channel in load_registry(folder).channels] == ["a-front"]


def test_channels_of_another_set_of_families(folder: Path) -> None:
    assert load_registry(folder, families={"html"}).channels[0].family == "html"
    with pytest.raises(RegistryError, match="'html' is none of: feed"):
        load_registry(folder, families={"feed"})


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("A,甲,department,,,https://b.example/,,,,", "id", "small letters"),
        (",甲,department,,,https://b.example/,,,,", "id", "empty"),
        ("a,甲,department,,,https://b.example/,,,,", "id", "line 2 already"),
        ("b,,department,,,https://b.example/,,,,", "name", "empty"),
        ("b,乙,ministry,,,https://b.example/,,,,", "level", "none of: department, province"),
        ("b,乙,province,,110000.0,https://b.example/,,,,", "region_code", "six digits"),
        ("b,乙,province,,１１００００,https://b.example/,,,,", "region_code", "six digits"),
        ("b,乙,department,,,www.b.example,,,,", "home_url", "http://"),
        ("b,乙,department,,,https://,,,,", "home_url", "names no host"),
        ("b,乙,department,,,https://b .example/,,,,", "home_url", "blank"),
        ("b,乙,department,,,https://b.example:x/,,,,", "home_url", "[Pp]ort"),
        ("b,乙,department,,,https://a.example/,,,,", "home_url", "line 2 already"),
        ("b,乙,department,,,https://b.example/,bm0700001,,,", "site_code", "ten digits"),
        ("b,乙,department,,,https://b.example/,,2024-02-30,,", "active_from", "no day"),
        ("b,乙,department,,,https://b.example/,,,5.1.2024,", "active_to", "write 2024-01-05"),
        ("b,乙,department,,,https://b.example/,,2024-01-05,2024-01-04,", "active_to", "before active_from"),
        ("b,乙,department,,,https://b.example/,,,", "active_to", "9 cells, the header 10"),
        ("b,乙,department,,,https://b.example/,,,,注,意", "notes", "11 cells, the header 10"),
    ],
)
def test_a_wrong_portal_is_refused(folder: Path, row: str, column: str, reason: str) -> None:
    error = refused(folder, "portals.csv", PORTALS + A + row + "\n")
    assert (error.line, error.column) == (3, column)
    assert re.search(reason, error.reason)
    assert not error.others


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("a-list,a,名,https://a.example/x,html,news,,", "id", "line 2 already"),
        ("a@home,a,名,https://a.example/x,html,news,,", "id", "small letters"),
        ("b-list,b,名,https://a.example/x,html,news,,", "portal_id", "no portal 'b'"),
        ("a-x,a,名,ftp://a.example/x,html,news,,", "url", "http://"),
        ("a-x,a,名,https://a.example/list/,html,news,,", "url", "line 2 already"),
        ("a-x,a,名,https://a.example/x,htm,news,,", "family", "none of: "),
        ("a-x,a,名,https://a.example/x,html,columns,,", "role", "none of: column, news, home"),
        ("a-x,a,名,https://a.example/x,home,column,,", "role", "go together"),
        ("a-x,a,名,https://a.example/x,html,news,{css: li},", "options", "not JSON"),
        ("a-x,a,名,https://a.example/x,html,news,[],", "options", "JSON object"),
        ('a-x,a,名,https://a.example/x,html,news,"{""n"": 1, ""n"": 2}",', "options", "n stands twice"),
        ('a-x,a,名,https://a.example/x,html,news,"{""n"": NaN}",', "options", "NaN"),
    ],
)
def test_a_wrong_channel_is_refused(folder: Path, row: str, column: str, reason: str) -> None:
    error = refused(folder, "channels.csv", CHANNELS + LIST + row + "\n")
    assert (error.line, error.column) == (3, column)
    assert re.search(reason, error.reason)


def test_two_lists_at_one_address_differ_by_their_options(folder: Path) -> None:
    row = 'a-two,a,名,https://a.example/list/,html,news,"{""css"": ""li""}",\n'
    (folder / "channels.csv").write_text(CHANNELS + LIST + row, encoding="utf-8")
    assert [channel.options for channel in load_registry(folder).channels_of("a")] == [{}, {"css": "li"}, {}]


@pytest.mark.parametrize(
    ("content", "line", "column", "reason"),
    [
        ("", 1, "(whole file)", "is empty"),
        (PORTALS.replace(",notes", "") + A, 1, "notes", "is missing"),
        (PORTALS.replace("notes", "notes,owner") + A, 1, "owner", "no column of this file"),
        (PORTALS.replace("notes", "notes,") + A, 1, "(without a name)", "no column of this file"),
        (PORTALS.replace("notes", "notes,id") + A, 1, "id", "twice"),
        ((PORTALS + A).encode("gbk"), 2, "(whole file)", "CSV UTF-8"),
        ((PORTALS + A).encode("utf-16"), 1, "(whole file)", "CSV UTF-8"),
        (PORTALS + A + 'b,"乙部', 3, "(whole file)", "cannot be read as CSV"),
        (PORTALS + '\n\na,"甲\n部",department,,,https://a.example/,,,,\nB,乙,department,,,https://b.example/,,,,\n',
         6, "id", "small letters"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_the_line_of_an_editor(
    folder: Path, content: str | bytes, line: int, column: str, reason: str
) -> None:
    error = refused(folder, "portals.csv", content)
    assert (error.line, error.column) == (line, column)
    assert reason in error.reason


def test_all_wrong_cells_of_both_files_are_named_at_once(folder: Path) -> None:
    (folder / "channels.csv").write_text(CHANNELS + "a-x,z,名,nowhere,html,news,,\n", encoding="utf-8")
    error = refused(folder, "portals.csv", PORTALS + A + "b,,town,,1,https://b.example/,,,,\n")
    assert error.column == "name"
    assert [other.column for other in error.others] == ["level", "region_code", "url", "portal_id"]
    assert str(error).endswith("and 1 more")


@pytest.mark.parametrize("name", ["portals.csv", "channels.csv"])
def test_a_folder_without_the_file_says_where_it_looked_and_what_to_run(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(DataFolderError, match=rf"{name} is missing: looked in {folder}.*syndication init"):
        load_registry(folder)


# --- duties ---------------------------------------------------------------------------------------------------------


def test_duties_are_read_and_the_packaged_file_has_none(folder: Path) -> None:
    assert load_duties(folder) == ()
    row = "https://www.gov.cn/a.htm,no,仅涉一地,检查组,2026/3/1\n"
    (folder / "duties.csv").write_text(DUTIES + row, encoding="utf-8-sig")
    [duty] = load_duties(folder)
    assert (duty.release_url, duty.duty, duty.reason, duty.by, duty.on) == (
        "https://www.gov.cn/a.htm", False, "仅涉一地", "检查组", date(2026, 3, 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("gov.cn/a.htm,yes,理由,某,2026-03-01", "release_url"),
        ("https://www.gov.cn/a.htm,是,理由,某,2026-03-01", "duty"),
        ("https://www.gov.cn/a.htm,yes,,某,2026-03-01", "reason"),
        ("https://www.gov.cn/a.htm,yes,理由,,2026-03-01", "by"),
        ("https://www.gov.cn/a.htm,yes,理由,某,", "on"),
    ],
)
def test_a_duty_needs_a_release_a_decision_a_reason_an_author_and_a_day(folder: Path, row: str, column: str) -> None:
    assert refused(folder, "duties.csv", DUTIES + row + "\n").column == column


# --- syndication init -----------------------------------------------------------------------------------------------


def test_init_writes_a_folder_that_loads_and_never_overwrites(tmp_path: Path) -> None:
    made = tmp_path / "new" / "data"
    first = CliRunner().invoke(init_command, [str(made)])
    assert (first.exit_code, sorted(path.name for path in made.iterdir())) == (0, sorted(EDITED_FILES))
    assert load_registry(made) == REGISTRY
    assert (made / "portals.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    (made / "rules.toml").write_text("edited", encoding="utf-8")
    (made / "duties.csv").unlink()
    second = CliRunner().invoke(init_command, [str(made)])
    assert "已写入" in second.output
    assert "保持不变：portals.csv、channels.csv、rules.toml" in second.output
    assert (made / "rules.toml").read_text(encoding="utf-8") == "edited"


def test_init_into_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("", encoding="utf-8")
    result = CliRunner().invoke(init_command, [str(tmp_path / "data")])
    assert isinstance(result.exception, DataFolderError)
