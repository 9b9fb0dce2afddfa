"""What the spiders saw, as rows. Recording the same look again changes nothing: keys are natural, bounds only widen."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.addresses import address_key, on_gov_cn
from syndication.clock import to_text
from syndication.glossary import ANSWERED
from syndication.items import ArticleLook, ChannelLook, LinkLook, ReleaseListLook, ReleaseLook, SecondLook, TrialLook
from syndication.judging import GENERATED
from syndication.reach import out_of_order, reaches_back_to
from syndication.store import second_sights

if TYPE_CHECKING:
    from datetime import datetime

    from sqlite_utils import Database

    from syndication.clock import Declared
    from syndication.items import Article, Look, Row

TOP_ROWS = 5
"""How many of a list's first rows are kept to tell whether the next look overlaps."""
EARLY_BIRDS = timedelta(days=2)
"""Postings seen this long before a release came out are matched again once its text is known."""

_OBSERVATION = """
INSERT INTO observations (run_id, kind, portal_id, channel_id, url, looked_at, outcome, detail, http_status, item_count,
    reaches_back_to, overlaps, whole, top, pages, seconds, evidence_id, reach, tls, certificate)
VALUES (:run_id, :kind, :portal_id, :channel_id, :url, :looked_at, :outcome, :detail, :http_status, :item_count,
    :reaches_back_to, :overlaps, :whole, :top, :pages, :seconds, :evidence_id, :reach, :tls, :certificate)
ON CONFLICT (run_id, kind, url, coalesce(channel_id, '')) DO UPDATE SET looked_at = excluded.looked_at,
    outcome = excluded.outcome, detail = excluded.detail, http_status = excluded.http_status,
    item_count = excluded.item_count, reaches_back_to = excluded.reaches_back_to, overlaps = excluded.overlaps,
    whole = excluded.whole, top = excluded.top, pages = excluded.pages, seconds = excluded.seconds,
    evidence_id = excluded.evidence_id, reach = excluded.reach, tls = excluded.tls, certificate = excluded.certificate
"""

_SIGHTING = """
INSERT INTO sightings (posting_id, channel_id, first_seen_at, last_seen_at, title,
    declared_earliest, declared_latest, declared_precision, declared_source, declared_raw)
VALUES (:posting_id, :channel_id, :at, :at, :title, :earliest, :latest, :precision, :source, :raw)
ON CONFLICT (posting_id, channel_id) DO UPDATE SET
    first_seen_at = min(first_seen_at, excluded.first_seen_at), last_seen_at = max(last_seen_at, excluded.last_seen_at)
"""


def record(db: Database, run_id: str, item: object) -> None:
    """Writes one look of a spider. Raises TypeError for anything else."""
    if isinstance(item, ChannelLook):
        _record_channel(db, run_id, item)
    elif isinstance(item, ArticleLook):
        _record_article(db, run_id, item)
    elif isinstance(item, ReleaseListLook):
        _record_release_list(db, run_id, item)
    elif isinstance(item, ReleaseLook):
        _record_release(db, run_id, item)
    elif isinstance(item, TrialLook):
        _observe(db, run_id, "trial", item.look, item.look.channel_id or None, item_count=item.items)
    elif isinstance(item, SecondLook):
        _observe(db, run_id, "recheck", item.look)
        second_sights.keep(db, run_id, item)
    elif isinstance(item, LinkLook):
        _observe(db, run_id, "link", item.look)
    else:
        raise TypeError(f"{type(item).__name__} is no look")


def _observe(db: Database, run_id: str, kind: str, look: Look, channel_id: str | None = None, **figures: object) -> None:
    reached = look.connection
    empty = dict.fromkeys(("item_count", "reaches_back_to", "overlaps", "whole", "top", "pages"))
    db.execute(_OBSERVATION, {
        **empty, "run_id": run_id, "kind": kind, "portal_id": look.portal_id or None, "channel_id": channel_id,
        "url": look.url, "looked_at": to_text(look.looked_at), "outcome": look.outcome, "detail": look.detail,
        "http_status": look.http_status, "seconds": look.seconds, "evidence_id": look.evidence_id or None,
        "reach": reached.step if reached else None, "tls": reached.tls if reached else None,
        "certificate": reached.certificate if reached else None, **figures,
    })  # fmt: skip


def _record_channel(db: Database, run_id: str, item: ChannelLook) -> None:
    look, at = item.look, to_text(item.look.looked_at)
    if look.outcome not in ANSWERED:
        _observe(db, run_id, "channel", look, look.channel_id)
        return
    in_order = [row for row in item.rows if not row.pinned]
    ids = {address_key(row.url): _posting(db, look.portal_id, row, at) for row in item.rows}
    previous = _top_before(db, look.channel_id, at)
    _observe(
        db, run_id, "channel", look, look.channel_id,
        item_count=len(item.rows), pages=item.pages, whole=int(item.whole),
        reaches_back_to=_text(reaches_back_to(in_order, look.looked_at)),
        overlaps=_overlaps(previous, set(ids.values()), disordered=out_of_order(in_order, look.looked_at)),
        top=json.dumps([ids[address_key(row.url)] for row in in_order[:TOP_ROWS]]),
    )  # fmt: skip
    for row in item.rows:
        db.execute(_SIGHTING, {
            "posting_id": ids[address_key(row.url)], "channel_id": look.channel_id, "at": at, "title": row.title,
            **_declared(row.declared),
        })  # fmt: skip
    if item.column is not None:
        sight = item.column
        db.execute(
            "INSERT OR REPLACE INTO home_columns (portal_id, looked_at, run_id, state, label, url, embed_url, position,"
            " in_navigation, depth, rendered, pixels, first_screen, prominent)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (look.portal_id, at, run_id, sight.state, sight.label, sight.url, sight.embed_url, sight.order,
             int(sight.in_navigation), sight.depth, int(sight.rendered), sight.pixels, sight.first_screen,
             sight.prominent),
        )  # fmt: skip


def _overlaps(previous: set[int] | None, present: set[int], *, disordered: bool) -> int | None:
    """Whether a list goes on where the look before ended: two of its first rows are still there (one may be pinned).

    None where it proves nothing either way: no look before, or a list that is not in the order of time.
    """
    if not previous:
        return None
    kept = len(previous & present)
    if kept == 0:
        return 0
    return None if disordered or kept < min(2, len(previous)) else 1


def _top_before(db: Database, channel_id: str, at: str) -> set[int] | None:
    """The posting ids of the first rows at the answered look before; None where there was no such look."""
    found = db.execute(
        "SELECT top FROM observations WHERE kind = 'channel' AND channel_id = ? AND looked_at < ? AND top IS NOT NULL"
        " ORDER BY looked_at DESC LIMIT 1",
        (channel_id, at),
    ).fetchone()
    return set(json.loads(found[0])) if found else None


def _posting(db: Database, portal_id: str, row: Row, at: str) -> int:
    elsewhere = on_gov_cn(row.url)
    found = db.execute(
        "INSERT INTO postings (portal_id, url_key, url, title, first_seen_at, state, target) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (portal_id, url_key) DO UPDATE SET first_seen_at = min(first_seen_at, excluded.first_seen_at),"
        " url = min(url, excluded.url), title = CASE WHEN state <> 'read'"
        " AND (length(excluded.title), excluded.title) > (length(title), title) THEN excluded.title ELSE title END"
        " RETURNING posting_id",
        (portal_id, address_key(row.url), row.url, row.title, at, "elsewhere" if elsewhere else "listed",
         row.url if elsewhere else ""),
    ).fetchone()  # fmt: skip
    return int(found[0])


def _declared(declared: Declared | None) -> dict[str, str | None]:
    if declared is None:
        return dict.fromkeys(("earliest", "latest", "precision", "source", "raw"))
    span = declared.interval
    return {
        "earliest": to_text(span.earliest), "latest": to_text(span.latest), "precision": declared.precision,
        "source": declared.source, "raw": declared.raw,
    }  # fmt: skip


def _record_article(db: Database, run_id: str, item: ArticleLook) -> None:
    look, at, key = item.look, to_text(item.look.looked_at), address_key(item.posting_url)
    _observe(db, run_id, "article", look)  # no channel: which of two lists led here first is chance
    found = db.execute(
        "SELECT posting_id, state FROM postings WHERE portal_id = ? AND url_key = ?", (look.portal_id, key)
    ).fetchone()
    if found is None:
        return
    posting_id, state = found
    article = item.article
    own_time = _own_time(article) if article else None
    if article is None:
        if state == "listed":
            db.execute("UPDATE postings SET state = 'unreadable' WHERE posting_id = ?", (posting_id,))
        return
    db.execute(
        "UPDATE postings SET state = 'read', read_at = :at, title = CASE :title WHEN '' THEN title ELSE :title END,"
        " declared_earliest = :earliest, declared_latest = :latest, declared_precision = :precision,"
        " declared_source = :source, declared_raw = :raw, source_label = :label, document_number = :number,"
        " target = :target, links = :links, attachments = :attachments, body_length = :length, matched_upto = NULL,"
        " evidence_id = :evidence"
        " WHERE posting_id = :posting_id",
        {"posting_id": posting_id, "at": at, "title": article.title, **_declared(own_time),
         "label": article.source, "number": article.document_number, "target": article.target,
         "links": json.dumps(article.links, ensure_ascii=False),
         "attachments": json.dumps(article.attachments, ensure_ascii=False), "length": len(article.text),
         "evidence": look.evidence_id or None},
    )  # fmt: skip
    db.execute(
        "INSERT INTO posting_texts (posting_id, body) VALUES (?, ?)"
        " ON CONFLICT (posting_id) DO UPDATE SET body = excluded.body",
        (posting_id, article.text),
    )


def _own_time(article: Article) -> Declared | None:
    """The time that the page itself declares; one that is the moment of its generation is named so and proves less."""
    declared = article.declared
    if declared is None or declared.source == "list":
        return None
    return replace(declared, source=GENERATED) if declared.coincides(article.generated) else declared


def _record_release_list(db: Database, run_id: str, item: ReleaseListLook) -> None:
    at = to_text(item.look.looked_at)
    _observe(db, run_id, "release_list", item.look, item_count=len(item.rows) if item.look.outcome in ANSWERED else None)
    if item.look.outcome not in ANSWERED:
        return
    before = db.execute(
        "SELECT max(looked_at) FROM observations WHERE kind = 'release_list' AND url = ? AND looked_at < ?"
        " AND outcome IN ('ok', 'unchanged')",
        (item.look.url, at),
    ).fetchone()[0]
    for row in item.rows:
        release_id = _release(db, row, at, before)
        db.execute(
            "INSERT INTO release_listings (release_id, source, first_listed_at, last_absent_at, last_listed_at)"
            " VALUES (:id, :source, :at, :before, :at) ON CONFLICT (release_id, source) DO UPDATE SET"
            " last_absent_at = CASE WHEN excluded.first_listed_at < first_listed_at THEN excluded.last_absent_at"
            " ELSE last_absent_at END, first_listed_at = min(first_listed_at, excluded.first_listed_at),"
            " last_listed_at = max(last_listed_at, excluded.last_listed_at)",
            {"id": release_id, "source": item.source, "at": at, "before": before},
        )


def _release(db: Database, row: Row, at: str, before: str | None) -> int:
    """The release of a list's row; a new one gets the list's day until its page is read."""
    key = address_key(row.url)
    found = db.execute("SELECT release_id FROM releases WHERE url_key = ?", (key,)).fetchone()
    if found:
        return int(found[0])
    when = _declared(row.declared)
    if row.declared is None:  # no time printed: it came between the two looks
        when = {"earliest": before or at, "latest": at, "precision": "look", "source": "seen"}
    inserted = db.execute(
        "INSERT INTO releases (url_key, url, title, document_number, issuer, released_earliest, released_latest,"
        " released_precision, released_source, body, state, first_seen_at)"
        " VALUES (?, ?, ?, '', '', ?, ?, ?, ?, '', 'listed', ?) RETURNING release_id",
        (key, row.url, row.title, when["earliest"], when["latest"], when["precision"], when["source"], at),
    ).fetchone()
    return int(inserted[0])


def _record_release(db: Database, run_id: str, item: ReleaseLook) -> None:
    _observe(db, run_id, "release", item.look)
    article = item.article
    if article is None:
        return
    key, at = address_key(item.release_url), to_text(item.look.looked_at)
    db.execute(
        "INSERT INTO releases (url_key, url, title, document_number, issuer, released_earliest, released_latest,"
        " released_precision, released_source, body, state, first_seen_at)"
        " VALUES (?, ?, ?, '', '', ?, ?, 'look', 'seen', '', 'listed', ?) ON CONFLICT (url_key) DO NOTHING",
        (key, item.release_url, article.title, at, at, at),
    )
    db.execute(
        "UPDATE releases SET title = :title, document_number = :number, issued_on = :issued, issuer = :issuer,"
        " body = :body, attachments = :attachments, state = 'read', evidence_id = :evidence WHERE url_key = :key",
        {"title": article.title, "number": article.document_number, "issuer": article.issuer, "body": article.text,
         "attachments": json.dumps(article.attachments, ensure_ascii=False),
         "issued": article.issued_on.isoformat() if article.issued_on else None,
         "evidence": item.look.evidence_id or None, "key": key},
    )  # fmt: skip
    if article.declared is not None:
        span, precision = article.declared.interval, article.declared.precision
        latest = span.earliest if precision == "second" else span.latest
        db.execute(
            "UPDATE releases SET released_earliest = ?, released_latest = ?, released_precision = ?, released_source = ?"
            " WHERE url_key = ?",
            (to_text(span.earliest), to_text(latest), precision, article.declared.source, key),
        )
    since = (article.declared.interval.earliest if article.declared else item.look.looked_at) - EARLY_BIRDS
    db.execute("UPDATE postings SET matched_upto = NULL WHERE first_seen_at >= ?", (to_text(since),))


def _text(moment: datetime | None) -> str | None:
    return to_text(moment) if moment else None
