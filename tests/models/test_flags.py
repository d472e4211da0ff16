"""Section 6 of the vocabulary: overdue, late, retrying, healed, recovered, inconsistent, and the one word. One test is one rule."""

from __future__ import annotations

import pytest

from tests.models.chains import CHAIN
from tests.models.told import concludes, workflow


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
