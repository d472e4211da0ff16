"""Section 6 of the vocabulary: when a transaction began and was last heard of, at which site, and what counts as of a moment."""

from __future__ import annotations

from tests.models.chains import CHAIN
from tests.models.told import concludes


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
