"""Section 6 of the vocabulary: when a milestone is reached. One test is one rule."""

from __future__ import annotations

from tests.models.chains import CHAIN, PURCHASE
from tests.models.told import concludes


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
