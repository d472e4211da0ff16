"""Who may see some sites, workflows or suppliers sees of random plants what the second implementation lets through, and no more."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from metrics.events import interfaces
from metrics.read import Moment, Reader, open_reader
from metrics.scope import EVERYTHING, Scope
from tests import discovery_oracle, oracle, plants, rule_oracle, rule_plants, scope_oracle, written
from tests.metric_oracle import metric_rows
from tests.models.agreement import QUANTILES, exported, in_order, store_of, without
from tests.models.test_random_plants import examples
from tests.oracle import World

LONG = 24 * 365 * 20  # hours


@examples(12)
@given(plants.worlds(), st.data(), scope_oracle.scopes())
def test_every_export_is_what_may_be_seen_of_it(world: World, data: st.DataObject, sees: Scope) -> None:
    moment = data.draw(plants.moments(world))
    store = store_of(world, written.Batch(world.events, world.spans))
    with open_reader(store, Moment(*moment), EVERYTHING) as everyone:
        hops = list(everyone.export("hops"))
    with open_reader(store, Moment(*moment), sees) as reader:
        mine = transactions_agree(reader, world, moment, sees)
        assert list(reader.export("hops")) == [row for row in hops if (row["workflow"], row["transaction_id"]) in mine]
        figures_agree(reader, world, moment, sees)
        events_agree(reader, world, moment, sees)
        assert {row["trace_id"] + row["span_id"] for row in reader.export("spans")} == scope_oracle.span_ids(world, moment, sees)
        pages_agree(reader, len(mine))


@examples(5)
@given(rule_plants.worlds(), st.data(), scope_oracle.scopes())
def test_violations_are_those_of_what_may_be_seen(world: World, data: st.DataObject, sees: Scope) -> None:
    moment = data.draw(rule_plants.moments(world))
    mine = {(course.workflow.name, course.transaction_id) for course in scope_oracle.courses(world, moment, sees)}
    shown = {member.event.event_id for member in scope_oracle.events(world, moment, sees)}
    expected = [
        (*(row[name] for name in ("rule", "kind", "key", "workflow", "transaction_id")), sorted(shown_of(row["evidence"], shown, sees)))
        for row in rule_oracle.violations(world, *moment)
        if sees.has_site(row["site"]) and (not sees.is_narrow or (row["workflow"], row["transaction_id"]) in mine)
    ]
    with open_reader(store_of(world, written.Batch(world.events)), Moment(*moment), sees) as reader:
        rows = list(reader.export("violations"))
    found = [(*(row[name] for name in ("rule", "kind", "key", "workflow", "transaction_id")), row["evidence"]) for row in rows]
    assert sorted(map(repr, found)) == sorted(map(repr, expected))


def shown_of(evidence: list[str], shown: set[str], sees: Scope) -> list[str]:
    return [event for event in evidence if not sees.is_narrow or event in shown]


def transactions_agree(reader: Reader, world: World, moment: tuple[int, int], sees: Scope) -> set[tuple[str, str]]:
    """The names of those that are seen."""
    judged = oracle.judge(world, *moment)
    mine = {(course.workflow.name, course.transaction_id) for course in scope_oracle.courses(world, moment, sees)}
    transactions = [row for row in judged.transactions if (row["workflow"], row["transaction_id"]) in mine]
    assert exported(reader, "transactions") == in_order("transactions", transactions)
    assert exported(reader, "failures") == in_order("failures", oracle.failure_rows(transactions))
    waiting = [row for row in judged.expectations if (row["workflow"], row["transaction_id"]) in mine]
    assert exported(reader, "expectations") == in_order("expectations", waiting)
    groups = list(reader.export("failure_groups"))
    assert Counter({key(row): 0 for row in groups} | count(groups)) == Counter(
        {key(row): 0 for row in groups} | count(reader.export("failures"))
    )
    return mine


def key(row: dict) -> tuple:
    return row["workflow"], row["milestone"], row["error_class"]


def count(rows) -> Counter:
    found: Counter = Counter()
    for row in rows:
        found[key(row)] += row["transactions"]
    return found


def figures_agree(reader: Reader, world: World, moment: tuple[int, int], sees: Scope) -> None:
    expected = metric_rows(world, moment, "day", sees)
    names = expected[0] if expected else ()
    found = [{column: row[column] for column in names} for row in reader.export("metrics", "day")]
    assert [without(row, QUANTILES) for row in found] == [without(row, QUANTILES) for row in expected]
    variants = list(reader.export("variants", "day"))
    assert variants == discovery_oracle.export_rows(world, moment, "day", sees)


def events_agree(reader: Reader, world: World, moment: tuple[int, int], sees: Scope) -> None:
    seen, hidden = scope_oracle.events(world, moment, sees), scope_oracle.kept_back(world, moment, sees)
    named = {member.event.event_id: member.objects - hidden for member in seen}
    rows = list(reader.export("events"))
    assert {row["event_id"]: {(kind, name) for kind, ids in row["objects"].items() for name in ids} for row in rows} == named
    pairs = Counter((*one, *other) for objects in named.values() for one, other in combinations(sorted(objects), 2))
    links = {
        tuple(row[name] for name in ("object_type", "object_id", "other_type", "other_id")): row["events"] for row in reader.export("links")
    }
    assert links == pairs
    said = Counter((e.event_type, e.system) for e in (m.event for m in seen) if not (e.error_code or "").startswith("syncline:"))
    steps = [(w.name, m.event, m.system) for w in world.definitions.workflows if sees.has_workflow(w.name) for m in w.milestones]
    covered: Counter = Counter()
    for row in reader.export("coverage"):
        covered[row["workflow"], row["event_type"], row["system"]] += row["events"]
    assert covered == Counter({step: said[step[1:]] for step in steps})
    told = interfaces(reader, min((e.event_ns for e in world.events), default=0) - 1)
    assert int(told["events"].sum()) == len(seen)


def pages_agree(reader: Reader, transactions: int) -> None:
    """What pages ask adds up to what is exported."""
    board = reader.board(LONG)
    cancelled = sum(row["state"] == "cancelled" for row in reader.export("transactions"))
    assert int(board["total"].sum()) == transactions - cancelled
    assert reader.transactions({}, stop=0)[1] == transactions
    failed = reader.failures()
    assert int(failed["transactions"].sum()) == sum(row["transactions"] for row in reader.export("failures"))
    for name in ("rejected", "inventory"):
        assert reader.sees.is_all or list(reader.export(name)) == []
