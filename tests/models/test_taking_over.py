"""Section 5 of the vocabulary: what events that name nothing take over. One test is one rule."""

from __future__ import annotations

from collectors.event import Event
from metrics.workflows import Definitions
from tests import written
from tests.belonging_oracle import Span
from tests.models.agreement import agree, empty_store, product
from tests.models.chains import BELONGING
from tests.models.told import CALENDARS, FEEDS, LONG_AGO, SITES, concludes, ns, span_id
from tests.oracle import World


def test_a_nameless_event_takes_over_the_objects_of_its_nearest_ancestor_that_names_some():
    concludes(
        BELONGING,
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
        BELONGING,
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
        BELONGING,
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
        BELONGING,
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
        BELONGING,
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
        BELONGING,
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
        BELONGING,
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
    concludes(BELONGING, told, "", spans=spans, known_at="Tue 07:59")
    concludes(BELONGING, told, "transaction  state\nA  failed", spans=spans, known_at="Tue 08:00")


def test_spans_that_are_each_others_parent_place_nothing_and_end():
    concludes(
        BELONGING,
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
        BELONGING,
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
    concludes(BELONGING, told, expected, as_of="08:30", aliases=("sales",), spans=span)
    concludes(BELONGING, told, expected, as_of="09:30", aliases=("sales",), spans=span)


def test_objects_that_are_joined_are_one_transaction_with_what_is_taken_over():
    concludes(
        BELONGING,
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
    definitions = Definitions((BELONGING,), SITES, CALENDARS, "UTC", FEEDS)
    with empty_store() as store:
        written.write(store, written.Batch((log,), spans))
        written.refresh(store, definitions)
        before, after = (product(store, (ns("12:00"), ns(known_at))) for known_at in ("13:00", "Tue 13:00"))
        agree(store, World(definitions, (log,), spans), (ns("12:00"), ns("13:00")))
    assert (before.transactions, before.unplaced) == ([], ["logs:1"])
    assert ([row["transaction_id"] for row in after.transactions], after.unplaced) == (["A"], [])
