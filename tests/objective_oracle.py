"""Objectives as plain loops over cases: budget, burn rates, alerts and all, slow on purpose, to be checked by eye."""

from __future__ import annotations

from bisect import bisect_left
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from metrics.objectives.model import Objective, Tier
from tests.metric_oracle import Case
from tests.working_time_oracle import EPOCH, SECOND

MINUTE = 60 * SECOND
Count = tuple[int, int, int]  # good, bad, unjudged


class Plain:
    """One objective over the cases of a moment."""

    def __init__(self, objective: Objective, cases: list[Case], as_of_ns: int, timezone: str) -> None:
        self.objective = objective
        wanted = {"metric": objective.metric, "site": objective.site, "workflow": objective.workflow, "partner": objective.partner}
        self.cases = [c for c in cases if all(value in (None, getattr(c, name)) for name, value in wanted.items())]
        self.times = {
            (moment, word): sorted(getattr(c, moment) for c in self.cases if c.outcome == word and getattr(c, moment) is not None)
            for moment in ("from_ns", "decided_ns")
            for word in ("good", "bad", "unjudged")
        }
        self.verdicts: dict[tuple[str, int], str] = {}
        self.zone = ZoneInfo(objective.window.timezone or timezone)
        self.step = objective.slices.minutes * MINUTE if objective.slices else MINUTE
        self.begin, self.now, self.end = objective.window.span(as_of_ns)
        if objective.window.is_rolling:
            length = self.now - self.begin
            self.now = self.end = self.now // self.step * self.step
            self.begin = self.now - length
        else:
            self.now = self.begin + (self.now - self.begin) // self.step * self.step
            self.end = self.begin + (self.end - self.begin) // self.step * self.step

    # -- counting ----------------------------------------------------------------------------------------------------------

    def cases_between(self, moment: str, start: int, stop: int) -> Count:
        """Both at whole minutes, and a case counts at the minute it falls into."""
        times = (self.times[moment, word] for word in ("good", "bad", "unjudged"))
        return tuple(bisect_left(found, stop) - bisect_left(found, start) for found in times)  # type: ignore[return-value]

    def units_between(self, moment: str, start: int, stop: int) -> Count:
        """Cases, or slices that are good, bad and unjudged."""
        slices = self.objective.slices
        if not slices:
            return self.cases_between(moment, start, stop)
        verdicts = [self.verdict(moment, at, slices.target) for at in range(start, stop, self.step)]
        return verdicts.count("good"), verdicts.count("bad"), verdicts.count("unjudged")

    def verdict(self, moment: str, at: int, target: Fraction) -> str:
        """Of one slice."""
        if (moment, at) not in self.verdicts:
            good, bad, unjudged = self.cases_between(moment, at, at + self.step)
            kept = Fraction(good, good + bad) >= target if good + bad else not unjudged
            self.verdicts[moment, at] = "good" if kept else "bad" if good + bad else "unjudged"
        return self.verdicts[moment, at]

    def back(self, minutes: int, until: int) -> int:
        steps = -(-minutes * MINUTE // self.step)
        return until - steps * self.step

    def decided(self, minutes: int, until: int) -> Count:
        return self.units_between("decided_ns", self.back(minutes, until), until)

    # -- alerts ------------------------------------------------------------------------------------------------------------

    def burn(self, count: Count) -> Fraction | None:
        good, bad, _ = count
        return Fraction(bad, good + bad) / (1 - self.objective.target) if good + bad else None

    def is_known(self, tier: Tier, at: int) -> bool:
        return all(is_covered(self.decided(minutes, at)) for minutes in (tier.long, tier.short))

    def is_loud(self, tier: Tier, at: int) -> bool:
        burns = [self.burn(self.decided(minutes, at)) for minutes in (tier.long, tier.short)]
        good, bad, _ = self.cases_between("decided_ns", self.back(tier.long, at), at)
        if good + bad < self.objective.minimum_volume or None in burns:
            return False
        return min(burns) > tier.threshold or (min(burns) == tier.threshold and not tier.is_strict)

    def alert(self, tier: Tier) -> dict | None:
        """Walks back minute by minute: first to a moment at which enough was known, then through those at which it rang."""
        near = self.walk(tier, min(4 * tier.long, self.objective.window.duration.minutes))
        return near or self.walk(tier, self.objective.window.duration.minutes)

    def walk(self, tier: Tier, minutes: int) -> dict | None:
        """None: nothing was known in all that time."""
        first = self.back(tier.long, self.now) - self.back(tier.long + minutes, self.now)
        moments = [self.now - n * self.step for n in range(first // self.step + 1)]
        known = [at for at in moments if self.is_known(tier, at)]
        if not known:
            return None
        rings = {}
        for at in reversed(moments):  # as time goes; where too much is unknown it stays as it was
            rings[at] = self.is_loud(tier, at) if at in known else rings.get(at + -self.step, False)
        row = {"at": known[0], "is_ringing": rings[self.now], "is_frozen": known[0] != self.now, "since": None, "is_longer": False}
        if rings[self.now]:
            quiet = next((at for at in moments if not rings[at]), None)
            row["since"] = moments[-1] if quiet is None else quiet + self.step
            row["is_longer"] = quiet is None
        return row

    # -- the budget --------------------------------------------------------------------------------------------------------

    def left_after(self, passed: Fraction) -> Fraction:
        """What is left when so much time has passed at the pace of now: what is old has left, what is new has come."""
        target, pace_ns = self.objective.target, self.now - self.back(self.objective.pace_minutes, self.now)
        good, bad, _ = self.decided(self.objective.pace_minutes, self.now)
        share = passed / pace_ns
        if self.objective.window.is_rolling:
            left = sum((self.margin(a, b) * kept(a, b, self.begin + passed) for a, b in self.parts()), Fraction(0))
            return left + ((1 - target) * (good + bad) - bad) * share
        if self.objective.slices:
            whole = (self.end - self.begin) // self.step
            return (1 - target) * whole - self.units_between("from_ns", self.begin, self.now)[1] - bad * share
        return self.margin(self.begin, self.now) + ((1 - target) * (good + bad) - bad) * share

    def margin(self, start: int, stop: int) -> Fraction:
        good, bad, _ = self.units_between("from_ns", start, stop)
        return (1 - self.objective.target) * (good + bad) - bad

    def parts(self) -> list[tuple[int, int]]:
        """Local days (of long windows weeks), cut to whole slices."""
        by_week = self.now - self.begin > 63 * 1440 * MINUTE
        cuts, before = [self.begin], self.day(self.begin)
        for at in range(self.begin, self.now, 15 * MINUTE) if self.begin < self.now else ():
            first = -(-at // (15 * MINUTE)) * 15 * MINUTE
            if first < self.now and self.day(first) != before:
                before = self.day(first)
                if not by_week or before.weekday() == 0:
                    cuts.append(self.begin + (first - self.begin) // self.step * self.step)
        cuts = sorted({*cuts, self.now})
        return list(pairwise(cuts))

    def day(self, ns: int):
        return (EPOCH + timedelta(seconds=ns // SECOND)).astimezone(self.zone).date()


def kept(start: int, stop: int, gone: Fraction) -> Fraction:
    """The share of a part that has not left when the window begins at `gone`."""
    return min(max((stop - gone) / Fraction(stop - start), Fraction(0)), Fraction(1))


def is_covered(count: Count) -> bool:
    good, bad, unjudged = count
    return 10 * (good + bad) >= 9 * (good + bad + unjudged)


def told(plain: Plain) -> dict:
    """What the export says of it, in exact numbers."""
    objective = plain.objective
    good, bad, unjudged = plain.units_between("from_ns", plain.begin, plain.now)
    whole = good + bad
    if objective.slices and not objective.window.is_rolling:
        whole = (plain.end - plain.begin) // plain.step
    unit = objective.slices.minutes if objective.slices else 1
    alerts = {tier: plain.alert(tier) for tier in objective.tiers}
    decided = sum(plain.cases_between("from_ns", plain.begin, plain.now)[:2])
    left = (1 - objective.target) * whole - bad
    return {
        "from": plain.begin,
        "to": plain.now,
        "end": plain.end,
        "good": good,
        "bad": bad,
        "unjudged": unjudged,
        "open": sum(c.outcome == "open" and plain.begin <= c.from_ns // MINUTE * MINUTE < plain.now for c in plain.cases),
        "attainment": Fraction(good, good + bad) if decided else None,
        "budget_total": (1 - objective.target) * whole * unit,
        "budget_left": left * unit,
        "is_no_data": not decided or not is_covered((good, bad, unjudged)),
        "burns": {
            tier: (plain.burn(plain.decided(tier.long, plain.now)), plain.burn(plain.decided(tier.short, plain.now))) for tier in alerts
        },
        "alerts": {tier: alert for tier, alert in alerts.items() if alert and alert["is_ringing"]},
        "frozen": {tier: alert and alert["at"] for tier, alert in alerts.items() if not alert or alert["is_frozen"]},
    }
