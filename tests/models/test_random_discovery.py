"""Random plants: what is told of how workflows ran is what plain loops over their events tell, as of any moment."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import discovery
from metrics.discovery import Ran
from metrics.read import PERIODS, Moment, Reader, open_reader
from metrics.refresh import Refresher
from metrics.scope import Scope
from sql.store import Store
from tests import discovery_oracle as loops
from tests import plants, written
from tests.discovery_oracle import Trail
from tests.models.agreement import empty_store
from tests.models.test_random_plants import NOW, examples
from tests.oracle import World

HOUR = plants.HOUR
SITES = ["north", "south", "east", "elsewhere"]


@examples(4)
@given(plants.worlds(), st.data())
def test_what_ran_is_told_alike_whatever_the_order_as_of_any_moment_and_after_a_rebuild(world: World, data: st.DataObject) -> None:
    with empty_store() as store:
        refresher = Refresher(store, world.definitions)
        for part in data.draw(plants.batches(world)):
            written.write(store, part)
            refresher.refresh()
        _agree(store, world, NOW, data)
        _agree(store, world, data.draw(plants.moments(world)), data)
        refresher.rebuild()
        _agree(store, world, NOW, data)


def _agree(store: Store, world: World, moment: tuple[int, int], data: st.DataObject) -> None:
    """In all that is asked, of all or of one workflow, site and period, for who may see all sites or some."""
    seen = data.draw(st.one_of(st.none(), st.frozensets(st.sampled_from(SITES))))
    workflow = data.draw(st.sampled_from([None, *(w.name for w in world.definitions.workflows)]))
    site = data.draw(st.sampled_from([None, None, *SITES]))
    every = [
        trail
        for trail in loops.trails(world, *moment)
        if (seen is None or trail.course.site in seen) and workflow in (None, trail.workflow.name) and site in (None, trail.course.site)
    ]
    starts = sorted(trail.start_ns for trail in every) or [0]
    from_ns, to_ns = data.draw(st.sampled_from([None, *starts])), data.draw(st.sampled_from([None, *starts]))
    ran = [trail for trail in every if (from_ns is None or trail.start_ns >= from_ns) and (to_ns is None or trail.start_ns < to_ns)]
    with open_reader(store, Moment(*moment), Scope(seen)) as reader:
        summed = reader_rows(discovery.ask(reader, Ran(workflow, site, from_ns, to_ns)))
        _agree_in_variants(reader, ran, summed)
        _agree_in_graph(reader, ran)
        _agree_in_drift(reader, every, workflow, site, data.draw(st.sampled_from(starts)), data.draw(st.sampled_from([1, HOUR, 24 * HOUR])))
        if seen is None:
            by = data.draw(st.sampled_from(PERIODS))
            found, expected = list(reader.export("variants", by)), loops.export_rows(world, moment, by)
            assert [_without_seconds(row) for row in found] == [_without_seconds(row) for row in expected]
            assert [row["median_seconds"] for row in found] == pytest.approx([row["median_seconds"] for row in expected])


def _without_seconds(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "median_seconds"}


def _agree_in_variants(reader: Reader, ran: list[Trail], summed: list[dict[str, Any]]) -> None:
    found, expected = reader_rows(discovery.variants(reader)), loops.variant_rows(ran)
    told = {(row["workflow"], row["variant"]): row for row in found}
    assert len(told) == len(found) == len(expected)
    for row in expected:
        mine = told[row["workflow"], row["variant"]]
        assert {(each["kind"], each["milestone"]) for each in mine["deviations"]} == row.pop("deviations"), row
        assert {name: mine[name] for name in row} == pytest.approx(row)
    deviations = reader_rows(discovery.deviations(reader))
    assert {(row["workflow"], row["kind"], row["milestone"]): row["transactions"] for row in deviations} == loops.deviation_rows(ran)
    conforming = {row["workflow"]: (row["transactions"], row["over"], row["conforming"]) for row in summed}
    for name, (transactions, over, well) in conforming.items():
        mine = [trail for trail in ran if trail.workflow.name == name]
        assert (transactions, over, well) == (
            len(mine),
            sum(trail.is_over for trail in mine),
            sum(not loops.deviations(trail) for trail in mine),
        )
    assert conforming.keys() == {trail.workflow.name for trail in ran}


def _agree_in_graph(reader: Reader, ran: list[Trail]) -> None:
    graph = discovery.graph(reader)
    nodes = {(row["workflow"], row["milestone"]): (row["transactions"], row["failed"], row["running"]) for row in reader_rows(graph.nodes)}
    assert nodes == loops.node_rows(ran)
    names = ("transactions", "passages", "p50", "p90", "promised", "late")
    edges = {key_of(row): tuple(row[name] for name in names) for row in reader_rows(graph.edges)}
    expected = loops.edge_rows(ran)
    assert edges.keys() == expected.keys()
    for key, row in expected.items():
        assert edges[key] == pytest.approx(row), key


def _agree_in_drift(reader: Reader, every: list[Trail], workflow: str | None, site: str | None, to_ns: int, length_ns: int) -> None:
    asked = {"workflow": workflow, "site": site, "to_ns": to_ns, "length_ns": length_ns}
    reader.frame("discovery/drift_asked", **asked)
    weeks = (to_ns - 2 * length_ns, to_ns - length_ns, to_ns)
    ended = {
        (row["workflow"], row["variant"]): (row["before"], row["after"]) for row in reader_rows(reader.frame("discovery/drift_variants"))
    }
    assert ended == loops.drifting_variants(every, *weeks)
    names = ("before", "after", "before_seconds", "after_seconds", "before_longer", "after_longer")
    taken = {key_of(row): tuple(row[name] for name in names) for row in reader_rows(reader.frame("discovery/drift_edges"))}
    expected = loops.drifting_edges(every, *weeks)
    assert taken.keys() == expected.keys()
    for key, row in expected.items():
        assert taken[key] == pytest.approx(row), key


def key_of(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["workflow"], row["from_milestone"], row["to_milestone"]


def reader_rows(frame: Any) -> list[dict[str, Any]]:
    """Rows with None where there is nothing."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")
