"""Process mining as plain loops: the steps of each transaction as they were taken, and what is said of them together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise

from metrics.scope import EVERYTHING, Scope
from metrics.workflows import Workflow
from tests import belonging_oracle, oracle, scope_oracle
from tests.metric_oracle import period, quantile
from tests.oracle import Course, World
from tests.working_time_oracle import SECOND

START, END, CANCELLED = "(start)", "(end)", "(cancelled)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One step taken, or tried in vain."""

    name: str
    is_error: bool
    ns: int


@dataclass(frozen=True, slots=True)
class Trail:
    """One transaction as it ran."""

    course: Course
    entries: tuple[Entry, ...]

    @property
    def workflow(self) -> Workflow:
        return self.course.workflow

    @property
    def start_ns(self) -> int:
        return min(member.event.event_ns for member in self.course.members)

    @property
    def last_ns(self) -> int:
        return max(member.event.event_ns for member in self.course.members)

    @property
    def successes(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.is_error]

    @property
    def variant(self) -> str:
        """Repeats in a row stand once: `!` failed, `+` succeeded several times."""
        words = []
        for (name, is_error), group in groupby(self.entries, key=lambda entry: (entry.name, entry.is_error)):
            words.append(name + ("!" if is_error else "+" if len(list(group)) > 1 else ""))
        return " > ".join(words)

    @property
    def is_over(self) -> bool:
        steps = self.course.steps.values()
        is_complete = all(step.reached_ns is not None for step in steps if step.milestone.required)
        return self.course.is_cancelled or is_complete or any(oracle.is_abandoned(step) for step in steps)

    @property
    def passages(self) -> list[tuple[Entry, Entry]]:
        return list(pairwise(self.successes))

    @property
    def edges(self) -> list[tuple[str, str]]:
        """Which step directly followed which, from the start to the end; failed attempts left out."""
        names = [entry.name for entry in self.successes]
        return list(pairwise([START, *names, *([END] if self.is_over else [])])) if names else []


def trails(world: World, as_of_ns: int, known_ns: int) -> list[Trail]:
    _, members, complete_to = oracle.known_world(world, as_of_ns, known_ns)
    return [Trail(course, tuple(entries(course))) for course in oracle.judged_courses(world, members, complete_to, as_of_ns)]


def entries(course: Course) -> Iterable[Entry]:
    """Its members in order, without redeliveries and what a person said here."""
    seen = set()
    for event in (member.event for member in course.members if not (member.event.error_code or "").startswith("syncline:")):
        kind = belonging_oracle.kind(event)
        names = [m.name for m in course.workflow.milestones if (m.event, m.system) == kind]
        for name in ([CANCELLED] if kind in course.workflow.cancel else []) + names:
            effect = (name, event.idempotency_key)
            if event.is_error or event.idempotency_key is None or effect not in seen:
                yield Entry(name, event.is_error, event.event_ns)
            if not event.is_error:
                seen.add(effect)


def deviations(trail: Trail) -> set[tuple[str, str]]:
    """(kind, milestone) of all that is not as it is defined."""
    found, order = set(), {}
    for place, entry in enumerate(trail.entries):
        order.setdefault((entry.name, entry.is_error), []).append(place)
    done = {name: places for (name, is_error), places in order.items() if not is_error}
    for milestone in trail.workflow.milestones:
        name, failed = milestone.name, order.get((milestone.name, True), [])
        if name not in done:
            behind = [s for s in trail.course.steps.values() if s.name in done and oracle.depends(s, name, trail.course)]
            found |= {("skipped", name)} if milestone.required and behind else set()
            found |= {("failed", name)} if failed else set()
            continue
        first, last = done[name][0], done[name][-1]
        wrong = {
            "early": milestone.after in done and first < done[milestone.after][0],
            "repeated": len(done[name]) > 1 and milestone.until is None,
            "retried": bool(failed) and failed[0] < first,
            "failed_after": bool(failed) and failed[-1] > first,
            "continued": CANCELLED in done and last > done[CANCELLED][0],
        }
        found |= {(kind, name) for kind, is_so in wrong.items() if is_so}
    return found


def variant_rows(found: list[Trail]) -> list[dict]:
    """What there is to say of each variant."""
    groups: dict[tuple[str, str], list[Trail]] = defaultdict(list)
    for trail in found:
        groups[trail.workflow.name, trail.variant].append(trail)
    return [
        {
            "workflow": workflow,
            "variant": variant,
            "transactions": len(group),
            "over": sum(trail.is_over for trail in group),
            "seconds": quantile(sorted((trail.last_ns - trail.start_ns) / SECOND for trail in group), 0.5),
            "example_id": max((trail.start_ns, trail.course.transaction_id) for trail in group)[1],
            "deviations": deviations(group[0]),
        }
        for (workflow, variant), group in sorted(groups.items())
    ]


def deviation_rows(found: list[Trail]) -> dict[tuple[str, str, str], int]:
    """How many transactions are not as defined in each way."""
    return Counter((trail.workflow.name, *each) for trail in found for each in deviations(trail))


def node_rows(found: list[Trail]) -> dict[tuple[str, str], tuple[int, int, int]]:
    """(workflow, milestone) → transactions it succeeded in, that it failed in, that are not over and came no further."""
    done, failed, running = Counter(), Counter(), Counter()
    for trail in found:
        done.update({(trail.workflow.name, entry.name) for entry in trail.entries if not entry.is_error})
        failed.update({(trail.workflow.name, entry.name) for entry in trail.entries if entry.is_error})
        if not trail.is_over and trail.successes:
            running[trail.workflow.name, trail.successes[-1].name] += 1
    return {key: (done[key], failed[key], running[key]) for key in done.keys() | failed.keys()}


def edge_rows(found: list[Trail]) -> dict[tuple[str, str, str], tuple]:
    """(workflow, from, to) → transactions, passages, median, 90th percentile, passages that were due, those after it."""
    transactions, took, due = Counter(), defaultdict(list), defaultdict(list)
    for trail in found:
        name = trail.workflow.name
        transactions.update({(name, *edge) for edge in trail.edges})
        for before, after in trail.passages:
            key = (name, before.name, after.name)
            took[key].append((after.ns - before.ns) / SECOND)
            step = trail.course.steps.get(after.name)
            is_due = step and step.due_ns is not None and step.reached_ns == after.ns  # again is not late
            due[key] += [after.ns > step.due_ns] if is_due else []
    rows = {}
    for key, count in transactions.items():
        lengths = sorted(took[key])
        rows[key] = (count, len(lengths) or count, quantile(lengths, 0.5), quantile(lengths, 0.9), len(due[key]), sum(due[key]))
    return rows


def drifting_variants(found: list[Trail], from_ns: int, middle_ns: int, to_ns: int) -> dict[tuple[str, str], tuple[int, int]]:
    """(workflow, variant) → how many ended from `from_ns` until before `middle_ns`, and until before `to_ns`."""
    before, after = Counter(), Counter()
    for trail in found:
        if trail.is_over and from_ns <= trail.last_ns < to_ns:
            (before if trail.last_ns < middle_ns else after)[trail.workflow.name, trail.variant] += 1
    return {key: (before[key], after[key]) for key in before.keys() | after.keys()}


def drifting_edges(found: list[Trail], from_ns: int, middle_ns: int, to_ns: int) -> dict[tuple[str, str, str], tuple]:
    """(workflow, from, to) taken in both → how often, the medians, and how many in each took longer than the median of both."""
    both = defaultdict(lambda: ([], []))
    for trail in found:
        for one, other in trail.passages:
            if from_ns <= other.ns < to_ns:
                both[trail.workflow.name, one.name, other.name][other.ns >= middle_ns].append(other.ns - one.ns)
    rows = {}
    for key, (before, after) in both.items():
        if before and after:
            every = sorted(before + after)
            middle = every[(len(every) + 1) // 2 - 1]
            halves = [quantile(sorted(ns / SECOND for ns in half), 0.5) for half in (before, after)]
            rows[key] = (len(before), len(after), *halves, sum(ns > middle for ns in before), sum(ns > middle for ns in after))
    return rows


def export_rows(world: World, moment: tuple[int, int], by: str, sees: Scope = EVERYTHING) -> list[dict]:
    """The export `variants`: by site and period, and all sites together by the clocks of the enterprise."""
    zones = {site.name: site.timezone for site in world.definitions.sites}
    groups: dict[tuple, list[Trail]] = defaultdict(list)
    for trail in (each for each in trails(world, *moment) if scope_oracle.sees_course(sees, each.course)):
        site, common = trail.course.site, world.definitions.timezone
        groups[trail.workflow.name, None, trail.variant, period(trail.start_ns, common, by)].append(trail)
        if site is not None:
            groups[trail.workflow.name, site, trail.variant, period(trail.start_ns, zones.get(site, common), by)].append(trail)
    return [
        {
            "workflow": key[0],
            "site": key[1],
            "variant": key[2],
            by: key[3],
            "transactions": len(group),
            "median_seconds": quantile(sorted((trail.last_ns - trail.start_ns) / SECOND for trail in group), 0.5),
            "conforming": not deviations(group[0]),
        }
        for key, group in sorted(
            groups.items(), key=lambda each: (each[0][0], each[0][1] is None, each[0][1] or "", each[0][3], each[0][2])
        )
    ]
