"""What is told of how a workflow ran: its variants, how they are not as defined, which step followed which, and what changed."""

from __future__ import annotations

import pytest

from metrics import discovery
from metrics.discovery import Ran
from metrics.drift import WEEK_NS, Change, Shift, changes, drifts, score, shifts
from metrics.read import Moment, Reader, open_reader
from metrics.workflows import Definitions
from tests import written
from tests.models.agreement import empty_store
from tests.models.told import CALENDARS, FEEDS, LATER, SITES, event_spans, events, ns, table, workflow
from tests.oracle import World

ORDERS = workflow("""
    object: order
    cancel: [{event: cancelled, system: erp}]
    milestones:
      - {name: sent,    event: sent,    system: erp}
      - {name: taken,   event: taken,   system: mes, after: sent, within: 5m}
      - {name: arrived, event: arrived, system: wms, after: taken, within: 1h, until: ordered_quantity}
      - {name: noted,   event: noted,   system: wms, after: taken, required: false}
      - {name: posted,  event: posted,  system: fin, after: arrived, within: 1h}
""")
STEPS = {
    name: f"{name}@{system}"
    for name, system in (("sent", "erp"), ("taken", "mes"), ("arrived", "wms"), ("noted", "wms"), ("posted", "fin"))
}
STEPS["cancelled"] = "cancelled@erp"


def ran(*runs: str) -> str:
    """Events a minute apart; each run is one order: `sent taken! taken arrived`, `taken=K1` with an idempotency key."""
    lines = ["at  event  outcome  key  names  ordered  quantity"]
    for number, run in enumerate(runs, 1):
        for minute, word in enumerate(run.split()):
            step, _, key = word.partition("=")
            outcome = "business" if step.endswith("!") else "ok"
            lines.append(f"{number:02d}:{minute:02d}  {STEPS[step.rstrip('!')]}  {outcome}  {key or '.'}  order O{number}  3  1")
    return "\n".join(lines)


def asked(told: str, question, as_of: str = "Mon 23:00"):
    world = World(Definitions((ORDERS,), SITES, CALENDARS, "UTC", FEEDS), tuple(events(told)), tuple(event_spans(told)))
    with empty_store() as store:
        written.write(store, written.Batch(world.events, world.spans))
        written.refresh(store, world.definitions)
        with open_reader(store, Moment(ns(as_of), LATER)) as reader:
            discovery.ask(reader, Ran("orders"))
            return question(reader)


RUNS = """
    run                                       variant                                  not_as_defined
    sent taken arrived posted                 sent > taken > arrived > posted          .
    sent taken                                sent > taken                             .
    sent taken noted arrived                  sent > taken > noted > arrived           .
    sent taken arrived arrived posted         sent > taken > arrived+ > posted         .
    sent=K taken=L sent=K arrived=A           sent > taken > arrived                   .
    sent=K sent=L taken                       sent+ > taken                            repeated sent
    sent taken sent                           sent > taken > sent                      repeated sent
    sent taken arrived noted posted posted    sent > taken > arrived > noted > posted+  repeated posted
    sent taken arrived noted posted           sent > taken > arrived > noted > posted  .
    sent taken! taken! taken                  sent > taken! > taken                    retried taken
    sent taken!                               sent > taken!                            failed taken
    sent taken taken!                         sent > taken > taken!                    failed_after taken
    sent arrived posted                       sent > arrived > posted                  skipped taken
    sent taken posted                         sent > taken > posted                    skipped arrived
    taken sent arrived                        taken > sent > arrived                   early taken
    noted sent taken                          noted > sent > taken                     early noted
    sent cancelled                            sent > (cancelled)                       .
    sent cancelled taken                      sent > (cancelled) > taken               continued taken
    sent taken! arrived arrived               sent > taken! > arrived+                 failed taken, skipped taken
"""


def test_a_variant_says_what_was_done_and_how_that_is_not_as_defined() -> None:
    """Open ones are as defined so far; what comes until the ordered quantity is there may repeat; a redelivery is no step."""
    _, runs = table(RUNS)
    found = {row["variant"]: row["deviations"] for row in asked(ran(*(row["run"] for row in runs)), discovery.variants).to_dict("records")}
    told = {name: ", ".join(f"{each['kind']} {each['milestone']}" for each in said) or "." for name, said in found.items()}
    assert told == {row["variant"]: row["not_as_defined"] for row in runs}


def test_what_happened_at_the_same_moment_is_in_order_of_attempts() -> None:
    told = """
        at     event      outcome   attempt  names
        08:00  sent@erp   ok        1        order A
        08:00  taken@mes  ok        3        order A
        08:00  noted@wms  ok        2        order A
    """
    assert list(asked(told, discovery.variants)["variant"]) == ["sent > noted > taken"]


def test_the_graph_counts_transactions_and_times_and_who_waits_where() -> None:
    told = ran("sent taken arrived arrived posted", "sent taken! taken", "sent taken", "sent cancelled")
    graph = asked(told, discovery.graph)
    nodes = [(row["milestone"], row["transactions"], row["failed"], row["running"]) for row in graph.nodes.to_dict("records")]
    assert nodes == [
        ("(cancelled)", 1, 0, 0),
        ("sent", 4, 0, 0),
        ("taken", 3, 1, 2),
        ("arrived", 1, 0, 0),
        ("posted", 1, 0, 1),  # two of three pieces have arrived
    ]
    edges = {
        (row["from_milestone"], row["to_milestone"]): (row["transactions"], row["passages"], row["p50"], row["late"])
        for row in graph.edges.fillna(-1).to_dict("records")
    }
    assert edges == {
        ("(start)", "sent"): (4, 4, -1, 0),
        ("sent", "taken"): (3, 3, 60, 0),
        ("sent", "(cancelled)"): (1, 1, 60, 0),
        ("taken", "arrived"): (1, 1, 60, 0),
        ("arrived", "arrived"): (1, 1, 60, 0),
        ("arrived", "posted"): (1, 1, 60, 0),
        ("(cancelled)", "(end)"): (1, 1, -1, 0),
    }


def test_a_step_after_its_due_time_is_late_on_the_way_it_came_and_again_is_not_late() -> None:
    told = """
        at     event        names
        08:00  sent@erp     order A
        08:06  taken@mes    order A
        09:00  sent@erp     order B
        09:05  taken@mes    order B
        09:30  taken@mes    order B
    """
    edges = asked(told, lambda reader: discovery.graph(reader).edges).to_dict("records")
    (edge,) = [row for row in edges if row["from_milestone"] == "sent" and row["to_milestone"] == "taken"]
    (again,) = [row for row in edges if row["from_milestone"] == "taken" and row["to_milestone"] == "taken"]
    assert (again["passages"], again["promised"], again["late"]) == (1, 0, 0)
    assert (edge["transactions"], edge["promised"], edge["late"], edge["p50"]) == (2, 2, 1, 330)


NARROWED = """
    filter     value                found
    variant    sent > taken         O3
    went       sent > taken         O1 O2 O3
    went       arrived > arrived    O1
    went       taken!               O2
    went       taken > (open)       O2 O3
    went       (cancelled) > (end)  O4
    went       (start) > taken      .
    deviation  retried taken        O2
    deviation  retried sent         .
"""


def test_a_list_of_transactions_is_narrowed_to_those_behind_a_number() -> None:
    _, lines = table(NARROWED)

    def found(reader: Reader, line: dict[str, str]) -> str:
        rows, total = reader.transactions({line["filter"]: line["value"]})
        assert total == len(rows)
        return " ".join(sorted(rows["transaction_id"])) or "."

    told = ran("sent taken arrived arrived posted", "sent taken! taken", "sent taken", "sent cancelled")
    assert asked(told, lambda reader: [{**line, "found": found(reader, line)} for line in lines]) == lines


def test_deviations_are_counted_with_their_newest_examples() -> None:
    runs = ("sent taken! taken", "sent arrived posted", *["taken sent"] * 4, "taken sent arrived", "sent taken")
    found = asked(ran(*runs), discovery.deviations)
    assert [(row["kind"], row["milestone"], row["transactions"], list(row["examples"])) for row in found.to_dict("records")] == [
        ("early", "taken", 5, ["O7", "O6", "O5"]),
        ("retried", "taken", 1, ["O1"]),
        ("skipped", "taken", 1, ["O2"]),
    ]


# -- drift -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((50, 100, 50, 100), 0.0),
        ((20, 100, 40, 100), 3.086),  # (0.4 − 0.2) / √(0.3 · 0.7 · 0.02)
        ((40, 100, 20, 100), -3.086),
        ((0, 1000, 3, 1000), None),  # fewer than five expected in a week
        ((998, 1000, 999, 1000), None),
        ((0, 0, 5, 9), None),
    ],
)
def test_how_far_two_shares_are_apart_is_said_in_standard_deviations(counts: tuple[int, int, int, int], expected: float | None) -> None:
    assert score(*counts) == (expected if expected is None else pytest.approx(expected, abs=0.001))


def test_variants_that_came_went_grew_or_shrank_are_told_and_what_chance_explains_is_not() -> None:
    columns, rows = table("""
        variant  before  after
        usual    800     640
        more     100     160
        fewer    100     52
        gone     30      0
        new      0       150
        steady   70      78
        seldom   1       3
    """)
    ended = [{column: int(row[column]) if column != "variant" else row[column] for column in columns} for row in rows]
    assert changes(ended) == [
        Change("fewer", "usual", 800, 640),
        Change("more", "more", 100, 160),
        Change("fewer", "fewer", 100, 52),
        Change("gone", "gone", 30, 0),
        Change("new", "new", 0, 150),
    ]


@pytest.mark.parametrize(
    ("before", "after", "longer", "seconds", "kind"),
    [
        (100, 100, (30, 70), (60, 90), "slower"),
        (100, 100, (70, 30), (90, 60), "faster"),
        (100, 100, (30, 70), (60, 70), None),  # beyond chance, and too little to matter
        (100, 100, (48, 52), (60, 90), None),  # chance
        (29, 500, (1, 260), (60, 90), None),  # too few before
    ],
)
def test_a_step_takes_longer_when_more_than_chance_took_longer_than_the_middle(
    before: int, after: int, longer: tuple[int, int], seconds: tuple[float, float], kind: str | None
) -> None:
    told = {"from_milestone": "sent", "to_milestone": "taken", "before": before, "after": after}
    told |= {"before_longer": longer[0], "after_longer": longer[1], "before_seconds": seconds[0], "after_seconds": seconds[1]}
    assert shifts([told]) == ([Shift(kind, "sent", "taken", before, after, *seconds)] if kind else [])


def weeks(before: int, after: int, lag_minutes: int) -> str:
    """So many orders in the weeks of 2 and 9 March, one every hour; in the second they are taken so many minutes after they were sent."""
    lines = ["at  event  names"]
    for week, count, lag in ((2, before, 1), (9, after, lag_minutes)):
        for number in range(count):
            day, hour = week + number // 24, number % 24
            lines += [
                f"2026-03-{day:02d} {hour:02d}:{minute:02d}  {STEPS[step]}  order O{week}-{number}"
                for step, minute in (("sent", 0), ("taken", lag), ("arrived", lag + 1), ("posted", lag + 2))
            ]
    return "\n".join(lines)


def drift(told: str, as_of: str = "2026-03-16 00:00") -> tuple:
    def question(reader: Reader):
        return drifts(reader, "orders", length_ns=WEEK_NS)

    (found,) = asked(
        "\n".join([told, "2026-02-01 00:00  sent@erp  order OLD", "2026-02-01 00:01  cancelled@erp  order OLD"]), question, as_of
    )
    return found


def test_a_week_is_held_against_the_week_before() -> None:
    found = drift(weeks(60, 60, lag_minutes=4))
    assert (found.is_compared, found.before, found.after, found.changes) == (True, 60, 60, ())
    assert found.shifts == (Shift("slower", "sent", "taken", 60, 60, 60, 240),)


def test_too_few_and_too_short_a_past_are_not_compared() -> None:
    few = drift(weeks(29, 60, lag_minutes=4))
    assert (few.is_known, few.is_compared, few.shifts) == (True, False, ())
    (short,) = asked(weeks(60, 60, lag_minutes=4), lambda reader: drifts(reader, "orders"), "2026-03-15 23:59")
    assert (short.is_known, short.is_compared, short.shifts) == (False, False, ())
