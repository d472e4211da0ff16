"""Section 6 of the vocabulary: when a milestone has failed. One test is one rule."""

from __future__ import annotations

import pytest

from tests.models.chains import CHAIN, PURCHASE
from tests.models.told import concludes


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
