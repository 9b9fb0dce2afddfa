"""An archived page shown safely: from the evidence file, without scripts, forms, frames, or a request to anywhere.

Facts of the world: an archived page is somebody else's, and may be hostile to whoever opens it. A content policy does not
stop `dns-prefetch`, a refresh or a click on a link; so these are taken out of the page as well. What is left is shown in
a sandboxed frame under `default-src 'none'`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette import Response  # type: ignore[import-untyped]  # Datasette ships no types
from datasette.utils.asgi import NotFound  # type: ignore[import-untyped]  # as above
from lxml import etree, html

from syndication.clock import beijing_text, from_text
from syndication.decode import decode_page
from syndication.errors import EvidenceError, SyndicationError, UnreadablePage
from syndication.evidence import Record, read_answer
from syndication.glossary import chinese
from syndication.publish.workbench import pages
from syndication.store import cases

if TYPE_CHECKING:
    import sqlite3

    from syndication.publish.workbench.pages import Reading

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)
_GONE = frozenset({
    "script", "noscript", "iframe", "frame", "frameset", "object", "embed", "applet", "link", "meta", "base", "form",
    "input", "button", "select", "textarea", "audio", "video", "source", "track", "portal", "template", "svg", "math",
})  # fmt: skip
_KEPT = frozenset({"class", "id", "style", "colspan", "rowspan", "align", "valign", "width", "height", "title", "alt", "lang",
                   "dir", "border", "cellpadding", "cellspacing", "color", "size", "face", "bgcolor"})  # fmt: skip


async def archived_page(datasette: Any, request: Any) -> Any:
    """`/-/archived/ID`: the page in a frame of ours reads this; opened alone it is as harmless."""
    evidence_id = request.url_vars["evidence"]
    found = await pages.gather(datasette, request, lambda reading: {"told": read(reading, evidence_id)})
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "private, no-store"}
    return Response.html(found["told"], headers=headers)


def read(reading: Reading, evidence_id: str) -> str:
    """The harmless page of a record. Raises NotFound for an id that is none."""
    row = cases.evidence(reading.connection, evidence_id)
    if row is None:
        raise NotFound("Record not found")
    head = f"存档页面（已去除脚本和外部内容）：{row['url']}，取得于 {beijing_text(from_text(row['fetched_at']), seconds=True)}"
    try:
        return harmless(_text(reading.folder, row), head)
    except UnreadablePage as fault:
        return harmless("", f"{head}。存档内容不是可显示的文字页面：{chinese(fault.outcome)}")
    except (SyndicationError, OSError) as fault:
        return harmless("", f"{head}。无法读取存档：{fault}")


def _text(folder: Path, row: sqlite3.Row) -> str:
    if row["http_status"] is None:
        raise EvidenceError("该次查看没有取得响应")
    place = (folder / row["file"]).resolve()
    if not place.is_relative_to(folder.resolve()):
        raise EvidenceError("存档文件不在数据目录中")
    record = Record(
        row["evidence_id"], row["url"], "GET", "", from_text(row["fetched_at"]), row["http_status"], None, "", row["sha256"],
        row["offset"], row["length"],
    )  # fmt: skip
    answer = read_answer(place, record)
    return decode_page(row["url"], answer.status, dict(answer.headers), answer.body).text


def harmless(text: str, head: str) -> str:
    """A page without all that could act or ask for anything, under a line that says what it is."""
    body = html.Element("body")
    notice = etree.SubElement(body, "p", style="background:#fff4d6;border:1px solid #e0c36a;padding:.5em;font:14px sans-serif")
    notice.text = head
    if text.strip():
        tree = html.document_fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
        _clean(tree)
        found = tree.find("body")
        body.extend(list(tree if found is None else found))
    page: str = html.tostring(body, encoding="unicode", method="html")
    return f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>存档页面</title></head>{page}</html>'


def _clean(tree: html.HtmlElement) -> None:
    for element in list(tree.iter()):
        if not isinstance(element.tag, str):
            if element.getparent() is not None:
                element.drop_tree()
            continue
        if element.tag.lower() in _GONE and element.getparent() is not None:
            element.drop_tree()
            continue
        if element.tag == "a" and element.get("href"):
            element.set("title", element.get("href", ""))
            element.tag = "span"
        if element.tag == "img":
            element.tag = "span"
            element.text = f"［图片：{element.get('alt') or '无说明'}］"
        for name in [name for name in element.attrib if name.lower() not in _KEPT]:
            del element.attrib[name]


def pack_into(folder: Path, verdict_id: int) -> Path:
    """Writes the evidence pack of a verdict into a temporary file, which the caller removes.

    Raises EvidenceError where a record is missing or its edition is no longer in rules.toml.
    """
    from syndication.packing import write_pack
    from syndication.rules import load_rules
    from syndication.store.database import FILE_NAME
    from syndication.store.ledger import Ledger
    from syndication.store.proof import ProofRows
    from syndication.store.reading import snapshot

    with snapshot(folder / FILE_NAME) as connection:
        case = ProofRows(connection).case(verdict_id)
        edition = next((one for one in load_rules(folder).editions if one.id == case.verdict.edition), None)
        if edition is None:
            raise EvidenceError(f"rules.toml 中没有规则版本 {case.verdict.edition}")
        place = Path(tempfile.mkdtemp(prefix="syndication-pack-")) / f"verdict-{verdict_id}.zip"
        write_pack(case, edition, Ledger(connection), folder, place)
    return place
