"""A map of provinces from a file that the operator brings: `map.geojson` in the data folder, with its approval number.

Facts of the world: maps of China that are published need an approval number (审图号); none comes with this program. The
file is GeoJSON (RFC 7946, longitude and latitude), its top level has `approval_number`, and the properties of each
feature have `adcode`, the six digits of the region code. Without a number the file is not shown.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from syndication.errors import DataFolderError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from syndication.publish.workbench.tiles import Tile

FILE_NAME = "map.geojson"
WIDTH = 620
_MIDDLE = math.cos(math.radians(35))


def province_map(folder: Path, tiles: Mapping[str, Tile]) -> Markup | None:
    """The approved map with the provinces' shades; None without a file.

    Raises DataFolderError where the file is no such GeoJSON or lacks its approval number.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    number, shapes, height = _shapes(path, path.stat().st_mtime_ns)
    parts = []
    for code, outline in shapes:
        tile = tiles.get(code)
        drawn = Markup('<path class="{}" d="{}"/>').format(tile.shade if tile else "s-out", outline)
        parts.append(Markup('<a href="{}" aria-label="{}">{}</a>').format(tile.url, tile.told, drawn) if tile else drawn)
    drawing = Markup('<svg class="map" viewBox="0 0 {} {:.0f}" role="group" aria-label="各省级门户按时率分布">').format(
        WIDTH, height
    )
    return drawing + Markup("").join(parts) + Markup("</svg><p class=note>审图号：{}</p>").format(number)


@lru_cache(maxsize=4)
def _shapes(path: Path, changed: int) -> tuple[str, tuple[tuple[str, str], ...], float]:
    """The approval number, an outline for each region code, the height; `changed` makes a new file be read."""
    try:
        found = json.loads(path.read_text("utf-8-sig"))
        number = str(found.get("approval_number") or "").strip()
        rings = [(str(each["properties"]["adcode"])[:2], list(_rings(each["geometry"]))) for each in found["features"]]
        points = [point for _, outline in rings for ring in outline for point in ring]
        west, north = min(x for x, _ in points), max(y for _, y in points)
        scale = WIDTH / ((max(x for x, _ in points) - west) * _MIDDLE)
        height = (north - min(y for _, y in points)) * scale
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as fault:
        raise DataFolderError(f"地图文件 {path} 无法读取：{fault!r}。 The map cannot be read.") from fault
    if not number:
        raise DataFolderError(f"地图文件 {path} 缺少审图号（approval_number），不予显示。 The map has no approval number.")
    shapes = tuple(
        (code, "".join(_outline([((x - west) * _MIDDLE * scale, (north - y) * scale) for x, y in ring]) for ring in outline))
        for code, outline in rings
    )
    return number, shapes, height


def _rings(geometry: dict[str, Any]) -> Iterator[list[tuple[float, float]]]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        for ring in polygon:
            yield [(float(point[0]), float(point[1])) for point in ring]


def _outline(points: list[tuple[float, float]]) -> str:
    """A ring as a path, in half pixels; points that fall together are drawn once."""
    told = list(dict.fromkeys(f"{round(x * 2) / 2:g} {round(y * 2) / 2:g}" for x, y in points))
    return f"M{'L'.join(told)}Z"
