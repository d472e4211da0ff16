"""Section 6 of the vocabulary: what is cancelled, abandoned or complete. One test is one rule."""

from __future__ import annotations

import pytest

from tests.models.chains import CHAIN
from tests.models.told import concludes


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
