"""Section 5 of the vocabulary: which events belong to a transaction. One test is one rule."""

from __future__ import annotations

from collectors.event import Event
from metrics.workflows import Definitions
from tests import plants
from tests.belonging_oracle import Span
from tests.models.agreement import agree, empty_store, product
from tests.models.told import CALENDARS, FEEDS, LONG_AGO, SITES, concludes, ns, span_id, workflow
from tests.oracle import World

CHAIN = workflow("""
object: order
related: [sales, asn]
cancel: [{event: cancelled, system: erp}]
milestones:
  - {name: created,  event: created,  system: erp, required: false}
  - {name: released, event: released, system: erp}
  - {name: received, event: received, system: mes, after: released, within: 5m}
""")


def test_a_transaction_exists_for_every_object_that_an_event_of_a_milestone_names():
    concludes(
        CHAIN,
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
        CHAIN,
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
        CHAIN,
        """
        at     event          names
        08:00  cancelled@erp  order A
        """,
        "",
    )


def test_the_same_event_type_at_another_system_is_no_event_of_the_milestone():
    concludes(
        CHAIN,
        """
        at     event         names
        08:00  released@scm  order A
        """,
        "",
    )


def test_an_event_that_names_only_a_related_object_belongs_to_every_transaction_named_together_with_it():
    concludes(
        CHAIN,
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
        CHAIN,
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
        CHAIN,
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
    concludes(CHAIN, told, "transaction  reached\nA  released 08:10", as_of="08:19:59.999999999")
    concludes(CHAIN, told, "transaction  reached\nA  created 08:00, released 08:10", as_of="08:20")


def test_a_link_nobody_had_told_us_of_is_no_link_yet():
    told = """
        at     event          names             recorded
        08:00  created@erp    sales S           08:00
        08:10  released@erp   order A           08:10
        08:15  inspected@qms  order A, sales S  10:00
    """
    concludes(CHAIN, told, "transaction  reached\nA  released 08:10", known_at="09:59")
    concludes(CHAIN, told, "transaction  reached\nA  created 08:00, released 08:10", known_at="10:00")


def test_links_are_not_followed_from_one_related_object_to_the_next():
    concludes(
        CHAIN,
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


# -- aliases


def test_two_ids_of_an_alias_type_named_in_one_event_are_one_object_called_by_the_smaller():
    told = """
        at     event          names
        08:00  released@erp   order 90
        08:10  received@mes   order 100
        08:20  inspected@qms  order 90, order 100
    """
    concludes(CHAIN, told, "transaction  reached\n100  received 08:10\n90  released 08:00", as_of="08:15", aliases=("order",))
    concludes(CHAIN, told, "transaction  reached\n100  released 08:00, received 08:10", as_of="08:20", aliases=("order",))
    concludes(CHAIN, told, "transaction  reached\n100  received 08:10\n90  released 08:00", as_of="08:20")


def test_aliases_reach_through_any_number_of_ids():
    concludes(
        CHAIN,
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
        CHAIN,
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


# -- events that name nothing


def test_a_nameless_event_takes_over_the_objects_of_its_nearest_ancestor_that_names_some():
    concludes(
        CHAIN,
        """
        at     event         names    outcome   span  parent
        08:00  released@erp  order A  ok        .     .
        08:10  received@mes  .        contract  x9    x3
        """,
        """
        transaction  state   failed_milestone  failed_attempts
        A            failed  received          1
        """,
        spans="""
        span  parent  names    links
        x1    .       order B  .
        x2    x1      order A  .
        x3    x2      .        x1
        """,
    )


def test_without_such_an_ancestor_it_takes_over_those_of_all_spans_it_links_to():
    concludes(
        CHAIN,
        """
        at     event         outcome   span  parent  links   message
        08:10  received@mes  contract  x9    x1      y1, y2  m
        """,
        """
        transaction  state   start_time
        A            failed  08:10
        B            failed  08:10
        """,
        spans="""
        span  names             message
        x1    .                 .
        y1    order A           .
        y2    order B, sales S  .
        z1    order C           m
        """,
    )


def test_without_links_it_takes_over_those_of_the_spans_with_its_message_or_conversation():
    concludes(
        CHAIN,
        """
        at     event         outcome   span  message  conversation
        08:10  received@mes  contract  x9    m        c
        """,
        """
        transaction  state
        A            failed
        B            failed
        """,
        spans="""
        span  names    message  conversation
        y1    order A  m        .
        y2    order B  .        c
        y3    order C  n        d
        """,
    )


def test_without_spans_it_takes_over_those_of_the_events_with_its_message_or_conversation():
    concludes(
        CHAIN,
        """
        at     event         names    outcome   message  conversation
        08:00  released@erp  order A  ok        m        .
        08:01  released@erp  order B  ok        .        c
        08:02  released@erp  order C  ok        n        d
        08:10  received@mes  .        contract  m        c
        """,
        """
        transaction  state
        A            failed
        B            failed
        C            in_progress
        """,
        as_of="08:11",
    )


def test_an_ok_event_that_names_nothing_takes_over_too():
    concludes(
        CHAIN,
        """
        at     event         span  links
        08:10  released@erp  x9    y1
        """,
        """
        transaction  reached
        A            released 08:10
        """,
        spans="""
        span  names
        y1    order A
        """,
    )


def test_what_it_took_over_links_as_if_it_had_named_it():
    concludes(
        CHAIN,
        """
        at     event         names    outcome   span  parent
        08:00  created@erp   sales S  ok        .     .
        08:10  received@mes  .        contract  x9    x1
        """,
        """
        transaction  reached
        A            created 08:00
        """,
        spans="""
        span  names
        x1    order A, sales S
        """,
    )


def test_taking_over_two_ids_does_not_make_them_one_object():
    concludes(
        CHAIN,
        """
        at     event         outcome   span  conversation
        08:10  received@mes  contract  x9    c
        """,
        """
        transaction  state
        A            failed
        B            failed
        """,
        spans="""
        span  names    conversation
        y1    order A  c
        y2    order B  c
        """,
        aliases=("order",),
    )


def test_a_span_recorded_later_places_nothing_yet():
    told = """
        at     event         outcome   span  parent
        08:10  received@mes  contract  x9    x1
    """
    spans = """
        span  names    recorded
        x1    order A  Tue 08:00
    """
    concludes(CHAIN, told, "", spans=spans, known_at="Tue 07:59")
    concludes(CHAIN, told, "transaction  state\nA  failed", spans=spans, known_at="Tue 08:00")


def test_spans_that_are_each_others_parent_place_nothing_and_end():
    concludes(
        CHAIN,
        """
        at     event         outcome   span  parent
        08:10  received@mes  contract  x9    x1
        """,
        f"failure\n{'78' * 16}{9:016x}",
        spans="""
        span  parent
        x1    x2
        x2    x1
        """,
        export="unplaced",
    )


def test_a_failure_that_names_nothing_and_takes_over_nothing_is_kept_unplaced_a_success_is_not():
    concludes(
        CHAIN,
        """
        at     event         outcome   span
        08:10  received@mes  contract  x1
        08:10  received@mes  ok        x2
        """,
        f"""
        failure
        {"78" * 16}{1:016x}
        {"79" * 16}{1:016x}
        """,
        spans="""
        span  at     outcome
        y1    08:20  error
        y2    08:20  .
        """,
        export="unplaced",
    )


def test_ids_that_are_joined_join_what_is_taken_over_too():
    told = """
        at     event          names               span  parent
        08:00  released@erp   order A, sales S2   .     .
        08:01  created@erp    .                   x9    x1
        09:00  inspected@qms  sales S1, sales S2  .     .
        """
    span = """
        span  names
        x1    sales S2
        """
    expected = """
        transaction  reached
        A            created 08:01, released 08:00
        """
    concludes(CHAIN, told, expected, as_of="08:30", aliases=("sales",), spans=span)
    concludes(CHAIN, told, expected, as_of="09:30", aliases=("sales",), spans=span)


def test_objects_that_are_joined_are_one_transaction_with_what_is_taken_over():
    concludes(
        CHAIN,
        """
        at     event          names             span  parent
        08:00  released@erp   order B           .     .
        08:01  created@erp    .                 x9    x1
        09:00  inspected@qms  order A, order B  .     .
        """,
        """
        transaction  reached
        A            created 08:01, released 08:00
        """,
        aliases=("order",),
        spans="""
        span  names
        x1    order B
        """,
    )


def test_links_of_a_span_that_nobody_had_told_us_of_place_nothing_yet():
    log = Event("logs:1", "logs:1", 1, "logs", "1", LONG_AGO, ns("08:00"), "received", "mes", is_error=True, error_class="contract",
                trace_id=(own := span_id("x5"))[:32], span_id=own)  # fmt: skip
    spans = (
        Span(own, ns("Tue 08:00"), ns("08:00"), links=(span_id("y1"),)),
        Span(span_id("y1"), LONG_AGO, ns("07:00"), objects=(("order", "A"),)),
    )
    definitions = Definitions((CHAIN,), SITES, CALENDARS, "UTC", FEEDS)
    with empty_store() as store:
        plants.write(store, plants.Batch((log,), spans))
        plants.refresh(store, definitions)
        before, after = (product(store, (ns("12:00"), ns(known_at))) for known_at in ("13:00", "Tue 13:00"))
        agree(store, World(definitions, (log,), spans), (ns("12:00"), ns("13:00")))
    assert (before.transactions, before.unplaced) == ([], ["logs:1"])
    assert ([row["transaction_id"] for row in after.transactions], after.unplaced) == (["A"], [])
