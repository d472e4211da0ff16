"""The page of a path over HTTP: its address, the moment in it, the chosen step, and what it says when there is nothing to show."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.components import links
from tests.pages import trees
from tests.pages.odd_plant import ODD_IDS, TRACE, write_odd_plant
from tests.pages.served import Client, make_server, opened, someone


@pytest.fixture(scope="module")
def odd_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with opened(write_odd_plant(tmp_path_factory.mktemp("odd"), time.time_ns())) as application:
        yield make_server(application)


@pytest.fixture
def tom(odd_server: Flask) -> Client:
    return someone(odd_server, "tom")


def page(client: Client, address: str) -> Any:
    pathname, _, query = address.partition("?")
    return trees.drawn(client.show(pathname, f"?{query}" if query else ""))


def heading(tree: Any) -> str:
    return next(trees.text(part) for part in trees.parts(tree) if getattr(part, "kind", "") in ("H1", "H2"))


@pytest.mark.parametrize("name", ODD_IDS)
def test_every_name_has_an_address_that_leads_to_its_path(tom: Client, name: str) -> None:
    tree = page(tom, links.path("order_to_production", name))
    assert heading(tree) == f"Production order {name}"


def test_an_address_with_the_names_in_its_query_leads_there_too(tom: Client) -> None:
    assert heading(page(tom, "/path?workflow=order_to_production&transaction=PO-tried")) == "Production order PO-tried"


def test_an_unknown_transaction_says_so_and_offers_to_search(tom: Client) -> None:
    tree = page(tom, "/path/order_to_production/PO-nobody")
    assert heading(tree) == "There is no transaction PO-nobody in the workflow order_to_production"
    assert trees.links(tree)[0] == ("Transactions with “PO-nobody”", "/transactions?text=PO-nobody")


@pytest.mark.parametrize("address", ["/path", "/path/order_to_production", "/path?transaction=x&transaction=y"])
def test_an_address_that_names_nothing_says_so(tom: Client, address: str) -> None:
    assert heading(page(tom, address)) == "No transaction is named"


def test_before_it_began_a_transaction_is_not_there(tom: Client) -> None:
    tree = page(tom, "/path/order_to_production/PO-tried?as_of=2026-01-01T00:00:00Z")
    assert "As of Thu 1 Jan 2026, 01:00:00 CET no event of this workflow names it." in trees.text(tree)


def test_a_trace_nobody_sent_says_so(tom: Client) -> None:
    assert heading(page(tom, "/path?trace=ffffffffffffffffffffffffffffffff")) == "This trace is not here"


def test_a_site_one_may_not_see_is_as_if_it_were_not_there(odd_server: Flask) -> None:
    assert heading(page(someone(odd_server, "bruno"), "/path/order_to_production/PO-tried")).startswith("There is no transaction PO-tried")


def test_without_a_choice_the_step_that_needs_somebody_is_chosen(tom: Client) -> None:
    tree = page(tom, "/path/order_to_production/PO-tried")
    assert trees.text(trees.with_class(tree, "detail-head")) == "Work order received, MES: failed"


def test_the_address_chooses_a_step_also_one_inside_a_folded_box(tom: Client) -> None:
    attempt = page(tom, "/path/order_to_production/PO-tried?selected=odd:3")
    assert trees.text(trees.with_class(attempt, "detail-head")) == "Work order received, MES: attempt failed"


def test_every_attempt_can_be_asked_for(tom: Client) -> None:
    folded = page(tom, "/path/order_to_production/PO-tried")
    each = page(tom, "/path/order_to_production/PO-tried?attempts=each")
    assert (len(trees.with_class(folded, "node")), len(trees.with_class(each, "node"))) == (4, 22)
    assert ("Show every attempt", "/path/order_to_production/PO-tried?attempts=each") in trees.links(folded)
    assert ("Fold attempts", "/path/order_to_production/PO-tried") in trees.links(each)


def test_choosing_a_step_shows_what_was_said_about_it(tom: Client) -> None:
    about = {"workflow": "order_to_production", "transaction": "PO-overdue", "each": False, "as_of": "", "known_at": ""}
    answer = tom.call(
        "path-step.children",
        [{"id": "path-selected", "property": "data", "value": "expected:received"}],
        {"id": "path-step", "property": "children"},
        [{"id": "path-about", "property": "data", "value": about}],
    )
    shown = trees.revived(answer.get_json()["response"]["path-step"]["children"])
    assert trees.text(shown).startswith(
        "Work order received, MES: missing Waits for Work order received in MES Event type work_order.received"
    )


def test_the_owner_is_named_by_title(tom: Client) -> None:
    assert "Plant IT owns this workflow." in trees.text(page(tom, "/path/order_to_production/PO-tried"))


def test_the_traces_behind_a_path_are_below_it_and_cut_honestly(tom: Client) -> None:
    tree = page(tom, "/path/order_to_production/traced-1")
    assert trees.text(trees.with_class(tree, "waterfall-count")) == (
        "Showing 200 of 233 spans in 2 traces: events and errors first, then the earliest. None of the others is an error. Show all of them"
    )
    assert "create work order mes-bridge Work order received" in trees.text(trees.with_class(tree, "waterfall"))
    everything = page(tom, "/path/order_to_production/traced-1?spans=all")
    assert trees.text(trees.with_class(everything, "waterfall-count")) == "233 spans in 2 traces."


def test_a_trace_has_a_page_of_its_own(tom: Client) -> None:
    tree = page(tom, f"/path?trace={TRACE}")
    assert heading(tree) == "Trace"
    assert trees.text(trees.with_class(tree, "waterfall-count")).startswith("Showing 200 of 230 spans in 1 trace: ")
    everything = page(tom, f"/path?trace={TRACE}&spans=all")
    assert trees.text(trees.with_class(everything, "waterfall-count")) == "230 spans in 1 trace."


def test_a_trace_leads_to_the_transactions_that_its_events_name(tom: Client) -> None:
    assert trees.links(page(tom, f"/path?trace={TRACE}"))[0] == ("traced-1", "/path/order_to_production/traced-1")


def test_a_trace_at_a_past_moment_says_so_and_its_links_stay_there(tom: Client) -> None:
    tree = page(tom, f"/path?trace={TRACE}&as_of=2090-01-01T00:00:00Z")
    assert "Everything here is as of Sun 1 Jan 2090, 01:00:00 CET" in trees.text(tree)
    assert all("as_of=2090-01-01T00%3A00%3A00.000Z" in address for text, address in trees.links(tree) if text != "Back to now")


def test_a_span_that_is_opened_shows_what_it_carries(tom: Client) -> None:
    about = {"workflow": "order_to_production", "transaction": "traced-1", "each": False, "all_spans": False, "as_of": "", "known_at": ""}
    inside, row = {"type": "span-inside", "span": TRACE + f"{401:016x}"}, {"type": "span-row", "span": TRACE + f"{401:016x}"}
    written = json.dumps(inside, sort_keys=True, separators=(",", ":"))
    answer = tom.call(
        '{"span":["MATCH"],"type":"span-inside"}.children',
        [{"id": row, "property": "n_clicks", "value": 1}],
        {"id": inside, "property": "children"},
        [{"id": row, "property": "id", "value": row}, {"id": "path-about", "property": "data", "value": about}],
    )
    assert "Status Line 3 is reserved for maintenance Kind internal System MES" in trees.text(
        trees.revived(answer.get_json()["response"][written]["children"])
    )
