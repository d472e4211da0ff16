"""What a configuration says about impact: which objects are orders, what fulfils them, and what trouble costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from metrics.keys import Key, Place, Problem, list_of, mapping_of, name, record_of, shown, text, unknown

LINE = "_line"  # the lines of an order are objects of its type with this behind it


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """An event that takes its quantity off what is open of an order."""

    object: str
    event: str
    system: str


@dataclass(frozen=True, slots=True)
class Impact:
    """`orders`: the types of objects that are orders, the nearest to the work first."""

    orders: tuple[str, ...] = ("production_order", "purchase_order", "delivery", "sales_order")
    fulfilments: tuple[Fulfilment, ...] = (
        Fulfilment("production_order", "production.confirmed", "erp"),
        Fulfilment("purchase_order", "goods.received", "wms"),
        Fulfilment("delivery", "goods_issue.posted", "erp"),
    )


@dataclass(frozen=True, slots=True)
class Baseline:
    """How things were before: counted from data between two days, or said as figures per week."""

    since: date | None = None
    until: date | None = None
    failed_per_week: Decimal | None = None
    manual_per_week: Decimal | None = None
    hours_to_recover: Decimal | None = None
    hours_to_detect: Decimal | None = None
    cost_per_week: Decimal | None = None

    @property
    def is_period(self) -> bool:
        return self.since is not None


@dataclass(frozen=True, slots=True)
class Costs:
    """What trouble costs, in one currency; None where nobody said. `rates`: what one of another currency is in it."""

    currency: str | None = None
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    hourly_rate: Decimal | None = None
    minutes_per_manual_fix: Decimal | None = None
    minutes_by_class: Mapping[str, Decimal] = field(default_factory=dict)
    expedite: Mapping[str, Decimal] = field(default_factory=dict)
    line_stop_per_hour: Decimal | None = None
    line_stops: tuple[str, ...] = ()
    baseline: Baseline | None = None

    @property
    def all_rates(self) -> dict[str, Decimal]:
        """With the currency itself; empty when none is said."""
        return {**self.rates, self.currency: Decimal(1)} if self.currency else {}

    def minutes(self, error_class: str | None) -> Decimal | None:
        """How long somebody works on one case of that class."""
        return self.minutes_by_class.get(error_class or "", self.minutes_per_manual_fix)


def amount(value: Any, place: Place, problems: list[Problem]) -> Decimal | None:
    """A number from 0 up."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12:
        return Decimal(str(value))
    problems.append(Problem(place, f"must be a number from 0 up (found {shown(value)})."))
    return None


def above(value: Any, place: Place, problems: list[Problem]) -> Decimal | None:
    """A number above 0."""
    found = amount(value, place, problems)
    if found == 0:
        problems.append(Problem(place, f"must be above 0 (found {shown(value)})."))
    return found or None


def day(value: Any, place: Place, problems: list[Problem]) -> date | None:
    """A date, YYYY-MM-DD; YAML reads it as one by itself."""
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        problems.append(Problem(place, f"must be a day such as 2026-03-23 (found {shown(value)})."))
        return None


FULFILMENT = (
    Key("object", name, "object type", "The type of order it is about.", required=True),
    Key("event", text, "event type", "The event whose quantity has come, such as goods.received.", required=True),
    Key("system", name, "system", "The system at which it happens.", required=True),
)
IMPACT = (
    Key(
        "orders",
        list_of(name, "object types"),
        "list of object types",
        "Which objects are orders, the nearest to the work first. Objects of a type such as purchase_order_line are the lines of theirs.",
        default=Impact().orders,
    ),
    Key(
        "fulfilled_by",
        list_of(record_of(FULFILMENT, Fulfilment), "mappings with object, event and system"),
        "list",
        "The events whose quantity is no longer open. Absent: confirmed production, received goods, posted goods issues.",
        default=Impact().fulfilments,
    ),
)
BASELINE = (
    Key("from", day, "day", "The first day of a period in the data that everything is compared with."),
    Key("to", day, "day", "The day after its last one."),
    Key("failed_per_week", amount, "number", "Or figures of your own: transactions that failed a week."),
    Key("manual_per_week", amount, "number", "Failures that somebody had to mend by hand a week."),
    Key("hours_to_recover", amount, "hours", "From the failure until it was mended, as a median."),
    Key("hours_to_detect", amount, "hours", "From the failure until somebody knew, as a median."),
    Key("cost_per_week", amount, "number", "What all of it cost a week, in `currency`."),
)


def baseline(value: Any, place: Place, problems: list[Problem]) -> Baseline | None:
    """A period, or figures; not both."""
    before = len(problems)
    found = record_of(BASELINE, dict)(value, place, problems)
    if found is None:
        return None
    since, until = found.pop("from"), found.pop("to")
    figures = [key for key, said in found.items() if said is not None]
    if (since is None) != (until is None):
        problems.append(Problem(place, "needs both `from` and `to`, or neither."))
    elif since is not None and until is not None and since >= until:
        problems.append(Problem((*place, "to"), "must be later than `from`."))
    elif since is not None and figures:
        problems.append(
            Problem((*place, figures[0]), "contradicts `from` and `to`: a baseline is counted from a period or said as figures.")
        )
    elif since is None and not figures:
        problems.append(Problem(place, "says nothing. Give `from` and `to`, or figures such as failed_per_week."))
    return Baseline(since, until, **found) if len(problems) == before else None


COSTS = (
    Key("currency", text, "text", "The currency everything is told in, such as EUR."),
    Key(
        "rates",
        mapping_of(above, "rates"),
        "mapping",
        "What one unit of another currency is in it: `USD: 0.92`. Without a rate sums stay apart.",
        default={},
    ),
    Key("hourly_rate", amount, "number", "What an hour of the people who mend things costs."),
    Key("minutes_per_manual_fix", amount, "minutes", "How long somebody works on one failure."),
    Key("minutes_by_class", mapping_of(amount, "minutes"), "mapping", "The same by error class, where it differs.", default={}),
    Key(
        "expedite",
        mapping_of(amount, "amounts"),
        "mapping",
        "What it costs to hurry one order that missed its day, by type: `delivery: 180`.",
        default={},
    ),
    Key("line_stop_per_hour", amount, "number", "What an hour of a stopped line costs."),
    Key(
        "line_stops",
        list_of(name, "workflows"),
        "list of workflows",
        "The workflows whose failures stop a line until they are mended. None: no failure counts as a stop.",
        default=(),
    ),
    Key("baseline", baseline, "mapping", "What the business case compares with: how things were before."),
)


def costs(value: Any, place: Place, problems: list[Problem]) -> Costs | None:
    """The section `costs`."""
    found = record_of(COSTS, Costs)(value, place, problems)
    needing = ("rates", "hourly_rate", "expedite", "line_stop_per_hour")
    if isinstance(found, Costs) and found.currency is None and (money := [key for key in needing if getattr(found, key)]):
        problems.append(Problem((*place, money[0]), "is money, and no `currency` says which."))
        return None
    return found if isinstance(found, Costs) else None


def impact_problems(found: Impact, spent: Costs, workflows: tuple[str, ...]) -> list[Problem]:
    """Orders fulfilled or hurried that are none, and line stops of workflows that nobody has defined."""
    problems = [
        Problem(("impact", "fulfilled_by", number, "object"), unknown("order", each.object, found.orders))
        for number, each in enumerate(found.fulfilments)
        if each.object not in found.orders and each not in Impact().fulfilments
    ]
    problems += [
        Problem(("costs", "expedite", each), unknown("order", each, found.orders)) for each in spent.expedite if each not in found.orders
    ]
    return problems + [
        Problem(("costs", "line_stops", number), unknown("workflow", each, workflows))
        for number, each in enumerate(spent.line_stops)
        if each not in workflows
    ]


def _make_impact(*, fulfilled_by: tuple[Fulfilment, ...], orders: tuple[str, ...]) -> Impact:
    return Impact(tuple(dict.fromkeys(orders)), tuple(dict.fromkeys(fulfilled_by)))


impact = record_of(IMPACT, _make_impact)
