"""Section 8 of the vocabulary as plain loops: what every metric counts, and the rows of the `metrics` export."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from metrics.catalog import Metric
from metrics.workflows import Milestone
from tests import oracle
from tests.oracle import EPOCH, SECOND, Course, Mark, World


@dataclass(frozen=True, slots=True)
class Case:
    """One thing a metric counts: where, by which moment, as what, and how long it took."""

    metric: str
    site: str | None
    from_ns: int
    outcome: str
    seconds: float | None = None


def metric_rows(world: World, moment: tuple[int, int], by: str = "week") -> list[dict]:
    """The export, in its order."""
    groups: dict[tuple, list[Case]] = defaultdict(list)
    zones = {site.name: site.timezone for site in world.definitions.sites}
    for case in cases(world, *moment):
        groups[case.metric, None, period(case.from_ns, world.definitions.timezone, by)].append(case)
        if case.site is not None:
            groups[case.metric, case.site, period(case.from_ns, zones.get(case.site, world.definitions.timezone), by)].append(case)
    return [row(key, groups[key], by) for key in sorted(groups, key=lambda key: (key[0], key[1] is None, key[1] or "", key[2]))]


def row(key: tuple[str, str | None, str], found: list[Case], by: str) -> dict:
    count = {word: sum(case.outcome == word for case in found) for word in ("good", "bad", "open", "clock_fault", "unjudged")}
    decided = count["good"] + count["bad"]
    lengths = sorted(case.seconds for case in found if case.seconds is not None and case.outcome != "clock_fault")
    return {
        "metric": key[0],
        "site": key[1],
        by: key[2],
        **count,
        "attainment": count["good"] / decided if decided else None,
        "observed": decided / (decided + count["unjudged"]) if decided + count["unjudged"] else None,
        "p50": quantile(lengths, 0.5),
        "p90": quantile(lengths, 0.9),
        "p95": quantile(lengths, 0.95),
    }


def quantile(ordered: list[float], share: float) -> float | None:
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def period(ns: int, timezone: str, by: str) -> str:
    local = (EPOCH + timedelta(seconds=ns // SECOND)).astimezone(ZoneInfo(timezone))
    if by == "hour":
        return local.replace(minute=0, second=0).isoformat(timespec="minutes")
    week = local.isocalendar()
    return {"week": f"{week.year}-W{week.week:02d}", "day": f"{local:%Y-%m-%d}", "month": f"{local:%Y-%m}"}[by]


def cases(world: World, as_of_ns: int, known_ns: int) -> list[Case]:
    """Everything that is counted as of the moment; cancelled transactions are not."""
    _, members, complete_to = oracle.known_world(world, as_of_ns, known_ns)
    found = []
    for course in oracle.judged_courses(world, members, complete_to, as_of_ns):
        if not course.is_cancelled:
            found += states(course, as_of_ns)
            for metric in world.definitions.metrics:
                found += stretches(metric, course, world, as_of_ns, complete_to)
    return found


def states(course: Course, as_of_ns: int) -> list[Case]:
    """The two metrics that look at whole transactions."""
    told = oracle.transaction_row(course, as_of_ns)
    is_bad = told["state"] in ("failed", "abandoned") or told["is_overdue"]
    is_complete = told["state"] == "complete"
    otherwise = "good" if is_complete else "unjudged" if told["is_unjudged"] else "open"
    first_pass = "bad" if is_bad or (is_complete and told["failed_attempts"]) else otherwise
    success = "bad" if is_bad or told["is_late"] else otherwise
    return [
        Case("first_pass_yield", course.site, told["start_time"], first_pass),
        Case("transaction_success", course.site, told["start_time"], success),
    ]


def stretches(metric: Metric, course: Course, world: World, as_of_ns: int, complete_to: Mark) -> list[Case]:
    """What the metric measures in this transaction: nothing, one stretch, or one for every milestone that had to be acted on."""
    if metric.name == "time_to_recover":
        acted = [step for step in course.steps.values() if was_acted_on(step, course, as_of_ns)]
        ends = [(step.errors[0].event_ns, step) for step in acted]
    elif metric.workflow == course.workflow.name and course.steps[metric.start].reached_ns is not None:
        ends = [(course.steps[metric.start].reached_ns, course.steps[metric.end])]
    else:
        return []
    return [case_of(metric, course, start_ns, step, world, as_of_ns, complete_to) for start_ns, step in ends]


def was_acted_on(step: oracle.Step, course: Course, as_of_ns: int) -> bool:
    if step.reached_ns is None:
        return oracle.is_failed(step, course, as_of_ns)
    return bool(oracle.errors_before(step)) and not oracle.is_self_healed(step, course.workflow)


def case_of(metric: Metric, course: Course, start_ns: int, step: oracle.Step, world: World, as_of_ns: int, complete_to: Mark) -> Case:
    system = step.milestone.system
    zone, calendar = oracle.working_week(course.site, world.definitions)
    promise = Milestone("", "", "", within=metric.target, working=metric.working)
    due_ns, end_ns = oracle.deadline(start_ns, promise, zone, calendar), step.reached_ns
    if end_ns is not None and end_ns < start_ns:
        return Case(metric.name, course.site, start_ns, "clock_fault")
    seconds = None
    if end_ns is not None:
        seconds = (worked_ns(start_ns, end_ns, zone, calendar) if metric.working else end_ns - start_ns) / SECOND
    if any(oracle.is_abandoned(s) for s in course.steps.values()):
        outcome = "bad"
    elif end_ns is not None:
        outcome = "good" if end_ns <= due_ns else "bad"
    elif due_ns >= as_of_ns:
        outcome = "open"
    else:
        outcome = "bad" if due_ns <= complete_to(system, course.site) else "unjudged"
    return Case(metric.name, course.site, start_ns, outcome, seconds)


def worked_ns(start_ns: int, end_ns: int, zone: ZoneInfo, calendar: object) -> int:
    total = 0
    for opens_ns, closes_ns in oracle.working_hours(start_ns, zone, calendar):
        if opens_ns >= end_ns:
            return total
        total += min(closes_ns, end_ns) - opens_ns
    return total
