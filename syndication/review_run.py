"""A review as a run of its own: the page that a portal names is fetched, archived, matched and judged, then the decision.

Facts of the world: a portal objects months later and says "we did carry it, here". The page is judged by the rules of every
night; nobody decides by looking at a link alone. Decision, reason and author stand in the run's evidence file beside the
page, so that the chain of hashes covers them and a database that is made anew from the files has them too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from syndication import lock, steps
from syndication.addresses import host_of, on_gov_cn
from syndication.clock import FixedClock, from_text
from syndication.crawl import crawl, drive
from syndication.errors import EvidenceError, ReviewError
from syndication.evidence import Archive, read_run_file
from syndication.glossary import Decision, Status, chinese
from syndication.items import ArticleLook, CarriedPage
from syndication.matching import Matcher
from syndication.running import (
    end_of,
    evidence_path,
    new_run_name,
    open_evidence,
    prepare,
    read_files,
    refuse_the_past,
    run_figures,
)
from syndication.store import Store
from syndication.store.reviewing import NewReview

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from syndication.clock import Clock
    from syndication.matching import Match
    from syndication.progress import Progress
    from syndication.run import Run
    from syndication.running import Files
    from syndication.store.reviewing import StandingVerdict

REVIEW = "review"
HOLD = {"ITEM_PIPELINES": {"syndication.pipelines.HoldPipeline": 300}}


@dataclass(frozen=True)
class Wish:
    """What a person wants recorded. `url` is a page that the portal named; `to` what the verdict is overturned to."""

    decision: Decision
    reason: str
    by: str
    url: str = ""
    to: Status | None = None


@dataclass(frozen=True)
class NamedPage:
    """What the monitor found at the address that a portal named. `match` is None where it carries another text or none."""

    look: ArticleLook
    match: Match | None


@dataclass(frozen=True)
class Outlook:
    """What would be recorded: the verdict as it stands, the page, the verdict with the page, the status afterwards.

    `refusal` says why it cannot be recorded; empty if it can.
    """

    before: StandingVerdict
    wish: Wish
    page: NamedPage | None
    judged: StandingVerdict
    after: Status
    refusal: str = ""


@dataclass(frozen=True)
class Reviewed:
    """How a review ended; `review_id` is None where nothing was recorded."""

    outlook: Outlook
    review_id: int | None
    run_id: str


def review(
    folder: Path, clock: Clock, progress: Progress, verdict_id: int, wish: Wish, agree: Callable[[Outlook], bool],
    overrides: Mapping[str, Any] | None = None,
) -> Reviewed:  # fmt: skip
    """One review. `agree` is shown what would be recorded and says whether it shall be; `overrides` are Scrapy settings.

    Raises:
        ReviewError: there is no such verdict, or the decision does not fit how it stands.
        LockedError, DataFolderError, RegistryError, RulesError: as for a night.
    """
    wish = replace(wish, reason=" ".join(wish.reason.split()), by=" ".join(wish.by.split()), url=wish.url.strip())
    files = read_files(folder)
    with lock.hold(folder, "review", clock.now()):
        store = Store(folder)
        try:
            standing = store.reviewing().verdict(verdict_id)
            if standing is None:
                raise ReviewError(
                    f"没有判定 {verdict_id}，编号见判定清单。"
                    f" There is no verdict {verdict_id}; the list of verdicts gives their numbers"
                )
            _check(standing, wish)
            return drive(_review(files, store, clock, progress, standing, wish, agree, overrides))
        finally:
            store.close()


def _check(standing: StandingVerdict, wish: Wish) -> None:
    """Refuses what cannot be meant, before anything is fetched."""
    word, stands = chinese(standing.status), f"Verdict {standing.verdict_id} is {standing.status}"
    if not wish.reason or not wish.by:
        raise ReviewError("复核须有理由和复核人。 A review needs a reason (--reason) and a person (--by)")
    if wish.to is not None and (wish.decision is not Decision.OVERTURN or wish.url):
        raise ReviewError(
            "只有改判才能选择改判为何种判定；填写了网址的，由该页面决定。"
            " --to goes with overturn alone, and not with --url: there the page decides"
        )
    if wish.url and (wish.decision is Decision.REOPEN or not host_of(wish.url) or on_gov_cn(wish.url)):
        raise ReviewError(
            "网址须是门户自己的页面，以 http:// 或 https:// 开头，撤销复核时不填。"
            " --url names a page of the portal, http://… or https://…, and does not go with reopen"
        )
    if wish.decision is Decision.REOPEN:
        if standing.reviewed is None:
            raise ReviewError(
                f"现为程序自己的判定（{word}），没有可撤销的复核。 {stands} by the monitor's own word: there is nothing to reopen"
            )
        return
    if wish.decision is Decision.EXEMPT:
        if standing.status is Status.EXEMPT:
            raise ReviewError(f"已经是“{word}”。 {stands} already")
        return
    if standing.status is Status.PENDING and not wish.url:
        raise ReviewError(f"时限之后尚未判定，只能免于考核。 {stands}: its deadline has not been judged yet; only exempt fits")
    if wish.decision is Decision.CONFIRM and standing.reviewed is not None:
        if standing.reviewed is Decision.CONFIRM:
            raise ReviewError(f"已经维持过原判定（{word}）。 {stands} and confirmed already")
        raise ReviewError(f"已有其他复核（现为{word}），请先撤销。 {stands} and reviewed otherwise; reopen it first")
    if wish.decision is Decision.OVERTURN and not wish.url and (wish.to or Status.ON_TIME) is standing.status:
        raise ReviewError(f"已经是“{word}”，请选择别的判定。 {stands} already; name another status with --to")


async def _review(
    files: Files, store: Store, clock: Clock, progress: Progress, standing: StandingVerdict, wish: Wish,
    agree: Callable[[Outlook], bool], overrides: Mapping[str, Any] | None,
) -> Reviewed:  # fmt: skip
    now = clock.now()
    refuse_the_past(store, now)
    await _close_unfinished(files, store, progress, now)
    run_id = _free_name(files.folder, now)
    run = prepare(files, store, clock, run_id, REVIEW, now, evidence_path(files.folder, run_id))
    open_evidence(run)
    assert run.writer is not None  # the file is new
    await _fetch(run, progress, standing.portal_id, wish.url, overrides)
    at = clock.now()
    outlook = _looked_through(store, run, standing, wish, at)
    agreed = agree(outlook) and not outlook.refusal
    store.commit()
    store.before_commit = None
    run.writer.end(at, _fields(standing, wish, outlook, agreed))
    review_id = _recorded(store, run, standing, wish, outlook, at) if agreed else None
    store.finish_run(run_id, "done", at, *run_figures(store, run_id, read_run_file(run.evidence_file)))
    return Reviewed(outlook, review_id, run_id)


def _free_name(folder: Path, now: datetime) -> str:
    """A run's id that no file bears yet: two reviews may be begun within a second."""
    name = new_run_name(REVIEW, now)
    names = (name if number == 1 else f"{name}-{number:02}" for number in count(1))
    return next(one for one in names if not evidence_path(folder, one).exists())


async def _fetch(
    run: Run, progress: Progress, portal_id: str, url: str, overrides: Mapping[str, Any] | None = None
) -> None:
    """Asks for the page that the portal named; the look is held until somebody agreed."""
    if url:
        run.progress = progress
        with progress.phase("取得门户指明的页面"):
            await crawl(run, "pages", {**(overrides or {}), **HOLD}, pages=(CarriedPage(portal_id, url),))


def _looked_through(store: Store, run: Run, standing: StandingVerdict, wish: Wish, at: datetime) -> Outlook:
    """What would be recorded. All is done as for good, and undone."""
    store.begin()
    page = _take_in(store, run, standing, at)
    judged = store.reviewing().verdict(standing.verdict_id) or standing
    store.rollback()
    after, refusal = _status_after(standing, wish, page, judged)
    return Outlook(standing, wish, page, judged, after, refusal)


def _recorded(
    store: Store, run: Run, standing: StandingVerdict, wish: Wish, outlook: Outlook, at: datetime
) -> int:
    """Records page, verdict and decision in one transaction; gives the review's number."""
    store.begin()
    _take_in(store, run, standing, at)
    review_id = store.reviewing().add(standing, NewReview(
        wish.decision, standing.status, outlook.after, wish.reason, wish.by, at, standing.cause, wish.url, run.run_id
    ))  # fmt: skip
    store.commit()
    return review_id


def _take_in(store: Store, run: Run, standing: StandingVerdict, at: datetime) -> NamedPage | None:
    """The named page as a posting of the portal, matched and judged as in a night; inside the caller's transaction."""
    look = next((item for item in run.held if isinstance(item, ArticleLook)), None)
    if look is None:
        return None
    if look.article is None:
        store.record(run.run_id, look)
        return NamedPage(look, None)
    posting_id = store.reviewing().name_page(run.run_id, standing.portal_id, look.posting_url, look.look.looked_at)
    store.record(run.run_id, look)
    matching, since = store.matching(), min(standing.released, at - steps.OPEN_FOR)
    found = Matcher(matching.releases(since)).match(matching.posting(posting_id))
    matching.save([str(posting_id)], found, matching.newest_release(), since)
    deciding = store.deciding()
    about = {(standing.release_id, standing.portal_id)}
    deciding.save(run.run_id, at, steps.judge_stored(deciding, run.rules, at, standing.released, about))
    deciding.summarise()
    return NamedPage(look, next((match for match in found if int(match.release_id) == standing.release_id), None))


def _status_after(
    standing: StandingVerdict, wish: Wish, page: NamedPage | None, judged: StandingVerdict
) -> tuple[Status, str]:
    """The status that the decision leads to, and why it cannot be recorded, if so."""
    if wish.decision is Decision.EXEMPT:
        return Status.EXEMPT, ""
    if wish.decision is Decision.REOPEN:
        return standing.judged_status, ""
    if page is None:
        overturned = wish.to or Status.ON_TIME
        return (overturned if wish.decision is Decision.OVERTURN else standing.judged_status), ""
    after = judged.judged_status
    if wish.decision is Decision.CONFIRM:
        changed = (
            f"按此页面应判定为“{chinese(after)}”，请选择改判。"
            f" The page changes the verdict to {after}; the decision for that is overturn"
        )
        return after, changed if after is not standing.status else ""
    if page.look.article is None:
        outcome = page.look.look.outcome
        told = f"该网址的页面未能读取：{chinese(outcome)}。 The page could not be read: {outcome} {page.look.look.detail}"
        return after, told.rstrip()
    if page.match is None:
        return after, "该页面不是这条发布的转载。 The page does not carry the release"
    stays = f"按此页面判定仍为“{chinese(after)}”。 The verdict stays {after} with this page"
    return after, stays if after is standing.status else ""


def _fields(standing: StandingVerdict, wish: Wish, outlook: Outlook, agreed: bool) -> dict[str, str]:
    """What the evidence file says of the review."""
    page = {"review-page": wish.url} if wish.url else {}
    return {
        "review-release": standing.release_url, "review-portal": standing.portal_id, "review-edition": standing.edition,
        **page, "review-recorded": "yes" if agreed else "no", "review-decision": wish.decision,
        "review-before": standing.status, "review-after": outlook.after, "review-cause": standing.cause,
        "review-reason": wish.reason, "review-by": wish.by,
    }  # fmt: skip


async def replay_review(
    files: Files, store: Store, path: Path, progress: Progress, state: str = "done"
) -> None:
    """A review from its evidence file: the page is judged again, the decision is recorded as it stands there.

    Raises:
        EvidenceError: the verdict that it is about is not there; the nights before the review must be replayed first.
    """
    run_file = read_run_file(path)
    info = run_file.info
    started, ended = from_text(info["started-at"]), end_of(run_file, from_text(info["started-at"]))
    run = prepare(files, store, FixedClock(ended), info["run-id"], REVIEW, started, path)
    run.archive = Archive(run_file)
    store.add_evidence(run.run_id, run.evidence_name, run_file.records)
    if info.get("review-recorded") == "yes":
        standing = store.reviewing().verdict_on(info["review-release"], info["review-portal"], info["review-edition"])
        if standing is None:
            raise EvidenceError(f"{path}: reviews a verdict that is not there; replay the nights before it as well")
        wish = Wish(Decision(info["review-decision"]), info["review-reason"], info["review-by"], info.get("review-page", ""))
        await _fetch(run, progress, standing.portal_id, wish.url)
        then = replace(standing, status=Status(info["review-before"]), cause=info["review-cause"])
        _recorded(store, run, then, wish, Outlook(then, wish, None, then, Status(info["review-after"])), ended)
    store.finish_run(run.run_id, state, ended, *run_figures(store, run.run_id, run_file))


async def _close_unfinished(files: Files, store: Store, progress: Progress, now: datetime) -> None:
    """Closes a review that was cut off: as decided if its file says so, else with the page alone."""
    unfinished = store.unfinished_run(REVIEW)
    if unfinished is None:
        return
    path = files.folder / unfinished.evidence_file
    run_file = read_run_file(path) if path.is_file() else None
    if run_file is None or not run_file.info:
        store.finish_run(unfinished.run_id, "interrupted", now, 0, None)
    else:
        await replay_review(files, store, path, progress, "done" if "ended-at" in run_file.info else "interrupted")
