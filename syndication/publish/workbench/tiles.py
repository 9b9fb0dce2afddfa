"""Provinces as tiles: one square each where it lies to its neighbours, and the Corps beside Xinjiang.

Fact of the world: a map of China that is shown to the public needs an approval number (审图号), and no map file in free
libraries states one. Tiles are a table that looks like a map and draw no border. An operator who has an approved file
puts it into the data folder (`publish.workbench.maps`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIZE, GAP = 64, 5
PLACES: Mapping[str, tuple[str, int, int]] = {
    "23": ("黑龙江", 8, 0), "15": ("内蒙古", 6, 1), "22": ("吉林", 8, 1),
    "66": ("兵团", 0, 2), "65": ("新疆", 1, 2), "11": ("北京", 6, 2), "12": ("天津", 7, 2), "21": ("辽宁", 8, 2),
    "63": ("青海", 2, 3), "62": ("甘肃", 3, 3), "64": ("宁夏", 4, 3), "14": ("山西", 5, 3), "13": ("河北", 6, 3),
    "37": ("山东", 7, 3),
    "54": ("西藏", 1, 4), "51": ("四川", 3, 4), "61": ("陕西", 4, 4), "41": ("河南", 5, 4), "34": ("安徽", 6, 4),
    "32": ("江苏", 7, 4), "31": ("上海", 8, 4),
    "53": ("云南", 3, 5), "50": ("重庆", 4, 5), "42": ("湖北", 5, 5), "36": ("江西", 6, 5), "33": ("浙江", 7, 5),
    "52": ("贵州", 4, 6), "43": ("湖南", 5, 6), "35": ("福建", 7, 6), "71": ("台湾", 8, 6),
    "45": ("广西", 4, 7), "44": ("广东", 5, 7),
    "46": ("海南", 4, 8), "82": ("澳门", 5, 8), "81": ("香港", 6, 8),
}  # fmt: skip
"""First two digits of the region code -> short name, column, row."""


FEW = 10
"""Of fewer decided verdicts than this a rate is told, with their number, and not coloured."""


@dataclass(frozen=True)
class Tile:
    """A province's portal on the map: where it leads, its figure and of how many, its shade as a class of the style sheet."""

    name: str
    url: str
    figure: str
    of: str
    shade: str
    told: str


def shade_of(percent: float | None, decided: int) -> str:
    """The class for a rate of so many decided verdicts: few colour nothing."""
    return "s-few" if 0 < decided < FEW else shade(percent)


def shade(percent: float | None) -> str:
    """The class for a rate; grey where nothing could be decided."""
    if percent is None:
        return "s-none"
    return next((name for least, name in ((95, "s-a"), (85, "s-b"), (70, "s-c")) if percent >= least), "s-d")


def tile_map(tiles: Mapping[str, Tile], others: Sequence[Tile]) -> Markup:
    """The tiles by region code's first two digits; `others` have no code of a province and stand in rows below.

    Without any portal that has a place there is no map, only these rows.
    """
    parts = []
    rows = 9 if tiles else 0
    if tiles:
        parts = [_tile(column, row, name, tiles.get(code)) for code, (name, column, row) in PLACES.items()]
    for place, tile in enumerate(others):
        parts.append(_tile(place % 9, rows + place // 9, tile.name[:4], tile))
    height = (rows + -(-len(others) // 9)) * (SIZE + GAP)
    return (
        Markup('<svg class="tiles" viewBox="0 0 {} {}" role="group" aria-label="各省级门户按时率分布（方格示意）">').format(
            9 * (SIZE + GAP), height
        )
        + Markup("").join(parts)
        + Markup("</svg>")
    )


def _tile(column: int, row: int, name: str, tile: Tile | None) -> Markup:
    x, y = column * (SIZE + GAP), row * (SIZE + GAP)
    square = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="5"/>')
    text = Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>')
    if tile is None:
        return square.format("s-out", x, y, SIZE, SIZE) + text.format(x + SIZE // 2, y + 37, name)
    return (
        Markup('<a href="{}" aria-label="{}" class="{}">').format(tile.url, tile.told, tile.shade)
        + square.format(tile.shade, x, y, SIZE, SIZE)
        + text.format(x + SIZE // 2, y + 22, name)
        + Markup('<text class="figure" x="{}" y="{}" text-anchor="middle">{}</text>').format(
            x + SIZE // 2, y + 40, tile.figure
        )
        + Markup('<text class="of" x="{}" y="{}" text-anchor="middle">{}</text></a>').format(x + SIZE // 2, y + 56, tile.of)
    )
