"""Random worlds: the rules find what the second implementation finds, however it comes, as of any moment."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from metrics.read import Moment, open_reader
from metrics.refresh import Refresher
from metrics.scope import Scope
from sql.store import Store
from tests import plants, rule_oracle, rule_plants, written
from tests.models.agreement import empty_store, ns_of
from tests.models.test_random_plants import NOW, examples
from tests.oracle import World


@examples(5)
@given(rule_plants.worlds(), st.data())
def test_what_comes_at_once_breaks_the_same_rules_as_of_any_moment(world: World, data: st.DataObject) -> None:
    with empty_store() as store:
        written.write(store, written.Batch(world.events))
        written.refresh(store, world.definitions)
        agree_in_rules(store, world, NOW)
        for moment in data.draw(st.lists(rule_plants.moments(world), min_size=2, max_size=3)):
            agree_in_rules(store, world, moment)


@examples(3)
@given(rule_plants.worlds(), st.data())
def test_what_comes_in_any_order_and_split_breaks_the_same_rules_after_every_part_and_after_a_rebuild(
    world: World, data: st.DataObject
) -> None:
    parts = data.draw(plants.batches(world))
    with empty_store() as store:
        refresher = Refresher(store, world.definitions)
        come = World(world.definitions)
        for part in parts:
            written.write(store, part)
            refresher.refresh()
            come = World(world.definitions, come.events + part.events)
            agree_in_rules(store, come, NOW)
        agree_in_rules(store, world, data.draw(rule_plants.moments(world)))
        kept = violations(store, NOW)
        refresher.rebuild()
        assert violations(store, NOW) == kept
        assert refresher.failed_rules == {}


def agree_in_rules(store: Store, world: World, moment: tuple[int, int]) -> None:
    expected = rule_oracle.violations(world, *moment)
    wanted = [{**row, "evidence": sorted(row["evidence"])} for row in expected]
    left_out = ("until_ns", "waits_for")
    assert violations(store, moment) == [{name: value for name, value in row.items() if name not in left_out} for row in wanted], (
        f"as of {moment}"
    )
    named: dict[tuple[object, object], set[object]] = {}
    for row in expected:
        named.setdefault((row["workflow"], row["transaction_id"]), set()).add(row["rule"])
    with open_reader(store, Moment(*moment)) as reader:
        for row in reader.export("transactions"):
            assert row["violations"] == sorted(named.get((row["workflow"], row["transaction_id"]), ())), row["transaction_id"]


def violations(store: Store, moment: tuple[int, int], sites: frozenset[str] | None = None) -> list[dict]:
    """The export in the words and the order of the second implementation."""
    with open_reader(store, Moment(*moment), Scope(sites)) as reader:
        rows = [{**row, "from_ns": ns_of(row["from_time"])} for row in reader.export("violations")]
    columns = ("rule", "kind", "key", "workflow", "transaction_id", "site", "from_ns", "quantity", "value", "currency", "evidence")
    shown = [{name: row[name] for name in columns} for row in rows]
    assert all(isinstance(row[name], Decimal | None) for row in shown for name in ("quantity", "value"))
    return sorted(shown, key=rule_oracle.place)
