"""Rules that a plant writes itself: the documented example, and one that fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.figures.rows import rows_of
from metrics.read import Moment, open_reader
from metrics.refresh import Refresher
from metrics.rules.reading import rules
from metrics.rules.rule import Rule, parse_rule
from tests import written
from tests.models.agreement import empty_store
from tests.models.broken_rules import definitions, events
from tests.models.told import LATER, ns

EXAMPLE = Path(__file__).parents[2] / "app" / "docs" / "examples" / "rules" / "picked_after_dispatch.sql"


def own(statement: str, name: str = "own") -> Rule:
    return parse_rule(
        name, f"-- Something is wrong.\n-- severity: routine\n-- per: transaction stock_movement_sync\n-- needs: *\n{statement}\n"
    )


def test_the_documented_example_finds_what_it_says():
    rule = parse_rule(EXAMPLE.stem, EXAMPLE.read_text())
    told = """
    at     event                    names
    08:00  shipment.dispatched@tms  delivery D1
    08:01  delivery.picked@wms      delivery D1
    08:00  shipment.dispatched@tms  delivery D2
    08:02  delivery.picked@wms      delivery D2
    """
    with empty_store() as store:
        written.write(store, written.Batch(events(told)))
        written.refresh(store, replace(definitions(), rules=(rule,)))
        with open_reader(store, Moment(ns("12:00"), LATER)) as reader:
            found = [(row["transaction_id"], row["detail"]) for row in reader.export("violations")]
    assert found == [("D2", "Delivery D2 was picked after it was dispatched.")]


def test_a_rule_that_fails_is_left_out_and_says_why_and_the_others_go_on():
    """Its statement is right until a movement comes whose name is no number."""
    number = own("select key, key::bigint as from_ns, 'A number.' as detail, [] as evidence from transactions")
    told = replace(definitions("duplicate_posting"), rules=(*definitions("duplicate_posting").rules, number))
    good = "at  event  names  key\n08:00  stock.moved@erp  movement 7  a\n08:10  stock.moved@erp  movement 7  b"
    bad = f"{good}\n08:00  stock.moved@erp  movement M  a\n08:10  stock.moved@erp  movement M  b"
    with empty_store() as store:
        refresher = Refresher(store, told)
        found = {}
        for text in (good, bad):
            written.write(store, written.Batch(events(text)))
            refresher.refresh()
            with open_reader(store, Moment(ns("12:00"), LATER)) as reader:
                found[text] = sorted((row["rule"], row["transaction_id"]) for row in reader.export("violations"))
                why = {row["rule"]: row["unchecked"] for row in rows_of(rules(reader))}
    assert found[good] == [("duplicate_posting", "7"), ("own", "7")]
    assert found[bad] == [("duplicate_posting", "7"), ("duplicate_posting", "M")]
    assert why["own"] == "it failed: Conversion Error: Could not convert string 'M' to INT64 when casting from source column key"
    assert why["duplicate_posting"] is None
