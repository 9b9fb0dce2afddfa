"""Facts about this machine that a monitor rests on: its disks, their kind, its zones, whether its clock is kept right.

Facts of the world: SQLite's write-ahead log needs shared memory, which network file systems do not give; a file system
can have room and no inodes left; `timedatectl` knows whether the clock follows a time server, where systemd runs.
"""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

NETWORK_KINDS = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.glusterfs",
    "fuse.s3fs", "fuse.rclone", "davfs", "vboxsf", "virtiofs", "prl_fs", "drvfs",
})  # fmt: skip
MOUNTS = Path("/proc/self/mountinfo")
ZONES = (Path("/usr/share/zoneinfo"), Path("/usr/lib/zoneinfo"), Path("/usr/share/lib/zoneinfo"))
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
SECONDS = 15
NAMES_AT_ONCE = 32


@dataclass(frozen=True)
class Room:
    """Of the file system that a folder lies in: free bytes and inodes (None: it has no fixed number), total bytes."""

    free: int
    total: int
    inodes: int | None


@dataclass(frozen=True)
class Reached:
    """What came of asking an address: `problem` is empty where it answered, `served_at` what its clock said."""

    url: str
    problem: str
    served_at: datetime | None = None


def room(folder: Path) -> Room:
    """How much more the folder can hold."""
    usage, stat = shutil.disk_usage(folder), os.statvfs(folder)
    return Room(usage.free, usage.total, stat.f_favail if stat.f_files else None)


def write_problem(path: Path) -> str:
    """Why a file cannot be written or, where it is not there, cannot be made; empty where it can. It stays as it is."""
    try:
        if path.exists():
            path.open("ab").close()
        else:
            there = next(parent for parent in path.absolute().parents if parent.exists())
            tempfile.TemporaryFile(dir=there).close()
    except OSError as problem:
        return problem.strerror or str(problem)
    return ""


def filesystem_kind(folder: Path, mounts: Path = MOUNTS) -> str:
    """The kind of file system that a folder lies in; empty where the system does not say."""
    if not mounts.is_file():
        return ""
    found, longest = "", -1
    resolved = folder.resolve()
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        before, _, after = line.partition(" - ")
        point = Path(before.split()[4].encode().decode("unicode_escape"))
        if resolved.is_relative_to(point) and len(point.parts) >= longest:
            found, longest = after.split()[0], len(point.parts)
    return found


def zone_is_known(name: str) -> bool:
    """Whether the system's zone data, which timers use, has a zone."""
    return any((parent / name).is_file() for parent in ZONES)


def clock_is_kept() -> bool | None:
    """Whether the clock follows a time server; None where the system does not say."""
    command = shutil.which("timedatectl")
    if command is None:
        return None
    asked = [command, "show", "--property=NTPSynchronized", "--value"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip())


def font_for_chinese() -> str | None:
    """A font that shows Chinese; empty where there is none, None where the system cannot be asked."""
    command = shutil.which("fc-list")
    if command is None:
        return None
    done = subprocess.run([command, ":lang=zh-cn", "family"], capture_output=True, text=True, timeout=60, check=False)
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else ""


def proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """The proxies that the environment names, without their passwords."""
    return {name: _without_password(environment[name]) for name in PROXIES if environment.get(name)}


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    host = f"{parts.hostname or address}{f':{parts.port}' if parts.port else ''}"
    return f"{parts.scheme}://{host}" if parts.scheme else host


def unresolved(hosts: Iterable[str], seconds: float = 30) -> tuple[list[str], list[str]]:
    """The hosts whose names do not resolve, and those of which the resolver said nothing in time. Only the resolver is asked."""
    names = sorted(set(hosts))
    pool = ThreadPoolExecutor(NAMES_AT_ONCE, thread_name_prefix="names")
    asked = {name: pool.submit(_resolves, name) for name in names}
    wait(asked.values(), timeout=seconds)
    silent = [name for name, answer in asked.items() if not answer.done()]
    pool.shutdown(wait=False, cancel_futures=True)
    return [name for name, answer in asked.items() if answer.done() and not answer.result()], silent


def _resolves(name: str) -> bool:
    try:
        return bool(socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM))
    except (socket.gaierror, UnicodeError):  # UnicodeError: a label that no name may have
        return False


def reach(url: str, user_agent: str) -> Reached:
    """Asks an address once, through the environment's proxy if there is one."""
    host = urlsplit(url).hostname or ""
    try:
        with urlopen(Request(url, headers={"User-Agent": user_agent}), timeout=SECONDS) as answer:
            answer.read(1)
            return Reached(url, "", _moment(answer.headers.get("Date")))
    except HTTPError as problem:
        with problem:
            return Reached(url, f"HTTP {problem.code}", _moment(problem.headers.get("Date")))
    except URLError as problem:
        if isinstance(problem.reason, socket.gaierror):
            return Reached(url, f"域名 {host} 无法解析 / {host} does not resolve")
        if isinstance(problem.reason, ssl.SSLError):
            return Reached(url, f"TLS：{problem.reason}")
        return Reached(url, str(problem.reason))
    except (OSError, ValueError) as problem:
        return Reached(url, str(problem) or type(problem).__name__)


def _moment(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header) if header else None
    except ValueError:
        return None
