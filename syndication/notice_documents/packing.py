"""DOCX files of the same content are the same bytes: the parts of the archive get one date, which zip would else take now.

Fact of the world: a DOCX is a zip archive whose entries bear the time of writing; a hash over it would differ each time.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DATE = (1980, 1, 1, 0, 0, 0)


def repack(path: Path) -> None:
    """Writes an archive anew with fixed dates, its parts in their order."""
    with zipfile.ZipFile(path) as archive:
        parts = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            entry = zipfile.ZipInfo(name, DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
