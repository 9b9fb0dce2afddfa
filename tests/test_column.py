"""The column on the home page: the rule of prominence, what a browser's measure changes, and the share of portals."""

from __future__ import annotations

from pathlib import Path

import pytest
from families_reading import page_of

from spiders.families.home import read_home
from spiders.families.measured import BOX
from syndication.clock import from_text
from syndication.errors import RulesError
from syndication.glossary import ColumnState, Level, Outcome, Role
from syndication.items import Ask, Channel, ChannelLook, ColumnSight, Look, Portal
from syndication.prominence import Prominence
from syndication.registry import Registry
from syndication.rules import load_rules
from syndication.store import Store

LIST, BARE, NONE, EMBED = (
    ColumnState.ENTRY_WITH_LIST, ColumnState.ENTRY_WITHOUT_LIST, ColumnState.NO_ENTRY, ColumnState.EMBED,
)  # fmt: skip
RULE = Prominence(highest_order=3, most_pixels=1000)


@pytest.mark.parametrize(
    ("sight", "rule", "prominent"),
    [
        (ColumnSight(LIST, order=1), RULE, True),
        (ColumnSight(LIST, order=3), RULE, True),
        (ColumnSight(LIST, order=4), RULE, False),
        (ColumnSight(EMBED, order=2), RULE, True),
        (ColumnSight(NONE), RULE, False),
        (ColumnSight(BARE, order=1), RULE, False),
        (ColumnSight(BARE, order=1), Prominence(list_needed=False), True),
        (ColumnSight(BARE, in_navigation=True), RULE, False),
        (ColumnSight(BARE, in_navigation=True), Prominence(list_needed=False), False),
        (ColumnSight(BARE, in_navigation=True), Prominence(list_needed=False, navigation_counts=True), True),
        (ColumnSight(LIST, order=9, rendered=True, pixels=1000), RULE, True),
        (ColumnSight(LIST, order=1, rendered=True, pixels=1001), RULE, False),
        (ColumnSight(LIST, order=1, rendered=True), RULE, False),
    ],
)
def test_prominence_by_rule(sight: ColumnSight, rule: Prominence, prominent: bool) -> None:
    assert rule.holds_for(sight) is prominent


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", Prominence()),
        ("[prominence]\nhighest_order = 2\n", Prominence(highest_order=2)),
        ("[prominence]\nlist_needed = false\nmost_pixels = 768\n", Prominence(list_needed=False, most_pixels=768)),
    ],
)
def test_the_rule_is_read_and_may_be_absent(tmp_path: Path, text: str, rule: Prominence) -> None:
    assert load_rules(_with(tmp_path, text)).prominence == rule


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[prominence]\nhighest = 2\n", "prominence.highest: no such key"),
        ("[prominence]\nhighest_order = 0\n", "prominence.highest_order: must be a whole number above 0"),
        ("[prominence]\nlist_needed = 1\n", "prominence.list_needed: must be true or false"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_key(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(RulesError, match=named):
        load_rules(_with(tmp_path, text))


def _with(folder: Path, text: str) -> Path:
    shipped = (Path(__file__).parents[1] / "data" / "rules.toml").read_text(encoding="utf-8")
    (folder / "rules.toml").write_text(shipped.partition("[prominence]")[0] + text, encoding="utf-8")
    return folder


def _home(attributes: str = "") -> str:
    def block(name: str, more: str = "") -> str:
        rows = "".join(f'<li><a href="/{name}/{n}.html">{name}关于驿道保护的第{n}号通知</a></li>' for n in range(3))
        return f'<div class="mod"><h3 {more}>{name}</h3><ul>{rows}</ul></div>'

    return f"<body><div class='main'>{block('本地要闻')}{block('国务院信息', attributes)}</div></body>"


def test_order_and_depth_are_read_from_the_source() -> None:
    column = read_home(page_of(_home()), ["国务院信息"], Prominence()).column
    assert (column.order, column.depth, column.rendered, column.pixels) == (2, 2, False, None)
    assert column.prominent is True
    assert read_home(page_of(_home()), ["国务院信息"], Prominence(highest_order=1)).column.prominent is False
    assert read_home(page_of(_home()), ["国务院信息"]).column.prominent is None


@pytest.mark.parametrize(
    ("box", "pixels", "first_screen", "prominent"),
    [
        ("20 300 200 30", 300, True, True),
        ("20 738 200 30", 738, True, True),
        ("20 739 200 30", 739, False, True),
        ("1400 300 200 30", 300, False, True),
        ("20 1600 200 30", 1600, False, False),
        ("", None, False, False),
    ],
)
def test_what_a_browser_measured(box: str, pixels: int | None, first_screen: bool, prominent: bool) -> None:
    text = _home(f'{BOX}="{box}"' if box else "")
    page = page_of(text, "https://x.example.cn/", ask=Ask("https://x.example.cn/", "RENDER"))
    column = read_home(page, ["国务院信息"], Prominence()).column
    assert (column.rendered, column.pixels, column.first_screen, column.prominent) == (
        True, pixels, first_screen, prominent,
    )  # fmt: skip


def test_the_share_of_each_day_says_of_how_many(tmp_path: Path) -> None:
    portals = tuple(
        Portal(name, name, level, "", "", f"https://{name}.example/", "", None, None, "")
        for name, level in (("a", Level.DEPARTMENT), ("b", Level.DEPARTMENT), ("c", Level.PROVINCE), ("d", Level.PROVINCE))
    )
    channels = tuple(Channel(f"{p.id}@home", p.id, "首页", p.home_url, "home", Role.HOME) for p in portals)
    store = Store(tmp_path)
    store.sync_registry(Registry(portals, channels))
    store.start_run("r", "nightly", from_text("2026-03-01T18:00:00Z"), "evidence/r", "0")

    def see(portal: str, at: str, sight: ColumnSight | None) -> None:
        look = Look(portal, f"{portal}@home", f"https://{portal}.example/", from_text(at),
                    Outcome.OK if sight else Outcome.TIMEOUT)  # fmt: skip
        store.start_run(at + portal, "nightly", from_text(at), "evidence/r", "0")
        store.record(at + portal, ChannelLook(look, column=sight))

    see("a", "2026-03-01T15:59:00Z", ColumnSight(NONE, prominent=False))  # 23:59 of the first of March in Beijing
    see("a", "2026-03-01T18:00:00Z", ColumnSight(NONE, prominent=False))
    see("a", "2026-03-02T06:00:00Z", ColumnSight(LIST, order=1, prominent=True))  # the day's last sight counts
    see("b", "2026-03-01T18:00:00Z", ColumnSight(BARE, in_navigation=True, prominent=False))
    see("c", "2026-03-01T18:00:00Z", ColumnSight(NONE, prominent=False))
    see("d", "2026-03-01T18:00:00Z", None)
    store.commit()
    rows = store.db.execute(
        "SELECT day, watched, observed, with_column, column_percent, judged, prominent_columns, prominent_percent,"
        " departments, departments_with_column, provinces, provinces_with_column FROM column_share ORDER BY day"
    ).fetchall()
    store.close()
    assert rows == [
        ("2026-03-01", 4, 1, 0, 0.0, 1, 0, 0.0, 1, 0, 0, 0),
        ("2026-03-02", 4, 3, 2, 66.7, 3, 1, 33.3, 2, 2, 1, 0),
    ]
