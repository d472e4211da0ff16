"""How objectives stand, held against plain loops over cases on random plants, and by hand where a number is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from metrics.alerts import Alert, alerts
from metrics.objectives.model import Objective, Slices, Tier, usual_tiers
from metrics.objectives.status import Status, statuses
from metrics.objectives.windows import Duration, Window
from metrics.read import Moment, open_reader
from metrics.refresh import Refresher
from metrics.workflows import Definitions, Feed
from sql.store import Store
from tests import metric_oracle, objective_oracle, plants
from tests.models.agreement import empty_store
from tests.models.test_metrics import LAG, ORDERS
from tests.models.test_random_plants import examples
from tests.models.told import CALENDARS, FEEDS, LATER, SITES, events, ns
from tests.oracle import World
from tests.plants import FAR, MINUTE

TARGETS = [Fraction(text) for text in ("0", "0.5", "0.9", "0.99", "0.999")]
PARTNERS = (None, None, "acme", "rhine")
PERIODS = [
    Window(Duration(1, "d"), datetime(2026, 3, 1), "Europe/Berlin"),
    Window(Duration(1, "M"), datetime(2025, 12, 31, 6, 30), "America/New_York"),
    Window(Duration(6, "h"), datetime(2026, 3, 28, 23), "Asia/Kolkata"),
    Window(Duration(1, "d"), datetime(2026, 10, 25, 1), "Europe/Lisbon"),
]


@st.composite
def objectives(draw: st.DrawFn, world: World) -> Objective:
    metric = draw(st.sampled_from(["first_pass_yield", "transaction_success", *(m.name for m in world.definitions.metrics)]))
    window = draw(st.sampled_from([Window(Duration(2, "h")), Window(Duration(1, "d")), Window(Duration(4, "d")), *PERIODS]))
    target, method = draw(st.sampled_from(TARGETS)), draw(st.sampled_from([None, None, 5, 60]))
    slices = Slices(method, draw(st.sampled_from([Fraction(1, 2), Fraction(1)]))) if method else None
    asked = Tier(
        Fraction(draw(st.sampled_from(["1", "0.5", "2"]))), 30, draw(st.sampled_from([5, 12, 30])), "page", "own", draw(st.booleans())
    )
    tiers, never = draw(st.sampled_from([usual_tiers(window, target), ((asked,), ())]))
    return Objective(
        "promise", "", metric, target, window,
        site=draw(st.sampled_from([None, None, "north", "south", "elsewhere"])),
        workflow=draw(st.sampled_from([None, None, "one"])),
        partner=draw(st.sampled_from([None, None, "acme"])),
        slices=slices, tiers=tiers, never=never, minimum_volume=draw(st.sampled_from([1, 1, 2])),
    )  # fmt: skip


@examples(2)
@given(plants.worlds(), st.data())
def test_objectives_stand_as_plain_loops_over_their_cases_say_as_of_any_moment(world: World, data: st.DataObject) -> None:
    events = tuple(event._replace(partner=PARTNERS[number % len(PARTNERS)]) for number, event in enumerate(world.events))
    world = replace(world, events=events)
    with empty_store() as store:
        refresher = Refresher(store, world.definitions)
        for part in data.draw(plants.batches(world)):
            plants.write(store, part)
            refresher.refresh()
        kept = settled(store)
        for as_of_ns, known_ns in [(FAR, FAR), *data.draw(st.lists(plants.moments(world), min_size=3, max_size=3))]:
            moment = as_of_ns + MINUTE * data.draw(st.sampled_from([0, 1, 7, 100])), known_ns
            asked = [replace(data.draw(objectives(world)), name=f"promise-{number}") for number in range(4)]
            with open_reader(store, Moment(*moment), objectives=asked) as reader:
                found = statuses(reader)
            cases = metric_oracle.cases(world, *moment)
            for objective, status in zip(asked, found, strict=True):
                holds(status, objective_oracle.Plain(objective, cases, moment[0], world.definitions.timezone))
        refresher.rebuild()
        assert settled(store) == kept


def settled(store: Store) -> list[tuple]:
    with store.read() as cursor:
        return cursor.execute("from settled_minutes order by all").fetchall()


def holds(found: Status, plain: objective_oracle.Plain) -> None:
    told = objective_oracle.told(plain)
    unit = found.objective.slices.minutes if found.objective.slices else 1
    assert told == {
        "from": found.from_ns,
        "to": found.to_ns,
        "end": found.end_ns,
        "good": found.units.good,
        "bad": found.units.bad,
        "unjudged": found.units.unjudged,
        "open": found.cases.open,
        "attainment": found.units.attainment if found.cases.decided else None,
        "budget_total": found.budget.total * unit,
        "budget_left": found.budget.left * unit,
        "is_no_data": found.state == "no_data",
        "burns": {r.tier: (r.long_burn, r.short_burn) for r in found.rings} if not told["frozen"] else told["burns"],
        "alerts": {
            r.tier: {"at": r.at_ns, "is_ringing": True, "is_frozen": r.is_frozen, "since": r.since_ns, "is_longer": r.is_longer}
            for r in found.ringing
        },
        "frozen": {r.tier: r.at_ns for r in found.rings if r.is_frozen},
    }
    if found.exhausted_ns is not None:
        after = Fraction(found.exhausted_ns - found.to_ns)
        assert plain.left_after(max(after - 1, Fraction(0))) >= 0
        assert plain.left_after(after + 2) < 0
    elif found.budget.left >= 0 and found.pace.decided and found.pace.is_covered:
        length = found.end_ns - found.to_ns if not found.objective.window.is_rolling else found.to_ns - found.from_ns
        assert all(plain.left_after(Fraction(length * n, 24)) >= 0 for n in range(25))


# -- by hand -----------------------------------------------------------------------------------------------------------

TIER = Tier(Fraction(5), 60, 10, "page", "own")
LAG_PROMISE = Objective("lag", "Lag", "lag", Fraction(9, 10), Window(Duration(1, "d")), tiers=(TIER,), minimum_volume=4)
GOOD, LATE = (
    "08:{0:02}  sent@erp  order {0}  hamburg\n08:{0:02}:30  taken@mes  order {0}  hamburg\n",
    "08:{0:02}  sent@erp  order {0}  hamburg\n",
)


def stands(told: str, objective: Objective, as_of: str, feeds: tuple[Feed, ...] = FEEDS) -> tuple[Status, list[Alert]]:
    definitions = Definitions((ORDERS,), SITES, CALENDARS, "UTC", feeds, metrics=(LAG,))
    with empty_store() as store:
        plants.write(store, plants.Batch(tuple(events(f"at  event  names  site\n{told}")), ()))
        plants.refresh(store, definitions)
        with open_reader(store, Moment(ns(as_of), LATER), objectives=[objective]) as reader:
            (status,) = statuses(reader)
            return status, alerts(reader)


def test_a_promise_counts_when_it_falls_due_and_an_alert_rings_in_a_sentence():
    """Ten orders at 08:00 to 08:09, due five minutes later; the last six are not taken. At 90 % that burns six times as fast as allowed."""
    told = "".join((GOOD if n < 4 else LATE).format(n) for n in range(10))
    status, ringing = stands(told, LAG_PROMISE, "Mon 08:15")
    assert (status.cases.good, status.cases.bad, status.cases.open) == (4, 6, 0)
    assert (status.budget.total, status.budget.left, status.state) == (1, -5, "breached")
    (alert,) = ringing
    assert (alert.severity, alert.long_burn, alert.short_burn, alert.since_ns) == ("page", Fraction(6), Fraction(6), ns("Mon 08:13"))
    assert alert.sentence == (
        "Of the 10 cases decided in the last 1 h, 6 broke the promise: the budget burns 6 times as fast as allowed; "
        "at this pace a whole budget lasts only 4 h."
    )
    _, quiet = stands(told, LAG_PROMISE, "Mon 08:26")
    assert quiet == []  # nothing fell due in the last ten minutes


def test_too_few_cases_ring_nothing():
    told = "".join(LATE.format(n) for n in range(3))
    status, ringing = stands(told, LAG_PROMISE, "Mon 08:09")
    assert (status.cases.bad, status.rings[0].long_burn, ringing) == (3, 10, [])


def test_while_the_feed_lags_an_alert_is_what_it_was():
    """The system that takes orders falls silent after 08:08:30: what fell due later cannot be judged, and the alert rings on as at 08:09."""
    told = "".join((LATE if n < 6 else GOOD).format(n) for n in range(9)) + "".join(LATE.format(n) for n in range(20, 30))
    status, ringing = stands(told, LAG_PROMISE, "Mon 08:50", feeds=(Feed("rows", allowed_lateness_seconds=0),))
    assert (status.cases.bad, status.cases.unjudged, status.state) == (4, 12, "no_data")
    (alert,) = ringing
    assert (alert.is_frozen, alert.at_ns, alert.since_ns, alert.long_burn) == (True, ns("Mon 08:09"), ns("Mon 08:09"), 10)
    assert alert.sentence.endswith("It is as it was before the feed began to lag.")


def test_nothing_decided_is_no_data_and_not_a_kept_promise():
    status, _ = stands(GOOD.format(0), LAG_PROMISE, "Mon 07:00")
    assert (status.state, status.units.attainment, status.burn) == ("no_data", None, None)
