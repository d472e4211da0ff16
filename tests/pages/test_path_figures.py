"""What the figures of a path show: exact texts, what is spoken, and that nothing from outside becomes markup or a broken link."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import unquote

import pandas as pd
import pytest
from dash import html

from app.figures.axis import axis_of, cut_words, ticks
from app.figures.boxes import boxes_of, lanes_of
from app.figures.detail import detail_panel
from app.figures.lanes import drawing_of
from app.figures.milestones import milestone_table
from app.figures.related import goods_words
from app.figures.span_detail import span_detail
from app.figures.steplist import step_list
from app.figures.swim import swim_lanes
from app.figures.waterfall import waterfall
from app.messages.fields import Fields
from metrics.path import Path
from tests.pages import trees
from tests.pages.made_paths import SPANS, event, failed_purchase, ns, path, step, waiting_order

SECOND = 10**9
START = ns("2026-03-23 08:00:00")
HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "x" * 200,
    "مرحبا 123",
    "订单/№ 7&a=b#c",
    "{{constructor}}",
    "..",
    "a\nb\x00c",
]


def lanes(made: Path, selected: str | None = None) -> html.Div:
    boxes = boxes_of(made)
    return swim_lanes(drawing_of(boxes, lanes_of(made, boxes), made.timezone, "now 13:51"), selected)


# -- lanes and list --------------------------------------------------------------------------------------------------------


def test_a_box_tells_a_screen_reader_all_that_it_shows_the_eye() -> None:
    spoken = [trees.said(button) for button in trees.of_kind(lanes(failed_purchase()), html.Button)]
    assert spoken[0] == "ERP: Purchase order created, Done, 480 PC ordered, 09:00:00"
    assert spoken[4] == "Supplier: ASN received, Done late, ASN-771, 12:00:00, 2 h late, waited 2 d 2 h Purchase order confirmed"
    assert spoken[8] == (
        "ERP: Receipt posted, idoc:51 Material M-0042 not maintained in plant 1000, Failed 11:02:40, put aside,"
        " waited 1 h 22 min Receipt posted"
    )


def test_the_chosen_box_is_the_only_one_pressed() -> None:
    boxes = boxes_of(failed_purchase())
    pressed = [b for b in trees.of_kind(lanes(failed_purchase(), boxes[3].key), html.Button) if getattr(b, "aria-pressed") == "true"]
    assert [trees.text(button) for button in pressed] == ["Purchase order confirmed promised for Thu 26 Mar 10:00 10:12:00"]


def test_the_list_says_days_waits_and_now_between_the_steps() -> None:
    made = waiting_order()
    rows = [trees.text(row) for row in trees.of_kind(step_list(boxes_of(made), made.timezone, "now 09:26", None), html.Li)]
    assert rows == [
        "Mon 23 Mar",
        "Order released ERP ERP-1 09:00:00",
        "waited 90 s",
        "Work order received MES 480 PC 09:01:30",
        "now 09:26",
        "Work order scheduled MES due 09:31 expected in 5 min",
        "Stock moved WMS after Work order scheduled not due yet",
    ]


def test_arrows_are_drawn_once_for_each_kind_of_line() -> None:
    kinds = [part.className for part in trees.with_class(lanes(failed_purchase()), "swim-lines")]
    assert kinds == ["swim-lines lines-line", "swim-lines lines-failed"]


# -- the chosen step -------------------------------------------------------------------------------------------------------


def panel_of(made: Path, place: int) -> html.Div:
    return detail_panel(made, boxes_of(made)[place])


def facts(tree: html.Div) -> dict[str, str]:
    return {trees.text(pair.children[0]): trees.text(pair.children[1]) for pair in trees.with_class(tree, "terms")[-1].children}


def test_an_error_comes_in_the_senders_words_with_its_meaning_and_who_acts() -> None:
    assert trees.text(panel_of(failed_purchase(), 8)).startswith(
        "Receipt posted, ERP: failed Material M-0042 not maintained in plant 1000 ERP: idoc:51 Business error. The receiver"
        " understood the message and refused it: its data do not allow it. Trying again helps only after the data are corrected."
        " Who acts: the owner of the data."
        " Put aside: no further attempt will come by itself."
    )


@pytest.mark.parametrize(
    ("code", "kind", "text", "said"),
    [
        ("http:400", "400", "400 Bad Request: an element is absent", "400 Bad Request: an element is absent MES"),
        ("http:503", "503", "Service unavailable", "Service unavailable MES: http:503"),
        ("sap:M7:021", None, "M7 021: the quantity is too large", "M7 021: the quantity is too large MES"),
        ("idoc:51", "IDoc", "51 pieces are too many", "51 pieces are too many MES: idoc:51"),
        (None, "SocketTimeout", "Read timed out", "Read timed out MES: SocketTimeout"),
        ("http:502", "502", None, "502 MES"),
    ],
)
def test_a_code_stands_beside_the_words_only_when_they_do_not_say_it(
    code: str | None, kind: str | None, text: str | None, said: str
) -> None:
    refused = {"error_class": "contract", "error_code": code, "error_type": kind, "error_text": text}
    made = path(
        [step("received", "work_order.received", "mes")],
        [event(1, "2026-03-23 08:00:00", "received", "work_order.received", "mes", **refused)],
        "2026-03-23 09:00:00",
    )
    assert trees.text(trees.with_class(panel_of(made, 0), "said")) == said


def test_an_event_says_when_in_both_zones_what_and_from_where() -> None:
    assert facts(panel_of(failed_purchase(), 0)) == {
        "Took effect": "Mon 23 Mar 2026, 09:00:00 CET (Europe/Berlin)",
        "UTC": "2026-03-23T08:00:00.000Z",
        "Attempt": "1",
        "Ordered": "480 PC",
        "Value": "12,960 EUR",
        "Item": "M-0042",
        "Partner": "ACME",
        "Names": "purchase order 4500017788",
        "System": "ERP, ERP-1, hamburg",
        "Event type": "purchase_order.created",
        "Source": "erp",
        "Position": "traces/erp.jsonl:1",
        "Event id": "0" * 47 + "1",
    }


def test_a_record_that_came_late_says_so() -> None:
    late = event(1, START, "released", "order.released", "erp", recorded_ns=START + 3 * 3600 * SECOND)
    made = path([step("released", "order.released", "erp", reached_ns=START)], [late], "2026-03-23 12:00:00", state="complete")
    assert facts(panel_of(made, 0))["Told us"] == "Mon 23 Mar 2026, 12:00:00 CET, 3 h later"


def test_a_step_that_has_not_come_says_what_was_agreed() -> None:
    assert facts(panel_of(waiting_order(), 2)) == {
        "Waits for": "Work order scheduled in MES",
        "Event type": "work_order.scheduled",
        "Opens with": "Work order received",
        "Opened": "Mon 23 Mar 2026, 09:01:30 CET",
        "Due": "Mon 23 Mar 2026, 09:31:30 CET (Europe/Berlin)",
        "UTC": "2026-03-23T08:31:30.000Z",
        "Agreed": "within 30 min",
        "State": "Expected in 5 min.",
        "Milestone": "scheduled",
    }


def test_a_message_says_where_it_came_from_and_how_long_it_took() -> None:
    made = failed_purchase()
    hop = {
        "from_system": "supplier",
        "to_system": "wms",
        "sent_ns": START,
        "received_ns": START,
        "seconds": 2.7,
        "destination": "wms.goods.received",
        "sending_span_id": None,
        "receiving_span_id": None,
        "is_error": False,
        "event_id": f"{6:048x}",
    }
    assert (
        facts(panel_of(replace(made, hops=pd.DataFrame([hop])), 5))["Came from"] == "Supplier through wms.goods.received, 2.7 s on the way"
    )


def test_nothing_chosen_asks_for_a_choice() -> None:
    assert trees.text(detail_panel(failed_purchase(), None)) == "Choose a step above to see what was said about it."


# -- milestones, goods, what is related ------------------------------------------------------------------------------------


def test_the_table_says_of_every_milestone_what_was_agreed_and_what_came() -> None:
    rows = [[trees.text(cell) for cell in row.children] for row in trees.of_kind(milestone_table(failed_purchase()), html.Tr)]
    assert rows == [
        ["Milestone", "System", "Agreed", "Due", "Reached", "Lateness", "Failed attempts", "State"],
        ["Purchase order created", "ERP", "no deadline", "–", "Mon 23 Mar 2026, 09:00:00", "–", "0", "Done"],
        ["Purchase order sent", "ERP", "within 1 h", "Mon 23 Mar 2026, 10:00:00", "Mon 23 Mar 2026, 09:00:00", "in time", "0", "Done"],
        [
            "Purchase order confirmed",
            "Supplier",
            "within 2 d of working time",
            "Wed 25 Mar 2026, 09:00:00",
            "Tue 24 Mar 2026, 10:12:00",
            "in time",
            "0",
            "Done",
        ],
        ["ASN received", "Supplier", "within 10 d", "Thu 26 Mar 2026, 10:00:00", "Thu 26 Mar 2026, 12:00:00", "2 h late", "0", "Done late"],
        ["Goods received", "WMS", "within 5 d", "Tue 31 Mar 2026, 13:00:00", "Fri 27 Mar 2026, 09:30:00", "in time", "0", "Done"],
        ["Receipt posted", "ERP", "within 30 min", "Fri 27 Mar 2026, 10:00:00", "–", "3 h 51 min overdue", "3", "Failed"],
    ]


def test_of_a_cancelled_one_nothing_is_expected_any_more() -> None:
    cancelled = replace(waiting_order(), state="cancelled")
    states = [trees.text(row.children[-1]) for row in trees.of_kind(milestone_table(cancelled), html.Tr)]
    assert states == ["State", "Not expected any more", "Done", "Done", "Not expected any more", "Not expected any more"]


def test_goods_are_what_was_last_stated() -> None:
    assert goods_words(failed_purchase()) == [
        ("Ordered", "480 PC"),
        ("Quantity", "480 PC"),
        ("Value", "12,960 EUR"),
        ("Item", "M-0042"),
        ("Partner", "ACME"),
    ]


# -- traces ----------------------------------------------------------------------------------------------------------------


def span(number: int, parent: int | None, start_s: float, end_s: float, trace: str = "a" * 32, **more: object) -> dict[str, object]:
    given = {
        "span_id": f"{trace}{number:016x}",
        "parent_id": f"{trace}{parent:016x}" if parent else None,
        "trace_id": trace,
        "name": f"span {number}",
        "kind": 2,
        "service": "bridge",
        "system": "middleware",
        "start_ns": START + int(start_s * SECOND),
        "end_ns": START + int(end_s * SECOND),
        "is_error": False,
        "status_message": None,
        "is_event": False,
        "event_type": None,
        "depth": 0,
        "destination": None,
        "operation": None,
        "attributes": "{}",
        "links": [],
    }
    return {**given, **more}


def fall(*spans: dict[str, object], **more: object) -> html.Div:
    return waterfall(pd.DataFrame(list(spans), columns=SPANS), "Europe/Berlin", "/path?spans=all", **more)  # type: ignore[arg-type]


def names(tree: html.Div) -> list[tuple[str, int]]:
    return [(trees.text(part.children[1]), part.style["--depth"]) for part in trees.with_class(tree, "span-name") if part.children]


def test_spans_stand_right_after_their_parents() -> None:
    tree = fall(span(1, None, 0, 9), span(2, 1, 1, 2), span(3, 1, 4, 5), span(4, 2, 1.5, 1.8), span(5, 77, 0.5, 1))
    assert names(tree) == [("span 1", 0), ("span 2", 1), ("span 4", 2), ("span 3", 1), ("span 5", 0)]


def test_spans_that_are_each_others_parents_are_shown_all_the_same() -> None:
    assert names(fall(span(1, 2, 0, 1), span(2, 1, 0, 1), span(3, 3, 2, 3))) == [("span 1", 0), ("span 2", 1), ("span 3", 0)]


def test_traces_far_apart_have_their_own_axes_and_say_the_time_between() -> None:
    tree = fall(span(1, None, 0, 1), span(2, None, 7200, 7201, trace="b" * 32))
    assert [trees.text(part) for part in trees.with_class(tree, "waterfall-pause")] == ["2 h later"]
    assert [part.style for part in trees.with_class(tree, "bar")] == [{"left": "0.00%", "width": "100.00%"}] * 2


def test_too_many_spans_are_cut_with_events_and_errors_kept() -> None:
    spans = [span(n, 1 if n > 1 else None, n, n + 1, is_error=n in (7, 400, 500)) for n in range(1, 613)]
    cut = fall(*spans)
    assert trees.text(trees.with_class(cut, "waterfall-count")) == (
        "Showing 200 of 612 spans in 1 trace: events and errors first, then the earliest. None of the others is an error. Show all of them"
    )
    assert [name for name, _ in names(cut)][-3:] == ["span 198", "span 400", "span 500"]
    assert trees.text(trees.with_class(cut, "trace-head")).endswith("200 of 612 spans, Mon 23 Mar 2026, 09:00:01 CET, takes 10 min")
    assert (len(trees.of_kind(cut, html.Details)), len(trees.of_kind(fall(*spans, show_all=True), html.Details))) == (200, 612)


def test_errors_that_are_too_many_to_show_are_counted() -> None:
    cut = fall(*[span(n, None, n, n + 1, is_error=True) for n in range(1, 301)])
    assert "100 of the others are errors." in trees.text(trees.with_class(cut, "waterfall-count"))


def test_a_span_carries_its_status_links_and_attributes() -> None:
    linked, elsewhere = "b" * 32 + f"{9:016x}", "c" * 32 + f"{8:016x}"
    attributes = json.dumps({"mfg.site": "hamburg", "list": [1, 2], "long": "x" * 700})
    failed = span(
        1,
        None,
        0,
        1,
        is_error=True,
        status_message="Read timed out",
        links=[linked, elsewhere],
        destination="erp.in",
        attributes=attributes,
    )
    tree = span_detail(failed, {linked}, Fields())
    assert (
        "Status Read timed out Kind server System Middleware Started (UTC) 2026-03-23T08:00:00.000Z Took 1 s Destination erp.in"
        in trees.text(tree)
    )
    assert f"list [1, 2] long {'x' * 600}… (700 letters in all) mfg.site hamburg" in trees.text(tree)
    assert trees.links(tree) == [(f"{9:016x}", f"#span-{linked}")]
    assert f"{8:016x}" in trees.text(tree)


def test_errors_and_links_are_marked_in_the_row() -> None:
    row = trees.with_class(fall(span(1, None, 0, 1, is_error=True, links=["b" * 48])), "span-name")
    assert [trees.said(part) for part in trees.parts(row) if getattr(part, "role", "") == "img"] == ["Error", "1 link to other spans"]


def test_attributes_that_are_no_json_are_shown_as_they_are() -> None:
    assert "attributes {broken" in trees.text(span_detail(span(1, None, 0, 1, attributes="{broken"), set(), Fields()))


def test_an_idle_stretch_is_cut_out_and_the_rest_keeps_one_scale() -> None:
    axis = axis_of([(0, 1 * SECOND), (3600 * SECOND, 3603 * SECOND)])
    assert [(round(s.left, 2), round(s.width, 2)) for s in axis.stretches] == [(0.0, 23.75), (28.75, 71.25)]
    assert [(round(left, 2), round(width, 2), text) for left, width, text in axis.cuts] == [(23.75, 5.0, "1 h")]
    assert round(axis.place(3603 * SECOND), 2) == 100.0


def test_a_short_pause_is_drawn_as_it_is() -> None:
    assert axis_of([(0, SECOND), (2 * SECOND, 3 * SECOND)]).cuts == ()


def test_the_ruler_counts_in_round_steps_from_the_start() -> None:
    assert ticks(axis_of([(0, 4 * SECOND)])) == [(0.0, "0"), (25.0, "+1 s"), (50.0, "+2 s"), (75.0, "+3 s")]


def test_words_on_the_ruler_never_lie_on_each_other() -> None:
    axis = axis_of([(0, 1 * SECOND), (3600 * SECOND, 3601 * SECOND), (7200 * SECOND, 7203 * SECOND)])
    assert [(round(left), text) for left, text in cut_words(axis)] == [(20, "1 h idle"), (44, "1 h idle")]
    assert [(round(left), text) for left, text in ticks(axis)] == [(0, "0"), (64, "+2 h")]


def test_a_span_without_any_length_has_a_place_too() -> None:
    assert axis_of([(5, 5)]).place(5) == 0.0


# -- what comes from outside -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_what_comes_from_outside_stays_text(name: str) -> None:
    bad = {
        "error_class": "business",
        "error_code": name,
        "error_text": name,
        "error_type": name,
        "uom": name,
        "item": name,
        "batch": name,
        "partner": name,
        "idempotency_key": name,
        "trace_id": name,
        "source": name,
        "position": name,
        "site": name,
        "objects": [f"production_order {name}", name],
    }
    made = path(
        [step("released", name, "erp")],
        [event(1, START, "released", name, name, **bad)],
        "2026-03-23 12:00:00",
        transaction_id=name,
        site=name,
        owner=name,
    )
    spans = fall(
        span(
            1,
            None,
            0,
            1,
            name=name,
            service=name,
            status_message=name,
            is_error=True,
            attributes=json.dumps({name: name}),
            destination=name,
        )
    )
    trees_made = [
        html.Div(span_detail(span(1, None, 0, 1, name=name, attributes=json.dumps({name: name}), destination=name), set(), Fields())),
        lanes(made),
        step_list(boxes_of(made), made.timezone, "now", None),
        panel_of(made, 0),
        spans,
    ]
    for tree in trees_made:
        for _, address in trees.links(tree):
            assert not address.lower().startswith(("javascript:", "data:", "//"))
            assert "<" not in address
        for mask in trees.with_class(tree, "swim-lines"):
            drawn = unquote(mask.style["--lines"])
            assert name not in drawn or name == ".."
    assert name.strip() == "" or " ".join(name.split()) in trees.text(panel_of(made, 0))
