"""The sentences of a path: what happened, where it is, what is next and by when, who acts."""

from __future__ import annotations

from dataclasses import replace

from app.figures.story import story
from metrics.path import Path
from tests.pages.made_paths import event, failed_purchase, ns, path, step, waiting_order

RELEASED, RECEIVED = ns("2026-03-23 08:00:00"), ns("2026-03-23 08:07:00")


def two_steps(as_of: str, received: dict[str, object], events: list[dict[str, object]], **more: object) -> Path:
    steps = [
        step("released", "order.released", "erp", reached_ns=RELEASED),
        step(
            "received",
            "work_order.received",
            "mes",
            "released",
            within="5m",
            opened_ns=RELEASED,
            due_ns=ns("2026-03-23 08:05:00"),
            **received,
        ),
    ]
    return path(steps, [event(1, RELEASED, "released", "order.released", "erp"), *events], as_of, **more)


def test_a_failed_one_says_what_the_sender_said_and_who_acts() -> None:
    assert story(failed_purchase()) == [
        "Receipt posted in ERP failed on Fri 27 Mar 2026, 11:02:40 CET after 3 attempts:"
        " “Material M-0042 not maintained in plant 1000” (idoc:51)."
        " The message was put aside: no further attempt will come by itself.",
        "The last step taken was Goods received in WMS on Fri 27 Mar 2026, 09:30:00 CET.",
        "Who acts on a business error: the owner of the data. supply-chain owns this workflow.",
    ]


def test_one_under_way_says_what_is_next_by_when() -> None:
    assert story(waiting_order()) == [
        "It is under way, and nothing is overdue.",
        "The last step taken was Work order received in MES on Mon 23 Mar 2026, 09:01:30 CET.",
        "Next is Work order scheduled in MES by 09:31, in 5 min.",
        "plant-it owns this workflow.",
    ]


def test_an_overdue_one_says_since_when_and_what_waits_behind() -> None:
    overdue = two_steps("2026-03-23 10:05:00", {"is_missing": True}, [], status="overdue", owner=None)
    overdue = replace(overdue, steps=(*overdue.steps, step("scheduled", "work_order.scheduled", "mes", "received")))
    assert story(overdue) == [
        "Work order received in MES was due 09:05 and has not come: 2 h overdue.",
        "The last step taken was Order released in ERP on Mon 23 Mar 2026, 09:00:00 CET.",
        "1 later step waits behind it.",
        "Nobody is named as the owner of this workflow.",
    ]


def test_a_step_that_was_skipped_is_called_so() -> None:
    skipped = two_steps("2026-03-23 08:01:00", {"is_missing": True}, [], status="overdue")
    assert story(skipped)[0] == "Work order received in MES never came, though a later step did."


def test_what_cannot_be_judged_names_the_feed() -> None:
    unjudged = two_steps("2026-03-23 10:05:00", {"is_unjudged": True}, [], status="unjudged")
    assert story(unjudged)[0] == "Work order received in MES was due 09:05. The feed of MES is behind, so nobody can say whether it came."


def test_a_retrying_one_says_how_often_it_failed() -> None:
    errors = [
        event(
            n,
            f"2026-03-23 08:0{n}:00",
            "received",
            "work_order.received",
            "mes",
            error_class="transient",
            error_text="Read timed out",
            attempt=n,
        )
        for n in (2, 3)
    ]
    retrying = two_steps("2026-03-23 08:04:00", {"is_retrying": True, "attempts": 2}, errors, status="retrying")
    assert story(retrying)[0] == (
        "Work order received in MES failed 2 times, last on Mon 23 Mar 2026, 09:03:00 CET: “Read timed out”."
        " The middleware is trying again."
    )


def test_a_late_one_says_by_how_much() -> None:
    late = two_steps("2026-03-23 10:05:00", {"is_late": True, "reached_ns": RECEIVED}, [], status="late", state="complete")
    assert story(late)[0] == "Work order received in MES came 2 min after its deadline."


def test_an_inconsistent_one_says_what_came_before_what() -> None:
    early = two_steps("2026-03-23 10:05:00", {"reached_ns": RELEASED - 180 * 10**9}, [], status="inconsistent", state="complete")
    assert story(early)[0] == "Work order received in MES came 3 min before Order released in ERP, which it should follow."


def test_a_complete_one_says_how_long_it_took() -> None:
    complete = two_steps("2026-03-23 10:05:00", {"reached_ns": RELEASED + 90 * 10**9}, [], status="complete", state="complete")
    assert story(complete) == [
        "All required steps are done; the last was Work order received in MES on Mon 23 Mar 2026, 09:01:30 CET, 90 s after the start.",
        "plant-it owns this workflow.",
    ]


def test_a_cancelled_one_says_where_it_was_called_off() -> None:
    stop = event(2, "2026-03-23 08:02:00", None, "order.cancelled", "erp")
    cancelled = two_steps("2026-03-23 10:05:00", {}, [stop], status="cancelled", state="cancelled")
    assert story(cancelled)[0] == "It was called off in ERP on Mon 23 Mar 2026, 09:02:00 CET: nothing is expected any more."


def test_an_abandoned_one_is_no_success() -> None:
    abandoned = two_steps("2026-03-23 10:05:00", {}, [], status="abandoned", state="abandoned")
    assert story(abandoned)[0] == "It was closed by a person without having got through."
