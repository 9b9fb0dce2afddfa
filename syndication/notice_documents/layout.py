"""The template of the draft as it ships, laid out by GB/T 9704-2012: `python -m syndication.notice_documents.layout FILE`.

Facts of the world: A4, text 156 x 225 mm (margins 3.7, 3.5, 2.8, 2.6 cm) of 22 lines with 28 characters, 仿宋 三号 (16 pt),
the title in 小标宋 二号 (22 pt), headings 黑体 一、 and 楷体 （一）, page numbers in 宋体 四号 (14 pt) between dashes, 7 mm below
the text, on odd pages to the right, on even ones to the left. 28 characters of 16 pt are wider than 156 mm: they stand a
quarter of a point closer. Machines without the fonts of government offices get the named substitutes.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, Twips

from syndication.notice_documents.packing import repack
from syndication.notice_documents.template_text import PARAGRAPHS, Place

if TYPE_CHECKING:
    from docx.document import Document as DocumentType
    from docx.section import Section
    from docx.styles.style import ParagraphStyle

BODY, TITLE, FIRST, SECOND, LATIN = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "Times New Roman"
SUBSTITUTES = {BODY: "仿宋", TITLE: "宋体", SECOND: "楷体"}
SONG = "宋体"
BODY_SIZE = 16
LINES, LINE = 22, Twips(579)
"""28.95 pt: 22 lines fill 225 mm."""
CLOSER = -5
"""Twentieths of a point between characters: 28 of them fill 156 mm."""
INDENT = 200
"""The first line's indent, in hundredths of a character."""
MOMENT = datetime(2026, 1, 1)  # noqa: DTZ001 - a document's properties have no zone; the template's date says nothing

_STYLES = {
    Place.MARK: (FIRST, 14, WD_ALIGN_PARAGRAPH.LEFT, 0),
    Place.TITLE: (TITLE, 22, WD_ALIGN_PARAGRAPH.CENTER, 0),
    Place.ADDRESSEE: (BODY, 16, WD_ALIGN_PARAGRAPH.LEFT, 0),
    Place.FIRST: (FIRST, 16, WD_ALIGN_PARAGRAPH.JUSTIFY, INDENT),
    Place.SECOND: (SECOND, 16, WD_ALIGN_PARAGRAPH.JUSTIFY, INDENT),
    Place.BODY: (BODY, 16, WD_ALIGN_PARAGRAPH.JUSTIFY, INDENT),
    Place.ANNEX: (BODY, 16, WD_ALIGN_PARAGRAPH.LEFT, INDENT),
    Place.SIGNATURE: (BODY, 16, WD_ALIGN_PARAGRAPH.RIGHT, 0),
    Place.NOTE: (BODY, 12, WD_ALIGN_PARAGRAPH.LEFT, INDENT),
}


def build(target: Path) -> None:
    """Writes the template; the same bytes each time."""
    document = Document()
    _page(document)
    _substitutes(document)
    _language(document)
    for place, (font, size, alignment, indent) in _STYLES.items():
        _style(document, place, font, size, alignment, indent)
    for place, text in PARAGRAPHS:
        document.add_paragraph(text, style=place.value)
    properties = document.core_properties
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.title = "通报草稿模板"
    properties.created = properties.modified = MOMENT
    document.save(str(target))
    repack(target)


def _page(document: DocumentType) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    section.header_distance, section.footer_distance = Cm(1.5), Cm(2.5)
    document.settings.odd_and_even_pages_header_footer = True
    _number(section, even=False)
    _number(section, even=True)


def _number(section: Section, *, even: bool) -> None:
    footer = section.even_page_footer if even else section.footer
    paragraph = footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if even else WD_ALIGN_PARAGRAPH.RIGHT
    side = paragraph.paragraph_format
    if even:
        side.left_indent = Pt(14)
    else:
        side.right_indent = Pt(14)
    for text in ("— ", None, " —"):
        run = paragraph.add_run(text or "")
        run.font.size = Pt(14)
        _fonts(run._element.get_or_add_rPr(), SONG, SONG)
        if text is None:
            for kind, told in (("begin", ""), ("", " PAGE "), ("end", "")):
                run._element.append(_field(kind, told))


def _field(kind: str, told: str) -> Any:
    if kind:
        element = OxmlElement("w:fldChar")
        element.set(qn("w:fldCharType"), kind)
        return element
    element = OxmlElement("w:instrText")
    element.set(qn("xml:space"), "preserve")
    element.text = told
    return element


def _style(document: DocumentType, place: Place, font: str, size: int, alignment: WD_ALIGN_PARAGRAPH, indent: int) -> None:
    style: ParagraphStyle = document.styles.add_style(place.value, WD_STYLE_TYPE.PARAGRAPH)
    style.font.size = Pt(size)
    properties = style.element.get_or_add_rPr()
    _fonts(properties, font, LATIN)
    if size == BODY_SIZE:
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), str(CLOSER))
        properties.find(qn("w:sz")).addprevious(spacing)  # the schema of DOCX has an order
    layout = style.paragraph_format
    layout.alignment = alignment
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    layout.line_spacing = LINE if size <= BODY_SIZE else Pt(36)
    if place is Place.TITLE:
        layout.space_before, layout.space_after = Pt(28), Pt(28)
    if place is Place.NOTE:
        layout.line_spacing = Pt(20)
    if place is Place.SIGNATURE:
        layout.right_indent = Pt(64)
    layout.widow_control = False
    if place in {Place.FIRST, Place.SECOND, Place.ANNEX}:
        layout.keep_with_next = True
    if indent:
        layout.first_line_indent = Pt(size * indent // 100)
        style.element.get_or_add_pPr().ind.set(qn("w:firstLineChars"), str(indent))


def _fonts(properties: Any, chinese: str, latin: str) -> None:
    """`hint`: quotation marks and dashes, which both scripts have, are taken from the Chinese font."""
    fonts = properties.get_or_add_rFonts()
    for name, value in (("ascii", latin), ("hAnsi", latin), ("eastAsia", chinese), ("cs", latin), ("hint", "eastAsia")):
        fonts.set(qn(f"w:{name}"), value)


def _language(document: DocumentType) -> None:
    """Chinese text is Chinese to a word processor's spelling and breaking of lines."""
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def _substitutes(document: DocumentType) -> None:
    """Names for each font what a word processor may take in its place (`w:altName` of the font table)."""
    part = next(p for p in document.part.package.iter_parts() if str(p.partname) == "/word/fontTable.xml")
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in SUBSTITUTES.items()
    )
    part._blob = part.blob.replace(b"</w:fonts>", f"{entries}</w:fonts>".encode())


if __name__ == "__main__":
    build(Path(sys.argv[1]))
