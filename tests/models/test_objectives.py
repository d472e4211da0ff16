"""How objectives stand, held against plain loops over cases on random plants, and by hand where a number is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import cycle
from random import Random

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
from tests import metric_oracle, objective_oracle, plants, written
from tests.models.agreement import empty_store
from tests.models.test_metrics import LAG, ORDERS
from tests.models.test_random_plants import examples
from tests.models.told import CALENDARS, FEEDS, LATER, SITES, events, ns
from tests.oracle import World
from tests.plants import FAR, MINUTE, RECOVERY

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
        site=draw(st.sampled_from([None] * 6 + ["north", "south", "hamburg", "boston"])),
        workflow=draw(st.sampled_from([None] * 4 + ["one", "orders"])),
        partner=draw(st.sampled_from([None] * 4 + ["acme"])),
        slices=slices, tiers=tiers, never=never, minimum_volume=draw(st.sampled_from([1, 1, 2])),
    )  # fmt: skip


@st.composite
def busy_plants(draw: st.DrawFn) -> World:
    """Orders by the dozen in a few busy hours of two days, taken in time, late or never, some after an error. The system that takes them
    may say nothing any more from some moment on."""
    chance = Random(draw(st.integers(0, 2**32)))
    feeds = draw(st.sampled_from([FEEDS, (Feed("rows", allowed_lateness_seconds=0),)]))
    silent = draw(st.sampled_from([10**6, 100, 130, 1460])) * 60
    lines = ["at  event  names  site  outcome"]
    for number in range(draw(st.sampled_from([5, 20, 40]))):
        sent = 60 * (chance.choice([0, 60, 90, 120, 1440]) + chance.randrange(30)) + chance.choice([0, 0, 1, 59])
        place = f"order {number}  {chance.choice(['hamburg', 'boston', '.'])}"
        delay = chance.choice([30, 240, 300, 301, 1200, None, None])
        lines.append(f"{clock(sent)}  sent@erp  {place}  ok")
        if chance.random() < 0.2 and sent + 60 < silent:
            lines.append(f"{clock(sent + 60)}  taken@mes  {place}  {chance.choice(['business', 'transient'])}")
        if delay is not None and sent + delay < silent:
            lines.append(f"{clock(sent + delay)}  taken@mes  {place}  ok")
            lines += [f"{clock(sent + delay + 900)}  posted@fin  {place}  ok"] * chance.randrange(2)
    return World(Definitions((ORDERS,), SITES, CALENDARS, "Europe/Berlin", feeds, metrics=(LAG, RECOVERY)), tuple(events("\n".join(lines))))


def clock(seconds: int) -> str:
    """Seconds after Saturday 22:00 UTC: the clocks of Europe change three hours later."""
    return f"{datetime(2026, 3, 28, 22) + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"


@examples(2)
@given(busy_plants(), st.data())
def test_objectives_stand_as_plain_loops_over_their_cases_say(world: World, data: st.DataObject) -> None:
    told_in_parts(world, [written.Batch(world.events[n::3], ()) for n in range(3)], data, [(plants.utc("2026-03-28 22:00"), FAR)] * 3)


@examples(1)
@given(plants.worlds(), st.data())
def test_they_do_on_any_plant_as_of_any_moment(world: World, data: st.DataObject) -> None:
    told_in_parts(world, data.draw(plants.batches(world)), data, data.draw(st.lists(plants.moments(world), min_size=2, max_size=2)))


def told_in_parts(world: World, parts: list[written.Batch], data: st.DataObject, moments: list[tuple[int, int]]) -> None:
    """Fails when an objective stands otherwise than the second implementation says, at moments after those given, and after a rebuild."""
    partners = dict(zip([event.event_id for event in world.events], cycle(PARTNERS), strict=False))
    named = World(world.definitions, tuple(event._replace(partner=partners[event.event_id]) for event in world.events), world.spans)
    with empty_store() as store:
        refresher = Refresher(store, world.definitions)
        for part in parts:
            written.write(store, replace(part, events=[event._replace(partner=partners[event.event_id]) for event in part.events]))
            refresher.refresh()
        kept = settled(store)
        for as_of_ns, known_ns in moments:
            moment = as_of_ns + MINUTE * data.draw(st.integers(0, 60 * 30)) + data.draw(st.sampled_from([0, -1, 1])), known_ns
            asked = [replace(data.draw(objectives(world)), name=f"promise-{number}") for number in range(4)]
            with open_reader(store, Moment(*moment), objectives=asked) as reader:
                found = statuses(reader)
            cases = metric_oracle.cases(named, *moment)
            for objective, status in zip(asked, found, strict=True):
                holds(status, objective_oracle.Plain(objective, cases, moment[0], world.definitions.timezone))
        refresher.rebuild()
        assert settled(store) == kept


def settled(store: Store) -> list[tuple]:
    with store.read() as cursor:
        return cursor.execute("select * exclude (series) from settled_minutes join minute_series using (series) order by all").fetchall()


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
        written.write(store, written.Batch(tuple(events(f"at  event  names  site\n{told}")), ()))
        written.refresh(store, definitions)
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
    """The system that takes orders falls silent after 08:08:30: what fell due later cannot be judged. The alert rings on as at 08:09."""
    told = "".join((LATE if n < 6 else GOOD).format(n) for n in range(9)) + "".join(LATE.format(n) for n in range(20, 30))
    status, ringing = stands(told, LAG_PROMISE, "Mon 08:50", feeds=(Feed("rows", allowed_lateness_seconds=0),))
    assert (status.cases.bad, status.cases.unjudged, status.state) == (4, 12, "no_data")
    (alert,) = ringing
    assert (alert.is_frozen, alert.at_ns, alert.since_ns, alert.long_burn) == (True, ns("Mon 08:09"), ns("Mon 08:09"), 10)
    assert alert.sentence.endswith("It is as it was before the feed began to lag.")


def test_nothing_decided_is_no_data_and_not_a_kept_promise():
    status, _ = stands(GOOD.format(0), LAG_PROMISE, "Mon 07:00")
    assert (status.state, status.units.attainment, status.burn) == ("no_data", None, None)
