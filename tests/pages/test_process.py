"""Process: the graph of a workflow as it ran, every number with what is behind it, and where everything on the drawing goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.application import Application
from app.figures import drift_words, process, trails
from app.figures.process import Graph, graph_of
from app.instants import instant_ns
from app.pages.narrowing import asked_of, filters_of
from metrics.discovery import END, START
from metrics.drift import Change, Drift, Shift
from metrics.read import Moment, open_reader
from tests.models.test_random_plants import examples
from tests.pages import trees
from tests.pages.served import drawn_text, opened_on, someone

CONFIGURATION = """
version: 1
timezone: Europe/Berlin
sites: [{name: hamburg, timezone: Europe/Berlin}, {name: brno, timezone: Europe/Prague}]
sources:
  - name: bus
    kind: csv
    complete: true
    path: bus.csv
    map:
      event_type: {column: T}
      event_time: {column: AT}
      system: {column: SYSTEM}
      site: {column: SITE}
      outcome: {column: OUTCOME}
      objects: {type: {value: production_order}, id: {column: ID}}
"""
TYPES = {"created": "order.created erp", "released": "order.released erp", "received": "work_order.received mes",
         "scheduled": "work_order.scheduled mes", "cancelled": "order.cancelled erp"}  # fmt: skip
WELL = "created released received scheduled"
ODD = ("created released received! received scheduled", "created released scheduled", "created released cancelled", "created released",
       "released created received scheduled", "created released received received scheduled", "created released received!")  # fmt: skip
AS_OF = "2026-03-22T23:00:00Z"
ORDERS = f"?workflow=order_to_production&as_of={AS_OF}"


def lines() -> Iterator[str]:
    """Six orders a day from 2 to 22 March; from the 16th on the MES takes them after four minutes, before after one. The last are odd."""
    yield "AT,T,SYSTEM,SITE,OUTCOME,ID"
    runs = [*[WELL] * 119, *ODD]
    for number, run in enumerate(runs):
        day, hour = 2 + number // 6, number % 6 * 3
        site, minute = "brno" if number % 3 else "hamburg", 0
        for word in run.split():
            kind, system = TYPES[word.rstrip("!")].split()
            minute += 4 if day >= 16 and word == "received" else 1
            outcome = "error" if word.endswith("!") else "ok"
            yield f"2026-03-{day:02d}T{hour:02d}:{minute:02d}:00Z,{kind},{system},{site},{outcome},{1000 + number}"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    bus = "\n".join(lines()) + "\n"
    with opened_on(tmp_path_factory.mktemp("process"), CONFIGURATION, bus=bus) as application:
        yield application


def test_every_number_opens_the_transactions_it_counts(web: Flask, plant: Application) -> None:
    found = trees.links(trees.drawn(someone(web, "maria").show("/process", ORDERS + "&period=28d&ways=all&site=brno")))
    numbers = {(text, address) for text, address in found if address.startswith("/transactions?") and re.match(r"[\d,]+\b", text)}
    assert len(numbers) > 25
    assert any(text.endswith(" transactions") for text, _ in numbers), "the start of the graph"
    assert any("variant=" in address and "went=" in address for _, address in numbers), "those of a variant that still run"
    as_of_ns = instant_ns(AS_OF)
    with open_reader(plant.store, Moment(as_of_ns, 2**62)) as reader:
        for text, address in numbers:
            query = {name: values if len(values) > 1 else values[0] for name, values in parse_qs(urlsplit(address).query).items()}
            assert query["as_of"] == AS_OF
            _, total = reader.transactions(filters_of(asked_of(query), as_of_ns), stop=0)
            assert f"{total:,}" == re.match(r"[\d,]+", text)[0], (text, address)


def test_the_page_says_how_it_ran_and_what_is_not_as_defined(web: Flask) -> None:
    said = drawn_text(someone(web, "maria").show("/process", ORDERS))
    assert "42 transactions began in the last 7 days, in 8 variants; 90 % ran as defined." in said
    assert "received failed before it succeeded" in said
    assert "received never succeeded, though a step that depends on it did" in said
    assert "received succeeded more than once" in said
    assert "scheduled failed" not in said


def drifted(web: Flask, **about: str) -> str:
    """What the page says of drift, once it is compared."""
    about_it = {"workflow": "order_to_production", "site": None, "period": "7d", "as_of": AS_OF, **about}
    inputs = [{"id": "process-about", "property": "data", "value": about_it}]
    answer = someone(web, "maria").call("process-drift.children", inputs, {"id": "process-drift", "property": "children"})
    return trees.text(trees.revived(answer.get_json()["response"]["process-drift"]["children"]))


def test_what_takes_longer_than_the_week_before_is_told(web: Flask) -> None:
    told = "Slower: from released to received, median 60 s (42 times) before, 4 min (37 times) now."
    assert drifted(web) == f"{told} Those that began in the last 7 days"
    assert drifted(web, as_of="2026-03-09T00:00:00Z").startswith("Not compared: the first transaction is from")
    assert drifted(web, workflow="procure_to_receipt") == "Nothing has run yet."


def test_as_of_a_past_moment_nothing_later_is_told(web: Flask) -> None:
    said = drawn_text(someone(web, "maria").show("/process", "?workflow=order_to_production&as_of=2026-03-09T00:00:00Z"))
    assert "42 transactions began in the last 7 days, in 1 variant; 100 % ran as defined." in said
    assert "Everything ran as it is defined." in said


def test_who_may_see_one_site_sees_what_ran_there(web: Flask) -> None:
    said = drawn_text(someone(web, "bruno").show("/process", ORDERS + "&period=28d"))
    assert "84 transactions began" in said
    assert "There is no site 'hamburg', or you may not see it." in drawn_text(
        someone(web, "bruno").show("/process", ORDERS + "&site=hamburg")
    )


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?workflow=order", "No workflow is called 'order'. Did you mean 'order_change'? Known: "),
        ("?ways=some", "No choice of ways is called 'some'. Known: all, most."),
        ("?period=1y", "There is no period '1y'"),
        ("?site=paris", "There is no site 'paris'"),
    ],
)
def test_what_nothing_can_be_is_told(web: Flask, query: str, sentence: str) -> None:
    assert sentence in drawn_text(someone(web, "maria").show("/process", query))


def test_where_nothing_ran_it_says_what_would_stand_here(web: Flask) -> None:
    assert "Nothing began in the last 7 days" in drawn_text(someone(web, "maria").show("/process", "?workflow=procure_to_receipt"))


def test_a_list_says_in_words_what_it_is_narrowed_to(web: Flask) -> None:
    query = f"?variant=created > received!&went=released > received&deviation=skipped received&as_of={AS_OF}"
    said = drawn_text(someone(web, "tom").show("/transactions", query))
    assert "Ran: created → received failed" in said
    assert "Went: released → received" in said
    assert "Not as defined: received never succeeded, though a step that depends on it did" in said


# -- words -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("blocked_wms", "blocked WMS"),
        ("sent!", "sent failed"),
        ("sent+", "sent several times"),
        ("(start)", "start"),
        ("(open)", "still running"),
    ],
)
def test_a_step_is_said_in_words(name: str, said: str) -> None:
    assert trails.step(name) == said


def test_what_drifted_is_said_with_both_weeks() -> None:
    drift = Drift("orders", 0, 200, 400, True)
    assert drift_words.change(Change("new", "sent > taken", 0, 100), drift) == (
        "New variant:",
        "sent → taken, 0 % (0) before, 25 % (100) now.",
    )
    assert drift_words.shift(Shift("faster", "sent", "taken", 1200, 40, 7200, 60)) == (
        "Faster:",
        "from sent to taken, median 2 h (1,200 times) before, 60 s (40 times) now.",
    )
    assert drift_words.not_compared(Drift("orders", 0, 12, 400, True), "5 Mar") == (
        "Not compared: 12 ended in the week before the last and 400 in the last; at least 30 are needed in each."
    )


# -- where everything goes -------------------------------------------------------------------------------------------------


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Up to twelve steps, and any ways between them: loops, back, and past any number of steps."""
    names = [f"step_{number}" for number in range(draw(st.integers(1, 12)))]
    pairs = draw(st.lists(st.tuples(st.sampled_from([START, *names]), st.sampled_from([*names, END])), max_size=24, unique=True))
    edges = [
        {"from_milestone": one, "to_milestone": other, "transactions": count, "passages": count, "p50": 60.0, "promised": 10, "late": late}
        for one, other in pairs
        for count, late in [draw(st.tuples(st.integers(1, 1000), st.sampled_from([0, 1, 5])))]
    ]
    nodes = [{"milestone": name, "system": "erp", "transactions": 1, "failed": 0, "running": 0} for name in names]
    return graph_of([{"milestone": name, "system": "erp"} for name in names], nodes, edges, 1000, draw(st.booleans()))


@examples(60)
@given(graphs())
def test_labels_and_steps_keep_clear_of_each_other_and_lines_of_each_others_way(graph: Graph) -> None:
    labels = [way.label for way in graph.ways]
    rects = [*labels, *(stop.rect for stop in graph.stops)]
    assert all(not one.meets(other) for one, other in combinations(rects, 2) if not (one in labels and other in labels))
    assert all(rect.x >= 0 and rect.right <= graph.width and rect.y >= 0 and rect.bottom <= graph.height for rect in rects)
    for one, other in combinations(graph.ways, 2):
        for (ax, ay), (bx, by) in zip(one.points, one.points[1:], strict=False):
            for (cx, cy), (dx, dy) in zip(other.points, other.points[1:], strict=False):
                along_x = ax == bx == cx == dx and max(min(ay, by), min(cy, dy)) < min(max(ay, by), max(cy, dy))
                along_y = ay == by == cy == dy and max(min(ax, bx), min(cx, dx)) < min(max(ax, bx), max(cx, dx))
                assert not along_x, (one, other)
                assert not along_y, (one, other)


def test_rare_ways_are_left_out_but_never_the_only_one_of_a_step() -> None:
    steps = [{"milestone": name, "system": "erp"} for name in ("sent", "taken", "noted")]
    counts = {
        (START, "sent"): 1000,
        ("sent", "taken"): 990,
        ("sent", "noted"): 3,
        ("taken", "noted"): 2,
        ("noted", END): 5,
        ("taken", END): 985,
    }
    edges = [
        {"from_milestone": one, "to_milestone": other, "transactions": count, "passages": count, "p50": None, "promised": 0, "late": 0}
        for (one, other), count in counts.items()
    ]
    graph = graph_of(steps, [], edges, 1000)
    assert [(row["from_milestone"], row["to_milestone"]) for row in graph.left_out] == [("taken", "noted")]
    assert graph_of(steps, [], edges, 1000, everything=True).left_out == ()


def test_what_comes_after_its_due_time_changes_the_kind_of_its_way() -> None:
    assert process.late_share({"passages": 20, "promised": 8, "late": 1}) == 0.125  # twelve had no due time to keep
    assert process.late_share({"passages": 8, "promised": 0, "late": 0}) == 0
    steps = [{"milestone": "sent", "system": "erp"}]
    kinds = [
        graph_of(
            steps,
            [],
            [
                {
                    "from_milestone": START,
                    "to_milestone": "sent",
                    "transactions": 1,
                    "passages": 100,
                    "p50": 1,
                    "promised": 100,
                    "late": late,
                }
            ],
            1,
        )
        .ways[0]
        .kind
        for late in (4, 5, 24, 25)
    ]
    assert kinds == ["plain", "late", "late", "bad"]
