"""A long path at a glance: every step has its place in the strip, and there is a way to the one that needs somebody."""

from __future__ import annotations

from app.figures.boxes import boxes_of, lanes_of
from app.figures.lanes import Drawing, drawing_of
from app.figures.overview import overview
from metrics.path import Path
from tests.pages import trees
from tests.pages.made_paths import event, path, step, waiting_order

HOUR = 3600 * 10**9


def long_path(**last: object) -> Path:
    """Thirty steps in three systems, the last of them as said."""
    systems = ("erp", "mes", "wms")
    steps = [step(f"s{n}", f"stage_{n}.done", systems[n % 3], f"s{n - 1}" if n else None, reached_ns=n * HOUR) for n in range(29)]
    steps.append(step("s29", "stage_29.done", "erp", "s28", opened_ns=28 * HOUR, **last))
    events = [event(n, n * HOUR, f"s{n}", f"stage_{n}.done", systems[n % 3]) for n in range(29)]
    return path(steps, events, "1970-01-03 08:00:00")


def drawn(made: Path) -> Drawing:
    boxes = boxes_of(made)
    return drawing_of(boxes, lanes_of(made, boxes), made.timezone, "now 08:00")


def test_what_is_in_sight_as_a_whole_has_no_strip() -> None:
    assert overview(drawn(waiting_order())) is None
    assert (
        overview(drawn(path([step("a", "a.done", "erp", reached_ns=0)], [event(1, 0, "a", "a.done", "erp")], "1970-01-01 08:00:00")))
        is None
    )


def test_every_step_has_its_place_inside_the_strip() -> None:
    marks = trees.with_class(overview(drawn(long_path())), "over-box")
    places = [(float(each.style["left"][:-1]), float(each.style["top"][:-1]), float(each.style["width"][:-1])) for each in marks]
    assert len(places) == 30
    assert places == sorted(places)
    assert all(left >= 0 and left + width <= 100 and 0 <= top < 100 for left, top, width in places)


def test_there_is_a_way_to_the_step_that_needs_somebody() -> None:
    missing = overview(drawn(long_path(is_missing=True, due_ns=29 * HOUR)))
    assert [trees.text(each) for each in trees.with_class(missing, "button")] == [
        "To the start",
        "To the missing step",
        "To now",
        "Smaller",
    ]
    assert "expected:s29" in [getattr(each, "data-goes", None) for each in trees.with_class(missing, "button")]
    well = overview(drawn(long_path()))
    assert "To the missing step" not in trees.text(well)
