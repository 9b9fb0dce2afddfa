"""The tables, as migrations that are applied once each and never edited after a release of the program.

Keys are natural wherever two runs over the same evidence must give the same rows: a release is its address, a posting
its portal and address, an observation its run, kind and address. Integer ids are surrogates, for joins and for stable
paging in Datasette. All times are UTC text `YYYY-MM-DDTHH:MM:SSZ`; `*_earliest`/`*_latest` bound an interval `[e, l)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils import Migrations

from syndication.store.summarising import refresh_all

if TYPE_CHECKING:
    from sqlite_utils import Database

migrations = Migrations("syndication")

_FIRST = """
CREATE TABLE portals (
    portal_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    category TEXT NOT NULL,
    region_code TEXT NOT NULL,
    home_url TEXT NOT NULL,
    site_code TEXT NOT NULL,
    active_from TEXT,
    active_to TEXT,
    notes TEXT NOT NULL,
    registered INTEGER NOT NULL  -- 0: no longer in portals.csv; kept for its history
) WITHOUT ROWID;

CREATE TABLE channels (
    channel_id TEXT PRIMARY KEY,
    portal_id TEXT NOT NULL REFERENCES portals(portal_id),
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    family TEXT NOT NULL,
    role TEXT NOT NULL,
    options TEXT NOT NULL,
    notes TEXT NOT NULL,
    registered INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX channels_portal ON channels(portal_id);

CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,               -- nightly, probe, replay
    started_at TEXT NOT NULL,
    finished_at TEXT,
    state TEXT NOT NULL,              -- running, done, failed, interrupted
    evidence_file TEXT NOT NULL,      -- relative to the data folder
    evidence_records INTEGER,
    evidence_hash TEXT,               -- SHA-256 over the records' hashes and the previous run's
    previous_hash TEXT,
    program_version TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE evidence (
    evidence_id TEXT PRIMARY KEY,     -- the WARC-Record-ID
    run_id TEXT NOT NULL REFERENCES runs(run_id),
    url TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    http_status INTEGER,              -- NULL: the attempt got no answer; the record says why
    sha256 TEXT NOT NULL,             -- of the record as it lies in the file: `length` bytes from `offset`
    file TEXT NOT NULL,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX evidence_run ON evidence(run_id);

CREATE TABLE observations (
    observation_id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs(run_id),
    kind TEXT NOT NULL,               -- channel, article, release_list, release
    portal_id TEXT REFERENCES portals(portal_id),
    channel_id TEXT REFERENCES channels(channel_id),
    url TEXT NOT NULL,
    looked_at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    http_status INTEGER,
    item_count INTEGER,               -- channel and release_list only
    reaches_back_to TEXT,             -- the oldest printed time among the rows that stand in order
    overlaps INTEGER,                 -- 1: shows an item that the channel's look before showed
    whole INTEGER,                    -- 1: the list has no further page
    top TEXT,                         -- JSON: the posting ids of the first rows that are not pinned
    pages INTEGER,
    seconds REAL,
    evidence_id TEXT REFERENCES evidence(evidence_id)
);
CREATE UNIQUE INDEX observations_key ON observations(run_id, kind, url, coalesce(channel_id, ''));
CREATE INDEX observations_channel ON observations(channel_id, looked_at);
CREATE INDEX observations_portal ON observations(portal_id, looked_at);

CREATE TABLE home_columns (
    portal_id TEXT NOT NULL REFERENCES portals(portal_id),
    looked_at TEXT NOT NULL,
    run_id TEXT NOT NULL REFERENCES runs(run_id),
    state TEXT NOT NULL,              -- no_entry, entry_without_list, entry_with_list, embed
    label TEXT NOT NULL,
    url TEXT NOT NULL,
    embed_url TEXT NOT NULL,
    position INTEGER,
    in_navigation INTEGER NOT NULL,
    PRIMARY KEY (portal_id, looked_at)
) WITHOUT ROWID;

CREATE TABLE releases (
    release_id INTEGER PRIMARY KEY,
    url_key TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    document_number TEXT NOT NULL,
    issued_on TEXT,
    issuer TEXT NOT NULL,
    released_earliest TEXT NOT NULL,
    released_latest TEXT NOT NULL,    -- equal to earliest where the second is known
    released_precision TEXT NOT NULL,
    released_source TEXT NOT NULL,    -- meta, label, list, feed, api, url, seen
    body TEXT NOT NULL,
    state TEXT NOT NULL,              -- listed: its page was not read yet; read
    first_seen_at TEXT NOT NULL,
    evidence_id TEXT REFERENCES evidence(evidence_id)
);
CREATE INDEX releases_released ON releases(released_earliest);
CREATE INDEX releases_number ON releases(document_number);

CREATE TABLE release_aliases (
    url TEXT PRIMARY KEY,
    release_id INTEGER NOT NULL REFERENCES releases(release_id)
) WITHOUT ROWID;

CREATE TABLE release_listings (
    release_id INTEGER NOT NULL REFERENCES releases(release_id),
    source TEXT NOT NULL,             -- push_feed, push_json, zuixin, person
    first_listed_at TEXT NOT NULL,
    last_absent_at TEXT,              -- the last good look at the source before it was listed
    last_listed_at TEXT NOT NULL,
    PRIMARY KEY (release_id, source)
) WITHOUT ROWID;

CREATE TABLE duties (
    release_id INTEGER PRIMARY KEY REFERENCES releases(release_id),
    duty INTEGER NOT NULL,
    basis TEXT NOT NULL,              -- push_feed, person, none
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_on TEXT
);

CREATE TABLE postings (
    posting_id INTEGER PRIMARY KEY,
    portal_id TEXT NOT NULL REFERENCES portals(portal_id),
    url_key TEXT NOT NULL,            -- syndication.addresses.address_key of the address
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    state TEXT NOT NULL,              -- listed, read, unreadable, elsewhere (the address is on another site)
    read_at TEXT,
    declared_earliest TEXT,
    declared_latest TEXT,
    declared_precision TEXT,
    declared_source TEXT,
    declared_raw TEXT,
    source_label TEXT NOT NULL DEFAULT '',
    document_number TEXT NOT NULL DEFAULT '',
    target TEXT NOT NULL DEFAULT '',
    links TEXT NOT NULL DEFAULT '[]',
    body_length INTEGER,
    fingerprint INTEGER,              -- 64-bit simhash of the body, as a signed integer
    matched_upto INTEGER,             -- the newest release it was matched against; NULL: not yet
    evidence_id TEXT REFERENCES evidence(evidence_id),
    UNIQUE (portal_id, url_key)
);
CREATE INDEX postings_seen ON postings(first_seen_at);

CREATE TABLE posting_texts (
    posting_id INTEGER PRIMARY KEY REFERENCES postings(posting_id),
    body TEXT NOT NULL
);

CREATE TABLE sightings (
    posting_id INTEGER NOT NULL REFERENCES postings(posting_id),
    channel_id TEXT NOT NULL REFERENCES channels(channel_id),
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    title TEXT NOT NULL,
    declared_earliest TEXT,
    declared_latest TEXT,
    declared_precision TEXT,
    declared_source TEXT,
    declared_raw TEXT,
    PRIMARY KEY (posting_id, channel_id)
) WITHOUT ROWID;
CREATE INDEX sightings_channel ON sightings(channel_id);

CREATE TABLE matches (
    posting_id INTEGER NOT NULL REFERENCES postings(posting_id),
    release_id INTEGER NOT NULL REFERENCES releases(release_id),
    mode TEXT NOT NULL,
    score REAL NOT NULL,
    rule TEXT NOT NULL,
    decided INTEGER NOT NULL,         -- 0: too close to call; a person decides
    card TEXT NOT NULL,               -- JSON
    PRIMARY KEY (posting_id, release_id)
) WITHOUT ROWID;
CREATE INDEX matches_release ON matches(release_id);

CREATE TABLE verdicts (
    verdict_id INTEGER PRIMARY KEY,
    release_id INTEGER NOT NULL REFERENCES releases(release_id),
    portal_id TEXT NOT NULL REFERENCES portals(portal_id),
    edition TEXT NOT NULL,
    released_day TEXT NOT NULL,       -- Beijing day, for filters and facets
    deadline TEXT NOT NULL,
    status TEXT NOT NULL,
    mode TEXT,
    flags TEXT NOT NULL,              -- space-separated
    cause TEXT NOT NULL,              -- the rule that decided, one word
    earliest TEXT,
    latest TEXT,
    lag_hours REAL,                   -- from the release to the latest possible carrying
    posting_id INTEGER REFERENCES postings(posting_id),
    page_url TEXT NOT NULL,
    proof TEXT NOT NULL,              -- JSON: the looks that decide it
    judged_at TEXT NOT NULL,
    run_id TEXT NOT NULL REFERENCES runs(run_id),
    UNIQUE (release_id, portal_id, edition)
);
CREATE INDEX verdicts_portal ON verdicts(portal_id, released_day, status);
CREATE INDEX verdicts_edition ON verdicts(edition, released_day, status);

CREATE TABLE superseded_verdicts (
    superseded_id INTEGER PRIMARY KEY,
    release_id INTEGER NOT NULL,
    portal_id TEXT NOT NULL,
    edition TEXT NOT NULL,
    status TEXT NOT NULL,
    mode TEXT,
    flags TEXT NOT NULL,
    cause TEXT NOT NULL,
    earliest TEXT,
    latest TEXT,
    proof TEXT NOT NULL,
    judged_at TEXT NOT NULL,
    run_id TEXT NOT NULL,
    superseded_by TEXT NOT NULL,      -- the run whose judging replaced it
    UNIQUE (release_id, portal_id, edition, run_id)
);

CREATE TABLE reviews (
    review_id INTEGER PRIMARY KEY,
    release_id INTEGER NOT NULL REFERENCES releases(release_id),
    portal_id TEXT NOT NULL REFERENCES portals(portal_id),
    edition TEXT NOT NULL,
    decision TEXT NOT NULL,           -- confirm, overturn, exempt, reopen
    status_before TEXT NOT NULL,
    status_after TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL
);
CREATE INDEX reviews_verdict ON reviews(release_id, portal_id, edition);
"""


@migrations()
def first_tables(db: Database) -> None:
    """Registry, runs and evidence, observations, releases, postings, matches, verdicts, reviews."""
    for statement in statements(_FIRST):
        db.execute(statement)


_COUNTS = """
    verdicts INTEGER NOT NULL,
    on_time INTEGER NOT NULL,
    late INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    undetermined INTEGER NOT NULL,
    not_observed INTEGER NOT NULL,
    exempt INTEGER NOT NULL,
    backdated INTEGER NOT NULL,
    timed INTEGER NOT NULL,           -- verdicts on time or late with a lag
    lag_hours REAL NOT NULL,          -- the sum of their lags
"""
_SUMMARIES = f"""
ALTER TABLE verdicts ADD COLUMN effective_status TEXT; -- a review's status, else the program's; kept by store.summarising
DROP INDEX verdicts_edition;
CREATE INDEX verdicts_edition ON verdicts(edition, released_day, effective_status, portal_id);
CREATE INDEX verdicts_open ON verdicts(edition, deadline) WHERE status = 'pending';
CREATE INDEX verdicts_queue ON verdicts(edition, released_day) WHERE status = 'undetermined' OR flags <> '';

CREATE TABLE portal_day (
    edition TEXT NOT NULL,
    released_day TEXT NOT NULL,
    portal_id TEXT NOT NULL REFERENCES portals(portal_id),
    {_COUNTS}
    PRIMARY KEY (edition, released_day, portal_id)
) WITHOUT ROWID;
CREATE INDEX portal_day_portal ON portal_day(portal_id, edition, released_day);

CREATE TABLE portal_month (
    edition TEXT NOT NULL,
    month TEXT NOT NULL,
    portal_id TEXT NOT NULL REFERENCES portals(portal_id),
    {_COUNTS}
    PRIMARY KEY (edition, month, portal_id)
) WITHOUT ROWID;

CREATE TABLE release_counts (
    edition TEXT NOT NULL,
    released_day TEXT NOT NULL,
    release_id INTEGER NOT NULL REFERENCES releases(release_id),
    {_COUNTS}
    PRIMARY KEY (edition, released_day, release_id)
) WITHOUT ROWID;
CREATE INDEX release_counts_release ON release_counts(release_id);
"""


@migrations()
def summaries(db: Database) -> None:
    """The status that holds beside each verdict, and counts by portal and day, portal and month, and release."""
    for statement in statements(_SUMMARIES):
        db.execute(statement)
    refresh_all(db)


_REACHING = """
CREATE TABLE reach (
    host TEXT PRIMARY KEY,
    step TEXT NOT NULL,               -- default, lenient, plain: by which the host answered last
    learned_at TEXT NOT NULL,         -- since when the step is taken as known; it is tried anew after a month
    answered_at TEXT NOT NULL,
    tls_version TEXT NOT NULL,        -- empty for plain http
    certificate TEXT NOT NULL         -- valid, self_signed, expired, name_mismatch, untrusted, none
) WITHOUT ROWID;

CREATE TABLE validators (
    channel_id TEXT PRIMARY KEY REFERENCES channels(channel_id),
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    looked_at TEXT NOT NULL,          -- of the last look that got the whole page
    evidence_id TEXT NOT NULL,        -- of its record, which holds the page
    rows_key TEXT NOT NULL,           -- tells two lists apart
    moved INTEGER NOT NULL,           -- how often list and validator changed together
    stuck INTEGER NOT NULL            -- how often the list changed and the validator did not: then it is not believed
) WITHOUT ROWID;

ALTER TABLE observations ADD COLUMN reach TEXT;        -- the step of the ladder; NULL: no attempt, or not recorded
ALTER TABLE observations ADD COLUMN tls TEXT;          -- TLSv1.2 and so on; empty for plain http
ALTER TABLE observations ADD COLUMN certificate TEXT;
"""


@migrations()
def reaching(db: Database) -> None:
    """By which step each host is reached, what to send so that an unchanged page is not sent again."""
    for statement in statements(_REACHING):
        db.execute(statement)


@migrations()
def failed_looks(db: Database) -> None:
    """What the monitor could not see in a quarter, without a look at what it could."""
    db.execute(
        "CREATE INDEX observations_failed ON observations(looked_at, portal_id, outcome)"
        " WHERE kind = 'channel' AND outcome NOT IN ('ok', 'unchanged')"
    )


@migrations()
def faults(db: Database) -> None:
    """Who is answerable for a verdict that is not on time; `syndication rejudge` fills it for older verdicts."""
    db.execute("ALTER TABLE verdicts ADD COLUMN fault TEXT")


_PROMINENCE = """
ALTER TABLE home_columns ADD COLUMN depth INTEGER;          -- elements around the column's name
ALTER TABLE home_columns ADD COLUMN rendered INTEGER;       -- 1: a browser filled and measured the page
ALTER TABLE home_columns ADD COLUMN pixels INTEGER;         -- from the page's top; NULL: not rendered, or not shown
ALTER TABLE home_columns ADD COLUMN first_screen INTEGER;   -- 1: seen without scrolling at 1366 x 768
ALTER TABLE home_columns ADD COLUMN prominent INTEGER;      -- by the rule of rules.toml; NULL: looked at before there was one
"""


@migrations()
def prominence_of_the_column(db: Database) -> None:
    """Where the column stands on a home page, and whether that is prominent."""
    for statement in statements(_PROMINENCE):
        db.execute(statement)


_SECOND_SIGHTS = """
ALTER TABLE runs ADD COLUMN second_sights INTEGER;     -- how many pages the run was to look at again; NULL: not planned yet
ALTER TABLE releases ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]';  -- JSON: the files that its page offers
ALTER TABLE postings ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]';

CREATE TABLE second_sight_plan (
    run_id TEXT NOT NULL REFERENCES runs(run_id),
    posting_id INTEGER NOT NULL REFERENCES postings(posting_id),
    due TEXT NOT NULL,                -- day 1, day 7, day 30, confirm
    PRIMARY KEY (run_id, posting_id)
) WITHOUT ROWID;

CREATE TABLE second_sights (
    second_sight_id INTEGER PRIMARY KEY,
    posting_id INTEGER NOT NULL REFERENCES postings(posting_id),
    run_id TEXT NOT NULL REFERENCES runs(run_id),
    looked_at TEXT NOT NULL,
    due TEXT NOT NULL,
    finding TEXT NOT NULL,            -- same, gone, altered, unseen
    detail TEXT NOT NULL,
    text_left REAL,                   -- share of the carried text that the page still shows
    changes TEXT NOT NULL,            -- JSON: kind, before, after
    evidence_id TEXT REFERENCES evidence(evidence_id),
    UNIQUE (posting_id, run_id)
);
CREATE INDEX second_sights_found ON second_sights(finding, looked_at);
CREATE INDEX observations_link ON observations(url, looked_at) WHERE kind = 'link';
"""


@migrations()
def second_sights(db: Database) -> None:
    """Carried pages are looked at again: what is due, what was found, and the files that pages offer."""
    for statement in statements(_SECOND_SIGHTS):
        db.execute(statement)


_REVIEWING = """
ALTER TABLE reviews ADD COLUMN cause TEXT NOT NULL DEFAULT '';     -- of the verdict as it stood
ALTER TABLE reviews ADD COLUMN page_url TEXT NOT NULL DEFAULT '';  -- the page that the portal named
ALTER TABLE reviews ADD COLUMN run_id TEXT REFERENCES runs(run_id); -- the run whose file holds page and decision

CREATE TABLE named_postings (
    posting_id INTEGER PRIMARY KEY REFERENCES postings(posting_id),
    named_at TEXT NOT NULL,           -- when the monitor first saw the page that the portal named
    source TEXT NOT NULL,             -- named by the portal
    run_id TEXT NOT NULL REFERENCES runs(run_id)
);
"""
_APPEND_ONLY = (
    "CREATE TRIGGER reviews_are_not_changed BEFORE UPDATE ON reviews"
    " BEGIN SELECT RAISE(ABORT, 'reviews are append-only: add another one'); END",
    "CREATE TRIGGER reviews_are_not_removed BEFORE DELETE ON reviews"
    " BEGIN SELECT RAISE(ABORT, 'reviews are append-only: add another one'); END",
    "CREATE TRIGGER reviews_are_not_replaced BEFORE INSERT ON reviews"
    " WHEN EXISTS (SELECT 1 FROM reviews WHERE review_id = NEW.review_id)"
    " BEGIN SELECT RAISE(ABORT, 'reviews are append-only: add another one'); END",
)


@migrations()
def reviewing(db: Database) -> None:
    """Reviews are append-only and name their page and run; pages that a portal named count as seen when they were."""
    for statement in (*statements(_REVIEWING), *_APPEND_ONLY):
        db.execute(statement)


_REMOVED_EVIDENCE = """
CREATE TABLE removed_evidence (
    run_id TEXT PRIMARY KEY REFERENCES runs(run_id),
    removed_at TEXT NOT NULL,
    frame TEXT NOT NULL,              -- SHA-256 of the bytes outside the records: with it the run's hash can be checked still
    size INTEGER NOT NULL             -- bytes of the file
) WITHOUT ROWID;
"""


@migrations()
def removed_evidence(db: Database) -> None:
    """Files of runs that no finding rests on may be removed after a time; what fixes them stays."""
    for statement in statements(_REMOVED_EVIDENCE):
        db.execute(statement)


@migrations()
def looks_by_address(db: Database) -> None:
    """The looks at one page, as the proof of a verdict asks for them, without a look at all others."""
    db.execute("CREATE INDEX observations_url ON observations(url, looked_at)")
    db.execute("CREATE INDEX release_aliases_release ON release_aliases(release_id)")


_ORDERS_AND_FILTERS = """
CREATE INDEX releases_title ON releases(title);
CREATE UNIQUE INDEX portals_name ON portals(name, portal_id);   -- unique, so that SQLite knows that an order by it is total
CREATE UNIQUE INDEX portals_level ON portals(level, portal_id);
CREATE INDEX verdicts_not_on_time ON verdicts(edition, effective_status, released_day, portal_id)
    WHERE effective_status <> 'on_time';
CREATE INDEX verdicts_not_copied ON verdicts(edition, mode, released_day, portal_id) WHERE mode IS NOT 'copy';
CREATE INDEX verdicts_flagged ON verdicts(edition, released_day, flags) WHERE flags <> '';
"""


@migrations()
def orders_and_filters(db: Database) -> None:
    """Long lists are walked in order and filtered without a look at each verdict; most are on time and copies."""
    for statement in statements(_ORDERS_AND_FILTERS):
        db.execute(statement)


@migrations()
def order_of_portals(db: Database) -> None:
    """Where a portal stands in portals.csv: the order in which people expect departments, which no code tells."""
    db.execute("ALTER TABLE portals ADD COLUMN place INTEGER NOT NULL DEFAULT 0")  # counted from 1; 0: not known yet


def statements(script: str) -> list[str]:
    """The single statements of a script without triggers (a migration must not commit halfway, as executescript does)."""
    lines = [line.split("--", 1)[0] for line in script.splitlines()]
    return [part.strip() for part in "\n".join(lines).split(";") if part.strip()]
