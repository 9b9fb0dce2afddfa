"""Datasette's own pages in Chinese, by replacing strings of its templates and of its script while they are loaded.

Fact of the world: Datasette 0.65 has no translations; its English stands in templates and in table.js. A copy of a
template would miss what later versions change in it; a string that is not found here any more is noticed by the tests
(tests/test_publish.py), which also look for English that was left over.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from datasette.filters import Filters  # type: ignore[import-untyped]  # Datasette ships no types
from jinja2 import BaseLoader, Environment
from markupsafe import Markup

from syndication.publish import catalog, cellmaking, faults
from syndication.publish.values import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

OPERATORS: Mapping[str, str] = {
    "exact": "等于", "not": "不等于", "contains": "包含", "endswith": "结尾是",
    "startswith": "开头是", "gt": "大于", "gte": "不小于", "lt": "小于", "lte": "不大于", "like": "符合模式",
    "notlike": "不符合模式", "glob": "符合通配符", "in": "属于", "notin": "不属于", "arraycontains": "数组包含",
    "arraynotcontains": "数组不包含", "date": "日期是", "isnull": "为空值", "notnull": "不为空值", "isblank": "为空",
    "notblank": "不为空",
}  # fmt: skip
"""Datasette's filter operators; tests check that none is missing."""

_LOCKS = re.compile(r"\{% if [\w.]*private %\} 🔒\{% endif %\}")
"""Datasette's marks at what strangers may not see: with a locked door, at everything."""
MENU_WORDS: Mapping[str, str] = {"Log in": "登录"}
"""Menu entries of other plugins (datasette-auth-passwords)."""


@cache
def replacements() -> Mapping[str, list[tuple[str, str]]]:
    """For each file of Datasette's: what is replaced by what."""
    found = tomllib.loads(files("syndication.publish").joinpath("chinese.toml").read_text("utf-8"))
    return {name: [(old, new) for old, new in pairs] for name, pairs in found.items()}


def translated(name: str, source: str) -> tuple[str, list[str]]:
    """A file of Datasette's in Chinese, and the strings that were looked for in it in vain."""
    absent = []
    for old, new in replacements().get(name, ()):
        if old not in source:
            absent.append(old)
        source = source.replace(old, new)
    return _LOCKS.sub("", source) if name.endswith(".html") else source, absent


def table_script() -> str:
    """Datasette's table.js in Chinese."""
    return translated("table.js", files("datasette").joinpath("static", "table.js").read_text("utf-8"))[0]


class ChineseLoader(BaseLoader):
    """Loads what another loader finds, in Chinese."""

    def __init__(self, english: BaseLoader) -> None:
        self.english = english

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The template's source, translated where it is one of Datasette's."""
        source, filename, uptodate = self.english.get_source(environment, template)
        return translated(template.removeprefix("default:"), source)[0], filename, uptodate

    def list_templates(self) -> list[str]:
        """As the other loader has them."""
        return self.english.list_templates()


def make_chinese(environment: Environment) -> None:
    """Give a Datasette's templates the loader and the filters that the Chinese ones call."""
    if environment.loader is None:
        raise ValueError("the environment has no loader to translate")
    environment.loader = ChineseLoader(environment.loader)
    environment.filters["table_title"] = lambda name: catalog.table(name).title
    environment.filters["table_description"] = lambda name: catalog.table(name).description
    environment.filters["column_label"] = lambda name, table: catalog.column(table, name).label
    environment.filters["value_text"] = value_text
    environment.filters["crumb"] = crumb
    environment.filters["menu_word"] = lambda label: MENU_WORDS.get(label, label)
    environment.filters["operator"] = lambda key: OPERATORS.get(key, key)
    environment.filters["described"] = described
    environment.filters["fault_told"] = faults.told
    environment.filters["unfolded"] = unfolded
    environment.filters["unfolded_cells"] = unfolded_cells
    environment.filters["record_page"] = record_page


def value_text(value: object, table: str, column: str) -> object:
    """A value for people; for facets, whose values may also be labels."""
    return shown(catalog.column(table, column), value) if isinstance(value, str | int | float) else value


def crumb(label: str) -> str:
    """One of the names that stand above a page."""
    if label == "home":
        return "首页"
    return "监测数据库" if label == catalog.DATABASE else catalog.table(label).title


def described(filters: Filters, table: str, sort: str | None, sort_desc: str | None, search: str = "") -> str:
    """The filters and the order of a list, in one Chinese sentence; empty where there are none."""
    told = []
    for name, lookup, value in filters.selections():
        column = catalog.column(table, name)
        wanted = "" if lookup in ("isnull", "notnull", "isblank", "notblank") else f"“{shown(column, value)}”"
        told.append(f"{column.label}{OPERATORS.get(lookup, lookup)}{wanted}")
    if search:
        told.append(f"搜索“{search}”")
    order = sort or sort_desc
    told_order = f"按{catalog.column(table, order).label}{'降序' if sort_desc else '升序'}排列" if order else ""
    return "；".join(part for part in ("，且".join(told), told_order) if part)


def unfolded_cells(
    row: Iterable[Mapping[str, object]], table: str, request: object, database: str, urls: Any
) -> list[Mapping[str, object]]:
    """The cells of the columns that a page shows.

    The link to a record with several keys says 查看 and not the keys; beside one to a record with a page of the
    workbench stands the link to that. `urls` is Datasette's of the page.
    """
    return unfolded([_record_link(cell, table, database, urls) for cell in row], table, request)


def _record_link(cell: Mapping[str, object], table: str, database: str, urls: Any) -> Mapping[str, object]:
    if cell.get("value_type") != "pk":
        return cell
    link = str(cell["value"])  # Datasette's own: <a href="...">keys</a>, escaped
    if cell.get("is_special_link_column"):
        return {**cell, "value": Markup(link[: link.index(">") + 1] + "查看</a>")}
    return {**cell, "value": Markup(link) + cellmaking.page_link(urls.ds, database, table, cell["raw"])}


def record_page(table: str, keys: Iterable[object], database: str, urls: Any) -> Markup:
    """The link from a record to its page of the workbench; empty where it has none."""
    return cellmaking.page_link(urls.ds, database, table, next(iter(keys)))


def unfolded(items: Iterable[Mapping[str, object]], table: str, request: object) -> list[Mapping[str, object]]:
    """The columns or cells that a page shows: those not folded, in its own order; or what the address asks for."""
    arguments = getattr(request, "args", {})
    if "_col" in arguments:
        return list(items)
    by_name = {str(item.get("column") or item["name"]): item for item in items}
    return [by_name[name] for name in catalog.arranged(table, by_name)]
