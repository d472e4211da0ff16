"""Which boxes stand on a path: attempts, redeliveries, parts, cancellations, what is missing and what is still to come."""

from __future__ import annotations

from app.figures.boxes import Box, boxes_of
from metrics.path import Path
from tests.pages.made_paths import event, failed_purchase, ns, path, step

RELEASED = ns("2026-03-23 08:00:00")
MINUTE = 60 * 10**9


def received(*events: dict[str, object], **more: object) -> Path:
    """Released at eight; then whatever came of `received`."""
    steps = [
        step("released", "order.released", "erp", reached_ns=RELEASED),
        step("received", "work_order.received", "mes", "released", **{"opened_ns": RELEASED, **more}),
    ]
    return path(steps, [event(1, RELEASED, "released", "order.released", "erp"), *events], "2026-03-23 12:00:00")


def of_received(number: int, minutes: int, **more: object) -> dict[str, object]:
    return event(number, RELEASED + minutes * MINUTE, "received", "work_order.received", "mes", **more)


def failing(number: int, minutes: int) -> dict[str, object]:
    return of_received(number, minutes, error_class="transient", error_text="Read timed out", attempt=number - 1)


def after_release(boxes: list[Box]) -> list[tuple[str, str, str]]:
    return [(box.word, box.detail, box.note) for box in boxes[1:]]


def test_each_of_three_attempts_has_its_number_and_the_last_one_is_the_failure() -> None:
    shown = after_release(boxes_of(received(*(failing(n, n) for n in (2, 3, 4)), is_failed=True, attempts=3)))
    assert shown == [
        ("Attempt failed", "Read timed out", "Attempt 1 failed 09:02:00"),
        ("Attempt failed", "Read timed out", "Attempt 2 failed 09:03:00"),
        ("Failed", "Read timed out", "Failed 09:04:00, attempt 3"),
    ]


def test_many_attempts_are_one_box_that_can_be_unfolded() -> None:
    many = received(*(failing(n, n) for n in range(2, 22)), is_failed=True, attempts=20)
    assert after_release(boxes_of(many)) == [
        ("Attempt failed", "19 attempts failed: Read timed out", "09:02:00 to 09:20:00"),
        ("Failed", "Read timed out", "Failed 09:21:00, attempt 20"),
    ]
    assert len(after_release(boxes_of(many, each=True))) == 20


def test_attempts_of_a_step_that_got_through_are_no_failure() -> None:
    healed = received(failing(2, 2), of_received(3, 5, attempt=2), reached_ns=RELEASED + 5 * MINUTE, attempts=1)
    assert [(box.word, box.note) for box in boxes_of(healed)[1:]] == [
        ("Attempt failed", "Attempt 1 failed 09:02:00"),
        ("Done", "09:05:00, attempt 2"),
    ]


def test_while_it_is_retrying_nothing_is_expected_twice() -> None:
    boxes = boxes_of(received(failing(2, 2), is_retrying=True, attempts=1))
    assert [(box.word, box.note) for box in boxes[1:]] == [("Retrying", "Retrying 09:02:00, attempt 1")]


def test_a_redelivery_and_a_second_posting_are_told_apart() -> None:
    twice = received(of_received(2, 1), of_received(3, 2, is_redelivery=True), of_received(4, 3), reached_ns=RELEASED + MINUTE)
    assert [(box.word, box.note) for box in boxes_of(twice)[1:]] == [
        ("Done", "09:01:00"),
        ("Redelivered", "Redelivered 09:02:00"),
        ("Posted again", "Posted again 09:03:00"),
    ]


def test_an_error_after_the_step_was_reached_is_only_said() -> None:
    after = received(of_received(2, 1), failing(3, 2), reached_ns=RELEASED + MINUTE, attempts=1)
    assert [box.note for box in boxes_of(after)[1:]] == ["09:01:00", "Error afterwards 09:02:00"]


def test_partial_receipts_leave_the_rest_expected() -> None:
    part = received(of_received(2, 1, quantity=60, ordered_quantity=100, uom="PC"), due_ns=ns("2026-03-23 13:00:00"))
    assert after_release(boxes_of(part)) == [
        ("Part done", "60 of 100 PC", "Part done 09:01:00"),
        ("Expected", "40 of 100 PC to come, due 14:00", "expected in 1 h"),
    ]


def test_what_is_missing_says_how_overdue_it_is() -> None:
    assert after_release(boxes_of(received(due_ns=ns("2026-03-22 08:05:00"), is_missing=True))) == [
        ("Missing", "due Sun 22 Mar 09:05", "missing, 27 h 55 min overdue")
    ]


def test_what_cannot_be_judged_says_so() -> None:
    assert after_release(boxes_of(received(due_ns=ns("2026-03-23 08:05:00"), is_unjudged=True))) == [
        ("Cannot judge", "due 09:05", "cannot judge: feed is behind")
    ]


def test_an_open_end_says_why_there_is_no_deadline() -> None:
    assert after_release(boxes_of(received(open_ended="a hold lasts as long as the inspection"))) == [
        ("Expected", "no deadline: a hold lasts as long as the inspection", "expected")
    ]


def test_a_step_that_came_before_the_one_it_follows_is_out_of_order_and_hangs_on_nothing_later() -> None:
    early = received(of_received(2, -3), reached_ns=RELEASED - 3 * MINUTE)
    first, second = boxes_of(early)
    assert (first.word, first.note, first.after, second.after) == ("Out of order", "08:57:00, 3 min too early", None, None)


def test_a_cancellation_stands_for_itself_and_nothing_is_expected_after_it() -> None:
    stopped = received(event(2, RELEASED + MINUTE, None, "order.cancelled", "erp"))
    boxes = boxes_of(path(list(stopped.steps), stopped.events.to_dict("records"), "2026-03-23 12:00:00", state="cancelled"))
    assert [(box.title, box.word, box.after) for box in boxes] == [("Order released", "Done", None), ("Order cancelled", "Cancelled", None)]


def test_a_fan_in_event_names_what_it_is_about() -> None:
    goods = next(box for box in boxes_of(failed_purchase()) if box.title == "Goods received")
    assert (goods.detail, goods.lane, goods.word) == ("480 PC M-0042", "WMS", "Done")


def test_an_optional_step_that_never_came_is_no_box() -> None:
    assert len(boxes_of(received(required=False))) == 1


def test_a_transaction_whose_events_are_all_later_has_only_what_is_expected() -> None:
    alone = path([step("released", "order.released", "erp")], [], "2026-03-23 12:00:00")
    assert [(box.word, box.detail) for box in boxes_of(alone)] == [("Later", "starts the workflow")]
