"""Section 8 of the vocabulary as plain loops: what every metric counts, and the rows of the `metrics` export."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from metrics.calendars import Exclusion
from metrics.catalog import Metric
from metrics.scope import EVERYTHING, Scope
from metrics.workflows import Milestone
from tests import oracle, working_time_oracle
from tests.oracle import Course, Mark, World
from tests.working_time_oracle import EPOCH, SECOND


@dataclass(frozen=True, slots=True)
class Case:
    """One thing a metric counts: where, by which moment, as what, and how long it took."""

    metric: str
    site: str | None
    from_ns: int
    outcome: str
    seconds: float | None = None
    decided_ns: int | None = None  # when its promise fell due; of a whole transaction, when it was complete or first known not to keep it
    workflow: str | None = None
    partner: str | None = None


def metric_rows(world: World, moment: tuple[int, int], by: str = "week", sees: Scope = EVERYTHING) -> list[dict]:
    """The export, in its order, for who may see so much."""
    groups: dict[tuple, list[Case]] = defaultdict(list)
    zones = {site.name: site.timezone for site in world.definitions.sites}
    for case in (case for case in cases(world, *moment) if sees.sees(case.site, case.workflow, case.partner)):
        groups[case.metric, None, period(case.from_ns, world.definitions.timezone, by)].append(case)
        if case.site is not None:
            groups[case.metric, case.site, period(case.from_ns, zones.get(case.site, world.definitions.timezone), by)].append(case)
    agreed = world.definitions.exclusions
    return [row(key, groups[key], by, agreed) for key in sorted(groups, key=lambda key: (key[0], key[1] is None, key[1] or "", key[2]))]


def row(key: tuple[str, str | None, str], found: list[Case], by: str, agreed: tuple[Exclusion, ...]) -> dict:
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
        **adjusted([case for case in found if not any(is_excluded(case, exclusion) for exclusion in agreed)], decided),
        "p50": quantile(lengths, 0.5),
        "p90": quantile(lengths, 0.9),
        "p95": quantile(lengths, 0.95),
    }


def adjusted(counted: list[Case], decided: int) -> dict:
    """The figures without what is agreed not to count."""
    good, bad = (sum(case.outcome == word for case in counted) for word in ("good", "bad"))
    share = good / (good + bad) if good + bad else None
    return {"excluded": decided - good - bad, "adjusted_good": good, "adjusted_bad": bad, "adjusted_attainment": share}


def is_excluded(case: Case, agreed: Exclusion) -> bool:
    """It began in that time, and is of a site, workflow, metric and partner that is meant; nothing named means all."""
    meant = ((agreed.sites, case.site), (agreed.workflows, case.workflow), (agreed.metrics, case.metric), (agreed.partners, case.partner))
    return agreed.from_ns <= case.from_ns < agreed.to_ns and all(not names or name in names for names, name in meant)


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
            counted = states(course, as_of_ns)
            for metric in world.definitions.metrics:
                counted += stretches(metric, course, world, as_of_ns, complete_to)
            partner = oracle.last_stated([member.event for member in course.members], "partner")
            found += [replace(case, workflow=course.workflow.name, partner=partner) for case in counted]
    return found


def states(course: Course, as_of_ns: int) -> list[Case]:
    """The two metrics that look at whole transactions."""
    told = oracle.transaction_row(course, as_of_ns)
    is_bad = told["state"] in ("failed", "abandoned") or told["is_overdue"]
    is_complete = told["state"] == "complete"
    otherwise = "good" if is_complete else "unjudged" if told["is_unjudged"] else "open"
    first_pass = "bad" if is_bad or (is_complete and told["failed_attempts"]) else otherwise
    success = "bad" if is_bad or told["is_late"] else otherwise
    ended_ns = max((s.reached_ns for s in course.steps.values() if s.milestone.required), default=None) if is_complete else None
    ended_ns = told["last_event_time"] if ended_ns is None else ended_ns
    bad_ns, unjudged_ns = (
        spoilt(course, as_of_ns),
        min((since(s, course, as_of_ns) for s in course.steps.values() if s.verdict), default=None),
    )
    late_ns = [s.due_ns for s in course.steps.values() if s.is_late]
    last_ns = [told["last_event_time"]]
    decided = {"open": None, "unjudged": unjudged_ns, "good": ended_ns}
    first_decided = ended_ns if is_complete else decided.get(first_pass, min(bad_ns or last_ns))
    later_decided = decided.get(success, min(bad_ns + late_ns or last_ns))
    return [
        Case("first_pass_yield", course.site, told["start_time"], first_pass, decided_ns=first_decided),
        Case("transaction_success", course.site, told["start_time"], success, decided_ns=later_decided),
    ]


def spoilt(course: Course, as_of_ns: int) -> list[int]:
    """When steps went missing, and when they were given up as failed."""
    steps, grace_ns = course.steps.values(), course.workflow.retry_grace_seconds * SECOND
    found = [since(step, course, as_of_ns) for step in steps if step.verdict == "missing"]
    for step in steps:
        if oracle.is_failed(step, course, as_of_ns):
            at_once = step.errors[-1].error_class != "transient" or any(e.dead_letter for e in step.errors)
            found.append(step.errors[-1].event_ns + (0 if at_once else grace_ns + 1))
    return found


def since(step: oracle.Step, course: Course, as_of_ns: int) -> int:
    """When a step that is wanting began to be: at its due time, or when something overtook it."""
    overtaken = [s.reached_ns for s in course.steps.values() if s.reached_ns is not None and oracle.depends(s, step.name, course)]
    return min(overtaken + [step.due_ns for _ in "1" if step.due_ns is not None and step.due_ns < as_of_ns])


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
    zone, calendar = oracle.working_week(course, system, world.definitions)
    promise = Milestone("", "", "", within=metric.target, working=metric.working)
    due_ns, end_ns = working_time_oracle.deadline(start_ns, promise, zone, calendar), step.reached_ns
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
    return Case(metric.name, course.site, start_ns, outcome, seconds, due_ns)


def worked_ns(start_ns: int, end_ns: int, zone: ZoneInfo, calendar: object) -> int:
    total = 0
    for opens_ns, closes_ns in working_time_oracle.working_hours(start_ns, zone, calendar):
        if opens_ns >= end_ns:
            return total
        total += min(closes_ns, end_ns) - opens_ns
    return total
