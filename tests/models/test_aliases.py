"""Section 5 of the vocabulary: ids of an alias type that are one object. One test is one rule."""

from __future__ import annotations

from tests.models.chains import BELONGING
from tests.models.told import concludes


def test_two_ids_of_an_alias_type_named_in_one_event_are_one_object_called_by_the_smaller():
    told = """
        at     event          names
        08:00  released@erp   order 90
        08:10  received@mes   order 100
        08:20  inspected@qms  order 90, order 100
    """
    concludes(BELONGING, told, "transaction  reached\n100  received 08:10\n90  released 08:00", as_of="08:15", aliases=("order",))
    concludes(BELONGING, told, "transaction  reached\n100  released 08:00, received 08:10", as_of="08:20", aliases=("order",))
    concludes(BELONGING, told, "transaction  reached\n100  received 08:10\n90  released 08:00", as_of="08:20")


def test_aliases_reach_through_any_number_of_ids():
    concludes(
        BELONGING,
        """
        at     event          names
        08:00  released@erp   order C
        08:01  received@mes   order A
        08:02  inspected@qms  order B, order C
        08:03  inspected@qms  order A, order B
        """,
        """
        transaction  reached
        A            released 08:00, received 08:01
        """,
        aliases=("order",),
    )


def test_a_related_object_with_two_ids_links_under_both():
    concludes(
        BELONGING,
        """
        at     event          names
        08:00  created@erp    sales S
        08:01  released@erp   order A, sales T
        08:02  inspected@qms  sales S, sales T
        """,
        """
        transaction  reached
        A            created 08:00, released 08:01
        """,
        aliases=("sales",),
    )
