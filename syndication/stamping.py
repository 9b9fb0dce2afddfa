"""Time stamps of a third party (RFC 3161): a token says that a run's hash existed at a time, whatever our clock says.

Off unless `SYNDICATION_TSA_URL` names an authority; the package rfc3161-client must be installed (extra `tsa`). The token
lies beside the run's file as `<run>.tsr`. Facts of the world: an authority is another's server and is down at times, so a
token that could not be had is noted and asked for again after the next run; since each run's hash rests on the run before,
a later token vouches for earlier runs too. `SYNDICATION_TSA_ROOT` names the authority's root certificate (PEM).
"""

from __future__ import annotations

import hashlib
import os
import urllib.request
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syndication.errors import EvidenceError
from syndication.evidence import chain_lines
from syndication.gathering import frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from syndication.progress import Progress
    from syndication.store.ledger import Ledger, RunEntry

URL_VARIABLE, ROOT_VARIABLE = "SYNDICATION_TSA_URL", "SYNDICATION_TSA_ROOT"
PATIENCE = 20.0
"""Seconds for an authority's answer; a night must not hang on it."""
LONGEST_TOKEN = 256 * 1024
CATCH_UP = 10
"""How many runs without a token are asked for after a run: the newest, and those before it that were refused one."""
VOUCHED_BY_THE_NEXT_NIGHT = frozenset({"probe", "review"})
"""Kinds of runs that get no token of their own: there are many in a day, and the next night's hash rests on theirs."""
SHA256 = "2.16.840.1.101.3.4.2.1"
GRANTED = frozenset({0, 1})


class NoTokenError(EvidenceError):
    """A token could not be had, or does not say what it should; the message says why."""


@dataclass(frozen=True)
class Authority:
    """A time stamping authority and, if it is known, its root certificate."""

    url: str
    root: Path | None


@dataclass(frozen=True)
class Stamped:
    """What asking brought: how many runs got a token, how many still lack one, and why the last was not had."""

    got: int
    lacking: int
    problem: str = ""


def authority(environment: Mapping[str, str] = os.environ) -> Authority | None:
    """The configured authority, or None.

    Raises:
        EvidenceError: its address is none that can be asked.
    """
    url = environment.get(URL_VARIABLE, "").strip()
    if not url:
        return None
    if urlsplit(url).scheme not in {"http", "https"}:
        raise EvidenceError(f"{URL_VARIABLE} must be a web address such as https://tsa.example/tsr, not {url!r}")
    return Authority(url, root_certificate(environment))


def root_certificate(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The configured root certificate, or None."""
    named = environment.get(ROOT_VARIABLE, "").strip()
    return Path(named) if named else None


def token_path(evidence_file: Path) -> Path:
    """Where the token of a run's file lies."""
    return evidence_file.with_name(evidence_file.name.removesuffix(".gz").removesuffix(".warc") + ".tsr")


def stamp_runs(folder: Path, ledger: Ledger, asked: Authority) -> Stamped:
    """Asks for a token for each of the newest closed nights that lack one; ends at the first refusal."""
    closed = [run for run in ledger.runs() if run.evidence_hash and run.kind not in VOUCHED_BY_THE_NEXT_NIGHT]
    lacking = [run for run in reversed(closed) if not token_path(folder / run.file).is_file()][:CATCH_UP]
    got = 0
    for run in lacking:
        try:
            token = _token(folder, ledger, run, asked)
        except EvidenceError as problem:
            return Stamped(got, len(lacking) - got, str(problem))
        target = token_path(folder / run.file)
        part = target.with_suffix(".part")
        part.write_bytes(token)
        part.replace(target)
        got += 1
    return Stamped(got, 0)


def stamp_after_run(folder: Path, ledger: Ledger, asked: Authority | None, progress: Progress) -> None:
    """Stamps if an authority is configured, and says what came of it. A run never fails by it."""
    if asked is None:
        return
    with progress.phase("申请可信时间戳"):
        stamped = stamp_runs(folder, ledger, asked)
    if stamped.problem:
        progress.console.print(
            f"可信时间戳未取得（{stamped.lacking} 个批次，下次运行后再申请）：{stamped.problem}", highlight=False, markup=False
        )


def _token(folder: Path, ledger: Ledger, run: RunEntry, asked: Authority) -> bytes:
    if not can_check_tokens():
        raise NoTokenError("the package rfc3161-client is missing: pip install 'policy-syndication[tsa]'")
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    lines = b"".join(chain_lines(run.previous_hash, [*ledger.hashes(run.run_id), frame_of(folder, run, ledger)]))
    digest = hashlib.sha256(lines).digest()
    if digest.hex() != run.evidence_hash:
        raise NoTokenError(f"the evidence of run {run.run_id} no longer has its hash; see `syndication evidence verify`")
    request = TimestampRequestBuilder().data(lines).hash_algorithm(HashAlgorithm.SHA256).build()
    token = _ask(asked.url, request.as_bytes())
    check_token(token, digest, asked.root, nonce=request.nonce)
    return token


def _ask(url: str, request: bytes) -> bytes:
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, request, headers), timeout=PATIENCE
        ) as answer:
            token: bytes = answer.read(LONGEST_TOKEN + 1)
    except (OSError, ValueError) as problem:  # URLError and timeouts are OSErrors; ValueError: an address gone wrong
        raise NoTokenError(f"{url} did not answer ({problem})") from problem
    if len(token) > LONGEST_TOKEN:
        raise NoTokenError(f"{url} answered with more than {LONGEST_TOKEN} bytes, which is no token")
    return token


def can_check_tokens() -> bool:
    """Whether the package is there."""
    return find_spec("rfc3161_client") is not None


def check_token(token: bytes, digest: bytes, root: Path | None, *, nonce: int | None = None) -> datetime:
    """The time that a token vouches for; `can_check_tokens` must hold.

    Without `root` only what it says is compared with the digest, not who says it.

    Raises:
        NoTokenError: it is none, is for another hash, or its signature does not lead to the root.
    """
    from cryptography.x509 import load_pem_x509_certificates
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        response = decode_timestamp_response(token)
        if response.status not in GRANTED:
            raise NoTokenError(f"the authority refused (status {response.status} {' '.join(response.status_string)})")
        said = response.tst_info
        imprint = said.message_imprint
    except ValueError as problem:
        raise NoTokenError(f"the answer is no RFC 3161 token ({problem})") from problem
    if imprint.hash_algorithm.dotted_string != SHA256 or imprint.message != digest:
        raise NoTokenError("the token is for another hash than the run's")
    if nonce is not None and said.nonce != nonce:
        raise NoTokenError("the token answers another request (its nonce differs)")
    if root is not None:
        try:
            roots = load_pem_x509_certificates(root.read_bytes())
            builder = VerifierBuilder()
            for certificate in roots:
                builder = builder.add_root_certificate(certificate)
            builder.build().verify(response, digest)
        except (OSError, ValueError, VerificationError) as problem:
            raise NoTokenError(f"the token's signature does not lead to {root} ({problem})") from problem
    moment: datetime = said.gen_time
    return moment
