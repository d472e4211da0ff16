"""The swim lanes: nothing overlaps, everything has its place, whatever the path looks like."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from app.figures.boxes import boxes_of, lanes_of
from app.figures.lanes import TITLE, Drawing, Rect, drawing_of
from metrics.path import Path, Step
from tests.pages.made_paths import event, failed_purchase, ns, path, step, waiting_order

SYSTEMS = ["erp", "mes", "wms", "supplier", "middleware"]
DAY = ns("2026-03-23 08:00:00")
AS_OF = ns("2026-04-20 08:00:00")


# What hypothesis found is named by its boxes: a printed data frame says nothing.
def seen(made: Path) -> str:
    return "\n".join(f"{box.lane} {box.key[-4:]} after {box.after and box.after[-4:]} {rect}" for box, rect in drawn(made).boxes)


@st.composite
def paths(draw: st.DrawFn) -> Path:
    """Any path: chains and branches, attempts, redeliveries, cancellations, events of no milestone, orders that cannot be true."""
    steps: list[Step] = []
    events: list[dict[str, object]] = []
    for n in range(draw(st.integers(1, 9))):
        _one_step(draw, n, steps, events)
    for _ in range(draw(st.integers(0, 2))):
        events.append(event(len(events), draw(moments()), None, "order.cancelled", draw(st.sampled_from(SYSTEMS))))
    return path(steps, events, "2026-04-20 08:00:00", state=draw(st.sampled_from(["in_progress", "failed", "complete", "cancelled"])))


def moments() -> st.SearchStrategy[int]:
    """Instants within four weeks, many of them close together."""
    return st.one_of(st.integers(0, 5), st.integers(0, 86_400), st.integers(0, 27 * 86_400)).map(lambda s: DAY + s * 10**9)


def _one_step(draw: st.DrawFn, n: int, steps: list[Step], events: list[dict[str, object]]) -> None:
    system, name = draw(st.sampled_from(SYSTEMS)), f"m{n}"
    after = draw(st.sampled_from([None, *[s.name for s in steps]]))
    mine = [
        event(
            len(events) + k,
            when,
            name,
            f"thing_{n}.happened",
            system,
            is_redelivery=draw(st.booleans()),
            **({"error_class": "business"} if draw(st.booleans()) else {}),
        )
        for k, when in enumerate(draw(st.lists(moments(), max_size=8)))
    ]
    ok = sorted(e["event_ns"] for e in mine if not e["is_error"])
    opened = next((s.reached_ns for s in steps if s.name == after), None)
    events += mine
    steps.append(
        step(
            name,
            f"thing_{n}.happened",
            system,
            after,
            required=draw(st.booleans()),
            opened_ns=opened,
            reached_ns=ok[0] if ok else None,
            due_ns=draw(st.one_of(st.none(), moments())),
            is_missing=draw(st.booleans()),
            is_failed=draw(st.booleans()) and not ok,
        )
    )


def drawn(of: Path) -> Drawing:
    boxes = boxes_of(of)
    return drawing_of(boxes, lanes_of(of, boxes), of.timezone, "now 13:51")


def solid(drawing: Drawing) -> list[Rect]:
    """Everything that takes up room."""
    labels = [*drawing.days, *([drawing.now] if drawing.now else [])]
    return [rect for _, rect in drawing.boxes] + [chip.rect for chip in drawing.chips] + [label.rect for label in labels]


def stretches(points: tuple[tuple[int, int], ...]) -> list[Rect]:
    """A connector's straight stretches as rectangles of one pixel."""
    return [Rect(min(ax, bx), min(ay, by), abs(ax - bx) or 1, abs(ay - by) or 1) for (ax, ay), (bx, by) in pairwise(points)]


@settings(max_examples=150)
@given(paths())
def test_no_box_chip_or_label_ever_covers_another(made: Path) -> None:
    for one, other in combinations(solid(drawn(made)), 2):
        assert not one.meets(other), seen(made)


@settings(max_examples=150)
@given(paths())
def test_connectors_stay_inside_the_drawing_and_touch_no_box_on_their_way(made: Path) -> None:
    drawing = drawn(made)
    for connector in drawing.connectors:
        assert all(TITLE <= x <= drawing.width and 0 <= y <= drawing.height for x, y in connector.points)
        for stretch in stretches(connector.points):
            inner = [Rect(r.x + 1, r.y + 1, r.width - 2, r.height - 2) for _, r in drawing.boxes]
            assert not any(stretch.meets(rect) for rect in inner), seen(made)


@settings(max_examples=100)
@given(paths())
def test_boxes_stand_in_order_of_time_and_what_is_expected_right_of_now(made: Path) -> None:
    drawing = drawn(made)
    taken = [(box.ns, rect.x) for box, rect in drawing.boxes if box.ns is not None]
    assert taken == sorted(taken)
    assert len({x for _, x in taken}) == len(taken)
    for box, rect in drawing.boxes:
        if drawing.now_x is not None:
            assert rect.x > drawing.now_x if box.expected else rect.right < drawing.now_x


@settings(max_examples=100)
@given(paths())
def test_every_event_is_in_exactly_one_box_folded_or_not(made: Path) -> None:
    known = sorted(made.events["event_id"])
    for each in (False, True):
        assert sorted(e for box in boxes_of(made, each) for e in box.events) == known


def test_sixty_steps_fit() -> None:
    steps = [step(f"m{n}", "a.b", SYSTEMS[n % 5], f"m{n - 1}" if n else None, reached_ns=DAY + n * 10**9) for n in range(60)]
    long = path(
        steps, [event(n, DAY + n * 10**9, f"m{n}", "a.b", SYSTEMS[n % 5]) for n in range(60)], "2026-04-20 08:00:00", state="complete"
    )
    drawing = drawn(long)
    assert (len(drawing.boxes), len(drawing.connectors), drawing.now_x) == (60, 59, None)


def test_one_step_is_a_drawing_too() -> None:
    one = path(
        [step("a", "order.released", "erp", reached_ns=DAY)],
        [event(1, DAY, "a", "order.released", "erp")],
        "2026-04-20 08:00:00",
        state="complete",
    )
    drawing = drawn(one)
    assert (drawing.lanes, len(drawing.boxes), drawing.connectors, drawing.now) == (("ERP",), 1, (), None)


def test_a_box_follows_what_reached_the_step_before_it_and_an_attempt_follows_the_attempt_before() -> None:
    follows = {box.key[-1]: box.after[-1] if box.after else None for box in boxes_of(failed_purchase())}
    assert follows == {"1": None, "2": "1", "3": "2", "4": "2", "5": "4", "6": "5", "7": "6", "8": "7", "9": "8"}


def test_lanes_stand_in_the_order_of_the_workflow() -> None:
    made = failed_purchase()
    assert lanes_of(made, boxes_of(made)) == ["ERP", "Supplier", "WMS"]


def test_a_chip_says_how_long_it_took_and_what_was_a_wait() -> None:
    chips = [(chip.text, chip.wait) for chip in drawn(failed_purchase()).chips]
    assert chips == [
        ("400 ms", False),
        ("31 s", False),
        ("waited 25 h 12 min", True),
        ("waited 2 d 2 h", True),
        ("waited 21 h 30 min", True),
        ("waited 62 s", True),
        ("waited 10 min", True),
        ("waited 1 h 22 min", True),
    ]


def test_days_are_named_where_they_begin() -> None:
    assert [label.text for label in drawn(failed_purchase()).days] == ["Mon 23 Mar", "Tue 24 Mar", "Thu 26 Mar", "Fri 27 Mar"]


def test_what_is_expected_says_by_when_and_what_opens_later_after_what() -> None:
    ahead = [(box.title, box.word, box.detail, box.note) for box in boxes_of(waiting_order()) if box.expected]
    assert ahead == [
        ("Work order scheduled", "Expected", "due 09:31", "expected in 5 min"),
        ("Stock moved", "Later", "after Work order scheduled", "not due yet"),
    ]
