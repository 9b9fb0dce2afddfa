"""A quarter of releases and portals, looked at by night only or with probes; for tests and benchmarks.

The rhythm is that of www.gov.cn: bursts at 9 to 11 and 15 to 18 o'clock, none on some days. Portals carry four in five
releases within a day, mostly in working hours; half of them print the minute, the others the day or nothing.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

from syndication.clock import BEIJING, Declared, Interval, beijing_date, day_interval
from syndication.glossary import Mode, Outcome, Role, Status
from syndication.judging import Carrying, Case, ChannelSeen, Measure, coverage, judge
from syndication.probing import Lacking, Looked, plan

BEGIN = datetime(2026, 7, 1, tzinfo=BEIJING)
COUNTED = frozenset({Mode.COPY})
EDITIONS = {"inspection-24h": Measure(24, COUNTED), "guideline-12h": Measure(12, COUNTED)}


def releases(dice, days, a_day):
    found = []
    for day in range(days):
        if dice.random() < 0.15:
            continue
        for _ in range(round(a_day / 0.85 * dice.uniform(0.4, 1.6))):
            hour = dice.choices([dice.uniform(9, 11), dice.uniform(15, 18), dice.uniform(8, 20)], [4, 5, 2])[0]
            found.append(BEGIN + timedelta(days=day, seconds=round(hour * 3600)))
    return sorted(found)


def carried_at(dice, released):
    """When a portal carries a release, or None; nobody posts at night."""
    if dice.random() < 0.08:
        return None
    lag = dice.lognormvariate(2.0, 0.9) if dice.random() < 0.88 else dice.uniform(24, 96)
    moment = released + timedelta(hours=lag)
    if moment.hour < 8:
        moment = moment.replace(hour=8) + timedelta(minutes=dice.uniform(0, 90))
    elif moment.hour >= 20 and dice.random() < 0.8:
        moment = moment.replace(hour=8) + timedelta(days=1, minutes=dice.uniform(0, 120))
    return moment.replace(microsecond=0)


def printed(dice, moment, style):
    if style == "minute":
        start = moment.replace(second=0)
        return Declared(Interval(start, start + timedelta(minutes=1)), "minute", "meta", "")
    return Declared(day_interval(beijing_date(moment)), "day", "list", "") if style == "day" else None


def simulate(rules, *, portals=103, days=90, a_day=10, probes=True, seed=1):
    """Runs a quarter; gives statuses by edition, the requests a portal a day (mean, highest), and the number of verdicts."""
    dice = random.Random(seed)
    out = releases(dice, days, a_day)
    styles = {f"p{n}": ("minute", "minute", "day", "none")[n % 4] for n in range(portals)}
    carried = {p: [carried_at(dice, released) for released in out] for p in styles}
    looks = {p: [] for p in styles}
    tick = timedelta(minutes=rules.tick_minutes)
    trail = timedelta(minutes=rules.trail_minutes)
    longest = timedelta(hours=24)
    now, end = BEGIN, BEGIN + timedelta(days=days + 4)
    first = 0
    while now < end:
        if (now.hour, now.minute) == (2, 15):
            for known in looks.values():
                known.append(now + timedelta(seconds=dice.uniform(0, 1800)))
        elif probes:
            while first < len(out) and out[first] + longest < now - trail:
                first += 1
            near = [
                (index, out[index] + timedelta(hours=measure.hours))
                for index in range(first, len(out)) if out[index] <= now
                for measure in EDITIONS.values()
                if now - trail <= out[index] + timedelta(hours=measure.hours) < now + tick
            ]  # fmt: skip
            lacking, looked = [], {}
            for portal, known in looks.items() if near else ():
                last = known[-1] if known else None
                wanted = [
                    Lacking(portal, deadline) for index, deadline in near
                    if (moment := carried[portal][index]) is None or last is None or moment > last
                ]  # fmt: skip
                if wanted:
                    lacking += wanted
                    looked[portal] = Looked(last, last, sum(at > now - timedelta(hours=24) for at in known[-40:]))
            for planned in plan(now, lacking, looked, rules):
                looks[planned.portal_id].append(now + timedelta(seconds=dice.uniform(0, 120)))
        now += tick
    return judged(out, carried, styles, looks, end, dice, days)


def judged(out, carried, styles, looks, end, dice, days):
    statuses = {edition: Counter() for edition in EDITIONS}
    for portal, style in styles.items():
        known = sorted(looks[portal])
        seen = coverage(Role.COLUMN, [
            ChannelSeen(at, Outcome.OK, 20, at - timedelta(days=30), True if number else None) for number, at in enumerate(known)
        ])  # fmt: skip
        for index, released in enumerate(out):
            moment = carried[portal][index]
            found = next((at for at in known if at >= moment), None) if moment else None
            carryings = [Carrying(1, "", Mode.COPY, printed(dice, moment, style), {"c": found})] if found else []
            case = Case(Interval(released, released), end, {"c": seen}, carryings=carryings)
            for edition, measure in EDITIONS.items():
                answer = judge(case, measure)
                statuses[edition][answer.status] += 1
                limit = released + timedelta(hours=measure.hours)
                truth = Status.MISSING if found is None else Status.ON_TIME if moment <= limit else Status.LATE
                false = {Status.LATE, Status.MISSING} & {answer.status} and truth is Status.ON_TIME
                statuses[edition]["false"] += bool(false)
    a_day = {portal: Counter(beijing_date(at) for at in known) for portal, known in looks.items()}
    highest = max(max(count.values()) for count in a_day.values())
    mean = sum(sum(count.values()) for count in a_day.values()) / len(looks) / days
    return statuses, mean, highest
