"""How a test tells of a rule: what came, and what it breaks."""

from __future__ import annotations

from collectors.event import Event
from metrics.read import Moment, open_reader
from metrics.rules.rule import shipped_rules
from metrics.workflows import Definitions, Feed
from tests import rule_plants, written
from tests.models.agreement import empty_store, ns_of
from tests.models.test_random_rules import agree_in_rules
from tests.models.told import CALENDARS, FEEDS, LATER, SITES, clock, event, ns, table
from tests.oracle import World

MORE = {"batch": "batch", "item": "item", "value": "value", "currency": "currency", "digest": "payload_digest"}


def definitions(*names: str, feeds: tuple[Feed, ...] = FEEDS) -> Definitions:
    found = tuple(rule for rule in shipped_rules() if rule.name in names)
    assert len(found) == len(names)
    return Definitions(rule_plants.workflows(), SITES, CALENDARS, "UTC", feeds, rules=found)


def events(told: str) -> tuple[Event, ...]:
    rows = table(told)[1]
    more = ({field: row[column] for column, field in MORE.items() if row.get(column, ".") != "."} for row in rows)
    return tuple(event(number, row)._replace(**fields) for number, (row, fields) in enumerate(zip(rows, more, strict=True), 1))


def breaks(rule: str, told: str, expected: str, as_of: str = "Fri 12:00", feeds: tuple[Feed, ...] = FEEDS) -> None:
    """Fails unless the rule finds the rows of `expected`, and the second implementation the same. The last event comes by itself."""
    world = World(definitions(rule, feeds=feeds), events(told))
    columns, rows = table(expected)
    moment = ns(as_of), LATER
    with empty_store() as store:
        for part in (world.events[:-1], world.events):
            written.write(store, written.Batch(part))
            written.refresh(store, world.definitions)
        with open_reader(store, Moment(*moment)) as reader:
            found = [{column: shown(row, column) for column in columns} for row in reader.export("violations")]
        assert found == rows
        agree_in_rules(store, world, moment)


def shown(row: dict, column: str) -> str:
    if column == "from":
        return clock(ns_of(row["from_time"]))
    if column == "by":
        return ", ".join(name.removeprefix("rows:") for name in row["evidence"])
    value = row[{"transaction": "transaction_id"}.get(column, column)]
    return "." if value is None else f"{float(value):g}" if column in ("quantity", "value") else str(value)
