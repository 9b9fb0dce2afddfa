"""The rehearsal's fleet after somebody tampered with its pages, served over real sockets: for second sights and reviews."""

from __future__ import annotations

import csv
import subprocess
import sys
from dataclasses import replace

from syndication.rehearsal.cast import story
from syndication.rehearsal.fleet import Answer, Fleet

ROOT = "https://www.{}.example"


class Tampered:
    """`changes` maps an address to what is made of the fleet's answer there: a function of answer and moment."""

    def __init__(self, changes):
        self.fleet, self.changes = Fleet(story()), changes

    def answer(self, url, at):
        answer = self.fleet.answer(url, at)
        return self.changes.get(url.replace("http://", "https://"), lambda same, _: same)(answer, at)


def page(text, status=200):
    return Answer(status, (("Content-Type", "text/html; charset=utf-8"),), text.encode())


def reworded(answer, *pairs):
    """The answer with texts replaced; each must be there."""
    text = answer.body.decode()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    kept = tuple((name, value) for name, value in answer.headers if name.lower() != "content-length")
    return replace(answer, headers=kept, body=text.encode())


def registry_of(full, target, *portals):
    """A data folder with some of the rehearsal's portals."""
    target.mkdir()
    for name, column in (("portals.csv", "id"), ("channels.csv", "portal_id")):
        with (full / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with (target / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(row for row in rows if row[column] in portals)
    return target


def start(folder, port, at, *command, stdin=subprocess.DEVNULL):
    """A night, or another command, at a moment, in a process of its own that talks to the fleet's port."""
    line = [sys.executable, "-m", "syndication.rehearsal.live", "--data", folder, "--port", port, "--at", at, *command]
    return subprocess.Popen(
        list(map(str, line)), stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def run(folder, port, at, *command, status=0):
    process = start(folder, port, at, *command)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == status, said
    return said
