"""Section 6 of the vocabulary: reached, failed, cancelled, flags and the one word, as of a moment. One test is one rule."""

from __future__ import annotations

from typing import Any

import pytest

from metrics.workflows import Feed
from tests.models.told import FEEDS, concludes, workflow

CHAIN = workflow("""
object: order
related: [sales]
retry_grace: 15m
cancel: [{event: cancelled, system: erp}]
milestones:
  - {name: created,   event: created,   system: erp, required: false}
  - {name: released,  event: released,  system: erp}
  - {name: received,  event: received,  system: mes, after: released, within: 5m}
  - {name: scheduled, event: scheduled, system: mes, after: received, within: 30m}
""")
PURCHASE = workflow("""
object: order
related: [asn]
milestones:
  - {name: sent,     event: sent,     system: erp}
  - {name: received, event: received, system: wms, after: sent, within: 5d, until: ordered_quantity}
""")
DONE = """
        08:01  received@mes   order A  ok
        08:02  scheduled@mes  order A  ok
"""


# -- times, order, site


def test_events_of_any_outcome_count_for_the_first_and_the_last_time():
    concludes(
        CHAIN,
        """
        at     event          names    outcome
        07:50  released@erp   order A  transient
        08:00  released@erp   order A  ok
        08:30  cancelled@erp  order A  business
        """,
        """
        transaction  start_time  last_event_time  failed_attempts
        A            07:50       08:30            2
        """,
    )


def test_an_event_in_the_future_does_not_exist_yet():
    told = """
        at     event         names
        08:00  released@erp  order A
        08:10  received@mes  order A
        09:00  released@erp  order B
    """
    concludes(CHAIN, told, "transaction  reached\nA  released 08:00", as_of="08:09:59.999999999")
    concludes(CHAIN, told, "transaction  reached\nA  released 08:00, received 08:10", as_of="08:10")


def test_what_we_were_told_later_does_not_exist_as_known_before():
    told = """
        at     event         names    recorded
        08:00  released@erp  order A  08:00
        08:04  received@mes  order A  09:30
    """
    concludes(CHAIN, told, "transaction  status\nA  overdue", as_of="10:00", known_at="09:29:59")
    concludes(CHAIN, told, "transaction  status\nA  in_progress", as_of="08:10", known_at="09:30")


def test_the_site_is_that_of_the_earliest_event_that_names_the_object_not_of_one_that_only_belongs():
    concludes(
        CHAIN,
        """
        at     event         names             site
        08:00  created@erp   sales S           porto
        08:10  released@erp  order A, sales S  hamburg
        08:20  received@mes  order A           boston
        """,
        """
        transaction  site
        A            hamburg
        """,
    )


def test_the_site_is_the_earliest_one_known_and_null_when_none_is():
    concludes(
        CHAIN,
        """
        at     event         names    site
        08:00  released@erp  order A  .
        08:10  received@mes  order A  boston
        08:00  released@erp  order B  .
        """,
        """
        transaction  site
        A            boston
        B            .
        """,
    )


def test_at_equal_times_the_attempt_orders_and_then_the_event_id_as_text():
    concludes(
        CHAIN,
        """
        at     event         names    outcome   attempt  position
        08:00  released@erp  order A  business  2        1
        08:00  released@erp  order A  contract  1        2
        08:00  released@erp  order B  business  1        9
        08:00  released@erp  order B  contract  1        10
        """,
        """
        transaction  error_class
        A            business
        B            business
        """,
    )


# -- reached


def test_a_milestone_is_reached_at_its_earliest_ok_event():
    concludes(
        CHAIN,
        """
        at     event         names    outcome
        08:07  released@erp  order A  ok
        08:05  released@erp  order A  ok
        08:01  released@erp  order A  transient
        """,
        """
        transaction  reached
        A            released 08:05
        """,
    )


def test_an_ordered_quantity_is_reached_with_the_event_that_completes_it():
    told = """
        at         event         names    quantity  ordered
        08:00      sent@erp      order A  .         0.3
        Tue 08:00  received@wms  order A  0.1       .
        Wed 08:00  received@wms  order A  0.2       .
        Thu 08:00  received@wms  order A  0.2       .
    """
    concludes(PURCHASE, told, "transaction  state  reached\nA  in_progress  sent 08:00", as_of="Wed 07:59")
    concludes(PURCHASE, told, "transaction  state  reached\nA  complete  sent 08:00, received Wed 08:00", as_of="Sun 08:00")


def test_a_redelivery_under_the_same_key_counts_once_and_no_key_is_an_effect_of_its_own():
    concludes(
        PURCHASE,
        """
        at     event         names    quantity  ordered  key
        08:00  sent@erp      order A  .         100      .
        08:10  received@wms  order A  60        .        R1
        08:20  received@wms  order A  60        .        R1
        08:00  sent@erp      order B  .         100      .
        08:10  received@wms  order B  60        .        .
        08:20  received@wms  order B  60        .        .
        """,
        """
        transaction  reached                         last_event_time
        A            sent 08:00                      08:20
        B            sent 08:00, received 08:20      08:20
        """,
    )


def test_an_error_event_uses_up_no_key_and_brings_no_quantity():
    concludes(
        PURCHASE,
        """
        at     event         names    outcome    quantity  ordered  key
        08:00  sent@erp      order A  ok         .         60       .
        08:10  received@wms  order A  transient  60        .        R1
        08:20  received@wms  order A  ok         60        .        R1
        """,
        """
        transaction  reached
        A            sent 08:00, received 08:20
        """,
    )


def test_the_ordered_quantity_last_stated_anywhere_counts_stated_by_an_error_too():
    concludes(
        PURCHASE,
        """
        at     event         names    outcome   quantity  ordered
        08:00  sent@erp      order A  ok        .         60
        08:10  received@wms  order A  ok        60        .
        08:20  sent@erp      order A  business  .         100
        """,
        """
        transaction  reached
        A            sent 08:00
        """,
    )


def test_without_an_ordered_quantity_the_first_ok_event_will_do_and_no_quantity_counts_nothing():
    concludes(
        PURCHASE,
        """
        at     event         names    quantity  ordered
        08:00  sent@erp      order A  .         .
        08:10  received@wms  order A  1         .
        08:00  sent@erp      order B  .         5
        08:10  received@wms  order B  .         .
        """,
        """
        transaction  reached
        A            sent 08:00, received 08:10
        B            sent 08:00
        """,
    )


# -- missing


def test_a_milestone_is_missing_when_it_is_due_before_the_moment_not_at_it():
    told = """
        at     event         names
        08:00  released@erp  order A
    """
    concludes(CHAIN, told, "status  missing  next_due_time\nin_progress  .  08:05", as_of="08:05")
    concludes(CHAIN, told, "status  missing  next_due_time\noverdue  received  08:05", as_of="08:05:00.000000001")


def test_a_required_milestone_is_missing_when_something_that_depends_on_it_is_reached_deadline_or_not():
    concludes(
        CHAIN,
        """
        at     event          names
        08:00  scheduled@mes  order A
        """,
        """
        transaction  state        status   missing             next_due_time
        A            in_progress  overdue  received, released  .
        """,
        as_of="08:00",
    )


def test_an_optional_milestone_is_never_missing_and_never_due():
    fork = workflow("""
    object: order
    milestones:
      - {name: released, event: released, system: erp}
      - {name: printed,  event: printed,  system: mes, after: released, within: 5m, required: false}
      - {name: packed,   event: packed,   system: wms, after: printed,  within: 5m, required: false}
    """)
    concludes(
        fork,
        """
        at     event         names
        08:00  released@erp  order A
        09:00  packed@wms    order A
        08:00  released@erp  order B
        09:00  printed@mes   order B
        """,
        """
        transaction  state     status    missing  late  next_due_time
        A            complete  complete  .        .     .
        B            complete  complete  .        .     .
        """,
    )


def test_a_milestone_behind_an_optional_one_makes_what_comes_before_both_missing():
    chain = workflow("""
    object: order
    milestones:
      - {name: released, event: released, system: erp}
      - {name: printed,  event: printed,  system: mes, after: released, within: 5m, required: false}
      - {name: packed,   event: packed,   system: wms, after: printed,  within: 5m}
    """)
    concludes(
        chain,
        """
        at     event       names
        08:00  packed@wms  order A
        """,
        """
        transaction  missing
        A            released
        """,
    )


def test_the_next_due_time_is_the_earliest_of_open_expectations_past_ones_included():
    fork = workflow("""
    object: order
    milestones:
      - {name: released, event: released, system: erp}
      - {name: printed,  event: printed,  system: mes, after: released, within: 2h}
      - {name: packed,   event: packed,   system: wms, after: released, within: 1h}
    """)
    told = """
        at     event         names
        08:00  released@erp  order A
        09:30  packed@wms    order A
    """
    concludes(fork, told, "next_due_time\n09:00", as_of="09:15")
    concludes(fork, told, "next_due_time\n10:00", as_of="09:30")


# -- failed


@pytest.mark.parametrize("error", ["business", "contract", "configuration", "dependency", "unknown"])
def test_an_error_that_is_not_transient_fails_at_once(error: str):
    concludes(
        CHAIN,
        f"""
        at     event         names    outcome
        08:00  released@erp  order A  {error}
        """,
        f"""
        state   status  failed_milestone  error_class
        failed  failed  released          {error}
        """,
        as_of="08:00",
    )


def test_a_transient_error_fails_when_more_than_the_grace_has_passed_since_the_latest():
    told = """
        at     event         names    outcome
        08:00  released@erp  order A  transient
        08:10  released@erp  order A  transient
    """
    concludes(CHAIN, told, "state  status  failed_milestone\nin_progress  retrying  .", as_of="08:25")
    concludes(CHAIN, told, "state  status  failed_milestone\nfailed  failed  released", as_of="08:25:00.000000001")


def test_the_latest_error_decides_whether_its_class_fails():
    concludes(
        CHAIN,
        """
        at     event         names    outcome
        08:00  released@erp  order A  business
        08:01  released@erp  order A  transient
        08:00  released@erp  order B  transient
        08:01  released@erp  order B  business
        """,
        """
        transaction  state        error_class
        A            in_progress  .
        B            failed       business
        """,
        as_of="08:02",
    )


def test_one_dead_letter_fails_whatever_came_after_it():
    concludes(
        CHAIN,
        """
        at     event         names    outcome
        08:00  released@erp  order A  transient dead
        08:01  released@erp  order A  transient
        """,
        """
        state   error_class
        failed  transient
        """,
        as_of="08:02",
    )


def test_what_was_reached_does_not_fail_by_an_error_after_it():
    concludes(
        CHAIN,
        """
        at     event          names    outcome
        08:00  released@erp   order A  ok
        08:01  received@mes   order A  ok
        08:02  received@mes   order A  business
        08:03  scheduled@mes  order A  ok
        """,
        """
        state     status    failed_attempts  is_recovered  is_self_healed
        complete  complete  1                no            no
        """,
    )


def test_an_optional_milestone_can_fail_and_the_first_in_workflow_order_is_named():
    concludes(
        CHAIN,
        """
        at     event         names    outcome
        08:00  released@erp  order A  contract
        08:30  created@erp   order A  business
        """,
        """
        failed_milestone  error_class  failed_attempts
        created           business     2
        """,
    )


def test_goods_that_came_in_part_do_not_keep_a_failed_receipt_from_failing():
    concludes(
        PURCHASE,
        """
        at     event         names    outcome   quantity  ordered
        08:00  sent@erp      order A  ok        .         100
        08:10  received@wms  order A  ok        60        .
        08:20  received@wms  order A  business  40        .
        """,
        """
        state   failed_milestone
        failed  received
        """,
    )


def test_failures_count_transactions_by_their_failed_milestone_and_its_latest_class():
    concludes(
        CHAIN,
        """
        at     event         names    outcome
        08:00  released@erp  order A  business
        08:00  released@erp  order B  business
        08:00  released@erp  order C  contract
        08:00  released@erp  order D  ok
        08:01  received@mes  order D  business
        08:01  received@mes  order C  business
        """,
        """
        milestone  error_class  transactions
        received   business     1
        released   business     2
        released   contract     1
        """,
        export="failures",
    )


# -- cancelled, abandoned, complete


def test_a_cancelled_transaction_misses_nothing_awaits_nothing_and_keeps_its_history():
    concludes(
        CHAIN,
        """
        at     event          names    outcome
        08:00  released@erp   order A  ok
        08:06  received@mes   order A  ok
        08:07  scheduled@mes  order A  business
        08:30  cancelled@erp  order A  ok
        """,
        """
        state      missing  late      next_due_time  failed_milestone  error_class  failed_attempts  reached
        cancelled  .        received  .              .                 .            1                released 08:00, received 08:06
        """,
    )


def test_a_cancellation_that_failed_cancels_nothing():
    concludes(
        CHAIN,
        """
        at     event          names    outcome
        08:00  released@erp   order A  ok
        08:01  cancelled@erp  order A  business
        """,
        """
        state        failed_attempts  last_event_time
        in_progress  1                08:01
        """,
    )


def test_a_cancellation_of_a_related_object_cancels_every_transaction_behind_it():
    concludes(
        CHAIN,
        """
        at     event          names
        08:00  released@erp   order A, sales S
        08:00  released@erp   order B, sales S
        08:01  cancelled@erp  sales S
        """,
        """
        transaction  state
        A            cancelled
        B            cancelled
        """,
    )


def test_what_the_source_has_closed_is_abandoned_unless_it_went_through_after_all():
    concludes(
        CHAIN,
        """
        at     event         names    outcome  code
        08:00  released@erp  order A  unknown  idoc:68
        08:00  released@erp  order B  unknown  idoc:68
        08:10  released@erp  order B  ok       .
        """,
        """
        transaction  state        status     failed_milestone  is_retrying
        A            abandoned    abandoned  .                 no
        B            in_progress  overdue    .                 no
        """,
    )


@pytest.mark.parametrize("code", ["idoc:31", "idoc:68"])
def test_both_codes_by_which_a_person_closes_a_document_abandon_it_and_only_as_the_last_word(code: str):
    concludes(
        CHAIN,
        f"""
        at     event           names    outcome   code
        08:00  released@erp    order A  business  idoc:51
        08:05  released@erp    order A  unknown   {code}
        08:00  released@erp    order B  unknown   {code}
        08:05  released@erp    order B  business  idoc:51
        08:00  released@erp    order C  ok        .
        08:02  received@mes    order C  unknown   {code}
        08:00  released@erp    order D  ok        .
        08:05  released@erp    order D  unknown   {code}
        """,
        """
        transaction  state        failed_attempts
        A            abandoned    2
        B            failed       2
        C            abandoned    1
        D            in_progress  1
        """,
    )


def test_it_is_complete_when_all_required_milestones_are_reached():
    concludes(
        CHAIN,
        """
        at     event          names
        08:00  released@erp   order A
        08:01  received@mes   order A
        08:02  scheduled@mes  order A
        08:00  released@erp   order B
        08:02  scheduled@mes  order B
        """,
        """
        transaction  state        status
        A            complete     complete
        B            in_progress  overdue
        """,
    )


# -- flags


def test_reached_after_its_due_time_is_late_reached_at_it_is_not():
    concludes(
        CHAIN,
        """
        at                  event          names
        08:00               released@erp   order A
        08:05               received@mes   order A
        08:35               scheduled@mes  order A
        08:00               released@erp   order B
        08:05:00.000000001  received@mes   order B
        08:35               scheduled@mes  order B
        """,
        """
        transaction  status    is_late  late
        A            complete  no       .
        B            late      yes      received
        """,
    )


def test_errors_that_were_transient_and_soon_retried_have_healed_by_themselves():
    concludes(
        CHAIN,
        """
        at     event         names    outcome
        08:00  released@erp  order A  transient
        08:15  released@erp  order A  transient
        08:30  released@erp  order A  ok
        """,
        """
        is_self_healed  is_recovered  failed_attempts
        yes             no            2
        """,
        as_of="08:31",
    )


@pytest.mark.parametrize(
    "errors",
    [
        ["08:00  released@erp  order A  transient", "08:15:00.000000001  released@erp  order A  ok"],
        ["08:00  released@erp  order A  transient", "08:15:01  released@erp  order A  transient", "08:16  released@erp  order A  ok"],
        ["08:00  released@erp  order A  business", "08:01  released@erp  order A  ok"],
        ["08:00  released@erp  order A  transient dead", "08:01  released@erp  order A  ok"],
    ],
    ids=["success came after the grace", "a pause was longer than the grace", "one was not transient", "one was put aside"],
)
def test_otherwise_somebody_had_to_act_and_it_is_recovered(errors: list[str]):
    told = "\n".join(["at  event  names  outcome", *errors])
    concludes(CHAIN, told, "is_self_healed  is_recovered\nno  yes")


def test_two_milestones_may_be_self_healed_and_recovered():
    concludes(
        CHAIN,
        """
        at     event         names    outcome
        08:00  released@erp  order A  transient
        08:01  released@erp  order A  ok
        08:02  received@mes  order A  business
        08:03  received@mes  order A  ok
        """,
        """
        is_self_healed  is_recovered
        yes             yes
        """,
    )


def test_an_error_at_the_very_moment_of_success_changes_neither():
    concludes(
        CHAIN,
        """
        at     event         names    outcome    attempt
        08:00  released@erp  order A  transient  1
        08:00  released@erp  order A  ok         2
        """,
        """
        is_self_healed  is_recovered  failed_attempts
        no              no            1
        """,
    )


def test_it_is_retrying_only_while_it_is_in_progress():
    concludes(
        CHAIN,
        """
        at     event          names    outcome
        08:00  released@erp   order A  ok
        08:01  received@mes   order A  transient
        08:00  released@erp   order B  ok
        08:01  received@mes   order B  ok
        08:01  scheduled@mes  order B  ok
        08:02  created@erp    order B  transient
        """,
        """
        transaction  state        status    is_retrying
        A            in_progress  retrying  yes
        B            complete     complete  no
        """,
        as_of="08:03",
    )


def test_reached_more_than_a_minute_before_its_cause_is_inconsistent():
    concludes(
        CHAIN,
        """
        at                  event         names
        08:01               released@erp  order A
        08:00               received@mes  order A
        08:01:00.000000001  released@erp  order B
        08:00               received@mes  order B
        """,
        """
        transaction  status        is_inconsistent
        A            in_progress   no
        B            inconsistent  yes
        """,
        as_of="08:02",
    )


def test_the_one_word_is_the_first_that_applies():
    concludes(
        CHAIN,
        """
        at     event          names            outcome
        08:10  released@erp   order cancelled  ok
        08:00  received@mes   order cancelled  business
        08:11  cancelled@erp  order cancelled  ok
        08:10  released@erp   order failed     ok
        08:00  received@mes   order failed     ok
        08:20  scheduled@mes  order failed     business
        08:10  released@erp   order backwards  ok
        08:00  received@mes   order backwards  ok
        08:00  released@erp   order overdue    ok
        08:10  received@mes   order overdue    ok
        08:00  released@erp   order late       ok
        08:58  received@mes   order late       ok
        08:59  scheduled@mes  order late       transient
        08:59  released@erp   order retrying   transient
        08:59  released@erp   order begun      ok
        """,
        """
        transaction  state        status        is_inconsistent  is_overdue  is_late  is_retrying
        backwards    in_progress  inconsistent  yes              yes         no       no
        begun        in_progress  in_progress   no               no          no       no
        cancelled    cancelled    cancelled     no               no          no       no
        failed       failed       failed        yes              yes         no       no
        late         in_progress  late          no               no          yes      yes
        overdue      in_progress  overdue       no               yes         yes      no
        retrying     in_progress  retrying      no               no          no       yes
        """,
        as_of="09:00",
    )


def test_an_error_that_is_both_a_step_and_listed_as_cancelling_counts_once():
    scrapping = workflow("""
    object: order
    cancel: [{event: scrapped, system: qms}]
    milestones:
      - {name: held,     event: held,     system: qms}
      - {name: scrapped, event: scrapped, system: qms, required: false}
    """)
    concludes(
        scrapping,
        """
        at     event         names    outcome
        08:00  held@qms      order A  ok
        08:01  scrapped@qms  order A  business
        """,
        """
        transaction  state   failed_attempts
        A            failed  1
        """,
    )


# -- what can be judged

SOME_LAG = (Feed("traces", allowed_lateness_seconds=3600), Feed("rows", is_complete=True))


def verdict(other: str, expected: str, source: str, feeds: tuple[Feed, ...] = SOME_LAG, **moments: Any) -> None:
    """What is said of an order that the MES should have received at 08:05, after another event has come from `source`."""
    told = f"""
        at     event         names    site     span
        08:00  released@erp  order A  hamburg  .
        {other}  {"x7" if source == "traces" else "."}
    """
    concludes(CHAIN, told, f"transaction  missing   unjudged\nA            {expected}", as_of="12:00", feeds=feeds, **moments)


def test_a_system_that_was_never_heard_is_judged_by_complete_sources_only():
    verdict("09:00  paid@fin      order Z  hamburg", ".         received", "rows")
    verdict("09:00  paid@fin      order Z  hamburg", "received  .", "rows", FEEDS)


def test_a_feed_that_lags_judges_what_was_due_before_its_watermark():
    verdict("09:30  checked@mes   order Z  hamburg", "received  .", "traces")
    verdict("09:04  checked@mes   order Z  hamburg", ".         received", "traces")


def test_a_complete_source_speaks_for_every_site_of_its_system():
    verdict("09:00  checked@mes   order Z  boston", "received  .", "rows")


def test_a_feed_that_names_no_site_speaks_for_every_site():
    verdict("09:30  checked@mes   order Z  .", "received  .", "traces")
    verdict("09:04  checked@mes   order Z  .", ".         received", "traces")


def test_a_feed_that_lags_says_nothing_about_another_site():
    verdict("11:59  checked@mes   order Z  boston", ".         received", "traces")


def test_reading_a_source_to_its_end_tells_as_much_as_an_event_of_that_moment():
    verdict("09:04  checked@mes   order Z  hamburg", ".         received", "traces", reads=(("traces", "09:04"), ("rows", "11:00")))
    verdict("09:04  checked@mes   order Z  hamburg", "received  .", "traces", reads=(("traces", "09:06"), ("traces", "09:04")))


def test_a_read_that_was_told_later_did_not_count_then():
    verdict("09:04  checked@mes   order Z  hamburg", ".         received", "traces", reads=(("traces", "11:30"),), known_at="11:00")
    verdict("09:04  checked@mes   order Z  hamburg", "received  .", "traces", reads=(("traces", "13:00"),), known_at="14:00")
