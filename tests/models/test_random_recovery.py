"""Cases and what the events say about them, on random plants: the same as plain loops find, at any moment."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.recovery.cases import Group, evidence_of, find
from app.recovery.model import Case, Evidence
from metrics.read import Moment, open_reader
from tests import plants, recovery_oracle, written
from tests.models.agreement import empty_store
from tests.models.test_random_plants import examples
from tests.oracle import World

NOW = plants.FAR, plants.FAR


@examples(3)
@given(plants.worlds(), st.data())
def test_cases_and_their_evidence_are_those_of_plain_loops(world: World, data: st.DataObject) -> None:
    with empty_store() as store:
        written.write(store, written.Batch(world.events, world.spans))
        written.refresh(store, world.definitions)
        then = data.draw(plants.moments(world))
        with open_reader(store, Moment(*then)) as reader:
            early = [case for kind in ("failed", "missing") for case in find(reader, Group(kind=kind))]
            agree(world, early, evidence_of(reader, early), then)
        assert named(early) == recovery_oracle.cases(world, *then)
        with open_reader(store, Moment(*NOW)) as reader:
            late = [case for kind in ("failed", "missing") for case in find(reader, Group(kind=kind))]
            agree(world, late, evidence_of(reader, late), NOW)
            agree(world, early, evidence_of(reader, early), NOW)  # by now some of them got through
        assert named(late) == recovery_oracle.cases(world, *NOW)


def named(cases: list[Case]) -> list[recovery_oracle.Found]:
    return sorted(((case.kind, case.workflow, case.transaction_id, case.milestone, case.event_id) for case in cases), key=str)


def agree(world: World, cases: list[Case], said: dict[str, Evidence], moment: tuple[int, int]) -> None:
    for case in cases:
        assert said[case.id] == recovery_oracle.evidence(world, case, *moment), f"{case.id} as of {moment}"
