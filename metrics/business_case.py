"""The business case: what failures cost week by week, before and after; whether orders keep their days; what of each plant is observed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from statistics import median
from zoneinfo import ZoneInfo

import pandas as pd

from metrics.calendars import SECOND_NS
from metrics.impact_settings import Baseline, Costs
from metrics.read import Reader

HOUR = Decimal(3600)


@dataclass(frozen=True, slots=True)
class Spent:
    """Money by what it went for, in the currency of the costs; None where the configuration says no rate."""

    manual: Decimal | None = None
    expedite: Decimal | None = None
    line_stops: Decimal | None = None

    @property
    def total(self) -> Decimal | None:
        said = [value for value in (self.manual, self.expedite, self.line_stops) if value is not None]
        return sum(said, Decimal(0)) if said else None


@dataclass(frozen=True, slots=True)
class Week:
    """What happened in one ISO week. `manual`: failures that got through because somebody or a rule acted; `open`: those that have not
    yet. `missed`: orders whose day passed, by type; `stopped_hours`: failing time of the workflows that stop a line."""

    week: str
    failed: int = 0
    manual: int = 0
    open: int = 0
    manual_hours: Decimal | None = None
    recovery_seconds: tuple[float, ...] = ()
    detection_seconds: tuple[float, ...] = ()
    loaded_later: int = 0
    kept: Mapping[str, int] = field(default_factory=dict)
    missed: Mapping[str, int] = field(default_factory=dict)
    unmeasured: Mapping[str, int] = field(default_factory=dict)
    stopped_hours: Decimal = Decimal(0)
    spent: Spent = Spent()


@dataclass(frozen=True, slots=True)
class Average:
    """A week as it is on average; None where nothing says."""

    weeks: Decimal
    failed: Decimal | None
    manual: Decimal | None
    hours_to_recover: Decimal | None
    hours_to_detect: Decimal | None
    money: Decimal | None


@dataclass(frozen=True, slots=True)
class Promised:
    """What fell due from `from_ns` until before `to_ns`: orders of a type, by the day they were wanted, or a milestone of a workflow; of
    one site or outcome where given."""

    from_ns: int
    to_ns: int
    order_type: str | None = None
    workflow: str | None = None
    milestone: str | None = None
    site: str | None = None
    outcome: str | None = None

    @property
    def narrowed(self) -> dict[str, str | None]:
        return {"order_type": self.order_type, "workflow": self.workflow, "milestone": self.milestone, "site": self.site}


def weeks(reader: Reader, between: tuple[int, int], costs: Costs, site: str | None = None) -> list[Week]:
    """Every ISO week that begins from `between[0]` until before `between[1]` (ns), empty ones too, by the clocks of the site; of all
    sites together by the enterprise's."""
    zone = dict(reader.sites()).get(site or "", reader.timezone())
    found = {name: Week(name) for name in _names(between, zone)}
    values, bounds = {"site": site}, {"from_ns": between[0], "to_ns": between[1]}
    _add_recoveries(found, reader.frame("queries/recovery_weeks", values, **bounds), costs)
    _add_detections(found, reader.frame("queries/detection_weeks", values, **bounds))
    reader.know_orders()
    _add_orders(found, reader.frame("queries/order_adherence", values, **bounds))
    return [replace(week, spent=_spent(week, costs)) for week in found.values()]


def average(found: Sequence[Week], costs: Costs) -> Average:
    """Of weeks that were counted."""
    if not found:
        return Average(Decimal(0), None, None, None, None, None)
    number = Decimal(len(found))
    totals = [week.spent.total for week in found if week.spent.total is not None]
    return Average(
        number,
        sum(week.failed for week in found) / number,
        sum(week.manual for week in found) / number,
        _hours(seconds for week in found for seconds in week.recovery_seconds),
        _hours(seconds for week in found for seconds in week.detection_seconds),
        sum(totals, Decimal(0)) / number if totals else None,
    )


def before(reader: Reader, costs: Costs, site: str | None = None) -> Average | None:
    """The baseline that the configuration says; None without one. Figures of one's own are the whole enterprise's: no site has any."""
    said = costs.baseline
    if said is None:
        return None
    if said.since is not None and said.until is not None:
        return average(weeks(reader, _between(said.since, said.until, reader.timezone()), costs, site), costs)
    return None if site else _stated(said)


def promises(reader: Reader, between: tuple[int, int], site: str | None = None) -> pd.DataFrame:
    """Per milestone of workflows about orders, of what was due in the time: workflow, title, milestone, event_type, system, by_field, kept,
    late, missing, unjudged."""
    return reader.frame("queries/step_adherence", {"site": site}, from_ns=between[0], to_ns=between[1])


def promised(reader: Reader, asked: Promised, start: int = 0, stop: int = 200) -> pd.DataFrame:
    """One by one what these figures count, rows start … stop (excluded): order_type or workflow and milestone, id, site, timezone, due_ns,
    done_ns, outcome, and in every row `cases`, how many there are in all."""
    values = {**asked.narrowed, "outcome": asked.outcome, "start": start, "stop": stop}
    reader.know_orders()
    return reader.frame("queries/promised", values, from_ns=asked.from_ns, to_ns=asked.to_ns)


def promised_counted(reader: Reader, asked: Promised) -> dict[str, int]:
    """How many there are of every outcome, whichever `asked` names."""
    reader.know_orders()
    found = reader.frame("queries/promised_counted", asked.narrowed, from_ns=asked.from_ns, to_ns=asked.to_ns)
    return {row["outcome"]: int(row["cases"]) for row in found.to_dict("records")}


def coverage(reader: Reader, from_ns: int) -> pd.DataFrame:
    """Per site and workflow, since then: title, milestones, transactions, reached (how often each milestone was)."""
    return reader.coverage_by_site(from_ns)


def weeks_until(until_ns: int, number: int, zone: str) -> tuple[int, int]:
    """The bounds of so many whole ISO weeks, the last of them the one that was over at `until_ns`."""
    local = datetime.fromtimestamp(until_ns // SECOND_NS, ZoneInfo(zone))
    monday = local.date() - timedelta(days=local.weekday())
    return _between(monday - timedelta(weeks=number), monday, zone)


def bounds_of(week: str, zone: str) -> tuple[int, int]:
    """From when to when an ISO week is, by the clocks of the zone."""
    monday = date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    return _between(monday, monday + timedelta(weeks=1), zone)


def _between(since: date, until: date, zone: str) -> tuple[int, int]:
    begin, end = (int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp()) * SECOND_NS for day in (since, until))
    return begin, end


def _names(between: tuple[int, int], zone: str) -> list[str]:
    first, last = (datetime.fromtimestamp(ns // SECOND_NS, ZoneInfo(zone)).date() for ns in (between[0], between[1] - SECOND_NS))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return list(dict.fromkeys(f"{day.isocalendar().year}-W{day.isocalendar().week:02d}" for day in days))


def _add_recoveries(found: dict[str, Week], rows: pd.DataFrame, costs: Costs) -> None:
    for row in rows.to_dict("records"):
        week = found[row["week"]]
        minutes, seconds = costs.minutes(row["error_class"]), [] if row["recovery_seconds"] is None else list(row["recovery_seconds"])
        worked = None if minutes is None else minutes * int(row["recovered"]) / 60
        stopped = Decimal(str(row["failing_seconds"])) / HOUR if row["workflow"] in costs.line_stops else Decimal(0)
        found[row["week"]] = replace(
            week,
            failed=week.failed + int(row["failures"]),
            manual=week.manual + int(row["recovered"]),
            open=week.open + int(row["failures"]) - int(row["recovered"]),
            manual_hours=(week.manual_hours or Decimal(0)) + worked if worked is not None else week.manual_hours,
            recovery_seconds=(*week.recovery_seconds, *seconds),
            stopped_hours=week.stopped_hours + stopped,
        )


def _add_detections(found: dict[str, Week], rows: pd.DataFrame) -> None:
    for row in rows.to_dict("records"):
        seconds = () if row["seconds"] is None else tuple(row["seconds"])
        found[row["week"]] = replace(found[row["week"]], detection_seconds=seconds, loaded_later=int(row["loaded_later"]))


def _add_orders(found: dict[str, Week], rows: pd.DataFrame) -> None:
    for row in rows.to_dict("records"):
        week, kind = found[row["week"]], row["object_type"]
        found[row["week"]] = replace(
            week,
            kept={**week.kept, kind: int(row["kept"])},
            missed={**week.missed, kind: int(row["missed"])},
            unmeasured={**week.unmeasured, kind: int(row["unmeasured"])},
        )


def _spent(week: Week, costs: Costs) -> Spent:
    """Money only where there are rates for it."""
    minutes = costs.minutes_per_manual_fix is not None or bool(costs.minutes_by_class)
    manual = (week.manual_hours or Decimal(0)) * costs.hourly_rate if costs.hourly_rate is not None and minutes else None
    hurried = sum((costs.expedite[kind] * missed for kind, missed in week.missed.items() if kind in costs.expedite), Decimal(0))
    stops = costs.line_stop_per_hour is not None and bool(costs.line_stops)
    return Spent(
        manual,
        hurried if costs.expedite else None,
        week.stopped_hours * costs.line_stop_per_hour if stops and costs.line_stop_per_hour is not None else None,
    )


def _stated(said: Baseline) -> Average:
    return Average(Decimal(1), said.failed_per_week, said.manual_per_week, said.hours_to_recover, said.hours_to_detect, said.cost_per_week)


def _hours(seconds: Iterable[float]) -> Decimal | None:
    found = sorted(seconds)
    return Decimal(str(median(found))) / HOUR if found else None
