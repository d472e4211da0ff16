"""Hops: one passage of a message between two systems, by the sending span where one is known, else from the event before."""

from __future__ import annotations

from metrics.read import Moment, open_reader
from metrics.workflows import Definitions
from tests import written
from tests.models.agreement import empty_store, ns_of
from tests.models.told import CALENDARS, FEEDS, LATER, SITES, clock, event_spans, events, ns, spans_of, table, workflow

CHAIN = workflow("""
object: order
milestones:
  - {name: released, event: released, system: erp}
  - {name: checked,  event: checked,  system: erp, after: released, within: 5m}
  - {name: received, event: received, system: mes, after: released, within: 5m}
""")


def passes(told: str, expected: str, spans: str = "", systems: dict[str, str] | None = None) -> None:
    """Fails unless the hops are the rows of `expected`. `systems` says in which system spans that are no events were."""
    with empty_store() as store:
        written.write(store, written.Batch(tuple(events(told)), (*spans_of(spans), *event_spans(told))))
        with store.write() as cursor:
            cursor.execute("update spans set system = e.system from events e where e.event_id = spans.span_id")
            for span, system in (systems or {}).items():
                cursor.execute("update spans set system = ? where right(span_id, 16)::bigint = ?", [system, int(span[1:])])
        written.refresh(store, Definitions((CHAIN,), SITES, CALENDARS, "UTC", FEEDS))
        with open_reader(store, Moment(ns("12:00"), LATER)) as reader:
            rows = [
                {
                    "from": row["from_system"] or ".",
                    "to": row["to_system"],
                    "sent": clock(ns_of(row["sent_time"])),
                    "received": clock(ns_of(row["received_time"])),
                    "by": "span" if row["sending_span_id"] else "event",
                }
                for row in reader.export("hops")
            ]
    assert rows == table(expected)[1]


def test_without_spans_a_hop_leads_from_the_event_before_in_another_system():
    passes(
        """
        at     event         names
        08:00  released@erp  order A
        08:02  received@mes  order A
        """,
        """
        from  to   sent   received  by
        erp   mes  08:00  08:02     event
        """,
    )


def test_two_events_of_one_system_are_no_hop():
    passes(
        """
        at     event         names
        08:00  released@erp  order A
        08:02  checked@erp   order A
        """,
        "",
    )


def test_the_span_that_sent_it_is_found_above_its_own_system_or_by_a_link():
    told = """
        at     event         names    span  parent  links
        08:00  released@erp  order A  .     .       .
        08:02  received@mes  order A  x3    {}      {}
        """
    spans = """
        span  at     parent
        x1    08:01  .
        x2    08:02  x1
        """
    for parent, links in (("x2", "."), (".", "x1")):
        passes(
            told.format(parent, links),
            """
            from        to   sent   received  by
            middleware  mes  08:01  08:02     span
            """,
            spans,
            {"x1": "middleware", "x2": "mes"},
        )


def test_a_span_of_the_same_system_is_no_sender():
    passes(
        """
        at     event         names    span  parent
        08:00  released@erp  order A  .     .
        08:10  checked@erp   order A  x2    x1
        """,
        "",
        """
        span  at
        x1    08:09
        """,
        {"x1": "erp"},
    )


def test_a_sender_whose_system_nobody_says_is_still_when_it_was_sent():
    passes(
        """
        at     event         names    span  parent
        08:00  released@erp  order A  .     .
        08:02  received@mes  order A  x2    x1
        """,
        """
        from  to   sent   received  by
        erp   mes  08:01  08:02     span
        """,
        """
        span  at
        x1    08:01
        """,
    )
