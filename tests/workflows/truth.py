"""What is true of a transaction, written down as it is made: facts with since when and until when they hold, none concluded from events."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from metrics.catalog import Metric
from metrics.workflows import Milestone, Workflow

SECOND = 1_000_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
NEVER = 2**62
FIRST_DAY, DAYS = datetime(2026, 3, 22, tzinfo=UTC), 80  # what these plants live through, working time included
ZONES = {"hamburg": "Europe/Berlin", "monterrey": "America/Monterrey"}
# zone, working weekdays, opens, closes, minutes of a working day
SUPPLIER = ("Asia/Jerusalem", (6, 0, 1, 2, 3), time(7), time(15, 30), 510)
HOURS = {"20017": SUPPLIER, **{site: (zone, (0, 1, 2, 3, 4), time(8), time(17), 540) for site, zone in ZONES.items()}}


@cache
def working_minutes(keeper: str) -> list[int]:
    """Every minute that is worked, one after the other, by its beginning."""
    zone, weekdays, opens, closes, _ = HOURS[keeper]
    walls = ((FIRST_DAY + timedelta(minutes=n)).astimezone(ZoneInfo(zone)) for n in range(DAYS * 1440))
    return [int(w.timestamp()) * SECOND for w in walls if w.weekday() in weekdays and opens <= w.time() < closes]


def after_working(opened_ns: int, amount: str, keeper: str) -> int:
    """When so much of `keeper`'s working time is over: that many minutes further in the list."""
    worked = working_minutes(keeper)
    left = int(amount[:-1]) * (HOURS[keeper][4] if amount[-1] == "d" else UNITS[amount[-1]] // MINUTE)
    place, into_ns = bisect_left(worked, opened_ns - MINUTE + 1), 0
    if worked[place] < opened_ns:
        into_ns = opened_ns - worked[place]
    return worked[place + left] + into_ns if into_ns else worked[place + left - 1] + MINUTE


@dataclass(slots=True)
class Told:
    """One transaction. A fact is (what, about which step, since when, until when)."""

    workflow: Workflow
    transaction_id: str
    site: str
    partner: str | None = None
    exists_ns: int = NEVER  # since when something names it
    reached: dict[str, int] = field(default_factory=dict)
    members: list[tuple[int, bool]] = field(default_factory=list)  # when, and whether it was a failed attempt
    promised: list[tuple[int, int]] = field(default_factory=list)  # when it was stated, and what
    facts: list[tuple[str, str, int, int]] = field(default_factory=list)

    def holds(self, what: str, about: str, since_ns: int, until_ns: int = NEVER) -> None:
        if since_ns < until_ns:
            self.facts.append((what, about, since_ns, until_ns))

    def limit(self, name: str, opened_ns: int, stated_by_ns: int = NEVER) -> int | None:
        """By when a step is due that could be taken from `opened_ns` on."""
        milestone = self.milestone(name)
        promises = [promised for stated, promised in sorted(self.promised) if stated <= stated_by_ns]
        if milestone.by and promises:
            return promises[-1]
        return None if milestone.within is None else self.after(opened_ns, milestone.within, milestone.working, milestone.system)

    def after(self, opened_ns: int, amount: str, working: bool, system: str) -> int:
        if not working:
            return opened_ns + int(amount[:-1]) * UNITS[amount[-1]]
        return after_working(opened_ns, amount, self.partner if system == "supplier" and self.partner else self.site)

    def milestone(self, name: str) -> Milestone:
        return next(m for m in self.workflow.milestones if m.name == name)

    def close(self) -> None:
        """Nothing more is told of it: what was awaited, by when, and what came too late or was overtaken."""
        for milestone in self.workflow.milestones:
            reached_ns, opened_ns = self.reached.get(milestone.name, NEVER), self.reached.get(milestone.after or "")
            if not milestone.required:
                continue
            overtaken_ns = min((self.reached[name] for name in self.reached if milestone.name in self.causes(name)), default=NEVER)
            if opened_ns is None or (milestone.within is None and not milestone.by):
                self.holds("missing", milestone.name, overtaken_ns, reached_ns)
                continue
            changes = [opened_ns, *sorted(stated for stated, _ in self.promised if milestone.by and stated > opened_ns), NEVER]
            for since_ns, until_ns in pairwise(changes):
                due_ns = self.limit(milestone.name, opened_ns, since_ns)
                assert due_ns is not None
                self.holds(f"due {due_ns}", milestone.name, since_ns, min(until_ns, reached_ns))
                wanting_ns = max(since_ns, min(due_ns + 1, overtaken_ns))
                self.holds("missing", milestone.name, wanting_ns, min(until_ns, reached_ns))
                if reached_ns < NEVER:
                    self.holds("late" if reached_ns > due_ns else "in time", milestone.name, max(since_ns, reached_ns), until_ns)

    def causes(self, name: str) -> list[str]:
        """The steps that come before, through the whole chain."""
        found = []
        while (before := self.milestone(name).after) is not None:
            found.append(before)
            name = before
        return found

    def row(self, as_of_ns: int) -> dict:
        """As the export `transactions` has it."""
        now: dict[str, list[str]] = defaultdict(list)
        for what, about, since_ns, until_ns in self.facts:
            if since_ns <= as_of_ns < until_ns:
                now[what].append(about)
        members = [(ns, is_error) for ns, is_error in self.members if ns <= as_of_ns]
        reached = {name: ns for name, ns in self.reached.items() if ns <= as_of_ns}
        names = [m.name for m in self.workflow.milestones]
        failed = sorted((names.index(step), what.split()[1]) for what in now for step in now[what] if what.startswith("failed"))
        all_there = all(m.name in reached for m in self.workflow.milestones if m.required)
        ended = "abandoned" if now["abandoned"] else "failed" if failed else "complete" if all_there else "in_progress"
        state = "cancelled" if now["cancelled"] else ended
        missing = sorted(now["missing"]) if state != "cancelled" else []
        dues = [int(what.split()[1]) for what in now if what.startswith("due") and now[what]] if state != "cancelled" else []
        return {
            "workflow": self.workflow.name,
            "transaction_id": self.transaction_id,
            "site": self.site,
            "state": state,
            "is_overdue": bool(missing),
            "is_late": bool(now["late"]),
            "is_retrying": state == "in_progress" and bool(now["retrying"]),
            "is_self_healed": bool(now["healed"]),
            "is_recovered": bool(now["recovered"]),
            "is_inconsistent": bool(now["inconsistent"]),
            "is_unjudged": False,
            "start_time": min(ns for ns, _ in members),
            "last_event_time": max(ns for ns, _ in members),
            "reached": reached,
            "missing": missing,
            "late": sorted(now["late"]),
            "next_due_time": min(dues, default=None),
            "failed_milestone": names[failed[0][0]] if state == "failed" else None,
            "error_class": failed[0][1] if state == "failed" else None,
            "failed_attempts": sum(is_error for _, is_error in members),
        }


def transaction_rows(told: Iterable[Told], as_of_ns: int) -> list[dict]:
    rows = [one.row(as_of_ns) for one in told if one.exists_ns <= as_of_ns]
    return sorted(rows, key=lambda row: (row["workflow"], row["transaction_id"]))


def failure_rows(rows: list[dict]) -> list[dict]:
    counted = Counter((row["workflow"], row["failed_milestone"], row["error_class"]) for row in rows if row["state"] == "failed")
    return [{"workflow": w, "milestone": m, "error_class": c, "transactions": n} for (w, m, c), n in sorted(counted.items())]


def metric_counts(told: Iterable[Told], metrics: Iterable[Metric], as_of_ns: int) -> dict[tuple, Counter]:
    """(metric, site, week) → how many good, bad, open and with a clock fault; of the metrics that are told from one step to another."""
    found: dict[tuple, Counter] = defaultdict(Counter)
    for one in told:
        row = one.row(as_of_ns) if one.exists_ns <= as_of_ns else {"state": "cancelled"}
        if row["state"] == "cancelled":
            continue
        for metric in metrics:
            if metric.workflow == one.workflow.name and metric.start in row["reached"]:
                begun_ns = row["reached"][metric.start]
                found[metric.name, one.site, week_of(begun_ns, one.site)][outcome(one, row, metric, begun_ns, as_of_ns)] += 1
        week = week_of(row["start_time"], one.site)
        is_bad = row["state"] in ("failed", "abandoned") or row["is_overdue"]
        good = "good" if row["state"] == "complete" else "open"
        found["transaction_success", one.site, week]["bad" if is_bad or row["is_late"] else good] += 1
        tried = row["state"] == "complete" and row["failed_attempts"]
        found["first_pass_yield", one.site, week]["bad" if is_bad or tried else good] += 1
    return found


def outcome(one: Told, row: dict, metric: Metric, begun_ns: int, as_of_ns: int) -> str:
    assert metric.end is not None
    assert metric.target is not None
    ended_ns = row["reached"].get(metric.end)
    if ended_ns is not None and ended_ns < begun_ns:
        return "clock_fault"
    due_ns = one.after(begun_ns, metric.target, metric.working, one.milestone(metric.end).system)
    if row["state"] == "abandoned":
        return "bad"
    if ended_ns is not None:
        return "good" if ended_ns <= due_ns else "bad"
    return "open" if as_of_ns <= due_ns else "bad"


def week_of(ns: int, site: str) -> str:
    local = datetime.fromtimestamp(ns // SECOND, ZoneInfo(ZONES[site])).isocalendar()
    return f"{local.year}-W{local.week:02d}"
