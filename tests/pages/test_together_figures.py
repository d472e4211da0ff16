"""The drawing of what belongs together: nothing covers another, everything says what it is, and the list has all of it in words."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.figures.together import together_card, told_words
from app.figures.together_places import Board, board_of
from metrics.together import Link, Rest, Thing, Together
from tests.pages import trees
from tests.pages.made_together import TOLD, around

ZONE = "Europe/Berlin"


@st.composite
def boards(draw: st.DrawFn) -> Together:
    """Any objects of up to six types, linked in any way."""
    kinds = [f"kind_{n}" for n in range(draw(st.integers(1, 6)))]
    columns = tuple((kind, tuple(Thing((kind, str(n)), 1, draw(st.booleans())) for n in range(draw(st.integers(1, 9))))) for kind in kinds)
    keys = [thing.key for _, things in columns for thing in things]
    pairs = draw(st.lists(st.sampled_from(list(combinations(keys, 2))), max_size=60, unique=True)) if len(keys) > 1 else []
    rests = tuple(Rest(keys[0], kind, draw(st.integers(0, 900)), 1) for kind in draw(st.sets(st.sampled_from([*kinds, "kind_hidden"]))))
    return Together(keys[0], columns, tuple(Link(one, other, 1, (TOLD,)) for one, other in pairs), rests)


@settings(max_examples=100)
@given(boards())
def test_no_object_covers_another_and_all_stand_inside(made: Together) -> None:
    board = board_of(made)
    rects = [rect for column in board.columns for rect in (column.head, column.rest, *(rect for _, rect in column.things)) if rect]
    assert not any(one.meets(other) for one, other in combinations(rects, 2))
    assert all(rect.x >= 0 and rect.right <= board.width and rect.bottom <= board.height for rect in rects)
    assert len(board.lines) == len(made.links)


def places(board: Board) -> dict[str, tuple[int, int]]:
    return {thing.key[1]: (rect.x, rect.y) for column in board.columns for thing, rect in column.things}


def test_types_stand_beside_each_other_and_objects_of_one_type_below_each_other() -> None:
    found = places(board_of(around()))
    assert found["SO-1"][0] < found["PO-1"][0] < found["B"][0] < found["D"][0]
    assert found["PO-1"][0] == found["PO-2"][0]
    assert found["PO-1"][1] < found["PO-2"][1]


def test_every_object_says_how_it_stands_and_how_many_it_is_linked_with() -> None:
    said = [trees.said(each) for each in trees.with_class(together_card(around(), ZONE, {}), "together-thing")]
    assert said == [
        "Sales order SO-1, no transaction of its own, linked with 2 objects",
        "Production order PO-1, this transaction, complete, linked with 2 objects",
        "Production order PO-2, failed, linked with 2 objects",
        "Batch B, no transaction of its own, linked with 3 objects",
        "Delivery D, overdue, linked with 1 object",
    ]


def test_of_several_transactions_about_one_object_the_one_that_needs_somebody_is_opened() -> None:
    things = {each.title: each.href for each in trees.with_class(together_card(around(), ZONE, {}), "together-thing")}
    assert things["Delivery D"] == "/path/invoice/D"
    item = trees.text(trees.with_class(together_card(around(), ZONE, {}), "together-list"))
    assert "delivery D Complete Order-to-production release Overdue Order-to-production release" in item


def test_one_object_is_reached_with_tab_and_the_arrows_know_what_lies_along_the_lines() -> None:
    things = trees.with_class(together_card(around(), ZONE, {}), "together-thing")
    assert [each.tabIndex for each in things] == [-1, 0, -1, -1, -1]
    assert [(getattr(each, "data-before"), getattr(each, "data-after")) for each in things] == [
        ("", "1 2"),
        ("0", "3"),
        ("0", "3"),
        ("1 2", "4"),
        ("3", ""),
    ]


def test_a_line_says_how_many_events_name_both() -> None:
    handles = [trees.said(each) for each in trees.with_class(together_card(around(), ZONE, {}), "together-handle")]
    assert handles[:2] == [
        "Sales order SO-1 and Production order PO-1: 3 events name both",
        "Sales order SO-1 and Production order PO-2: 1 event names both",
    ]


def test_only_what_was_not_asked_for_can_be_opened() -> None:
    opens = [part.id["key"] for part in trees.with_class(together_card(around(), ZONE, {}), "together-more")]
    assert opens == ["production_order PO-2", "batch B", "delivery D"]


def test_what_is_not_shown_is_told_with_the_way_to_the_list() -> None:
    rest = trees.with_class(together_card(around(), ZONE, {"as_of": "then"}), "together-rest")
    assert trees.text(rest) == "and 312 more 5 you may not see"
    assert trees.links(rest) == [("and 312 more", "/transactions?about=sales_order+SO-1&as_of=then")]
    said = trees.text(trees.with_class(together_card(around(), ZONE, {}), "together-rests"))
    assert said == "and 312 more deliveries ; 5 deliveries you may not see"


def test_the_list_says_by_what_each_link_is_known() -> None:
    parts = trees.parts(together_card(around(), ZONE, {}))
    item = trees.text([each for each in parts if getattr(each, "data-item", "") == "1"])
    assert item == (
        "production order PO-1 this transaction Complete Order-to-production release All transactions named with it "
        "sales order SO-1 Order released in ERP names both, Mon 23 Mar 2026, 09:00:00 CET, and 2 more events "
        "Order released in ERP names both, Mon 23 Mar 2026, 09:00:00 CET, told by the source bus and 2 more events "
        "Events about the one count for the other in Order-to-production release. "
        "batch B Order released in ERP names both, Mon 23 Mar 2026, 09:00:00 CET "
        "Order released in ERP names both, Mon 23 Mar 2026, 09:00:00 CET, told by the source bus"
    )


def test_an_event_that_names_nothing_says_that_its_trace_does() -> None:
    placed = told_words(replace(TOLD, is_placed=True), ZONE)
    assert placed == "Order released in ERP belongs to a trace that names both, Mon 23 Mar 2026, 09:00:00 CET"


def test_names_from_outside_stay_text() -> None:
    name = "<script>alert(1)</script>\"'"
    tree = together_card(around(name), ZONE, {})
    assert name in trees.text(tree)
    assert all("<" not in address and not address.startswith("javascript:") for _, address in trees.links(tree))
