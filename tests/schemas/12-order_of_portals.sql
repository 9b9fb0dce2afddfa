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
CREATE TABLE duties (
    release_id INTEGER PRIMARY KEY REFERENCES releases(release_id),
    duty INTEGER NOT NULL,
    basis TEXT NOT NULL,              
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_on TEXT
);
CREATE TABLE evidence (
    evidence_id TEXT PRIMARY KEY,     
    run_id TEXT NOT NULL REFERENCES runs(run_id),
    url TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    http_status INTEGER,              
    sha256 TEXT NOT NULL,             
    file TEXT NOT NULL,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE home_columns (
    portal_id TEXT NOT NULL REFERENCES portals(portal_id),
    looked_at TEXT NOT NULL,
    run_id TEXT NOT NULL REFERENCES runs(run_id),
    state TEXT NOT NULL,              
    label TEXT NOT NULL,
    url TEXT NOT NULL,
    embed_url TEXT NOT NULL,
    position INTEGER,
    in_navigation INTEGER NOT NULL, depth INTEGER, rendered INTEGER, pixels INTEGER, first_screen INTEGER, prominent INTEGER,
    PRIMARY KEY (portal_id, looked_at)
) WITHOUT ROWID;
CREATE TABLE matches (
    posting_id INTEGER NOT NULL REFERENCES postings(posting_id),
    release_id INTEGER NOT NULL REFERENCES releases(release_id),
    mode TEXT NOT NULL,
    score REAL NOT NULL,
    rule TEXT NOT NULL,
    decided INTEGER NOT NULL,         
    card TEXT NOT NULL,               
    PRIMARY KEY (posting_id, release_id)
) WITHOUT ROWID;
CREATE TABLE named_postings (
    posting_id INTEGER PRIMARY KEY REFERENCES postings(posting_id),
    named_at TEXT NOT NULL,           
    source TEXT NOT NULL,             
    run_id TEXT NOT NULL REFERENCES runs(run_id)
);
CREATE TABLE observations (
    observation_id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs(run_id),
    kind TEXT NOT NULL,               
    portal_id TEXT REFERENCES portals(portal_id),
    channel_id TEXT REFERENCES channels(channel_id),
    url TEXT NOT NULL,
    looked_at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    http_status INTEGER,
    item_count INTEGER,               
    reaches_back_to TEXT,             
    overlaps INTEGER,                 
    whole INTEGER,                    
    top TEXT,                         
    pages INTEGER,
    seconds REAL,
    evidence_id TEXT REFERENCES evidence(evidence_id)
, reach TEXT, tls TEXT, certificate TEXT);
CREATE TABLE portal_day (
    edition TEXT NOT NULL,
    released_day TEXT NOT NULL,
    portal_id TEXT NOT NULL REFERENCES portals(portal_id),
    
    verdicts INTEGER NOT NULL,
    on_time INTEGER NOT NULL,
    late INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    undetermined INTEGER NOT NULL,
    not_observed INTEGER NOT NULL,
    exempt INTEGER NOT NULL,
    backdated INTEGER NOT NULL,
    timed INTEGER NOT NULL,           
    lag_hours REAL NOT NULL,          

    PRIMARY KEY (edition, released_day, portal_id)
) WITHOUT ROWID;
CREATE TABLE portal_month (
    edition TEXT NOT NULL,
    month TEXT NOT NULL,
    portal_id TEXT NOT NULL REFERENCES portals(portal_id),
    
    verdicts INTEGER NOT NULL,
    on_time INTEGER NOT NULL,
    late INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    undetermined INTEGER NOT NULL,
    not_observed INTEGER NOT NULL,
    exempt INTEGER NOT NULL,
    backdated INTEGER NOT NULL,
    timed INTEGER NOT NULL,           
    lag_hours REAL NOT NULL,          

    PRIMARY KEY (edition, month, portal_id)
) WITHOUT ROWID;
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
    registered INTEGER NOT NULL  
, place INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE posting_texts (
    posting_id INTEGER PRIMARY KEY REFERENCES postings(posting_id),
    body TEXT NOT NULL
);
CREATE TABLE postings (
    posting_id INTEGER PRIMARY KEY,
    portal_id TEXT NOT NULL REFERENCES portals(portal_id),
    url_key TEXT NOT NULL,            
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    state TEXT NOT NULL,              
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
    fingerprint INTEGER,              
    matched_upto INTEGER,             
    evidence_id TEXT REFERENCES evidence(evidence_id), attachments TEXT NOT NULL DEFAULT '[]',
    UNIQUE (portal_id, url_key)
);
CREATE TABLE reach (
    host TEXT PRIMARY KEY,
    step TEXT NOT NULL,               
    learned_at TEXT NOT NULL,         
    answered_at TEXT NOT NULL,
    tls_version TEXT NOT NULL,        
    certificate TEXT NOT NULL         
) WITHOUT ROWID;
CREATE TABLE release_aliases (
    url TEXT PRIMARY KEY,
    release_id INTEGER NOT NULL REFERENCES releases(release_id)
) WITHOUT ROWID;
CREATE TABLE release_counts (
    edition TEXT NOT NULL,
    released_day TEXT NOT NULL,
    release_id INTEGER NOT NULL REFERENCES releases(release_id),
    
    verdicts INTEGER NOT NULL,
    on_time INTEGER NOT NULL,
    late INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    undetermined INTEGER NOT NULL,
    not_observed INTEGER NOT NULL,
    exempt INTEGER NOT NULL,
    backdated INTEGER NOT NULL,
    timed INTEGER NOT NULL,           
    lag_hours REAL NOT NULL,          

    PRIMARY KEY (edition, released_day, release_id)
) WITHOUT ROWID;
CREATE TABLE release_listings (
    release_id INTEGER NOT NULL REFERENCES releases(release_id),
    source TEXT NOT NULL,             
    first_listed_at TEXT NOT NULL,
    last_absent_at TEXT,              
    last_listed_at TEXT NOT NULL,
    PRIMARY KEY (release_id, source)
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
    released_latest TEXT NOT NULL,    
    released_precision TEXT NOT NULL,
    released_source TEXT NOT NULL,    
    body TEXT NOT NULL,
    state TEXT NOT NULL,              
    first_seen_at TEXT NOT NULL,
    evidence_id TEXT REFERENCES evidence(evidence_id)
, attachments TEXT NOT NULL DEFAULT '[]');
CREATE TABLE removed_evidence (
    run_id TEXT PRIMARY KEY REFERENCES runs(run_id),
    removed_at TEXT NOT NULL,
    frame TEXT NOT NULL,              
    size INTEGER NOT NULL             
) WITHOUT ROWID;
CREATE TABLE reviews (
    review_id INTEGER PRIMARY KEY,
    release_id INTEGER NOT NULL REFERENCES releases(release_id),
    portal_id TEXT NOT NULL REFERENCES portals(portal_id),
    edition TEXT NOT NULL,
    decision TEXT NOT NULL,           
    status_before TEXT NOT NULL,
    status_after TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL
, cause TEXT NOT NULL DEFAULT '', page_url TEXT NOT NULL DEFAULT '', run_id TEXT REFERENCES runs(run_id));
CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,               
    started_at TEXT NOT NULL,
    finished_at TEXT,
    state TEXT NOT NULL,              
    evidence_file TEXT NOT NULL,      
    evidence_records INTEGER,
    evidence_hash TEXT,               
    previous_hash TEXT,
    program_version TEXT NOT NULL
, second_sights INTEGER) WITHOUT ROWID;
CREATE TABLE second_sight_plan (
    run_id TEXT NOT NULL REFERENCES runs(run_id),
    posting_id INTEGER NOT NULL REFERENCES postings(posting_id),
    due TEXT NOT NULL,                
    PRIMARY KEY (run_id, posting_id)
) WITHOUT ROWID;
CREATE TABLE second_sights (
    second_sight_id INTEGER PRIMARY KEY,
    posting_id INTEGER NOT NULL REFERENCES postings(posting_id),
    run_id TEXT NOT NULL REFERENCES runs(run_id),
    looked_at TEXT NOT NULL,
    due TEXT NOT NULL,
    finding TEXT NOT NULL,            
    detail TEXT NOT NULL,
    text_left REAL,                   
    changes TEXT NOT NULL,            
    evidence_id TEXT REFERENCES evidence(evidence_id),
    UNIQUE (posting_id, run_id)
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
    superseded_by TEXT NOT NULL,      
    UNIQUE (release_id, portal_id, edition, run_id)
);
CREATE TABLE validators (
    channel_id TEXT PRIMARY KEY REFERENCES channels(channel_id),
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    looked_at TEXT NOT NULL,          
    evidence_id TEXT NOT NULL,        
    rows_key TEXT NOT NULL,           
    moved INTEGER NOT NULL,           
    stuck INTEGER NOT NULL            
) WITHOUT ROWID;
CREATE TABLE verdicts (
    verdict_id INTEGER PRIMARY KEY,
    release_id INTEGER NOT NULL REFERENCES releases(release_id),
    portal_id TEXT NOT NULL REFERENCES portals(portal_id),
    edition TEXT NOT NULL,
    released_day TEXT NOT NULL,       
    deadline TEXT NOT NULL,
    status TEXT NOT NULL,
    mode TEXT,
    flags TEXT NOT NULL,              
    cause TEXT NOT NULL,              
    earliest TEXT,
    latest TEXT,
    lag_hours REAL,                   
    posting_id INTEGER REFERENCES postings(posting_id),
    page_url TEXT NOT NULL,
    proof TEXT NOT NULL,              
    judged_at TEXT NOT NULL,
    run_id TEXT NOT NULL REFERENCES runs(run_id), effective_status TEXT, fault TEXT,
    UNIQUE (release_id, portal_id, edition)
);
CREATE INDEX channels_portal ON channels(portal_id);
CREATE INDEX evidence_run ON evidence(run_id);
CREATE INDEX matches_release ON matches(release_id);
CREATE INDEX observations_channel ON observations(channel_id, looked_at);
CREATE INDEX observations_failed ON observations(looked_at, portal_id, outcome) WHERE kind = 'channel' AND outcome NOT IN ('ok', 'unchanged');
CREATE UNIQUE INDEX observations_key ON observations(run_id, kind, url, coalesce(channel_id, ''));
CREATE INDEX observations_link ON observations(url, looked_at) WHERE kind = 'link';
CREATE INDEX observations_portal ON observations(portal_id, looked_at);
CREATE INDEX observations_url ON observations(url, looked_at);
CREATE INDEX portal_day_portal ON portal_day(portal_id, edition, released_day);
CREATE UNIQUE INDEX portals_level ON portals(level, portal_id);
CREATE UNIQUE INDEX portals_name ON portals(name, portal_id);
CREATE INDEX postings_seen ON postings(first_seen_at);
CREATE INDEX release_aliases_release ON release_aliases(release_id);
CREATE INDEX release_counts_release ON release_counts(release_id);
CREATE INDEX releases_number ON releases(document_number);
CREATE INDEX releases_released ON releases(released_earliest);
CREATE INDEX releases_title ON releases(title);
CREATE INDEX reviews_verdict ON reviews(release_id, portal_id, edition);
CREATE INDEX second_sights_found ON second_sights(finding, looked_at);
CREATE INDEX sightings_channel ON sightings(channel_id);
CREATE INDEX verdicts_edition ON verdicts(edition, released_day, effective_status, portal_id);
CREATE INDEX verdicts_flagged ON verdicts(edition, released_day, flags) WHERE flags <> '';
CREATE INDEX verdicts_not_copied ON verdicts(edition, mode, released_day, portal_id) WHERE mode IS NOT 'copy';
CREATE INDEX verdicts_not_on_time ON verdicts(edition, effective_status, released_day, portal_id)
    WHERE effective_status <> 'on_time';
CREATE INDEX verdicts_open ON verdicts(edition, deadline) WHERE status = 'pending';
CREATE INDEX verdicts_portal ON verdicts(portal_id, released_day, status);
CREATE INDEX verdicts_queue ON verdicts(edition, released_day) WHERE status = 'undetermined' OR flags <> '';
CREATE TRIGGER reviews_are_not_changed BEFORE UPDATE ON reviews BEGIN SELECT RAISE(ABORT, 'reviews are append-only: add another one'); END;
CREATE TRIGGER reviews_are_not_removed BEFORE DELETE ON reviews BEGIN SELECT RAISE(ABORT, 'reviews are append-only: add another one'); END;
CREATE TRIGGER reviews_are_not_replaced BEFORE INSERT ON reviews WHEN EXISTS (SELECT 1 FROM reviews WHERE review_id = NEW.review_id) BEGIN SELECT RAISE(ABORT, 'reviews are append-only: add another one'); END;
