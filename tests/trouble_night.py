"""One or more nights of the real program against sites of trouble, each night a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from syndication.clock import from_text
from syndication.rehearsal.trouble import playing, write_registry
from syndication.rehearsal.troubled import government
from syndication.store import open_database

NIGHTS = ("2026-03-02T18:15:00Z", "2026-03-03T18:15:00Z", "2026-03-04T18:15:00Z", "2026-03-05T18:15:00Z")


def write_names(ground, folder):
    path = folder / "names.json"
    path.write_text(json.dumps(ground.names), encoding="utf-8")
    return path


def begin(ground, folder, names, night):
    ground.night = night
    command = [sys.executable, "-X", "faulthandler", "-m", "syndication.rehearsal.loopback", "--data", str(folder),
               "--names", str(names), "--at", NIGHTS[night - 1]]  # fmt: skip
    environment = {**os.environ, "SSL_CERT_FILE": str(ground.authority.root_file)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def one_night(ground, folder, names, night):
    process = begin(ground, folder, names, night)
    stdout, stderr = process.communicate(timeout=300)
    assert process.returncode == 0, f"{process.returncode}\n{stdout}\n{stderr}"
    return stderr


def play(sites, folder, nights=1):
    """Plays nights; gives the data folder, the server, and what each night said on standard error."""
    data, said = folder / "data", []
    write_registry(sites, data)
    with playing([*sites, government(from_text(NIGHTS[0]))], folder / "keys") as ground:
        names = write_names(ground, folder)
        said = [one_night(ground, data, names, night + 1) for night in range(nights)]
    return data, ground, said


def looks(data, kind="channel"):
    """`(channel id or address, night's run) -> observation` as dictionaries."""
    database = open_database(data)
    cursor = database.execute("SELECT * FROM observations WHERE kind = ? ORDER BY run_id, observation_id", (kind,))
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, row, strict=True)) for row in cursor]
    database.close()
    return found
