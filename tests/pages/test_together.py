"""What belongs together: which objects stand around a transaction, by what one knows it, in what order, and what one may not see."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.application import Application
from metrics.columns import in_columns
from metrics.read import Moment, open_reader
from metrics.scope import EVERYTHING, Scope
from metrics.together import Key, Together
from tests.pages import trees
from tests.pages.linked_plant import MINUTE, linked_plant
from tests.pages.served import make_server, someone

NOW = time.time_ns()


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with linked_plant(tmp_path_factory.mktemp("linked"), NOW) as application:
        yield application


@pytest.fixture(scope="module")
def server(plant: Application) -> Flask:
    return make_server(plant)


def around(
    plant: Application,
    workflow: str,
    name: str,
    opened: tuple[Key, ...] = (),
    sees: Scope = EVERYTHING,
    as_of_ns: int | None = None,
) -> Together:
    moment = Moment(as_of_ns or plant.now_ns(), plant.now_ns())
    with open_reader(plant.store, moment, sees) as reader:
        found = reader.together(workflow, name, opened)
    assert found is not None
    return found


def drawn(found: Together) -> dict[str, list[str]]:
    return {kind: sorted(thing.key[1] for thing in things) for kind, things in found.columns}


def linked(found: Together) -> list[tuple[str, str, int]]:
    return sorted((link.one[1], link.other[1], link.events) for link in found.links)


def test_around_a_production_order_stand_its_order_its_siblings_and_what_was_made_in_the_order_of_business(plant: Application) -> None:
    found = around(plant, "order_to_production", "PO-1")
    assert drawn(found) == {
        "sales_order": ["SO-1"],
        "production_order": ["PO-1", "PO-2"],
        "confirmation": ["C-1"],
        "batch": ["B-1"],
        "delivery": ["D-1", "D-2"],
    }
    assert list(drawn(found)) == ["sales_order", "production_order", "confirmation", "batch", "delivery"]


def test_a_link_is_drawn_once_over_what_the_same_events_name_between(plant: Application) -> None:
    found = linked(around(plant, "order_to_production", "PO-1"))
    assert [(one, other, events) for one, other, events in found if "D" not in other] == [
        ("C-1", "B-1", 1),
        ("PO-1", "C-1", 2),
        ("SO-1", "PO-1", 1),
        ("SO-1", "PO-2", 1),
    ]


def test_each_link_says_which_events_name_both_and_which_workflow_counts_on_it(plant: Application) -> None:
    found = around(plant, "order_to_production", "PO-1")
    link = next(link for link in found.links if (link.one[1], link.other[1]) == ("SO-1", "PO-1"))
    assert [(told.event_type, told.system, told.source) for told in link.told] == [("order.released", "erp", "bus")]
    assert link.counted_by == ("Order-to-production release",)


def test_how_each_transaction_stands_is_known_and_what_no_workflow_is_about_has_none(plant: Application) -> None:
    things = {thing.key[1]: [each.status for each in thing.transactions] for thing in around(plant, "order_to_production", "PO-1").things}
    assert (things["PO-1"], things["PO-2"], things["C-1"], things["SO-1"]) == (["complete"], ["failed"], ["complete"], [])


def test_what_is_opened_shows_what_belongs_to_it_and_what_is_not_shown_is_not_opened(plant: Application) -> None:
    batch = around(plant, "order_to_production", "PO-1", (("batch", "B-1"), ("delivery", "D-1")))
    assert drawn(batch)["shipment"] == ["S-1"]
    assert drawn(batch)["invoice"] == ["I-1"]
    assert ("B-1", "D-1", 1) in linked(batch)
    assert "shipment" not in drawn(around(plant, "order_to_production", "PO-1", (("shipment", "S-1"),)))


def test_a_long_list_is_cut_and_says_how_long_it_is(plant: Application) -> None:
    found = around(plant, "shipment_to_invoice", "L-00", (("batch", "B-9"),))
    assert len(drawn(found)["delivery"]) == 9
    assert [(rest.key, rest.object_type, rest.more, rest.hidden) for rest in found.rests] == [(("batch", "B-9"), "delivery", 2, 0)]


def test_of_what_stands_in_very_many_events_the_newest_are_looked_through(plant: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.together.MOST_EVENTS", 10)
    found = around(plant, "shipment_to_invoice", "L-00", (("batch", "B-9"),))
    assert [(rest.key[1], rest.more, rest.at_least) for rest in found.rests] == [("B-9", 1, True)]
    assert {thing.key[1]: thing.events for thing in found.things if thing.events} == {"B-9": 11}
    assert "L-01" not in drawn(found)["delivery"]


def test_what_one_may_not_see_is_counted_and_not_named(plant: Application) -> None:
    found = around(plant, "order_to_production", "PO-1", (), Scope(frozenset({"brno"})))
    assert drawn(found)["delivery"] == ["D-1"]
    assert [(rest.key[1], rest.object_type, rest.more, rest.hidden) for rest in found.rests] == [("SO-1", "delivery", 0, 1)]


def test_what_came_later_is_not_there_yet(plant: Application) -> None:
    found = around(plant, "order_to_production", "PO-1", as_of_ns=NOW - 150 * MINUTE)
    assert "delivery" not in drawn(found)
    assert drawn(found)["confirmation"] == ["C-1"]


def test_types_stand_in_the_order_in_which_their_objects_came_to_be() -> None:
    first: dict[Key, int] = {("order", "1"): 1, ("lot", "1"): 5, ("truck", "1"): 9}
    pairs = [(("lot", "1"), ("order", "1")), (("truck", "1"), ("lot", "1"))]
    assert in_columns(["truck", "lot", "order"], pairs, first, {}) == ("order", "lot", "truck")


def test_where_nothing_is_known_the_workflows_and_then_the_names_decide() -> None:
    assert in_columns(["b", "c", "a"], [], {}, {"c": 1, "b": 2}) == ("c", "b", "a")


def test_the_page_shows_it_with_a_path_behind_every_transaction(server: Flask) -> None:
    tree = trees.drawn(someone(server, "tom").show("/path/order_to_production/PO-1"))
    things = {each.title: each for each in trees.with_class(tree, "together-thing")}
    assert things["Production order PO-2"].href == "/path/order_to_production/PO-2"
    assert things["Sales order SO-1"].href == "/transactions?about=sales_order+SO-1"
    assert trees.said(things["Production order PO-2"]) == "Production order PO-2, failed, linked with 1 object"
    said = trees.text(trees.with_class(tree, "together-list"))
    assert "sales order SO-1 Order released in ERP names both, " in said
    assert "Events about the one count for the other in Order-to-production release." in said


def test_at_a_past_moment_every_way_on_stays_there(server: Flask) -> None:
    tree = trees.drawn(someone(server, "tom").show("/path/order_to_production/PO-1", "?as_of=2090-01-01T00:00:00Z"))
    assert all("as_of=2090-01-01T00%3A00%3A00.000Z" in each.href for each in trees.with_class(tree, "together-thing"))


def test_what_is_opened_stands_in_the_address_and_is_there_again_after_a_reload(server: Flask) -> None:
    tree = trees.drawn(someone(server, "tom").show("/path/order_to_production/PO-1", "?open=batch+B-1&open=delivery+D-1"))
    assert "Shipment S-1" in [each.title for each in trees.with_class(tree, "together-thing")]


def test_a_click_opens_an_object_and_the_address_keeps_it(server: Flask) -> None:
    answer = opened(server, "delivery D-1", ["batch B-1"])
    assert answer["path-opened"]["data"] == answer["shell-address"]["data"]["open"] == ["batch B-1", "delivery D-1"]
    tree = trees.revived(answer["path-together"]["children"])
    assert "Shipment S-1" in [each.title for each in trees.with_class(tree, "together-thing")]
    assert trees.text(trees.with_class(tree, "is-shown")[-1]).startswith("delivery D-1")


def opened(server: Flask, asked: str, before: list[str]) -> Any:
    client = someone(server, "tom")
    known = next(name for name in server.extensions["syncline_callbacks"] if "path-together.children" in name)
    about = {"workflow": "order_to_production", "transaction": "PO-1", "zone": "Europe/Prague", "is_now": True, "as_of": "", "known_at": ""}
    outputs = [{"id": part.rpartition(".")[0], "property": part.rpartition(".")[2].split("@")[0]} for part in known.strip(".").split("...")]
    answer = client.call(
        known,
        [{"id": "path-asked", "property": "data", "value": asked}],
        outputs,
        [{"id": "path-opened", "property": "data", "value": before}, {"id": "path-about", "property": "data", "value": about}],
    )
    return answer.get_json()["response"]
