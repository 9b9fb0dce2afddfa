"""Old servers are reached by a ladder that is remembered; unchanged pages still count; patience has an end."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime, timedelta

import pytest
from test_replay import content, data_from
from trouble_night import begin, looks, one_night, play, write_names

from syndication.certificates import worth_of
from syndication.clock import from_text
from syndication.connecting import LEGACY_RENEGOTIATION, lenient_context
from syndication.evidence import read_run_file
from syndication.glossary import ANSWERED, Certificate, Outcome, Role, Step
from syndication.items import ChannelLook, Look, Row, Validator
from syndication.judging import ChannelSeen, coverage
from syndication.ladder import Ladder, combined
from syndication.patience import Patience, seconds_asked
from syndication.rehearsal.authority import Authority
from syndication.rehearsal.trouble import playing, write_registry
from syndication.rehearsal.troubled import ANSWERS, FAMILIES, LADDERS, UNCHANGED, WIRES, government
from syndication.store import Store, open_database
from syndication.store.reaching import RELEARN_AFTER

AT = datetime(2026, 3, 2, 18, 15, tzinfo=UTC)
TLS, REFUSED, TIMEOUT = Outcome.TLS, Outcome.REFUSED, Outcome.TIMEOUT
DEFAULT, LENIENT, PLAIN = Step.DEFAULT, Step.LENIENT, Step.PLAIN


# --- the ladder ---


@pytest.mark.parametrize(("tried", "silent", "expected"), [
    ([(DEFAULT, TLS)], False, LENIENT),
    ([(DEFAULT, TLS), (LENIENT, TLS)], False, PLAIN),
    ([(DEFAULT, TLS), (LENIENT, TLS), (PLAIN, REFUSED)], True, None),
    ([(DEFAULT, REFUSED)], True, PLAIN),
    ([(DEFAULT, REFUSED)], False, LENIENT),  # it hung up: old servers do at a greeting that they do not understand
    ([(DEFAULT, TIMEOUT)], True, PLAIN),
    ([(DEFAULT, Outcome.DNS)], False, None),
    ([(PLAIN, REFUSED)], True, DEFAULT),  # learned, and no longer true
    ([(PLAIN, REFUSED), (DEFAULT, TLS)], False, LENIENT),
])  # fmt: skip
def test_the_next_step(tried, silent, expected):
    assert Ladder({}).following("host", tried, silent=silent) is expected


def test_a_host_is_climbed_once_a_run():
    ladder = Ladder({})
    assert ladder.following("host", [(DEFAULT, TLS), (LENIENT, TLS), (PLAIN, REFUSED)], silent=True) is None
    assert ladder.following("host", [(DEFAULT, TLS)], silent=False) is None
    assert ladder.following("other", [(DEFAULT, TLS)], silent=False) is LENIENT


def test_what_answered_is_the_first_step_and_a_late_failure_goes_there():
    ladder = Ladder({"host": PLAIN})
    assert (ladder.first("host"), ladder.first("other")) == (PLAIN, DEFAULT)
    ladder.answered("host", LENIENT)
    assert ladder.first("host") is LENIENT
    assert ladder.following("host", [(DEFAULT, TLS)], silent=False) is LENIENT
    assert ladder.following("host", [(LENIENT, REFUSED)], silent=False) is None


def test_what_a_climb_comes_to():
    assert combined([(DEFAULT, TLS), (LENIENT, TLS), (PLAIN, REFUSED)]) is TLS
    assert combined([(DEFAULT, TIMEOUT), (PLAIN, REFUSED)]) is TIMEOUT
    assert combined([(DEFAULT, TIMEOUT), (PLAIN, TIMEOUT), (DEFAULT, REFUSED)]) is REFUSED
    assert combined([(DEFAULT, TIMEOUT), (DEFAULT, Outcome.TOO_LARGE)]) is Outcome.TOO_LARGE


def test_lenient_tls_takes_what_old_servers_have():
    context = lenient_context()
    assert context.options & LEGACY_RENEGOTIATION  # no server of ours can want it: OpenSSL always offers the new one
    assert context.minimum_version.name == "MINIMUM_SUPPORTED"
    assert context.security_level == 0


# --- patience ---


def test_waits_grow_with_the_failures_of_a_host_and_have_an_end():
    patience = Patience(2, 5.0, 90.0, 4)
    assert [patience.delay(n) for n in (1, 2, 3, 9)] == [5.0, 10.0, 20.0, 90.0]
    assert patience.delay(1, 30.0) == 30.0
    assert patience.delay(1, 91.0) is None


@pytest.mark.parametrize(("text", "seconds"), [
    ("120", 120.0), (" 0 ", 0.0), ("Mon, 02 Mar 2026 18:17:00 GMT", 120.0), ("Mon, 02 Mar 2026 18:00:00 GMT", 0.0),
    ("soon", None), ("", None), ("-5", None),
])  # fmt: skip
def test_retry_after_is_read_as_seconds_and_as_a_date(text, seconds):
    assert seconds_asked(text, AT) == seconds


# --- certificates ---


@pytest.mark.parametrize("worth", [w for w in Certificate if w is not Certificate.NONE])
def test_a_certificate_is_worth_what_it_says(tmp_path, monkeypatch, worth):
    import ssl

    from syndication import certificates

    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.root_file))
    certificates._roots.cache_clear()
    authority.context("portal.example", worth)
    pem = (tmp_path / f"portal.example.{worth}.pem").read_text(encoding="ascii")
    der = ssl.PEM_cert_to_DER_cert(pem[: pem.index("-----END CERTIFICATE-----") + 26])
    assert worth_of((der,), "portal.example", AT) is worth
    certificates._roots.cache_clear()


def test_no_certificate_is_worth_none_and_a_spoilt_one_nothing():
    assert worth_of((), "portal.example", AT) is Certificate.NONE
    assert worth_of((b"spoilt",), "portal.example", AT) is Certificate.UNTRUSTED


# --- nights ---


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    return play([*LADDERS, *UNCHANGED], tmp_path_factory.mktemp("ladder"), nights=4)


@pytest.fixture(scope="module")
def by_night(nights):
    found = {}
    for look in looks(nights[0]):
        found.setdefault(look["channel_id"], []).append(look)
    return found


@pytest.mark.parametrize("site", [site for site in LADDERS if site.outcome in ANSWERED], ids=lambda site: site.id)
def test_the_step_is_learned_and_begins_the_next_night(nights, by_night, site):
    assert [look["reach"] for look in by_night[f"{site.id}-gwy"]] == [site.step] * 4
    database = open_database(nights[0])
    known = database.execute("SELECT step, certificate FROM reach WHERE host = ?", (site.host,)).fetchone()
    database.close()
    assert known == (None if site.scheme == "http" else (site.step, site.certificate))
    first, second = (read_run_file(path).records for path in sorted((nights[0] / "evidence").glob("*.gz"))[:2])
    failed = [[r for r in records if f"//{site.host}/" in r.url and r.outcome] for records in (first, second)]
    assert bool(failed[0]) == (site.step is not Step.DEFAULT)
    assert failed[1] == []


def test_an_unchanged_list_and_home_page_still_count_as_looks(by_night):
    for channel in ("etag-gwy", "modified@home"):
        outcomes = [look["outcome"] for look in by_night[channel]]
        assert outcomes[:3] == ["ok", "ok", "unchanged"]  # the second night shows that its validator moves with it
        assert by_night[channel][2]["http_status"] == 304
        for name in ("item_count", "reaches_back_to", "whole", "top"):
            assert by_night[channel][2][name] == by_night[channel][1][name]
        assert by_night[channel][2]["overlaps"] == 1
    assert [look["outcome"] for look in by_night["etag-gwy"]][3] == "ok"
    assert by_night["etag-gwy"][3]["item_count"] == by_night["etag-gwy"][2]["item_count"] + 1


def test_what_an_unchanged_page_shows_was_seen_again(nights):
    database = open_database(nights[0])
    last = database.execute(
        "SELECT max(last_seen_at), count(DISTINCT last_seen_at) FROM sightings WHERE channel_id = 'modified@home'"
        " AND first_seen_at < '2026-03-03'"
    ).fetchone()
    columns = database.execute("SELECT count(*), count(DISTINCT state) FROM home_columns WHERE portal_id = 'modified'")
    column_count = columns.fetchone()
    database.close()
    assert last[0].startswith("2026-03-05")
    assert column_count == (4, 1)


def test_a_validator_that_stays_while_the_list_grows_is_never_used(nights, by_night):
    assert [look["outcome"] for look in by_night["liar-gwy"]] == ["ok"] * 4
    assert [look["item_count"] for look in by_night["liar-gwy"]] == [6, 7, 8, 9]
    sent = [one for site, one in nights[1].log if site == "liar" and "if-none-match" in one.headers]
    assert sent == []


def test_unchanged_looks_prove_what_the_last_whole_one_proved():
    whole = ChannelSeen(AT, Outcome.OK, 5, AT - timedelta(days=3))
    seen = coverage(Role.COLUMN, [whole, ChannelSeen(AT + timedelta(days=1), Outcome.UNCHANGED, 5, None)])
    assert seen.last_good(AT - timedelta(days=2)) == AT + timedelta(days=1)


def test_the_evidence_of_all_nights_gives_the_same_again(nights, syndication, tmp_path):
    folder = data_from(nights[0], tmp_path / "data")
    syndication("replay", nights[0] / "evidence", "--data", folder)
    assert content(folder) == content(nights[0])
    for table in ("reach", "validators"):
        assert rows(folder, table) == rows(nights[0], table)


def test_an_unchanged_page_without_the_whole_one_is_not_archived(nights, syndication, tmp_path):
    folder = data_from(nights[0], tmp_path / "data")
    third = sorted((nights[0] / "evidence").glob("*.gz"))[2]
    syndication("replay", third, "--data", folder)
    outcomes = {look["channel_id"]: look["outcome"] for look in looks(folder)}
    assert (outcomes["etag-gwy"], outcomes["valid-gwy"]) == ("not_archived", "ok")


def test_killed_in_the_middle_of_its_climbs_a_night_ends_as_undisturbed(tmp_path):
    wanted = {"nowhere", "broken", "closed", "justice", "statistics", "gateway"}
    sites = [*LADDERS, *FAMILIES[:3], *(site for site in (*WIRES, *ANSWERS) if site.id in wanted)]
    write_registry(sites, tmp_path / "whole")
    write_registry(sites, tmp_path / "killed")
    with playing([*sites, government(from_text("2026-03-02T18:15:00Z"))], tmp_path / "keys") as ground:
        names = write_names(ground, tmp_path)
        began = time.monotonic()
        one_night(ground, tmp_path / "whole", names, 1)
        lasted = time.monotonic() - began
        kills = 0
        for share in (0.35, 0.5, 0.75):
            process = begin(ground, tmp_path / "killed", names, 1)
            time.sleep(lasted * share)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            kills += process.returncode == -signal.SIGKILL
        assert kills
        one_night(ground, tmp_path / "killed", names, 1)
    assert content(tmp_path / "killed") == content(tmp_path / "whole")


def rows(folder, table):
    database = open_database(folder)
    found = sorted(database.execute(f"SELECT * FROM {table}").fetchall())  # a name of this file
    database.close()
    return found


# --- what is remembered ---


def a_look(at, count, etag):
    found = tuple(Row(f"https://p.example/{n}.html", f"第{n}号") for n in range(count))
    look = Look("p", "p-gwy", "https://p.example/", at, Outcome.OK)
    return ChannelLook(look, found, validator=Validator(etag, "", "id") if etag else None)


@pytest.mark.parametrize(("etags", "counts", "believed"), [
    ("aa", (1, 1), False),  # nothing moved yet
    ("ab", (1, 2), True),
    ("aba", (1, 2, 2), True),  # it may change without the list
    ("abb", (1, 2, 3), False),  # the list grew under the same validator
    ("ab ", (1, 2, 2), False),  # the last page gave none
])  # fmt: skip
def test_a_validator_is_believed_once_it_moved_with_its_list(tmp_path, etags, counts, believed):
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "x.warc.gz").write_bytes(b"")
    (tmp_path / "portals.csv").write_text("", encoding="utf-8")
    store = Store(tmp_path)
    try:
        db = store.db
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute(
            "INSERT INTO evidence (evidence_id, run_id, url, fetched_at, sha256, file, offset, length)"
            " VALUES ('id', 'r', 'u', '2026-03-01T00:00:00Z', '', 'evidence/x.warc.gz', 0, 1)"
        )
        for day, (etag, count) in enumerate(zip(etags, counts, strict=True)):
            store.record("r", a_look(AT + timedelta(days=day), count, etag.strip()))
        end = AT + timedelta(days=len(etags))
        assert bool(store.knowledge(end, (), AT).validators) is believed
        assert not store.knowledge(end + timedelta(days=8), (), AT).validators  # the whole page is too old by then
    finally:
        store.close()


def test_a_step_is_forgotten_after_a_month(tmp_path):
    store = Store(tmp_path)
    try:
        store.db.execute(
            "INSERT INTO reach VALUES ('old.example', 'lenient', '2026-03-02T18:15:00Z', '2026-03-02T18:15:00Z', 'TLSv1', '')"
        )
        assert store.knowledge(AT + timedelta(days=1), (), AT).steps == {"old.example": LENIENT}
        assert store.knowledge(AT + RELEARN_AFTER + timedelta(days=1), (), AT).steps == {}
    finally:
        store.close()
