"""Section 5 of the vocabulary: which events belong to a transaction. One test is one rule."""

from __future__ import annotations

from tests.models.chains import BELONGING
from tests.models.told import concludes


def test_a_transaction_exists_for_every_object_that_an_event_of_a_milestone_names():
    concludes(
        BELONGING,
        """
        at     event          names
        08:00  released@erp   order A, order B
        08:01  received@mes   order A
        08:02  inspected@qms  order C
        """,
        """
        transaction  reached
        A            released 08:00, received 08:01
        B            released 08:00
        """,
    )


def test_an_error_event_alone_makes_a_transaction():
    concludes(
        BELONGING,
        """
        at     event         names    outcome
        08:00  released@erp  order A  business
        """,
        """
        transaction  state   reached
        A            failed  .
        """,
    )


def test_a_cancel_event_alone_makes_no_transaction():
    concludes(
        BELONGING,
        """
        at     event          names
        08:00  cancelled@erp  order A
        """,
        "",
    )


def test_the_same_event_type_at_another_system_is_no_event_of_the_milestone():
    concludes(
        BELONGING,
        """
        at     event         names
        08:00  released@scm  order A
        """,
        "",
    )


def test_an_event_that_names_only_a_related_object_belongs_to_every_transaction_named_together_with_it():
    concludes(
        BELONGING,
        """
        at     event         names
        08:00  created@erp   sales S
        08:10  released@erp  order A, sales S
        08:20  released@erp  order B, sales S
        08:30  released@erp  order C
        """,
        """
        transaction  reached
        A            created 08:00, released 08:10
        B            created 08:00, released 08:20
        C            released 08:30
        """,
    )


def test_an_event_that_names_the_object_belongs_to_it_alone_whatever_else_it_names():
    concludes(
        BELONGING,
        """
        at     event         names
        08:00  released@erp  order A, sales S
        08:10  released@erp  order B, sales S
        08:20  received@mes  order B, sales S
        """,
        """
        transaction  reached
        A            released 08:00
        B            released 08:10, received 08:20
        """,
    )


def test_any_event_links_two_objects_also_one_of_no_milestone_and_one_that_failed():
    concludes(
        BELONGING,
        """
        at     event          names             outcome
        08:00  created@erp    sales S           ok
        08:01  created@erp    sales T           ok
        08:10  released@erp   order A           ok
        08:10  released@erp   order B           ok
        08:20  inspected@qms  order A, sales S  ok
        08:30  inspected@qms  order B, sales T  business
        """,
        """
        transaction  reached
        A            created 08:00, released 08:10
        B            created 08:01, released 08:10
        """,
    )


def test_a_link_that_is_made_only_later_is_no_link_yet():
    told = """
        at     event          names
        08:00  created@erp    sales S
        08:10  released@erp   order A
        08:20  inspected@qms  order A, sales S
    """
    concludes(BELONGING, told, "transaction  reached\nA  released 08:10", as_of="08:19:59.999999999")
    concludes(BELONGING, told, "transaction  reached\nA  created 08:00, released 08:10", as_of="08:20")


def test_a_link_nobody_had_told_us_of_is_no_link_yet():
    told = """
        at     event          names             recorded
        08:00  created@erp    sales S           08:00
        08:10  released@erp   order A           08:10
        08:15  inspected@qms  order A, sales S  10:00
    """
    concludes(BELONGING, told, "transaction  reached\nA  released 08:10", known_at="09:59")
    concludes(BELONGING, told, "transaction  reached\nA  created 08:00, released 08:10", known_at="10:00")


def test_links_are_not_followed_from_one_related_object_to_the_next():
    concludes(
        BELONGING,
        """
        at     event          names
        08:00  received@mes   asn N
        08:10  released@erp   order A, sales S
        08:20  inspected@qms  sales S, asn N
        """,
        """
        transaction  reached
        A            released 08:10
        """,
    )
