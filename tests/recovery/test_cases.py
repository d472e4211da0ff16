"""Cases and what the events say about them, on the fewest rows that make the point."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing

import pytest

from app.recovery.cases import Group, evidence_of, find, find_case
from app.recovery.model import Case, Evidence
from metrics import recovering
from metrics.read import Moment, Reader, open_reader
from metrics.rules.rule import shipped_rules
from metrics.scope import EVERYTHING, Scope
from metrics.workflows import Definitions, Feed
from sql.store import Store
from tests import written
from tests.models.test_inventory import postings, snapshots
from tests.models.test_random_inventory import MOVES, write_lines
from tests.models.told import CALENDARS, FEEDS, LATER, SITES, event_spans, events, ns, workflow

MAKING = workflow("""
    name: making
    object: order
    milestones:
      - {name: released, event: order.released, system: erp}
      - {name: received, event: order.received, system: mes, after: released, within: 1h}
      - {name: confirmed, event: production.confirmed, system: erp, after: received, within: 4h, until: ordered_quantity}
      - {name: posted, event: inventory.posted, system: wms, after: confirmed, within: 1h}
    cancel: [{event: order.cancelled, system: erp}]
""")
RULES = tuple(rule for rule in shipped_rules() if rule.name == "duplicate_posting")
# One order for each thing that may be said. Until 07:45 they failed; what is after it happened since.
TOLD = """
    at     event                     names          site     outcome   key  message  attempt  quantity  ordered  value     span  recorded
    07:00  order.released@erp        order FAILED   hamburg  ok        .    .        1        .         .        900       .     .
    07:10  order.received@mes        order FAILED   hamburg  business  F    f1       1        .         .        .         .     .
    07:20  order.received@mes        order FAILED   hamburg  business  F    f1       2        .         .        .         .     .
    07:00  order.released@erp        order MISSING  hamburg  ok        M    m1       1        .         .        .         .     .
    07:05  order.released@erp        order MISSING  hamburg  ok        M    m1       2        .         .        .         .     .
    07:00  order.released@erp        order TWICE    hamburg  ok        .    .        1        .         .        .         .     .
    07:00  inventory.posted@wms      order TWICE    hamburg  ok        T1   .        1        5         .        .         .     .
    07:46  inventory.posted@wms      order TWICE    hamburg  ok        T2   .        1        5         .        .         .     .
    07:00  order.released@erp        order REACHED  hamburg  ok        .    .        1        .         .        .         .     .
    07:20  order.received@mes        order REACHED  hamburg  business  R    .        1        .         .        .         .     .
    08:00  order.received@mes        order REACHED  hamburg  ok        .    .        1        .         .        .         .     .
    07:00  order.released@erp        order BEHIND   hamburg  ok        B    .        1        .         .        .         .     .
    07:20  order.received@mes        order BEHIND   hamburg  business  B    .        1        .         .        .         .     .
    08:00  inventory.posted@wms      order BEHIND   hamburg  ok        .    .        1        .         .        .         .     .
    07:00  order.released@erp        order KEYED    hamburg  ok        .    .        1        .         .        .         .     .
    07:20  order.received@mes        order KEYED    hamburg  business  K    .        1        .         .        .         .     .
    08:00  inventory.posted@wms      order OTHER    boston   ok        K    .        1        .         .        .         .     .
    08:00  order.received@mes        order OTHER    boston   business  K    .        1        .         .        .         .     .
    07:00  order.released@erp        order CALLED   hamburg  ok        .    .        1        .         .        .         .     .
    07:20  order.received@mes        order CALLED   hamburg  business  .    .        1        .         .        .         .     .
    08:00  order.cancelled@erp       order CALLED   hamburg  ok        .    .        1        .         .        .         .     .
    07:01  order.received@mes        order PARTS    hamburg  ok        .    .        1        .         30       .         .     .
    07:10  production.confirmed@erp  order PARTS    hamburg  business  P1   .        1        10        .        .         .     .
    07:20  production.confirmed@erp  order PARTS    hamburg  ok        P2   .        1        10        .        .         .     .
    07:30  production.confirmed@erp  order PARTS    hamburg  business  P3   .        1        10        .        .         .     .
    08:00  production.confirmed@erp  order PARTS    hamburg  ok        P1   .        2        10        .        .         .     .
    07:01  order.received@mes        order HAND     hamburg  ok        .    .        1        .         30       .         .     .
    07:10  production.confirmed@erp  order HAND     hamburg  business  H1   .        1        10        .        .         .     .
    08:00  production.confirmed@erp  order HAND     hamburg  ok        H9   .        2        10        .        .         .     .
    07:00  order.received@mes        .              hamburg  contract  .    lost     1        .         .        .         a1    .
    08:00  order.received@mes        order FOUND    hamburg  ok        .    lost     1        .         .        .         b2    Mon 09:00
"""
AGO, NOON = "Mon 07:45", "Mon 12:00"
At = Callable[..., AbstractContextManager[Reader]]


def made(text: str, feeds: tuple[Feed, ...] = FEEDS) -> Store:
    """A store of what the table tells."""
    store = Store()
    written.write(store, written.Batch(tuple(events(text)), tuple(event_spans(text))))
    written.refresh(store, Definitions((MAKING,), SITES, CALENDARS, "UTC", feeds, rules=RULES))
    return store


@pytest.fixture(scope="module")
def at() -> Iterator[At]:
    """Opens a reader as of a moment."""
    with closing(made(TOLD)) as store:
        yield lambda when, known=None, sees=EVERYTHING: open_reader(store, Moment(ns(when), ns(known) if known else LATER), sees)


@pytest.fixture(scope="module")
def failures(at: At) -> dict[str, Case]:
    """By order, as they were at a quarter to eight."""
    with at(AGO) as reader:
        return {case.transaction_id: case for case in find(reader, Group(kind="failed"))}


def test_a_failure_is_about_its_latest_attempt(at: At) -> None:
    with at(NOON) as reader:
        case = find_case(reader, "failed|making|FAILED|received")
        assert case is not None
        assert (case.event_id, case.event_ns, case.attempt, case.source, case.position) == ("rows:3", ns("07:20"), 2, "rows", "3")
        assert (case.message_id, case.idempotency_key, case.error_class) == ("f1", "F", "business")
        assert (case.system, case.site, case.key) == ("mes", "hamburg", "making|FAILED")
        assert (case.value, case.opened_ns) == ("900", ns("07:10"))
        assert [find_case(reader, name) for name in ("failed|making|Z|received", "sung|making|FAILED|received")] == [None, None]


def test_its_signature_is_that_of_its_group_and_narrows(at: At) -> None:
    with at(NOON) as reader:
        wanted = next(group for group in reader.export("failure_groups") if group["milestone"] == "received")
        found = find(reader, Group(kind="failed", signature=wanted["signature"]))
        assert {case.signature for case in found} == {wanted["signature"]}
        assert len(found) == wanted["transactions"] > 1
        assert find(reader, Group(signature="another")) == []
        assert find(reader, Group(kind="failed", error_class="transient")) == []


def test_what_is_missing_is_about_the_message_that_opened_it(at: At) -> None:
    with at(NOON) as reader:
        (case,) = find(reader, Group(workflow="making", transaction_id="MISSING"))
        assert (case.kind, case.milestone, case.system, case.event_id, case.message_id) == ("missing", "received", "mes", "rows:4", "m1")
        assert case.opened_ns == ns("08:00")
        assert evidence_of(reader, [case])[case.id] == Evidence(heard_ns=ns(NOON))  # where it came from its key got through, of course


def test_a_violation_is_a_case_until_it_is_none(at: At) -> None:
    with at(NOON) as reader:
        (case,) = find(reader, Group(kind="violation"))
        assert (case.transaction_id, case.milestone, case.event_id) == ("TWICE", "duplicate_posting", "rows:8")
        assert not evidence_of(reader, [case])[case.id].is_closed
    with at(AGO) as reader:
        assert find(reader, Group(kind="violation")) == []
        assert evidence_of(reader, [case])[case.id].is_closed


def test_what_nobody_can_place_is_a_case_until_its_message_gets_through(at: At) -> None:
    with at(NOON, known="Mon 08:30") as reader:
        (case,) = find(reader, Group(kind="unplaced", system="mes"))
        assert (case.workflow, case.milestone, case.message_id, case.error_class) == ("", "order.received", "lost", "contract")
        assert find_case(reader, case.id) == case
        assert evidence_of(reader, [case])[case.id].reached_ns is None
        assert find(reader, Group(kind="unplaced", system="erp")) == []
    with at(NOON) as reader:
        assert find(reader, Group(kind="unplaced")) == []
        found = evidence_of(reader, [case])[case.id]
        assert (found.reached_ns, found.reached_by) == (ns("08:00"), f"{'62' * 16}{2:016x}")


def test_the_events_say_what_happened_since(at: At, failures: dict[str, Case]) -> None:
    orders = ("FAILED", "REACHED", "BEHIND", "KEYED", "CALLED")
    with at(AGO) as reader:
        before = evidence_of(reader, [failures[name] for name in orders])
    assert set(before.values()) == {Evidence(heard_ns=ns(AGO))}
    with at(NOON) as reader:
        found = evidence_of(reader, [failures[name] for name in orders])
    assert {name: found[failures[name].id] for name in orders} == {
        "FAILED": Evidence(heard_ns=ns(NOON)),
        "REACHED": Evidence(reached_ns=ns("08:00"), reached_by="rows:11", newer=("rows:11",), heard_ns=ns(NOON)),
        "BEHIND": Evidence(behind=("posted",), heard_ns=ns(NOON)),  # its key got through before it only, where it had to
        "KEYED": Evidence(same_key=("rows:17",), heard_ns=ns(NOON)),  # in another order; an error with that key is no effect
        "CALLED": Evidence(is_cancelled=True, heard_ns=ns(NOON)),
    }


def test_where_quantities_add_up_the_oldest_message_that_failed_comes_first(at: At, failures: dict[str, Case]) -> None:
    first, by_hand = failures["PARTS"], failures["HAND"]
    assert (first.idempotency_key, first.quantity) == ("P1", "10")
    with at(AGO) as reader:
        assert evidence_of(reader, [first])[first.id] == Evidence(heard_ns=ns(AGO))  # the second part does not supersede the first
    with at(NOON) as reader:
        found = evidence_of(reader, [first, by_hand])
        assert (found[first.id].reached_ns, found[first.id].same_key) == (ns("08:00"), ("rows:26",))  # though not all is confirmed
        assert [case.idempotency_key for case in find(reader, Group(kind="failed", transaction_id="PARTS"))] == ["P3"]
        assert found[by_hand.id].newer == ("rows:29",)  # the same was posted again under another key


def test_who_may_not_see_a_site_gets_no_case_of_it_but_the_same_verdict(at: At, failures: dict[str, Case]) -> None:
    case = failures["KEYED"]
    with at(NOON, sees=Scope(frozenset({"hamburg"}))) as reader:
        assert "OTHER" not in {each.transaction_id for each in find(reader, Group())}
        assert evidence_of(reader, [case])[case.id].same_key == ("one you may not see",)


def test_what_reached_a_milestone_is_told_for_many_at_once(at: At) -> None:
    with at(NOON) as reader:
        asked = [("making", "FAILED", "released"), ("making", "FAILED", "received"), ("making", "Z", "released"), ("sung", "A", "released")]
        assert recovering.reached(reader, asked) == [(ns("07:00"), "rows:1", None), *[(None, None, None)] * 3]
        assert recovering.reached(reader, []) == []


def test_a_receiver_that_was_not_heard_since_leaves_it_open() -> None:
    told = """
        at     event               names    site     outcome
        07:00  order.released@erp  order A  hamburg  ok
        07:20  order.received@mes  order A  hamburg  business
        07:30  order.received@mes  order B  hamburg  ok
    """
    with closing(made(told, (Feed("rows", allowed_lateness_seconds=300),))) as store:
        for when, heard in (("07:29", "07:15"), ("12:00", "07:25")):  # what it did at 07:20 may not all be told
            with open_reader(store, Moment(ns(when), LATER)) as reader:
                (case,) = find(reader, Group(kind="failed"))
                assert evidence_of(reader, [case])[case.id].heard_ns == ns(heard)


def test_stock_that_was_lost_posted_twice_or_is_unexplained_is_a_case_with_its_posting() -> None:
    moves = postings("""
        at     system  moves  quantity  outcome   key  site
        09:00  wms     V1     -10       ok        .    hamburg
        09:00  erp     V2     1         ok        .    hamburg
        09:00  wms     V3     3         ok        .    hamburg
        09:01  erp     V3     3         ok        a    hamburg
        09:02  erp     V3     3         ok        b    hamburg
        09:02  wms     V4     -2        ok        .    hamburg
        09:03  wms     V4     -2        ok        .    hamburg
        09:03  erp     V4     -2        ok        .    hamburg
        11:00  erp     V1     -10       ok        .    hamburg
    """)
    lines = snapshots("""
        at     system  quantity
        10:00  wms     100
        10:00  erp     500
        11:30  wms     100
        11:30  erp     90
    """)
    definitions = Definitions((MOVES,), SITES, CALENDARS, "UTC", FEEDS)
    with closing(Store()) as store:
        written.write(store, written.Batch(moves))
        write_lines(store, lines)
        written.refresh(store, definitions)
        with open_reader(store, Moment(ns("10:30"), LATER)) as reader:
            found = {case.id.removeprefix("inventory|stock_movement_sync|"): case for case in find(reader, Group(kind="inventory"))}
        assert {name: (case.system, case.event_id, case.quantity) for name, case in found.items()} == {
            "V1|lost": ("erp", "rows:1", "10"),
            "V2|lost": ("wms", "rows:2", "1"),
            "V3|duplicated": ("erp", "rows:5", "3"),
            "V4|duplicated": ("wms", "rows:7", "2"),
            "hamburg//M1//unrestricted|unexplained": (None, None, "384"),
        }
        with open_reader(store, Moment(ns(NOON), LATER)) as reader:
            said = evidence_of(reader, list(found.values()))
        assert [name for name, case in found.items() if said[case.id].is_closed] == ["V1|lost"]
