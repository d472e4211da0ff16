"""What trouble holds up, on random plants: the product finds what plain loops find, whatever comes in whatever order, as of any moment."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from collectors.event import Event
from metrics import impact
from metrics.impact import Group
from metrics.impact_settings import Fulfilment, Impact
from metrics.inventory_settings import Inventory, Item, Unit
from metrics.read import Moment, open_reader
from metrics.refresh import Refresher
from metrics.scope import EVERYTHING, Scope
from sql.store import Store
from tests import impact_oracle, plants, scope_oracle, written
from tests.models.agreement import empty_store
from tests.models.test_random_plants import NOW, examples
from tests.oracle import World

STOCK = Inventory(
    currency="EUR",
    items=(Item("A", value=Decimal("2.5"), base_uom="PC"), Item("B", value=Decimal("0.1")), Item("C", value=Decimal(4), base_uom="G")),
    units=(Unit("C", "KG", "G", Decimal(1000)),),
)
SAID: list[dict] = [
    {}, {}, {"customer": "Ada"}, {"customer": "Bo", "work_center": "W1"}, {"work_center": "W2"}, {"partner": "P"},
    {"value": "10", "currency": "EUR"}, {"value": "10", "currency": "USD"}, {"value": "7.5"}, {"value": "0"},
    {"item": "A", "uom": "PC"}, {"item": "A", "uom": "KG"}, {"item": "B", "uom": "KG"}, {"item": "C", "uom": "KG"}, {"item": "D"},
]  # fmt: skip
LINES = [(), (), (), (("order_line", "10"),), (("order_line", "20"), ("sales_line", "10")), (("order_line", "10"), ("order_line", "20"))]
ORDERS = [("order", "sales", "asn"), ("asn", "order"), ("sales",)]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A plant whose events say whom they are for, what it is worth, and sometimes which lines they mean."""
    world = draw(plants.worlds())
    kinds = [(event, system) for event, system in plants.KINDS if draw(st.booleans())]
    orders = draw(st.sampled_from(ORDERS))
    told = Impact(orders, tuple(Fulfilment(order, *kind) for order in orders for kind in kinds))
    return replace(
        world,
        definitions=replace(world.definitions, impact=told, inventory=STOCK),
        events=tuple(more(event, draw(st.sampled_from(SAID)), draw(st.sampled_from(LINES))) for event in world.events),
    )


def more(event: Event, said: dict, lines: tuple) -> Event:
    return event._replace(**said, objects=event.objects + lines if event.objects else event.objects)


@examples(6)
@given(worlds(), st.data())
def test_what_is_held_up_is_the_same_in_plain_loops_as_of_any_moment(world: World, data: st.DataObject) -> None:
    with empty_store() as store:
        written.write(store, written.Batch(world.events, world.spans))
        written.refresh(store, world.definitions)
        agree(store, world, NOW)
        for moment in data.draw(st.lists(plants.moments(world), min_size=2, max_size=3)):
            agree(store, world, moment)


@examples(4)
@given(worlds(), st.data())
def test_what_comes_in_any_order_and_split_holds_up_the_same_after_every_part_and_after_a_rebuild(
    world: World, data: st.DataObject
) -> None:
    parts = data.draw(plants.batches(world))
    with empty_store() as store:
        refresher = Refresher(store, world.definitions)
        come = World(world.definitions)
        for part in parts:
            written.write(store, part)
            refresher.refresh()
            come = World(world.definitions, come.events + part.events, come.spans + part.spans)
            agree(store, come, NOW)
        agree(store, world, data.draw(plants.moments(world)))
        refresher.rebuild()
        agree(store, world, NOW)


@examples(3)
@given(worlds(), st.data(), scope_oracle.scopes())
def test_orders_of_others_are_not_told(world: World, data: st.DataObject, sees: Scope) -> None:
    with empty_store() as store:
        written.write(store, written.Batch(world.events, world.spans))
        written.refresh(store, world.definitions)
        agree(store, world, data.draw(plants.moments(world)), sees)


def agree(store: Store, world: World, moment: tuple[int, int], sees: Scope = EVERYTHING) -> None:
    orders = impact_oracle.orders_of(world, *moment)
    cases = impact_oracle.cases_of(world, moment, sees)
    places, as_of_ns = world.definitions.impact.orders, moment[0]
    expected = {group: impact_oracle.summary_of(found, orders, places, as_of_ns) for group, found in impact_oracle.groups_of(cases).items()}
    with open_reader(store, Moment(*moment), sees) as reader:
        found = impact.of_groups(reader, Group())
        seen = impact_oracle.orders_seen(world, moment, sees)
        for name, order in (known := orders_found(reader)).items():
            assert order == seen.get(name), f"{name} as of {moment}: {order} and not {seen.get(name)}"
        assert known.keys() == seen.keys(), f"orders as of {moment}"
        assert found.keys() == expected.keys(), f"groups as of {moment}"
        for group, summary in found.items():
            assert summary == expected[group], f"{group} as of {moment}: {summary} and not {expected[group]}"
        for case in cases[:3]:
            alone = impact.of_transaction(reader, case.course.workflow.name, case.course.transaction_id)
            assert alone is not None
            assert alone.summary == impact_oracle.summary_of([case], orders, places, as_of_ns)
            assert dict(
                zip(zip(alone.orders["object_type"], alone.orders["object_id"], strict=True), alone.orders["distance"], strict=True)
            ) == (case.affected)
        listed = impact.at_risk(reader, Group())
    assert risks(listed) == expected_risks(cases, orders), f"at risk as of {moment}"


def orders_found(reader) -> dict:
    rows = reader._cursor.execute(
        """select object_type, object_id, site, customer, partner, work_center, value, currency, promised_ns, due_ns, is_cancelled, lines
           from orders"""
    ).fetchall()
    return {
        (kind, name): impact_oracle.Order(
            (kind, name),
            *said,
            [
                impact_oracle.Line(*(line[key] for key in ("line", "item", "uom", "ordered_quantity", "done_quantity", "done_ns")))
                for line in lines
            ],
        )
        for kind, name, *said, lines in rows
    }


def risks(listed) -> dict:
    return {
        (row["object_type"], row["object_id"]): [
            (hold["kind"], hold["workflow"], hold["transaction_id"], hold["milestone"]) for hold in row["holds"]
        ]
        for row in listed.to_dict("records")
    }


def expected_risks(cases: list, orders: dict) -> dict:
    found: dict = {}
    for case in cases:
        for name, distance in case.affected.items():
            if not (orders[name].is_cancelled or orders[name].is_done):
                for kind, milestone, _ in case.troubles:
                    hold = (impact.KINDS.index(kind), distance, case.course.workflow.name, case.course.transaction_id, milestone)
                    found.setdefault(name, []).append(hold)
    order = ("one", "two", "three", "four")
    return {
        name: [
            (impact.KINDS[kind], workflow, transaction, milestone)
            for kind, _, workflow, transaction, milestone in sorted(holds, key=lambda h: (h[0], h[1], order.index(h[2]), h[3], h[4]))
        ]
        for name, holds in found.items()
    }
