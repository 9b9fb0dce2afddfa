"""`syndication init DIR`: a data folder to begin with, holding the files that operators edit.

The package carries its own copy of these files, so that a folder can be made where only the wheel is installed.
What a person has edited is never overwritten.
"""

from __future__ import annotations

from pathlib import Path

import click

from syndication.errors import DataFolderError
from syndication.registry import default_file

EDITED_FILES = ("portals.csv", "channels.csv", "rules.toml", "duties.csv")


def write_folder(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Put the packaged files into a folder, which is made if need be.

    Returns the names written and the names left alone because they exist. Raises DataFolderError where the folder
    cannot be written.
    """
    written, kept = [], []
    for name in EDITED_FILES:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / name).open("xb") as file:
                file.write(_for_spreadsheets(name, default_file(name).read_bytes()))
        except FileExistsError as fault:
            if not folder.is_dir():
                raise DataFolderError(
                    f"{folder.absolute()} 是文件，请指定文件夹。 {folder.absolute()} is a file; name a folder"
                ) from fault
            kept.append(name)
        except OSError as fault:
            raise DataFolderError(
                f"无法写入 {fault.filename or folder}，请检查权限或另指定文件夹。 "
                f"cannot write {fault.filename or folder}: {fault.strerror}; name another folder"
            ) from fault
        else:
            written.append(name)
    return tuple(written), tuple(kept)


def _for_spreadsheets(name: str, content: bytes) -> bytes:
    """CSV files get a byte order mark: without it a spreadsheet takes UTF-8 Chinese for GBK."""
    mark = b"\xef\xbb\xbf"
    return mark + content if name.endswith(".csv") and not content.startswith(mark) else content


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def init_command(folder: Path) -> None:
    """Write a data folder with all defaults; existing files stay as they are.

    Example: syndication init ./data
    """
    written, kept = write_folder(folder)
    if written:
        click.echo(f"已写入 {folder}：{'、'.join(written)}")
    if kept:
        click.echo(f"已有文件，保持不变：{'、'.join(kept)}")
    click.echo("下一步：核对 portals.csv（网站）、channels.csv（栏目）；")
    click.echo("需要时修改 rules.toml（规则）、duties.csv（增减转载义务）；")
    click.echo(f"然后运行 / Next, after a look at the files, run: syndication nightly --data {folder}")
