"""`python -m syndication.reference [CHECKOUT]`: writes every generated document of a checkout (else of this directory)."""

from __future__ import annotations

import sys
from pathlib import Path

from syndication.reference.pages import pages


def main(checkout: Path) -> None:
    """Write what differs, and say so."""
    for name, text in pages(checkout).items():
        path = checkout / name
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"written: {path}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
