"""Writes the rehearsal: a registry, one evidence file a look, and the known answers. The same bytes on every build.

The looks hold what a crawl would ask for: the lists of www.gov.cn, every channel and home page, and each article from
the first look at which a list shows it, again until it was answered. Files follow WARC 1.1; a failed connection is a
`metadata` record with the fields `outcome` and `detail`, as `syndication.evidence` writes it.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from syndication.clock import BEIJING, beijing_text, to_text
from syndication.rehearsal.answers import known_answers
from syndication.rehearsal.cast import story
from syndication.rehearsal.fleet import Fleet
from syndication.rehearsal.government import LATEST, PUSH_FEED, PUSH_SCRIPT
from syndication.rehearsal.scenario import How, Prints
from syndication.rehearsal.wire import REASONS, Answer, Silence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from syndication.rehearsal.answers import KnownAnswer
    from syndication.rehearsal.scenario import Posting

TRUTH_COLUMNS = (
    "portal",
    "release_url",
    "document_number",
    "released_at",
    "scenario",
    "carried_at",
    "declared",
    "page_url",
    "expected_status",
    "expected_mode",
    "expected_flag",
    "expected_interval",
)
NO_DUTY_COLUMNS = ("release_url", "document_number", "issued", "released_at", "title")


@dataclass(frozen=True)
class Rehearsal:
    """Where a rehearsal lies and what it holds. `looks` is the folder to replay, `data` the registry for it."""

    folder: Path
    data: Path
    looks: Path
    truth: Path
    answers: tuple[KnownAnswer, ...]
    records: int

    @property
    def statuses(self) -> Counter[str]:
        """How many known answers have each status."""
        return Counter(answer.status for answer in self.answers)


def build(target: Path) -> Rehearsal:
    """Writes `data/*.csv`, `looks/*.warc.gz`, `truth.csv` and `no_duty.csv` under `target`, made if need be."""
    fleet = Fleet(story())
    answers = known_answers(fleet)
    data, looks = target / "data", target / "looks"
    data.mkdir(parents=True, exist_ok=True)
    looks.mkdir(exist_ok=True)
    write_registry(fleet, data)
    records = sum(_write_look(fleet, look, asked, looks) for look, asked in _asked(fleet))
    _write_csv(target / "truth.csv", TRUTH_COLUMNS, [_truth_row(answer) for answer in answers])
    owed = {release.key for release in fleet.story.owed()}
    _write_csv(
        target / "no_duty.csv",
        NO_DUTY_COLUMNS,
        [
            (
                release.url,
                release.paper.document_number,
                f"{release.paper.issued_on:%Y年%m月%d日}",
                release.released.isoformat(),
                release.paper.title,
            )
            for release in fleet.story.releases
            if release.key not in owed
        ],
    )
    return Rehearsal(target, data, looks, target / "truth.csv", answers, records)


def _asked(fleet: Fleet) -> Iterator[tuple[datetime, list[tuple[str, Answer | Silence]]]]:
    """For each look the addresses that a crawl asks for, with what came back."""
    read: set[str] = set()
    for look in fleet.story.looks:
        urls = [
            PUSH_FEED,
            LATEST,
            PUSH_SCRIPT,
            *(release.url for release in fleet.government.listed(look, pushed=False)),
        ]
        for portal in fleet.story.portals:
            urls.append(portal.home_url)
            if isinstance(home := fleet.answer(portal.home_url, look), Answer) and home.status == 200:
                urls += [placed.url for placed in fleet.shown_on_home(portal, look)]
            for channel in portal.channels:
                page, pages = f"{portal.origin}{channel.path}", 0
                while isinstance(listed := fleet.answer(page, look), Answer) and listed.status == 200:
                    urls.append(page)
                    pages += 1
                    stem, dot, suffix = f"{portal.origin}{channel.path}".rpartition(".")
                    page = f"{stem}_{pages}{dot}{suffix}"
                if pages:
                    urls += [placed.url for placed in fleet.shown(portal, channel.id, look)]
                    urls += [placed.url for placed in fleet.shown(portal, "related", look)]
                else:
                    urls.append(page)
        lists = {PUSH_FEED, LATEST, PUSH_SCRIPT}
        found: list[tuple[str, Answer | Silence]] = []
        for url in dict.fromkeys(urls):
            if url in read:
                continue
            answer = fleet.answer(url, look)
            found.append((url, answer))
            if (
                url not in lists
                and _is_article(fleet, url)
                and isinstance(answer, Answer)
                and answer.status in {200, 302}
            ):
                read.add(url)
        yield look, found


def _is_article(fleet: Fleet, url: str) -> bool:
    return any(url == placed.url for portal in fleet.story.portals for placed in fleet.placed(portal)) or any(
        url == release.url for release in fleet.story.releases
    )


def _write_look(fleet: Fleet, look: datetime, asked: Sequence[tuple[str, Answer | Silence]], folder: Path) -> int:
    stamp = f"{look.astimezone(BEIJING):%Y%m%dT%H%M}+0800"
    with (folder / f"{stamp}.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.1")
        info = writer.create_warcinfo_record(
            f"{stamp}.warc.gz",
            {
                "software": "policy-syndication rehearsal",
                "format": "WARC File Format 1.1",
                "description": "invented portals and papers",
            },
        )
        info.rec_headers.replace_header("WARC-Record-ID", _record_id(stamp, "warcinfo"))
        info.rec_headers.replace_header("WARC-Date", to_text(look))
        writer.write_record(info)
        for url, answer in asked:
            headers = {"WARC-Record-ID": _record_id(stamp, url), "WARC-Date": to_text(look)}
            if isinstance(answer, Silence):
                fields = f"outcome: {answer.outcome}\r\ndetail: {answer.detail}\r\n".encode()
                record = writer.create_warc_record(
                    url,
                    "metadata",
                    payload=io.BytesIO(fields),
                    length=len(fields),
                    warc_headers_dict=headers,
                    warc_content_type="application/warc-fields",
                )
            else:
                http = StatusAndHeaders(
                    f"{answer.status} {REASONS[answer.status]}", list(answer.headers), protocol="HTTP/1.1"
                )
                record = writer.create_warc_record(
                    url,
                    "response",
                    payload=io.BytesIO(answer.body),
                    length=len(answer.body),
                    http_headers=http,
                    warc_headers_dict=headers,
                )
            writer.write_record(record)
    return len(asked)


def _record_id(stamp: str, url: str) -> str:
    return f"<urn:uuid:{uuid5(NAMESPACE_URL, f'{stamp} {url}')}>"


def write_registry(fleet: Fleet, folder: Path) -> None:
    """The data folder's files that name the portals, their channels and the changes of duty."""
    portals = fleet.story.portals
    _write_csv(
        folder / "portals.csv",
        (
            "id",
            "name",
            "level",
            "category",
            "region_code",
            "home_url",
            "site_code",
            "active_from",
            "active_to",
            "notes",
        ),
        [(p.id, p.name, p.level.value, "", "", p.home_url, "", "", "", "演练") for p in portals],
    )
    _write_csv(
        folder / "channels.csv",
        ("id", "portal_id", "name", "url", "family", "role", "options", "notes"),
        [
            (
                f"{p.id}-{c.id}",
                p.id,
                c.name,
                f"{p.origin}{c.path}",
                c.family,
                c.role.value,
                json.dumps(c.options) if c.options else "",
                "",
            )
            for p in portals
            for c in p.channels
        ],
    )
    _write_csv(
        folder / "duties.csv",
        ("release_url", "duty", "reason", "by", "on"),
        [
            (
                fleet.story.release(change.release).url,
                "yes" if change.duty else "no",
                change.reason,
                change.by,
                change.on,
            )
            for change in fleet.story.duty_changes
        ],
    )


def _truth_row(answer: KnownAnswer) -> tuple[str, ...]:
    placed = answer.placed
    interval = f"{_minute(answer.interval[0])}/{_minute(answer.interval[1])}" if answer.interval else ""
    return (
        answer.portal.id,
        answer.release.url,
        answer.release.paper.document_number,
        answer.release.released.isoformat(),
        answer.scenario,
        placed.posting.at.isoformat() if placed else "",
        _declared(placed.posting) if placed else "",
        placed.url if placed else "",
        answer.status,
        answer.mode,
        " ".join(answer.flags),
        interval,
    )


def _minute(moment: datetime) -> str:
    return moment.astimezone(BEIJING).isoformat()


def _declared(posting: Posting) -> str:
    only_row = posting.how in {How.LINK, How.JUMP, How.REDIRECT, How.REFRESH}
    return (
        f"{posting.printed:%Y-%m-%d}"
        if only_row or posting.prints is not Prints.MINUTE
        else beijing_text(posting.printed)
    )


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
