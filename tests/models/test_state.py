"""Section 6 of the vocabulary: reached, missing, failed, cancelled, as of a moment. One test is one rule."""

from __future__ import annotations

import pytest

from tests.models.chains import CHAIN, PURCHASE
from tests.models.told import concludes, workflow

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
