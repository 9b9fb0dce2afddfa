"""`syndication match explain`: why a posting republishes a release, or why not, as a person can check it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from syndication.addresses import address_key
from syndication.errors import SyndicationError
from syndication.folders import data_folder, data_option
from syndication.matching import Matcher
from syndication.steps import BEGINNING
from syndication.store import open_database
from syndication.store.matching_rows import MatchingRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syndication.matching import Match, PostingText, ReleaseText

FIGURES = {
    "coverage": "国务院文件被覆盖的比例", "density": "一致段落的密度", "stretch": "最长一致段落（字）",
    "foreign": "稿件中外来文字的比例", "title": "标题相似度", "page_length": "稿件字数", "release_length": "文件字数",
    "slips": "个别字差异", "wording": "措辞不一致", "numbers": "数字不一致", "left_out": "整段缺失",
}  # fmt: skip
CONFLICTS = {"document_number": "文号", "version": "版本", "title": "标题", "number": "数字", "wording": "措辞"}


class UnknownReleaseError(SyndicationError):
    """A release that the store does not know, or none was named and the posting matches none."""


@click.group("match")
def match_group() -> None:
    """Look into the matching of postings with releases.

    Example: syndication match explain http://www.portal.example/t20260303_1.html 国办发〔2026〕9号
    """


@match_group.command("explain")
@click.argument("posting", metavar="POSTING")
@click.argument("release", required=False, metavar="[RELEASE]")
@click.option("--json", "as_json", is_flag=True, help="The card as JSON.")
@data_option
def explain(posting: str, release: str | None, as_json: bool, data: Path | None) -> None:
    """Show why POSTING (id or address) republishes RELEASE (id, address or document number), or why not.

    Without RELEASE: each release that it was matched with.

    Example: syndication match explain http://www.portal.example/t20260303_1.html 国办发〔2026〕9号
    """
    database = open_database(data_folder(data))
    try:
        rows = MatchingRows(database)
        page = rows.named(posting)
        releases = rows.releases(BEGINNING)
        matcher = Matcher(releases)
        chosen = _chosen(releases, release, rows.matched(page.posting_id), posting)
        decided = {match.release_id: match for match in matcher.match(page)}
        cards = [(one, decided.get(one.release_id), matcher.explain(page, one.release_id)) for one in chosen]
    finally:
        database.close()
    if as_json:
        said = [
            {"posting": page.url, "release": one.url, "mode": match.mode if match else None,
             "score": match.score if match else None, "decided": match.decided if match else None, "card": card}
            for one, match, card in cards
        ]  # fmt: skip
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    console = Console()
    for one, match, card in cards:
        _show(console, page, one, match, card)


def _chosen(
    releases: Sequence[ReleaseText], named: str | None, matched: Sequence[str], posting: str
) -> list[ReleaseText]:
    if named is None:
        found = [one for one in releases if one.release_id in matched]
        if not found:
            raise UnknownReleaseError(f"{posting} was matched with no release; name the one to compare it with")
        return found
    key = address_key(named) if "/" in named else None
    found = [
        one for one in releases
        if named in {one.release_id, one.document_number} or key in {address_key(one.url), *map(address_key, one.aliases)}
    ]  # fmt: skip
    if not found:
        raise UnknownReleaseError(f"no release {named}; name its release_id, address or document number")
    return found


def _show(console: Console, page: PostingText, release: ReleaseText, match: Match | None, card: dict[str, Any]) -> None:
    from syndication.glossary import chinese

    verdict = Text("不是转载", style="bold red")
    if match is not None and match.decided:
        verdict = Text(f"转载：{chinese(match.mode)}", style="bold green")
    elif match is not None:
        verdict = Text(f"难以断定，交人工复核（{chinese(match.mode)}）", style="bold yellow")
    console.print(Text.assemble(verdict, f"  规则 {card['rule']}", f"  得分 {match.score:.3f}" if match else ""))
    console.print(f"稿件  {page.title}\n      {page.url}", highlight=False, markup=False)
    console.print(f"文件  {release.title}  {release.document_number}\n      {release.url}", highlight=False, markup=False)
    table = Table(show_header=False, box=None)
    for name, words in FIGURES.items():
        table.add_row(words, str(card["figures"][name]))
    table.add_row("文号", card["document_number"] or "—")
    table.add_row("稿件来源", card["source"] or "—")
    console.print(table)
    if card["conflicts"]:
        console.print("不一致之处", style="bold")
    for conflict in card["conflicts"]:
        console.print(Text.assemble(
            f"  {CONFLICTS.get(conflict['kind'], conflict['kind'])}：", (conflict.get("release", ""), "red strike"),
            " → ", (conflict.get("page", ""), "green"),
        ))  # fmt: skip
    if card["fragments"]:
        console.print("一致的段落（文件中的位置，稿件中的位置）", style="bold")
    for fragment in card["fragments"]:
        place = f"  {fragment['release'][0]}–{fragment['release'][1]}，{fragment['page'][0]}–{fragment['page'][1]}  "
        console.print(Text.assemble((place, "dim"), (" ".join(fragment["text"].split()), "cyan")))
    console.print()
